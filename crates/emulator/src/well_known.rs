//! Development IDs and credentials. They are public and valid for the emulator only.

/// The project ID of the examples in the official documents.
pub const PROJECT_ID: &str = "a4d31cb6-3d72-4fdc-8ec9-6e3a41e47f71";
/// The instance ID of the examples in the official documents. Both services have it in the default data.
pub const INSTANCE_ID: &str = "5560df16-cebf-4473-95c4-d1b573c16e79";
/// The instance with unfinished tasks. Both services have it in the default data.
///
/// Its tasks `ends-well` and `ends-badly` start with the emulator and end five seconds later.
pub const MOVING_INSTANCE_ID: &str = "moving";
/// The permanent access key (AK).
pub const ACCESS_KEY: &str = "HWTASKSEMULATOR00000";
/// The secret key (SK) of [`ACCESS_KEY`].
pub const SECRET_KEY: &str = "hwtasksEmulatorSecretKeyKnownToEverybody";
/// The token, for the header `X-Auth-Token`.
pub const TOKEN: &str = "hwtasks-emulator-token";
/// The temporary access key, which requires [`TEMPORARY_SECURITY_TOKEN`].
pub const TEMPORARY_ACCESS_KEY: &str = "HWTASKSEMULATORTEMP0";
/// The secret key of [`TEMPORARY_ACCESS_KEY`].
pub const TEMPORARY_SECRET_KEY: &str = "hwtasksEmulatorTemporaryKeyKnownToAnyone";
/// The security token of [`TEMPORARY_ACCESS_KEY`].
pub const TEMPORARY_SECURITY_TOKEN: &str = "hwtasks-emulator-security-token";

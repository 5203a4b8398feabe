//! Path parameters of the operations.

use serde::{Deserialize, Serialize};

/// Path parameters of the list operations.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
#[cfg_attr(feature = "openapi", into_params(parameter_in = Path))]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
pub struct InstancePath {
    /// ID of the project that owns the instance: 32 hexadecimal digits, or a UUID as in the examples.
    #[cfg_attr(
        feature = "openapi",
        param(example = "a4d31cb6-3d72-4fdc-8ec9-6e3a41e47f71")
    )]
    pub project_id: String,
    /// ID of the instance.
    #[cfg_attr(
        feature = "openapi",
        param(example = "5560df16-cebf-4473-95c4-d1b573c16e79")
    )]
    pub instance_id: String,
}

/// Path parameters of the show operation.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
#[cfg_attr(feature = "openapi", into_params(parameter_in = Path))]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
pub struct TaskPath {
    /// ID of the project that owns the instance: 32 hexadecimal digits, or a UUID as in the examples.
    #[cfg_attr(
        feature = "openapi",
        param(example = "a4d31cb6-3d72-4fdc-8ec9-6e3a41e47f71")
    )]
    pub project_id: String,
    /// ID of the instance.
    #[cfg_attr(
        feature = "openapi",
        param(example = "5560df16-cebf-4473-95c4-d1b573c16e79")
    )]
    pub instance_id: String,
    /// ID of the task. Its format is not documented; the examples show 32 hexadecimal digits.
    #[cfg_attr(
        feature = "openapi",
        param(example = "8abfa7b272adc5b40172b73130065ae7")
    )]
    pub task_id: String,
}

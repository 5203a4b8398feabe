//! Who may ask: the gateway's check of a signature or a token.

use std::fmt;

use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::Response;
use hwtasks_signer::{Credentials, SigningRequest, VerifyError, verify};
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use subtle::ConstantTimeEq;

use crate::errors;

/// What the emulator accepts: one project, its keys and its token.
#[derive(Clone)]
pub struct Access {
    project_id: String,
    keys: Vec<Credentials>,
    token: SecretString,
}

/// The project of the documents' examples.
pub const PROJECT_ID: &str = "a4d31cb6-3d72-4fdc-8ec9-6e3a41e47f71";
/// The instance of the documents' examples, which the default data has on both services.
pub const INSTANCE_ID: &str = "5560df16-cebf-4473-95c4-d1b573c16e79";
/// The instance whose tasks move, which the default data has on both services: `ends-well` and `ends-badly` begin when
/// the emulator does, and end five seconds later.
pub const MOVING_INSTANCE_ID: &str = "moving";
/// The development access key. Known to everybody; good for the emulator only.
pub const ACCESS_KEY: &str = "HWTASKSEMULATOR00000";
/// The development secret key. Known to everybody; good for the emulator only.
pub const SECRET_KEY: &str = "hwtasksEmulatorSecretKeyKnownToEverybody";
/// The development token, for `X-Auth-Token`. Known to everybody; good for the emulator only.
pub const TOKEN: &str = "hwtasks-emulator-token";
/// A temporary access key, which needs [`TEMPORARY_SECURITY_TOKEN`]. Known to everybody.
pub const TEMPORARY_ACCESS_KEY: &str = "HWTASKSEMULATORTEMP0";
/// The secret key of [`TEMPORARY_ACCESS_KEY`]. Known to everybody.
pub const TEMPORARY_SECRET_KEY: &str = "hwtasksEmulatorTemporaryKeyKnownToAnyone";
/// The security token of [`TEMPORARY_ACCESS_KEY`]. Known to everybody.
pub const TEMPORARY_SECURITY_TOKEN: &str = "hwtasks-emulator-security-token";

impl Default for Access {
    /// The development project, keys (permanent and temporary) and token.
    fn default() -> Self {
        let temporary = Credentials::new(TEMPORARY_ACCESS_KEY, TEMPORARY_SECRET_KEY)
            .with_security_token(TEMPORARY_SECURITY_TOKEN);
        Self {
            project_id: PROJECT_ID.to_owned(),
            keys: vec![Credentials::new(ACCESS_KEY, SECRET_KEY), temporary],
            token: SecretString::from(TOKEN),
        }
    }
}

impl fmt::Debug for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Access")
            .field("project_id", &self.project_id)
            .field("keys", &self.keys)
            .field("token", &format_args!("[redacted]"))
            .finish()
    }
}

impl Access {
    /// Another project.
    #[must_use]
    pub fn with_project_id(mut self, project_id: impl Into<String>) -> Self {
        self.project_id = project_id.into();
        self
    }

    /// Other keys, in place of the development ones.
    #[must_use]
    pub fn with_keys(mut self, keys: impl IntoIterator<Item = Credentials>) -> Self {
        self.keys = keys.into_iter().collect();
        self
    }

    /// Another token.
    #[must_use]
    pub fn with_token(mut self, token: impl Into<String>) -> Self {
        self.token = SecretString::from(token.into());
        self
    }

    /// The project that the keys and the token belong to.
    pub fn project_id(&self) -> &str {
        &self.project_id
    }

    /// Lets the request pass, or answers as the gateway would.
    pub(crate) fn check(&self, request: &Received<'_>, now: Timestamp) -> Result<(), Box<Refusal>> {
        if request.headers.contains_key(header::AUTHORIZATION) {
            let signed = request.to_signing_request();
            let lookup = |ak: &str| self.keys.iter().find(|keys| keys.access_key() == ak);
            return verify(&signed, now, lookup)
                .map(|_| ())
                .map_err(|error| Box::new(Refusal::Signature(error)));
        }
        match request.headers.get("x-auth-token") {
            None => Err(Box::new(Refusal::Nothing)),
            Some(token) => {
                let expected = self.token.expose_secret().as_bytes();
                let same = bool::from(expected.ct_eq(token.as_bytes()));
                if same {
                    Ok(())
                } else {
                    Err(Box::new(Refusal::Token))
                }
            }
        }
    }
}

/// A request as it was received.
pub(crate) struct Received<'a> {
    pub(crate) method: &'a Method,
    pub(crate) target: &'a str,
    pub(crate) headers: &'a HeaderMap,
    pub(crate) body: &'a [u8],
}

impl Received<'_> {
    fn to_signing_request(&self) -> SigningRequest<'_> {
        // A value that is not UTF-8 cannot have been signed; if it is named as signed, it is reported missing.
        let readable = |(name, value)| Some((header_name(name), header_text(value)?));
        let request = SigningRequest::new(self.method.as_str(), self.target);
        let request = request.headers(self.headers.iter().filter_map(readable));
        if self.body.is_empty() {
            request
        } else {
            request.body(self.body)
        }
    }
}

fn header_name(name: &axum::http::HeaderName) -> &str {
    name.as_str()
}

fn header_text(value: &axum::http::HeaderValue) -> Option<&str> {
    std::str::from_utf8(value.as_bytes()).ok()
}

/// Why the gateway lets a request not pass.
pub(crate) enum Refusal {
    Nothing,
    Token,
    Signature(VerifyError),
}

impl Refusal {
    pub(crate) fn into_response(self, request_id: &str) -> Response {
        const WRONG: &str = "Incorrect IAM authentication information";
        let unauthorized = |code, message: &str| {
            errors::gateway(StatusCode::UNAUTHORIZED, code, message, request_id)
        };
        match self {
            Self::Nothing => {
                unauthorized("APIGW.0301", &format!("{WRONG}: x-auth-token not found"))
            }
            Self::Token => unauthorized("APIGW.0301", &format!("{WRONG}: decrypt token fail")),
            Self::Signature(error @ VerifyError::ClockSkew { .. }) => {
                let message = format!("Incorrect app authentication information: {error}");
                unauthorized("APIGW.0303", &message)
            }
            Self::Signature(VerifyError::Mismatch(mismatch)) => {
                let message = format!(
                    "{WRONG}: verify aksk signature fail; what the emulator computed is in the headers {} and {}",
                    errors::CANONICAL_REQUEST,
                    errors::STRING_TO_SIGN
                );
                let mut response = unauthorized("APIGW.0301", &message);
                let canonical = errors::one_line(&mismatch.canonical_request());
                let string = errors::one_line(mismatch.string_to_sign());
                let headers = response.headers_mut();
                headers.insert(errors::CANONICAL_REQUEST, canonical);
                headers.insert(errors::STRING_TO_SIGN, string);
                response
            }
            Self::Signature(error) => unauthorized("APIGW.0301", &format!("{WRONG}: {error}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_no_secret() {
        let shown = format!("{:?}", Access::default());
        assert!(
            shown.contains(PROJECT_ID) && shown.contains(ACCESS_KEY),
            "{shown}"
        );
        for secret in [
            SECRET_KEY,
            TOKEN,
            TEMPORARY_SECRET_KEY,
            TEMPORARY_SECURITY_TOKEN,
        ] {
            assert!(!shown.contains(secret), "{shown}");
        }
    }
}

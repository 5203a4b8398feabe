//! Authentication as the gateway does it: a signature or a token.

use std::fmt;

use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::Response;
use hwtasks_signer::{Credentials, SigningRequest, VerifyError, verify};
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use subtle::ConstantTimeEq;

use crate::errors;
use crate::well_known::{
    ACCESS_KEY, PROJECT_ID, SECRET_KEY, TEMPORARY_ACCESS_KEY, TEMPORARY_SECRET_KEY,
    TEMPORARY_SECURITY_TOKEN, TOKEN,
};

/// The credentials that the emulator accepts: one project, its access keys and its token.
#[derive(Clone)]
pub struct AuthConfig {
    project_id: String,
    keys: Vec<Credentials>,
    token: SecretString,
}

impl Default for AuthConfig {
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

impl fmt::Debug for AuthConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuthConfig")
            .field("project_id", &self.project_id)
            .field("keys", &self.keys)
            .field("token", &format_args!("[redacted]"))
            .finish()
    }
}

impl AuthConfig {
    /// Replaces the project ID.
    #[must_use]
    pub fn with_project_id(mut self, project_id: impl Into<String>) -> Self {
        self.project_id = project_id.into();
        self
    }

    /// Replaces the access keys.
    #[must_use]
    pub fn with_keys(mut self, keys: impl IntoIterator<Item = Credentials>) -> Self {
        self.keys = keys.into_iter().collect();
        self
    }

    /// Replaces the token.
    #[must_use]
    pub fn with_token(mut self, token: impl Into<String>) -> Self {
        self.token = SecretString::from(token.into());
        self
    }

    /// The project of the keys and the token.
    pub fn project_id(&self) -> &str {
        &self.project_id
    }

    /// Checks the signature, or the token if there is no `Authorization` header.
    pub(crate) fn check(
        &self,
        request: &Received<'_>,
        now: Timestamp,
    ) -> Result<(), Box<AuthError>> {
        if request.headers.contains_key(header::AUTHORIZATION) {
            let signed = request.to_signing_request();
            let lookup = |ak: &str| self.keys.iter().find(|keys| keys.access_key() == ak);
            return verify(&signed, now, lookup)
                .map(|_| ())
                .map_err(|error| Box::new(AuthError::Signature(error)));
        }
        match request.headers.get("x-auth-token") {
            None => Err(Box::new(AuthError::NoCredentials)),
            Some(token) => {
                let expected = self.token.expose_secret().as_bytes();
                let same = bool::from(expected.ct_eq(token.as_bytes()));
                if same {
                    Ok(())
                } else {
                    Err(Box::new(AuthError::WrongToken))
                }
            }
        }
    }
}

/// The parts of a request that authentication needs.
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

/// Why a request is not authenticated.
pub(crate) enum AuthError {
    NoCredentials,
    WrongToken,
    Signature(VerifyError),
}

impl AuthError {
    pub(crate) fn into_response(self, request_id: &str) -> Response {
        const IAM_ERROR: &str = "Incorrect IAM authentication information";
        let unauthorized = |code, message: &str| {
            errors::gateway(StatusCode::UNAUTHORIZED, code, message, request_id)
        };
        match self {
            Self::NoCredentials => unauthorized(
                "APIGW.0301",
                &format!("{IAM_ERROR}: x-auth-token not found"),
            ),
            Self::WrongToken => {
                unauthorized("APIGW.0301", &format!("{IAM_ERROR}: decrypt token fail"))
            }
            Self::Signature(error @ VerifyError::ClockSkew { .. }) => {
                let message = format!("Incorrect app authentication information: {error}");
                unauthorized("APIGW.0303", &message)
            }
            Self::Signature(VerifyError::Mismatch(mismatch)) => {
                let message = format!(
                    "{IAM_ERROR}: verify aksk signature fail; what the emulator computed is in the headers {} and {}",
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
            Self::Signature(error) => unauthorized("APIGW.0301", &format!("{IAM_ERROR}: {error}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn auth_config_debug_hides_secrets() {
        let shown = format!("{:?}", AuthConfig::default());
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

//! Authentication as the gateway does it: a signature or a token.

use std::cell::Cell;
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
    token_expires_at: Option<Timestamp>,
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
            token_expires_at: None,
        }
    }
}

impl fmt::Debug for AuthConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuthConfig")
            .field("project_id", &self.project_id)
            .field("keys", &self.keys)
            .field("token", &format_args!("[redacted]"))
            .field("token_expires_at", &self.token_expires_at)
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

    /// Sets the time, by the gateway's clock, from which on the token is refused as expired. Default: never.
    #[must_use]
    pub fn with_token_expiry(mut self, expires_at: Timestamp) -> Self {
        self.token_expires_at = Some(expires_at);
        self
    }

    /// The project of the keys and the token.
    pub fn project_id(&self) -> &str {
        &self.project_id
    }

    /// Checks the signature, or the token if there is no `Authorization` header. Returns the access key too, if it is
    /// known.
    pub(crate) fn check(
        &self,
        request: &Received<'_>,
        now: Timestamp,
    ) -> (Option<&str>, Result<(), Box<AuthError>>) {
        if !request.headers.contains_key(header::AUTHORIZATION) {
            return (None, self.check_token(request, now).map_err(Box::new));
        }
        let signed = request.to_signing_request();
        let known = Cell::new(None);
        let lookup = |ak: &str| {
            let found = self.keys.iter().find(|keys| keys.access_key() == ak);
            known.set(found);
            found
        };
        let checked = verify(&signed, now, lookup).map(|_| ());
        (
            known.get().map(Credentials::access_key),
            checked.map_err(|error| Box::new(AuthError::Signature(error))),
        )
    }

    fn check_token(&self, request: &Received<'_>, now: Timestamp) -> Result<(), AuthError> {
        let token = request
            .headers
            .get("x-auth-token")
            .ok_or(AuthError::NoCredentials)?;
        let expected = self.token.expose_secret().as_bytes();
        if !bool::from(expected.ct_eq(token.as_bytes())) {
            return Err(AuthError::WrongToken);
        }
        match self.token_expires_at {
            Some(expires_at) if expires_at <= now => Err(AuthError::ExpiredToken { expires_at }),
            _ => Ok(()),
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
    ExpiredToken { expires_at: Timestamp },
    KeyLocked,
    Signature(VerifyError),
}

impl AuthError {
    /// The gateway's 401: the code is the same for all, and the text says why.
    pub(crate) fn into_response(self, request_id: &str) -> Response {
        let message = format!("Incorrect IAM authentication information: {self}");
        let status = StatusCode::UNAUTHORIZED;
        let mut response = errors::gateway(status, "APIGW.0301", &message, request_id);
        if let Self::Signature(VerifyError::Mismatch(mismatch)) = self {
            let canonical = errors::one_line(&mismatch.canonical_request());
            let string = errors::one_line(mismatch.string_to_sign());
            let headers = response.headers_mut();
            headers.insert(errors::CANONICAL_REQUEST, canonical);
            headers.insert(errors::STRING_TO_SIGN, string);
        }
        response
    }
}

impl fmt::Display for AuthError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const BASIC: &str = "%Y%m%dT%H%M%SZ";
        match self {
            Self::NoCredentials => f.write_str("x-auth-token not found"),
            Self::WrongToken => f.write_str("decrypt token fail"),
            Self::ExpiredToken { expires_at } => {
                let shown = expires_at.strftime("%Y-%m-%dT%H:%M:%S.%6fZ");
                write!(f, "token expires, expires_at: {shown}")
            }
            Self::KeyLocked => f.write_str("AK access failed to reach the limit,forbidden"),
            Self::Signature(VerifyError::ClockSkew { signed_at, now }) => write!(
                f,
                "calc aksk signature fail:signature expired, signature time:{},server time:{}",
                signed_at.strftime(BASIC),
                now.strftime(BASIC)
            ),
            Self::Signature(VerifyError::UnknownAccessKey(key)) => {
                write!(f, "Get secretKey failed,ak:{key},err:ak not exist")
            }
            Self::Signature(VerifyError::Mismatch(_)) => write!(
                f,
                "verify aksk signature fail; what the emulator computed is in the headers {} and {}",
                errors::CANONICAL_REQUEST,
                errors::STRING_TO_SIGN
            ),
            Self::Signature(error) => write!(f, "{error}"),
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

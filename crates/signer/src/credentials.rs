//! Access keys and temporary security tokens.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};

/// An access key (AK), its secret key (SK), and the security token of temporary keys.
///
/// The secret key and the token are erased from memory on drop and never appear in `Debug` output.
#[derive(Clone)]
pub struct Credentials {
    access_key: String,
    secret_key: SecretString,
    security_token: Option<SecretString>,
    project_id: Option<String>,
}

impl Credentials {
    /// Creates permanent keys. [`sign`](crate::sign) reports an empty or malformed key.
    pub fn new(access_key: impl Into<String>, secret_key: impl Into<String>) -> Self {
        Self {
            access_key: access_key.into(),
            secret_key: SecretString::from(secret_key.into()),
            security_token: None,
            project_id: None,
        }
    }

    /// Makes the keys temporary. The token is sent and signed as `X-Security-Token`.
    #[must_use]
    pub fn with_security_token(mut self, token: impl Into<String>) -> Self {
        self.security_token = Some(SecretString::from(token.into()));
        self
    }

    /// Sets the project ID, which is sent and signed as `X-Project-Id`.
    #[must_use]
    pub fn with_project_id(mut self, project_id: impl Into<String>) -> Self {
        self.project_id = Some(project_id.into());
        self
    }

    /// The access key. It is an identifier, not a secret.
    pub fn access_key(&self) -> &str {
        &self.access_key
    }

    /// The project ID, if set.
    pub fn project_id(&self) -> Option<&str> {
        self.project_id.as_deref()
    }

    /// Whether the keys are temporary: they have a security token.
    pub fn is_temporary(&self) -> bool {
        self.security_token.is_some()
    }

    /// The secret key, for a check of its form. Do not print it.
    pub fn expose_secret_key(&self) -> &str {
        self.secret_key()
    }

    /// The security token of temporary keys, for a check of its form. Do not print it.
    pub fn expose_security_token(&self) -> Option<&str> {
        self.security_token()
    }

    pub(crate) fn secret_key(&self) -> &str {
        self.secret_key.expose_secret()
    }

    pub(crate) fn security_token(&self) -> Option<&str> {
        self.security_token
            .as_ref()
            .map(ExposeSecret::expose_secret)
    }
}

impl PartialEq for Credentials {
    /// Compares the secrets too, in a time that depends on them.
    fn eq(&self, other: &Self) -> bool {
        self.access_key == other.access_key
            && self.secret_key() == other.secret_key()
            && self.security_token() == other.security_token()
            && self.project_id == other.project_id
    }
}

impl Eq for Credentials {}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials")
            .field("access_key", &self.access_key)
            .field("secret_key", &format_args!("[redacted]"))
            .field(
                "security_token",
                &self
                    .security_token
                    .as_ref()
                    .map(|_| format_args!("[redacted]")),
            )
            .field("project_id", &self.project_id)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_debug_hides_secrets() {
        let shown = format!(
            "{:?} {0:#?}",
            Credentials::new("AK-shown", "SK-hidden")
                .with_security_token("TOKEN-hidden")
                .with_project_id("p1")
        );
        assert!(
            shown.contains("AK-shown") && shown.contains("p1"),
            "{shown}"
        );
        assert!(!shown.contains("hidden"), "{shown}");
    }
}

//! Credentials, and the providers that fetch them.

mod cache;
mod chain;
pub(crate) mod check;
mod environment;
mod error;
mod iam;
mod metadata;
pub(crate) mod profile;
mod profile_text;

use std::borrow::Cow;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use secrecy::{ExposeSecret, SecretString};

use self::check::{project_flaw, secret_flaw};
use crate::error::Error;

pub use cache::CachedProvider;
pub use chain::ProviderChain;
pub use environment::EnvironmentProvider;
pub use error::CredentialsError;
pub use iam::{IamPasswordProvider, IamPasswordProviderBuilder};
pub use metadata::MetadataProvider;
pub use profile::ProfileProvider;

/// Credentials of a request: an access key with its secret key (AK/SK), or an IAM token.
///
/// The secrets are erased from memory on drop. `Debug`, logs and errors never show them.
///
/// ```
/// use hwtasks::Credentials;
///
/// let keys = Credentials::keys("AK...", "SK...");
/// let temporary = Credentials::keys("AK...", "SK...").with_security_token("...");
/// let token = Credentials::token("MIIF...");
/// ```
#[derive(Clone)]
pub struct Credentials {
    /// Shared, because each attempt asks for a copy.
    kind: Arc<Kind>,
    project_id: Option<String>,
    iam_endpoint: Option<String>,
    expires_at: Option<jiff::Timestamp>,
    provider: Option<Cow<'static, str>>,
}

#[derive(Clone)]
pub(crate) enum Kind {
    Keys(hwtasks_signer::Credentials),
    Token(SecretString),
}

impl Credentials {
    /// Creates credentials from an access key (AK) and its secret key (SK), which sign each request.
    pub fn keys(access_key: impl Into<String>, secret_key: impl Into<String>) -> Self {
        let keys = hwtasks_signer::Credentials::new(access_key, secret_key);
        Self::of(Kind::Keys(keys))
    }

    /// Creates credentials from an IAM token, sent as `X-Auth-Token`. A token is valid for 24 hours.
    pub fn token(token: impl Into<String>) -> Self {
        Self::of(Kind::Token(SecretString::from(token.into())))
    }

    fn of(kind: Kind) -> Self {
        Self {
            kind: Arc::new(kind),
            project_id: None,
            iam_endpoint: None,
            expires_at: None,
            provider: None,
        }
    }

    /// Adds the security token of temporary keys, which is signed and sent with each request. Does
    /// nothing for an IAM token.
    #[must_use]
    pub fn with_security_token(mut self, token: impl Into<String>) -> Self {
        if let Kind::Keys(keys) = Arc::make_mut(&mut self.kind) {
            *keys = keys.clone().with_security_token(token);
        }
        self
    }

    /// Sets the project these credentials belong to. The client uses it when it has no project ID.
    #[must_use]
    pub fn with_project_id(mut self, project_id: impl Into<String>) -> Self {
        self.project_id = Some(project_id.into());
        self
    }

    /// Sets the IAM endpoint configured with these credentials. The client looks up a missing project
    /// ID there when it has no other IAM endpoint.
    #[must_use]
    pub fn with_iam_endpoint(mut self, url: impl Into<String>) -> Self {
        self.iam_endpoint = Some(url.into());
        self
    }

    /// Sets when these credentials expire.
    #[must_use]
    pub fn with_expiry(mut self, expires_at: jiff::Timestamp) -> Self {
        self.expires_at = Some(expires_at);
        self
    }

    /// The access key, an identifier and no secret; `None` for a token.
    pub fn access_key(&self) -> Option<&str> {
        match &*self.kind {
            Kind::Keys(keys) => Some(keys.access_key()),
            Kind::Token(_) => None,
        }
    }

    /// Sets the name of the provider, which [`provider`](Self::provider) returns.
    #[must_use]
    pub fn with_provider_name(mut self, provider: impl Into<Cow<'static, str>>) -> Self {
        self.provider = Some(provider.into());
        self
    }

    /// Where these credentials come from: the names of variables, the path and the section of a file,
    /// or the name of a provider. `None` when the program passed them itself.
    pub fn provider(&self) -> Option<&str> {
        self.provider.as_deref()
    }

    /// The project these credentials belong to; `None` when unknown.
    pub fn project_id(&self) -> Option<&str> {
        self.project_id.as_deref()
    }

    /// The IAM endpoint configured with these credentials.
    pub fn iam_endpoint(&self) -> Option<&str> {
        self.iam_endpoint.as_deref()
    }

    /// When these credentials expire; `None` when unknown.
    pub fn expires_at(&self) -> Option<jiff::Timestamp> {
        self.expires_at
    }

    /// Whether these are an IAM token.
    pub fn is_token(&self) -> bool {
        matches!(*self.kind, Kind::Token(_))
    }

    /// Checks the values, wherever they come from: wrong ones are not sent, because keys lock after
    /// several rejections.
    pub(crate) fn check(&self) -> Result<(), Error> {
        let secret = |what: &str, value: &str| match secret_flaw(value) {
            Some(flaw) => Err(Error::invalid_input(format!("the {what} {flaw}"))),
            None => Ok(()),
        };
        match self.kind() {
            Kind::Token(token) => secret("token", token.expose_secret())?,
            Kind::Keys(keys) => {
                secret("access key", keys.access_key())?;
                secret("secret key", keys.expose_secret_key())?;
                if let Some(token) = keys.expose_security_token() {
                    secret("security token", token)?;
                }
            }
        }
        match self.project_id.as_deref().and_then(project_flaw) {
            Some(flaw) => Err(Error::invalid_input(format!(
                "the project ID of the credentials {flaw}"
            ))),
            None => Ok(()),
        }
    }

    pub(crate) fn kind(&self) -> &Kind {
        &self.kind
    }

    /// Whether both authorize a request in the same way.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        match (&*self.kind, &*other.kind) {
            (Kind::Token(a), Kind::Token(b)) => a.expose_secret() == b.expose_secret(),
            (Kind::Keys(a), Kind::Keys(b)) => a == b,
            _ => false,
        }
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials")
            .field("access_key", &self.access_key())
            .field("token", &self.is_token())
            .field("provider", &self.provider)
            .field("project_id", &self.project_id)
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}

/// The future that [`ProvideCredentials::provide`] returns.
pub type Provided<'a> =
    Pin<Box<dyn Future<Output = Result<Credentials, CredentialsError>> + Send + 'a>>;

/// A source of credentials.
///
/// A client calls [`provide`](Self::provide) before each attempt. Wrap a provider that fetches
/// credentials in a [`CachedProvider`].
///
/// ```
/// use std::borrow::Cow;
/// use hwtasks::{CachedProvider, Client, Credentials, CredentialsError, ProvideCredentials, Provided};
///
/// /// A token in a file that another program refreshes.
/// #[derive(Debug)]
/// struct TokenFile(std::path::PathBuf);
///
/// impl ProvideCredentials for TokenFile {
///     fn name(&self) -> Cow<'static, str> {
///         "token file".into()
///     }
///
///     fn provide(&self) -> Provided<'_> {
///         Box::pin(async {
///             match std::fs::read_to_string(&self.0) {
///                 Ok(token) => Ok(Credentials::token(token.trim())),
///                 Err(error) => Err(CredentialsError::invalid_configuration("it cannot be read").with_source(error)),
///             }
///         })
///     }
/// }
///
/// let client = Client::builder()
///     .region("cn-north-4")
///     .credentials(CachedProvider::new(TokenFile("/run/token".into())))
///     .build()?;
/// # Ok::<(), hwtasks::Error>(())
/// ```
pub trait ProvideCredentials: fmt::Debug + Send + Sync {
    /// The name of the provider in errors: `environment`, `profile file`.
    fn name(&self) -> Cow<'static, str>;

    /// Returns credentials that are valid now.
    ///
    /// # Errors
    ///
    /// - [`CredentialsError::not_configured`] when this source holds none. A chain tries its next
    ///   provider.
    /// - [`CredentialsError::invalid_configuration`] when it is configured, and its credentials are
    ///   unusable. A chain stops here.
    fn provide(&self) -> Provided<'_>;

    /// Drops the cached credentials if they equal `rejected`, which the service rejected. The next call
    /// fetches new ones. Does nothing by default.
    fn invalidate(&self, rejected: &Credentials) {
        let _ = rejected;
    }
}

/// A shared [`ProvideCredentials`].
pub type SharedProvider = Arc<dyn ProvideCredentials>;

impl ProvideCredentials for Credentials {
    fn name(&self) -> Cow<'static, str> {
        if self.is_token() {
            "given token"
        } else {
            "given keys"
        }
        .into()
    }

    fn provide(&self) -> Provided<'_> {
        let credentials = self.clone();
        Box::pin(async move { Ok(credentials) })
    }
}

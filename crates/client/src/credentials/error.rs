//! Why there are no credentials.

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;

use crate::error::Error;

/// Why a provider gave no credentials. Holds no secret.
#[derive(Clone, Debug)]
pub struct CredentialsError {
    is_configured: bool,
    message: String,
    /// The message says itself which providers were asked.
    names_providers: bool,
    /// For how long asking again would not help.
    hold: Option<Duration>,
    /// Asking later may well help: the source could not be reached.
    transient: bool,
    source: Option<Arc<dyn StdError + Send + Sync>>,
}

impl CredentialsError {
    /// An error for a source that holds no credentials: `HUAWEICLOUD_SDK_AK is not set`. A chain
    /// asks its next provider.
    pub fn not_configured(message: impl Into<String>) -> Self {
        Self::new(false, message.into())
    }

    /// An error for a source that is configured and gives no usable credentials. A chain stops here.
    pub fn invalid_configuration(message: impl Into<String>) -> Self {
        Self::new(true, message.into())
    }

    fn new(is_configured: bool, message: String) -> Self {
        Self {
            is_configured,
            message,
            names_providers: false,
            hold: None,
            transient: false,
            source: None,
        }
    }

    /// A request that failed is why the credentials cannot be had.
    pub(crate) fn of(error: Error) -> Self {
        let mut made = Self::invalid_configuration(error.to_string());
        made.transient = error.is_retryable();
        made.source = error.into_source();
        made
    }

    /// The source has not answered in this time.
    pub(crate) fn slow(within: Duration) -> Self {
        let within = SignedDuration::try_from(within).unwrap_or(SignedDuration::MAX);
        let mut made = Self::invalid_configuration(format!("it gave none in {within:#}"));
        made.transient = true;
        made
    }

    /// Adds the cause, which [`source`](StdError::source) returns.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.source = Some(Arc::from(source.into()));
        self
    }

    pub(crate) fn caused_as(mut self, other: &Self) -> Self {
        self.source.clone_from(&other.source);
        self.transient = other.transient;
        self
    }

    pub(crate) fn naming_providers(mut self) -> Self {
        self.names_providers = true;
        self
    }

    pub(crate) fn names_providers(&self) -> bool {
        self.names_providers
    }

    pub(crate) fn held_for(mut self, hold: Duration) -> Self {
        self.hold = Some(hold);
        self
    }

    pub(crate) fn is_transient(&self) -> bool {
        self.transient
    }

    pub(crate) fn hold(&self) -> Option<Duration> {
        self.hold
    }

    pub(crate) fn into_source(self) -> Option<Arc<dyn StdError + Send + Sync>> {
        self.source
    }

    /// Whether the source holds no credentials, rather than unusable ones.
    pub fn is_not_configured(&self) -> bool {
        !self.is_configured
    }
}

impl fmt::Display for CredentialsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl StdError for CredentialsError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source
            .as_deref()
            .map(|source| source as &(dyn StdError + 'static))
    }
}

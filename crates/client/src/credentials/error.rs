//! The error of a credentials provider.

use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;

use crate::error::{Error, ProviderFailure, Reason};

/// The error of a provider without usable credentials. Contains no secret.
#[derive(Clone, Debug)]
pub struct CredentialsError {
    is_configured: bool,
    message: String,
    help: Option<Cow<'static, str>>,
    variables: &'static [&'static str],
    chain: Option<Box<Chain>>,
    /// How long a cache repeats this error instead of trying again.
    hold: Option<Duration>,
    /// A later call may succeed: the source was unreachable.
    transient: bool,
    source: Option<Arc<dyn StdError + Send + Sync>>,
}

/// The providers of a chain, all without usable credentials.
#[derive(Clone, Debug)]
struct Chain {
    providers: Vec<ProviderFailure>,
    skipped: usize,
}

impl CredentialsError {
    /// An error for a source that holds no credentials: `HUAWEICLOUD_SDK_AK is not set`. A chain
    /// tries its next provider.
    pub fn not_configured(message: impl Into<String>) -> Self {
        Self::new(false, message.into())
    }

    /// An error for a source that is configured, and has no usable credentials. A chain stops here.
    pub fn invalid_configuration(message: impl Into<String>) -> Self {
        Self::new(true, message.into())
    }

    fn new(is_configured: bool, message: String) -> Self {
        Self {
            is_configured,
            message,
            help: None,
            variables: &[],
            chain: None,
            hold: None,
            transient: false,
            source: None,
        }
    }

    /// An error for a request for credentials that failed.
    pub(crate) fn from_request(error: Error) -> Self {
        let mut made = Self::invalid_configuration(error.to_string());
        made.transient = error.is_retryable();
        made.source = error.into_source();
        made
    }

    /// An error for a source that did not respond within this time.
    pub(crate) fn slow(within: Duration) -> Self {
        let within = SignedDuration::try_from(within).unwrap_or(SignedDuration::MAX);
        let mut made = Self::invalid_configuration(format!("no credentials within {within:#}"));
        made.transient = true;
        made
    }

    /// An error for a chain that stopped at the last of these providers, and did not try `skipped` more.
    pub(crate) fn from_chain(providers: Vec<ProviderFailure>, skipped: usize) -> Self {
        let mut parts: Vec<_> = providers
            .iter()
            .map(|failure| format!("{}: {}", failure.provider, failure.error))
            .collect();
        if parts.is_empty() {
            parts.push("the provider chain is empty".to_owned());
        }
        if skipped > 0 {
            parts.push("the providers after it were not tried".to_owned());
        }
        let last = providers.last().map(|failure| &failure.error);
        let failed = last.filter(|error| error.is_configured);
        let mut made = Self::new(failed.is_some(), parts.join("; "));
        if let Some(failed) = failed {
            made = made.with_cause_of(failed);
        }
        made.chain = Some(Box::new(Chain { providers, skipped }));
        made
    }

    /// Adds the cause, which [`source`](StdError::source) returns.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.source = Some(Arc::from(source.into()));
        self
    }

    /// Adds how to fix the configuration, which [`help`](Self::help) returns.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<Cow<'static, str>>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Adds the environment variables that cause the error.
    pub(crate) fn with_variables(mut self, names: &'static [&'static str]) -> Self {
        self.variables = names;
        self
    }

    /// Takes the cause of another error.
    pub(crate) fn with_cause_of(mut self, other: &Self) -> Self {
        self.source.clone_from(&other.source);
        self.transient = other.transient;
        self
    }

    /// Whether the error is that of a chain, whose message names its providers.
    pub(crate) fn is_from_chain(&self) -> bool {
        self.chain.is_some()
    }

    /// Sets how long a cache repeats this error instead of trying again.
    pub(crate) fn with_hold(mut self, hold: Duration) -> Self {
        self.hold = Some(hold);
        self
    }

    pub(crate) fn is_transient(&self) -> bool {
        self.transient
    }

    pub(crate) fn hold(&self) -> Option<Duration> {
        self.hold
    }

    pub(crate) fn shared_source(&self) -> Option<Arc<dyn StdError + Send + Sync>> {
        self.source.clone()
    }

    /// Returns the reason of the [`Error`] of a call with this provider.
    pub(crate) fn into_reason(mut self, provider: &str) -> Reason {
        let chain = self.chain.take().map(|chain| *chain);
        let Chain { providers, skipped } = chain.unwrap_or_else(|| Chain {
            providers: vec![ProviderFailure::new(provider, self.clone())],
            skipped: 0,
        });
        match self.is_configured {
            true => Reason::ProviderFailed { providers, skipped },
            false => Reason::NoCredentials { providers },
        }
    }

    /// Whether the source holds no credentials, rather than unusable ones.
    pub fn is_not_configured(&self) -> bool {
        !self.is_configured
    }

    /// Why there are no credentials, without [`help`](Self::help).
    pub fn message(&self) -> &str {
        &self.message
    }

    /// How to fix the configuration. `None` when the message says it. `Display` appends it after a
    /// colon.
    pub fn help(&self) -> Option<&str> {
        self.help.as_deref()
    }

    /// The environment variables that cause the error: those that are unset, or that name a missing
    /// file or section. Empty when no variable does.
    pub fn variables(&self) -> &'static [&'static str] {
        self.variables
    }
}

impl fmt::Display for CredentialsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        match &self.help {
            Some(help) => write!(f, ": {help}"),
            None => Ok(()),
        }
    }
}

impl StdError for CredentialsError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source
            .as_deref()
            .map(|source| source as &(dyn StdError + 'static))
    }
}

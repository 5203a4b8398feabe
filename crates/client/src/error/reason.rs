//! The reason of an error as data, for programs that write their own messages.

use std::borrow::Cow;
use std::time::Duration;

use hwtasks_api::TaskName;
use jiff::Timestamp;

use super::Error;
use crate::credentials::CredentialsError;

/// The reason of an error, as [`Error::reason`] returns it. New reasons may be added.
///
/// The message of an [`Error`] names methods of this crate. With the reason, a program can write its
/// own message that names its own flags or settings.
///
/// ```
/// use hwtasks::{ClientBuilder, Environment, Reason};
///
/// let environment = Environment::from_vars([("HWTASKS_TOKEN", "...")]);
/// let error = ClientBuilder::from_environment(environment).build().unwrap_err();
/// let message = match error.reason() {
///     Some(Reason::NoRegion) => "choose a region with --region".to_owned(),
///     _ => error.to_string(),
/// };
/// assert_eq!(message, "choose a region with --region");
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Reason {
    /// Neither a region nor an endpoint is set, in the builder or in the environment.
    NoRegion,
    /// Neither an endpoint nor a region is set.
    #[non_exhaustive]
    NoEndpoint {
        /// The service that was called, `DCS` or `Kafka`; `None` when neither has an endpoint.
        service: Option<&'static str>,
    },
    /// No project ID is set, and it cannot be looked up: there are no credentials or no region.
    NoProject,
    /// IAM does not list exactly one project with the name of the region.
    #[non_exhaustive]
    AmbiguousProject {
        /// The ID of the region.
        region: String,
        /// The number of projects with that name; 0 or at least 2.
        count: usize,
    },
    /// An endpoint is invalid.
    #[non_exhaustive]
    InvalidUrl {
        /// What is wrong with it.
        problem: UrlProblem,
        /// The environment variable that holds it; `None` when it comes from a builder or from the
        /// credentials.
        variable: Option<String>,
    },
    /// No provider of the client holds credentials.
    #[non_exhaustive]
    NoCredentials {
        /// The providers that were tried, in order.
        providers: Vec<ProviderFailure>,
    },
    /// A provider is configured, and has no usable credentials.
    #[non_exhaustive]
    ProviderFailed {
        /// The providers that were tried, in order. The last one failed; the others hold no
        /// credentials.
        providers: Vec<ProviderFailure>,
        /// The number of providers after it, which were not tried.
        skipped: usize,
    },
    /// The gateway locked the access key (401) after more than five refused requests. The lock ends
    /// after five minutes without a request; fix the keys first.
    KeyLocked,
    /// The gateway does not know the access key (401): it is mistyped, deleted or of another cloud.
    UnknownAccessKey,
    /// The secret key does not belong to the access key (401), or has a blank at one end.
    WrongSecretKey,
    /// The date of the signature is too far from the service's time (401), and was still after it was
    /// corrected by the service's own clock.
    SignatureExpired,
    /// The token has expired (401).
    TokenExpired,
    /// The gateway cannot read the token (401): it is cut, or another cloud or region issued it.
    InvalidToken,
    /// The task of a wait was missing for longer than the grace period.
    #[non_exhaustive]
    TaskNotFound {
        /// The task of the wait.
        target: WaitTarget,
        /// The [grace period](crate::Wait::not_found_grace).
        grace: Duration,
    },
    /// The timeout of a wait passed before the task ended.
    #[non_exhaustive]
    WaitTimedOut {
        /// The task of the wait.
        target: WaitTarget,
        /// The [timeout](crate::Wait::timeout).
        timeout: Duration,
    },
}

impl Reason {
    /// What to do about refused credentials; `None` for any other reason.
    pub(super) fn refusal_help(&self) -> Option<Cow<'static, str>> {
        let help = match self {
            Self::KeyLocked => {
                "the access key is locked: fix the keys, and send nothing for five minutes"
            }
            Self::UnknownAccessKey => "check the access key, and whether it is still active",
            Self::WrongSecretKey => "check the secret key, and that no blank belongs to it",
            Self::SignatureExpired => "set this machine's clock",
            Self::TokenExpired => "get a new token",
            Self::InvalidToken => "check that the token is complete, and of this cloud and region",
            _ => return None,
        };
        Some(help.into())
    }
}

/// What is wrong with the URL of an endpoint. New problems may be added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum UrlProblem {
    /// It does not parse as a URL.
    Malformed,
    /// Its scheme is `http`, and its host is not on loopback.
    PlainHttp,
    /// Its scheme is neither `https` nor `http`.
    UnsupportedScheme,
    /// It has a user name or a password.
    UserInfo,
    /// It has a query or a fragment.
    QueryOrFragment,
    /// Its path is percent-encoded.
    EncodedPath,
    /// It ends in an API version, which the client adds.
    ApiVersion,
}

/// A provider without usable credentials, and the reason.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ProviderFailure {
    /// The [name](crate::ProvideCredentials::name) of the provider.
    pub provider: String,
    /// Why it has none.
    pub error: CredentialsError,
}

impl ProviderFailure {
    pub(crate) fn new(provider: impl Into<String>, error: CredentialsError) -> Self {
        let provider = provider.into();
        Self { provider, error }
    }
}

/// The task that a [`Wait`](crate::Wait) waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum WaitTarget {
    /// The task with this ID.
    #[non_exhaustive]
    Id {
        /// The ID of the task.
        id: String,
    },
    /// The newest task with a name that started at or after a time.
    #[non_exhaustive]
    Name {
        /// The name of the task.
        name: TaskName,
        /// The earliest start, in UTC; `None` when the given time is not valid.
        since: Option<Timestamp>,
    },
}

impl Error {
    /// The reason of the error, as data. `None` when [`kind`](Self::kind), [`status`](Self::status)
    /// and [`code`](Self::code) say everything.
    pub fn reason(&self) -> Option<&Reason> {
        self.0.reason.as_ref()
    }

    pub(crate) fn with_reason(mut self, reason: Reason) -> Self {
        self.0.reason = Some(reason);
        self
    }

    /// Prefixes the message with the environment variable that holds the invalid value.
    pub(crate) fn with_variable(mut self, name: &str) -> Self {
        if let Some(Reason::InvalidUrl { variable, .. }) = &mut self.0.reason {
            *variable = Some(name.to_owned());
        }
        self.with_context(name)
    }
}

//! The error type of this crate.

use std::borrow::Cow;
use std::error::Error as StdError;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use hwtasks_api::ErrorResponse;
use jiff::{SignedDuration, Timestamp};
use reqwest::StatusCode;
use reqwest::header::HeaderMap;
use tokio::time::error::Elapsed;

use crate::credentials::CredentialsError;
use crate::transport::response::RawResponse;
use crate::transport::retry::retry_after;
use classify::refused_head;
pub use reason::{ProviderFailure, Reason, UrlProblem, WaitTarget};
use show::excerpt;
pub use show::is_invisible;
pub(crate) use show::one_line;

pub(crate) mod classify;
mod predicates;
mod reason;
mod show;
mod task;

/// How many bytes of a body an error keeps.
const MAX_KEPT_BODY: usize = 64 * 1024;

/// Broad category of an [`Error`]. New kinds may be added.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// An argument or the configuration is invalid; nothing was sent.
    InvalidInput,
    /// No provider has usable credentials; nothing was sent.
    Credentials,
    /// No complete response: no connection, a broken connection, or a timeout.
    Transport,
    /// The service or the gateway returned an error status.
    Api,
    /// The service returned success, and the body is not what the document describes.
    Decode,
    /// The response is larger than the [body limit](crate::ClientBuilder::body_limit). Credentials
    /// providers have separate limits.
    BodyTooLarge,
    /// A status that is neither the documented success nor an error, or a body that does not match
    /// the request.
    Unexpected,
    /// The task ended as FAILED, CANCELLED or DELETED during a wait.
    TaskFailed,
    /// The task was missing for longer than the grace period of a wait.
    TaskNotFound,
    /// The timeout of a wait passed before the task ended.
    WaitTimedOut,
}

/// The error of a call, or of building a client.
///
/// `Display` writes one line: what happened, and where. `{:#}` adds the chain of causes. The
/// predicates say what to do about the error.
///
/// | condition | kind | predicate | retried? |
/// | --- | --- | --- | --- |
/// | an argument or the configuration is invalid | `InvalidInput` | | no |
/// | no provider has usable credentials | `Credentials` | `is_credentials` | no |
/// | no connection | `Transport` | `is_connection_error` | yes |
/// | the connection broke before or during the response | `Transport` | | yes |
/// | no response in time, or a slow response body | `Transport` | `is_timeout` | yes |
/// | 400 | `Api` | `is_bad_request` | no |
/// | 401 | `Api` | `is_unauthorized` | no |
/// | 401: the signature is expired | `Api` | `is_unauthorized` | once, with the time of the service |
/// | 401: the provider now has other credentials | `Api` | `is_unauthorized` | once, with these |
/// | 403 | `Api` | `is_forbidden` | no |
/// | 404 | `Api` | `is_not_found` | no |
/// | 429 | `Api` | `is_throttled` | yes, after `Retry-After` |
/// | 408 | `Api` | | yes, after `Retry-After` |
/// | 500, 502, 503, 504 | `Api` | `is_server_error` | yes, after `Retry-After` |
/// | any other 4xx | `Api` | | no |
/// | any other 5xx | `Api` | `is_server_error` | no |
/// | a success whose body is empty, truncated or not UTF-8 | `Decode` | `is_decode` | no |
/// | a body larger than the limit, compressed or not | `BodyTooLarge` | | no |
/// | a redirect; the client follows none | `Unexpected` | | no |
/// | an unexpected content type or `Date` | no error: only the body counts | | no |
///
/// Retries follow the [`RetryPolicy`](crate::RetryPolicy). No attempt starts after the
/// [timeout](crate::ClientBuilder::timeout) of the call.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let emulator = hwtasks_emulator::Emulator::start().await?;
/// # let variables = hwtasks::Environment::from_vars(emulator.variables());
/// # let client = hwtasks::ClientBuilder::from_environment(variables).build()?;
/// match client.kafka().show("instance", "task").await {
///     Ok(task) => println!("{:?}", task.status),
///     Err(error) if error.is_not_found() => println!("no such task"),
///     Err(error) => println!("{error} (request {:?})", error.request_id()),
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Error(Box<Inner>);

#[derive(Clone)]
struct Inner {
    kind: ErrorKind,
    operation: Option<&'static str>,
    attempts: u32,
    clock_skew: Option<SignedDuration>,
    message: String,
    help: Option<Cow<'static, str>>,
    reason: Option<Reason>,
    raw: Option<RawResponse>,
    response: Option<ErrorResponse>,
    path: Option<String>,
    /// The credentials are unavailable now, and may be available later.
    transient: bool,
    task: Option<Arc<dyn hwtasks_api::Task>>,
    source: Option<Arc<dyn StdError + Send + Sync>>,
}

impl Error {
    fn new(kind: ErrorKind, message: String) -> Self {
        Self(Box::new(Inner {
            kind,
            operation: None,
            attempts: 0,
            clock_skew: None,
            message,
            help: None,
            reason: None,
            raw: None,
            response: None,
            path: None,
            transient: false,
            task: None,
            source: None,
        }))
    }

    pub(crate) fn invalid_input(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::InvalidInput, message.into())
    }

    pub(crate) fn credentials(provider: &str, error: CredentialsError) -> Self {
        let message = match error.is_from_chain() {
            true => format!("no credentials: {error}"),
            false => format!("no credentials: {provider}: {error}"),
        };
        let mut made = Self::new(ErrorKind::Credentials, message);
        made.0.transient = error.is_transient();
        made.0.source = error.shared_source();
        made.with_reason(error.into_reason(provider))
    }

    pub(crate) fn transport(error: reqwest::Error) -> Self {
        if error.is_connect() && classify::is_without_tls(&error) {
            let message = "the endpoint is https, and the HTTP client has no TLS";
            return Self::invalid_input(message).with_help(
                "enable the feature rustls of hwtasks, or give ClientBuilder::http_client one with \
                 TLS",
            );
        }
        let help = error.url().filter(|_| error.is_connect()).map(|url| {
            let endpoint = url.origin().ascii_serialization();
            format!("check the endpoint {endpoint}, its region, the proxy and DNS")
        });
        // The path of the URL contains the user's IDs; the operation identifies the call.
        let error = error.without_url();
        let message = if error.is_timeout() {
            "no response in time"
        } else if error.is_connect() {
            "cannot connect to the endpoint"
        } else {
            let broken = "the connection broke before the response was complete";
            refused_head(&error).unwrap_or(broken)
        };
        let mut made = Self::new(ErrorKind::Transport, message.to_owned());
        made.0.help = help.map(Cow::Owned);
        made.0.source = Some(Arc::new(error));
        made
    }

    /// An error for an attempt that exceeded its timeout.
    pub(crate) fn no_response(error: Elapsed) -> Self {
        let mut made = Self::new(ErrorKind::Transport, "no response in time".to_owned());
        made.0.source = Some(Arc::new(error));
        made
    }

    /// An error for a body that cannot be decompressed.
    pub(crate) fn broken_body(error: std::io::Error) -> Self {
        let message = "the connection broke before the response was complete".to_owned();
        let mut made = Self::new(ErrorKind::Transport, message);
        made.0.source = Some(Arc::new(error));
        made
    }

    /// An error for work other than an attempt, such as a lookup, that exceeded its timeout.
    pub(crate) fn timed_out(what: &str, error: Elapsed) -> Self {
        let mut made = Self::new(ErrorKind::Transport, format!("{what}: no response in time"));
        made.0.source = Some(Arc::new(error));
        made
    }

    pub(crate) fn body_too_large(limit: usize) -> Self {
        let message = format!("the response is larger than the body limit of {limit} bytes");
        Self::new(ErrorKind::BodyTooLarge, message)
    }

    /// An error for an error status; `response` is the decoded body.
    pub(crate) fn api(raw: RawResponse, response: Option<ErrorResponse>) -> Self {
        let status = raw.status;
        let code = response
            .as_ref()
            .and_then(|r| r.code())
            .map(|c| c.into_owned());
        let text = match response.as_ref().and_then(|r| r.message()) {
            Some(text) => Some(one_line(text)),
            None => excerpt(&raw),
        };
        let mut message = format!("the service returned {}", named(status));
        if let Some(code) = code {
            message.push_str(&format!(", {}", one_line(&code)));
        }
        if let Some(text) = text {
            message.push_str(&format!(": {text}"));
        }
        let mut error = Self::new(ErrorKind::Api, message);
        if status == StatusCode::UNAUTHORIZED {
            error.0.reason = response.as_ref().and_then(classify::refusal_reason);
            error.0.help = error.0.reason.as_ref().and_then(Reason::refusal_help);
        }
        error.0.response = response;
        error.with_raw_response(raw)
    }

    /// The error of a call that sent nothing, because the service refused the credentials before.
    pub(crate) fn refused_before(raw: RawResponse, clock_skew: Option<SignedDuration>) -> Self {
        let error = Self::from_status(raw).with_context(
            "not sent, because the credentials were refused less than five minutes ago",
        );
        error.with_attempts(0, clock_skew)
    }

    pub(crate) fn decode(raw: RawResponse, path: &str, error: serde_json::Error) -> Self {
        // `.` is the whole body; `?` is a position without a name, as in invalid JSON.
        let path = path.trim_end_matches('?').trim_end_matches('.');
        let at = if path.is_empty() {
            String::new()
        } else {
            format!(" at {}", one_line(path))
        };
        let shown = if raw.body.iter().all(u8::is_ascii_whitespace) {
            ": the body is empty".to_owned()
        } else {
            // The unexpected value may be long, so it is shortened; its position follows it.
            let text = error.to_string().replace(
                "recursion limit exceeded",
                "the JSON is nested deeper than 127 levels",
            );
            match text.rfind(" at line ") {
                Some(place) => format!(": {}{}", one_line(&text[..place]), &text[place..]),
                None => format!(": {}", one_line(&text)),
            }
        };
        let message = format!("cannot decode the response body{at}{shown}");
        let mut made = Self::new(ErrorKind::Decode, message);
        made.0.path = Some(path.to_owned()).filter(|path| !path.is_empty());
        made.with_raw_response(raw)
    }

    pub(crate) fn unexpected(raw: RawResponse, message: String) -> Self {
        Self::new(ErrorKind::Unexpected, message).with_raw_response(raw)
    }

    /// An error for a response without the documented success status.
    pub(crate) fn from_status(raw: RawResponse) -> Self {
        let status = raw.status;
        if status.is_client_error() || status.is_server_error() {
            let response = serde_json::from_slice(raw.json()).ok();
            return Self::api(raw, response);
        }
        let message = format!(
            "the service returned {}, which is neither the documented success nor an error",
            named(status)
        );
        Self::unexpected(raw, message)
    }

    /// Adds how to fix the configuration, in terms of this crate's API.
    pub(crate) fn with_help(mut self, help: impl Into<Cow<'static, str>>) -> Self {
        self.0.help = Some(help.into());
        self
    }

    /// Prefixes the message with the setting or task that failed.
    pub(crate) fn with_context(mut self, what: &str) -> Self {
        self.0.message.insert_str(0, &format!("{what}: "));
        self
    }

    pub(crate) fn into_source(self) -> Option<Arc<dyn StdError + Send + Sync>> {
        self.0.source
    }

    pub(crate) fn with_operation(mut self, operation: &'static str) -> Self {
        self.0.operation = Some(operation);
        self
    }

    /// Adds the number of attempts, and the clock skew when that was the cause.
    pub(crate) fn with_attempts(
        mut self,
        attempts: u32,
        clock_skew: Option<SignedDuration>,
    ) -> Self {
        self.0.attempts = attempts;
        self.0.clock_skew = clock_skew.or(self.0.clock_skew);
        self
    }

    /// Adds a response, and the number of attempts it took.
    pub(crate) fn with_raw_response(mut self, mut raw: RawResponse) -> Self {
        if raw.body.len() > MAX_KEPT_BODY {
            // A slice would keep the whole body in memory for as long as the error lives.
            raw.body = Bytes::copy_from_slice(&raw.body[..MAX_KEPT_BODY]);
        }
        self.0.attempts = raw.attempts;
        self.0.raw = Some(raw);
        self
    }

    /// Broad category of the error.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The `operationId` of the operation that failed; `None` for an error before a call.
    pub fn operation(&self) -> Option<&'static str> {
        self.0.operation
    }

    /// Number of attempts of the last call; 0 when nothing was sent.
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// How far the clock of the service is ahead of this machine's. Set only when the service
    /// rejected the date of the signature, and rejected the corrected date too.
    pub fn clock_skew(&self) -> Option<SignedDuration> {
        self.0.clock_skew
    }

    /// The HTTP status; `None` without a response. An error of a [wait](crate::Wait) has the status,
    /// headers and body of the last response that showed the task.
    pub fn status(&self) -> Option<StatusCode> {
        self.0.raw.as_ref().map(|raw| raw.status)
    }

    /// The error code of the service (`DCS.4070`), the gateway (`APIGW.0301`) or IAM (`401`).
    pub fn code(&self) -> Option<String> {
        Some(self.0.response.as_ref()?.code()?.into_owned())
    }

    /// How to fix the configuration, in terms of this crate's API, or what to check, such as the endpoint
    /// of a failed connection. `None` when the message says it. `Display` appends it after a semicolon.
    pub fn help(&self) -> Option<&str> {
        self.0.help.as_deref()
    }

    /// The error message of the service.
    pub fn message(&self) -> Option<&str> {
        self.0.response.as_ref()?.message()
    }

    /// The request ID, from the body or else the header `X-Request-Id`. Include it when you ask
    /// Huawei Cloud for help.
    pub fn request_id(&self) -> Option<&str> {
        let inner = &self.0;
        let body = inner.response.as_ref().and_then(ErrorResponse::request_id);
        body.or_else(|| inner.raw.as_ref()?.request_id())
    }

    /// The first 64 KiB of the raw body; `None` without a response.
    pub fn body(&self) -> Option<&Bytes> {
        self.0.raw.as_ref().map(|raw| &raw.body)
    }

    /// The headers of the response; `None` without a response.
    pub fn headers(&self) -> Option<&HeaderMap> {
        self.0.raw.as_ref().map(|raw| &raw.headers)
    }

    /// How long the service asks to wait (`Retry-After`). A date counts from the header `Date`. `None`
    /// without a readable header.
    pub fn retry_after(&self) -> Option<Duration> {
        retry_after(self.headers()?, Timestamp::now())
    }

    /// The decoded error body; `None` when it is not a JSON object.
    pub fn response(&self) -> Option<&ErrorResponse> {
        self.0.response.as_ref()
    }

    /// The path of the value that did not decode, such as `tasks[0].details.old_port`. `None` for the
    /// whole body, and for other kinds of error.
    pub fn path(&self) -> Option<&str> {
        self.0.path.as_deref()
    }
}

/// The status with its reason phrase, if it has one.
fn named(status: StatusCode) -> String {
    match status.canonical_reason() {
        Some(name) => format!("{} {name}", status.as_u16()),
        None => status.as_u16().to_string(),
    }
}

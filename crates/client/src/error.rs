//! The one error of this crate.

use std::borrow::Cow;
use std::error::Error as StdError;
use std::sync::Arc;

use bytes::Bytes;
use hwtasks_api::ErrorResponse;
use jiff::SignedDuration;
use reqwest::StatusCode;
use reqwest::header::HeaderMap;
use tokio::time::error::Elapsed;

use crate::credentials::CredentialsError;
use crate::transport::response::RawResponse;
pub use reason::{ProviderFailure, Reason, UrlProblem, WaitTarget};
use show::excerpt;
pub(crate) use show::one_line;

pub(crate) mod classify;
mod predicates;
mod reason;
mod show;
mod task;

/// How much of a body an error keeps.
const KEPT_BODY: usize = 64 * 1024;

/// What went wrong, roughly; new kinds may be added.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// Nothing was sent: an argument or the configuration is not valid.
    InvalidInput,
    /// No provider gave credentials; nothing was sent.
    Credentials,
    /// No response came: no connection, a broken one, or a timeout.
    Transport,
    /// The service or the gateway answered with an error status.
    Api,
    /// A success was answered whose body is not what the document describes.
    Decode,
    /// The response is larger than the [body limit](crate::ClientBuilder::body_limit); what credential
    /// providers read has limits of its own.
    BodyTooLarge,
    /// A status that is neither the documented success nor an error, or a body that does not fit
    /// the request.
    Unexpected,
    /// The task waited for ended as FAILED, CANCELLED or DELETED.
    TaskFailed,
    /// The task waited for did not appear, or vanished, for longer than the grace period.
    TaskNotFound,
    /// The wait's time was up before the task had ended.
    WaitTimedOut,
}

/// What went wrong in a call, or before one.
///
/// One line says what happened and where; `{:#}` adds the chain of causes. The predicates sort
/// errors by what to do about them.
///
/// | what went wrong | kind | predicate | retried? |
/// | --- | --- | --- | --- |
/// | an argument or the configuration is not valid | `InvalidInput` | | no |
/// | no provider gave credentials | `Credentials` | `is_credentials` | no |
/// | no connection | `Transport` | `is_connection_error` | yes |
/// | the connection broke before or during the response | `Transport` | | yes |
/// | no response in time, or a response body that is too slow | `Transport` | `is_timeout` | yes |
/// | 400 | `Api` | `is_bad_request` | no |
/// | 401 | `Api` | `is_unauthorized` | no |
/// | 401 `APIGW.0303`: the clock is off | `Api` | `is_unauthorized` | once, by the service's clock |
/// | 401 `APIGW.0307`: the token has expired | `Api` | `is_unauthorized` | once, with new credentials |
/// | 403 | `Api` | `is_forbidden` | no |
/// | 404 | `Api` | `is_not_found` | no |
/// | 429 | `Api` | `is_throttled` | yes, when `Retry-After` says |
/// | 408 | `Api` | | yes, when `Retry-After` says |
/// | 500, 502, 503, 504 | `Api` | `is_server_error` | yes, when `Retry-After` says |
/// | any other 4xx | `Api` | | no |
/// | any other 5xx | `Api` | `is_server_error` | no |
/// | a success whose body is empty, truncated or not UTF-8 | `Decode` | `is_decode` | no |
/// | a body larger than the limit, also once decompressed | `BodyTooLarge` | | no |
/// | a redirect, which is never followed | `Unexpected` | | no |
/// | another content type, or another `Date` | none: the body alone counts | | no |
///
/// Attempts follow the [`RetryPolicy`](crate::RetryPolicy), and none begins after the call's
/// [timeout](crate::ClientBuilder::timeout).
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
    /// The credentials could not be had now, and may be had later.
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
        let message = match error.is_of_chain() {
            true => format!("no credentials: {error}"),
            false => format!("no credentials: {provider}: {error}"),
        };
        let mut made = Self::new(ErrorKind::Credentials, message);
        made.0.transient = error.is_transient();
        made.0.source = error.shared_source();
        made.with_reason(error.into_reason(provider))
    }

    pub(crate) fn transport(error: reqwest::Error) -> Self {
        // The URL holds IDs of the user's, and the operation says which call it was.
        let error = error.without_url();
        let message = if error.is_timeout() {
            "no answer in time"
        } else if error.is_connect() {
            "cannot connect to the endpoint"
        } else {
            "the connection broke before the answer was complete"
        };
        let mut made = Self::new(ErrorKind::Transport, message.to_owned());
        made.0.source = Some(Arc::new(error));
        made
    }

    /// Something else than a response did not come in time.
    pub(crate) fn late(what: &str, error: Elapsed) -> Self {
        let mut made = Self::new(ErrorKind::Transport, format!("{what}: no answer in time"));
        made.0.source = Some(Arc::new(error));
        made
    }

    pub(crate) fn body_too_large(limit: usize) -> Self {
        let message = format!("the answer is larger than the body limit of {limit} bytes");
        Self::new(ErrorKind::BodyTooLarge, message)
    }

    /// An error status; `response` is the body, where it could be read.
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
        let mut message = format!("the service answered {}", named(status));
        if let Some(code) = code {
            message.push_str(&format!(", {}", one_line(&code)));
        }
        if let Some(text) = text {
            message.push_str(&format!(": {text}"));
        }
        let mut error = Self::new(ErrorKind::Api, message);
        error.0.response = response;
        error.with_raw_response(raw)
    }

    pub(crate) fn decode(raw: RawResponse, path: &str, error: serde_json::Error) -> Self {
        // `.` is the whole body, and `?` a place that has no name: what is no JSON.
        let path = path.trim_end_matches('?').trim_end_matches('.');
        let at = if path.is_empty() {
            String::new()
        } else {
            format!(" at {}", one_line(path))
        };
        let shown = if raw.body.iter().all(u8::is_ascii_whitespace) {
            ": the body is empty".to_owned()
        } else {
            // The value that did not fit may be long; where it stands is at the end.
            let text = error.to_string();
            match text.rfind(" at line ") {
                Some(place) => format!(": {}{}", one_line(&text[..place]), &text[place..]),
                None => format!(": {}", one_line(&text)),
            }
        };
        let message = format!("the body is not what the document describes{at}{shown}");
        let mut made = Self::new(ErrorKind::Decode, message);
        made.0.path = Some(path.to_owned()).filter(|path| !path.is_empty());
        made.with_raw_response(raw)
    }

    pub(crate) fn unexpected(raw: RawResponse, message: String) -> Self {
        Self::new(ErrorKind::Unexpected, message).with_raw_response(raw)
    }

    /// A response with another status than the documented success.
    pub(crate) fn from_status(raw: RawResponse) -> Self {
        let status = raw.status;
        if status.is_client_error() || status.is_server_error() {
            let response = serde_json::from_slice(&raw.body).ok();
            return Self::api(raw, response);
        }
        let message = format!(
            "the service answered {}, which is neither the documented success nor an error",
            named(status)
        );
        Self::unexpected(raw, message)
    }

    /// Adds how to fix the configuration, in terms of this crate.
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
        self.0.clock_skew = clock_skew;
        self
    }

    /// Adds a response, and the number of attempts it took.
    pub(crate) fn with_raw_response(mut self, mut raw: RawResponse) -> Self {
        if raw.body.len() > KEPT_BODY {
            // A slice would keep the whole body in memory for as long as the error lives.
            raw.body = Bytes::copy_from_slice(&raw.body[..KEPT_BODY]);
        }
        self.0.attempts = raw.attempts;
        self.0.raw = Some(raw);
        self
    }

    /// What went wrong, roughly.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The operation that failed, by its `operationId`; `None` before any call.
    pub fn operation(&self) -> Option<&'static str> {
        self.0.operation
    }

    /// How many attempts were made, of the last call where there were several; 0 when nothing was
    /// sent.
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// How far the service's clock is ahead of this machine's, when it refused the signature for
    /// its date and signing with the service's clock did not help either.
    pub fn clock_skew(&self) -> Option<SignedDuration> {
        self.0.clock_skew
    }

    /// The HTTP status; `None` when no response came. For an error of a [wait](crate::Wait), this and
    /// what follows are of the response that last showed the task.
    pub fn status(&self) -> Option<StatusCode> {
        self.0.raw.as_ref().map(|raw| raw.status)
    }

    /// The error code of the service (`DCS.4070`), the gateway (`APIGW.0301`) or IAM (`401`).
    pub fn code(&self) -> Option<String> {
        Some(self.0.response.as_ref()?.code()?.into_owned())
    }

    /// How to fix the configuration, in terms of this crate's API; `None` where the message says it.
    /// `Display` adds it after a semicolon.
    pub fn help(&self) -> Option<&str> {
        self.0.help.as_deref()
    }

    /// What the service says went wrong.
    pub fn message(&self) -> Option<&str> {
        self.0.response.as_ref()?.message()
    }

    /// Identifies the request in the logs of the service, from the body or else the header
    /// `X-Request-Id`. Name it when you ask Huawei Cloud for help.
    pub fn request_id(&self) -> Option<&str> {
        let inner = &self.0;
        let body = inner.response.as_ref().and_then(ErrorResponse::request_id);
        body.or_else(|| inner.raw.as_ref()?.request_id())
    }

    /// The body as it came, its first 64 KiB; `None` when no response came.
    pub fn body(&self) -> Option<&Bytes> {
        self.0.raw.as_ref().map(|raw| &raw.body)
    }

    /// The headers of the response; `None` when no response came.
    pub fn headers(&self) -> Option<&HeaderMap> {
        self.0.raw.as_ref().map(|raw| &raw.headers)
    }

    /// The body of the error, decoded; `None` when it is not a JSON object.
    pub fn response(&self) -> Option<&ErrorResponse> {
        self.0.response.as_ref()
    }

    /// Where in the body the value stands that did not decode, such as `tasks[0].details.old_port`;
    /// `None` when it is the whole body, and for an error of another kind.
    pub fn path(&self) -> Option<&str> {
        self.0.path.as_deref()
    }
}

/// A status with its name, where it has one.
fn named(status: StatusCode) -> String {
    match status.canonical_reason() {
        Some(name) => format!("{} {name}", status.as_u16()),
        None => status.as_u16().to_string(),
    }
}

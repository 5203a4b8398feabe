//! The one error of this crate.

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use hwtasks_api::ErrorResponse;
use jiff::SignedDuration;
use reqwest::StatusCode;
use reqwest::header::HeaderMap;

use crate::credentials::CredentialsError;
use crate::response::Answer;

mod task;

/// How much of a body an error keeps.
const KEPT_BODY: usize = 64 * 1024;
/// How many characters of a body that is not JSON a message shows.
const SHOWN_BODY: usize = 200;

/// What went wrong, roughly; new kinds may be added.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// Nothing was sent: an argument or the configuration is not valid.
    InvalidInput,
    /// No provider gave credentials; nothing was sent.
    Credentials,
    /// No answer came: no connection, a broken one, or a timeout.
    Transport,
    /// The service or the gateway answered with an error status.
    Api,
    /// A success was answered whose body is not what the document describes.
    Decode,
    /// The answer is larger than the body limit.
    BodyTooLarge,
    /// A status that is neither the documented success nor an error, or a body that does not answer
    /// what was asked.
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
/// | what went wrong | kind | predicate | attempted again? |
/// | --- | --- | --- | --- |
/// | an argument or the configuration is not valid | `InvalidInput` | | no |
/// | no provider gave credentials | `Credentials` | `is_credentials` | no |
/// | no connection | `Transport` | `is_connect` | yes |
/// | the connection broke before or in the answer | `Transport` | | yes |
/// | no answer in time, or its body too slow | `Transport` | `is_timeout` | yes |
/// | 400 | `Api` | `is_bad_request` | no |
/// | 401 | `Api` | `is_unauthorized` | no |
/// | 401 `APIGW.0303`: the clock is off | `Api` | `is_unauthorized` | once, by the service's clock |
/// | 401 `APIGW.0307`: the token is old | `Api` | `is_unauthorized` | once, with new credentials |
/// | 403 | `Api` | `is_forbidden` | no |
/// | 404 | `Api` | `is_not_found` | no |
/// | 429 | `Api` | `is_throttled` | yes, when `Retry-After` says |
/// | 408 | `Api` | | yes, when `Retry-After` says |
/// | 500, 502, 503, 504 | `Api` | `is_server_error` | yes, when `Retry-After` says |
/// | any other 4xx | `Api` | | no |
/// | any other 5xx | `Api` | `is_server_error` | no |
/// | a success whose body is empty, cut short or no UTF-8 | `Decode` | `is_decode` | no |
/// | a body larger than the limit, also once decompressed | `BodyTooLarge` | | no |
/// | a redirect, which is never followed | `Unexpected` | | no |
/// | another content type, or another `Date` | none: the body alone counts | | no |
///
/// Attempts follow the [`RetryPolicy`](crate::RetryPolicy), and none begins after the call's
/// [timeout](crate::ClientBuilder::timeout).
///
/// ```
/// # async fn example(client: hwtasks::Client) {
/// match client.kafka().show("instance", "task").await {
///     Ok(task) => println!("{:?}", task.status),
///     Err(error) if error.is_not_found() => println!("no such task"),
///     Err(error) => println!("{error} (request {:?})", error.request_id()),
/// }
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
    answer: Option<Answer>,
    response: Option<ErrorResponse>,
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
            answer: None,
            response: None,
            task: None,
            source: None,
        }))
    }

    pub(crate) fn invalid_input(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::InvalidInput, message.into())
    }

    pub(crate) fn credentials(provider: &str, error: CredentialsError) -> Self {
        let message = match error.names_providers() {
            true => format!("no credentials: {error}"),
            false => format!("no credentials: {provider}: {error}"),
        };
        let mut made = Self::new(ErrorKind::Credentials, message);
        made.0.source = error.into_source();
        made
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

    pub(crate) fn body_too_large(limit: usize) -> Self {
        let message = format!(
            "the answer is larger than the body limit of {limit} bytes; see ClientBuilder::body_limit"
        );
        Self::new(ErrorKind::BodyTooLarge, message)
    }

    /// An error status; `response` is the body, where it could be read.
    pub(crate) fn api(answer: Answer, response: Option<ErrorResponse>) -> Self {
        let status = answer.status;
        let code = response
            .as_ref()
            .and_then(|r| r.code())
            .map(|c| c.into_owned());
        let text = match response.as_ref().and_then(|r| r.message()) {
            Some(text) => Some(one_line(text)),
            None => excerpt(&answer),
        };
        let mut message = format!("the service answered {status}");
        if let Some(code) = code {
            message.push_str(&format!(", {}", one_line(&code)));
        }
        if let Some(text) = text {
            message.push_str(&format!(": {text}"));
        }
        let mut error = Self::new(ErrorKind::Api, message);
        error.0.response = response;
        error.with_answer(answer)
    }

    pub(crate) fn decode(answer: Answer, path: &str, error: serde_json::Error) -> Self {
        let at = if path == "." {
            String::new()
        } else {
            format!(" at {}", one_line(path))
        };
        let shown = if answer.body.iter().all(u8::is_ascii_whitespace) {
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
        Self::new(ErrorKind::Decode, message).with_answer(answer)
    }

    pub(crate) fn unexpected(answer: Answer, message: String) -> Self {
        Self::new(ErrorKind::Unexpected, message).with_answer(answer)
    }

    /// An answer with another status than the documented success.
    pub(crate) fn answered(answer: Answer) -> Self {
        let status = answer.status;
        if status.is_client_error() || status.is_server_error() {
            let response = serde_json::from_slice(&answer.body).ok();
            return Self::api(answer, response);
        }
        let message = format!(
            "the service answered {status}, which is neither the documented success nor an error"
        );
        Self::unexpected(answer, message)
    }

    /// Says in which matter it happened.
    pub(crate) fn about(mut self, what: &str) -> Self {
        self.0.message.insert_str(0, &format!("{what}: "));
        self
    }

    pub(crate) fn into_source(self) -> Option<Arc<dyn StdError + Send + Sync>> {
        self.0.source
    }

    pub(crate) fn of(mut self, operation: &'static str) -> Self {
        self.0.operation = Some(operation);
        self
    }

    /// Says how many attempts were made, and how far the clock was off when that was why.
    pub(crate) fn after(mut self, attempts: u32, clock_skew: Option<SignedDuration>) -> Self {
        self.0.attempts = attempts;
        self.0.clock_skew = clock_skew.filter(|_| self.has_code("APIGW.0303"));
        self
    }

    pub(crate) fn is_transport(&self) -> bool {
        self.0.kind == ErrorKind::Transport
    }

    fn with_answer(mut self, mut answer: Answer) -> Self {
        if answer.body.len() > KEPT_BODY {
            // A slice would keep the whole body in memory for as long as the error lives.
            answer.body = Bytes::copy_from_slice(&answer.body[..KEPT_BODY]);
        }
        self.0.answer = Some(answer);
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

    /// How many attempts were made; 0 when nothing was sent.
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// How far the service's clock is ahead of this machine's, when it refused the signature for
    /// its date and signing with the service's clock did not help either.
    pub fn clock_skew(&self) -> Option<SignedDuration> {
        self.0.clock_skew
    }

    /// The HTTP status; `None` when no answer came.
    pub fn status(&self) -> Option<StatusCode> {
        self.0.answer.as_ref().map(|answer| answer.status)
    }

    /// The error code of the service (`DCS.4070`), the gateway (`APIGW.0301`) or IAM (`401`).
    pub fn code(&self) -> Option<String> {
        Some(self.0.response.as_ref()?.code()?.into_owned())
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
        body.or_else(|| inner.answer.as_ref()?.request_id())
    }

    /// The body as it came, its first 64 KiB; `None` when no answer came.
    pub fn body(&self) -> Option<&Bytes> {
        self.0.answer.as_ref().map(|answer| &answer.body)
    }

    /// The headers of the answer; `None` when no answer came.
    pub fn headers(&self) -> Option<&HeaderMap> {
        self.0.answer.as_ref().map(|answer| &answer.headers)
    }

    /// The body of the error, decoded; `None` when it is not a JSON object.
    pub fn response(&self) -> Option<&ErrorResponse> {
        self.0.response.as_ref()
    }

    fn has_status(&self, status: StatusCode) -> bool {
        self.0.kind == ErrorKind::Api && self.status() == Some(status)
    }

    /// The project, instance or task does not exist (404), or a task waited for did not appear.
    ///
    /// # Troubleshooting
    ///
    /// Check the project ID and the region: an instance of another region or project is not found.
    pub fn is_not_found(&self) -> bool {
        self.has_status(StatusCode::NOT_FOUND) || self.0.kind == ErrorKind::TaskNotFound
    }

    /// The service asks to slow down (429, or `APIGW.0308`).
    ///
    /// # Troubleshooting
    ///
    /// The calls have been repeated as often and as patiently as the retry policy says. Wait for as
    /// long as the header `Retry-After` in [`headers`](Self::headers) says, if it is there, and call
    /// less often.
    pub fn is_throttled(&self) -> bool {
        self.has_status(StatusCode::TOO_MANY_REQUESTS) || self.has_code("APIGW.0308")
    }

    /// The token or the signature was not accepted (401).
    ///
    /// # Troubleshooting
    ///
    /// A token lives for 24 hours; `APIGW.0307` asks for a new one. `APIGW.0303` says that the
    /// clock is off by more than 15 minutes. After more than five failures an access key is locked
    /// for five minutes.
    pub fn is_unauthorized(&self) -> bool {
        self.has_status(StatusCode::UNAUTHORIZED)
    }

    /// The user may not do this (403).
    ///
    /// # Troubleshooting
    ///
    /// Grant the permission `dcs:instance:getBackgroundTask` or `dms:instance:getBackgroundTask`.
    pub fn is_forbidden(&self) -> bool {
        self.has_status(StatusCode::FORBIDDEN)
    }

    /// The service refused the request as not valid (400).
    ///
    /// # Troubleshooting
    ///
    /// [`message`](Self::message) names the parameter; the documented ranges are on the builders.
    pub fn is_bad_request(&self) -> bool {
        self.has_status(StatusCode::BAD_REQUEST)
    }

    /// The service or the gateway failed (5xx).
    ///
    /// # Troubleshooting
    ///
    /// Try again later; a failure that lasts is worth a ticket with the request ID.
    pub fn is_server_error(&self) -> bool {
        self.0.kind == ErrorKind::Api && self.status().is_some_and(|s| s.is_server_error())
    }

    /// No answer came in time.
    ///
    /// # Troubleshooting
    ///
    /// Raise the timeout, or look at the path to the endpoint.
    pub fn is_timeout(&self) -> bool {
        self.reqwest().is_some_and(reqwest::Error::is_timeout)
    }

    /// No connection was made, so nothing was sent.
    ///
    /// # Troubleshooting
    ///
    /// Check the endpoint, the region in it, the proxy and the name server.
    pub fn is_connect(&self) -> bool {
        self.reqwest().is_some_and(reqwest::Error::is_connect)
    }

    /// A success whose body is not what the document describes.
    ///
    /// # Troubleshooting
    ///
    /// The message names the place in the body; [`body`](Self::body) has what came. A proxy may
    /// have answered in place of the service.
    pub fn is_decode(&self) -> bool {
        self.0.kind == ErrorKind::Decode
    }

    /// No provider gave credentials.
    ///
    /// # Troubleshooting
    ///
    /// The message names each source that was asked and why it gave nothing.
    pub fn is_credentials(&self) -> bool {
        self.0.kind == ErrorKind::Credentials
    }

    fn has_code(&self, code: &str) -> bool {
        self.0.response.as_ref().and_then(|r| r.code()).as_deref() == Some(code)
    }

    fn reqwest(&self) -> Option<&reqwest::Error> {
        self.0.source.as_deref()?.downcast_ref()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(operation) = self.0.operation {
            write!(f, "{operation}: ")?;
        }
        f.write_str(&self.0.message)?;
        if let Some(skew) = self.0.clock_skew {
            let (way, by) = if skew.is_negative() {
                ("ahead of", skew.abs())
            } else {
                ("behind", skew)
            };
            write!(f, "; this machine's clock is {way} the service's by {by:#}")?;
        }
        if self.0.attempts > 1 {
            write!(f, " (after {} attempts)", self.0.attempts)?;
        }
        if f.alternate() {
            let mut cause = self.source();
            while let Some(error) = cause {
                write!(f, ": {error}")?;
                cause = error.source();
            }
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("kind", &self.0.kind)
            .field("operation", &self.0.operation)
            .field("attempts", &self.0.attempts)
            .field("status", &self.status())
            .field("code", &self.code())
            .field("request_id", &self.request_id())
            .field("message", &self.0.message)
            .field("source", &self.0.source)
            .finish_non_exhaustive()
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        // A decoding error's cause stands in its message already.
        match self.0.kind {
            ErrorKind::Decode => None,
            _ => self
                .0
                .source
                .as_deref()
                .map(|source| source as &(dyn StdError + 'static)),
        }
    }
}

/// The beginning of a body that is no error response, on one line.
fn excerpt(answer: &Answer) -> Option<String> {
    let text = String::from_utf8_lossy(&answer.body);
    let text = one_line(&text);
    let kind = answer.content_type().unwrap_or("no content type");
    Some(match text.is_empty() {
        true => "the body is empty".to_owned(),
        false => format!("the body ({}) begins: {text}", one_line(kind)),
    })
}

/// Text from outside, fit for a line of a message: no line breaks or control characters, not long.
fn one_line(text: &str) -> String {
    let words = text
        .split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|w| !w.is_empty());
    let mut line = String::new();
    for word in words {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
        if line.chars().count() > SHOWN_BODY {
            return line.chars().take(SHOWN_BODY).chain(['…']).collect();
        }
    }
    line
}

//! What an error is, by what to do about it.

use reqwest::StatusCode;
use tokio::time::error::Elapsed;

use super::classify::{is_gateway_code, is_retryable_status};
use super::{Error, ErrorKind};

impl Error {
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
        self.has_status(StatusCode::TOO_MANY_REQUESTS) || self.has_gateway_code("0308")
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

    /// No response came in time.
    ///
    /// # Troubleshooting
    ///
    /// Raise the timeout, or look at the path to the endpoint.
    pub fn is_timeout(&self) -> bool {
        let source = self.0.source.as_deref();
        self.reqwest().is_some_and(reqwest::Error::is_timeout)
            || source.is_some_and(|error| error.is::<Elapsed>())
    }

    /// No connection was made, so nothing was sent.
    ///
    /// # Troubleshooting
    ///
    /// Check the endpoint, the region in it, the proxy and the name server.
    pub fn is_connection_error(&self) -> bool {
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

    /// The same call may succeed later. Includes every failure that the client itself retries, and
    /// credentials whose source could not be reached. A [wait](crate::Wait) continues after it.
    ///
    /// # Troubleshooting
    ///
    /// Call again later, or raise the attempts of the [`RetryPolicy`](crate::RetryPolicy).
    pub fn is_retryable(&self) -> bool {
        let retried = self.status().is_some_and(is_retryable_status);
        self.is_transport() || self.0.transient || (self.0.kind == ErrorKind::Api && retried)
    }

    /// Whether the attempt that ended so sent nothing.
    pub(crate) fn is_unsent(&self) -> bool {
        matches!(
            self.0.kind,
            ErrorKind::InvalidInput | ErrorKind::Credentials
        )
    }

    /// Whether the service refused what was asked, rather than who asked, or when.
    pub(crate) fn is_refusal(&self) -> bool {
        let refused = |status: StatusCode| {
            status.is_client_error() && !matches!(status.as_u16(), 401 | 403 | 408 | 429)
        };
        self.0.kind == ErrorKind::Api && self.status().is_some_and(refused)
    }

    pub(crate) fn is_transport(&self) -> bool {
        self.0.kind == ErrorKind::Transport
    }

    pub(super) fn has_code(&self, code: &str) -> bool {
        self.0.response.as_ref().and_then(|r| r.code()).as_deref() == Some(code)
    }

    fn has_gateway_code(&self, number: &str) -> bool {
        let code = self.code();
        code.is_some_and(|code| is_gateway_code(&code, number))
    }

    fn has_status(&self, status: StatusCode) -> bool {
        self.0.kind == ErrorKind::Api && self.status() == Some(status)
    }

    fn reqwest(&self) -> Option<&reqwest::Error> {
        self.0.source.as_deref()?.downcast_ref()
    }
}

//! Predicates of an error: what to do about it.

use reqwest::StatusCode;
use tokio::time::error::Elapsed;

use super::classify::{is_gateway_code, is_retryable_status};
use super::{Error, ErrorKind};

impl Error {
    /// The project, instance or task does not exist (404), or the task of a wait did not appear.
    ///
    /// # Troubleshooting
    ///
    /// Check the project ID and the region: an instance of another region or project is not found.
    pub fn is_not_found(&self) -> bool {
        self.has_status(StatusCode::NOT_FOUND) || self.0.kind == ErrorKind::TaskNotFound
    }

    /// The service throttled the call (429, or `APIGW.0308`).
    ///
    /// # Troubleshooting
    ///
    /// The client has already retried as the retry policy allows. Wait for the time in the header
    /// `Retry-After` of [`headers`](Self::headers), if it is present, and call less often.
    pub fn is_throttled(&self) -> bool {
        self.has_status(StatusCode::TOO_MANY_REQUESTS) || self.has_gateway_code("0308")
    }

    /// The service rejected the token or the signature (401).
    ///
    /// # Troubleshooting
    ///
    /// [`reason`](Self::reason) says what was refused, if the gateway does. More than five refusals
    /// lock an access key for five minutes, so the client sends nothing for five minutes once the
    /// service has refused its credentials twice: its calls end with the same error, after 0
    /// [`attempts`](Self::attempts). To go on at once with corrected keys, build a new client.
    pub fn is_unauthorized(&self) -> bool {
        self.has_status(StatusCode::UNAUTHORIZED)
    }

    /// The user lacks a permission (403).
    ///
    /// # Troubleshooting
    ///
    /// Grant the permission `dcs:instance:getBackgroundTask` or `dms:instance:getBackgroundTask`.
    pub fn is_forbidden(&self) -> bool {
        self.has_status(StatusCode::FORBIDDEN)
    }

    /// The service rejected the request as invalid (400).
    ///
    /// # Troubleshooting
    ///
    /// [`message`](Self::message) names the parameter. The request builders document the ranges.
    pub fn is_bad_request(&self) -> bool {
        self.has_status(StatusCode::BAD_REQUEST)
    }

    /// The service or the gateway failed (5xx).
    ///
    /// # Troubleshooting
    ///
    /// Try again later. If the failure persists, open a ticket with the request ID.
    pub fn is_server_error(&self) -> bool {
        self.0.kind == ErrorKind::Api && self.status().is_some_and(|s| s.is_server_error())
    }

    /// The service did not respond in time.
    ///
    /// # Troubleshooting
    ///
    /// Raise the timeout, or check the network path to the endpoint.
    pub fn is_timeout(&self) -> bool {
        let source = self.0.source.as_deref();
        self.reqwest().is_some_and(reqwest::Error::is_timeout)
            || source.is_some_and(|error| error.is::<Elapsed>())
    }

    /// The client could not connect; nothing was sent.
    ///
    /// # Troubleshooting
    ///
    /// Check the endpoint, its region, the proxy and DNS.
    pub fn is_connection_error(&self) -> bool {
        self.reqwest().is_some_and(reqwest::Error::is_connect)
    }

    /// The service returned success, and the body does not decode.
    ///
    /// # Troubleshooting
    ///
    /// The message names the position in the body; [`body`](Self::body) returns the raw body. Check
    /// whether a proxy responded in place of the service.
    pub fn is_decode(&self) -> bool {
        self.0.kind == ErrorKind::Decode
    }

    /// No provider has usable credentials.
    ///
    /// # Troubleshooting
    ///
    /// The message names each provider that was tried, and why it has no credentials.
    pub fn is_credentials(&self) -> bool {
        self.0.kind == ErrorKind::Credentials
    }

    /// The same call may succeed later. True for every failure that the client retries, and for an
    /// unreachable credentials source. Once the service has responded, a [wait](crate::Wait) tolerates
    /// such errors for its [grace period](crate::Wait::not_found_grace), and a 429 until its timeout.
    ///
    /// # Troubleshooting
    ///
    /// Call again later, or raise the maximum attempts of the [`RetryPolicy`](crate::RetryPolicy).
    pub fn is_retryable(&self) -> bool {
        let retried = self.status().is_some_and(is_retryable_status);
        self.is_transport() || self.0.transient || (self.0.kind == ErrorKind::Api && retried)
    }

    /// Whether the service rejected the request itself, and not its caller or its time.
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

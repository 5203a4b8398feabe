//! What a call answers: the decoded body, and the answer it came in.

use std::fmt;
use std::ops::Deref;

use bytes::Bytes;
use reqwest::StatusCode;
use reqwest::header::HeaderMap;

/// An answer as it came over the wire.
#[derive(Clone)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    /// How many attempts it took.
    pub(crate) attempts: u32,
}

impl Answer {
    /// The request's ID as the gateway's header names it.
    pub(crate) fn request_id(&self) -> Option<&str> {
        self.headers.get("x-request-id")?.to_str().ok()
    }

    pub(crate) fn content_type(&self) -> Option<&str> {
        self.headers
            .get(reqwest::header::CONTENT_TYPE)?
            .to_str()
            .ok()
    }
}

/// A decoded body, with the answer it came in.
///
/// Dereferences to the body:
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let emulator = hwtasks_emulator::Emulator::start().await?;
/// # let variables = hwtasks::Environment::of(emulator.variables());
/// # let client = hwtasks::ClientBuilder::from_environment(variables).build()?;
/// let list = client.dcs().list("5560df16-cebf-4473-95c4-d1b573c16e79").await?;
/// println!("{} tasks, request {:?}", list.tasks.len(), list.request_id());
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Response<T> {
    body: T,
    answer: Answer,
}

impl<T> Response<T> {
    pub(crate) fn new(body: T, answer: Answer) -> Self {
        Self { body, answer }
    }

    /// The decoded body, without the rest of the answer.
    pub fn into_inner(self) -> T {
        self.body
    }

    /// The HTTP status.
    pub fn status(&self) -> StatusCode {
        self.answer.status
    }

    /// The headers of the answer.
    pub fn headers(&self) -> &HeaderMap {
        &self.answer.headers
    }

    /// Identifies the request in the logs of the service: the header `X-Request-Id`.
    pub fn request_id(&self) -> Option<&str> {
        self.answer.request_id()
    }

    /// The bytes of the body as the service sent them, with every field that no type knows.
    pub fn raw(&self) -> &Bytes {
        &self.answer.body
    }

    pub(crate) fn body_mut(&mut self) -> &mut T {
        &mut self.body
    }

    pub(crate) fn answer(&self) -> &Answer {
        &self.answer
    }

    pub(crate) fn split(self) -> (T, Answer) {
        (self.body, self.answer)
    }
}

impl<T> Deref for Response<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.body
    }
}

impl<T: fmt::Debug> fmt::Debug for Response<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response")
            .field("status", &self.answer.status)
            .field("request_id", &self.answer.request_id())
            .field("body", &self.body)
            .finish()
    }
}

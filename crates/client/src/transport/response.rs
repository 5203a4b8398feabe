//! A decoded body, and the HTTP response it came in.

use std::fmt;
use std::io::{self, Read as _};
use std::ops::Deref;

use bytes::{Bytes, BytesMut};
use flate2::read::MultiGzDecoder;
use reqwest::StatusCode;
use reqwest::header::{CONTENT_ENCODING, HeaderMap, HeaderValue};

use tokio::time::{Instant, timeout_at};

use crate::error::Error;

/// A response as received: status, headers and undecoded body.
#[derive(Clone)]
pub(crate) struct RawResponse {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    /// How many attempts it took.
    pub(crate) attempts: u32,
}

impl RawResponse {
    /// The request's ID as the gateway's header names it.
    pub(crate) fn request_id(&self) -> Option<&str> {
        self.headers.get("x-request-id")?.to_str().ok()
    }

    /// The body without a byte order mark.
    pub(crate) fn json(&self) -> &[u8] {
        let body = &self.body[..];
        body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body)
    }

    pub(crate) fn content_type(&self) -> Option<&str> {
        self.headers
            .get(reqwest::header::CONTENT_TYPE)?
            .to_str()
            .ok()
    }
}

/// The body up to the limit, or up to where reading fails or takes too long.
pub(crate) async fn read_start(
    mut response: reqwest::Response,
    limit: usize,
    deadline: Instant,
) -> Bytes {
    let mut body = BytesMut::new();
    while body.len() < limit
        && let Ok(Ok(Some(chunk))) = timeout_at(deadline, response.chunk()).await
    {
        body.extend_from_slice(&chunk[..chunk.len().min(limit - body.len())]);
    }
    body.freeze()
}

/// The body without the coding gzip, if it has that.
pub(crate) fn gunzipped(headers: &HeaderMap, body: Bytes, limit: usize) -> Result<Bytes, Error> {
    if !is_gzip(headers) || body.is_empty() {
        return Ok(body);
    }
    let (decoded, end) = gunzip(&body, limit);
    end.map_err(Error::broken_body)?;
    match decoded.len() > limit {
        true => Err(Error::body_too_large(limit)),
        false => Ok(decoded.into()),
    }
}

/// The start of a body without the coding gzip, up to the limit or to where it is broken.
pub(crate) fn gunzipped_start(headers: &HeaderMap, body: Bytes, limit: usize) -> Bytes {
    match is_gzip(headers) {
        true => {
            let (mut decoded, _) = gunzip(&body, limit);
            decoded.truncate(limit);
            decoded.into()
        }
        false => body,
    }
}

/// Whether the body has the coding gzip, which a client of reqwest may have decoded already.
fn is_gzip(headers: &HeaderMap) -> bool {
    let coding = headers
        .get(CONTENT_ENCODING)
        .map_or(&b""[..], HeaderValue::as_bytes)
        .trim_ascii();
    coding.eq_ignore_ascii_case(b"gzip") || coding.eq_ignore_ascii_case(b"x-gzip")
}

/// The decoded body, a byte more than the limit at most, and how decoding ended.
fn gunzip(body: &[u8], limit: usize) -> (Vec<u8>, io::Result<usize>) {
    let mut decoded = Vec::new();
    let end = MultiGzDecoder::new(body)
        .take((limit as u64).saturating_add(1))
        .read_to_end(&mut decoded);
    (decoded, end)
}

/// A decoded body, with the response it came in.
///
/// Dereferences to the body:
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let emulator = hwtasks_emulator::Emulator::start().await?;
/// # let variables = hwtasks::Environment::from_vars(emulator.variables());
/// # let client = hwtasks::ClientBuilder::from_environment(variables).build()?;
/// let list = client.dcs().list("5560df16-cebf-4473-95c4-d1b573c16e79").await?;
/// println!("{} tasks, request {:?}", list.tasks.len(), list.request_id());
///
/// let json = serde_json::to_string(&*list)?;
/// let tasks = list.into_inner().tasks;
/// # assert!(json.contains(&tasks[0].id));
/// # Ok(())
/// # }
/// ```
///
/// Use [`into_inner`](Self::into_inner) to move fields out, and `&*response` where a trait of the body
/// is needed, as by serde.
#[derive(Clone)]
pub struct Response<T> {
    body: T,
    raw: RawResponse,
}

impl<T> Response<T> {
    pub(crate) fn new(body: T, raw: RawResponse) -> Self {
        Self { body, raw }
    }

    /// The decoded body, without the rest of the response.
    pub fn into_inner(self) -> T {
        self.body
    }

    /// The HTTP status.
    pub fn status(&self) -> StatusCode {
        self.raw.status
    }

    /// The headers of the response.
    pub fn headers(&self) -> &HeaderMap {
        &self.raw.headers
    }

    /// Identifies the request in the logs of the service: the header `X-Request-Id`.
    pub fn request_id(&self) -> Option<&str> {
        self.raw.request_id()
    }

    /// The bytes of the body as received after decompression, with the fields that no type has.
    pub fn raw_body(&self) -> &Bytes {
        &self.raw.body
    }

    pub(crate) fn body_mut(&mut self) -> &mut T {
        &mut self.body
    }

    pub(crate) fn raw(&self) -> &RawResponse {
        &self.raw
    }

    pub(crate) fn split(self) -> (T, RawResponse) {
        (self.body, self.raw)
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
            .field("status", &self.raw.status)
            .field("request_id", &self.raw.request_id())
            .field("body", &self.body)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    #[test]
    fn gzip_body_is_decoded_up_to_the_limit_and_without_one() {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(b"{}").unwrap();
        let body = Bytes::from(encoder.finish().unwrap());
        let coding = (CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        let headers = HeaderMap::from_iter([coding]);
        for limit in [2, usize::MAX] {
            let decoded = gunzipped(&headers, body.clone(), limit).unwrap();
            assert_eq!(decoded, "{}", "limit {limit}");
        }
        assert!(gunzipped(&headers, body, 1).is_err());
    }
}

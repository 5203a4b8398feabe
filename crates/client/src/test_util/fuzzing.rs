//! What reads text from outside, for fuzz targets and property tests only; not part of the API.

use std::path::Path;
use std::time::Duration;

use bytes::Bytes;
use jiff::Timestamp;
use reqwest::StatusCode;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderValue, RETRY_AFTER};

use crate::credentials::{Credentials, CredentialsError, profile};
use crate::error::Error;
use crate::transport::response::RawResponse;
use crate::transport::retry;

/// The error of a response; `None` when the status or the content type is none.
pub fn error(status: u16, content_type: &[u8], body: &[u8]) -> Option<Error> {
    let content_type = HeaderValue::from_bytes(content_type).ok()?;
    Some(Error::from_status(RawResponse {
        attempts: 1,
        status: StatusCode::from_u16(status).ok()?,
        headers: HeaderMap::from_iter([(CONTENT_TYPE, content_type)]),
        body: Bytes::copy_from_slice(body),
    }))
}

/// How long a header `Retry-After` asks to wait.
pub fn retry_after(value: &[u8], now: Timestamp) -> Option<Duration> {
    let value = HeaderValue::from_bytes(value).ok()?;
    retry::retry_after(&HeaderMap::from_iter([(RETRY_AFTER, value)]), now)
}

/// The credentials in a section of a credentials file.
pub fn credentials_file(
    text: &[u8],
    section: &str,
) -> Result<Option<Credentials>, CredentialsError> {
    profile::parse(Path::new("credentials"), text, section)
}

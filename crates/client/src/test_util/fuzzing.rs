//! Entry points to the parsers of outside text, for fuzz targets, property tests and the corpus only.

use std::path::Path;
use std::time::Duration;

use bytes::Bytes;
use jiff::Timestamp;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderValue, RETRY_AFTER};
use reqwest::{StatusCode, Url};

use crate::config::environment::Environment;
use crate::config::proxy::Proxies;
use crate::credentials::{Credentials, CredentialsError, profile};
use crate::error::Error;
use crate::transport::response::RawResponse;
use crate::transport::retry;

/// Returns the error of a response; `None` when the status or the content type is invalid.
pub fn error(status: u16, content_type: &[u8], body: &[u8]) -> Option<Error> {
    let content_type = HeaderValue::from_bytes(content_type).ok()?;
    Some(Error::from_status(RawResponse {
        attempts: 1,
        status: StatusCode::from_u16(status).ok()?,
        headers: HeaderMap::from_iter([(CONTENT_TYPE, content_type)]),
        body: Bytes::copy_from_slice(body),
    }))
}

/// Returns the delay in a header `Retry-After`.
pub fn retry_after(value: &[u8], now: Timestamp) -> Option<Duration> {
    let value = HeaderValue::from_bytes(value).ok()?;
    retry::retry_after(&HeaderMap::from_iter([(RETRY_AFTER, value)]), now)
}

/// Returns the credentials in a section of a credentials file.
pub fn credentials_file(
    text: &[u8],
    section: &str,
) -> Result<Option<Credentials>, CredentialsError> {
    profile::parse(Path::new("credentials"), text, section)
}

/// Returns the proxy of a URL by the variables of an environment.
pub fn proxy(environment: &Environment, url: &Url) -> Result<Option<Url>, Error> {
    Proxies::new(environment)
        .for_url(url)
        .map(Option::<&Url>::cloned)
}

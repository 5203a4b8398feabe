//! Signing, for clients.

use std::borrow::Cow;
use std::fmt;

use hmac::Mac;
use jiff::Timestamp;

use crate::canonical::{self, Header, UNSIGNED_PAYLOAD};
use crate::request::{Target, is_token, trim};
use crate::{ALGORITHM, Credentials, SignError, SigningRequest, date};

/// Request headers that the signer always replaces.
const ALWAYS_REPLACED: [&str; 2] = ["authorization", "x-sdk-date"];

/// The result of [`sign`]: the headers and the request target to send, and the intermediate texts.
#[derive(Clone)]
pub struct Signed {
    headers: Vec<(&'static str, String)>,
    request_target: String,
    signed_headers: String,
    canonical_request: String,
    string_to_sign: String,
}

impl Signed {
    /// The headers to set on the request, **replacing** headers of the same name.
    ///
    /// They are `Host`, `X-Sdk-Date` and `Authorization`, and where they apply `X-Security-Token`, `X-Project-Id` and
    /// `X-Sdk-Content-Sha256`. `Authorization` and `X-Security-Token` are secrets: mark them sensitive.
    pub fn headers(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.headers
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
    }

    /// The value of the `Authorization` header.
    pub fn authorization(&self) -> &str {
        self.headers
            .iter()
            .find(|(name, _)| *name == "Authorization")
            .map_or("", |(_, value)| value)
    }

    /// The request target to send: the given path, and the query in its canonical order and encoding.
    pub fn request_target(&self) -> &str {
        &self.request_target
    }

    /// The names of the signed headers in lower case, sorted and joined with `;`.
    pub fn signed_headers(&self) -> &str {
        &self.signed_headers
    }

    /// The canonical request. Do not log it: it contains all signed header values, including the security token of
    /// temporary keys.
    pub fn canonical_request(&self) -> &str {
        &self.canonical_request
    }

    /// The string-to-sign, whose HMAC is the signature. It contains no secret.
    pub fn string_to_sign(&self) -> &str {
        &self.string_to_sign
    }
}

impl fmt::Debug for Signed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.headers.iter().map(|(name, _)| name).collect();
        f.debug_struct("Signed")
            .field("headers", &names)
            .field("request_target", &self.request_target)
            .field(
                "canonical_request",
                &canonical::redact(&self.canonical_request),
            )
            .field("string_to_sign", &self.string_to_sign)
            .finish()
    }
}

/// Signs a request with the current time in `time`.
///
/// The gateway rejects signatures that differ from its clock by more than 15 minutes, so sign each attempt again.
///
/// All headers are signed, except those with a `_` in the name. A given `Host` header is kept. `Authorization` and
/// `X-Sdk-Date` are replaced; `X-Security-Token` and `X-Project-Id` only if the credentials have them. The body is not
/// signed if `Content-Type` begins with neither `application/json` nor `application/bson`.
///
/// # Errors
///
/// [`SignError`] if the input cannot be signed. It names the part to correct.
pub fn sign(
    request: &SigningRequest<'_>,
    credentials: &Credentials,
    time: Timestamp,
) -> Result<Signed, SignError> {
    let access_key = credentials.access_key();
    if access_key.is_empty()
        || !access_key
            .bytes()
            .all(|b| b.is_ascii_graphic() && b != b',')
    {
        return Err(SignError::InvalidAccessKey(access_key.to_owned()));
    }
    if credentials.secret_key().is_empty() {
        return Err(SignError::EmptySecretKey);
    }
    if !is_token(request.method) {
        return Err(SignError::InvalidMethod(request.method.to_owned()));
    }
    let target = Target::parse(request.uri)?;
    let added = signer_headers(request, credentials, &target, time)?;
    let date = added
        .iter()
        .find(|(name, _)| *name == "X-Sdk-Date")
        .map_or("", |(_, value)| value);
    let headers = headers_to_sign(request, &added)?;
    let signed_headers = canonical::signed_headers(&headers);
    let content_sha256 = headers
        .iter()
        .find(|(name, _)| name == "x-sdk-content-sha256")
        .map(|(_, value)| *value);
    let body_hash = canonical::body_hash(&request.body_sha256, content_sha256);
    let query = canonical::query(target.query);
    let built = canonical::build(
        request.method,
        target.path,
        &query,
        &headers,
        &signed_headers,
        &body_hash,
        date,
    );
    let signature = canonical::hex(
        &canonical::mac(credentials.secret_key(), &built.string_to_sign)
            .finalize()
            .into_bytes(),
    );

    let mut request_target = target.wire_path().into_owned();
    if !query.is_empty() {
        request_target.push('?');
        request_target.push_str(&query);
    }
    let authorization = format!(
        "{ALGORITHM} Access={access_key}, SignedHeaders={signed_headers}, Signature={signature}"
    );
    let mut added = added;
    added.push(("Authorization", authorization));
    Ok(Signed {
        headers: added,
        request_target,
        signed_headers,
        canonical_request: built.request,
        string_to_sign: built.string_to_sign,
    })
}

/// The headers that the signer adds or replaces, without `Authorization`.
fn signer_headers(
    request: &SigningRequest<'_>,
    credentials: &Credentials,
    target: &Target<'_>,
    time: Timestamp,
) -> Result<Vec<(&'static str, String)>, SignError> {
    let mut added = Vec::with_capacity(6);
    let host = match (request.values("host").next(), &target.authority) {
        (Some(given), _) if !given.is_empty() => given.to_owned(),
        (_, Some(authority)) => authority.clone(),
        (_, None) => return Err(SignError::MissingHost),
    };
    added.push(("Host", host));
    added.push((
        "X-Sdk-Date",
        date::format(time).ok_or(SignError::TimeOutOfRange(time))?,
    ));
    if let Some(token) = credentials.security_token() {
        added.push(("X-Security-Token", trim(token).to_owned()));
    }
    if let Some(project_id) = credentials.project_id() {
        added.push(("X-Project-Id", trim(project_id).to_owned()));
    }
    let unsigned_body = request.values("content-type").any(|kind| {
        !kind.is_empty()
            && !kind.starts_with("application/json")
            && !kind.starts_with("application/bson")
    });
    if unsigned_body {
        added.push(("X-Sdk-Content-Sha256", UNSIGNED_PAYLOAD.to_owned()));
    }
    Ok(added)
}

/// The headers to sign, sorted: all headers on the wire whose names have no `_`.
fn headers_to_sign<'a>(
    request: &SigningRequest<'a>,
    added: &'a [(&'static str, String)],
) -> Result<Vec<Header<'a>>, SignError> {
    let is_added = |name: &str| {
        ALWAYS_REPLACED.iter().any(|n| n.eq_ignore_ascii_case(name))
            || added.iter().any(|(n, _)| n.eq_ignore_ascii_case(name))
    };
    let given = request
        .headers
        .iter()
        .copied()
        .filter(|(name, _)| !is_added(name));
    let all = given.chain(added.iter().map(|(name, value)| (*name, value.as_str())));
    let mut headers = Vec::with_capacity(request.headers.len() + added.len());
    for (name, value) in all {
        if !is_token(name) || value.chars().any(|c| c != '\t' && c.is_ascii_control()) {
            return Err(SignError::InvalidHeader(name.to_owned()));
        }
        if !name.contains('_') {
            let lower = if name.bytes().any(|b| b.is_ascii_uppercase()) {
                Cow::Owned(name.to_ascii_lowercase())
            } else {
                Cow::Borrowed(name)
            };
            headers.push((lower, trim(value)));
        }
    }
    headers.sort();
    Ok(headers)
}

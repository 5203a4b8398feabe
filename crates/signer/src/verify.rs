//! Verification, for servers.

use std::borrow::{Borrow, Cow};

use hmac::Mac;
use jiff::{SignedDuration, Timestamp};
use subtle::ConstantTimeEq;

use crate::canonical::{self, Header, UNSIGNED_PAYLOAD};
use crate::error::Mismatch;
use crate::request::{EMPTY_BODY, Target, is_token, trim};
use crate::{ALGORITHM, Credentials, SigningRequest, VerifyError, date};

/// The maximum difference between `X-Sdk-Date` and the verifier's time, in either direction: 15 minutes, as at the
/// gateway.
pub const MAX_CLOCK_SKEW: SignedDuration = SignedDuration::from_mins(15);

/// A verified request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    access_key: String,
    signed_at: Timestamp,
}

impl Verified {
    /// The access key that signed the request.
    pub fn access_key(&self) -> &str {
        &self.access_key
    }

    /// The time in `X-Sdk-Date`.
    pub fn signed_at(&self) -> Timestamp {
        self.signed_at
    }
}

/// Verifies the signature of a received request.
///
/// `request` has the method, the unmodified request target, **all** headers including `Authorization`, and the hash of
/// the received body. `lookup` finds the credentials of an access key. The signed headers must include `host` and
/// `x-sdk-date`. With temporary credentials, they must include the security token. Signature and token are compared in
/// constant time.
///
/// # Errors
///
/// [`VerifyError`] of the first failed check, in this order: form of the headers, access key, clock, token, hash of the
/// body, signature.
pub fn verify<C: Borrow<Credentials>>(
    request: &SigningRequest<'_>,
    now: Timestamp,
    lookup: impl FnOnce(&str) -> Option<C>,
) -> Result<Verified, VerifyError> {
    let authorization = Authorization::parse(
        only(request, "Authorization")?.ok_or(VerifyError::MissingAuthorization)?,
    )?;
    let headers = signed_headers(request, &authorization)?;
    let date_text = only(request, "X-Sdk-Date")?.unwrap_or_default();
    let signed_at = date::parse(date_text).ok_or_else(|| {
        malformed(format!(
            "X-Sdk-Date is {date_text:?}, which is not of the form YYYYMMDDTHHMMSSZ"
        ))
    })?;
    let target = Target::parse(request.uri).map_err(|error| malformed(error.to_string()))?;
    if !is_token(request.method) {
        return Err(malformed(format!(
            "the method {:?} is not an HTTP method",
            request.method
        )));
    }

    let credentials = lookup(authorization.access_key)
        .ok_or_else(|| VerifyError::UnknownAccessKey(authorization.access_key.to_owned()))?;
    let credentials: &Credentials = credentials.borrow();
    if signed_at.duration_since(now).abs() > MAX_CLOCK_SKEW {
        return Err(VerifyError::ClockSkew { signed_at, now });
    }
    check_token(credentials, request, &headers)?;
    let content_sha256 = only(request, "X-Sdk-Content-Sha256")?;
    check_body(&request.body_sha256, content_sha256)?;

    let built = canonical::build(
        request.method,
        target.path,
        &canonical::query(target.query),
        &headers,
        authorization.signed_headers,
        &canonical::body_hash(&request.body_sha256, content_sha256),
        date_text,
    );
    canonical::mac(credentials.secret_key(), &built.string_to_sign)
        .verify_slice(&authorization.signature)
        .map_err(|_| {
            VerifyError::Mismatch(Box::new(Mismatch {
                canonical_request: built.request,
                string_to_sign: built.string_to_sign,
            }))
        })?;
    Ok(Verified {
        access_key: authorization.access_key.to_owned(),
        signed_at,
    })
}

fn malformed(message: impl Into<String>) -> VerifyError {
    VerifyError::Malformed(message.into())
}

/// The value of a header that may occur once, or `None`.
fn only<'a>(
    request: &SigningRequest<'a>,
    name: &'static str,
) -> Result<Option<&'a str>, VerifyError> {
    let mut values = request.values(name);
    let first = values.next();
    match values.next() {
        Some(_) => Err(malformed(format!("there is more than one {name} header"))),
        None => Ok(first),
    }
}

/// `SDK-HMAC-SHA256 Access=AK, SignedHeaders=a;b, Signature=hex`.
struct Authorization<'a> {
    access_key: &'a str,
    signed_headers: &'a str,
    signature: [u8; 32],
}

impl<'a> Authorization<'a> {
    fn parse(value: &'a str) -> Result<Self, VerifyError> {
        // A value without a blank may be a token, so the error omits it.
        let (algorithm, rest) = value.split_once(' ').ok_or_else(|| {
            malformed("the Authorization header does not begin with an algorithm")
        })?;
        if algorithm != ALGORITHM {
            return Err(VerifyError::UnsupportedAlgorithm(
                algorithm.chars().take(64).collect(),
            ));
        }
        let (mut access_key, mut signed_headers, mut signature) = (None, None, None);
        for field in rest.split(',') {
            let (name, value) = field
                .trim()
                .split_once('=')
                .ok_or_else(|| malformed("the Authorization header has a field without '='"))?;
            let slot = match name {
                "Access" => &mut access_key,
                "SignedHeaders" => &mut signed_headers,
                "Signature" => &mut signature,
                _ => {
                    return Err(malformed(format!(
                        "the Authorization header has an unknown field {name:?}"
                    )));
                }
            };
            if slot.replace(value).is_some() {
                return Err(malformed(format!(
                    "the Authorization header has {name} twice"
                )));
            }
        }
        let need = |field: Option<&'a str>, name: &str| {
            field
                .filter(|v| !v.is_empty())
                .ok_or_else(|| malformed(format!("the Authorization header lacks {name}")))
        };
        let hex = need(signature, "Signature")?;
        let mut signature = [0; 32];
        let decoded = base16ct::lower::decode(hex, &mut signature).map(<[u8]>::len);
        if decoded != Ok(32) {
            return Err(malformed(
                "Signature must be 64 lower-case hexadecimal digits",
            ));
        }
        Ok(Self {
            access_key: need(access_key, "Access")?,
            signed_headers: need(signed_headers, "SignedHeaders")?,
            signature,
        })
    }
}

/// The headers of the request that `SignedHeaders` names.
fn signed_headers<'a>(
    request: &SigningRequest<'a>,
    authorization: &Authorization<'a>,
) -> Result<Vec<Header<'a>>, VerifyError> {
    let names: Vec<&str> = authorization.signed_headers.split(';').collect();
    if let Some(bad) = names
        .iter()
        .find(|n| !is_token(n) || n.bytes().any(|b| b.is_ascii_uppercase()))
    {
        return Err(malformed(format!(
            "SignedHeaders has {bad:?}: it must be lower-case header names joined with ';'"
        )));
    }
    if !names.is_sorted_by(|a, b| a < b) {
        return Err(malformed("SignedHeaders must be sorted, each name once"));
    }
    for required in ["host", "x-sdk-date"] {
        if !names.contains(&required) {
            return Err(VerifyError::UnsignedHeader(required));
        }
    }
    only(request, "Host")?;
    let mut headers = Vec::with_capacity(names.len());
    for name in names {
        let before = headers.len();
        let same = request
            .headers
            .iter()
            .filter(|(n, _)| n.eq_ignore_ascii_case(name));
        headers.extend(same.map(|(_, value)| (Cow::Borrowed(name), trim(value))));
        if headers.len() == before {
            return Err(VerifyError::MissingHeader(name.to_owned()));
        }
        headers[before..].sort();
    }
    Ok(headers)
}

fn check_token(
    credentials: &Credentials,
    request: &SigningRequest<'_>,
    headers: &[Header<'_>],
) -> Result<(), VerifyError> {
    let given = only(request, "X-Security-Token")?;
    let accepted = match (credentials.security_token(), given) {
        (None, None) => true,
        (Some(expected), Some(given)) => {
            let is_signed = headers.iter().any(|(name, _)| name == "x-security-token");
            is_signed && bool::from(trim(expected).as_bytes().ct_eq(given.as_bytes()))
        }
        _ => false,
    };
    if accepted {
        Ok(())
    } else {
        Err(VerifyError::SecurityToken)
    }
}

/// Checks the hash in `X-Sdk-Content-Sha256`, if the client sent one.
fn check_body(body_sha256: &[u8; 32], stated: Option<&str>) -> Result<(), VerifyError> {
    match stated {
        Some(stated)
            if *body_sha256 != EMPTY_BODY
                && stated != UNSIGNED_PAYLOAD
                && stated != canonical::hex(body_sha256) =>
        {
            Err(VerifyError::BodyHash)
        }
        _ => Ok(()),
    }
}

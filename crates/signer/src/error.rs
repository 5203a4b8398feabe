//! What can go wrong on either side, in words that say what to do.

use std::fmt;

use jiff::Timestamp;

use crate::canonical;

/// Why a request could not be signed. Always the caller's input; nothing was sent anywhere.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SignError {
    /// The access key is empty, or has a character that cannot stand in the `Authorization` header.
    #[error(
        "the access key {0:?} cannot be used: it must be visible ASCII without ',' and not empty"
    )]
    InvalidAccessKey(String),
    /// The secret key is empty.
    #[error("the secret key is empty")]
    EmptySecretKey,
    /// Neither `https://host[:port]/path?query` nor `/path?query`.
    #[error(
        "the URI {0:?} cannot be signed: it must be http(s)://host[:port]/path?query, or begin with '/'"
    )]
    InvalidUri(String),
    /// The URI is only a path, and there is no `Host` header to take the host from.
    #[error("no host to sign: give an absolute URI or a Host header")]
    MissingHost,
    /// The method is not an HTTP token.
    #[error("the method {0:?} is not an HTTP method")]
    InvalidMethod(String),
    /// A header's name is not an HTTP token, or its value has a control character. The value is not shown.
    #[error(
        "the header {0:?} cannot be sent: its name is not an HTTP token, or its value has a control character"
    )]
    InvalidHeader(String),
    /// `X-Sdk-Date` has room for the years 0000 to 9999.
    #[error("the time {0} cannot be written as X-Sdk-Date: its year does not have four digits")]
    TimeOutOfRange(Timestamp),
}

/// Why a request's signature was not accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum VerifyError {
    /// There is no `Authorization` header.
    #[error("the Authorization header is missing")]
    MissingAuthorization,
    /// The `Authorization` header begins with the name of another algorithm.
    #[error(
        "the algorithm {0:?} is not supported: the Authorization header must begin with \"SDK-HMAC-SHA256 \""
    )]
    UnsupportedAlgorithm(String),
    /// A part of the request that the signature needs does not have the form it must have.
    #[error("{0}")]
    Malformed(String),
    /// A header is missing that is required, or that `SignedHeaders` names.
    #[error("the header {0:?} is missing, but the signature covers it")]
    MissingHeader(String),
    /// `host` or `x-sdk-date` is not among `SignedHeaders`.
    #[error("SignedHeaders must name {0:?}")]
    UnsignedHeader(&'static str),
    /// Nobody has this access key.
    #[error("the access key {0:?} is not known")]
    UnknownAccessKey(String),
    /// The request was signed more than [`MAX_CLOCK_SKEW`](crate::MAX_CLOCK_SKEW) before or after now.
    #[error(
        "X-Sdk-Date is {signed_at} but it is {now} here: more than 15 minutes apart; set the client's clock"
    )]
    ClockSkew {
        /// What `X-Sdk-Date` says.
        signed_at: Timestamp,
        /// The verifier's time.
        now: Timestamp,
    },
    /// Temporary keys came without their token, permanent keys with one, or the token is another.
    #[error(
        "X-Security-Token is missing, not signed, or not the token that belongs to this access key"
    )]
    SecurityToken,
    /// `X-Sdk-Content-Sha256` is there, is not `UNSIGNED-PAYLOAD`, and is not the hash of the body that came.
    #[error("X-Sdk-Content-Sha256 is not the SHA-256 of the body that was received")]
    BodyHash,
    /// Everything is well-formed, and the signature is another one.
    #[error(
        "the signature does not match; compare the canonical request with the one you signed:\n{0}"
    )]
    Mismatch(Box<Mismatch>),
}

/// What the verifier computed for a request whose signature was a different one.
#[derive(Clone, PartialEq, Eq)]
pub struct Mismatch {
    pub(crate) canonical_request: String,
    pub(crate) string_to_sign: String,
}

impl Mismatch {
    /// The canonical request as computed from what was received, with the values of secret headers
    /// (`x-security-token`, `x-auth-token`, cookies) replaced by `[redacted]`.
    pub fn canonical_request(&self) -> String {
        canonical::redact(&self.canonical_request)
    }

    /// The string-to-sign; its last line is the hash of the unredacted canonical request.
    pub fn string_to_sign(&self) -> &str {
        &self.string_to_sign
    }
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}\n\nstring to sign:\n{}",
            self.canonical_request(),
            self.string_to_sign
        )
    }
}

impl fmt::Debug for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mismatch")
            .field("canonical_request", &self.canonical_request())
            .field("string_to_sign", &self.string_to_sign)
            .finish()
    }
}

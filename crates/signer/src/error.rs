//! The errors of signing and verification.

use std::fmt;

use jiff::Timestamp;

use crate::canonical;

/// Why a request cannot be signed. The cause is always the caller's input.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum SignError {
    /// The access key is empty or has a character that is invalid in the `Authorization` header.
    InvalidAccessKey(String),
    /// The secret key is empty.
    EmptySecretKey,
    /// The URI is neither `http(s)://host[:port]/path?query` nor `/path?query`.
    InvalidUri(String),
    /// The URI has no host, and the request has no `Host` header.
    MissingHost,
    /// The method is not an HTTP token.
    InvalidMethod(String),
    /// A header name is not an HTTP token, or a value has a control character. The error omits the value.
    InvalidHeader(String),
    /// The year is outside 0000 to 9999, the range of `X-Sdk-Date`.
    TimeOutOfRange(Timestamp),
}

impl fmt::Display for SignError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InvalidAccessKey(key) => write!(
                f,
                "the access key {key:?} cannot be used: it must be visible ASCII without ',' and not empty"
            ),
            Self::EmptySecretKey => f.write_str("the secret key is empty"),
            Self::InvalidUri(uri) => write!(
                f,
                "the URI {uri:?} cannot be signed: it must be http(s)://host[:port]/path?query, or begin with '/'"
            ),
            Self::MissingHost => {
                f.write_str("no host to sign: give an absolute URI or a Host header")
            }
            Self::InvalidMethod(method) => write!(f, "the method {method:?} is not an HTTP method"),
            Self::InvalidHeader(name) => write!(
                f,
                "the header {name:?} cannot be sent: its name is not an HTTP token, or its value has a control character"
            ),
            Self::TimeOutOfRange(time) => write!(
                f,
                "the time {time} cannot be written as X-Sdk-Date: its year does not have four digits"
            ),
        }
    }
}

impl std::error::Error for SignError {}

/// Why a signature was rejected.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum VerifyError {
    /// The request has no `Authorization` header.
    MissingAuthorization,
    /// The `Authorization` header names another algorithm.
    UnsupportedAlgorithm(String),
    /// A part of the request that the signature covers is malformed.
    Malformed(String),
    /// A header that `SignedHeaders` names is missing.
    MissingHeader(String),
    /// `SignedHeaders` lacks `host` or `x-sdk-date`.
    UnsignedHeader(&'static str),
    /// The lookup found no credentials for this access key.
    UnknownAccessKey(String),
    /// The time of the signature differs from now by more than [`MAX_CLOCK_SKEW`](crate::MAX_CLOCK_SKEW).
    ClockSkew {
        /// The time in `X-Sdk-Date`.
        signed_at: Timestamp,
        /// The verifier's time.
        now: Timestamp,
    },
    /// The token of temporary keys is missing, unsigned or wrong, or permanent keys came with a token.
    SecurityToken,
    /// `X-Sdk-Content-Sha256` is neither `UNSIGNED-PAYLOAD` nor the hash of the received body.
    BodyHash,
    /// The request is well-formed, but the signature does not match.
    Mismatch(Box<Mismatch>),
}

impl fmt::Display for VerifyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MissingAuthorization => f.write_str("the Authorization header is missing"),
            Self::UnsupportedAlgorithm(algorithm) => write!(f, "the algorithm {algorithm:?} is not supported: the Authorization header must begin with \"SDK-HMAC-SHA256 \""),
            Self::Malformed(problem) => write!(f, "{problem}"),
            Self::MissingHeader(name) => write!(f, "the header {name:?} is missing, but the signature covers it"),
            Self::UnsignedHeader(name) => write!(f, "SignedHeaders must name {name:?}"),
            Self::UnknownAccessKey(key) => write!(f, "the access key {key:?} is not known"),
            Self::ClockSkew { signed_at, now } => write!(f, "X-Sdk-Date is {signed_at} but it is {now} here: more than 15 minutes apart; set the client's clock"),
            Self::SecurityToken => f.write_str("X-Security-Token is missing, not signed, or not the token that belongs to this access key"),
            Self::BodyHash => f.write_str("X-Sdk-Content-Sha256 is not the SHA-256 of the body that was received"),
            Self::Mismatch(mismatch) => write!(f, "the signature does not match; compare the canonical request with the one you signed:\n{mismatch}"),
        }
    }
}

impl std::error::Error for VerifyError {}

/// The verifier's computation for a request whose signature does not match.
#[derive(Clone, PartialEq, Eq)]
pub struct Mismatch {
    pub(crate) canonical_request: String,
    pub(crate) string_to_sign: String,
}

impl Mismatch {
    /// The canonical request of the received request. The values of secret headers (`x-security-token`, `x-auth-token`,
    /// cookies) are `[redacted]`.
    pub fn canonical_request(&self) -> String {
        canonical::redact(&self.canonical_request)
    }

    /// The string-to-sign. Its last line is the hash of the unredacted canonical request.
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

//! SDK-HMAC-SHA256 request signing, as the API gateway of Huawei Cloud requires for access keys (AK/SK).
//!
//! [`sign`] computes the headers to send from a request, credentials and a time. [`verify`] checks them, as the gateway
//! does. Both are pure functions: they do no I/O and read no clock. Both return the canonical request and the
//! string-to-sign, which help to find why two signers disagree.
//!
//! ```
//! use hwtasks_signer::{Credentials, SigningRequest, sign, verify};
//!
//! let credentials = Credentials::new("QTWAOYTTINDUT2QVKYUC", "MFyfvK41ba2giqM7Uio6PznpdUKGpownRZlmVmHc");
//! let request = SigningRequest::new("GET", "https://service.region.example.com/v1/77b6a44c/vpcs?limit=2&marker=1355")
//!     .header("Content-Type", "application/json");
//! let now = "2019-11-15T03:36:55Z".parse()?;
//!
//! let signed = sign(&request, &credentials, now)?;
//! assert_eq!(signed.request_target(), "/v1/77b6a44c/vpcs?limit=2&marker=1355");
//! assert_eq!(signed.signed_headers(), "content-type;host;x-sdk-date");
//!
//! // The server receives the target, the caller's headers and the signer's headers.
//! let received = SigningRequest::new("GET", signed.request_target())
//!     .header("Content-Type", "application/json")
//!     .headers(signed.headers());
//! let verified = verify(&received, now, |access_key| {
//!     (access_key == credentials.access_key()).then_some(&credentials)
//! })?;
//! assert_eq!(verified.access_key(), "QTWAOYTTINDUT2QVKYUC");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Algorithm
//!
//! ```text
//! canonical request = METHOD \n URI \n QUERY \n HEADERS \n SIGNED-HEADERS \n BODY-HASH
//! string to sign    = "SDK-HMAC-SHA256" \n X-Sdk-Date \n hex(sha256(canonical request))
//! signature         = hex(hmac_sha256(secret key, string to sign))
//! ```
//!
//! * `URI`: the path, percent-decoded and encoded again with upper-case hex. Only `A-Z a-z 0-9 - _ . ~` and `/` stay
//!   unencoded, and a missing final `/` is added. A `%2F` is therefore signed as a separator, as the official signers do;
//!   the path on the wire keeps it.
//! * `QUERY`: pairs decoded, sorted by name and then value, and encoded as above (`/` too). A name without a value gets a
//!   `=`. `+` means a plus. The same string must be sent: use [`Signed::request_target`] instead of the original URI.
//! * `HEADERS`: every header whose name has no `_`, lower-case, trimmed and sorted, one per line. They always include
//!   `host`, with a port that is not the scheme's default, and `x-sdk-date` (`YYYYMMDDTHHMMSSZ`, UTC).
//! * `BODY-HASH`: the SHA-256 of the body in hex, or `UNSIGNED-PAYLOAD` for a body that is neither JSON nor BSON.
//!
//! Sources: the signing guide (devg-apisign, "api-sign-algorithm-001") and the signers of the official Python and Go SDKs.
//! Not supported: the derived algorithm V11-HMAC-SHA256, and the SM2, SM3 and ECDSA variants.

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

mod canonical;
mod credentials;
mod date;
mod error;
mod request;
mod sign;
mod verify;

pub use credentials::Credentials;
pub use error::{Mismatch, SignError, VerifyError};
pub use request::SigningRequest;
pub use sign::{Signed, sign};
pub use verify::{MAX_CLOCK_SKEW, Verified, verify};

/// The name of the algorithm: the first word of the `Authorization` header and the first line of the string-to-sign.
pub const ALGORITHM: &str = "SDK-HMAC-SHA256";

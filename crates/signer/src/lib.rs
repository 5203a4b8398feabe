//! SDK-HMAC-SHA256, the signature Huawei Cloud's API gateway asks of every AK/SK request.
//!
//! Two pure functions, without I/O and without a clock: [`sign`] turns a request, credentials and a time into the
//! headers to send, and [`verify`] is its other half, what a gateway (or an emulator of one) does with them. Both show
//! the canonical request and the string-to-sign, which is what one needs to see when two signers disagree.
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
//! // What arrives at the other end: the target, the caller's own headers and those the signer made.
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
//! # What is signed
//!
//! ```text
//! canonical request = METHOD \n URI \n QUERY \n HEADERS \n SIGNED-HEADERS \n BODY-HASH
//! string to sign    = "SDK-HMAC-SHA256" \n X-Sdk-Date \n hex(sha256(canonical request))
//! signature         = hex(hmac_sha256(secret key, string to sign))
//! ```
//!
//! * `URI`: the path, percent-decoded and encoded again with upper-case hex, only `A-Z a-z 0-9 - _ . ~` and `/` left as
//!   they are, a `/` added at the end if there is none. A `%2F` is therefore signed as a separator, as the official
//!   signers do; the path that is sent keeps it.
//! * `QUERY`: pairs decoded, sorted by name and then value, encoded as above (`/` too); a name without a value gets its
//!   `=`. `+` means a plus. The same string goes on the wire: send [`Signed::request_target`], not the URI you began with.
//! * `HEADERS`: every header of the request whose name has no `_`, lower case, trimmed, sorted, one line each. Among them
//!   always `host`, with the port if it is not the scheme's own, and `x-sdk-date` (`YYYYMMDDTHHMMSSZ`, UTC).
//! * `BODY-HASH`: SHA-256 of the body in hex; of a body that is neither JSON nor BSON, `UNSIGNED-PAYLOAD`.
//!
//! Sources: the signing guide (devg-apisign, "api-sign-algorithm-001") and the signers of the official Python and Go SDKs.
//! Not done: the derived variant V11-HMAC-SHA256, and the SM2, SM3 and ECDSA variants.

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

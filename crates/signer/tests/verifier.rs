//! The verifier's errors for malformed and altered requests.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may stop where it stands"
)]

use hwtasks_signer::{Credentials, MAX_CLOCK_SKEW, SigningRequest, VerifyError, sign, verify};
use jiff::{SignedDuration, Timestamp};

const NOW: Timestamp = Timestamp::constant(1_592_381_886, 0);

fn keys() -> Credentials {
    Credentials::new("ak", "sk")
}

/// Signs `GET /a` for host `h`, alters the headers, and verifies at `NOW`.
fn after(alter: impl FnOnce(&mut Vec<(String, String)>)) -> Result<(), VerifyError> {
    after_with(&keys(), NOW, alter)
}

fn after_with(
    keys: &Credentials,
    signed_at: Timestamp,
    alter: impl FnOnce(&mut Vec<(String, String)>),
) -> Result<(), VerifyError> {
    let signed = sign(&SigningRequest::new("GET", "https://h/a"), keys, signed_at).unwrap();
    let mut headers: Vec<_> = signed
        .headers()
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    alter(&mut headers);
    let request = SigningRequest::new("GET", "/a")
        .headers(headers.iter().map(|(n, v)| (n.as_str(), v.as_str())));
    verify(&request, NOW, |ak| (ak == "ak").then_some(keys)).map(|_| ())
}

fn set(headers: &mut Vec<(String, String)>, name: &str, value: &str) {
    headers.retain(|(n, _)| n != name);
    headers.push((name.to_owned(), value.to_owned()));
}

fn with_authorization(value: &str) -> VerifyError {
    after(|headers| set(headers, "Authorization", value)).unwrap_err()
}

fn malformed_says(error: &VerifyError, words: &str) {
    assert!(
        matches!(error, VerifyError::Malformed(message) if message.contains(words)),
        "{error:?}"
    );
}

#[test]
fn verify_unaltered_request_is_accepted() {
    assert_eq!(after(|_| ()), Ok(()));
}

#[test]
fn verify_malformed_authorization_is_rejected() {
    assert_eq!(
        after(|h| h.retain(|(n, _)| n != "Authorization")),
        Err(VerifyError::MissingAuthorization)
    );
    assert_eq!(
        with_authorization("Bearer secret"),
        VerifyError::UnsupportedAlgorithm("Bearer".to_owned())
    );
    let bare = with_authorization("secret-token");
    malformed_says(&bare, "does not begin with an algorithm");
    assert!(!bare.to_string().contains("secret"));
    let zeros = "0".repeat(64);
    for (value, words) in [
        ("SDK-HMAC-SHA256 Access=ak".to_owned(), "lacks Signature"),
        (
            format!("SDK-HMAC-SHA256 Access=ak, Signature={zeros}"),
            "lacks SignedHeaders",
        ),
        (
            format!("SDK-HMAC-SHA256 SignedHeaders=host;x-sdk-date, Signature={zeros}"),
            "lacks Access",
        ),
        (
            format!("SDK-HMAC-SHA256 Access=, SignedHeaders=host;x-sdk-date, Signature={zeros}"),
            "lacks Access",
        ),
        (
            format!("SDK-HMAC-SHA256 Access=ak, Access=ak, SignedHeaders=host, Signature={zeros}"),
            "Access twice",
        ),
        (
            format!("SDK-HMAC-SHA256 Access=ak, SignedHeaders=host, Signature={zeros}, X=1"),
            "unknown field \"X\"",
        ),
        ("SDK-HMAC-SHA256 Access".to_owned(), "without '='"),
        (
            "SDK-HMAC-SHA256 Access=ak, SignedHeaders=host, Signature=00".to_owned(),
            "64 lower-case",
        ),
        (
            format!("SDK-HMAC-SHA256 Access=ak, SignedHeaders=x-sdk-date;host, Signature={zeros}"),
            "sorted",
        ),
        (
            format!("SDK-HMAC-SHA256 Access=ak, SignedHeaders=host;host, Signature={zeros}"),
            "each name once",
        ),
        (
            format!("SDK-HMAC-SHA256 Access=ak, SignedHeaders=Host;x-sdk-date, Signature={zeros}"),
            "lower-case",
        ),
        (
            format!("SDK-HMAC-SHA256 Access=ak, SignedHeaders=host;, Signature={zeros}"),
            "lower-case",
        ),
    ] {
        malformed_says(&with_authorization(&value), words);
    }
    malformed_says(
        &after(|h| h.push(h[h.len() - 1].clone())).unwrap_err(),
        "more than one Authorization",
    );
}

#[test]
fn verify_without_signed_host_and_date_is_rejected() {
    let zeros = "0".repeat(64);
    let signed = |names: &str| {
        format!("SDK-HMAC-SHA256 Access=ak, SignedHeaders={names}, Signature={zeros}")
    };
    assert_eq!(
        with_authorization(&signed("host")),
        VerifyError::UnsignedHeader("x-sdk-date")
    );
    assert_eq!(
        with_authorization(&signed("x-sdk-date")),
        VerifyError::UnsignedHeader("host")
    );
    assert_eq!(
        with_authorization(&signed("host;x-other;x-sdk-date")),
        VerifyError::MissingHeader("x-other".to_owned())
    );
    assert_eq!(
        after(|h| h.retain(|(n, _)| n != "Host")),
        Err(VerifyError::MissingHeader("host".to_owned()))
    );
    let no_date = after(|h| h.retain(|(n, _)| n != "X-Sdk-Date"));
    assert_eq!(
        no_date,
        Err(VerifyError::MissingHeader("x-sdk-date".to_owned()))
    );
    malformed_says(
        &after(|h| set(h, "X-Sdk-Date", "2020-06-17T08:18:06Z")).unwrap_err(),
        "YYYYMMDDTHHMMSSZ",
    );
    malformed_says(
        &after(|h| h.push(("host".to_owned(), "h".to_owned()))).unwrap_err(),
        "more than one Host",
    );
}

#[test]
fn verify_ignores_unsigned_headers() {
    assert_eq!(
        after(|h| h.push(("User-Agent".to_owned(), "curl".to_owned()))),
        Ok(())
    );
}

#[test]
fn verify_unknown_access_key_names_it() {
    let zeros = "0".repeat(64);
    let error = with_authorization(&format!(
        "SDK-HMAC-SHA256 Access=other, SignedHeaders=host;x-sdk-date, Signature={zeros}"
    ));
    assert_eq!(error, VerifyError::UnknownAccessKey("other".to_owned()));
}

#[test]
fn verify_clock_skew_over_15_minutes_is_rejected() {
    let second = SignedDuration::from_secs(1);
    for skew in [MAX_CLOCK_SKEW, -MAX_CLOCK_SKEW] {
        assert_eq!(after_with(&keys(), NOW + skew, |_| ()), Ok(()));
    }
    for skew in [MAX_CLOCK_SKEW + second, -(MAX_CLOCK_SKEW + second)] {
        let result = after_with(&keys(), NOW + skew, |_| ());
        assert_eq!(
            result,
            Err(VerifyError::ClockSkew {
                signed_at: NOW + skew,
                now: NOW
            })
        );
    }
}

#[test]
fn verify_temporary_keys_require_signed_token() {
    let temporary = keys().with_security_token("token");
    assert_eq!(after_with(&temporary, NOW, |_| ()), Ok(()));
    let other = after_with(&temporary, NOW, |h| set(h, "X-Security-Token", "nekot"));
    assert_eq!(other, Err(VerifyError::SecurityToken));
    // Signed without the token, which is only attached afterwards.
    let request = SigningRequest::new("GET", "https://h/a");
    let signed = sign(&request, &keys(), NOW).unwrap();
    for token in [None, Some("token")] {
        let mut received = SigningRequest::new("GET", "/a").headers(signed.headers());
        received = received.headers(token.map(|token| ("X-Security-Token", token)));
        assert_eq!(
            verify(&received, NOW, |_| Some(&temporary)),
            Err(VerifyError::SecurityToken)
        );
    }
    // Permanent keys have no token.
    assert_eq!(
        after(|h| set(h, "X-Security-Token", "token")),
        Err(VerifyError::SecurityToken)
    );
}

#[test]
fn verify_wrong_body_hash_is_rejected() {
    let hash = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";
    let request = SigningRequest::new("PUT", "https://h/a")
        .header("X-Sdk-Content-Sha256", hash)
        .body(b"hello");
    let signed = sign(&request, &keys(), NOW).unwrap();
    assert!(signed.canonical_request().ends_with(hash));
    let received = |body: &'static [u8]| {
        let request = SigningRequest::new("PUT", "/a")
            .header("X-Sdk-Content-Sha256", hash)
            .headers(signed.headers());
        verify(&request.body(body), NOW, |_| Some(keys())).map(|_| ())
    };
    assert_eq!(received(b"hello"), Ok(()));
    assert_eq!(received(b"hallo"), Err(VerifyError::BodyHash));
}

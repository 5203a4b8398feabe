//! The vectors made with the official Python signer (huaweicloudsdkcore 3.1.219), two of them published signatures.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may stop where it stands"
)]

use hwtasks_signer::{Credentials, SignError, Signed, SigningRequest, VerifyError, sign, verify};
use jiff::Timestamp;
use serde::Deserialize;
use std::collections::BTreeMap;

#[derive(Deserialize)]
struct File {
    vectors: Vec<Vector>,
}

#[derive(Deserialize)]
struct Vector {
    name: String,
    method: String,
    url: String,
    headers: BTreeMap<String, String>,
    body: String,
    ak: String,
    sk: String,
    security_token: Option<String>,
    project_id: Option<String>,
    date: String,
    published: Option<String>,
    expected_authorization: String,
    expected_signed_headers: String,
    expected_canonical_request: String,
    expected_request_target: String,
    expected_headers: BTreeMap<String, String>,
}

impl Vector {
    fn credentials(&self) -> Credentials {
        let mut credentials = Credentials::new(&self.ak, &self.sk);
        if let Some(token) = &self.security_token {
            credentials = credentials.with_security_token(token);
        }
        if let Some(project_id) = &self.project_id {
            credentials = credentials.with_project_id(project_id);
        }
        credentials
    }

    fn time(&self) -> Timestamp {
        jiff::civil::DateTime::strptime("%Y%m%dT%H%M%SZ", &self.date)
            .and_then(|date| date.to_zoned(jiff::tz::TimeZone::UTC))
            .expect("the vector's date")
            .timestamp()
    }

    fn sign(&self) -> Signed {
        let request = SigningRequest::new(&self.method, &self.url)
            .headers(
                self.headers
                    .iter()
                    .map(|(name, value)| (name.as_str(), value.as_str())),
            )
            .body(self.body.as_bytes());
        sign(&request, &self.credentials(), self.time()).expect(&self.name)
    }
}

/// A request as it arrives, to be altered and verified.
#[derive(Clone)]
struct Received {
    method: String,
    target: String,
    headers: BTreeMap<String, String>,
    body: Vec<u8>,
}

impl Received {
    fn of(vector: &Vector) -> Self {
        Self {
            method: vector.method.clone(),
            target: vector.expected_request_target.clone(),
            headers: vector.expected_headers.clone(),
            body: vector.body.clone().into_bytes(),
        }
    }

    fn verify(&self, vector: &Vector) -> Result<(), VerifyError> {
        let request = SigningRequest::new(&self.method, &self.target)
            .headers(
                self.headers
                    .iter()
                    .map(|(name, value)| (name.as_str(), value.as_str())),
            )
            .body(&self.body);
        verify(&request, vector.time(), |ak| {
            (ak == vector.ak).then(|| vector.credentials())
        })
        .map(|verified| {
            assert_eq!(verified.access_key(), vector.ak);
            assert_eq!(verified.signed_at(), vector.time());
        })
    }
}

fn vectors() -> Vec<Vector> {
    let file: File = serde_json::from_str(include_str!("data/signing_vectors.json"))
        .expect("the vectors are JSON");
    assert_eq!(file.vectors.len(), 16, "a vector was added or lost");
    file.vectors
}

/// Another letter or digit in its place.
fn change(text: &str, at: usize) -> String {
    let mut chars: Vec<char> = text.chars().collect();
    chars[at] = if chars[at] == '0' { '1' } else { '0' };
    chars.into_iter().collect()
}

#[test]
fn every_vector_holds_exactly() {
    for vector in vectors() {
        let signed = vector.sign();
        assert_eq!(
            signed.canonical_request(),
            vector.expected_canonical_request,
            "{}",
            vector.name
        );
        assert_eq!(
            signed.signed_headers(),
            vector.expected_signed_headers,
            "{}",
            vector.name
        );
        assert_eq!(
            signed.authorization(),
            vector.expected_authorization,
            "{}",
            vector.name
        );
        assert_eq!(
            signed.request_target(),
            vector.expected_request_target,
            "{}",
            vector.name
        );
        let mut headers = vector.headers.clone();
        headers.extend(
            signed
                .headers()
                .map(|(name, value)| (name.to_owned(), value.to_owned())),
        );
        assert_eq!(headers, vector.expected_headers, "{}", vector.name);
        if let Some(published) = &vector.published {
            assert!(
                signed.authorization().ends_with(published),
                "{}",
                vector.name
            );
        }
    }
}

#[test]
fn the_verifier_accepts_every_vector() {
    for vector in vectors() {
        assert_eq!(
            Received::of(&vector).verify(&vector),
            Ok(()),
            "{}",
            vector.name
        );
    }
}

#[test]
fn one_changed_character_of_the_authorization_is_refused() {
    for vector in vectors() {
        let length = vector.expected_authorization.len();
        for at in 0..length {
            let mut received = Received::of(&vector);
            received.headers.insert(
                "Authorization".to_owned(),
                change(&vector.expected_authorization, at),
            );
            let result = received.verify(&vector);
            assert!(
                result.is_err(),
                "{}: character {at} of {length}",
                vector.name
            );
            if at >= length - 64 {
                assert!(
                    matches!(result, Err(VerifyError::Mismatch(_))),
                    "{}: {result:?}",
                    vector.name
                );
            }
        }
    }
}

#[test]
fn one_changed_character_of_a_header_is_refused() {
    for vector in vectors() {
        for (name, value) in &vector.expected_headers {
            for at in 0..value.len() {
                let mut received = Received::of(&vector);
                received.headers.insert(name.clone(), change(value, at));
                assert!(
                    received.verify(&vector).is_err(),
                    "{}: {name}, character {at}",
                    vector.name
                );
            }
        }
    }
}

#[test]
fn one_changed_character_of_the_target_is_refused() {
    for vector in vectors() {
        let target = &vector.expected_request_target;
        // Not the leading slash: a target without it is refused for its form, and the next test has the rest.
        for at in 1..target.len() {
            let mut received = Received::of(&vector);
            received.target = change(target, at);
            let result = received.verify(&vector);
            assert!(
                matches!(result, Err(VerifyError::Mismatch(_))),
                "{}: {} {result:?}",
                vector.name,
                received.target
            );
        }
    }
}

#[test]
fn another_method_body_or_query_is_refused() {
    for vector in vectors() {
        let mut method = Received::of(&vector);
        method.method = "DELETE".to_owned();
        assert!(
            matches!(method.verify(&vector), Err(VerifyError::Mismatch(_))),
            "{}",
            vector.name
        );

        let mut query = Received::of(&vector);
        query.target.push_str(if query.target.contains('?') {
            "&x=1"
        } else {
            "?x=1"
        });
        assert!(
            matches!(query.verify(&vector), Err(VerifyError::Mismatch(_))),
            "{}",
            vector.name
        );

        let mut body = Received::of(&vector);
        body.body.push(b' ');
        let unsigned_payload = vector.expected_headers.contains_key("X-Sdk-Content-Sha256");
        assert_eq!(
            body.verify(&vector).is_ok(),
            unsigned_payload,
            "{}",
            vector.name
        );
    }
}

#[test]
fn a_mismatch_carries_what_was_computed() {
    for vector in vectors() {
        let mut received = Received::of(&vector);
        let last = vector.expected_authorization.len() - 1;
        received.headers.insert(
            "Authorization".to_owned(),
            change(&vector.expected_authorization, last),
        );
        let Err(VerifyError::Mismatch(mismatch)) = received.verify(&vector) else {
            panic!("{}: accepted", vector.name);
        };
        let expected = match &vector.security_token {
            Some(token) => vector
                .expected_canonical_request
                .replace(token.as_str(), "[redacted]"),
            None => vector.expected_canonical_request.clone(),
        };
        assert_eq!(mismatch.canonical_request(), expected);
        assert_eq!(mismatch.string_to_sign(), vector.sign().string_to_sign());
        if let Some(token) = &vector.security_token {
            assert!(!format!("{mismatch:?} {mismatch}").contains(token.as_str()));
        }
    }
}

#[test]
fn signing_again_replaces_what_the_signer_made() {
    for vector in vectors() {
        let first = vector.sign();
        let request = SigningRequest::new(&vector.method, &vector.url)
            .headers(
                vector
                    .headers
                    .iter()
                    .map(|(name, value)| (name.as_str(), value.as_str())),
            )
            .headers(
                first
                    .headers()
                    .filter(|(name, _)| !vector.headers.contains_key(*name)),
            )
            .body(vector.body.as_bytes());
        let again = sign(&request, &vector.credentials(), vector.time()).expect(&vector.name);
        assert_eq!(
            again.authorization(),
            vector.expected_authorization,
            "{}",
            vector.name
        );
    }
}

#[test]
fn what_cannot_be_signed_is_a_typed_error() {
    let time = Timestamp::constant(1_592_381_886, 0);
    let keys = Credentials::new("ak", "sk");
    let of = |request: &SigningRequest<'_>, keys: &Credentials| {
        sign(request, keys, time).map(|_| ()).unwrap_err()
    };
    let plain = SigningRequest::new("GET", "https://h/");
    for bad in ["", "a,b", "a b", "ключ", "a\n"] {
        assert_eq!(
            of(&plain, &Credentials::new(bad, "sk")),
            SignError::InvalidAccessKey(bad.to_owned())
        );
    }
    assert_eq!(
        of(&plain, &Credentials::new("ak", "")),
        SignError::EmptySecretKey
    );
    assert_eq!(
        of(&SigningRequest::new("GET", "/path"), &keys),
        SignError::MissingHost
    );
    assert_eq!(
        of(&SigningRequest::new("GE T", "/path"), &keys),
        SignError::InvalidMethod("GE T".to_owned())
    );
    assert_eq!(
        of(&SigningRequest::new("GET", "path"), &keys),
        SignError::InvalidUri("path".to_owned())
    );
    assert_eq!(
        of(&plain.clone().header("a b", "c"), &keys),
        SignError::InvalidHeader("a b".to_owned())
    );
    assert_eq!(
        of(&plain.clone().header("a", "b\r\nc: d"), &keys),
        SignError::InvalidHeader("a".to_owned())
    );
    assert_eq!(
        sign(&plain, &keys, Timestamp::MIN).map(|_| ()),
        Err(SignError::TimeOutOfRange(Timestamp::MIN))
    );
    let with_password = of(&SigningRequest::new("GET", "ftp://me:hidden@h/"), &keys).to_string();
    assert!(!with_password.contains("hidden"), "{with_password}");
}

#[test]
fn debug_of_what_was_signed_shows_no_secret() {
    for vector in vectors()
        .iter()
        .filter(|vector| vector.security_token.is_some())
    {
        let signed = vector.sign();
        let shown = format!("{signed:?}");
        assert!(
            !shown.contains(vector.security_token.as_deref().unwrap()),
            "{shown}"
        );
        assert!(
            !shown.contains(&vector.sk) && !shown.contains(signed.authorization()),
            "{shown}"
        );
    }
}

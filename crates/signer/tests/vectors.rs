//! The signing cases of the conformance corpus: `tests/conformance/signing.json`.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may stop where it stands"
)]

use hwtasks_signer::{Credentials, SignError, Signed, SigningRequest, VerifyError, sign, verify};
use jiff::Timestamp;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;

const CORPUS: &str = include_str!("../../../tests/conformance/signing.json");

#[derive(Deserialize)]
struct File {
    cases: Vec<serde_json::Value>,
}

/// A case with a valid request.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Vector {
    name: String,
    #[serde(rename = "source")]
    _source: String,
    request: Request,
    credentials: Keys,
    now: String,
    expect: Expect,
}

/// A case with an invalid request.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Refusal {
    name: String,
    #[serde(rename = "source")]
    _source: String,
    request: Request,
    credentials: Keys,
    now: String,
    expect: ExpectRefusal,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Request {
    method: String,
    url: String,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    #[serde(default)]
    body: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Keys {
    ak: String,
    sk: String,
    security_token: Option<String>,
    project_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expect {
    authorization: String,
    signed_headers: String,
    canonical_request: String,
    target: String,
    headers: BTreeMap<String, String>,
    published_signature: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ExpectRefusal {
    error: ExpectError,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ExpectError {
    kind: String,
    parameter: String,
}

impl Keys {
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
}

impl Request {
    fn signing(&self) -> SigningRequest<'_> {
        SigningRequest::new(&self.method, &self.url)
            .headers(
                self.headers
                    .iter()
                    .map(|(name, value)| (name.as_str(), value.as_str())),
            )
            .body(self.body.as_bytes())
    }
}

impl Vector {
    fn credentials(&self) -> Credentials {
        self.credentials.credentials()
    }

    fn time(&self) -> Timestamp {
        time(&self.now)
    }

    fn sign(&self) -> Signed {
        sign(&self.request.signing(), &self.credentials(), self.time()).expect(&self.name)
    }
}

fn time(now: &str) -> Timestamp {
    now.parse().expect("a time of RFC 3339")
}

/// A received request, for altering and verifying.
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
            method: vector.request.method.clone(),
            target: vector.expect.target.clone(),
            headers: vector.expect.headers.clone(),
            body: vector.request.body.clone().into_bytes(),
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
            (ak == vector.credentials.ak).then(|| vector.credentials())
        })
        .map(|verified| {
            assert_eq!(verified.access_key(), vector.credentials.ak);
            assert_eq!(verified.signed_at(), vector.time());
        })
    }
}

/// The cases that expect an error, or those that expect none.
fn cases<T: DeserializeOwned>(refused: bool) -> Vec<T> {
    let file: File = serde_json::from_str(CORPUS).expect("the corpus is JSON");
    let wanted = |case: &serde_json::Value| {
        assert_eq!(case.get("skip"), None, "this crate skips no case");
        case["expect"].get("error").is_some() == refused
    };
    let cases = file.cases.into_iter().filter(wanted);
    let cases: Vec<T> = cases
        .map(|case| serde_json::from_value(case.clone()).unwrap_or_else(|e| panic!("{case}: {e}")))
        .collect();
    assert!(cases.len() >= 13, "cases were lost");
    cases
}

fn vectors() -> Vec<Vector> {
    cases(false)
}

/// Replaces the character at `at` by another letter or digit.
fn change(text: &str, at: usize) -> String {
    let mut chars: Vec<char> = text.chars().collect();
    chars[at] = if chars[at] == '0' { '1' } else { '0' };
    chars.into_iter().collect()
}

#[test]
fn sign_every_vector_matches_exactly() {
    for vector in vectors() {
        let signed = vector.sign();
        assert_eq!(
            signed.canonical_request(),
            vector.expect.canonical_request,
            "{}",
            vector.name
        );
        assert_eq!(
            signed.signed_headers(),
            vector.expect.signed_headers,
            "{}",
            vector.name
        );
        assert_eq!(
            signed.authorization(),
            vector.expect.authorization,
            "{}",
            vector.name
        );
        assert_eq!(
            signed.request_target(),
            vector.expect.target,
            "{}",
            vector.name
        );
        let mut headers = vector.request.headers.clone();
        headers.extend(
            signed
                .headers()
                .map(|(name, value)| (name.to_owned(), value.to_owned())),
        );
        assert_eq!(headers, vector.expect.headers, "{}", vector.name);
        if let Some(published) = &vector.expect.published_signature {
            assert!(
                signed.authorization().ends_with(published),
                "{}",
                vector.name
            );
        }
    }
}

#[test]
fn verify_every_vector_is_accepted() {
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
fn verify_changed_authorization_is_rejected() {
    for vector in vectors() {
        let length = vector.expect.authorization.len();
        for at in 0..length {
            let mut received = Received::of(&vector);
            received.headers.insert(
                "Authorization".to_owned(),
                change(&vector.expect.authorization, at),
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
fn verify_changed_header_is_rejected() {
    for vector in vectors() {
        // A name with an underscore is not signed.
        let signed = vector.expect.headers.iter();
        for (name, value) in signed.filter(|(name, _)| !name.contains('_')) {
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
fn verify_changed_target_is_rejected() {
    for vector in vectors() {
        let target = &vector.expect.target;
        // Skip the leading slash: a target without it is malformed.
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
fn verify_other_method_body_or_query_is_rejected() {
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
        let unsigned_payload = vector.expect.headers.contains_key("X-Sdk-Content-Sha256");
        assert_eq!(
            body.verify(&vector).is_ok(),
            unsigned_payload,
            "{}",
            vector.name
        );
    }
}

#[test]
fn mismatch_contains_computed_texts() {
    for vector in vectors() {
        let mut received = Received::of(&vector);
        let last = vector.expect.authorization.len() - 1;
        received.headers.insert(
            "Authorization".to_owned(),
            change(&vector.expect.authorization, last),
        );
        let Err(VerifyError::Mismatch(mismatch)) = received.verify(&vector) else {
            panic!("{}: accepted", vector.name);
        };
        let expected = match &vector.credentials.security_token {
            Some(token) => vector
                .expect
                .canonical_request
                .replace(token.as_str(), "[redacted]"),
            None => vector.expect.canonical_request.clone(),
        };
        assert_eq!(mismatch.canonical_request(), expected);
        assert_eq!(mismatch.string_to_sign(), vector.sign().string_to_sign());
        if let Some(token) = &vector.credentials.security_token {
            assert!(!format!("{mismatch:?} {mismatch}").contains(token.as_str()));
        }
    }
}

#[test]
fn sign_signed_request_replaces_signer_headers() {
    for vector in vectors() {
        let first = vector.sign();
        let request = vector.request.signing().headers(
            first
                .headers()
                .filter(|(name, _)| !vector.request.headers.contains_key(*name)),
        );
        let again = sign(&request, &vector.credentials(), vector.time()).expect(&vector.name);
        assert_eq!(
            again.authorization(),
            vector.expect.authorization,
            "{}",
            vector.name
        );
    }
}

#[test]
fn sign_invalid_case_names_parameter() {
    for case in cases::<Refusal>(true) {
        let credentials = case.credentials.credentials();
        let refused = sign(&case.request.signing(), &credentials, time(&case.now));
        let parameter = match refused.expect_err(&case.name) {
            SignError::InvalidAccessKey(_) => "ak",
            SignError::EmptySecretKey => "sk",
            SignError::InvalidUri(_) | SignError::MissingHost => "url",
            SignError::InvalidMethod(_) => "method",
            SignError::InvalidHeader(_) => "headers",
            other => panic!("{}: {other}", case.name),
        };
        let error = &case.expect.error;
        assert_eq!(parameter, error.parameter, "{}", case.name);
        assert_eq!(error.kind, "invalid_input", "{}", case.name);
    }
}

#[test]
fn sign_invalid_input_returns_typed_error() {
    let time = Timestamp::constant(1_592_381_886, 0);
    let keys = Credentials::new("ak", "sk");
    let of = |request: &SigningRequest<'_>, keys: &Credentials| {
        sign(request, keys, time).map(|_| ()).unwrap_err()
    };
    let plain = SigningRequest::new("GET", "https://h/");
    assert_eq!(
        of(&plain, &Credentials::new("a,b", "sk")),
        SignError::InvalidAccessKey("a,b".to_owned())
    );
    assert_eq!(
        of(&plain.clone().header("a b", "c"), &keys),
        SignError::InvalidHeader("a b".to_owned())
    );
    assert_eq!(
        sign(&plain, &keys, Timestamp::MIN).map(|_| ()),
        Err(SignError::TimeOutOfRange(Timestamp::MIN))
    );
    let with_password = of(&SigningRequest::new("GET", "ftp://me:hidden@h/"), &keys).to_string();
    assert!(!with_password.contains("hidden"), "{with_password}");
}

#[test]
fn signed_debug_hides_secrets() {
    for vector in vectors()
        .iter()
        .filter(|vector| vector.credentials.security_token.is_some())
    {
        let signed = vector.sign();
        let shown = format!("{signed:?}");
        assert!(
            !shown.contains(vector.credentials.security_token.as_deref().unwrap()),
            "{shown}"
        );
        assert!(
            !shown.contains(&vector.credentials.sk) && !shown.contains(signed.authorization()),
            "{shown}"
        );
    }
}

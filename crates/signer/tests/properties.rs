//! Properties: the verifier accepts every signed request and rejects every altered one.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may stop where it stands"
)]

use hwtasks_signer::{Credentials, SigningRequest, VerifyError, sign, verify};
use jiff::Timestamp;
use proptest::prelude::*;

fn method() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("GET".to_owned()),
        Just("POST".to_owned()),
        "[A-Z]{1,8}"
    ]
}

/// Any text: the signer encodes it to a valid request target.
fn path() -> impl Strategy<Value = String> {
    prop_oneof!["(/[a-zA-Z0-9%./:@ _~-]{0,12}){0,5}", "(/[^?#]{0,12}){0,5}"]
}

fn query() -> impl Strategy<Value = String> {
    prop_oneof!["([a-c]{0,2}=?[a-z0-9%+/ ]{0,6}&?){0,6}", "[^#]{0,40}"]
}

fn headers() -> impl Strategy<Value = Vec<(String, String)>> {
    let name = prop_oneof![
        "[A-Za-z][A-Za-z0-9-]{0,12}",
        "[!#$%&'*+.^_`|~0-9a-zA-Z-]{1,12}",
        Just("Content-Type".to_owned())
    ];
    // Host and X-Sdk-Content-Sha256 have their own tests.
    let ours = ["host", "x-sdk-content-sha256", "x-security-token"];
    let name = name.prop_filter("a name of the signer's", move |n| {
        !ours.contains(&n.to_ascii_lowercase().as_str())
    });
    proptest::collection::vec((name, "[^\\x00-\\x08\\x0A-\\x1F\\x7F]{0,16}"), 0..6)
}

fn credentials() -> impl Strategy<Value = Credentials> {
    let token = proptest::option::of("[ -~]{1,40}");
    (
        "[!-+.-~-]{1,20}",
        ".{1,80}",
        token,
        proptest::option::of("[a-z0-9-]{0,36}"),
    )
        .prop_map(|(ak, sk, token, project)| {
            let keys = Credentials::new(ak, sk);
            let keys = if let Some(token) = token {
                keys.with_security_token(token)
            } else {
                keys
            };
            if let Some(project) = project {
                keys.with_project_id(project)
            } else {
                keys
            }
        })
}

fn time() -> impl Strategy<Value = Timestamp> {
    (-62_167_219_200_i64..=253_402_207_200)
        .prop_map(|second| Timestamp::from_second(second).expect("years 0 to 9999"))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn signed_request_is_accepted_and_altered_one_rejected(
        method in method(),
        absolute in any::<bool>(),
        path in path(),
        query in query(),
        headers in headers(),
        body in proptest::collection::vec(any::<u8>(), 0..64),
        keys in credentials(),
        time in time(),
        tail in 0..4usize,
    ) {
        let authority = if absolute { "https://dcs.example.com:8443" } else { "" };
        let path = if !absolute && !path.starts_with('/') { format!("/{path}") } else { path };
        let uri = format!("{authority}{path}?{query}");
        let mut request = SigningRequest::new(&method, &uri)
            .headers(headers.iter().map(|(n, v)| (n.as_str(), v.as_str())))
            .body(&body);
        if !absolute {
            request = request.header("Host", "127.0.0.1:8080");
        }
        let signed = sign(&request, &keys, time).unwrap();

        // On the wire, the signer's headers replace the caller's headers of the same name.
        let made: Vec<_> = signed.headers().map(|(n, v)| (n.to_owned(), v.to_owned())).collect();
        let mut wire: Vec<_> = headers
            .iter()
            .filter(|(n, _)| !made.iter().any(|(m, _)| m.eq_ignore_ascii_case(n)))
            .cloned()
            .collect();
        wire.extend(made);
        let target = signed.request_target().to_owned();
        prop_assert!(target.starts_with('/') && target.bytes().all(|b| b.is_ascii_graphic()), "{target:?}");
        let check = |method: &str, target: &str, wire: &[(String, String)], body: &[u8]| {
            let received = SigningRequest::new(method, target)
                .headers(wire.iter().map(|(n, v)| (n.as_str(), v.as_str())))
                .body(body);
            verify(&received, time, |ak| (ak == keys.access_key()).then_some(&keys)).map(|_| ())
        };
        prop_assert_eq!(check(&method, &target, &wire, &body), Ok(()));

        // One altered part makes it invalid.
        let altered = match tail {
            0 => check(&method, &format!("{target}{}z=z", if target.contains('?') { "&" } else { "?" }), &wire, &body),
            1 => check(&method, &format!("/z{target}"), &wire, &body),
            2 => check(&format!("{method}Z"), &target, &wire, &body),
            _ => {
                wire.iter_mut().find(|(n, _)| n == "Host").unwrap().1.push('z');
                check(&method, &target, &wire, &body)
            }
        };
        prop_assert!(matches!(altered, Err(VerifyError::Mismatch(_))), "{:?}", altered);
    }

    #[test]
    fn verify_any_text_does_not_panic(
        method in ".{0,8}",
        target in ".{0,40}",
        authorization in prop_oneof![".{0,80}", "SDK-HMAC-SHA256 Access=[a-z]{0,3}, SignedHeaders=[a-z;-]{0,20}, Signature=[0-9a-f]{64}"],
        date in prop_oneof![".{0,20}", Just("20200617T081806Z".to_owned())],
    ) {
        let keys = Credentials::new("ak", "sk");
        let request = SigningRequest::new(&method, &target)
            .header("Host", "h")
            .header("X-Sdk-Date", &date)
            .header("Authorization", &authorization);
        let result = verify(&request, Timestamp::constant(1_592_381_886, 0), |_| Some(&keys));
        prop_assert!(result.is_err());
    }
}

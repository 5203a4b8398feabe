//! Requests signed with keys: what is sent is, byte for byte, what was signed.

use hwtasks::Credentials;
use hwtasks_api::examples::KAFKA_LIST;
use hwtasks_signer::{SigningRequest, verify};

use crate::server::{INSTANCE, PROJECT, Server, clock};

const NOW: &str = "2026-01-02T03:04:05Z";
const AK: &str = "AKTHATEVERYBODYMAYSEE";
const SK: &str = "sk-that-nobody-may-see";

/// Verifies the request that came as a gateway would, and returns its target.
async fn verified(server: &Server, keys: &hwtasks_signer::Credentials) -> String {
    let request = server.request().await;
    let query = request
        .url
        .query()
        .map(|query| format!("?{query}"))
        .unwrap_or_default();
    let target = format!("{}{query}", request.url.path());
    let signed: Vec<_> = request.headers["authorization"]
        .to_str()
        .expect("text")
        .split("SignedHeaders=")
        .nth(1)
        .and_then(|rest| rest.split(',').next())
        .expect("signed headers")
        .split(';')
        .map(str::to_owned)
        .collect();
    assert!(
        signed.iter().any(|name| name == "host") && signed.iter().any(|name| name == "x-sdk-date")
    );
    let headers = request
        .headers
        .iter()
        .map(|(name, value)| (name.as_str(), value.to_str().expect("headers of text")));
    let received = SigningRequest::new("GET", &target).headers(headers);
    let now = NOW.parse().expect("a time");
    verify(&received, now, |access_key| {
        (access_key == AK).then_some(keys)
    })
    .expect("a signature");
    target
}

fn client(server: &Server, credentials: Credentials) -> hwtasks::Client {
    let builder = server
        .builder()
        .credentials(credentials)
        .time_source(clock(NOW));
    builder.build().expect("a client")
}

#[tokio::test]
async fn keys_sign_every_request() {
    let server = Server::serving(KAFKA_LIST.body).await;
    let time: jiff::Timestamp = "2020-05-15T00:00:00Z".parse().expect("a time");
    let kafka = client(&server, Credentials::keys(AK, SK)).kafka();
    kafka
        .list(INSTANCE)
        .start(11)
        .limit(100)
        .since(time)
        .await
        .expect("a list");
    let target = verified(&server, &hwtasks_signer::Credentials::new(AK, SK)).await;
    assert_eq!(
        target,
        format!(
            "/v2/{PROJECT}/instances/{INSTANCE}/tasks?begin_time=20200515000000&limit=100&start=11"
        )
    );
    assert!(!server.request().await.headers.contains_key("x-auth-token"));
}

#[tokio::test]
async fn temporary_keys_send_and_sign_their_token() {
    let server = Server::serving(KAFKA_LIST.body).await;
    let credentials = Credentials::keys(AK, SK).with_security_token("a-security-token");
    client(&server, credentials)
        .kafka()
        .list(INSTANCE)
        .await
        .expect("a list");
    let keys = hwtasks_signer::Credentials::new(AK, SK).with_security_token("a-security-token");
    verified(&server, &keys).await;
    assert_eq!(
        server.request().await.headers["x-security-token"],
        "a-security-token"
    );
}

#[tokio::test]
async fn an_odd_id_is_sent_as_it_was_signed() {
    for id in ["a/b", "a\\b", "a b+c%d", "任务", "a;b=c@d:e!$&'()*,~"] {
        let server = Server::serving(KAFKA_LIST.body).await;
        client(&server, Credentials::keys(AK, SK))
            .kafka()
            .list(id)
            .await
            .expect("a list");
        verified(&server, &hwtasks_signer::Credentials::new(AK, SK)).await;
    }
}

#[tokio::test]
async fn keys_that_cannot_sign_are_refused_before_anything_is_sent() {
    for (ak, sk) in [("", SK), (AK, ""), ("a b", SK), ("a,b", SK)] {
        let server = Server::serving(KAFKA_LIST.body).await;
        let kafka = client(&server, Credentials::keys(ak, sk)).kafka();
        let error = kafka.list(INSTANCE).await.expect_err("no key");
        assert_eq!(error.kind(), hwtasks::ErrorKind::InvalidInput);
        assert!(!format!("{error:?}{error:#}").contains(SK));
        assert!(!server.was_asked().await);
    }
}

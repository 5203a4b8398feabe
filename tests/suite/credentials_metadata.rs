//! Keys from the metadata service.

use std::time::Duration;

use hwtasks::{CredentialsError, ManualTimeSource, MetadataProvider, ProvideCredentials};
use wiremock::matchers::{header, method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::credentials::{NOW, SK, refusal};
use crate::support::server::{clock, json};

const V2_TOKEN: &str = "a-metadata-token-that-nobody-may-see";

fn keys(access: &str, expires_at: &str) -> ResponseTemplate {
    json(
        200,
        &format!(
            r#"{{"credential":{{"access":"{access}","secret":"{SK}","securitytoken":"{SK}","expires_at":"{expires_at}"}}}}"#
        ),
    )
}

fn token() -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_string(V2_TOKEN)
}

/// A metadata service with this response to the request for a token, and this one to the request for keys.
async fn service(token: ResponseTemplate, keys: ResponseTemplate) -> MockServer {
    let server = MockServer::start().await;
    Mock::given(method("PUT"))
        .and(path("/meta-data/latest/api/token"))
        .and(header("X-Metadata-Token-Ttl-Seconds", "21600"))
        .respond_with(token)
        .mount(&server)
        .await;
    then(&server, keys).await;
    server
}

async fn then(server: &MockServer, keys: ResponseTemplate) {
    Mock::given(method("GET"))
        .and(path("/openstack/latest/securitykey"))
        .respond_with(keys)
        .up_to_n_times(1)
        .mount(server)
        .await;
}

fn provider(server: &MockServer, time: &ManualTimeSource) -> MetadataProvider {
    MetadataProvider::new()
        .base_url(server.uri())
        .time_source(time.clone())
}

async fn access_key(provider: &MetadataProvider) -> Result<String, CredentialsError> {
    let credentials = provider.provide().await?;
    Ok(credentials.access_key().expect("it has keys").to_owned())
}

async fn methods(server: &MockServer) -> String {
    let requests = server.received_requests().await.expect("it records");
    let methods: Vec<_> = requests.iter().map(|r| r.method.to_string()).collect();
    methods.join(" ")
}

#[tokio::test]
async fn metadata_v2_is_tried_first_with_its_token() {
    let server = service(token(), keys("AK", "2026-01-03T03:04:05.678000Z")).await;
    let provider = provider(&server, &clock(NOW));
    let credentials = provider.provide().await.expect("it has keys");
    assert_eq!(credentials.access_key(), Some("AK"));
    let expiry = credentials.expires_at().expect("it expires");
    assert_eq!(expiry.to_string(), "2026-01-03T03:04:05.678Z");
    let requests = server.received_requests().await.expect("it records");
    assert_eq!(requests[1].headers["x-metadata-token"], V2_TOKEN);
    for request in &requests {
        assert!(!request.headers.contains_key("authorization"));
    }
    assert!(!format!("{provider:?}{credentials:?}").contains("nobody-may-see"));
}

#[tokio::test]
async fn metadata_v1_is_used_without_a_token() {
    for status in [404, 405, 403, 500, 302] {
        let refused = ResponseTemplate::new(status).insert_header("location", "/elsewhere");
        let server = service(refused, keys("AK", "2026-01-03T03:04:05Z")).await;
        let provider = provider(&server, &clock(NOW));
        assert_eq!(
            access_key(&provider).await.expect("it has keys"),
            "AK",
            "{status}"
        );
        assert_eq!(methods(&server).await, "PUT GET", "{status}");
        let requests = server.received_requests().await.expect("it records");
        assert!(!requests[1].headers.contains_key("x-metadata-token"));
    }
}

#[tokio::test]
async fn keys_are_cached_until_40_minutes_before_expiry() {
    let server = service(token(), keys("A", "2026-01-03T03:04:05Z")).await;
    let time = clock(NOW);
    let provider = provider(&server, &time);
    assert_eq!(access_key(&provider).await.expect("it has keys"), "A");
    then(&server, keys("B", "2026-01-04T03:04:05Z")).await;
    time.advance(Duration::from_secs(24 * 3600 - 40 * 60 - 1));
    assert_eq!(access_key(&provider).await.expect("it has keys"), "A");
    time.advance(Duration::from_secs(1));
    assert_eq!(access_key(&provider).await.expect("it has keys"), "B");
    assert_eq!(methods(&server).await, "PUT GET PUT GET");
}

#[tokio::test]
async fn fifty_concurrent_calls_fetch_once() {
    let server = service(token(), keys("A", "2026-01-03T03:04:05Z")).await;
    let provider = std::sync::Arc::new(provider(&server, &clock(NOW)));
    let mut calls = tokio::task::JoinSet::new();
    for _ in 0..50 {
        let provider = std::sync::Arc::clone(&provider);
        calls.spawn(async move { access_key(&provider).await.expect("it has keys") });
    }
    assert!(calls.join_all().await.iter().all(|key| key == "A"));
    assert_eq!(methods(&server).await, "PUT GET");
}

#[tokio::test]
async fn failed_refresh_keeps_valid_keys() {
    let server = service(token(), keys("A", "2026-01-03T03:04:05Z")).await;
    let time = clock(NOW);
    let provider = provider(&server, &time);
    access_key(&provider).await.expect("it has keys");
    // From now on the service returns 404: its response is used up.
    time.advance(Duration::from_secs(24 * 3600 - 60));
    assert_eq!(access_key(&provider).await.expect("it has keys"), "A");
    time.advance(Duration::from_secs(60));
    let (absent, _) = refusal(&provider).await;
    assert!(absent);
}

#[tokio::test]
async fn metadata_failure_error_has_no_secret() {
    let mut messages = Vec::new();
    let body = |body: &str| json(200, &body.replace("SECRET", SK));
    for (token, keys, is_absent) in [
        (token(), ResponseTemplate::new(404), true),
        (
            ResponseTemplate::new(404),
            ResponseTemplate::new(401),
            false,
        ),
        (token(), ResponseTemplate::new(401), false),
        (
            token(),
            ResponseTemplate::new(302).insert_header("location", "/elsewhere"),
            false,
        ),
        (token(), body(r#"{"credential":"SECRET"}"#), false),
        (
            token(),
            body(r#"{"credential":{"secret":"SECRET"}}"#),
            false,
        ),
        (token(), body("SECRET"), false),
        (token(), keys("", "2026-01-03T03:04:05Z"), false),
        (token(), keys("A", "tomorrow"), false),
        (token(), keys("A", "2026-01-01T00:00:00Z"), false),
        (token(), body(&"SECRET".repeat(10_000)), false),
    ] {
        let server = service(token, keys).await;
        let (absent, message) = refusal(&provider(&server, &clock(NOW))).await;
        assert_eq!(absent, is_absent, "{message}");
        assert!(!message.contains("nobody-may-see"), "{message}");
        assert_eq!(methods(&server).await, "PUT GET");
        messages.push(message);
    }
    insta::assert_snapshot!(messages.join("\n"), @"
    this machine has no agency, so there are no keys for it
    it returned 401 Unauthorized without a token, and issued no token: allow this machine or container to use the metadata service
    it returned 401 Unauthorized
    it returned 302 Found
    its response does not hold the keys that the document describes (line 1, column 38)
    its response does not hold the keys that the document describes (line 1, column 49)
    its response does not hold the keys that the document describes (line 1, column 1)
    in its response, the access key is empty
    its response does not say when the keys expire
    its credentials expired at 2026-01-01T00:00:00Z, and this machine's clock says 2026-01-02T03:04:05Z: check the clock
    GetSecurityKey: the response is larger than the body limit of 65536 bytes
    ");
}

#[tokio::test]
async fn transient_failure_is_retried() {
    let server = service(token(), ResponseTemplate::new(503)).await;
    then(&server, keys("A", "2026-01-03T03:04:05Z")).await;
    let time = clock(NOW);
    assert_eq!(
        access_key(&provider(&server, &time))
            .await
            .expect("it has keys"),
        "A"
    );
    assert_eq!(methods(&server).await, "PUT GET GET");
    assert_eq!(time.sleeps().len(), 1);
}

#[tokio::test]
async fn unreachable_service_is_named_and_not_retried() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").expect("a port can be bound");
    let url = format!("http://{}", free.local_addr().expect("an address"));
    drop(free);
    let time = clock(NOW);
    let provider = MetadataProvider::new()
        .base_url(&url)
        .time_source(time.clone());
    let (absent, message) = refusal(&provider).await;
    assert!(absent);
    insta::assert_snapshot!(message.replace(&url, "METADATA"), @"not reachable at METADATA: GetMetadataToken: cannot connect to the endpoint");
    assert_eq!(time.sleeps(), []);
}

#[tokio::test]
async fn missing_service_is_tried_once_a_minute() {
    let server = MockServer::start().await;
    let time = clock(NOW);
    let provider = provider(&server, &time);
    for _ in 0..2 {
        refusal(&provider).await;
        assert_eq!(methods(&server).await, "PUT GET");
    }
    time.advance(Duration::from_secs(61));
    refusal(&provider).await;
    assert_eq!(methods(&server).await, "PUT GET PUT GET");
}

//! A token from IAM for a password.

use std::time::Duration;

use hwtasks::{Client, ErrorKind, IamPasswordProvider, ManualTimeSource, ProvideCredentials};
use hwtasks_api::examples::KAFKA_LIST;
use wiremock::matchers::{header, method, path, path_regex, query_param};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::credentials::{NOW, SK as PASSWORD, refusal};
use crate::support::server::{INSTANCE, PROJECT, clock, json};

/// IAM's response with this token, which lives until the time.
fn token(token: &str, expires_at: &str) -> ResponseTemplate {
    let body = format!(
        r#"{{"token":{{"expires_at":"{expires_at}","issued_at":"2026-01-02T03:04:05.000000Z","methods":["password"],"project":{{"id":"{PROJECT}","name":"cn-north-4","domain":{{"id":"d","name":"domain"}}}}}}}}"#
    );
    json(201, &body).insert_header("X-Subject-Token", token)
}

async fn iam(responses: impl IntoIterator<Item = ResponseTemplate>) -> MockServer {
    let server = MockServer::start().await;
    for response in responses {
        Mock::given(method("POST"))
            .and(path("/v3/auth/tokens"))
            .and(query_param("nocatalog", "true"))
            .respond_with(response)
            .up_to_n_times(1)
            .mount(&server)
            .await;
    }
    server
}

fn provider(server: &MockServer, time: &ManualTimeSource) -> IamPasswordProvider {
    IamPasswordProvider::builder("user", PASSWORD, "domain")
        .endpoint(server.uri())
        .region("cn-north-4")
        .time_source(time.clone())
        .build()
        .expect("the provider can be built")
}

async fn posts(server: &MockServer) -> usize {
    let requests = server.received_requests().await.expect("it records");
    requests.iter().filter(|r| r.method == "POST").count()
}

#[tokio::test]
async fn password_gets_a_project_token() {
    let server = iam([token("T", "2026-01-03T03:04:05.701000Z")]).await;
    let provider = provider(&server, &clock(NOW));
    let credentials = provider.provide().await.expect("there is a token");
    assert!(credentials.is_token());
    assert_eq!(credentials.project_id(), Some(PROJECT));
    let expiry = credentials.expires_at().expect("it expires");
    assert_eq!(expiry.to_string(), "2026-01-03T03:04:05.701Z");
    let requests = server.received_requests().await.expect("it records");
    assert!(!requests[0].headers.contains_key("x-auth-token"));
    let body: serde_json::Value = requests[0].body_json().expect("it is JSON");
    insta::assert_snapshot!(body, @r#"{"auth":{"identity":{"methods":["password"],"password":{"user":{"name":"user","password":"sk-that-nobody-may-see","domain":{"name":"domain"}}}},"scope":{"project":{"name":"cn-north-4"}}}}"#);
}

#[tokio::test]
async fn rejected_token_is_refreshed() {
    let server = iam([
        token("old", "2026-01-03T03:04:05Z"),
        token("new", "2026-01-03T03:04:05Z"),
    ])
    .await;
    let old = json(401, r#"{"error_code":"APIGW.0307","error_msg":"renew"}"#);
    for (value, response) in [("old", old), ("new", json(200, KAFKA_LIST.body))] {
        Mock::given(method("GET"))
            .and(path_regex("^/v2/.*/tasks$"))
            .and(header("X-Auth-Token", value))
            .respond_with(response)
            .mount(&server)
            .await;
    }
    let time = clock(NOW);
    let client = Client::builder()
        .kafka_endpoint(server.uri())
        .credentials(provider(&server, &time))
        .time_source(time)
        .build()
        .expect("it builds");
    let mut calls = tokio::task::JoinSet::new();
    for _ in 0..50 {
        let kafka = client.kafka();
        calls.spawn(async move { kafka.list(INSTANCE).await.map(|list| list.tasks.len()) });
    }
    for result in calls.join_all().await {
        assert_eq!(result.expect("it succeeds"), 2);
    }
    // Fifty refusals of the old token are one renewal.
    assert_eq!(posts(&server).await, 2);
    assert_eq!(client.project_id(), Some(PROJECT));
}

#[tokio::test]
async fn token_is_refreshed_before_its_day_is_over() {
    let server = iam([
        token("a", "2026-01-03T03:04:05Z"),
        token("b", "2026-01-04T02:34:05Z"),
    ])
    .await;
    let time = clock(NOW);
    let provider = provider(&server, &time);
    provider.provide().await.expect("there is a token");
    time.advance(Duration::from_secs(24 * 3600 - 30 * 60 - 1));
    provider.provide().await.expect("there is a token");
    assert_eq!(posts(&server).await, 1);
    time.advance(Duration::from_secs(1));
    let renewed = provider.provide().await.expect("there is a token");
    assert_eq!(posts(&server).await, 2);
    let expiry = renewed.expires_at().expect("it expires");
    assert_eq!(expiry.to_string(), "2026-01-04T02:34:05Z");
}

#[tokio::test]
async fn refused_password_is_not_resent_for_five_minutes() {
    let refused = r#"{"error":{"code":401,"message":"The username or password is wrong.","title":"Unauthorized"}}"#;
    let responses = [json(401, refused), token("T", "2026-01-03T03:04:05Z")];
    let server = iam(responses).await;
    let time = clock(NOW);
    let client = Client::builder()
        .kafka_endpoint(server.uri())
        .credentials(provider(&server, &time))
        .time_source(time.clone())
        .build()
        .expect("it builds");
    for _ in 0..10 {
        let error = client.kafka().list(INSTANCE).await.expect_err("it fails");
        assert_eq!(error.kind(), ErrorKind::Credentials);
        assert!(!format!("{error:?}{error:#}").contains(PASSWORD));
        insta::allow_duplicates! { insta::assert_snapshot!(error, @"ListKafkaTasks: no credentials: IAM password: KeystoneCreateUserTokenByPassword: the service returned 401 Unauthorized, 401: The username or password is wrong.") };
        time.advance(Duration::from_secs(29));
    }
    assert_eq!(posts(&server).await, 1);
    time.advance(Duration::from_secs(10));
    client
        .kafka()
        .list(INSTANCE)
        .await
        .expect_err("no Kafka endpoint is set");
    assert_eq!(posts(&server).await, 2);
}

#[tokio::test]
async fn iam_failure_error_has_no_secret() {
    let mut messages = Vec::new();
    for response in [
        json(201, "{}"),
        json(201, "{}").insert_header("X-Subject-Token", PASSWORD),
        token(PASSWORD, "tomorrow"),
        token(PASSWORD, "2026-01-01T00:00:00Z"),
        json(200, "{}"),
        json(
            400,
            r#"{"error_code":"IAM.0011","error_msg":"The request is wrong."}"#,
        ),
        ResponseTemplate::new(302).insert_header("location", "/elsewhere"),
    ] {
        let server = iam([response]).await;
        let (absent, message) = refusal(&provider(&server, &clock(NOW))).await;
        assert!(!absent && !message.contains(PASSWORD), "{message}");
        assert_eq!(posts(&server).await, 1);
        messages.push(message);
    }
    insta::assert_snapshot!(messages.join("\n"), @"
    the response of IAM has no token in X-Subject-Token
    KeystoneCreateUserTokenByPassword: cannot decode the response body: missing field `token` at line 1 column 2
    the response of IAM does not say when the token expires
    its credentials expired at 2026-01-01T00:00:00Z, and this machine's clock says 2026-01-02T03:04:05Z: check the clock
    KeystoneCreateUserTokenByPassword: the service returned 200 OK, which is neither the documented success nor an error
    KeystoneCreateUserTokenByPassword: the service returned 400 Bad Request, IAM.0011: The request is wrong.
    KeystoneCreateUserTokenByPassword: the service returned 302 Found, which is neither the documented success nor an error
    ");
}

#[test]
fn missing_settings_are_named() {
    let builder = || IamPasswordProvider::builder("user", PASSWORD, "domain");
    let refusals: Vec<_> = [
        builder(),
        builder().project("p"),
        builder().endpoint("https://iam.example"),
        builder().region("a/b"),
        builder().region("r").endpoint("http://iam.example"),
        IamPasswordProvider::builder("", PASSWORD, "domain").region("r"),
        IamPasswordProvider::builder("user", "", "domain").region("r"),
    ]
    .into_iter()
    .map(|builder| {
        builder
            .build()
            .expect_err("the setting is invalid")
            .to_string()
    })
    .collect();
    insta::assert_snapshot!(refusals.join("\n"), @r#"
    no endpoint for IAM is set; set IamPasswordProviderBuilder::region or endpoint
    no endpoint for IAM is set; set IamPasswordProviderBuilder::region or endpoint
    no project for IAM is set; set IamPasswordProviderBuilder::region or project
    "a/b" is not a region: give its ID, such as cn-north-4
    the endpoint "http://iam.example" is plain http: use https; or allow_plain_http of the builder, to send credentials in the clear
    the user name for IAM is empty
    the password for IAM is empty
    "#);
}

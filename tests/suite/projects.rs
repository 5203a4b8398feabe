//! The project of a client that was given none.

use std::time::Duration;

use hwtasks::{Client, ClientBuilder, Credentials, ErrorKind, Origin, RetryPolicy};
use hwtasks_api::examples::KAFKA_LIST;
use wiremock::matchers::{method, path, path_regex, query_param};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::support::server::{INSTANCE, PROJECT, TOKEN, clock, json};

const REGION: &str = "cn-north-4";
const ONE: &str = r#"{"projects":[{"id":"a4d31cb6-3d72-4fdc-8ec9-6e3a41e47f71","name":"cn-north-4","enabled":true}],"links":{}}"#;

/// IAM that gives this response, and Kafka with two tasks.
async fn server(iam: ResponseTemplate) -> MockServer {
    let server = MockServer::start().await;
    Mock::given(method("GET"))
        .and(path("/v3/projects"))
        .and(query_param("name", REGION))
        .respond_with(iam)
        .mount(&server)
        .await;
    Mock::given(method("GET"))
        .and(path_regex("^/v2/.*/tasks$"))
        .respond_with(json(200, KAFKA_LIST.body))
        .mount(&server)
        .await;
    server
}

fn builder_without_project(server: &MockServer) -> ClientBuilder {
    Client::builder()
        .region(REGION)
        .kafka_endpoint(server.uri())
        .iam_endpoint(server.uri())
}

fn client(server: &MockServer, credentials: Credentials) -> Client {
    builder_without_project(server)
        .credentials(credentials)
        .retry_policy(RetryPolicy::disabled())
        .time_source(clock("2026-01-02T03:04:05Z"))
        .build()
        .expect("it builds")
}

async fn paths(server: &MockServer) -> Vec<String> {
    let requests = server.received_requests().await.expect("it records");
    requests
        .iter()
        .map(|request| request.url.path().to_owned())
        .collect()
}

#[tokio::test]
async fn project_lookup_runs_once_with_the_same_credentials() {
    let server = server(json(200, ONE)).await;
    let client = client(&server, Credentials::keys("AK", "SK"));
    assert_eq!(client.project_id(), None);
    client.kafka().list(INSTANCE).await.expect("it succeeds");
    client.kafka().list(INSTANCE).await.expect("it succeeds");
    assert_eq!(client.project_id(), Some(PROJECT));
    assert_eq!(client.origins().project_id, Some(Origin::Iam));
    let tasks = format!("/v2/{PROJECT}/instances/{INSTANCE}/tasks");
    assert_eq!(paths(&server).await, ["/v3/projects", &tasks, &tasks]);
    let requests = server.received_requests().await.expect("it records");
    for request in requests {
        let authorization = request.headers["authorization"]
            .to_str()
            .expect("it is text");
        assert!(authorization.starts_with("SDK-HMAC-SHA256 Access=AK,"));
    }
}

#[tokio::test]
async fn project_lookup_is_shared_by_fifty_concurrent_calls() {
    for (response, lists) in [(json(200, ONE), 50), (json(403, "{}"), 0)] {
        let server = server(response).await;
        let client = client(&server, Credentials::token(TOKEN));
        let mut calls = tokio::task::JoinSet::new();
        for _ in 0..50 {
            let kafka = client.kafka();
            calls.spawn(async move { kafka.list(INSTANCE).await.is_ok() });
        }
        let succeeded = calls.join_all().await.into_iter().filter(|ok| *ok).count();
        assert_eq!(succeeded, lists);
        let looked_up = paths(&server).await;
        let looked_up = looked_up.iter().filter(|path| *path == "/v3/projects");
        assert_eq!(looked_up.count(), 1);
    }
}

#[tokio::test]
async fn project_of_the_credentials_needs_no_lookup() {
    let server = server(json(500, "{}")).await;
    let credentials = Credentials::token(TOKEN).with_project_id("own");
    let client = client(&server, credentials);
    client.kafka().list(INSTANCE).await.expect("it succeeds");
    assert_eq!(
        paths(&server).await,
        [format!("/v2/own/instances/{INSTANCE}/tasks")]
    );
}

#[tokio::test]
async fn project_lookup_without_exactly_one_match_fails() {
    let two = r#"{"projects":[{"id":"a","name":"cn-north-4"},{"id":"b","name":"cn-north-4"}]}"#;
    let other = r#"{"projects":[{"id":"a","name":"cn-north-4_sub"}]}"#;
    let mut errors = Vec::new();
    for (response, kind) in [
        (json(200, r#"{"projects":[]}"#), ErrorKind::Unexpected),
        (json(200, two), ErrorKind::Unexpected),
        (json(200, other), ErrorKind::Unexpected),
        (json(200, r#"{"projects":[{"id":7}]}"#), ErrorKind::Decode),
        (json(200, ""), ErrorKind::Decode),
        (
            json(
                403,
                r#"{"error":{"code":403,"message":"no permission","title":"Forbidden"}}"#,
            ),
            ErrorKind::Api,
        ),
        (
            ResponseTemplate::new(302).insert_header("location", "/v3/auth"),
            ErrorKind::Unexpected,
        ),
    ] {
        let server = server(response).await;
        let client = client(&server, Credentials::token(TOKEN));
        let error = client.kafka().list(INSTANCE).await.expect_err("no project");
        assert_eq!(error.kind(), kind, "{error}");
        assert_eq!((error.attempts(), client.project_id()), (1, None));
        errors.push(error.to_string());
    }
    insta::assert_snapshot!(errors.join("\n"), @r#"
    ListKafkaTasks: the project ID cannot be looked up at IAM: IAM has 0 projects named "cn-north-4": set the project ID
    ListKafkaTasks: the project ID cannot be looked up at IAM: IAM has 2 projects named "cn-north-4": set the project ID
    ListKafkaTasks: the project ID cannot be looked up at IAM: IAM has 0 projects named "cn-north-4": set the project ID
    ListKafkaTasks: the project ID cannot be looked up at IAM: cannot decode the response body at projects[0].id: invalid type: integer `7`, expected a string at line 1 column 20
    ListKafkaTasks: the project ID cannot be looked up at IAM: cannot decode the response body: the body is empty
    ListKafkaTasks: the project ID cannot be looked up at IAM: the service returned 403 Forbidden, 403: no permission
    ListKafkaTasks: the project ID cannot be looked up at IAM: the service returned 302 Found, which is neither the documented success nor an error
    "#);
}

#[tokio::test]
async fn invalid_id_is_refused_before_the_project_lookup() {
    let server = server(json(200, ONE)).await;
    let kafka = client(&server, Credentials::token(TOKEN)).kafka();
    kafka.list("..").await.expect_err("a bad ID");
    kafka.show(INSTANCE, "").await.expect_err("a bad ID");
    assert_eq!(paths(&server).await, [""; 0]);
}

#[tokio::test]
async fn project_lookup_uses_the_iam_of_the_credentials() {
    let server = server(json(200, ONE)).await;
    let build = |credentials: Credentials, region: Option<&str>| {
        let builder = Client::builder()
            .kafka_endpoint(server.uri())
            .credentials(credentials);
        let builder = region.map_or(builder.clone(), |region| builder.region(region));
        builder.build().expect("it builds")
    };
    let token = Credentials::token(TOKEN);
    let own = token.clone().with_iam_endpoint(server.uri());
    let client = build(own.clone(), Some(REGION));
    client.kafka().list(INSTANCE).await.expect("it succeeds");

    let error = build(own, None).kafka().list(INSTANCE).await;
    let plain = token.with_iam_endpoint("http://iam.example");
    let refused = build(plain, Some(REGION)).kafka().list(INSTANCE).await;
    let errors = [error, refused].map(|error| error.expect_err("no project").to_string());
    insta::assert_snapshot!(errors.join("\n"), @r#"
    ListKafkaTasks: the project ID cannot be looked up at IAM: no region is set; set the region or the project ID
    ListKafkaTasks: the project ID cannot be looked up at IAM: the IAM endpoint of the credentials: the endpoint "http://iam.example" is plain http: use https; or allow_plain_http of the builder, to send credentials in the clear
    "#);
}

/// Never responses.
#[derive(Debug)]
struct Silent;

impl hwtasks::ProvideCredentials for Silent {
    fn name(&self) -> std::borrow::Cow<'static, str> {
        "silent".into()
    }

    fn provide(&self) -> hwtasks::Provided<'_> {
        Box::pin(std::future::pending())
    }
}

#[tokio::test]
async fn silent_credentials_provider_ends_with_the_call_timeout() {
    let server = server(json(503, "{}")).await;
    let client = builder_without_project(&server)
        .credentials(Silent)
        .timeout(Duration::ZERO)
        .build()
        .expect("it builds");
    let error = client.kafka().list(INSTANCE).await.expect_err("it fails");
    assert_eq!(error.kind(), ErrorKind::Credentials);
    insta::assert_snapshot!(error, @"ListKafkaTasks: no credentials: silent: no credentials within 0s");
}

#[tokio::test]
async fn project_lookup_retries_end_with_the_call_timeout() {
    let server = server(json(503, "{}")).await;
    // The clock advances by the whole wait after each attempt.
    let time = clock("2026-01-02T03:04:05Z");
    let client = builder_without_project(&server)
        .token(TOKEN)
        .time_source(time.clone())
        .retry_policy(RetryPolicy::default().with_max_attempts(1000))
        .timeout(Duration::from_secs(60))
        .build()
        .expect("it builds");
    client.kafka().list(INSTANCE).await.expect_err("it fails");
    let slept: Duration = time.sleeps().iter().sum();
    assert!(slept <= Duration::from_secs(60), "{slept:?}");
    assert!(slept > Duration::ZERO);
    let asked = paths(&server).await;
    assert!(asked.iter().all(|path| path == "/v3/projects"));
}

//! Timeouts of calls that need credentials, the project or a slow service.

use std::borrow::Cow;
use std::future::IntoFuture as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use hwtasks::{
    CachedProvider, Client, Credentials, CredentialsError, ErrorKind, ProvideCredentials, Provided,
    RetryPolicy,
};
use jiff::SignedDuration;
use serde_json::json;
use wiremock::matchers::path;
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::support::script::{FakeService, task};
use crate::support::server::{self, INSTANCE, Server, TASK, TOKEN, clock};

const NOW: &str = "2026-01-02T03:04:05Z";
const REGION: &str = "cn-north-4";

/// Provides a token of one day once, and hangs from then on.
#[derive(Clone, Debug, Default)]
struct HangingProvider(Arc<AtomicUsize>);

impl ProvideCredentials for HangingProvider {
    fn name(&self) -> Cow<'static, str> {
        "hanging".into()
    }

    fn provide(&self) -> Provided<'_> {
        Box::pin(async {
            if self.0.fetch_add(1, Ordering::SeqCst) > 0 {
                std::future::pending::<()>().await;
            }
            let now: jiff::Timestamp = NOW.parse().expect("it is a time");
            let expiry = now + SignedDuration::from_hours(24);
            Ok(Credentials::token(TOKEN).with_expiry(expiry))
        })
    }
}

#[tokio::test]
async fn call_with_a_short_timeout_skips_early_refresh() {
    let server = Server::serving(r#"{"tasks":[]}"#).await;
    let (time, source) = (clock(NOW), HangingProvider::default());
    let client = server
        .builder()
        .credentials(CachedProvider::new(source.clone()).time_source(time.clone()))
        .time_source(time.clone())
        .timeout(Duration::from_secs(1))
        .build()
        .expect("it builds");
    for (minutes, asked) in [(0, 1), (24 * 60 - 10, 2), (0, 2), (2, 3), (0, 3)] {
        time.advance(Duration::from_secs(60) * minutes);
        let list = client.kafka().list(INSTANCE).await;
        list.unwrap_or_else(|error| panic!("{minutes}: {error:#}"));
        assert_eq!(source.0.load(Ordering::SeqCst), asked);
    }
    time.advance(Duration::from_secs(60 * 60));
    let error = client.kafka().list(INSTANCE).await.expect_err("expired");
    assert_eq!(error.kind(), ErrorKind::Credentials);
    assert!(error.is_retryable());
}

#[tokio::test(start_paused = true)]
async fn hanging_early_refresh_is_abandoned() {
    let (time, source) = (clock(NOW), HangingProvider::default());
    let cached = CachedProvider::new(source.clone()).time_source(time.clone());
    cached.provide().await.expect("there is a token");
    time.advance(Duration::from_secs(60 * (24 * 60 - 10)));
    for seconds in [5, 0] {
        let began = tokio::time::Instant::now();
        cached.provide().await.expect("the kept token is returned");
        assert_eq!(began.elapsed().as_secs(), seconds);
    }
    assert_eq!(source.0.load(Ordering::SeqCst), 2);
}

/// IAM that responds after a delay, and Kafka that responds immediately.
async fn slow_iam(delay: Duration) -> (MockServer, hwtasks::ClientBuilder) {
    let server = MockServer::start().await;
    let projects = json!({ "projects": [{ "id": "p", "name": REGION }] });
    let response = ResponseTemplate::new(200).set_body_json(projects);
    Mock::given(path("/v3/projects"))
        .respond_with(response.set_delay(delay))
        .mount(&server)
        .await;
    let tasks = ResponseTemplate::new(200).set_body_json(json!({ "tasks": [] }));
    let tasks = Mock::given(path(format!("/v2/p/instances/{INSTANCE}/tasks"))).respond_with(tasks);
    tasks.mount(&server).await;
    let builder = Client::builder()
        .region(REGION)
        .kafka_endpoint(server.uri())
        .iam_endpoint(server.uri())
        .token(TOKEN);
    (server, builder)
}

#[tokio::test]
async fn shared_project_lookup_keeps_each_callers_timeout() {
    let delay = Duration::from_secs(2);
    for hurried_first in [true, false] {
        let (_server, builder) = slow_iam(delay).await;
        let client = builder.build().expect("it builds");
        let hurried = async {
            let wait = client.kafka().wait(INSTANCE, TASK);
            let began = std::time::Instant::now();
            let error = wait.timeout(Duration::from_millis(100)).await;
            (error.expect_err("too short"), began.elapsed())
        };
        let patient = client.kafka().list(INSTANCE).into_future();
        let ((error, took), list) = if hurried_first {
            tokio::join!(hurried, patient)
        } else {
            let (list, hurried) = tokio::join!(patient, hurried);
            (hurried, list)
        };
        list.unwrap_or_else(|error| panic!("{hurried_first}: {error:#}"));
        assert!(took < delay, "{hurried_first}: {took:?}");
        assert!(error.is_timeout() || error.is_wait_timed_out(), "{error:?}");
    }
}

/// Provides a token, but cannot be reached from the fourth to the ninth second.
#[derive(Debug)]
struct Unreachable(hwtasks::ManualTimeSource, hwtasks::IamPasswordProvider);

impl ProvideCredentials for Unreachable {
    fn name(&self) -> Cow<'static, str> {
        "unreachable".into()
    }

    fn provide(&self) -> Provided<'_> {
        use hwtasks::TimeSource as _;
        let passed = self.0.elapsed();
        let reached = !(Duration::from_secs(4)..Duration::from_secs(9)).contains(&passed);
        match reached {
            true => Box::pin(async { Ok(Credentials::token(TOKEN)) }),
            false => self.1.provide(),
        }
    }
}

#[tokio::test]
async fn wait_tolerates_an_unreachable_credentials_provider() {
    let scripted = FakeService::scripted(
        vec![task(
            TASK,
            "EXTEND",
            "EXECUTING",
            "2026-01-02T03:04:05.000Z",
        )],
        |polls, tasks, _| {
            if polls > 3 {
                tasks[0]["status"] = json!("SUCCESS");
            }
            None
        },
    )
    .await;
    let time = clock(NOW);
    let unused = crate::support::unused_port();
    let iam = hwtasks::IamPasswordProvider::builder("u", "p", "d")
        .region(REGION)
        .endpoint(unused)
        .time_source(time.clone())
        .build()
        .expect("the provider can be built");
    let client = scripted
        .builder()
        .credentials(Unreachable(time.clone(), iam))
        .time_source(time.clone())
        .build()
        .expect("it builds");
    let task = client.kafka().wait(INSTANCE, TASK).await;
    assert_eq!(task.expect("the task ends").id, TASK);
    assert!(time.sleeps().iter().sum::<Duration>() > Duration::from_secs(9));
}

/// A provider whose configuration is invalid.
#[derive(Debug)]
struct InvalidProvider;

impl ProvideCredentials for InvalidProvider {
    fn name(&self) -> Cow<'static, str> {
        "invalid".into()
    }

    fn provide(&self) -> Provided<'_> {
        Box::pin(async { Err(CredentialsError::invalid_configuration("no")) })
    }
}

#[tokio::test]
async fn wait_ends_at_an_invalid_credentials_provider() {
    let scripted = FakeService::fixed(vec![]).await;
    let client = scripted.builder().credentials(InvalidProvider);
    let client = client.build().expect("it builds");
    let error = client
        .kafka()
        .wait(INSTANCE, TASK)
        .await
        .expect_err("it fails");
    assert!(!error.is_retryable(), "{error:?}");
}

#[tokio::test]
async fn timeout_after_429_reports_the_429() {
    let busy = ResponseTemplate::new(429).insert_header("Retry-After", "0");
    let slow = server::json(200, r#"{"tasks":[]}"#).set_delay(Duration::from_secs(60));
    let server = Server::responding_in_order([busy, slow]).await;
    let client = server
        .builder()
        .retry_policy(RetryPolicy::default())
        .timeout(Duration::from_millis(500))
        .build()
        .expect("it builds");
    let error = client.kafka().list(INSTANCE).await.expect_err("it fails");
    assert!(error.is_throttled(), "{error:?}");
    assert_eq!(error.attempts(), 2);
}

#[tokio::test(start_paused = true)]
async fn connect_timeout_limits_the_connection() {
    // Accepts the connection, and never responds to the TLS handshake.
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await;
    let silent = silent.expect("a port can be bound");
    let address = silent.local_addr().expect("the listener has an address");
    let client = Client::builder()
        .kafka_endpoint(format!("https://{address}"))
        .project_id("p")
        .token(TOKEN)
        .connect_timeout(Duration::from_secs(2))
        .retry_policy(RetryPolicy::disabled())
        .build()
        .expect("it builds");
    let began = tokio::time::Instant::now();
    let error = client.kafka().list(INSTANCE).await.expect_err("it fails");
    let took = began.elapsed();
    assert!(
        took >= Duration::from_secs(2) && took < Duration::from_secs(3),
        "{took:?}"
    );
    assert!(
        error.is_timeout() && error.is_connection_error(),
        "{error:?}"
    );
}

#[tokio::test]
async fn longest_timeouts_are_accepted() {
    let server = Server::serving(r#"{"tasks":[]}"#).await;
    let client = server
        .builder()
        .connect_timeout(Duration::MAX)
        .attempt_timeout(Duration::MAX)
        .timeout(Duration::MAX)
        .build()
        .expect("it builds");
    let list = client.kafka().list(INSTANCE).await;
    assert!(list.expect("it is in time").tasks.is_empty());
}

//! What is attempted again, how often, and how long is waited in between.

use std::time::Duration;

use hwtasks::{Client, Credentials, ErrorKind, ManualTimeSource, RetryPolicy};
use hwtasks_api::examples::KAFKA_LIST;
use wiremock::ResponseTemplate;

use crate::server::{INSTANCE, Server, clock, json};

const NOW: &str = "2026-01-02T03:04:05Z";

fn client(server: &Server, time: &ManualTimeSource) -> Client {
    let builder = server
        .builder()
        .time_source(time.clone())
        .retry_policy(RetryPolicy::default());
    builder.build().expect("a client")
}

fn status(status: u16) -> ResponseTemplate {
    ResponseTemplate::new(status)
}

#[tokio::test]
async fn a_failure_that_passes_is_not_seen() {
    for code in [408, 429, 500, 502, 503, 504] {
        let answers = [status(code), status(code), json(200, KAFKA_LIST.body)];
        let server = Server::answering_in_turn(answers).await;
        let time = clock(NOW);
        let list = client(&server, &time)
            .kafka()
            .list(INSTANCE)
            .await
            .expect("a list");
        assert_eq!(list.tasks.len(), 2);
        assert_eq!(server.asked().await, 3, "{code}");
        let slept = time.slept();
        assert_eq!(slept.len(), 2, "{code}");
        assert!(slept[0] <= Duration::from_millis(250), "{slept:?}");
        assert!(slept[1] <= Duration::from_millis(450), "{slept:?}");
    }
}

#[tokio::test]
async fn a_failure_that_lasts_is_the_error_after_three_attempts() {
    let server = Server::answering(status(503)).await;
    let time = clock(NOW);
    let error = client(&server, &time)
        .kafka()
        .list(INSTANCE)
        .await
        .expect_err("it lasts");
    assert_eq!(error.attempts(), 3);
    assert_eq!(server.asked().await, 3);
    insta::assert_snapshot!(error, @"ListKafkaTasks: the service answered 503 Service Unavailable: the body is empty (after 3 attempts)");
}

#[tokio::test]
async fn a_refusal_is_not_attempted_again() {
    for code in [400, 401, 403, 404, 501] {
        let server = Server::answering(status(code)).await;
        let time = clock(NOW);
        let error = client(&server, &time)
            .kafka()
            .list(INSTANCE)
            .await
            .expect_err("refused");
        assert_eq!(error.attempts(), 1, "{code}");
        assert_eq!(time.slept(), [], "{code}");
    }
}

#[tokio::test]
async fn retry_after_is_waited_for() {
    let answers = [
        status(429).insert_header("Retry-After", "7"),
        status(503).insert_header("Retry-After", "Fri, 02 Jan 2026 03:05:05 GMT"),
        json(200, KAFKA_LIST.body),
    ];
    let server = Server::answering_in_turn(answers).await;
    let time = clock(NOW);
    client(&server, &time)
        .kafka()
        .list(INSTANCE)
        .await
        .expect("a list");
    // The date is a minute after the beginning, of which seven seconds have passed.
    assert_eq!(
        time.slept(),
        [Duration::from_secs(7), Duration::from_secs(53)]
    );
}

#[tokio::test]
async fn a_call_never_waits_past_its_timeout() {
    let server = Server::answering(status(429).insert_header("Retry-After", "121")).await;
    let time = clock(NOW);
    let error = client(&server, &time)
        .kafka()
        .list(INSTANCE)
        .await
        .expect_err("throttled");
    assert!(error.is_throttled());
    assert_eq!((error.attempts(), time.slept()), (1, vec![]));
}

#[tokio::test]
async fn a_connection_that_is_not_made_is_attempted_again() {
    let free = std::net::TcpListener::bind("127.0.0.1:0")
        .expect("a port")
        .local_addr();
    let endpoint = format!("http://{}", free.expect("an address"));
    let time = clock(NOW);
    let client = Client::builder()
        .dcs_endpoint(endpoint)
        .project_id("p")
        .time_source(time.clone());
    let error = client
        .build()
        .expect("a client")
        .dcs()
        .list("i")
        .await
        .expect_err("nobody");
    assert_eq!(error.kind(), ErrorKind::Transport);
    assert_eq!((error.attempts(), time.slept().len()), (3, 2));
}

#[tokio::test]
async fn a_clock_that_is_off_is_answered_once_with_the_clock_of_the_service() {
    let refused = || {
        let body =
            r#"{"error_code":"APIGW.0303","error_msg":"Signature expired","request_id":"r"}"#;
        json(401, body).insert_header("Date", "Fri, 02 Jan 2026 04:06:05 GMT")
    };
    let keys = || Credentials::keys("AK", "SK-that-nobody-may-see");

    let server = Server::answering_in_turn([refused(), json(200, KAFKA_LIST.body)]).await;
    let time = clock(NOW);
    let client = server
        .builder()
        .credentials(keys())
        .time_source(time.clone());
    let client = client.build().expect("a client");
    client.kafka().list(INSTANCE).await.expect("a list");
    client
        .kafka()
        .list(INSTANCE)
        .await
        .expect("another, signed right at once");
    let dates: Vec<_> = server
        .requests()
        .await
        .iter()
        .map(|request| {
            request.headers["x-sdk-date"]
                .to_str()
                .expect("text")
                .to_owned()
        })
        .collect();
    assert_eq!(
        dates,
        ["20260102T030405Z", "20260102T040605Z", "20260102T040605Z"]
    );
    assert_eq!(time.slept(), []);

    let server = Server::answering(refused()).await;
    let time = clock(NOW);
    let client = server
        .builder()
        .credentials(keys())
        .time_source(time)
        .build()
        .expect("a client");
    let error = client
        .kafka()
        .list(INSTANCE)
        .await
        .expect_err("it did not help");
    assert_eq!(error.attempts(), 2);
    assert_eq!(
        error.clock_skew(),
        Some(jiff::SignedDuration::from_mins(62))
    );
    insta::assert_snapshot!(error, @"ListKafkaTasks: the service answered 401 Unauthorized, APIGW.0303: Signature expired; this machine's clock is behind the service's by 1h 2m (after 2 attempts)");
}

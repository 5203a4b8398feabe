//! What the client sends besides what the corpus says: `tests/conformance/requests.json`.

use hwtasks_api::examples::KAFKA_LIST;
use jiff::Timestamp;

use crate::support::server::{INSTANCE, PROJECT, Server, TOKEN};

fn time(text: &str) -> Timestamp {
    text.parse().expect("it is a time")
}

#[tokio::test]
async fn request_sends_only_what_was_set() {
    let server = Server::serving(KAFKA_LIST.body).await;
    server
        .client()
        .kafka()
        .list(INSTANCE)
        .await
        .expect("it succeeds");
    assert_eq!(
        server.request_line().await,
        format!("GET /v2/{PROJECT}/instances/{INSTANCE}/tasks")
    );
    let request = server.request().await;
    let mut names: Vec<_> = request.headers.keys().map(|name| name.as_str()).collect();
    names.sort_unstable();
    assert_eq!(
        names,
        [
            "accept",
            "accept-encoding",
            "host",
            "user-agent",
            "x-auth-token"
        ]
    );
    assert_eq!(request.headers["x-auth-token"], TOKEN);
    assert_eq!(request.headers["accept"], "application/json");
}

#[tokio::test]
async fn every_time_type_is_a_bound() {
    let server = Server::serving(KAFKA_LIST.body).await;
    let system = std::time::UNIX_EPOCH + std::time::Duration::from_secs(1_589_512_637);
    let zoned = time("2020-05-15T03:19:51Z").to_zoned(jiff::tz::TimeZone::UTC);
    let request = server
        .client()
        .kafka()
        .list(INSTANCE)
        .since(system)
        .until(&zoned);
    request.await.expect("it succeeds");
    let line = server.request_line().await;
    assert!(
        line.ends_with("?begin_time=20200515031717&end_time=20200515031951"),
        "{line}"
    );
}

#[tokio::test]
async fn year_beyond_four_digits_is_refused_unsent() {
    let server = Server::serving(KAFKA_LIST.body).await;
    let request = server.client().kafka().list(INSTANCE).since(Timestamp::MIN);
    insta::assert_snapshot!(request.await.expect_err("the year is too early"), @r#"ListKafkaTasks: since: "-009999-01-02T01:59:59Z" is not a time like 20200609160000: its year does not have four digits"#);
    assert!(!server.was_called().await);
}

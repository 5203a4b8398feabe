//! What the client sends: method, path, every query parameter, headers.

use hwtasks_api::examples::{DCS_LIST_EN, DCS_V1_LIST, KAFKA_LIST, KAFKA_SHOW};
use jiff::Timestamp;

use crate::server::{INSTANCE, PROJECT, Server, TASK, TOKEN};

fn time(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

#[tokio::test]
async fn dcs_list_sends_every_parameter_under_the_name_of_the_table() {
    let server = Server::serving(DCS_LIST_EN.body).await;
    let request = server
        .client()
        .dcs()
        .list(INSTANCE)
        .offset(20)
        .limit(1000)
        .since(time("2020-06-09T16:00:00Z"))
        .until(time("2020-06-17T15:59:59Z"));
    request.await.expect("a list");
    assert_eq!(
        server.request_line().await,
        format!(
            "GET /v2/{PROJECT}/instances/{INSTANCE}/tasks?end_time=20200617155959&limit=1000&offset=20\
             &start_time=20200609160000"
        )
    );
}

#[tokio::test]
async fn dcs_list_v1_sends_every_parameter_in_camel_case() {
    let server = Server::serving(DCS_V1_LIST.body).await;
    let request = server
        .client()
        .dcs()
        .list_v1(INSTANCE)
        .start(1)
        .limit(10)
        .since(time("2018-11-22T00:00:00Z"))
        .until(time("2018-11-22T23:59:59Z"));
    request.await.expect("a list");
    assert_eq!(
        server.request_line().await,
        format!(
            "GET /v1.0/{PROJECT}/instances/{INSTANCE}/tasks?beginTime=20181122000000\
             &endTime=20181122235959&limit=10&start=1"
        )
    );
}

#[tokio::test]
async fn kafka_list_sends_every_parameter() {
    let server = Server::serving(KAFKA_LIST.body).await;
    let request = server
        .client()
        .kafka()
        .list(INSTANCE)
        .start(11)
        .limit(100)
        .since(time("2020-05-15T00:00:00Z"))
        .until(time("2020-05-15T23:59:59Z"));
    request.await.expect("a list");
    assert_eq!(
        server.request_line().await,
        format!(
            "GET /v2/{PROJECT}/instances/{INSTANCE}/tasks?begin_time=20200515000000\
             &end_time=20200515235959&limit=100&start=11"
        )
    );
}

#[tokio::test]
async fn kafka_show_asks_for_the_task() {
    let server = Server::serving(KAFKA_SHOW.body).await;
    server
        .client()
        .kafka()
        .show(INSTANCE, TASK)
        .await
        .expect("a task");
    assert_eq!(
        server.request_line().await,
        format!("GET /v2/{PROJECT}/instances/{INSTANCE}/tasks/{TASK}")
    );
}

#[tokio::test]
async fn nothing_that_was_not_asked_for_is_sent() {
    let server = Server::serving(KAFKA_LIST.body).await;
    server
        .client()
        .kafka()
        .list(INSTANCE)
        .await
        .expect("a list");
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
async fn bounds_between_seconds_are_rounded_outwards() {
    let server = Server::serving(KAFKA_LIST.body).await;
    let request = server
        .client()
        .kafka()
        .list(INSTANCE)
        .since(time("2020-05-15T03:17:17.176Z"))
        .until(time("2020-05-15T03:19:51.065Z"));
    request.await.expect("a list");
    let line = server.request_line().await;
    assert!(
        line.ends_with("?begin_time=20200515031717&end_time=20200515031952"),
        "{line}"
    );
}

#[tokio::test]
async fn any_kind_of_time_is_a_bound() {
    let server = Server::serving(KAFKA_LIST.body).await;
    let system = std::time::UNIX_EPOCH + std::time::Duration::from_secs(1_589_512_637);
    let zoned = time("2020-05-15T03:19:51Z").to_zoned(jiff::tz::TimeZone::UTC);
    let request = server
        .client()
        .kafka()
        .list(INSTANCE)
        .since(system)
        .until(&zoned);
    request.await.expect("a list");
    let line = server.request_line().await;
    assert!(
        line.ends_with("?begin_time=20200515031717&end_time=20200515031951"),
        "{line}"
    );
}

#[tokio::test]
async fn an_id_is_one_segment_whatever_it_holds() {
    for (id, segment) in [
        ("a/b", "a%2Fb"),
        ("a\\..\\b", "a%5C..%5Cb"),
        ("a b?c#d", "a%20b%3Fc%23d"),
        ("100%", "100%25"),
        ("%2e%2e", "%252e%252e"),
        ("...", "..."),
        ("Ünïcode", "%C3%9Cn%C3%AFcode"),
        ("a;b=c,d&e+f", "a%3Bb%3Dc%2Cd%26e%2Bf"),
    ] {
        let server = Server::serving(KAFKA_LIST.body).await;
        server.client().kafka().list(id).await.expect("a list");
        assert_eq!(
            server.request_line().await,
            format!("GET /v2/{PROJECT}/instances/{segment}/tasks"),
            "{id:?}"
        );
    }
}

#[tokio::test]
async fn an_id_that_names_another_path_is_refused_before_anything_is_sent() {
    let server = Server::serving(KAFKA_LIST.body).await;
    let kafka = server.client().kafka();
    for id in ["", ".", "..", "a\nb", "a\u{0}b", "\u{85}"] {
        let error = kafka.list(id).await.expect_err("a bad ID");
        assert_eq!(error.kind(), hwtasks::ErrorKind::InvalidInput, "{id:?}");
        let error = kafka.show(INSTANCE, id).await.expect_err("a bad ID");
        assert!(
            error.to_string().starts_with("ShowKafkaTask: the task ID "),
            "{error}"
        );
    }
    assert!(!server.was_asked().await);
}

#[tokio::test]
async fn a_number_out_of_range_is_refused_before_anything_is_sent() {
    let server = Server::serving(KAFKA_LIST.body).await;
    let client = server.client();
    let errors = [
        client
            .kafka()
            .list(INSTANCE)
            .start(0)
            .await
            .expect_err("from 1")
            .to_string(),
        client
            .kafka()
            .list(INSTANCE)
            .limit(0)
            .await
            .expect_err("from 1")
            .to_string(),
        client
            .dcs()
            .list(INSTANCE)
            .offset(u32::MAX)
            .await
            .expect_err("too far")
            .to_string(),
        client
            .dcs()
            .list_v1(INSTANCE)
            .start(0)
            .await
            .expect_err("from 1")
            .to_string(),
    ];
    insta::assert_snapshot!(errors.join("\n"), @"
    ListKafkaTasks: the start is 0, and must be 1 to 2147483647
    ListKafkaTasks: the limit is 0, and must be 1 to 2147483647
    ListDcsTasks: the offset is 4294967295, and must be 0 to 2147483647
    ListDcsTasksV1: the start is 0, and must be 1 to 2147483647
    ");
    assert!(!server.was_asked().await);
}

#[tokio::test]
async fn a_time_that_four_digits_cannot_say_is_refused_before_anything_is_sent() {
    let server = Server::serving(KAFKA_LIST.body).await;
    let request = server.client().kafka().list(INSTANCE).since(Timestamp::MIN);
    insta::assert_snapshot!(request.await.expect_err("too early"), @r#"ListKafkaTasks: since: "-009999-01-02T01:59:59Z" is not a time like 20200609160000: its year does not have four digits"#);
    assert!(!server.was_asked().await);
}

//! Each fault as a client meets it.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use hwtasks_emulator::{Emulator, Fault, FaultKind, Operation, Service, TOKEN};
use jiff::SignedDuration;
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::site::{Answer, Site, tasks};

async fn meet(site: &Site, kind: FaultKind) -> reqwest::Response {
    site.emulator.control().add_fault(Fault::new(kind)).unwrap();
    let response = site
        .request(Service::Kafka, &tasks("v2"))
        .send()
        .await
        .unwrap();
    assert!(site.emulator.control().faults().is_empty());
    response
}

/// After every fault the next answer is right.
async fn recovered(site: &Site) {
    assert_eq!(site.kafka(&tasks("v2")).await.status, 200);
}

#[tokio::test]
async fn a_status_with_retry_after() {
    let site = Site::start().await;
    let kind = FaultKind::Status {
        status: 429,
        retry_after: Some("7".to_owned()),
        error_code: None,
    };
    let answer = Answer::of(meet(&site, kind).await).await;
    assert_eq!((answer.status, answer.header("retry-after")), (429, "7"));
    assert_eq!(answer.json()["error_code"], "APIGW.0308");
    crate::spec::check(Service::Kafka, "GET", &tasks("v2"), &answer);
    let kind = FaultKind::Status {
        status: 500,
        retry_after: None,
        error_code: Some("DMS.00500000".to_owned()),
    };
    let answer = Answer::of(meet(&site, kind).await).await;
    assert_eq!((answer.status, answer.header("retry-after")), (500, ""));
    assert_eq!(answer.json()["error_code"], "DMS.00500000");
    recovered(&site).await;
}

#[tokio::test]
async fn by_operation_and_count_over_http() {
    let site = Site::start().await;
    let fault = json!({ "operation": "ListDcsTasks", "count": 2, "kind": "status", "status": 503 });
    assert_eq!(
        site.control("POST", "faults", Some(fault.clone()))
            .await
            .status,
        204
    );
    assert_eq!(site.kafka(&tasks("v2")).await.status, 200);
    assert_eq!(site.dcs(&tasks("v1.0")).await.status, 200);
    assert_eq!(site.dcs(&tasks("v2")).await.status, 503);
    let left = site.control("GET", "faults", None).await.json();
    assert_eq!(
        left,
        json!([{ "operation": "ListDcsTasks", "count": 1, "kind": "status", "status": 503 }])
    );
    assert_eq!(site.dcs(&tasks("v2")).await.status, 503);
    assert_eq!(site.dcs(&tasks("v2")).await.status, 200);
    site.control("POST", "faults", Some(fault)).await;
    assert_eq!(site.control("DELETE", "faults", None).await.status, 204);
    assert_eq!(site.dcs(&tasks("v2")).await.status, 200);
}

#[tokio::test]
async fn a_delay_outlasts_an_impatient_client_and_is_recorded() {
    let site = Site::start().await;
    let fault = Fault::new(FaultKind::Delay { millis: 600_000 });
    site.emulator.control().add_fault(fault).unwrap();
    let request = site.request(Service::Kafka, &tasks("v2"));
    let error = request
        .timeout(Duration::from_millis(100))
        .send()
        .await
        .unwrap_err();
    assert!(error.is_timeout(), "{error:?}");
    let requests = site.emulator.control().requests();
    assert_eq!((requests.len(), requests[0].status), (1, None));
    recovered(&site).await;
}

#[tokio::test]
async fn a_short_delay_is_only_late() {
    let site = Site::start().await;
    let begun = std::time::Instant::now();
    let answer = Answer::of(meet(&site, FaultKind::Delay { millis: 30 }).await).await;
    assert!(begun.elapsed() >= Duration::from_millis(30));
    assert_eq!(answer.json()["task_count"], "4");
}

#[tokio::test]
async fn a_slow_body_comes_in_pieces() {
    let site = Site::start().await;
    let kind = FaultKind::SlowBody {
        chunk: 100,
        millis: 1,
    };
    let mut response = meet(&site, kind).await;
    let length = response.content_length().unwrap();
    let mut pieces = Vec::new();
    while let Some(piece) = response.chunk().await.unwrap() {
        pieces.push(piece);
    }
    // Pieces may be met together, but not all of them.
    assert!(pieces.len() > 1, "{}", pieces.len());
    let body = pieces.concat();
    assert_eq!(body.len() as u64, length);
    assert_eq!(
        serde_json::from_slice::<Value>(&body).unwrap()["task_count"],
        "4"
    );
}

/// What a bare connection reads until it ends, and how it ends.
fn read_raw(site: &Site) -> (String, Option<std::io::ErrorKind>) {
    let address = site.emulator.kafka_url().replace("http://", "");
    let mut stream = TcpStream::connect(&address).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(10)))
        .unwrap();
    let path = tasks("v2");
    let request =
        format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nX-Auth-Token: {TOKEN}\r\n\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    let mut read = Vec::new();
    let ended = stream
        .read_to_end(&mut read)
        .map_err(|error| error.kind())
        .err();
    (String::from_utf8(read).unwrap(), ended)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reset_before_the_answer() {
    let site = Site::start().await;
    site.emulator
        .control()
        .add_fault(Fault::new(FaultKind::ResetBeforeAnswer))
        .unwrap();
    let (read, ended) = read_raw(&site);
    assert_eq!(
        (read.as_str(), ended),
        ("", Some(std::io::ErrorKind::ConnectionReset))
    );
    assert_eq!(site.emulator.control().requests()[0].status, None);
    recovered(&site).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reset_in_the_middle_of_the_body() {
    let site = Site::start().await;
    let whole = site.kafka(&tasks("v2")).await.body;
    site.emulator
        .control()
        .add_fault(Fault::new(FaultKind::ResetMidBody))
        .unwrap();
    let (read, ended) = read_raw(&site);
    let (head, body) = read.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 200 OK"), "{head}");
    assert!(
        head.contains(&format!("content-length: {}", whole.len())),
        "{head}"
    );
    assert_eq!(body, &whole[..whole.len() / 2]);
    assert_eq!(ended, Some(std::io::ErrorKind::ConnectionReset));
    recovered(&site).await;
}

#[tokio::test]
async fn bodies_that_are_not_what_they_should_be() {
    let site = Site::start().await;
    let whole = site.kafka(&tasks("v2")).await.body;

    let truncated = Answer::of(meet(&site, FaultKind::TruncatedJson).await).await;
    assert_eq!(
        (truncated.status, truncated.body.as_str()),
        (200, &whole[..whole.len() / 2])
    );

    let html = Answer::of(meet(&site, FaultKind::HtmlBadGateway).await).await;
    assert_eq!(
        (html.status, html.header("content-type")),
        (502, "text/html")
    );
    assert!(html.body.starts_with("<html>"), "{}", html.body);

    let empty = Answer::of(meet(&site, FaultKind::EmptyOk).await).await;
    assert_eq!((empty.status, empty.body.as_str()), (200, ""));
    assert_eq!(empty.header("content-type"), "application/json");

    let kind = FaultKind::WrongContentType {
        content_type: "text/plain".to_owned(),
    };
    let plain = Answer::of(meet(&site, kind).await).await;
    assert_eq!(
        (plain.header("content-type"), plain.body.as_str()),
        ("text/plain", whole.as_str())
    );

    let bytes = meet(&site, FaultKind::BadUtf8).await.bytes().await.unwrap();
    assert!(std::str::from_utf8(&bytes).is_err());
    assert_eq!(bytes.len(), whole.len() + 2);
    // JSON but for those two bytes.
    let mended: Vec<u8> = bytes.iter().copied().filter(|b| *b < 0xfe).collect();
    assert_eq!(mended, whole.as_bytes());
    recovered(&site).await;
}

#[tokio::test]
async fn a_redirect_leads_elsewhere() {
    let site = Site::start().await;
    let fault: Fault = serde_json::from_value(json!({ "kind": "redirect" })).unwrap();
    site.emulator.control().add_fault(fault).unwrap();
    let response = site
        .request(Service::Dcs, &tasks("v2"))
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), StatusCode::TEMPORARY_REDIRECT);
    let location = response.headers()["location"].to_str().unwrap();
    assert!(location.contains("another-host.invalid"), "{location}");
    let other = Site::start().await;
    let kind = FaultKind::Redirect {
        location: format!("{}/elsewhere", other.emulator.dcs_url()),
    };
    let response = meet(&site, kind).await;
    let location = response.headers()["location"].to_str().unwrap();
    assert!(
        location.starts_with(&other.emulator.dcs_url()),
        "{location}"
    );
}

#[tokio::test]
async fn a_gigantic_body_is_sound_json() {
    let site = Site::start().await;
    let mut response = meet(&site, FaultKind::GiganticBody { bytes: 5 << 20 }).await;
    let length = response.content_length().unwrap();
    assert!(length > 5 << 20, "{length}");
    let mut body = Vec::new();
    while let Some(piece) = response.chunk().await.unwrap() {
        body.extend_from_slice(&piece);
    }
    assert_eq!(body.len() as u64, length);
    let json: Value = serde_json::from_slice(&body).unwrap();
    assert_eq!(json["tasks"], json!([]));
    // Nobody has to take all of it.
    let fault: Fault = serde_json::from_value(json!({ "kind": "gigantic_body" })).unwrap();
    let response = meet(&site, fault.kind).await;
    assert!(response.content_length().unwrap() > 256 << 20);
    drop(response);
    recovered(&site).await;
}

#[tokio::test]
async fn a_gzip_bomb_is_small_until_it_is_opened() {
    let site = Site::start().await;
    let response = meet(&site, FaultKind::GzipBomb { bytes: 20 << 20 }).await;
    assert_eq!(response.headers()["content-encoding"], "gzip");
    let wire = response.bytes().await.unwrap();
    assert!(wire.len() < 64 << 10, "{}", wire.len());
    let mut plain = Vec::new();
    flate2::read::GzDecoder::new(wire.as_ref())
        .read_to_end(&mut plain)
        .unwrap();
    assert!(plain.len() > 20 << 20, "{}", plain.len());
    let json: Value = serde_json::from_slice(&plain).unwrap();
    assert_eq!(json["tasks"], json!([]));
}

#[tokio::test]
async fn a_skewed_date() {
    let now: jiff::Timestamp = "2024-02-29T23:30:00Z".parse().unwrap();
    let clock = hwtasks_emulator::Clock::manual(now);
    let site = Site::of(Emulator::builder().gateway_clock(clock.clone())).await;
    let date = async |seconds| {
        let response = meet(&site, FaultKind::SkewedDate { seconds }).await;
        assert_eq!(response.headers().get_all("date").iter().count(), 1);
        response.headers()["date"].to_str().unwrap().to_owned()
    };
    assert_eq!(date(3600).await, "Fri, 01 Mar 2024 00:30:00 GMT");
    clock.advance(SignedDuration::from_hours(-24));
    assert_eq!(date(-1800).await, "Wed, 28 Feb 2024 23:00:00 GMT");
}

#[tokio::test]
async fn faults_do_not_let_anybody_in() {
    let site = Site::start().await;
    let fault = Fault::new(FaultKind::WrongContentType {
        content_type: "text/plain".to_owned(),
    });
    site.emulator
        .control()
        .add_fault(fault.on(Operation::ListKafkaTasks))
        .unwrap();
    let url = format!("{}{}", site.emulator.kafka_url(), tasks("v2"));
    let answer = Answer::of(site.http.get(url).send().await.unwrap()).await;
    assert_eq!(
        (answer.status, answer.header("content-type")),
        (401, "text/plain")
    );
}

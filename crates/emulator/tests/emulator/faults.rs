//! Each fault, as a client sees it.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use hwtasks_emulator::{Emulator, Fault, FaultKind, Operation, Service, TOKEN};
use jiff::SignedDuration;
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::fixture::{Fixture, RawResponse, tasks};

async fn with_fault(fixture: &Fixture, kind: FaultKind) -> reqwest::Response {
    fixture
        .emulator
        .control()
        .add_fault(Fault::new(kind))
        .unwrap();
    let response = fixture
        .request(Service::Kafka, &tasks("v2"))
        .send()
        .await
        .unwrap();
    assert!(fixture.emulator.control().faults().is_empty());
    response
}

/// Checks that the response after a fault is regular.
async fn recovered(fixture: &Fixture) {
    assert_eq!(fixture.kafka(&tasks("v2")).await.status, 200);
}

#[tokio::test]
async fn status_fault_with_retry_after_sends_header() {
    let fixture = Fixture::start().await;
    let kind = FaultKind::Status {
        status: 429,
        retry_after: Some("7".to_owned()),
        error_code: None,
    };
    let response = RawResponse::read(with_fault(&fixture, kind).await).await;
    assert_eq!(
        (response.status, response.header("retry-after")),
        (429, "7")
    );
    assert_eq!(response.json()["error_code"], "APIGW.0308");
    crate::spec::check(Service::Kafka, "GET", &tasks("v2"), &response);
    recovered(&fixture).await;
}

#[tokio::test]
async fn status_fault_with_error_code_sends_it() {
    let fixture = Fixture::start().await;
    let kind = FaultKind::Status {
        status: 500,
        retry_after: None,
        error_code: Some("DMS.00500000".to_owned()),
    };
    let response = RawResponse::read(with_fault(&fixture, kind).await).await;
    assert_eq!((response.status, response.header("retry-after")), (500, ""));
    assert_eq!(response.json()["error_code"], "DMS.00500000");
    recovered(&fixture).await;
}

#[tokio::test]
async fn fault_applies_to_operation_and_count() {
    let fixture = Fixture::start().await;
    let fault = json!({ "operation": "ListDcsTasks", "count": 2, "kind": "status", "status": 503 });
    assert_eq!(
        fixture
            .control("POST", "faults", Some(fault.clone()))
            .await
            .status,
        204
    );
    assert_eq!(fixture.kafka(&tasks("v2")).await.status, 200);
    assert_eq!(fixture.dcs(&tasks("v1.0")).await.status, 200);
    assert_eq!(fixture.dcs(&tasks("v2")).await.status, 503);
    let left = fixture.control("GET", "faults", None).await.json();
    assert_eq!(
        left,
        json!([{ "operation": "ListDcsTasks", "count": 1, "kind": "status", "status": 503 }])
    );
    assert_eq!(fixture.dcs(&tasks("v2")).await.status, 503);
    assert_eq!(fixture.dcs(&tasks("v2")).await.status, 200);
    fixture.control("POST", "faults", Some(fault)).await;
    assert_eq!(fixture.control("DELETE", "faults", None).await.status, 204);
    assert_eq!(fixture.dcs(&tasks("v2")).await.status, 200);
}

#[tokio::test]
async fn delay_longer_than_client_timeout_is_recorded() {
    let fixture = Fixture::start().await;
    let fault = Fault::new(FaultKind::Delay { millis: 600_000 });
    fixture.emulator.control().add_fault(fault).unwrap();
    let request = fixture.request(Service::Kafka, &tasks("v2"));
    let error = request
        .timeout(Duration::from_millis(100))
        .send()
        .await
        .unwrap_err();
    assert!(error.is_timeout(), "{error:?}");
    let requests = fixture.emulator.control().requests();
    assert_eq!((requests.len(), requests[0].status), (1, None));
    recovered(&fixture).await;
}

#[tokio::test]
async fn delay_short_returns_regular_response() {
    let fixture = Fixture::start().await;
    let begun = std::time::Instant::now();
    let response =
        RawResponse::read(with_fault(&fixture, FaultKind::Delay { millis: 30 }).await).await;
    assert!(begun.elapsed() >= Duration::from_millis(30));
    assert_eq!(response.json()["task_count"], "4");
}

#[tokio::test]
async fn slow_body_arrives_in_chunks() {
    let fixture = Fixture::start().await;
    let kind = FaultKind::SlowBody {
        chunk: 100,
        millis: 1,
    };
    let mut response = with_fault(&fixture, kind).await;
    let length = response.content_length().unwrap();
    let mut chunks = Vec::new();
    while let Some(chunk) = response.chunk().await.unwrap() {
        chunks.push(chunk);
    }
    // Chunks may arrive together, but not all of them.
    assert!(chunks.len() > 1, "{}", chunks.len());
    let body = chunks.concat();
    assert_eq!(body.len() as u64, length);
    assert_eq!(
        serde_json::from_slice::<Value>(&body).unwrap()["task_count"],
        "4"
    );
}

/// The bytes that a raw connection reads until it ends, and the error that ends it.
fn read_raw(fixture: &Fixture) -> (String, Option<std::io::ErrorKind>) {
    let address = fixture.emulator.kafka_url().replace("http://", "");
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
async fn reset_before_response_sends_nothing() {
    let fixture = Fixture::start().await;
    fixture
        .emulator
        .control()
        .add_fault(Fault::new(FaultKind::ResetBeforeResponse))
        .unwrap();
    let (read, ended) = read_raw(&fixture);
    assert_eq!(
        (read.as_str(), ended),
        ("", Some(std::io::ErrorKind::ConnectionReset))
    );
    assert_eq!(fixture.emulator.control().requests()[0].status, None);
    recovered(&fixture).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn reset_mid_body_sends_half() {
    let fixture = Fixture::start().await;
    let whole = fixture.kafka(&tasks("v2")).await.body;
    fixture
        .emulator
        .control()
        .add_fault(Fault::new(FaultKind::ResetMidBody))
        .unwrap();
    let (read, ended) = read_raw(&fixture);
    let (head, body) = read.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 200 OK"), "{head}");
    assert!(
        head.contains(&format!("content-length: {}", whole.len())),
        "{head}"
    );
    assert_eq!(body, &whole[..whole.len() / 2]);
    assert_eq!(ended, Some(std::io::ErrorKind::ConnectionReset));
    recovered(&fixture).await;
}

#[tokio::test]
async fn truncated_json_sends_first_half_of_body() {
    let fixture = Fixture::start().await;
    let whole = fixture.kafka(&tasks("v2")).await.body;
    let truncated = RawResponse::read(with_fault(&fixture, FaultKind::TruncatedJson).await).await;
    assert_eq!(
        (truncated.status, truncated.body.as_str()),
        (200, &whole[..whole.len() / 2])
    );
    recovered(&fixture).await;
}

#[tokio::test]
async fn html_bad_gateway_sends_html() {
    let fixture = Fixture::start().await;
    let html = RawResponse::read(with_fault(&fixture, FaultKind::HtmlBadGateway).await).await;
    assert_eq!(
        (html.status, html.header("content-type")),
        (502, "text/html")
    );
    assert!(html.body.starts_with("<html>"), "{}", html.body);
    recovered(&fixture).await;
}

#[tokio::test]
async fn empty_ok_sends_no_body() {
    let fixture = Fixture::start().await;
    let empty = RawResponse::read(with_fault(&fixture, FaultKind::EmptyOk).await).await;
    assert_eq!((empty.status, empty.body.as_str()), (200, ""));
    assert_eq!(empty.header("content-type"), "application/json");
    recovered(&fixture).await;
}

#[tokio::test]
async fn wrong_content_type_keeps_body() {
    let fixture = Fixture::start().await;
    let whole = fixture.kafka(&tasks("v2")).await.body;
    let kind = FaultKind::WrongContentType {
        content_type: "text/plain".to_owned(),
    };
    let plain = RawResponse::read(with_fault(&fixture, kind).await).await;
    assert_eq!(
        (plain.header("content-type"), plain.body.as_str()),
        ("text/plain", whole.as_str())
    );
    recovered(&fixture).await;
}

#[tokio::test]
async fn bad_utf8_inserts_two_invalid_bytes() {
    let fixture = Fixture::start().await;
    let whole = fixture.kafka(&tasks("v2")).await.body;
    let response = with_fault(&fixture, FaultKind::BadUtf8).await;
    let bytes = response.bytes().await.unwrap();
    assert!(std::str::from_utf8(&bytes).is_err());
    assert_eq!(bytes.len(), whole.len() + 2);
    let without_invalid: Vec<u8> = bytes.iter().copied().filter(|b| *b < 0xfe).collect();
    assert_eq!(without_invalid, whole.as_bytes());
    recovered(&fixture).await;
}

#[tokio::test]
async fn redirect_without_location_names_nonexistent_host() {
    let fixture = Fixture::start().await;
    let fault: Fault = serde_json::from_value(json!({ "kind": "redirect" })).unwrap();
    fixture.emulator.control().add_fault(fault).unwrap();
    let response = fixture
        .request(Service::Dcs, &tasks("v2"))
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), StatusCode::TEMPORARY_REDIRECT);
    let location = response.headers()["location"].to_str().unwrap();
    assert!(location.contains("another-host.invalid"), "{location}");
}

#[tokio::test]
async fn redirect_with_location_sends_it() {
    let fixture = Fixture::start().await;
    let location = "http://127.0.0.1:9/elsewhere";
    let kind = FaultKind::Redirect {
        location: location.to_owned(),
    };
    let response = with_fault(&fixture, kind).await;
    assert_eq!(response.status(), StatusCode::TEMPORARY_REDIRECT);
    assert_eq!(response.headers()["location"], location);
}

#[tokio::test]
async fn gigantic_body_is_valid_json() {
    let fixture = Fixture::start().await;
    let mut response = with_fault(&fixture, FaultKind::GiganticBody { bytes: 5 << 20 }).await;
    let length = response.content_length().unwrap();
    assert!(length > 5 << 20, "{length}");
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.unwrap() {
        body.extend_from_slice(&chunk);
    }
    assert_eq!(body.len() as u64, length);
    let json: Value = serde_json::from_slice(&body).unwrap();
    assert_eq!(json["tasks"], json!([]));
    // A client may stop reading early.
    let fault: Fault = serde_json::from_value(json!({ "kind": "gigantic_body" })).unwrap();
    let response = with_fault(&fixture, fault.kind).await;
    assert!(response.content_length().unwrap() > 256 << 20);
    drop(response);
    recovered(&fixture).await;
}

#[tokio::test]
async fn gzip_bomb_is_small_until_decompressed() {
    let fixture = Fixture::start().await;
    let response = with_fault(&fixture, FaultKind::GzipBomb { bytes: 20 << 20 }).await;
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
async fn skewed_date_offsets_gateway_clock() {
    let now: jiff::Timestamp = "2024-02-29T23:30:00Z".parse().unwrap();
    let clock = hwtasks_emulator::Clock::manual(now);
    let fixture = Fixture::with(Emulator::builder().gateway_clock(clock.clone())).await;
    let date = async |seconds| {
        let response = with_fault(&fixture, FaultKind::SkewedDate { seconds }).await;
        assert_eq!(response.headers().get_all("date").iter().count(), 1);
        response.headers()["date"].to_str().unwrap().to_owned()
    };
    assert_eq!(date(3600).await, "Fri, 01 Mar 2024 00:30:00 GMT");
    clock.advance(SignedDuration::from_hours(-24));
    assert_eq!(date(-1800).await, "Wed, 28 Feb 2024 23:00:00 GMT");
}

#[tokio::test]
async fn fault_without_credentials_still_returns_401() {
    let fixture = Fixture::start().await;
    let fault = Fault::new(FaultKind::WrongContentType {
        content_type: "text/plain".to_owned(),
    });
    fixture
        .emulator
        .control()
        .add_fault(fault.on(Operation::ListKafkaTasks))
        .unwrap();
    let url = format!("{}{}", fixture.emulator.kafka_url(), tasks("v2"));
    let response = RawResponse::read(fixture.http.get(url).send().await.unwrap()).await;
    assert_eq!(
        (response.status, response.header("content-type")),
        (401, "text/plain")
    );
}

//! Oversized, incomplete and slow requests.

use std::time::{Duration, Instant};

use hwtasks_emulator::{Emulator, Service, TOKEN};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::fixture::{Fixture, RawResponse, tasks};

const SHORT: Duration = Duration::from_millis(300);

async fn connect(fixture: &Fixture) -> TcpStream {
    let url = fixture.url(Service::Kafka);
    let address = url.strip_prefix("http://").unwrap();
    TcpStream::connect(address).await.unwrap()
}

/// Sends bytes and reads until the emulator closes the connection.
async fn exchange(fixture: &Fixture, sent: &str, then_close: bool) -> String {
    let mut stream = connect(fixture).await;
    stream.write_all(sent.as_bytes()).await.unwrap();
    if then_close {
        stream.shutdown().await.unwrap();
    }
    let mut received = Vec::new();
    let read = stream.read_to_end(&mut received);
    tokio::time::timeout(Duration::from_secs(20), read)
        .await
        .expect("the connection stays open")
        .unwrap();
    String::from_utf8(received).unwrap()
}

/// Asserts a response of the control API with a JSON error that contains `words`.
fn assert_json_error(response: &str, status: u16, words: &str) {
    let (head, body) = response.split_once("\r\n\r\n").expect(response);
    assert!(
        head.starts_with(&format!("HTTP/1.1 {status} ")),
        "{response}"
    );
    assert!(
        head.contains("\r\ncontent-type: application/json"),
        "{response}"
    );
    let json: serde_json::Value = serde_json::from_str(body).expect(response);
    let error = json["error"].as_str().expect(response);
    assert!(error.contains(words), "{error}");
}

#[tokio::test]
async fn control_error_is_json() {
    let fixture = Fixture::start().await;
    let mebibyte = "x".repeat(1 << 20);
    let oversized = format!(r#"{{"seed": "{mebibyte}{mebibyte}"}}"#);
    for (method, path, headers, body, status, words) in [
        ("POST", "/seed", None, oversized.as_str(), 413, "2097152"),
        ("POST", "/seed", None, "{", 400, "EOF"),
        ("POST", "/seed", None, "", 400, "EOF"),
        ("POST", "/seed", None, "\u{feff}{}", 400, "missing field"),
        (
            "POST",
            "/seed",
            Some(("Content-Type", "text/plain")),
            "{}",
            400,
            "missing field",
        ),
        (
            "POST",
            "/seed",
            Some(("Content-Encoding", "gzip")),
            "{}",
            415,
            "compressed",
        ),
        ("PUT", "/seed", None, "{}", 405, "method"),
        ("BREW", "/seed", None, "{}", 405, "method"),
        ("OPTIONS", "/seed", None, "", 405, "method"),
        ("GET", "/", None, "", 404, "unknown path"),
        ("GET", "", None, "", 404, "unknown path"),
        ("GET", "/none", None, "", 404, "unknown path"),
        ("POST", "/none", None, "", 404, "unknown path"),
        ("GET", "/health/", None, "", 404, "unknown path"),
        ("GET", "/tasks/redis/i/t", None, "", 404, "redis"),
        ("GET", "/tasks/dcs/%FF/t", None, "", 400, "UTF-8"),
        ("PATCH", "/tasks/dcs/%FF/t", None, "{}", 400, "UTF-8"),
        ("GET", "/tasks/dcs/i", None, "", 405, "method"),
        (
            "POST",
            "/clock",
            None,
            r#"{"advance_millis": 9223372036854775807}"#,
            400,
            "was not moved",
        ),
        (
            "POST",
            "/clock",
            None,
            r#"{"advance_millis": -9223372036854775808}"#,
            400,
            "was not moved",
        ),
        (
            "POST",
            "/clock",
            None,
            r#"{"advance_millis": 1e300}"#,
            400,
            "advance_millis",
        ),
    ] {
        let url = format!("{}/_emulator{path}", fixture.url(Service::Kafka));
        let request = fixture.http.request(method.parse().unwrap(), url);
        let mut request = request.body(body.to_owned());
        if let Some((name, value)) = headers {
            request = request.header(name, value);
        }
        let response = RawResponse::read(request.send().await.unwrap()).await;
        let shown = &body[..body.len().min(40)];
        assert_eq!(response.status, status, "{method} {path} {shown}");
        assert_eq!(response.header("content-type"), "application/json");
        let error = response.json()["error"].as_str().unwrap().to_owned();
        assert!(error.contains(words), "{method} {path} {shown}: {error}");
    }
    let time = fixture.control("GET", "health", None).await.json()["time"].clone();
    let now = jiff::Timestamp::now().to_string();
    assert_eq!(time.as_str().unwrap()[..10], now[..10]);
}

#[tokio::test]
async fn control_body_with_byte_order_mark_is_read() {
    let fixture = Fixture::start().await;
    let url = format!("{}/_emulator/seed", fixture.url(Service::Dcs));
    let request = fixture.http.post(url).body("\u{feff}{\"seed\": 42}");
    assert_eq!(request.send().await.unwrap().status(), 204);
}

#[tokio::test]
async fn control_body_cut_short_is_a_json_error() {
    let fixture = Fixture::start().await;
    for body in [
        "Content-Length: 20\r\n\r\n{\"seed\"",
        "Transfer-Encoding: chunked\r\n\r\n7\r\n{\"seed\"\r\n",
        "Transfer-Encoding: chunked\r\n\r\nzz\r\n",
    ] {
        let sent = format!("POST /_emulator/seed HTTP/1.1\r\nHost: localhost\r\n{body}");
        let response = exchange(&fixture, &sent, true).await;
        assert_json_error(&response, 400, "the body ended early or is invalid");
    }
}

#[tokio::test]
async fn half_sent_request_is_closed() {
    let fixture = Fixture::with(Emulator::builder().receive_timeout(SHORT)).await;
    let target = tasks("v2");
    let head = format!("GET {target} HTTP/1.1\r\nHost: localhost\r\nX-Auth-Token: {TOKEN}\r\n");
    for sent in ["", "G", "GET / HTTP/1.1\r\nHost: local", head.as_str()] {
        let begun = Instant::now();
        let response = exchange(&fixture, sent, false).await;
        assert_eq!(response, "", "{sent:?}");
        assert!(begun.elapsed() >= SHORT, "{sent:?}");
    }
    let control =
        "POST /_emulator/seed HTTP/1.1\r\nHost: localhost\r\nContent-Length: 12\r\n\r\n{\"se";
    let response = exchange(&fixture, control, false).await;
    assert_json_error(&response, 408, "did not arrive within 0.3 s");
    let service = format!("{head}Content-Length: 12\r\n\r\n{{\"se");
    let response = exchange(&fixture, &service, false).await;
    assert!(response.starts_with("HTTP/1.1 408 "), "{response}");
    assert!(
        response.contains(r#""error_code":"APIGW.0201""#),
        "{response}"
    );
    // The time between two requests of a connection counts too.
    let whole = format!("{head}\r\n");
    let response = exchange(&fixture, &whole, false).await;
    assert!(response.starts_with("HTTP/1.1 200 "), "{response}");
}

#[tokio::test]
async fn half_sent_requests_do_not_limit_others() {
    let fixture = Fixture::start().await;
    let mut open = Vec::new();
    for _ in 0..300 {
        let mut stream = connect(&fixture).await;
        stream.write_all(b"GET / HTTP/1.1\r\nHost").await.unwrap();
        open.push(stream);
    }
    for _ in 0..10 {
        assert_eq!(fixture.kafka(&tasks("v2")).await.status, 200);
    }
    // A half-sent request keeps its connection while its time lasts.
    let mut first = open.swap_remove(0);
    first.write_all(b": x\r\n\r\n").await.unwrap();
    let mut start = [0; 12];
    first.read_exact(&mut start).await.unwrap();
    assert_eq!(&start, b"HTTP/1.1 404");
}

#[tokio::test]
async fn delayed_response_outlasts_receive_timeout() {
    use hwtasks_emulator::{Fault, FaultKind};

    let fixture = Fixture::with(Emulator::builder().receive_timeout(SHORT)).await;
    let millis = 1000;
    let fault = Fault::new(FaultKind::Delay { millis });
    fixture.emulator.control().add_fault(fault).unwrap();
    let begun = Instant::now();
    assert_eq!(fixture.kafka(&tasks("v2")).await.status, 200);
    assert!(begun.elapsed() >= Duration::from_millis(millis));
}

#[tokio::test]
async fn oversized_head_or_signed_body_is_rejected() {
    let fixture = Fixture::start().await;
    let long = "x".repeat(1 << 20);
    let head = format!("GET / HTTP/1.1\r\nHost: localhost\r\nX-Long: {long}");
    let response = exchange(&fixture, &head, false).await;
    assert!(response.starts_with("HTTP/1.1 431 "), "{response}");
    let request = fixture.request(Service::Kafka, &tasks("v2"));
    let response = request.body(vec![b'x'; (12 << 20) + 1]).send().await;
    let response = RawResponse::read(response.unwrap()).await;
    assert_eq!(response.status, 413);
    assert_eq!(response.json()["error_code"], "APIGW.0201");
}

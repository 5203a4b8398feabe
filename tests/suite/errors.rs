//! Every error body a client meets, and answers that are none: errors, never an empty success.

use std::time::Duration;

use hwtasks::{Error, ErrorKind};
use wiremock::ResponseTemplate;

use crate::server::{INSTANCE, Server, TASK, TOKEN, json};

async fn error_of(answer: ResponseTemplate) -> Error {
    let server = Server::answering(answer).await;
    server
        .client()
        .dcs()
        .list(INSTANCE)
        .await
        .expect_err("an error")
}

/// Code, message and request ID of an answer.
async fn facts_of(answer: ResponseTemplate) -> (Error, [Option<String>; 3]) {
    let error = error_of(answer).await;
    assert_eq!(error.kind(), ErrorKind::Api);
    let facts = [
        error.code(),
        error.message().map(str::to_owned),
        error.request_id().map(str::to_owned),
    ];
    (error, facts)
}

fn facts<const N: usize>(facts: [&str; N]) -> [Option<String>; 3] {
    std::array::from_fn(|i| facts.get(i).map(|fact| (*fact).to_owned()))
}

#[tokio::test]
async fn a_service_writes_its_code_at_the_top() {
    let body = r#"{"error_code":"DCS.4070","error_msg":"Invalid task ID.","error_ext_msg":null}"#;
    let (error, found) = facts_of(json(400, body)).await;
    assert_eq!(found, facts(["DCS.4070", "Invalid task ID."]));
    assert!(error.is_bad_request());
    insta::assert_snapshot!(error, @"ListDcsTasks: the service answered 400 Bad Request, DCS.4070: Invalid task ID.");
}

#[tokio::test]
async fn v1_writes_its_code_one_object_deeper() {
    let body = r#"{"error":{"code":"111404022","message":"This instance does not exist."}}"#;
    let (error, found) = facts_of(json(404, body)).await;
    assert_eq!(found, facts(["111404022", "This instance does not exist."]));
    assert!(error.is_not_found());
}

#[tokio::test]
async fn the_gateway_names_the_request_in_the_body() {
    let body = r#"{"error_msg":"Incorrect IAM authentication information","error_code":"APIGW.0301","request_id":"6b9a9ee8"}"#;
    let (error, found) = facts_of(json(401, body)).await;
    assert_eq!(
        found,
        facts([
            "APIGW.0301",
            "Incorrect IAM authentication information",
            "6b9a9ee8"
        ])
    );
    assert!(error.is_unauthorized());
}

#[tokio::test]
async fn the_gateway_throttles() {
    let body = r#"{"error_msg":"The throttling threshold has been reached","error_code":"APIGW.0308","request_id":"a1"}"#;
    let (error, found) = facts_of(json(429, body).insert_header("Retry-After", "3")).await;
    assert_eq!(
        found,
        facts([
            "APIGW.0308",
            "The throttling threshold has been reached",
            "a1"
        ])
    );
    assert!(error.is_throttled());
    assert_eq!(error.headers().expect("an answer")["retry-after"], "3");
    let (error, _) = facts_of(json(503, body)).await;
    assert!(
        error.is_throttled(),
        "the gateway's code says so whatever the status"
    );
    assert!(!error.is_unauthorized());
}

#[tokio::test]
async fn the_body_names_the_request_before_the_header_does() {
    let body = r#"{"error_code":"APIGW.0301","request_id":"from-the-body"}"#;
    let (error, _) =
        facts_of(json(401, body).insert_header("X-Request-Id", "from-the-header")).await;
    assert_eq!(error.request_id(), Some("from-the-body"));
}

#[tokio::test]
async fn a_long_body_is_kept_in_part() {
    let body = format!(
        r#"{{"error_code":"A.1","error_msg":"{}"}}"#,
        "x".repeat(70_000)
    );
    let (error, _) = facts_of(json(400, &body)).await;
    assert_eq!(error.body().expect("a body").len(), 65_536);
    assert_eq!(error.message().expect("decoded whole").len(), 70_000);
}

#[tokio::test]
async fn a_long_value_that_does_not_decode_is_shown_in_part() {
    let body = format!(
        r#"{{"tasks":[{{"id":"a","details":{{"old_port":"{}"}}}}]}}"#,
        "x".repeat(1_000_000)
    );
    let error = error_of(json(200, &body)).await;
    let line = error.to_string();
    assert!(line.len() < 500, "{}", line.len());
    assert!(line.ends_with(" at line 1 column 1000044"), "{line}");
    assert!(format!("{error:?}").len() < 1000);
}

#[tokio::test]
async fn a_status_in_a_success_is_no_error_of_that_status() {
    let error = error_of(json(200, "null")).await;
    assert!(!error.is_server_error() && !error.is_not_found() && !error.is_bad_request());
}

#[tokio::test]
async fn iam_writes_a_number() {
    let body = r#"{"error":{"code":401,"message":"The request you have made requires authentication.","title":"Unauthorized"}}"#;
    let (error, found) = facts_of(json(401, body)).await;
    assert_eq!(
        found,
        facts(["401", "The request you have made requires authentication."])
    );
    let detail = error
        .response()
        .expect("a body")
        .error
        .as_ref()
        .expect("a detail");
    assert_eq!(detail.title.as_deref(), Some("Unauthorized"));
}

#[tokio::test]
async fn iam_writes_a_code_at_the_top() {
    let body = r#"{"error_code":"IAM.0006","error_msg":"The token is not valid."}"#;
    let (_, found) = facts_of(json(403, body)).await;
    assert_eq!(found, facts(["IAM.0006", "The token is not valid."]));
}

#[tokio::test]
async fn iam_5_adds_an_encoded_message() {
    let body = r#"{"error_code":"PAP5.0012","error_msg":"Denied.","encoded_authorization_message":"eJw="}"#;
    let (error, found) = facts_of(json(403, body)).await;
    assert_eq!(found, facts(["PAP5.0012", "Denied."]));
    assert!(error.is_forbidden());
    let encoded = error
        .response()
        .expect("a body")
        .encoded_authorization_message
        .as_deref();
    assert_eq!(encoded, Some("eJw="));
}

#[tokio::test]
async fn other_spellings_of_code_and_message_are_read() {
    for body in [
        r#"{"code":"X.1","message":"no"}"#,
        r#"{"errorCode":"X.1","errorMsg":"no"}"#,
        r#"{"error":{"error_code":"X.1","error_msg":"no"}}"#,
        r#"{"error":{"errorCode":"X.1","errorMsg":"no"}}"#,
        r#"{"error_code":"","error":{"code":"X.1","message":"no"}}"#,
        r#"{"error_code":["odd"],"code":"X.1","message":"no","error":7,"request_id":{"odd":{}}}"#,
    ] {
        let (_, found) = facts_of(json(400, body)).await;
        let [code, message, _] = found;
        assert_eq!(code.as_deref(), Some("X.1"), "{body}");
        assert_eq!(message.as_deref(), Some("no"), "{body}");
    }
}

#[tokio::test]
async fn the_header_names_the_request_when_the_body_does_not() {
    let answer = json(500, r#"{"error_code":"DCS.5006","error_msg":"Failed."}"#);
    let (error, found) = facts_of(answer.insert_header("X-Request-Id", "from-the-header")).await;
    assert_eq!(found, facts(["DCS.5006", "Failed.", "from-the-header"]));
    assert!(error.is_server_error());
}

#[tokio::test]
async fn a_proxy_answers_502_with_html() {
    let page = "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n</html>\r\n";
    let answer = ResponseTemplate::new(502).set_body_raw(page, "text/html");
    let (error, found) = facts_of(answer).await;
    assert_eq!(found, [None, None, None]);
    assert_eq!(error.status().map(|status| status.as_u16()), Some(502));
    assert_eq!(error.body().expect("a body"), page);
    insta::assert_snapshot!(error, @"ListDcsTasks: the service answered 502 Bad Gateway: the body (text/html) begins: <html> <head><title>502 Bad Gateway</title></head> </html>");
}

#[tokio::test]
async fn the_service_answers_500_with_nothing() {
    let (error, found) = facts_of(ResponseTemplate::new(500)).await;
    assert_eq!(found, [None, None, None]);
    assert!(error.is_server_error());
    insta::assert_snapshot!(error, @"ListDcsTasks: the service answered 500 Internal Server Error: the body is empty");
}

#[tokio::test]
async fn a_200_that_is_no_list_is_an_error() {
    let mut messages = Vec::new();
    for body in [
        "<html><body>Please log in</body></html>",
        r#"{"task_count":"1","tasks":[{"id":"8abf"#,
        "null",
        "[]",
        r#"["1", []]"#,
        "",
        "  ",
        "{}",
        r#"{"task_count":"0"}"#,
        r#"{"tasks":null}"#,
        r#"{"tasks":"none"}"#,
        r#"{"tasks":[["8abf"]]}"#,
        r#"{"tasks":[{"id":"a"},{"name":"EXTEND"}]}"#,
        r#"{"tasks":[{"id":"a","details":{"old_port":"n/a"}}]}"#,
        r#"{"tasks":[{"id":"a","user_name":{"first":"b"}}]}"#,
        r#"{"tasks":[]} and more"#,
        "\u{feff}{\"tasks\":[]}",
    ] {
        let error = error_of(json(200, body)).await;
        assert!(error.is_decode(), "{body}: {error:?}");
        assert_eq!(error.body().expect("a body"), body);
        messages.push(format!("{body}\n    {error}"));
    }
    insta::assert_snapshot!(messages.join("\n"));
}

#[tokio::test]
async fn bytes_that_are_not_utf_8_are_an_error() {
    let body = b"{\"tasks\":[{\"id\":\"\xff\"}]}".to_vec();
    let error = error_of(ResponseTemplate::new(200).set_body_raw(body, "application/json")).await;
    assert!(error.is_decode());
}

#[tokio::test]
async fn a_status_that_is_no_answer_is_an_error() {
    for status in [201, 204, 302, 304] {
        let answer = ResponseTemplate::new(status).insert_header("Location", "http://127.0.0.1:1/");
        let error = error_of(answer).await;
        assert_eq!(error.kind(), ErrorKind::Unexpected, "{status}");
        assert_eq!(error.status().map(|status| status.as_u16()), Some(status));
    }
}

#[tokio::test]
async fn one_task_asked_for_is_one_task_or_an_error() {
    for body in [
        r#"{"task_count":"0","tasks":[]}"#,
        r#"{"tasks":[{"id":"a"},{"id":"b"}]}"#,
    ] {
        let server = Server::serving(body).await;
        let error = server
            .client()
            .kafka()
            .show(INSTANCE, TASK)
            .await
            .expect_err("not one task");
        assert_eq!(error.kind(), ErrorKind::Unexpected);
        assert!(error.to_string().contains("the answer holds "), "{error}");
    }
}

#[tokio::test]
async fn an_answer_past_the_body_limit_is_an_error() {
    let body = format!(r#"{{"tasks":[],"x":"{}"}}"#, "y".repeat(2000));
    let server = Server::serving(&body).await;
    let exact = server
        .builder()
        .body_limit(body.len())
        .build()
        .expect("a client");
    exact
        .kafka()
        .list(INSTANCE)
        .await
        .expect("a body of just the limit");
    let client = server.builder().body_limit(1000).build().expect("a client");
    let error = client.kafka().list(INSTANCE).await.expect_err("too large");
    assert_eq!(error.kind(), ErrorKind::BodyTooLarge);
    insta::assert_snapshot!(error, @"ListKafkaTasks: the answer is larger than the body limit of 1000 bytes; see ClientBuilder::body_limit");
}

#[tokio::test]
async fn no_answer_in_time_is_an_error() {
    let server = Server::answering(json(200, "{}").set_delay(Duration::from_secs(60))).await;
    let client = server
        .builder()
        .timeout(Duration::from_millis(20))
        .build()
        .expect("a client");
    let error = client.kafka().list(INSTANCE).await.expect_err("too slow");
    assert!(error.is_timeout());
    assert_eq!(error.status(), None);
    insta::assert_snapshot!(error, @"ListKafkaTasks: no answer in time");
}

#[tokio::test]
async fn no_connection_is_an_error() {
    let free = std::net::TcpListener::bind("127.0.0.1:0")
        .expect("a port")
        .local_addr();
    let endpoint = format!("http://{}", free.expect("an address"));
    let client = hwtasks::Client::builder()
        .dcs_endpoint(endpoint)
        .project_id("p")
        .retry_policy(hwtasks::RetryPolicy::none());
    let error = client
        .build()
        .expect("a client")
        .dcs()
        .list("i")
        .await
        .expect_err("nobody");
    assert!(error.is_connect());
    assert_eq!(error.kind(), ErrorKind::Transport);
    assert_eq!(
        error.to_string(),
        "ListDcsTasks: cannot connect to the endpoint"
    );
    assert!(format!("{error:#}").contains("refused"), "{error:#}");
}

#[tokio::test]
async fn a_message_stays_one_line_and_short() {
    let long = "x\\u0007\\r\\ny ".repeat(4000);
    let body = format!(r#"{{"error_code":"A\nB","error_msg":"{long}"}}"#);
    let error = error_of(json(400, &body)).await;
    let line = error.to_string();
    assert!(line.starts_with("ListDcsTasks: the service answered 400 Bad Request, A B: x y x"));
    assert!(!line.contains(char::is_control), "{line:?}");
    assert!(line.chars().count() < 300, "{}", line.len());
}

#[tokio::test]
async fn the_token_is_in_no_error() {
    let server = Server::answering(json(401, r#"{"error_code":"APIGW.0301"}"#)).await;
    let client = server.client();
    let error = client.dcs().list(INSTANCE).await.expect_err("refused");
    let bad = server
        .builder()
        .token("line\nbreak")
        .build()
        .expect("a client");
    let unsendable = bad
        .dcs()
        .list(INSTANCE)
        .await
        .expect_err("no header can carry it");
    assert_eq!(unsendable.kind(), ErrorKind::InvalidInput);
    assert!(!format!("{unsendable:?}{unsendable:#}").contains("break"));
    let empty = server.builder().token("").build().expect("a client");
    let refused = empty.dcs().list(INSTANCE).await.expect_err("it is empty");
    assert_eq!(refused.to_string(), "ListDcsTasks: the token is empty");
    for text in [
        format!("{error:?}"),
        format!("{error:#}"),
        format!("{client:?}"),
        format!("{:?}", server.builder()),
        format!("{:?}", client.dcs().list(INSTANCE)),
    ] {
        assert!(!text.contains(TOKEN), "{text}");
    }
}

//! What an error carries and how it reads. Which responses are errors, and of what kind, is in the
//! corpus: `tests/conformance/responses.json`.

use hwtasks::{Error, ErrorKind};
use wiremock::ResponseTemplate;

use crate::support::server::{INSTANCE, Server, TASK, TOKEN, json};

async fn error_of(response: ResponseTemplate) -> Error {
    let server = Server::responding(response).await;
    server
        .client()
        .dcs()
        .list(INSTANCE)
        .await
        .expect_err("the call fails")
}

#[tokio::test]
async fn error_has_the_headers_of_its_response() {
    let body = r#"{"error_msg":"The throttling threshold has been reached","error_code":"APIGW.0308","request_id":"a1"}"#;
    let error = error_of(json(429, body).insert_header("Retry-After", "3")).await;
    assert_eq!(error.headers().expect("a response")["retry-after"], "3");
}

#[tokio::test]
async fn error_has_every_field_of_its_body() {
    let body =
        r#"{"error":{"code":401,"title":"Unauthorized"},"encoded_authorization_message":"eJw="}"#;
    let error = error_of(json(401, body)).await;
    let response = error.response().expect("the error has a body");
    let title = response.error.as_ref().expect("a detail").title.as_deref();
    assert_eq!(title, Some("Unauthorized"));
    let encoded = response.encoded_authorization_message.as_deref();
    assert_eq!(encoded, Some("eJw="));
}

#[tokio::test]
async fn long_body_is_truncated() {
    let body = format!(
        r#"{{"error_code":"A.1","error_msg":"{}"}}"#,
        "x".repeat(70_000)
    );
    let error = error_of(json(400, &body)).await;
    assert_eq!(error.body().expect("the error has a body").len(), 65_536);
    assert_eq!(
        error.message().expect("the message is decoded").len(),
        70_000
    );
}

#[tokio::test]
async fn long_undecodable_value_is_shown_truncated() {
    let body = format!(r#"{{"tasks":["{}"]}}"#, "x".repeat(1_000_000));
    let error = error_of(json(200, &body)).await;
    let line = error.to_string();
    assert!(line.len() < 500, "{}", line.len());
    assert!(line.ends_with(" at line 1 column 1000012"), "{line}");
    assert!(format!("{error:?}").len() < 1000);
}

#[tokio::test]
async fn refused_connection_is_a_connection_error() {
    let free = std::net::TcpListener::bind("127.0.0.1:0")
        .expect("a port can be bound")
        .local_addr();
    let endpoint = format!("http://{}", free.expect("the listener has an address"));
    let client = hwtasks::Client::builder()
        .dcs_endpoint(&endpoint)
        .project_id("p")
        .without_credentials()
        .retry_policy(hwtasks::RetryPolicy::disabled());
    let error = client
        .build()
        .expect("it builds")
        .dcs()
        .list("i")
        .await
        .expect_err("nothing listens there");
    assert!(error.is_connection_error());
    assert_eq!(error.kind(), ErrorKind::Transport);
    assert_eq!(
        error.summary().to_string(),
        "ListDcsTasks: cannot connect to the endpoint"
    );
    let help = format!("check the endpoint {endpoint}, its region, the proxy and DNS");
    assert_eq!(error.help(), Some(help.as_str()));
    assert!(format!("{error:#}").contains("refused"), "{error:#}");
}

#[tokio::test]
async fn debug_output_has_message_and_help_and_no_absent_field() {
    let error = hwtasks::Client::builder()
        .build()
        .expect_err("nothing is set");
    insta::assert_snapshot!(
        format!("{error:?}"),
        @r#"Error { kind: InvalidInput, message: "no endpoint is set", help: "set one with ClientBuilder::region, dcs_endpoint or kafka_endpoint", .. }"#
    );
    let error = error_of(json(404, r#"{"error_code":"DCS.3022","error_msg":"gone"}"#)).await;
    insta::assert_snapshot!(
        format!("{error:?}"),
        @r#"Error { kind: Api, message: "the service returned 404 Not Found, DCS.3022: gone", operation: "ListDcsTasks", attempts: 1, status: 404, code: "DCS.3022", .. }"#
    );
}

#[test]
fn request_debug_output_has_operation_arguments_and_parameters() {
    let client = hwtasks::Client::builder()
        .dcs_endpoint("https://dcs.example")
        .project_id("p")
        .token("hush-SECRET")
        .build()
        .expect("it builds");
    let list = client.dcs().list("i").limit(5);
    insta::assert_snapshot!(
        format!("{list:?}"),
        @r#"ListDcsTasks { request: ListDcsTasks { arguments: ["i"], limit: 5, .. } }"#
    );
}

#[tokio::test]
async fn message_is_one_short_line() {
    let long = "x\\u0007\\r\\ny ".repeat(4000);
    let body = format!(r#"{{"error_code":"A\nB","error_msg":"{long}"}}"#);
    let error = error_of(json(400, &body)).await;
    let line = error.to_string();
    assert!(line.starts_with("ListDcsTasks: the service returned 400 Bad Request, A B: x y x"));
    assert!(!line.contains(char::is_control), "{line:?}");
    assert!(line.chars().count() < 300, "{}", line.len());
}

#[tokio::test]
async fn errors_never_contain_the_token() {
    let server = Server::responding(json(401, r#"{"error_code":"APIGW.0301"}"#)).await;
    let client = server.client();
    let error = client.dcs().list(INSTANCE).await.expect_err("it fails");
    let bad = server
        .builder()
        .token("first\nsecond")
        .build()
        .expect("it builds");
    let unsendable = bad
        .dcs()
        .list(INSTANCE)
        .await
        .expect_err("the token does not fit into a header");
    assert_eq!(unsendable.kind(), ErrorKind::InvalidInput);
    assert!(!format!("{unsendable:?}{unsendable:#}").contains("second"));
    let empty = server.builder().token("").build().expect("it builds");
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

#[tokio::test]
async fn error_is_one_line_for_any_body() {
    let long = "x\n".repeat(500_000);
    let body = serde_json::json!({ "tasks": [{ "id": long }] }).to_string();
    let server = Server::serving(&body).await;
    let error = server.client().kafka().show(INSTANCE, TASK).await;
    let line = error.expect_err("another task").to_string();
    assert!(line.len() < 1000 && !line.contains('\n'), "{}", line.len());
    assert!(line.contains("another task"), "{line}");
}

#[tokio::test]
async fn response_with_150_headers_is_read() {
    let names = (0..150).map(|n| format!("x-{n}"));
    let response = names.fold(json(200, r#"{"tasks": []}"#), |response, name| {
        response.insert_header(name.as_str(), "1")
    });
    let server = Server::responding(response).await;
    let list = server.client().kafka().list(INSTANCE).await;
    assert_eq!(list.expect("a list").headers()["x-149"], "1");
}

#[tokio::test]
async fn response_with_too_many_headers_is_named() {
    let names = (0..250).map(|n| format!("x-{n}"));
    let response = names.fold(json(200, r#"{"tasks": []}"#), |response, name| {
        response.insert_header(name.as_str(), "1")
    });
    let server = Server::responding(response).await;
    let error = server.client().kafka().list(INSTANCE).await;
    let error = error.expect_err("the head is refused").to_string();
    assert!(error.contains("more than 200 headers"), "{error}");
}

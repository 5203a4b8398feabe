//! Error responses, each with the body and the code of the gateway or service that would send it.

use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::Response;
use hwtasks_api::ErrorResponse;
use serde::Serialize;

use crate::operation::{Operation, Service};
use crate::query::BadParameter;

pub(crate) const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// Creates a response with `body` serialized as JSON.
pub(crate) fn json(status: StatusCode, body: &impl Serialize) -> Response {
    match serde_json::to_vec(body) {
        Ok(body) => bytes(status, body),
        Err(error) => {
            tracing::error!(%error, "cannot serialize a response");
            bytes(StatusCode::INTERNAL_SERVER_ERROR, Vec::new())
        }
    }
}

/// Creates a response from serialized JSON.
pub(crate) fn bytes(status: StatusCode, body: Vec<u8>) -> Response {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, JSON);
    response
}

/// An error of the gateway, sent before the request reaches a service.
pub(crate) fn gateway(status: StatusCode, code: &str, message: &str, request_id: &str) -> Response {
    let mut body = ErrorResponse::new(code, message);
    body.request_id = Some(request_id.to_owned());
    json(status, &body)
}

/// The gateway's 404 for an unknown path.
pub(crate) fn no_such_api(path: &str, request_id: &str) -> Response {
    let shown: String = path.chars().take(200).collect();
    let message =
        format!("The API does not exist or has not been published in the environment: {shown}");
    gateway(StatusCode::NOT_FOUND, "APIGW.0101", &message, request_id)
}

/// The error codes of one problem in DCS V1.0, DCS V2 and Kafka, as the official tables list them.
struct Codes(&'static str, &'static str, &'static str);

const BAD_PARAMETER: Codes = Codes("111400062", "DCS.4062", "DMS.00400062");
const UNKNOWN_TASK: Codes = Codes("111400070", "DCS.4070", "DMS.00400070");
const UNKNOWN_PROJECT: Codes = Codes("111401004", "DCS.1004", "DMS.10240104");
const UNKNOWN_INSTANCE: Codes = Codes("111404022", "DCS.3022", "DMS.00404022");
const BAD_METHOD: Codes = Codes("111405001", "DCS.5001", "DMS.00405001");
const INTERNAL: Codes = Codes("111500000", "DCS.5000", "DMS.00500000");

fn service(operation: Operation, status: StatusCode, codes: &Codes, message: &str) -> Response {
    let body = match operation {
        Operation::ListDcsTasksV1 => ErrorResponse::nested(codes.0, message),
        Operation::ListDcsTasks | Operation::ListDcsInstances => {
            ErrorResponse::new(codes.1, message)
        }
        Operation::ListKafkaTasks | Operation::ShowKafkaTask | Operation::ListDmsInstances => {
            ErrorResponse::new(codes.2, message)
        }
    };
    json(status, &body)
}

pub(crate) fn bad_parameter(operation: Operation, bad: &BadParameter) -> Response {
    let message = format!(
        "Invalid {} parameter in the request: {}.",
        bad.name, bad.problem
    );
    service(operation, StatusCode::BAD_REQUEST, &BAD_PARAMETER, &message)
}

pub(crate) fn unknown_task(operation: Operation) -> Response {
    service(
        operation,
        StatusCode::BAD_REQUEST,
        &UNKNOWN_TASK,
        "Invalid task ID format.",
    )
}

pub(crate) fn unknown_project(operation: Operation) -> Response {
    let message = match operation.service() {
        Service::Dcs => "Project ID does not match the token.",
        Service::Kafka => "The project ID and token do not match.",
    };
    service(
        operation,
        StatusCode::UNAUTHORIZED,
        &UNKNOWN_PROJECT,
        message,
    )
}

pub(crate) fn unknown_instance(operation: Operation) -> Response {
    let message = match operation.service() {
        Service::Dcs => "This DCS instance does not exist.",
        Service::Kafka => "This instance does not exist.",
    };
    service(operation, StatusCode::NOT_FOUND, &UNKNOWN_INSTANCE, message)
}

pub(crate) fn bad_method(operation: Operation) -> Response {
    let message = "This request method is not allowed.";
    let mut response = service(
        operation,
        StatusCode::METHOD_NOT_ALLOWED,
        &BAD_METHOD,
        message,
    );
    let allow = (header::ALLOW, HeaderValue::from_static("GET"));
    response.headers_mut().extend([(Some(allow.0), allow.1)]);
    response
}

pub(crate) fn internal(operation: Operation, error: &dyn std::error::Error) -> Response {
    tracing::error!(%error, "cannot build a response");
    service(
        operation,
        StatusCode::INTERNAL_SERVER_ERROR,
        &INTERNAL,
        "Internal service error.",
    )
}

/// Encodes text of several lines as a header value: a line feed becomes `\n`, other control characters become `?`.
pub(crate) fn one_line(text: &str) -> HeaderValue {
    let shown: String = text
        .replace('\n', "\\n")
        .chars()
        .map(|c| if c.is_control() { '?' } else { c })
        .collect();
    HeaderValue::from_bytes(shown.as_bytes()).unwrap_or(HeaderValue::from_static("?"))
}

/// The header with the canonical request that the emulator computed for a rejected signature. `\n` stands for a line
/// feed.
pub const CANONICAL_REQUEST: HeaderName = HeaderName::from_static("x-hwtasks-canonical-request");
/// The header with the string-to-sign that the emulator computed for a rejected signature. `\n` stands for a line feed.
pub const STRING_TO_SIGN: HeaderName = HeaderName::from_static("x-hwtasks-string-to-sign");
/// The header with the request ID, in every response. The body of a gateway error repeats it.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

//! The effect of each fault on a response.

use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::Response;
use bytes::Bytes;
use http_body_util::BodyExt as _;
use jiff::{SignedDuration, Timestamp};

use super::FaultKind;
use super::bodies::{Broken, Repeated, Slow};
use super::gzip::Gzip;
use crate::clock::http_date;
use crate::errors;
use crate::listen::Reset;

const HTML_502: &str = "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n\
    <center><h1>502 Bad Gateway</h1></center>\r\n</body>\r\n</html>\r\n";

/// The start and the end of a large empty list. Blanks go between them.
const EMPTY_LIST: (&[u8], &[u8]) = (b"{\"task_count\":\"0\",\"tasks\":[", b"]}");

/// The response that replaces the regular one, or `None` if the fault alters the regular one in [`alter`].
pub(crate) fn replace(kind: &FaultKind, request_id: &str, reset: &Reset) -> Option<Response> {
    match kind {
        FaultKind::Status {
            status,
            retry_after,
            error_code,
        } => {
            let status_code =
                StatusCode::from_u16(*status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            let code = error_code.as_deref().unwrap_or(code_of(*status));
            let message = "The emulator returned this error on request (fault injection).";
            let mut response = errors::gateway(status_code, code, message, request_id);
            if let Some(value) = retry_after.as_deref().and_then(|text| text.parse().ok()) {
                response.headers_mut().insert(header::RETRY_AFTER, value);
            }
            Some(response)
        }
        FaultKind::ResetBeforeResponse => {
            reset.on_drop();
            Some(reset.instead_of_response())
        }
        FaultKind::HtmlBadGateway => {
            let html = HeaderValue::from_static("text/html");
            Some(response(
                StatusCode::BAD_GATEWAY,
                html,
                Body::from(HTML_502),
            ))
        }
        FaultKind::EmptyOk => Some(response(StatusCode::OK, errors::JSON, Body::empty())),
        FaultKind::Redirect { location } => {
            let mut response =
                response(StatusCode::TEMPORARY_REDIRECT, errors::JSON, Body::empty());
            set(&mut response, header::LOCATION, location);
            Some(response)
        }
        FaultKind::GiganticBody { bytes } => {
            const BLOCK: u64 = 64 << 10;
            let block = Bytes::from(vec![b' '; usize::try_from(BLOCK).unwrap_or_default()]);
            let body = Repeated {
                head: EMPTY_LIST.0.into(),
                blocks: bytes.div_ceil(BLOCK).max(1),
                block,
                tail: EMPTY_LIST.1.into(),
            };
            Some(response(StatusCode::OK, errors::JSON, Body::new(body)))
        }
        FaultKind::GzipBomb { bytes } => {
            Some(match Gzip::new(EMPTY_LIST.0, *bytes, EMPTY_LIST.1) {
                Ok(body) => {
                    let mut response = response(StatusCode::OK, errors::JSON, Body::new(body));
                    set(&mut response, header::CONTENT_ENCODING, "gzip");
                    response
                }
                Err(error) => {
                    tracing::error!(%error, "cannot compress the body");
                    let status = StatusCode::INTERNAL_SERVER_ERROR;
                    response(status, errors::JSON, Body::empty())
                }
            })
        }
        FaultKind::Delay { .. }
        | FaultKind::SlowBody { .. }
        | FaultKind::ResetMidBody
        | FaultKind::TruncatedJson
        | FaultKind::WrongContentType { .. }
        | FaultKind::BadUtf8
        | FaultKind::SkewedDate { .. } => None,
    }
}

/// Alters the regular response.
pub(crate) async fn alter(
    kind: &FaultKind,
    mut response: Response,
    reset: &Reset,
    now: Timestamp,
) -> Response {
    match kind {
        FaultKind::Delay { millis } => {
            tokio::time::sleep(Duration::from_millis(*millis)).await;
            response
        }
        FaultKind::WrongContentType { content_type } => {
            set(&mut response, header::CONTENT_TYPE, content_type);
            response
        }
        FaultKind::SkewedDate { seconds } => {
            let skewed = now.saturating_add(SignedDuration::from_secs(*seconds));
            set(
                &mut response,
                header::DATE,
                &http_date(skewed.unwrap_or(now)),
            );
            response
        }
        FaultKind::SlowBody { chunk, millis } => {
            let chunk = usize::try_from(*chunk).unwrap_or(usize::MAX);
            let pause = Duration::from_millis(*millis);
            alter_body(response, |body| Body::new(Slow::new(body, chunk, pause))).await
        }
        FaultKind::ResetMidBody => {
            alter_body(response, |body| {
                Body::new(Broken::new(&body, reset.clone()))
            })
            .await
        }
        FaultKind::TruncatedJson => {
            alter_body(response, |body| Body::from(body.slice(..body.len() / 2))).await
        }
        FaultKind::BadUtf8 => {
            alter_body(response, |body| Body::from(with_invalid_utf8(&body))).await
        }
        _ => response,
    }
}

async fn alter_body(response: Response, alter: impl FnOnce(Bytes) -> Body) -> Response {
    let (mut parts, body) = response.into_parts();
    // The emulator's regular bodies are in memory: reading one neither waits nor fails.
    let body = body
        .collect()
        .await
        .map(|body| body.to_bytes())
        .unwrap_or_default();
    parts.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(parts, alter(body))
}

/// Inserts two bytes that are never valid in UTF-8 at the start of the first string value.
fn with_invalid_utf8(body: &[u8]) -> Vec<u8> {
    let mut bytes = body.to_vec();
    let value = body.windows(2).position(|pair| pair == b":\"");
    let at = value.map_or(body.len() / 2, |at| at + 2);
    bytes.splice(at..at, [0xff, 0xfe]);
    bytes
}

fn response(status: StatusCode, content_type: HeaderValue, body: Body) -> Response {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, content_type);
    response
}

fn set(response: &mut Response, name: HeaderName, value: &str) {
    // `Fault::check` has rejected values that are not valid in a header.
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}

/// The `error_code` that the gateway uses for a status.
fn code_of(status: u16) -> &'static str {
    match status {
        401 => "APIGW.0301",
        403 => "APIGW.0302",
        404 => "APIGW.0101",
        429 => "APIGW.0308",
        503 => "APIGW.0613",
        _ => "APIGW.0201",
    }
}

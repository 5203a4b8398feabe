//! What a fault does to an answer.

use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::Response;
use bytes::Bytes;
use http_body_util::BodyExt as _;
use jiff::{SignedDuration, Timestamp};

use super::bodies::{Broken, Repeated, Slow};
use super::{FaultKind, gzip};
use crate::clock::http_date;
use crate::errors;
use crate::listen::Reset;

const HTML_502: &str = "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n\
    <center><h1>502 Bad Gateway</h1></center>\r\n</body>\r\n</html>\r\n";

/// The start and the end of a large list: blanks go between.
const LIST: (&[u8], &[u8]) = (b"{\"task_count\":\"0\",\"tasks\":[", b"]}");

/// The answer that a fault gives in place of the right one; `None` if it needs the right one.
pub(crate) fn instead(kind: &FaultKind, request_id: &str, reset: &Reset) -> Option<Response> {
    match kind {
        FaultKind::Status {
            status,
            retry_after,
            error_code,
        } => {
            let fits = StatusCode::from_u16(*status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            let code = error_code.as_deref().unwrap_or(code_of(*status));
            let message = "This answer was asked for through the emulator's faults.";
            let mut response = errors::gateway(fits, code, message, request_id);
            if let Some(value) = retry_after.as_deref().and_then(|text| text.parse().ok()) {
                response.headers_mut().insert(header::RETRY_AFTER, value);
            }
            Some(response)
        }
        FaultKind::ResetBeforeAnswer => {
            reset.on_drop();
            Some(reset.instead_of_answer())
        }
        FaultKind::HtmlBadGateway => {
            let html = HeaderValue::from_static("text/html");
            Some(answer(StatusCode::BAD_GATEWAY, html, Body::from(HTML_502)))
        }
        FaultKind::EmptyOk => Some(answer(StatusCode::OK, errors::JSON, Body::empty())),
        FaultKind::Redirect { location } => {
            let mut response = answer(StatusCode::TEMPORARY_REDIRECT, errors::JSON, Body::empty());
            set(&mut response, header::LOCATION, location);
            Some(response)
        }
        FaultKind::GiganticBody { bytes } => {
            const BLOCK: u64 = 64 << 10;
            let block = Bytes::from(vec![b' '; usize::try_from(BLOCK).unwrap_or_default()]);
            let body = Repeated {
                head: LIST.0.into(),
                blocks: bytes.div_ceil(BLOCK).max(1),
                block,
                tail: LIST.1.into(),
            };
            Some(answer(StatusCode::OK, errors::JSON, Body::new(body)))
        }
        FaultKind::GzipBomb { bytes } => Some(match gzip::bomb(LIST.0, *bytes, LIST.1) {
            Ok(bomb) => {
                let body = Repeated {
                    head: bomb.head,
                    block: bomb.block,
                    blocks: bomb.blocks,
                    tail: bomb.tail,
                };
                let mut response = answer(StatusCode::OK, errors::JSON, Body::new(body));
                set(&mut response, header::CONTENT_ENCODING, "gzip");
                response
            }
            Err(error) => {
                tracing::error!(%error, "the gzip body could not be made");
                answer(
                    StatusCode::INTERNAL_SERVER_ERROR,
                    errors::JSON,
                    Body::empty(),
                )
            }
        }),
        FaultKind::Delay { .. }
        | FaultKind::SlowBody { .. }
        | FaultKind::ResetMidBody
        | FaultKind::TruncatedJson
        | FaultKind::WrongContentType { .. }
        | FaultKind::BadUtf8
        | FaultKind::SkewedDate { .. } => None,
    }
}

/// The right answer, spoilt.
pub(crate) async fn after(
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
            respoil(response, |body| Body::new(Slow::new(body, chunk, pause))).await
        }
        FaultKind::ResetMidBody => {
            respoil(response, |body| {
                Body::new(Broken::new(&body, reset.clone()))
            })
            .await
        }
        FaultKind::TruncatedJson => {
            respoil(response, |body| Body::from(body.slice(..body.len() / 2))).await
        }
        FaultKind::BadUtf8 => respoil(response, |body| Body::from(not_utf8(&body))).await,
        _ => response,
    }
}

async fn respoil(response: Response, spoil: impl FnOnce(Bytes) -> Body) -> Response {
    let (mut parts, body) = response.into_parts();
    // The emulator's own bodies are in memory: this neither waits nor fails.
    let body = body
        .collect()
        .await
        .map(|body| body.to_bytes())
        .unwrap_or_default();
    parts.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(parts, spoil(body))
}

/// Two bytes that UTF-8 never has, at the start of the first string that is a value.
fn not_utf8(body: &[u8]) -> Vec<u8> {
    let mut spoilt = body.to_vec();
    let value = body.windows(2).position(|pair| pair == b":\"");
    let at = value.map_or(body.len() / 2, |at| at + 2);
    spoilt.splice(at..at, [0xff, 0xfe]);
    spoilt
}

fn answer(status: StatusCode, content_type: HeaderValue, body: Body) -> Response {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, content_type);
    response
}

fn set(response: &mut Response, name: HeaderName, value: &str) {
    // Faults with values that fit no header are refused when they are added.
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}

/// The gateway's code for a status.
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

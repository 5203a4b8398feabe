//! Reading request bodies within a limit of bytes and of time.

use std::time::Duration;

use axum::body::Body;
use axum::http::StatusCode;
use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt as _;

/// How much of an oversized body is read and dropped, so that the client can read the response.
const MAX_DROPPED: usize = 64 << 20;

/// Why a body was not read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BadBody {
    #[error("the body has more than {0} bytes")]
    TooLarge(usize),
    #[error("the body did not arrive within {} s", .0.as_secs_f32())]
    TimedOut(Duration),
    #[error("the body ended early or is invalid: {0}")]
    Broken(axum::Error),
}

impl BadBody {
    pub(crate) fn status(&self) -> StatusCode {
        match self {
            Self::TooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TimedOut(_) => StatusCode::REQUEST_TIMEOUT,
            Self::Broken(_) => StatusCode::BAD_REQUEST,
        }
    }
}

/// Reads a body of at most `limit` bytes that arrives within `time`.
pub(crate) async fn read(body: Body, limit: usize, time: Duration) -> Result<Bytes, BadBody> {
    if http_body::Body::is_end_stream(&body) {
        return Ok(Bytes::new());
    }
    let read = tokio::time::timeout(time, frames(body, limit)).await;
    read.unwrap_or(Err(BadBody::TimedOut(time)))
}

async fn frames(mut body: Body, limit: usize) -> Result<Bytes, BadBody> {
    let mut read = BytesMut::new();
    let mut length = 0_usize;
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(BadBody::Broken)?.into_data() else {
            continue;
        };
        length = length.saturating_add(data.len());
        if length <= limit {
            read.extend_from_slice(&data);
        } else {
            read = BytesMut::new();
            if length > MAX_DROPPED {
                break;
            }
        }
    }
    if length > limit {
        return Err(BadBody::TooLarge(limit));
    }
    Ok(read.freeze())
}

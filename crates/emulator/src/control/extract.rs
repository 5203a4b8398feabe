//! What the control API takes from a request. Every rejection is JSON.

use axum::extract::{FromRequest, FromRequestParts, Path, Request};
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use serde::de::DeserializeOwned;
use serde_json::json;

use crate::control::Control;
use crate::data::{Object, without_mark};
use crate::{errors, receive};

/// The largest body: 2 MiB.
const MAX_BODY: usize = 2 << 20;

/// A status and the error message.
pub(super) struct Rejection(StatusCode, String);

impl IntoResponse for Rejection {
    fn into_response(self) -> Response {
        errors::json(self.0, &json!({ "error": self.1 }))
    }
}

pub(super) fn reject(status: StatusCode, message: impl Into<String>) -> Rejection {
    Rejection(status, message.into())
}

/// The body of a request. Its content type is not checked, so that `curl --data` needs no header.
pub(super) struct Payload(Bytes);

impl FromRequest<Control> for Payload {
    type Rejection = Rejection;

    async fn from_request(request: Request, control: &Control) -> Result<Self, Rejection> {
        let coding = request.headers().get(header::CONTENT_ENCODING);
        if coding.is_some_and(|coding| !coding.as_bytes().eq_ignore_ascii_case(b"identity")) {
            let message = "the body is compressed: send it without Content-Encoding";
            return Err(reject(StatusCode::UNSUPPORTED_MEDIA_TYPE, message));
        }
        let time = control.state.receive_timeout;
        let body = receive::read(request.into_body(), MAX_BODY, time).await;
        body.map(Self)
            .map_err(|error| reject(error.status(), error.to_string()))
    }
}

impl Payload {
    /// Deserializes the body. The error names JSON path, line and column.
    pub(super) fn value<T: DeserializeOwned>(&self) -> Result<T, Rejection> {
        let mut json = serde_json::Deserializer::from_slice(without_mark(&self.0));
        let value = serde_path_to_error::deserialize(&mut json)
            .map_err(|error| (format!("$.{}", error.path()), error.into_inner()))
            .and_then(|value| {
                json.end()
                    .map(|()| value)
                    .map_err(|error| ("$".to_owned(), error))
            });
        value.map_err(|(path, error)| {
            let path = path.trim_end_matches('.');
            let message = format!("invalid body at {path}: {error}");
            reject(StatusCode::BAD_REQUEST, message)
        })
    }

    /// Deserializes a body that must be an object.
    pub(super) fn object<T: DeserializeOwned>(&self) -> Result<T, Rejection> {
        self.value().map(|Object(value)| value)
    }
}

/// The variable segments of the path.
pub(super) struct Segments<T>(pub(super) T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Segments<T> {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Rejection> {
        let path = Path::<T>::from_request_parts(parts, state).await;
        path.map(|Path(segments)| Self(segments))
            .map_err(|error| reject(error.status(), error.body_text()))
    }
}

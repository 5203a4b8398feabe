//! Error bodies of the services, the gateway and IAM.
//!
//! [`ErrorResponse::code`], [`ErrorResponse::message`] and [`ErrorResponse::request_id`] work for
//! every shape. A field of an unexpected JSON type reads as absent, so that decoding an error body
//! never causes a second error.

use std::borrow::Cow;

use serde::de::MapAccess;
use serde_json::Value;

use crate::ErrorCode;
use crate::body::{Field, OtherMembers, body, read_object};

/// Error body of a service, of the gateway or of IAM.
///
/// DCS V2 and Kafka write `error_code` and `error_msg`. DCS V1.0 and IAM write an `error` object
/// with `code` and `message`. The gateway adds `request_id`.
#[derive(Clone, Default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct ErrorResponse {
    /// Error code of the service or of the gateway. The documents limit it to 9 characters; codes of the gateway are longer.
    pub error_code: Option<ErrorCode>,
    /// Error message.
    pub error_msg: Option<String>,
    /// Extended error message. Documented as unused and null.
    pub error_ext_msg: Option<String>,
    /// ID of the request in the logs of the gateway.
    pub request_id: Option<String>,
    /// Nested error of DCS V1.0 and IAM.
    pub error: Option<ErrorDetail>,
    /// Error code under an alternative name that the official SDKs also read.
    pub code: Option<ErrorCode>,
    /// Error message under an alternative name that the official SDKs also read.
    pub message: Option<String>,
    /// Encoded details of a denied authorization, for the decoding operation of IAM.
    pub encoded_authorization_message: Option<String>,
    #[cfg_attr(feature = "openapi", schema(ignore))]
    #[cfg_attr(feature = "json-schema", schemars(skip))]
    other: OtherMembers,
}

body!(ErrorResponse {
    error_code: "errorCode",
    error_msg: "errorMsg",
    error_ext_msg: "errorExtMsg",
    request_id: "requestId",
    error,
    code,
    message,
    encoded_authorization_message
});

/// Nested error object, the value of `error` in an error body.
#[derive(Clone, Default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct ErrorDetail {
    /// Error code: a string from DCS V1.0, a number from IAM.
    pub code: Option<ErrorCode>,
    /// Error message.
    pub message: Option<String>,
    /// Name of the HTTP status. Only IAM writes it.
    pub title: Option<String>,
    /// Error code, if `error_code` is nested.
    pub error_code: Option<ErrorCode>,
    /// Error message, if `error_msg` is nested.
    pub error_msg: Option<String>,
    /// ID of the request, if `request_id` is nested.
    pub request_id: Option<String>,
    #[cfg_attr(feature = "openapi", schema(ignore))]
    #[cfg_attr(feature = "json-schema", schemars(skip))]
    other: OtherMembers,
}

body!(ErrorDetail {
    code,
    message,
    title,
    error_code: "errorCode",
    error_msg: "errorMsg",
    request_id: "requestId"
});

impl ErrorResponse {
    /// Creates a flat error body, as DCS V2, Kafka and the gateway write it.
    pub fn new(code: impl Into<ErrorCode>, message: impl Into<String>) -> Self {
        Self {
            error_code: Some(code.into()),
            error_msg: Some(message.into()),
            ..Self::default()
        }
    }

    /// Creates a nested error body, as DCS V1.0 writes it.
    pub fn nested(code: impl Into<ErrorCode>, message: impl Into<String>) -> Self {
        let detail = ErrorDetail {
            code: Some(code.into()),
            message: Some(message.into()),
            ..ErrorDetail::default()
        };
        Self {
            error: Some(detail),
            ..Self::default()
        }
    }

    /// Returns the error code from any of the shapes, or `None` if there is none.
    ///
    /// ```
    /// use hwtasks_api::ErrorResponse;
    ///
    /// let body = r#"{"error": {"code": "111404022", "message": "No such instance."}}"#;
    /// let error: ErrorResponse = serde_json::from_str(body)?;
    /// assert_eq!(error.code().as_deref(), Some("111404022"));
    /// assert_eq!(error.message(), Some("No such instance."));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn code(&self) -> Option<Cow<'_, str>> {
        let nested = self.error.as_ref();
        [
            self.error_code.as_ref(),
            self.code.as_ref(),
            nested.and_then(|e| e.error_code.as_ref()),
            nested.and_then(|e| e.code.as_ref()),
        ]
        .into_iter()
        .flatten()
        .map(ErrorCode::to_text)
        .find(|code| !code.is_empty())
    }

    /// Returns the error message from any of the shapes, or `None` if there is none.
    pub fn message(&self) -> Option<&str> {
        let nested = self.error.as_ref();
        first([
            self.error_msg.as_deref(),
            self.message.as_deref(),
            nested.and_then(|e| e.error_msg.as_deref()),
            nested.and_then(|e| e.message.as_deref()),
        ])
    }

    /// Returns the ID of the request in the logs of the service, or `None` if the body has none.
    ///
    /// The response header `X-Request-Id` may hold the ID if the body does not.
    pub fn request_id(&self) -> Option<&str> {
        let nested = self.error.as_ref();
        first([
            self.request_id.as_deref(),
            nested.and_then(|e| e.request_id.as_deref()),
        ])
    }
}

fn first<const N: usize>(texts: [Option<&str>; N]) -> Option<&str> {
    texts.into_iter().flatten().find(|text| !text.is_empty())
}

impl Field for ErrorDetail {
    /// `{"error": "text"}`: the text is the message.
    fn from_text(text: &str) -> Option<Self> {
        Some(Self::of_message(text.to_owned()))
    }

    fn from_bool(value: bool) -> Option<Self> {
        String::from_bool(value).map(Self::of_message)
    }

    fn from_unsigned(number: u64) -> Option<Self> {
        String::from_unsigned(number).map(Self::of_message)
    }

    fn from_signed(number: i64) -> Option<Self> {
        String::from_signed(number).map(Self::of_message)
    }

    fn from_float(number: f64) -> Option<Self> {
        String::from_float(number).map(Self::of_message)
    }

    fn read_map<'de, A>(field: &mut Option<Self>, map: A) -> Result<Option<Value>, A::Error>
    where
        A: MapAccess<'de>,
    {
        read_object(field, map)
    }
}

impl ErrorDetail {
    fn of_message(message: String) -> Self {
        Self {
            message: Some(message),
            ..Self::default()
        }
    }
}

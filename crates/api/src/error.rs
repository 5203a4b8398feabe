//! Error bodies of the services, the gateway and IAM.
//!
//! [`ErrorResponse::code`], [`ErrorResponse::message`] and [`ErrorResponse::request_id`] work for
//! every shape. A field of an unexpected JSON type reads as absent, so that decoding an error body
//! never causes a second error.

use std::borrow::Cow;
use std::fmt;

use serde::de::value::MapAccessDeserializer;
use serde::de::{self, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Serialize};

use crate::ErrorCode;
use crate::scalar::convert::object_body;
use crate::scalar::spelling::{Spelled, Spellings};

/// Error body of a service, of the gateway or of IAM.
///
/// DCS V2 and Kafka write `error_code` and `error_msg`. DCS V1.0 and IAM write an `error` object
/// with `code` and `message`. The gateway adds `request_id`.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct ErrorResponse {
    /// Error code of the service or of the gateway. The documents limit it to 9 characters; codes of the gateway are longer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error_code: Option<ErrorCode>,
    /// Error message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error_msg: Option<String>,
    /// Extended error message. Documented as unused and null.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error_ext_msg: Option<String>,
    /// ID of the request in the logs of the gateway.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// Nested error of DCS V1.0 and IAM.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<ErrorDetail>,
    /// Error code under an alternative name that the official SDKs also read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<ErrorCode>,
    /// Error message under an alternative name that the official SDKs also read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// Encoded details of a denied authorization, for the decoding operation of IAM.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encoded_authorization_message: Option<String>,
}

object_body! {
    ErrorResponse by spelled {
        #[serde(default, deserialize_with = "lenient_code")]
        error_code: Option<ErrorCode>,
        #[serde(default, deserialize_with = "lenient_text")]
        error_msg: Option<String>,
        #[serde(default, deserialize_with = "lenient_text")]
        error_ext_msg: Option<String>,
        #[serde(default, deserialize_with = "lenient_text")]
        request_id: Option<String>,
        #[serde(default, deserialize_with = "lenient_detail")]
        error: Option<ErrorDetail>,
        #[serde(default, deserialize_with = "lenient_code")]
        code: Option<ErrorCode>,
        #[serde(default, deserialize_with = "lenient_text")]
        message: Option<String>,
        #[serde(default, deserialize_with = "lenient_text")]
        encoded_authorization_message: Option<String>,
    }
}

/// Nested error object, the value of `error` in an error body.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct ErrorDetail {
    /// Error code: a string from DCS V1.0, a number from IAM.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<ErrorCode>,
    /// Error message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// Name of the HTTP status. Only IAM writes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Error code, if `error_code` is nested.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error_code: Option<ErrorCode>,
    /// Error message, if `error_msg` is nested.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error_msg: Option<String>,
    /// ID of the request, if `request_id` is nested.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
}

object_body! {
    ErrorDetail by spelled {
        #[serde(default, deserialize_with = "lenient_code")]
        code: Option<ErrorCode>,
        #[serde(default, deserialize_with = "lenient_text")]
        message: Option<String>,
        #[serde(default, deserialize_with = "lenient_text")]
        title: Option<String>,
        #[serde(default, deserialize_with = "lenient_code")]
        error_code: Option<ErrorCode>,
        #[serde(default, deserialize_with = "lenient_text")]
        error_msg: Option<String>,
        #[serde(default, deserialize_with = "lenient_text")]
        request_id: Option<String>,
    }
}

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

/// Snake case and camel case of each field. A gateway may write either, both, or one twice.
const SPELLINGS: Spellings = &[
    ("code", "code"),
    (
        "encoded_authorization_message",
        "encoded_authorization_message",
    ),
    ("error", "error"),
    ("error_code", "errorCode"),
    ("error_ext_msg", "errorExtMsg"),
    ("error_msg", "errorMsg"),
    ("message", "message"),
    ("request_id", "requestId"),
    ("title", "title"),
];

fn spelled<'de, T, D>(deserializer: D) -> Result<T, D::Error>
where
    T: Deserialize<'de>,
    D: Deserializer<'de>,
{
    deserializer.deserialize_any(Spelled::new(SPELLINGS))
}

/// A JSON scalar or an `error` object. Any other value reads as absent.
enum Lenient {
    Absent,
    Code(ErrorCode),
    Detail(ErrorDetail),
}

impl<'de> Deserialize<'de> for Lenient {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Anything;

        impl<'de> Visitor<'de> for Anything {
            type Value = Lenient;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("any JSON value")
            }

            fn visit_unit<E: de::Error>(self) -> Result<Lenient, E> {
                Ok(Lenient::Absent)
            }

            fn visit_bool<E: de::Error>(self, value: bool) -> Result<Lenient, E> {
                Ok(Lenient::Code(ErrorCode::from(value.to_string())))
            }

            fn visit_str<E: de::Error>(self, value: &str) -> Result<Lenient, E> {
                Ok(Lenient::Code(value.into()))
            }

            fn visit_u64<E: de::Error>(self, value: u64) -> Result<Lenient, E> {
                Ok(Lenient::Code(value.into()))
            }

            fn visit_i64<E: de::Error>(self, value: i64) -> Result<Lenient, E> {
                Ok(Lenient::Code(ErrorCode::from_signed(value)))
            }

            fn visit_f64<E: de::Error>(self, value: f64) -> Result<Lenient, E> {
                Ok(Lenient::Code(ErrorCode::from_float(value)))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Lenient, A::Error> {
                while seq.next_element::<IgnoredAny>()?.is_some() {}
                Ok(Lenient::Absent)
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Lenient, A::Error> {
                let map = MapAccessDeserializer::new(map);
                ErrorDetail::deserialize(map).map(Lenient::Detail)
            }
        }

        deserializer.deserialize_any(Anything)
    }
}

fn lenient_code<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<ErrorCode>, D::Error> {
    Ok(match Lenient::deserialize(deserializer)? {
        Lenient::Code(code) => Some(code),
        Lenient::Absent | Lenient::Detail(_) => None,
    })
}

fn lenient_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Ok(lenient_code(deserializer)?.map(|code| code.to_string()))
}

fn lenient_detail<'de, D>(deserializer: D) -> Result<Option<ErrorDetail>, D::Error>
where
    D: Deserializer<'de>,
{
    Ok(match Lenient::deserialize(deserializer)? {
        Lenient::Detail(detail) => Some(detail),
        // `{"error": "text"}`: the text is the message.
        Lenient::Code(text) => Some(ErrorDetail {
            message: Some(text.to_string()),
            ..ErrorDetail::default()
        }),
        Lenient::Absent => None,
    })
}

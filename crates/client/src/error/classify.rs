//! Classifies responses: by status, and by the error codes of the gateway.

use hwtasks_api::ErrorResponse;
use reqwest::StatusCode;

use crate::transport::response::RawResponse;

/// Whether the client retries a response with this status.
pub(crate) fn is_retryable_status(status: StatusCode) -> bool {
    matches!(status.as_u16(), 408 | 429 | 500 | 502 | 503 | 504)
}

/// Whether the gateway rejected the signature or its date.
pub(crate) fn is_signature_rejected(response: &RawResponse) -> bool {
    response.status == StatusCode::UNAUTHORIZED && has_gateway_code(response, "0303")
}

/// Whether the body has this error code of the gateway.
pub(crate) fn has_gateway_code(response: &RawResponse, number: &str) -> bool {
    let body: Result<ErrorResponse, _> = serde_json::from_slice(response.json());
    let code = body.as_ref().ok().and_then(ErrorResponse::code);
    code.is_some_and(|code| is_gateway_code(&code, number))
}

/// Whether a code is this one of the gateway. Its document and its responses use different prefixes.
pub(crate) fn is_gateway_code(code: &str, number: &str) -> bool {
    ["APIGW.", "APIG."]
        .iter()
        .any(|prefix| code.strip_prefix(prefix) == Some(number))
}

//! Classifies responses: by status, and by the error codes and texts of the gateway.

use std::error::Error as StdError;

use hwtasks_api::ErrorResponse;
use jiff::{SignedDuration, Timestamp};
use reqwest::StatusCode;
use reqwest::header::DATE;

use super::Reason;
use crate::transport::response::RawResponse;

/// The least clock skew that explains a refused signature; the gateway allows 15 minutes.
const CLOCK_SKEW_TOLERANCE: SignedDuration = SignedDuration::from_mins(5);

/// Whether the client retries a response with this status.
pub(crate) fn is_retryable_status(status: StatusCode) -> bool {
    matches!(status.as_u16(), 408 | 429 | 500 | 502 | 503 | 504)
}

/// Whether a response with this status shows that the credentials were accepted.
pub(crate) fn is_authorized_status(status: StatusCode) -> bool {
    status != StatusCode::UNAUTHORIZED && !is_retryable_status(status) && !status.is_server_error()
}

/// Whether a code is this one of the gateway. Its document and its responses use different prefixes.
pub(crate) fn is_gateway_code(code: &str, number: &str) -> bool {
    gateway_number(code) == Some(number)
}

/// The number in a code of the gateway; `None` for a code of a service or of IAM.
fn gateway_number(code: &str) -> Option<&str> {
    let mut prefixes = ["APIGW.", "APIG."].iter();
    prefixes.find_map(|prefix| code.strip_prefix(prefix))
}

/// Why the gateway refused a request, by the text of its 401: its codes do not tell.
pub(crate) fn refusal_reason(body: &ErrorResponse) -> Option<Reason> {
    const REASONS: [(&str, Reason); 6] = [
        ("failed to reach the limit", Reason::KeyLocked),
        ("signature expired", Reason::SignatureExpired),
        ("get secretkey failed", Reason::UnknownAccessKey),
        ("verify aksk signature fail", Reason::WrongSecretKey),
        ("token expires", Reason::TokenExpired),
        ("decrypt token fail", Reason::InvalidToken),
    ];
    let code = body.code()?;
    let number = gateway_number(&code)?;
    let text = body.message().unwrap_or_default().to_ascii_lowercase();
    let is_unknown = names_missing_key(&text);
    let by_text = REASONS.into_iter().find_map(|(part, reason)| match reason {
        Reason::WrongSecretKey if is_unknown => Some(Reason::UnknownAccessKey),
        _ => text.contains(part).then_some(reason),
    });
    by_text.or_else(|| (number == "0307").then_some(Reason::TokenExpired))
}

/// Whether a text in lower case says `ak not exist`, with or without the key after `ak`.
fn names_missing_key(text: &str) -> bool {
    const SEPARATORS: [char; 2] = [' ', ':'];
    let ends_in_ak = |text: &str| {
        let before = text.trim_end_matches(SEPARATORS).strip_suffix("ak");
        before.is_some_and(|text| !text.ends_with(|c: char| c.is_ascii_alphanumeric()))
    };
    text.match_indices(" not exist").any(|(at, _)| {
        let before = text[..at].trim_end();
        let before = before.strip_suffix(" does").unwrap_or(before).trim_end();
        let without_key = before.rsplit_once(SEPARATORS);
        ends_in_ak(before) || without_key.is_some_and(|(rest, _)| ends_in_ak(rest))
    })
}

/// What a 401 says about the credentials and the clock.
pub(crate) struct Refusal {
    pub(crate) reason: Option<Reason>,
    /// Whether the gateway refused the signature or its date.
    is_signature: bool,
    is_gateway: bool,
    date: Option<Timestamp>,
    server_time: Option<Timestamp>,
}

impl Refusal {
    pub(crate) fn of(response: &RawResponse) -> Self {
        let body: Option<ErrorResponse> = serde_json::from_slice(response.json()).ok();
        let reason = body.as_ref().and_then(refusal_reason);
        let code = body.as_ref().and_then(ErrorResponse::code);
        let code = code.as_deref().unwrap_or_default();
        Self {
            is_signature: is_gateway_code(code, "0303") || is_signature_expired(reason.as_ref()),
            is_gateway: gateway_number(code).is_some(),
            date: date(response),
            server_time: body
                .as_ref()
                .and_then(ErrorResponse::message)
                .and_then(server_time),
            reason,
        }
    }

    /// Whether the text says that the signature is expired.
    pub(crate) fn says_expired(&self) -> bool {
        is_signature_expired(self.reason.as_ref())
    }

    /// The service's time, if the clock explains the refusal of a signature of this time.
    pub(crate) fn service_time(&self, signed: Timestamp) -> Option<Timestamp> {
        let times = || [self.date, self.server_time].into_iter().flatten();
        let is_off = |time: &Timestamp| time.duration_since(signed).abs() >= CLOCK_SKEW_TOLERANCE;
        match self.says_expired() {
            true => times().find(is_off).or_else(|| times().next()),
            false => self.date.filter(|date| self.is_gateway && is_off(date)),
        }
    }

    /// How far the service's clock is ahead of this machine's, if a signature was refused.
    pub(crate) fn clock_skew(&self, now: Timestamp) -> Option<SignedDuration> {
        let time = self
            .date
            .or(self.server_time)
            .filter(|_| self.is_signature)?;
        Some(time.duration_since(now))
    }
}

fn is_signature_expired(reason: Option<&Reason>) -> bool {
    matches!(reason, Some(Reason::SignatureExpired))
}

fn date(response: &RawResponse) -> Option<Timestamp> {
    let text = response.headers.get(DATE)?.to_str().ok()?;
    Timestamp::try_from(httpdate::parse_http_date(text).ok()?).ok()
}

/// The time after `server time:`, as the gateway writes it (`20211217T065804Z`) or as RFC 3339.
fn server_time(text: &str) -> Option<Timestamp> {
    const LABEL: &str = "server time:";
    let at = text.to_ascii_lowercase().find(LABEL)?;
    let rest = text[at + LABEL.len()..].trim_start();
    let is_end = |c: char| c.is_whitespace() || c == ',' || c == ';';
    rest.split(is_end).next()?.parse().ok()
}

/// The message for a response whose head the parser refuses.
pub(crate) fn refused_head(error: &reqwest::Error) -> Option<&'static str> {
    let mut cause = StdError::source(error);
    while let Some(error) = cause {
        match error.downcast_ref::<hyper::Error>() {
            Some(error) if error.is_parse() => {
                return Some(
                    "the head of the response is not valid HTTP, or has more than 200 headers",
                );
            }
            _ => cause = error.source(),
        }
    }
    None
}

/// Whether a connection failed because the HTTP client was built without TLS.
pub(crate) fn is_without_tls(error: &reqwest::Error) -> bool {
    if error.url().is_none_or(|url| url.scheme() != "https") {
        return false;
    }
    let mut cause = StdError::source(error);
    while let Some(error) = cause {
        // Neither reqwest nor hyper has a type or a predicate for it.
        if error.to_string() == "invalid URL, scheme is not http" {
            return true;
        }
        cause = error.source();
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(not(feature = "rustls"))]
    #[tokio::test]
    async fn https_endpoint_without_tls_is_invalid_input() {
        let client = crate::Client::builder()
            .dcs_endpoint("https://127.0.0.1:9")
            .project_id("p")
            .token("t")
            .build()
            .unwrap();
        let error = client.dcs().list("i").await.unwrap_err();
        assert_eq!(error.kind(), crate::ErrorKind::InvalidInput);
        assert_eq!(
            error.to_string(),
            "ListDcsTasks: the endpoint is https, and the HTTP client has no TLS; enable the feature \
             rustls of hwtasks, or give ClientBuilder::http_client one with TLS"
        );
    }

    #[test]
    fn server_time_is_read_in_both_forms() {
        let expected: Timestamp = "2021-12-17T06:58:04Z".parse().unwrap();
        for (text, time) in [
            (
                "signature time:20211217T064303Z,server time:20211217T065804Z",
                Some(expected),
            ),
            (
                "Server Time: 2021-12-17T06:58:04Z, and more",
                Some(expected),
            ),
            ("server time:2021-12-17T14:58:04+08:00", Some(expected)),
            ("server time:", None),
            ("server time:noon", None),
            ("signature time:20211217T064303Z", None),
        ] {
            assert_eq!(server_time(text), time, "{text}");
        }
    }
}

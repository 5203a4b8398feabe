//! Decides whether a call is retried, and after which backoff.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use reqwest::header::{DATE, HeaderMap, RETRY_AFTER};

use crate::error::Error;
use crate::error::classify::is_retryable_status;
use crate::transport::response::RawResponse;

/// The longest backoff that a policy takes.
const MAX_BACKOFF: Duration = Duration::from_secs(24 * 60 * 60);

/// How often a call is retried, and with which backoff.
///
/// The client retries a failed or broken connection, a timeout, and the statuses 408, 429, 500, 502,
/// 503 and 504. The backoff is exponential with full jitter: a random part of a limit that doubles from
/// one retry to the next. The client waits longer if `Retry-After` says so, and then for a random part
/// of a tenth more. No wait exceeds the call's [timeout](crate::ClientBuilder::timeout).
///
/// ```
/// use std::time::Duration;
/// use hwtasks::RetryPolicy;
///
/// let patient = RetryPolicy::default()
///     .with_max_attempts(6)
///     .with_initial_backoff(Duration::from_millis(500))
///     .with_max_backoff(Duration::from_secs(30));
/// let no_retries = RetryPolicy::disabled();
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RetryPolicy {
    max_attempts: u32,
    initial_backoff: Duration,
    max_backoff: Duration,
}

impl Default for RetryPolicy {
    /// Three attempts, at most 200 ms and then 400 ms apart.
    fn default() -> Self {
        Self {
            max_attempts: 3,
            initial_backoff: Duration::from_millis(200),
            max_backoff: Duration::from_secs(10),
        }
    }
}

impl RetryPolicy {
    /// One attempt and no retry.
    pub fn disabled() -> Self {
        Self::default().with_max_attempts(1)
    }

    /// Sets the number of attempts, the first included; 3 by default. 0 counts as 1.
    #[must_use]
    pub fn with_max_attempts(mut self, attempts: u32) -> Self {
        self.max_attempts = attempts.max(1);
        self
    }

    /// Sets the upper limit of the first backoff, which doubles from one retry to the next; 200 ms by
    /// default. At most 24 hours. If it exceeds the
    /// [maximum](Self::with_max_backoff), the maximum is raised to it.
    #[must_use]
    pub fn with_initial_backoff(mut self, backoff: Duration) -> Self {
        self.initial_backoff = backoff.min(MAX_BACKOFF);
        self
    }

    /// Sets the upper limit of every backoff; 10 seconds by default. At most 24 hours. A value
    /// below the [initial backoff](Self::with_initial_backoff) is raised to it.
    #[must_use]
    pub fn with_max_backoff(mut self, backoff: Duration) -> Self {
        self.max_backoff = backoff.min(MAX_BACKOFF);
        self
    }

    /// The backoff after this many attempts; `None` when no attempt is left.
    fn backoff(&self, attempts: u32) -> Option<Duration> {
        if attempts >= self.max_attempts {
            return None;
        }
        let doublings = attempts.saturating_sub(1);
        let cap = self
            .initial_backoff
            .saturating_mul(2_u32.saturating_pow(doublings))
            .min(self.max_backoff.max(self.initial_backoff));
        Some(cap.mul_f64(fastrand::f64()))
    }
}

/// What to do after an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RetryAction {
    /// Return the result.
    Stop,
    /// Send the request again after this time.
    RetryAfter(Duration),
    /// Sign again with the service's clock, which is ahead of this machine's by this.
    CorrectClockSkew(SignedDuration),
    /// Send again with other credentials, if the provider has any.
    RefreshCredentials,
    /// Send again with what another call has corrected.
    Resend,
}

/// The action after attempt number `attempts` ended at `now` in `outcome`, which is no 401, with `left`
/// until the deadline.
pub(crate) fn next_action(
    policy: &RetryPolicy,
    attempts: u32,
    outcome: &Result<RawResponse, Error>,
    now: Timestamp,
    left: Duration,
) -> RetryAction {
    let after = |requested: Option<Duration>| match (policy.backoff(attempts), requested) {
        (None, _) => RetryAction::Stop,
        (Some(backoff), None) => RetryAction::RetryAfter(backoff),
        (Some(backoff), Some(requested)) => {
            RetryAction::RetryAfter(with_jitter(requested.max(backoff), left))
        }
    };
    match outcome {
        Err(error) if error.is_transport() => after(None),
        Err(_) => RetryAction::Stop,
        Ok(response) if is_retryable_status(response.status) => {
            after(retry_after(&response.headers, now))
        }
        Ok(_) => RetryAction::Stop,
    }
}

/// The requested wait and up to a tenth more: callers that a service sends away together must not
/// return together. The jitter takes at most half of what remains of `left` after the wait.
pub(crate) fn with_jitter(wait: Duration, left: Duration) -> Duration {
    let most = (wait / 10).min(left.saturating_sub(wait) / 2);
    wait.saturating_add(most.mul_f64(fastrand::f64()))
}

/// The time in `Retry-After`: the longest of its values, each of which is in seconds or until a date.
///
/// A date counts from the header `Date`, or else from `now`. A value that is neither counts as absent.
pub(crate) fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let date = headers.get(DATE).and_then(|date| date.to_str().ok());
    let now = date.and_then(http_date).unwrap_or(now);
    let values = headers.get_all(RETRY_AFTER).iter();
    let values: Vec<_> = values.filter_map(|value| value.to_str().ok()).collect();
    let values = values.join(",");
    let mut parts = values.split(',').map(str::trim).peekable();
    let mut longest = None;
    while let Some(part) = parts.next() {
        // The comma after the weekday of a date separates no values.
        let date = parts
            .peek()
            .and_then(|rest| http_date(&format!("{part}, {rest}")));
        if date.is_some() {
            parts.next();
        }
        let until = |date| time_until(date, now);
        let wait = date.map(until).or_else(|| seconds(part));
        longest = longest.max(wait.or_else(|| http_date(part).map(until)));
    }
    longest
}

/// Zero for a time that has passed.
fn time_until(time: Timestamp, now: Timestamp) -> Duration {
    time.duration_since(now).try_into().unwrap_or_default()
}

/// Decimal digits, fractions of a millisecond rounded up. Twenty digits are no time.
fn seconds(text: &str) -> Option<Duration> {
    let text = text.strip_prefix('+').unwrap_or(text);
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if !is_number(whole) || !is_number(fraction) || whole.len() > 19 {
        return None;
    }
    let (millis, rest) = fraction.split_at(fraction.len().min(3));
    let millis: u64 = format!("{millis:0<3}").parse().ok()?;
    let rounded = millis + u64::from(rest.bytes().any(|digit| digit != b'0'));
    Some(Duration::from_secs(whole.parse().ok()?).saturating_add(Duration::from_millis(rounded)))
}

/// An HTTP date in one of the three forms of RFC 9110. `+0000` and `UTC` mean GMT.
fn http_date(text: &str) -> Option<Timestamp> {
    let zone = [" +0000", " UTC"]
        .iter()
        .find_map(|zone| text.strip_suffix(zone));
    let date = match zone {
        Some(time) => httpdate::parse_http_date(&format!("{time} GMT")),
        None => httpdate::parse_http_date(text),
    };
    Timestamp::try_from(date.ok()?).ok()
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use reqwest::StatusCode;

    use super::*;

    const LEFT: Duration = Duration::from_secs(120);

    fn now() -> Timestamp {
        "2026-01-02T03:04:05Z".parse().unwrap()
    }

    fn response(
        status: u16,
        headers: &[(&'static str, &'static str)],
        body: &'static str,
    ) -> RawResponse {
        RawResponse {
            attempts: 1,
            status: StatusCode::from_u16(status).unwrap(),
            headers: headers
                .iter()
                .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()))
                .collect(),
            body: Bytes::from_static(body.as_bytes()),
        }
    }

    fn next(attempts: u32, outcome: Result<RawResponse, Error>) -> RetryAction {
        next_action(&RetryPolicy::default(), attempts, &outcome, now(), LEFT)
    }

    #[test]
    fn transient_statuses_are_retried_and_others_are_not() {
        for status in [408, 429, 500, 502, 503, 504] {
            assert!(
                matches!(
                    next(1, Ok(response(status, &[], ""))),
                    RetryAction::RetryAfter(_)
                ),
                "{status}"
            );
            assert!(
                matches!(
                    next(2, Ok(response(status, &[], ""))),
                    RetryAction::RetryAfter(_)
                ),
                "{status}"
            );
            assert_eq!(
                next(3, Ok(response(status, &[], ""))),
                RetryAction::Stop,
                "{status}"
            );
        }
        for status in [200, 204, 302, 400, 401, 403, 404, 405, 501, 505] {
            assert_eq!(
                next(1, Ok(response(status, &[], ""))),
                RetryAction::Stop,
                "{status}"
            );
        }
        assert_eq!(next(1, Err(Error::invalid_input("no"))), RetryAction::Stop);
    }

    #[test]
    fn retry_after_that_is_no_time_is_absent() {
        for value in [
            "soon",
            "Fri, 02 Jan 2026",
            "Fri,",
            ",",
            "\t",
            "5.5.5",
            "1,5;x",
            "٣",
        ] {
            let value = reqwest::header::HeaderValue::from_bytes(value.as_bytes()).unwrap();
            let headers = HeaderMap::from_iter([(RETRY_AFTER, value.clone())]);
            let wait = (value == "1,5;x").then_some(Duration::from_secs(1));
            assert_eq!(retry_after(&headers, now()), wait, "{value:?}");
        }
    }

    #[test]
    fn callers_sent_away_together_return_apart() {
        let wait = Duration::from_secs(60);
        let waits: Vec<_> = (0..64).map(|_| with_jitter(wait, LEFT)).collect();
        let most = wait + wait / 10;
        assert!(waits.iter().all(|drawn| (wait..=most).contains(drawn)));
        let distinct: std::collections::BTreeSet<_> = waits.iter().collect();
        assert!(distinct.len() > 32, "{distinct:?}");
        let left = Duration::from_secs(61);
        assert!((0..64).all(|_| with_jitter(wait, left) < left));
        assert_eq!(with_jitter(Duration::ZERO, LEFT), Duration::ZERO);
        assert!(with_jitter(Duration::MAX, Duration::MAX) == Duration::MAX);
    }

    #[test]
    fn backoff_of_any_length_is_at_most_a_day() {
        let policy = RetryPolicy::default()
            .with_initial_backoff(Duration::MAX)
            .with_max_backoff(Duration::MAX);
        assert!(policy.backoff(1).is_some_and(|wait| wait <= MAX_BACKOFF));
    }

    #[test]
    fn backoff_is_jittered_below_a_limit_that_doubles() {
        let policy = RetryPolicy::default()
            .with_max_attempts(9)
            .with_initial_backoff(Duration::from_millis(100))
            .with_max_backoff(Duration::from_millis(500));
        for (attempts, limit) in [(1, 100), (2, 200), (3, 400), (4, 500), (8, 500)] {
            let waits: Vec<_> = (0..200)
                .map(|_| policy.backoff(attempts).unwrap())
                .collect();
            let limit = Duration::from_millis(limit);
            assert!(
                waits.iter().all(|wait| *wait <= limit),
                "{attempts}: {waits:?}"
            );
            assert!(
                waits.iter().any(|wait| *wait > limit / 2),
                "{attempts}: {waits:?}"
            );
            assert!(
                waits.iter().any(|wait| *wait < limit / 2),
                "{attempts}: {waits:?}"
            );
        }
        assert_eq!(policy.backoff(9), None);
        assert_eq!(RetryPolicy::disabled().backoff(1), None);
        assert_eq!(
            RetryPolicy::default().with_max_attempts(0),
            RetryPolicy::disabled()
        );
    }
}

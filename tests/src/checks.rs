//! What holds for any bytes from outside: fuzz targets and property tests feed the same checks.

#![allow(
    clippy::expect_used,
    clippy::missing_panics_doc,
    reason = "a check fails by a panic"
)]

use std::fmt;
use std::time::Duration;

use hwtasks::fuzzing;
use hwtasks_api::dcs::{DcsTaskList, DcsTaskListV1};
use hwtasks_api::kafka::KafkaTaskList;
use hwtasks_api::{CompactTime, ErrorResponse, Task};
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// What is asserted of some bytes.
pub type Check = fn(&[u8]);

/// Every fuzz target by the name of its corpus, with its check.
pub const CHECKS: [(&str, Check); 5] = [
    ("bodies", bodies),
    ("errors", errors),
    ("credentials_file", credentials_file),
    ("retry_after", retry_after),
    ("compact_time", compact_time),
];

/// A body that is read is written back as the same body, and its tasks can be asked anything.
pub fn bodies(data: &[u8]) {
    if let Some(list) = read_and_written::<DcsTaskList>(data) {
        list.tasks.iter().for_each(|task| asked(task));
        let _ = list.task_count.as_ref().map(|count| count.get());
    }
    if let Some(list) = read_and_written::<DcsTaskListV1>(data) {
        list.tasks.iter().for_each(|task| asked(task));
    }
    if let Some(list) = read_and_written::<KafkaTaskList>(data) {
        list.tasks.iter().for_each(|task| asked(task));
    }
    if let Some(error) = read_and_written::<ErrorResponse>(data) {
        let _ = (error.code(), error.message(), error.request_id());
    }
}

fn read_and_written<T>(data: &[u8]) -> Option<T>
where
    T: DeserializeOwned + Serialize + PartialEq + fmt::Debug,
{
    let read: T = serde_json::from_slice(data).ok()?;
    let written = serde_json::to_vec(&read).expect("what was read can be written");
    let again: T = serde_json::from_slice(&written).expect("what was written can be read");
    assert_eq!(read, again);
    let once_more = serde_json::to_vec(&again).expect("what was read can be written");
    assert_eq!(written, once_more, "the same body is written alike");
    Some(read)
}

fn asked(task: &dyn Task) {
    let _ = (task.id(), task.name(), task.status());
    for time in [task.created_at(), task.updated_at()].into_iter().flatten() {
        // Nothing to be read is no panic, and what is shown of it is one line.
        if let Err(error) = time.parse() {
            is_one_line(&error.to_string());
        }
    }
}

/// Any error is one line, of bounded length, and keeps a bounded body. The data begins with the
/// status, of two bytes, and the content type up to a line feed.
pub fn errors(data: &[u8]) {
    let Some((status, rest)) = data.split_first_chunk::<2>() else {
        return;
    };
    let status = 100 + u16::from_be_bytes(*status) % 900;
    let end = rest.iter().position(|byte| *byte == b'\n');
    let (content_type, body) = rest.split_at(end.map_or(0, |end| end + 1));
    let Some(error) = fuzzing::error(status, content_type.trim_ascii(), body) else {
        return;
    };
    is_one_line(&error.to_string());
    is_one_line(&format!("{error:#}"));
    let _ = format!("{error:?}");
    let _ = (error.code(), error.message(), error.request_id());
    assert_eq!(error.status().map(|status| status.as_u16()), Some(status));
    let kept = error.body().expect("a response arrived");
    assert!(body.starts_with(kept) && (kept.len() == body.len() || kept.len() == 64 * 1024));
}

fn is_one_line(text: &str) {
    assert!(!text.contains(char::is_control), "{text:?}");
    // A code and a message, each cut, and our own words.
    assert!(text.chars().count() < 700, "{text:?}");
}

/// Any credentials file gives credentials or an error that names its line; no secret is shown.
pub fn credentials_file(data: &[u8]) {
    match fuzzing::credentials_file(data, "basic") {
        Ok(Some(credentials)) => {
            let key = credentials.access_key().expect("a file holds keys");
            assert!(!key.is_empty() && !key.contains(char::is_whitespace));
        }
        Ok(None) => {}
        Err(error) => {
            let text = error.to_string();
            let line = text
                .strip_prefix("credentials:")
                .and_then(|rest| rest.split(':').next())
                .and_then(|line| line.parse().ok());
            let lines = 1 + data.iter().filter(|byte| **byte == b'\n').count();
            assert!(
                line.is_some_and(|line: usize| (1..=lines).contains(&line)),
                "{text:?} names no line of {lines}"
            );
            secrets_stay_hidden(data, &text);
        }
    }
}

/// No `sk` of this credentials file is in what is shown.
pub fn secrets_stay_hidden(data: &[u8], shown: &str) {
    for line in String::from_utf8_lossy(data).lines() {
        let Some((key, value)) = line.split_once('=') else {
            continue;
        };
        let value = value.trim();
        // Shorter ones stand in our own words by chance.
        if key.trim().eq_ignore_ascii_case("sk") && value.len() >= 12 {
            assert!(!shown.contains(value), "{shown:?} shows a secret");
        }
    }
}

/// `Retry-After` is a number of seconds, a date, or nothing; of several values the longest counts.
pub fn retry_after(data: &[u8]) {
    let now = Timestamp::UNIX_EPOCH;
    let wait = fuzzing::retry_after(data, now);
    let text = std::str::from_utf8(data).map_or("", str::trim);
    // A header whose value is not visible ASCII counts as none.
    let is_visible = !data.iter().any(|byte| !(b' '..=b'~').contains(byte));
    match text.parse() {
        Ok(seconds) if is_visible && text.trim_start_matches('+').len() <= 19 => {
            assert_eq!(wait, Some(Duration::from_secs(seconds)));
        }
        _ if text.parse::<f64>().is_ok_and(f64::is_sign_negative) => assert_eq!(wait, None),
        _ => {}
    }
    let later = fuzzing::retry_after(data, now + SignedDuration::from_secs(1));
    assert_eq!(later.is_some(), wait.is_some());
    if let (Some(later), Some(wait)) = (later, wait) {
        let gone = wait.saturating_sub(later);
        assert!(
            later <= wait && gone <= Duration::from_secs(1),
            "a date comes nearer"
        );
    }
}

/// A bound that is read is spelled as it was, and the bounds of any time include it.
pub fn compact_time(data: &[u8]) {
    if let Ok(text) = std::str::from_utf8(data) {
        match text.parse::<CompactTime>() {
            Ok(bound) => {
                assert_eq!(bound.to_string(), text);
                let json = serde_json::to_string(&bound).expect("a bound can be written");
                assert_eq!(json, format!("\"{text}\""));
                assert_eq!(serde_json::from_str::<CompactTime>(&json).ok(), Some(bound));
            }
            Err(error) => is_one_line(&error.to_string()),
        }
    }
    let _ = serde_json::from_slice::<CompactTime>(data);
    let Some((seconds, rest)) = data.split_first_chunk::<8>() else {
        return;
    };
    let nanoseconds = rest
        .first_chunk::<4>()
        .map_or(0, |bytes| i32::from_be_bytes(*bytes));
    let Ok(time) = Timestamp::new(i64::from_be_bytes(*seconds), nanoseconds % 1_000_000_000) else {
        return;
    };
    let second = SignedDuration::from_secs(1);
    if let Ok(lower) = CompactTime::floor(time) {
        let by = time.duration_since(lower.timestamp());
        assert!(by >= SignedDuration::ZERO && by < second, "{time}: {lower}");
    }
    if let Ok(upper) = CompactTime::ceil(time) {
        let by = upper.timestamp().duration_since(time);
        assert!(by >= SignedDuration::ZERO && by < second, "{time}: {upper}");
    }
}

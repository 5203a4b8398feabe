//! What a call comes to, as the corpus writes it.

use std::collections::BTreeMap;
use std::time::Duration;

use hwtasks::Error;
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};

use super::call::Success;
use super::file::same;
use super::wire::Head;
use hwtasks_tests::normal;

/// A result or an error.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Expect {
    list: Option<Value>,
    task: Option<Value>,
    /// What the typed value is written back as, where that is not the body.
    pub(super) written: Option<Value>,
    request_id: Option<String>,
    error: Option<ExpectedError>,
    /// How many requests are sent.
    requests: Option<usize>,
    /// How often the provider fetches credentials.
    pub(super) fetches: Option<usize>,
    /// What each request holds.
    sent: Option<Vec<Sent>>,
    /// The waits between the attempts.
    pub(super) waits_ms: Option<Vec<WaitMs>>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ExpectedError {
    kind: String,
    status: Option<u16>,
    code: Option<String>,
    message: Option<String>,
    /// Text that the error shows.
    shows: Option<String>,
    request_id: Option<String>,
    /// Not compared where it is absent; `null` is the whole body.
    #[serde(default, deserialize_with = "present")]
    path: Option<Option<String>>,
    /// Why the gateway refused the request.
    reason: Option<String>,
    /// How far the service's clock is ahead.
    clock_skew_ms: Option<i64>,
    /// Not compared where it is absent.
    attempts: Option<u32>,
    is: Vec<String>,
    /// Some members of the task that the error carries, normalised; absent: it carries none.
    task: Option<Value>,
}

/// What a request holds.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Sent {
    #[serde(default)]
    pub(super) headers: BTreeMap<String, String>,
    #[serde(default)]
    pub(super) absent: Vec<String>,
}

/// A wait: exact, or random between limits.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum WaitMs {
    Exactly(u64),
    Between {
        #[serde(default)]
        at_least: u64,
        at_most: u64,
    },
}

/// Compares waits in whole milliseconds.
pub(super) fn check_waits(slept: &[Duration], expected: &[WaitMs]) -> Result<(), String> {
    let fits = |(slept, wait): (&Duration, &WaitMs)| {
        let slept = u64::try_from(slept.as_millis()).unwrap_or(u64::MAX);
        match *wait {
            WaitMs::Exactly(millis) => slept == millis,
            WaitMs::Between { at_least, at_most } => (at_least..=at_most).contains(&slept),
        }
    };
    match slept.len() == expected.len() && slept.iter().zip(expected).all(fits) {
        true => Ok(()),
        false => Err(format!("it waits {slept:?}, expected {expected:?}")),
    }
}

fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<String>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

impl Sent {
    pub(super) fn check(&self, head: &Head) -> Result<(), String> {
        for (name, value) in &self.headers {
            same(name, &head.header(name), &Some(value.as_str()))?;
        }
        for name in &self.absent {
            same(name, &head.header(name), &None)?;
        }
        Ok(())
    }
}

impl Expect {
    pub(super) fn check(&self, outcome: &Result<Success, Error>) -> Result<(), String> {
        match (&self.error, outcome) {
            (Some(expected), Err(error)) => expected.check(error),
            (None, Ok(success)) => {
                let expected = match (&self.list, &self.task) {
                    (Some(list), None) => json!({ "list": list }),
                    (None, Some(task)) => json!({ "task": task }),
                    _ => panic!("either a list or a task is expected"),
                };
                if !normal::equal(&success.normal, &expected) {
                    same("normalised", &success.normal, &expected)?;
                }
                same("request_id", &success.request_id, &self.request_id)
            }
            (Some(_), Ok(success)) => Err(format!("it is a success: {}", success.normal)),
            (None, Err(error)) => Err(format!("it is an error: {error:#}")),
        }
    }

    pub(super) fn check_sent(&self, heads: &[Head]) -> Result<(), String> {
        same("requests", &heads.len(), &self.requests.unwrap_or(1))?;
        let Some(sent) = &self.sent else {
            return Ok(());
        };
        same("sent", &heads.len(), &sent.len())?;
        for (n, (sent, head)) in sent.iter().zip(heads).enumerate() {
            sent.check(head)
                .map_err(|why| format!("request {n}: {why}"))?;
        }
        Ok(())
    }
}

impl ExpectedError {
    pub(super) fn check(&self, error: &Error) -> Result<(), String> {
        same("kind", &normal::kind(error.kind()), &self.kind)?;
        same("status", &error.status().map(|s| s.as_u16()), &self.status)?;
        same("code", &error.code(), &self.code)?;
        same("message", &error.message(), &self.message.as_deref())?;
        let line = format!("{error:#}");
        let is_hidden = |c| char::is_control(c) || hwtasks::is_invisible(c);
        if line.contains(|c| is_hidden(c) || matches!(c, '\u{2028}' | '\u{2029}')) {
            return Err(format!(
                "the error shows a character that is not visible: {line:?}"
            ));
        }
        if let Some(text) = &self.shows {
            same("shows", &line.contains(text.as_str()), &true)
                .map_err(|_| format!("{line:?} does not show {text:?}"))?;
        }
        match self.request_id.as_deref() {
            // One that the emulator made up.
            Some("*") => same("request_id", &error.request_id().is_some(), &true)?,
            request_id => same("request_id", &error.request_id(), &request_id)?,
        }
        if let Some(path) = &self.path {
            same("path", &error.path(), &path.as_deref())?;
        }
        let reason = error.reason().and_then(normal::refusal);
        same("reason", &reason, &self.reason.as_deref())?;
        let skew = error.clock_skew().map(|skew| skew.as_millis());
        same("clock_skew", &skew, &self.clock_skew_ms.map(i128::from))?;
        if let Some(attempts) = self.attempts {
            same("attempts", &error.attempts(), &attempts)?;
        }
        let is: Vec<_> = self.is.iter().map(String::as_str).collect();
        same("is", &normal::predicates(error), &is)?;
        let dcs = error.dcs_task().map(normal::dcs_task);
        let task = dcs.or_else(|| error.kafka_task().map(normal::kafka_task));
        match (&self.task, task) {
            (Some(expected), Some(task)) => check_task(&task, expected),
            (None, None) => Ok(()),
            (_, task) => Err(format!("the error's task is {task:?}")),
        }
    }
}

/// Compares the members that are expected of a task.
pub(super) fn check_task(found: &Value, expected: &Value) -> Result<(), String> {
    for (name, value) in expected.as_object().expect("there is a task") {
        let found = found.get(name).unwrap_or(&Value::Null);
        if !normal::equal(found, value) {
            same(&format!("the task's {name}"), found, value)?;
        }
    }
    Ok(())
}

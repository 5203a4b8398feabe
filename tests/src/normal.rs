//! The one form in which results and errors are compared; `tests/conformance/README.md` defines it.

#![allow(
    clippy::expect_used,
    clippy::missing_panics_doc,
    clippy::panic,
    reason = "a check fails by a panic"
)]

use hwtasks::{Error, ErrorKind, Reason};
use hwtasks_api::dcs::{DcsTask, DcsTaskList, DcsTaskListV1, DcsTaskV1, DetailsBody};
use hwtasks_api::kafka::{KafkaTask, KafkaTaskList};
use hwtasks_api::{
    Capacity, DcsInstance, DcsInstanceList, DmsInstance, DmsInstanceList, OtherMembers, TaskCount,
    Timestamp,
};
use serde::Serialize;
use serde_json::{Map, Value, json};

/// The typed members: those that are written, without the other ones.
fn typed(value: &impl Serialize, other: &OtherMembers) -> Map<String, Value> {
    match serde_json::to_value(value).expect("it is JSON") {
        Value::Object(mut members) => {
            members.retain(|name, value| other.get(name) != Some(value));
            members
        }
        other => panic!("{other} is no object"),
    }
}

fn put(members: &mut Map<String, Value>, name: &str, value: Option<Value>) {
    members.remove(name);
    if let Some(value) = value {
        members.insert(name.to_owned(), value);
    }
}

fn time(time: &Timestamp) -> Value {
    json!({ "raw": time, "value": time.get().map(|time| format!("{time:.3}")) })
}

fn capacity(capacity: &Capacity) -> Value {
    json!({ "raw": capacity, "value": capacity.gigabytes() })
}

fn count(count: &TaskCount) -> Value {
    json!({ "raw": count, "value": count.get() })
}

fn details(body: &DetailsBody) -> Value {
    let mut members = typed(body, body.other());
    put(
        &mut members,
        "old_capacity",
        body.old_capacity.as_ref().map(capacity),
    );
    put(
        &mut members,
        "new_capacity",
        body.new_capacity.as_ref().map(capacity),
    );
    members.into()
}

macro_rules! task {
    ($name:ident, $task:ty, |$of:ident| { $($field:literal: $value:expr,)* }) => {
        /// Returns a task in the normal form.
        pub fn $name($of: &$task) -> Value {
            let mut members = typed($of, $of.other());
            put(&mut members, "id", Some($of.id.as_str().into()));
            put(&mut members, "created_at", $of.created_at.as_ref().map(time));
            put(&mut members, "updated_at", $of.updated_at.as_ref().map(time));
            $(put(&mut members, $field, $value);)*
            members.into()
        }
    };
}

task!(kafka_task, KafkaTask, |task| {});
task!(dcs_task, DcsTask, |task| {
    "details": task.details.as_ref().map(details),
});
task!(dcs_v1_task, DcsTaskV1, |task| {
    "error_code": task.error_code.as_ref().map(|code| code.to_text().into()),
    "old_capacity": task.old_capacity.as_ref().map(capacity),
    "new_capacity": task.new_capacity.as_ref().map(capacity),
});

fn list<T>(tasks: &[T], task: fn(&T) -> Value, counted: Option<&TaskCount>) -> Map<String, Value> {
    let mut members = Map::new();
    put(&mut members, "count", counted.map(count));
    put(
        &mut members,
        "tasks",
        Some(tasks.iter().map(task).collect()),
    );
    members
}

/// Returns a list in the normal form.
pub fn kafka_list(body: &KafkaTaskList) -> Value {
    list(&body.tasks, kafka_task, body.task_count.as_ref()).into()
}

/// Returns a list in the normal form.
pub fn dcs_v1_list(body: &DcsTaskListV1) -> Value {
    list(&body.tasks, dcs_v1_task, body.task_count.as_ref()).into()
}

/// Returns a list in the normal form.
pub fn dcs_list(body: &DcsTaskList) -> Value {
    let mut members = list(&body.tasks, dcs_task, body.task_count.as_ref());
    let status = body.status.as_ref();
    put(
        &mut members,
        "status",
        status.map(|status| status.as_str().into()),
    );
    put(
        &mut members,
        "created_at",
        body.created_at.as_ref().map(time),
    );
    put(
        &mut members,
        "updated_at",
        body.updated_at.as_ref().map(time),
    );
    members.into()
}

macro_rules! instances {
    ($list:ident, $body:ty, $item:ident, $instance:ty) => {
        /// Returns an instance in the normal form.
        pub fn $item(instance: &$instance) -> Value {
            let mut members = typed(instance, instance.other());
            let id = instance.instance_id.as_str().into();
            put(&mut members, "instance_id", Some(id));
            members.into()
        }

        /// Returns a list in the normal form.
        pub fn $list(body: &$body) -> Value {
            let mut members = Map::new();
            let count = body.instance_num;
            let count = count.map(|count| json!({ "raw": count, "value": count }));
            put(&mut members, "count", count);
            let instances = body.instances.iter().map($item).collect();
            put(&mut members, "instances", Some(instances));
            members.into()
        }
    };
}

instances!(dcs_instances, DcsInstanceList, dcs_instance, DcsInstance);
instances!(dms_instances, DmsInstanceList, dms_instance, DmsInstance);

/// The kind as the corpus writes it.
pub fn kind(kind: ErrorKind) -> String {
    let mut text = String::new();
    for c in format!("{kind:?}").chars() {
        if c.is_ascii_uppercase() && !text.is_empty() {
            text.push('_');
        }
        text.push(c.to_ascii_lowercase());
    }
    text
}

type Predicate = fn(&Error) -> bool;

/// Every predicate, by the word of the corpus.
const PREDICATES: &[(&str, Predicate)] = &[
    ("bad_request", Error::is_bad_request),
    ("connection_error", Error::is_connection_error),
    ("credentials", Error::is_credentials),
    ("decode", Error::is_decode),
    ("forbidden", Error::is_forbidden),
    ("not_found", Error::is_not_found),
    ("server_error", Error::is_server_error),
    ("task_failed", Error::is_task_failed),
    ("throttled", Error::is_throttled),
    ("timeout", Error::is_timeout),
    ("unauthorized", Error::is_unauthorized),
    ("wait_timed_out", Error::is_wait_timed_out),
];

/// The words of the predicates that hold.
pub fn predicates(error: &Error) -> Vec<&'static str> {
    let hold = PREDICATES.iter().filter(|(_, is)| is(error));
    hold.map(|(word, _)| *word).collect()
}

/// Whether two JSON values are equal, numbers by what they stand for: 1 and 1.0 are one number.
pub fn equal(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(x), Value::Number(y)) => {
            let whole =
                |n: &serde_json::Number| n.as_i64().map(i128::from).or(n.as_u64().map(Into::into));
            match (whole(x), whole(y)) {
                (Some(x), Some(y)) => x == y,
                _ => x.as_f64() == y.as_f64(),
            }
        }
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| equal(a, b))
        }
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len()
                && a.iter()
                    .all(|(name, a)| b.get(name).is_some_and(|b| equal(a, b)))
        }
        _ => a == b,
    }
}

/// Whether nothing was lost: each value is as `written` has it or as it came, and no member is there
/// that is in neither.
pub fn kept(found: &Value, written: &Value, body: Option<&Value>) -> Result<(), String> {
    kept_at("", found, written, body)
}

fn kept_at(at: &str, found: &Value, written: &Value, body: Option<&Value>) -> Result<(), String> {
    if body.is_some_and(|body| equal(found, body)) || equal(found, written) {
        return Ok(());
    }
    match (found, written) {
        (Value::Object(found), Value::Object(written)) => {
            if let Some(name) = written.keys().find(|name| !found.contains_key(*name)) {
                return Err(format!("{at}.{name} is lost"));
            }
            for (name, found) in found {
                let at = format!("{at}.{name}");
                let body = body.and_then(|body| body.get(name));
                match written.get(name) {
                    Some(written) => kept_at(&at, found, written, body)?,
                    None if body.is_some_and(|body| equal(found, body)) => {}
                    None => return Err(format!("{at} came from nowhere: {found}")),
                }
            }
            Ok(())
        }
        (Value::Array(found), Value::Array(written)) if found.len() == written.len() => {
            for (n, (found, written)) in found.iter().zip(written).enumerate() {
                kept_at(
                    &format!("{at}[{n}]"),
                    found,
                    written,
                    body.and_then(|body| body.get(n)),
                )?;
            }
            Ok(())
        }
        _ => Err(format!("{at} is written as {found}, expected {written}")),
    }
}

#[test]
fn lost_or_changed_value_is_reported() {
    let body = json!({ "a": 1, "b": { "c": [1, 2], "d": null }, "x": true });
    let written = json!({ "a": "1", "b": { "c": [1, 2] } });
    for found in [
        body.clone(),
        written.clone(),
        json!({ "a": 1.0, "b": { "c": [1, 2], "d": null } }),
        json!({ "a": "1", "b": { "c": [1, 2] }, "x": true }),
    ] {
        assert_eq!(kept(&found, &written, Some(&body)), Ok(()), "{found}");
    }
    for (found, at) in [
        (json!({ "b": { "c": [1, 2] } }), ".a is lost"),
        (
            json!({ "a": 2, "b": { "c": [1, 2] } }),
            ".a is written as 2",
        ),
        (
            json!({ "a": 1, "b": { "c": [1] } }),
            ".b.c is written as [1]",
        ),
        (
            json!({ "a": 1, "b": { "c": [1, 3] } }),
            ".b.c[1] is written as 3",
        ),
        (
            json!({ "a": 1, "b": { "c": [1, 2] }, "x": false }),
            ".x came from nowhere",
        ),
        (json!([]), " is written as []"),
    ] {
        let error = kept(&found, &written, Some(&body)).expect_err("the values differ");
        assert!(error.starts_with(at), "{error}");
    }
}

/// Why the gateway refused a request.
pub fn refusal(reason: &Reason) -> Option<&'static str> {
    Some(match reason {
        Reason::InvalidToken => "invalid_token",
        Reason::KeyLocked => "key_locked",
        Reason::SignatureExpired => "signature_expired",
        Reason::TokenExpired => "token_expired",
        Reason::UnknownAccessKey => "unknown_access_key",
        Reason::WrongSecretKey => "wrong_secret_key",
        _ => return None,
    })
}

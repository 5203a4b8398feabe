//! Whatever comes as a body, nothing panics, and what was read once reads the same again.

use std::fmt::Debug;

use hwtasks_api::dcs::{
    DcsTask, DcsTaskList, DcsTaskListV1, DcsTaskV1, DetailsBody, ListDcsTasksQuery,
    ListDcsTasksV1Query,
};
use hwtasks_api::kafka::{KafkaTask, KafkaTaskList, ListKafkaTasksQuery};
use hwtasks_api::{ErrorDetail, ErrorResponse, InstancePath, TaskPath, examples};
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::{string_or_number, text};

/// Keys that a body may have, so that values of any kind come to every field.
const KEYS: &[&str] = &[
    "tasks",
    "task_count",
    "status",
    "created_at",
    "updated_at",
    "id",
    "name",
    "params",
    "user_name",
    "user_id",
    "error_code",
    "old_capacity",
    "new_capacity",
    "details",
    "enable_show",
    "enable_public_ip",
    "public_ip_id",
    "enable_ssl",
    "new_cache_mode",
    "old_replica_num",
    "rename_commands",
    "updated_config_length",
    "error",
    "code",
    "message",
    "title",
    "error_msg",
    "error_ext_msg",
    "request_id",
    "requestId",
    "errorCode",
    "errorMsg",
    "start",
    "limit",
    "offset",
    "start_time",
    "begin_time",
    "beginTime",
    "end_time",
    "endTime",
    "project_id",
    "instance_id",
    "task_id",
];

fn key() -> impl Strategy<Value = String> {
    prop_oneof![
        8 => prop::sample::select(KEYS).prop_map(str::to_owned),
        1 => any::<String>(),
    ]
}

/// Any JSON value, made of the keys of the bodies more often than not.
fn json_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        string_or_number(),
    ];
    leaf.prop_recursive(4, 48, 6, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            btree_map(key(), inner, 0..6)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

/// A body whose tasks have an ID, so that the check comes as far as their fields.
fn likely_body() -> impl Strategy<Value = Value> {
    let task = (text(), btree_map(key(), json_value(), 0..4)).prop_map(|(id, mut task)| {
        task.insert("id".to_owned(), id.into());
        task
    });
    (vec(task, 0..3), btree_map(key(), json_value(), 0..4)).prop_map(|(tasks, mut body)| {
        body.insert("tasks".to_owned(), json!(tasks));
        json!(body)
    })
}

/// Reads JSON text as `T`; what was read is written, and reads the same again.
fn settles<T>(json: &[u8]) -> Result<Option<T>, TestCaseError>
where
    T: DeserializeOwned + Serialize + PartialEq + Debug,
{
    let value: T = match serde_json::from_slice(json) {
        Ok(value) => value,
        Err(error) => {
            let text = error.to_string();
            let says = [
                "expected",
                "missing field `",
                "duplicate field `",
                "is not a time like",
            ];
            prop_assert!(
                !error.is_data() || says.iter().any(|word| text.contains(word)),
                "{}",
                text
            );
            prop_assert!(
                text.contains(" at line ") && text.contains(" column "),
                "{}",
                text
            );
            return Ok(None);
        }
    };
    let written = serde_json::to_vec(&value).expect("what was read can be written");
    let again: T = serde_json::from_slice(&written)
        .map_err(|error| TestCaseError::fail(format!("{value:?}: {error}")))?;
    prop_assert_eq!(&again, &value);
    let rewritten = serde_json::to_vec(&again).expect("what was read can be written");
    prop_assert_eq!(
        serde_json::from_slice::<Value>(&rewritten).ok(),
        serde_json::from_slice::<Value>(&written).ok()
    );
    Ok(Some(value))
}

/// Settles every type that is read from the wire, and asks each what it knows.
fn every_type(json: &[u8]) -> Result<(), TestCaseError> {
    settles::<DcsTaskListV1>(json)?;
    settles::<DcsTaskList>(json)?;
    if let Some(list) = settles::<KafkaTaskList>(json)? {
        list.task_count.as_ref().and_then(|count| count.get());
        for task in &list.tasks {
            let _ = task.params_as::<Value>();
        }
    }
    if let Some(task) = settles::<DcsTaskV1>(json)? {
        task.old_capacity.as_ref().and_then(|size| size.gigabytes());
        task.created_at.as_ref().and_then(|time| time.get());
        let _ = task.params_as::<Value>();
    }
    if let Some(task) = settles::<DcsTask>(json)? {
        task.updated_at
            .map(|time| time.parse().map_err(|error| error.to_string()));
        let _ = task.status.is_some_and(|status| status.is_terminal());
    }
    settles::<KafkaTask>(json)?;
    settles::<DetailsBody>(json)?;
    if let Some(error) = settles::<ErrorResponse>(json)? {
        for text in [error.code().as_deref(), error.message(), error.request_id()] {
            prop_assert_ne!(text, Some(""));
        }
    }
    settles::<ErrorDetail>(json)?;
    settles::<ListDcsTasksV1Query>(json)?;
    settles::<ListDcsTasksQuery>(json)?;
    settles::<ListKafkaTasksQuery>(json)?;
    settles::<InstancePath>(json)?;
    settles::<TaskPath>(json)?;
    Ok(())
}

proptest! {
    #[test]
    fn arbitrary_bytes_decode_or_fail(bytes in vec(any::<u8>(), 0..200)) {
        every_type(&bytes)?;
    }

    #[test]
    fn arbitrary_json_decodes_or_fails(value in json_value()) {
        every_type(value.to_string().as_bytes())?;
    }

    #[test]
    fn likely_body_decodes_or_fails(value in likely_body()) {
        every_type(value.to_string().as_bytes())?;
    }

    #[test]
    fn arbitrary_object_decodes_as_error_body(value in json_value()) {
        let read = serde_json::from_value::<ErrorResponse>(value.clone());
        prop_assert_eq!(read.is_ok(), value.is_object(), "{:?}", read);
    }

    #[test]
    fn damaged_example_decodes_or_fails(
        example in prop::sample::select(examples::ALL),
        at in any::<prop::sample::Index>(),
        byte in any::<u8>(),
    ) {
        let mut body = example.body.as_bytes().to_vec();
        let at = at.index(body.len());
        every_type(&body[..at])?;
        body[at] = byte;
        every_type(&body)?;
    }
}

#[test]
fn undocumented_fields_are_kept_and_take_no_part_in_equality() {
    for example in examples::ALL {
        let mut body: Value = serde_json::from_str(example.body).expect("it is JSON");
        let plain: Result<KafkaTaskList, _> = serde_json::from_value(body.clone());
        body["new_field"] = json!({ "deep": [1, null] });
        body["tasks"][0]["another"] = json!([]);
        let fuller: KafkaTaskList =
            serde_json::from_value(body.clone()).expect("the list is decoded");
        assert_eq!(
            plain.expect("the list is decoded"),
            fuller,
            "{}",
            example.name
        );
        assert_eq!(serde_json::to_value(fuller).expect("it is JSON"), body);
    }
}

#[test]
fn body_that_is_no_object_fails() {
    for json in [
        "null",
        "[]",
        "[[]]",
        r#"[[{"id":"a"}],"1"]"#,
        "1",
        r#""text""#,
        "true",
    ] {
        let errors = [
            serde_json::from_str::<DcsTaskListV1>(json).map(drop),
            serde_json::from_str::<DcsTaskList>(json).map(drop),
            serde_json::from_str::<KafkaTaskList>(json).map(drop),
            serde_json::from_str::<ErrorResponse>(json).map(drop),
        ];
        for error in errors {
            let error = error.expect_err(json).to_string();
            assert!(error.contains("expected a JSON object"), "{json}: {error}");
        }
    }
}

#[test]
fn error_in_two_spellings_uses_the_first_and_the_last_of_each() {
    let body = r#"{
        "error_code": "APIGW.0308", "errorCode": "APIGW.0000", "error_code": 7,
        "errorMsg": "Slow down.", "error_msg": "other",
        "requestId": "r1", "request_id": "r2",
        "error": { "code": 429, "code": 430, "errorCode": null, "error_code": "x" }
    }"#;
    let error: ErrorResponse = serde_json::from_str(body).expect("the error body is decoded");
    assert_eq!(error.code().as_deref(), Some("7"));
    assert_eq!(error.message(), Some("Slow down."));
    assert_eq!(error.request_id(), Some("r1"));
    let second = json!({ "errorCode": "APIGW.0000", "error_msg": "other", "request_id": "r2" });
    assert_eq!(
        serde_json::to_value(error.other()).expect("it is JSON"),
        second
    );
    let detail = error.error.expect("the error has a detail");
    assert_eq!(detail.code, Some(430.into()));
    assert_eq!(detail.error_code, Some("x".into()));
}

#[test]
fn deep_nesting_fails_without_stack_overflow() {
    let deep = |key: &str| {
        let (open, close) = ("[".repeat(100_000), "]".repeat(100_000));
        format!(r#"{{"tasks":[{{"id":"a","{key}":{open}{close}}}]}}"#)
    };
    for key in ["unknown", "params"] {
        let error =
            serde_json::from_str::<KafkaTaskList>(&deep(key)).expect_err("the nesting is too deep");
        assert!(error.to_string().contains("recursion limit"), "{error}");
    }

    let objects = r#"{"code":"#.repeat(100_000) + "1" + &"}".repeat(100_000);
    let error =
        serde_json::from_str::<ErrorResponse>(&objects).expect_err("the nesting is too deep");
    assert!(error.to_string().contains("recursion limit"), "{error}");
}

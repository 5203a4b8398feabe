//! One odd member never costs the page: it reads as absent and is written back as it came.

use hwtasks_api::dcs::{DcsTask, DcsTaskList, DcsTaskListV1, DetailsBody};
use hwtasks_api::kafka::{KafkaTask, KafkaTaskList};
use hwtasks_api::{ErrorResponse, TaskStatus};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

fn read<T: DeserializeOwned>(json: &str) -> T {
    serde_json::from_str(json).unwrap_or_else(|error| panic!("{json}: {error}"))
}

fn written(value: &impl serde::Serialize) -> Value {
    serde_json::to_value(value).expect("it is JSON")
}

#[test]
fn odd_member_of_a_task_is_absent_and_kept() {
    for (member, odd) in [
        ("details", json!("")),
        ("details", json!([])),
        ("details", json!(1)),
        ("params", json!({})),
        ("params", json!(["b"])),
        ("user_name", json!({ "first": "b" })),
        ("name", json!([null])),
        ("status", json!({ "code": 1 })),
        ("created_at", json!(true)),
        ("enable_show", json!(1)),
        ("id", json!([1])),
        ("id", json!({ "b": 2, "a": 1 })),
        ("job_id", Value::Null),
        ("job_id", json!({ "deep": [1, null] })),
    ] {
        let mut body = json!({ "id": "a", "user_id": "b" });
        body[member] = odd.clone();
        for tasks in [
            json!([body, { "id": "z" }]),
            json!([{ "id": "z" }, { "id": "y" }, body]),
        ] {
            let page = json!({ "tasks": tasks });
            let list: DcsTaskList = read(&page.to_string());
            let task = list
                .tasks
                .iter()
                .find(|task| task.user_id.is_some())
                .expect("the odd task is there");
            let mut plain = DcsTask::new(if member == "id" { "" } else { "a" });
            plain.user_id = Some("b".to_owned());
            assert_eq!(*task, plain, "{body}");
            assert_eq!(task.other().get(member), Some(&odd), "{body}");
            assert_eq!(task.other().len(), 1, "{body}");
            assert_eq!(written(&list), page);
        }
    }
}

#[test]
fn odd_member_of_details_or_of_the_list_is_absent_and_kept() {
    let page = json!({
        "task_count": [4],
        "tasks": [{
            "id": "a",
            "details": {
                "old_port": 6379.5,
                "new_port": 6380,
                "enable_public_ip": 1,
                "old_capacity": false,
                "rename_commands": ["FLUSHALL", null],
                "shards": [{ "n": 1 }],
            },
        }],
        "status": {},
        "next": "n",
    });
    let list: DcsTaskList = read(&page.to_string());
    assert_eq!((&list.task_count, &list.status), (&None, &None));
    assert_eq!(list.other().len(), 3);
    let details = list.tasks[0]
        .details
        .as_ref()
        .expect("the details are decoded");
    let mut plain = DetailsBody::default();
    plain.new_port = Some(6380);
    assert_eq!(*details, plain);
    assert_eq!(details.other().len(), 5);
    assert!(list.tasks[0].other().is_empty());
    assert_eq!(written(&list), page);
}

#[test]
fn other_members_keep_their_order() {
    let json = r#"{"z":1,"id":"a","params":[],"b":2,"a":3}"#;
    let task: KafkaTask = read(json);
    let keys: Vec<_> = task.other().iter().map(|(key, _)| key).collect();
    assert_eq!(keys, ["z", "params", "b", "a"]);
    let text = serde_json::to_string(&task).expect("it is JSON");
    assert_eq!(text, r#"{"id":"a","z":1,"params":[],"b":2,"a":3}"#);
    let debug = format!("{task:?}");
    assert!(debug.contains(r#"other: {"z": Number(1), "#), "{debug}");
    let plain = format!("{:?}", KafkaTask::new("a"));
    assert!(!plain.contains("other"), "{plain}");
}

#[test]
fn id_that_is_absent_or_null_is_empty_and_not_written() {
    for json in [r#"{"name":"EXTEND"}"#, r#"{"id":null,"name":"EXTEND"}"#] {
        let mut task: DcsTask = read(json);
        assert_eq!(task.id, "");
        assert!(task.other().is_empty());
        assert_eq!(written(&task), json!({ "name": "EXTEND" }));
        task.id = "a".to_owned();
        assert_eq!(written(&task), json!({ "id": "a", "name": "EXTEND" }));
    }
    let empty: DcsTaskListV1 = read(r#"{"tasks":[{"id":""}]}"#);
    assert_eq!(written(&empty), json!({ "tasks": [{ "id": "" }] }));
    assert_eq!(written(&DcsTask::default()), json!({ "id": "" }));
}

#[test]
fn duplicate_key_last_value_counts() {
    for (json, status, kept) in [
        (r#"{"id":"a","status":"SUCCESS","status":[1]}"#, None, true),
        (
            r#"{"id":"a","status":[1],"status":"SUCCESS"}"#,
            Some("SUCCESS"),
            false,
        ),
        (
            r#"{"id":"a","status":"FAILED","status":"SUCCESS"}"#,
            Some("SUCCESS"),
            false,
        ),
        (r#"{"id":"a","status":[1],"status":null}"#, None, false),
        (
            r#"{"id":"a","status":"SUCCESS","status":null}"#,
            None,
            false,
        ),
    ] {
        let task: KafkaTask = read(json);
        assert_eq!(task.status, status.map(TaskStatus::from), "{json}");
        let expected = kept.then(|| json!([1]));
        assert_eq!(task.other().get("status"), expected.as_ref(), "{json}");
    }
    let task: KafkaTask = read(r#"{"id":[1],"id":"","x":1,"x":2,"y":null,"x":3}"#);
    assert_eq!(written(&task), json!({ "id": "", "x": 3, "y": null }));
    let task: KafkaTask = read(r#"{"id":"a","id":[1],"id":[2]}"#);
    assert_eq!(written(&task), json!({ "id": [2] }));
    let list: KafkaTaskList = read(r#"{"tasks":[{"id":"a"},{"id":"b"}],"tasks":[{"id":"c"}]}"#);
    assert_eq!(list.tasks, [KafkaTask::new("c")]);
    let task: DcsTask = read(r#"{"id":"a","details":{"old_port":1},"details":{"new_port":2}}"#);
    assert_eq!(
        written(&task),
        json!({ "id": "a", "details": { "new_port": 2 } })
    );
}

#[test]
fn two_spellings_first_that_is_not_null_counts() {
    for (json, mode, other) in [
        (
            r#"{"new_cache_mode":"ha","new_cahce_mode":"single"}"#,
            Some("ha"),
            json!({ "new_cahce_mode": "single" }),
        ),
        (
            r#"{"new_cahce_mode":"ha","new_cache_mode":"single"}"#,
            Some("ha"),
            json!({ "new_cache_mode": "single" }),
        ),
        (r#"{"new_cahce_mode":"ha"}"#, Some("ha"), json!({})),
        (
            r#"{"new_cahce_mode":null,"new_cache_mode":"single"}"#,
            Some("single"),
            json!({}),
        ),
        (
            r#"{"new_cache_mode":null,"new_cahce_mode":"single"}"#,
            Some("single"),
            json!({}),
        ),
        (
            r#"{"new_cache_mode":"ha","new_cahce_mode":null}"#,
            Some("ha"),
            json!({}),
        ),
        (
            r#"{"new_cahce_mode":[]}"#,
            None,
            json!({ "new_cahce_mode": [] }),
        ),
        (
            r#"{"new_cahce_mode":[],"new_cache_mode":1}"#,
            None,
            json!({ "new_cahce_mode": [], "new_cache_mode": 1 }),
        ),
    ] {
        let details: DetailsBody = read(json);
        assert_eq!(details.new_cache_mode.as_deref(), mode, "{json}");
        assert_eq!(written(details.other()), other, "{json}");
        let again: DetailsBody = read(&written(&details).to_string());
        assert_eq!(again, details, "{json}");
    }
}

#[test]
fn typed_value_that_was_set_is_written_in_place_of_the_odd_one() {
    let mut list: DcsTaskList =
        read(r#"{"tasks":[{"id":[1],"status":7.5e300}],"status":"SUCCESS"}"#);
    list.fill_only_task();
    list.tasks[0].id = "a".to_owned();
    assert_eq!(
        written(&list.tasks[0]),
        json!({ "id": "a", "status": "SUCCESS" })
    );
}

#[test]
fn body_without_a_list_of_objects_fails() {
    for (json, expected) in [
        ("{}", "missing field `tasks`"),
        (r#"{"tasks":null}"#, "expected an array of JSON objects"),
        (
            r#"{"tasks":{"id":"a"}}"#,
            "expected an array of JSON objects",
        ),
        (r#"{"tasks":[null]}"#, "expected a JSON object"),
        (r#"{"tasks":[{"id":"a"},[]]}"#, "expected a JSON object"),
        (r#"{"tasks":[{"id":"a"},1]}"#, "expected a JSON object"),
    ] {
        for error in [
            serde_json::from_str::<DcsTaskList>(json).map(drop),
            serde_json::from_str::<DcsTaskListV1>(json).map(drop),
            serde_json::from_str::<KafkaTaskList>(json).map(drop),
        ] {
            let error = error.expect_err(json).to_string();
            assert!(error.contains(expected), "{json}: {error}");
        }
    }
}

#[test]
fn odd_member_of_an_error_body_is_kept() {
    let body = json!({
        "error_code": ["odd"],
        "error_msg": "no",
        "error": { "code": { "n": 1 }, "message": "deeper", "extra": 1 },
        "details": [{ "field": "limit" }],
    });
    let error: ErrorResponse = read(&body.to_string());
    assert_eq!((error.code(), error.message()), (None, Some("no")));
    assert_eq!(written(&error), body);
}

/// A search of the members for each key would take minutes.
#[test]
fn many_members_are_read_in_linear_time() {
    let mut json = String::from(r#"{"id":"a","params":[]"#);
    for n in 0..200_000 {
        json.push_str(&format!(r#","k{n}":1,"params":{n}"#));
    }
    json.push('}');
    let task: KafkaTask = read(&json);
    assert_eq!(task.params.as_deref(), Some("199999"));
    assert_eq!(task.other().len(), 200_000);
}

//! Data files: valid files are served, invalid ones are rejected with their location.

use hwtasks_emulator::{Data, Emulator, load};
use serde_json::{Value, json};

use crate::fixture::{Fixture, tasks_of};

fn file(text: &str) -> tempfile::NamedTempFile {
    let file = tempfile::Builder::new().suffix(".json").tempfile().unwrap();
    std::fs::write(file.path(), text).unwrap();
    file
}

fn load_error(text: &str) -> String {
    let file = file(text);
    let error = load(file.path()).unwrap_err().to_string();
    error.replace(&file.path().display().to_string(), "FILE")
}

#[tokio::test]
async fn data_file_is_served() {
    let text = json!({
        "progress": { "when": "after_polls", "polls": 1 },
        "quirks": { "numeric_count": true },
        "dcs": [{ "instance_id": "redis-1", "tasks": [
            { "id": "a", "name": "somethingNew", "status": "PAUSED", "created_at": "2024-01-01T00:00:00Z",
              "details": { "old_port": 6379, "rename_commands": ["keys"] }, "enable_show": true },
            { "name": "EXTEND", "created_at": "2024-01-02T00:00:00Z", "outcome": "FAILED" }
        ]}],
        "kafka": [{ "instance_id": "kafka-1" }]
    });
    let file = file(&text.to_string());
    let fixture = Fixture::with(Emulator::builder().data(load(file.path()).unwrap())).await;
    let list = fixture.dcs(&tasks_of("redis-1")).await.json();
    assert_eq!(list["task_count"], 2);
    assert_eq!(
        (&list["tasks"][0]["name"], &list["tasks"][0]["status"]),
        (&json!("EXTEND"), &json!("CREATED"))
    );
    assert_eq!(
        list["tasks"][1],
        json!({
            "id": "a", "name": "somethingNew", "status": "PAUSED", "created_at": "2024-01-01T00:00:00.000Z",
            "details": { "old_port": 6379, "rename_commands": ["keys"] }, "enable_show": true
        })
    );
    assert_eq!(
        fixture.dcs(&tasks_of("redis-1")).await.json()["tasks"][0]["status"],
        "FAILED"
    );
    assert_eq!(
        fixture.kafka(&tasks_of("kafka-1")).await.json(),
        json!({ "task_count": 0, "tasks": [] })
    );
}

#[test]
fn load_invalid_file_names_location() {
    let end = "; nothing was loaded (--data-schema prints the JSON Schema of a data file)";
    for (text, expected) in [
        ("", "FILE:1:0: at $: EOF while parsing a value"),
        (
            "[]",
            "FILE:1:0: at $: invalid type: sequence, expected an object",
        ),
        (
            "{\n  \"redis\": []\n}",
            "FILE:2:9: at $.redis: unknown field `redis`, expected one of `progress`, `quirks`, `dcs`, `kafka`",
        ),
        (
            "{\"kafka\": [{\"instance_id\": \"i\", \"tasks\": [\n{},\n{\"created_at\": \"yesterday\"}]}]}",
            "FILE:3:26: at $.kafka[0].tasks[1].created_at: invalid value: string \"yesterday\", expected a time in RFC 3339, such as \"2020-06-17T08:18:06.597Z\"",
        ),
        (
            "{\"dcs\": [{\"instance_id\": \"i\", \"tasks\": [\n{\"id\": \"a\"},\n{\"id\": \"b\"},\n{\"id\": \"a\"}\n]}]}",
            "FILE: at $.dcs[0].tasks[2]: the task ID \"a\" is already used at $.dcs[0].tasks[0]",
        ),
        (
            "{\"dcs\": [{\"instance_id\": \"i\"},\n{\"instance_id\": \"i\"}]}",
            "FILE: at $.dcs[1]: the instance ID \"i\" is already used at $.dcs[0]",
        ),
        (
            "{\"dcs\": [{\"instance_id\": \"\"}]}",
            "FILE: at $.dcs[0]: the instance ID is empty",
        ),
        (
            "{\"kafka\": [{\"instance_id\": \"i\"}, {\"instance_id\": \"i\"}]}",
            "FILE: at $.kafka[1]: the instance ID \"i\" is already used at $.kafka[0]",
        ),
        (
            "{\"kafka\": [{\"instance_id\": \"i\", \"tasks\": [{}, {}, {\"id\": \"\"}]}]}",
            "FILE: at $.kafka[0].tasks[2]: the task ID is empty",
        ),
        (
            "{\"dcs\": [{}]}",
            "FILE:1:11: at $.dcs[0]: missing field `instance_id`",
        ),
        (
            "{\"progress\": {\"when\": \"later\"}}",
            "FILE:1:29: at $.progress.when: unknown variant `later`, expected one of `immediate`, `after_polls`, `after_duration`",
        ),
        ("{} x", "FILE:1:4: at $: trailing characters"),
    ] {
        let error = load_error(text);
        assert_eq!(error, format!("{expected}{end}"), "{text}");
    }
    let missing = load(std::path::Path::new("/no/such/file.json"))
        .unwrap_err()
        .to_string();
    assert!(
        missing.starts_with("/no/such/file.json: cannot be read: "),
        "{missing}"
    );
}

#[test]
fn data_schema_agrees_with_deserialization() {
    let schema = serde_json::to_value(schemars::schema_for!(Data)).unwrap();
    let validator = jsonschema::draft202012::new(&schema).unwrap();
    let accepts = |value: &Value| validator.is_valid(value);
    assert!(accepts(&serde_json::to_value(Data::examples()).unwrap()));
    assert!(accepts(&json!({})));
    let task = |task: Value| json!({ "kafka": [{ "instance_id": "i", "tasks": [task] }] });
    assert!(accepts(&task(
        json!({ "progress": { "when": "after_polls", "polls": 3 }, "outcome": "FAILED" })
    )));
    for invalid in [
        json!({ "redis": [] }),
        json!({ "kafka": [{}] }),
        task(json!({ "stat": "SUCCESS" })),
        task(json!({ "created_at": 5 })),
        task(json!({ "progress": { "when": "later" } })),
    ] {
        assert!(!accepts(&invalid), "{invalid}");
        assert!(serde_json::from_value::<Data>(invalid).is_err());
    }
}

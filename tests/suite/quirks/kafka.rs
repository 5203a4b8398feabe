//! What the two Kafka documents leave open or contradict.

use hwtasks_api::kafka::{KafkaTask, KafkaTaskList, ListKafkaTasksQuery};
use hwtasks_api::{ErrorResponse, TaskPath, TaskStatus, examples};
use serde_json::{Value, json};

use super::{again, assert_open_set, assert_responses, read, refuse};
use crate::support::spec::{self, dcs, kafka};

fn list(example: examples::Example) -> KafkaTaskList {
    serde_json::from_str(example.body).unwrap_or_else(|error| panic!("{}: {error}", example.name))
}

#[test]
fn q31_start_is_a_position() {
    let document = kafka();
    let start = spec::parameter(document.operation("ListKafkaTasks"), "start");
    assert_eq!(start["schema"]["type"], "integer");
    assert_eq!(start["schema"]["minimum"], 1);
    assert!(spec::description(start).contains("a position, not an ID"));
    refuse::<ListKafkaTasksQuery>(json!({ "start": "8abfa7b372160bfd0172165864064079" }));
    assert_eq!(
        again::<ListKafkaTasksQuery>(json!({ "start": 11 })),
        json!({ "start": 11 })
    );
}

#[test]
fn q32_count_is_not_the_page() {
    let list = list(examples::KAFKA_LIST);
    assert_eq!(
        list.task_count.as_ref().and_then(|count| count.get()),
        Some(4)
    );
    assert_eq!(list.tasks.len(), 2);
    let text = spec::description(kafka().schema("TaskCount"));
    assert!(text.contains("Do not page by it"), "{text}");
}

#[test]
fn q33_the_task_has_a_name() {
    let document = kafka();
    let tasks = document.field("KafkaTaskList", "tasks");
    assert_eq!(tasks["type"], "array");
    assert_eq!(spec::target(&tasks["items"]), Some("KafkaTask"));
    assert_eq!(document.schema("KafkaTask")["type"], "object");
    let error = refuse::<KafkaTaskList>(json!({ "tasks": ["8abfa7b372160bfd0172165864064079"] }));
    assert!(error.contains("a JSON object"), "{error}");
}

#[test]
fn q34_params_is_json_text() {
    let document = kafka();
    let types = document.types(document.field("KafkaTask", "params"));
    assert_eq!(types, ["null", "string"]);
    let list = list(examples::KAFKA_LIST);
    let params: Option<Value> = list.tasks[0].params_as().expect("it is JSON");
    let expected = json!({ "old_auto_status": true, "new_auto_status": false });
    assert_eq!(params, Some(expected));

    let task: KafkaTask = read(json!({ "id": "a", "params": "topic=t1" }));
    assert_eq!(task.params.as_deref(), Some("topic=t1"));
    assert!(task.params_as::<Value>().is_err());
}

#[test]
fn q35_one_form_of_time_bound() {
    let (dcs, kafka) = (dcs(), kafka());
    let bounds = [
        spec::parameter(dcs.operation("ListDcsTasks"), "end_time"),
        spec::parameter(kafka.operation("ListKafkaTasks"), "begin_time"),
        spec::parameter(kafka.operation("ListKafkaTasks"), "end_time"),
    ];
    for bound in bounds {
        assert_eq!(
            spec::target(&bound["schema"]),
            Some("CompactTime"),
            "{bound}"
        );
        assert!(spec::description(bound).contains("UTC"), "{bound}");
    }
    assert_eq!(kafka.schema("CompactTime"), dcs.schema("CompactTime"));
    assert_eq!(kafka.schema("CompactTime")["pattern"], "^[0-9]{14}$");

    let query: ListKafkaTasksQuery = read(json!({ "begin_time": "20200515031951" }));
    let time = query.begin_time.map(|time| time.timestamp().to_string());
    assert_eq!(time.as_deref(), Some("2020-05-15T03:19:51Z"));
}

#[test]
fn q36_lower_time_bound_is_begin_time() {
    let document = kafka();
    let names = spec::parameter_names(document.operation("ListKafkaTasks"), "query");
    assert_eq!(names, ["start", "limit", "begin_time", "end_time"]);
    let query = json!({ "begin_time": "20200515000000" });
    assert_eq!(again::<ListKafkaTasksQuery>(query.clone()), query);
    let other: ListKafkaTasksQuery = read(json!({ "start_time": "20200515000000" }));
    assert_eq!(other.begin_time, None);
}

#[test]
fn q37_request_without_quotes() {
    let document = kafka();
    let text = spec::description(document.operation("ListKafkaTasks"));
    let (_, request) = text.split_once("`GET ").expect("the request is shown");
    assert!(request.starts_with("https://{endpoint}/v2/"), "{request}");
    assert!(request.ends_with("&end_time={end_time}`"), "{request}");
    assert!(!text.contains('\''), "{text}");
}

#[test]
fn q38_end_time_of_a_running_task() {
    let list = list(examples::KAFKA_LIST);
    let running = &list.tasks[0];
    assert_eq!(running.status, Some(TaskStatus::Executing));
    assert!(!TaskStatus::Executing.is_terminal());
    assert!(
        running
            .updated_at
            .as_ref()
            .and_then(|time| time.get())
            .is_some()
    );
    let document = kafka();
    let text = spec::description(document.field("KafkaTask", "updated_at"));
    assert!(text.contains("while it is still running"), "{text}");
}

#[test]
fn q39_status_values_are_filled_in() {
    let values = [
        "CREATED",
        "SUCCESS",
        "FAILED",
        "DELETED",
        "EXECUTING",
        "CANCELLED",
    ];
    assert_open_set(&kafka(), "TaskStatus", &values);
    for text in values {
        let task: KafkaTask = read(json!({ "id": "a", "status": text }));
        let status = task.status.expect("the task has a status");
        assert!(!matches!(status, TaskStatus::Unknown(_)), "{text}");
        assert_eq!(
            status.is_terminal(),
            !["CREATED", "EXECUTING"].contains(&text),
            "{text}"
        );
    }
}

#[test]
fn q40_every_status_has_a_response() {
    let document = kafka();
    let operation = document.operation("ListKafkaTasks");
    assert_responses(operation, "KafkaTaskList");
    assert_ne!(
        operation["responses"]["200"]["description"],
        operation["summary"]
    );
}

#[test]
fn q41_one_task_is_a_list() {
    let document = kafka();
    let show = spec::response(document.operation("ShowKafkaTask"), "200");
    assert_eq!(spec::target(&show["schema"]), Some("KafkaTaskList"));
    let list = list(examples::KAFKA_SHOW);
    assert_eq!(
        list.task_count.as_ref().and_then(|count| count.get()),
        Some(1)
    );
    assert_eq!(list.tasks.len(), 1);
}

#[test]
fn q42_descriptions_are_our_own() {
    let document = kafka();
    for owner in ["KafkaTaskList", "KafkaTask"] {
        let fields = document.schema(owner)["properties"]
            .as_object()
            .expect("it has fields");
        for (field, schema) in fields {
            let text = spec::description(schema);
            assert!(!text.is_empty(), "{owner}.{field} says nothing");
            let glued = ["Definition", "Range", "N/A"]
                .iter()
                .any(|word| text.contains(word));
            assert!(!glued, "{owner}.{field}: {text}");
        }
    }
    assert!(!spec::known_values(document.schema("TaskStatus")).is_empty());
}

#[test]
fn q43_missing_task() {
    let document = kafka();
    let operation = document.operation("ShowKafkaTask");
    assert_responses(operation, "KafkaTaskList");
    let shown = &spec::response(operation, "404")["examples"]["service"]["value"];
    let error: ErrorResponse = read(shown.clone());
    assert!(
        error.code().is_some() && error.message().is_some(),
        "{error:?}"
    );
}

#[test]
fn q44_task_id_of_any_form() {
    let document = kafka();
    let task_id = spec::parameter(document.operation("ShowKafkaTask"), "task_id");
    assert_eq!(task_id["schema"], json!({ "type": "string" }));
    for id in [
        "8abfa7b272adc5b40172b73130065ae7",
        "5560df16-cebf-4473-95c4-d1b573c16e79",
        "7",
    ] {
        let path = json!({ "project_id": "p", "instance_id": "i", "task_id": id });
        assert_eq!(again::<TaskPath>(path.clone()), path);
    }
}

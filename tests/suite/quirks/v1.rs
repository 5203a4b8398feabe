//! What the DCS V1.0 document leaves open or contradicts.

use hwtasks_api::dcs::{DcsTask, DcsTaskListV1, DcsTaskV1, ListDcsTasksV1Query};
use hwtasks_api::kafka::KafkaTask;
use hwtasks_api::{ErrorCode, ErrorResponse, TaskCount, TaskName, TaskStatus, examples};
use serde_json::{Value, json};

use super::{again, assert_responses, read, refuse};
use crate::support::spec::{self, dcs, kafka};

const QUERY: [&str; 4] = ["start", "limit", "beginTime", "endTime"];

fn repaired() -> DcsTaskListV1 {
    serde_json::from_str(examples::DCS_V1_LIST.body).expect("the repaired body reads")
}

#[test]
fn q01_title_says_details_operation_lists() {
    let document = dcs();
    let summary = &document.operation("ListDcsTasksV1")["summary"];
    assert!(
        summary.as_str().is_some_and(|s| s.starts_with("List ")),
        "{summary}"
    );
    for (path, _) in document.operations() {
        assert!(!path.contains("{task_id}"), "{path}");
    }
    let list: DcsTaskListV1 = read(json!({ "tasks": [{ "id": "a" }, { "id": "b" }] }));
    assert_eq!(list.tasks.len(), 2);
    assert!(
        read::<DcsTaskListV1>(json!({ "tasks": [] }))
            .tasks
            .is_empty()
    );
}

#[test]
fn q02_four_query_parameters() {
    let document = dcs();
    let operation = document.operation("ListDcsTasksV1");
    assert_eq!(spec::parameter_names(operation, "query"), QUERY);
    for name in QUERY {
        assert_eq!(
            spec::parameter(operation, name)["required"],
            false,
            "{name}"
        );
    }
    assert_eq!(again::<ListDcsTasksV1Query>(json!({})), json!({}));
}

#[test]
fn q03_parameters_are_typed() {
    let document = dcs();
    let operation = document.operation("ListDcsTasksV1");
    for (name, default) in [("start", 1), ("limit", 10)] {
        let schema = &spec::parameter(operation, name)["schema"];
        assert_eq!(schema["type"], "integer", "{name}");
        assert_eq!(schema["minimum"], 1, "{name}");
        assert_eq!(schema["default"], default, "{name}");
    }
    for name in ["beginTime", "endTime"] {
        let parameter = spec::parameter(operation, name);
        assert_eq!(
            spec::target(&parameter["schema"]),
            Some("CompactTime"),
            "{name}"
        );
        assert!(
            spec::description(parameter).contains("UTC is assumed"),
            "{name}"
        );
    }
    let error = refuse::<ListDcsTasksV1Query>(json!({ "beginTime": "z" }));
    assert!(error.contains("yyyyMMddHHmmss"), "{error}");
}

#[test]
fn q04_camel_case_here_alone() {
    let query = json!({ "beginTime": "20181122000000", "endTime": "20181122235959" });
    assert_eq!(again::<ListDcsTasksV1Query>(query.clone()), query);
    let snake: ListDcsTasksV1Query = read(json!({ "begin_time": "20181122000000" }));
    assert_eq!(snake.begin_time, None);

    let (dcs, kafka) = (dcs(), kafka());
    for (_, operation) in dcs.operations().into_iter().chain(kafka.operations()) {
        let camel: Vec<_> = spec::parameter_names(operation, "query")
            .into_iter()
            .filter(|name| name.contains(char::is_uppercase))
            .collect();
        let expected: &[&str] = match operation["operationId"].as_str() {
            Some("ListDcsTasksV1") => &["beginTime", "endTime"],
            _ => &[],
        };
        assert_eq!(camel, expected, "{}", operation["operationId"]);
    }
    let fields = dcs.schema("DcsTaskV1")["properties"]
        .as_object()
        .expect("it has fields");
    assert!(
        fields
            .keys()
            .all(|field| !field.contains(char::is_uppercase))
    );
}

#[test]
fn q05_tasks_must_be_an_array() {
    assert_eq!(dcs().field("DcsTaskListV1", "tasks")["type"], "array");
    for tasks in [json!("[]"), json!({}), json!(1), Value::Null] {
        let error = refuse::<DcsTaskListV1>(json!({ "tasks": tasks }));
        assert!(error.contains("an array of JSON objects"), "{error}");
    }
}

#[test]
fn q06_count_is_a_string() {
    assert_eq!(repaired().task_count, Some(TaskCount::from("1")));
    let document = dcs();
    let types = document.types(document.field("DcsTaskListV1", "task_count"));
    assert_eq!(types, ["integer", "null", "string"]);
    for count in [json!("1"), json!(1)] {
        let body = json!({ "tasks": [], "task_count": count });
        let list: DcsTaskListV1 = read(body.clone());
        assert_eq!(list.task_count.and_then(|count| count.get()), Some(1));
        assert_eq!(again::<DcsTaskListV1>(body.clone()), body);
    }
}

#[test]
fn q07_trailing_comma_is_refused() {
    let body = examples::DCS_V1_LIST_VERBATIM;
    let error = serde_json::from_str::<DcsTaskListV1>(body).expect_err("the body is not JSON");
    assert!(error.is_syntax(), "{error}");
    let line = body
        .lines()
        .position(|line| line.contains("}, ],"))
        .expect("the body has the trailing comma");
    let column = body
        .lines()
        .nth(line)
        .and_then(|text| text.find(']'))
        .expect("the body has a bracket");
    assert_eq!((error.line(), error.column()), (line + 1, column + 1));
    let shown = format!("line {} column {}", line + 1, column + 1);
    assert!(error.to_string().contains(&shown), "{error}");

    assert_eq!(body.replace("}, ]", "} ]"), examples::DCS_V1_LIST.body);
    assert_eq!(repaired().tasks.len(), 1);
    let document = dcs();
    let response = spec::response(document.operation("ListDcsTasksV1"), "200");
    let shown = &response["examples"]["dcs_v1_list"]["value"];
    assert_eq!(shown["tasks"].as_array().map(Vec::len), Some(1));
}

#[test]
fn q08_empty_values_read() {
    let [task] = &repaired().tasks[..] else {
        panic!("one task")
    };
    assert_eq!(task.id, "");
    assert_eq!(task.name, Some(TaskName::Unknown(String::new())));
    assert_eq!(task.status, Some(TaskStatus::Unknown(String::new())));
    assert!(!task.status.as_ref().is_some_and(TaskStatus::is_terminal));
    assert_eq!(task.params.as_deref(), Some(""));
    assert_eq!(task.params_as::<Value>().expect("no parameters"), None);
    assert_eq!(task.error_code, Some(ErrorCode::from("")));
    assert!(
        task.created_at
            .as_ref()
            .and_then(|time| time.get())
            .is_some()
    );
}

#[test]
fn q09_empty_capacity_is_unset() {
    let [task] = &repaired().tasks[..] else {
        panic!("one task")
    };
    for capacity in [&task.old_capacity, &task.new_capacity] {
        let capacity = capacity.as_ref().expect("the capacity is there");
        assert!(capacity.is_unset());
        assert_eq!(capacity.gigabytes(), None);
        assert_eq!(
            serde_json::to_value(capacity).expect("it is JSON"),
            json!("")
        );
    }
    let null: DcsTaskV1 = read(json!({ "id": "a", "old_capacity": null }));
    assert_eq!((null.old_capacity, null.new_capacity), (None, None));

    let document = dcs();
    for field in ["old_capacity", "new_capacity"] {
        document.field("DcsTaskV1", field);
        document.field("DetailsBody", field);
        assert!(
            document.schema("DcsTask")["properties"]
                .get(field)
                .is_none(),
            "{field}"
        );
    }
}

#[test]
fn q10_user_is_the_tenant() {
    let document = dcs();
    for field in ["user_name", "user_id"] {
        let of = |owner| spec::description(document.field(owner, field));
        assert!(
            of("DcsTaskV1").contains("of the tenant"),
            "{}",
            of("DcsTaskV1")
        );
        assert!(of("DcsTask").contains("of the user"), "{}", of("DcsTask"));
        let body = json!({ "id": "a", field: "somebody" });
        assert_eq!(again::<DcsTaskV1>(body.clone()), body);
        assert_eq!(again::<DcsTask>(body.clone()), body);
    }
}

#[test]
fn q11_updated_at_is_the_end() {
    let (dcs, kafka) = (dcs(), kafka());
    for (document, owner) in [
        (&dcs, "DcsTaskV1"),
        (&dcs, "DcsTask"),
        (&kafka, "KafkaTask"),
    ] {
        let text = spec::description(document.field(owner, "updated_at"));
        assert!(text.starts_with("When the task ended"), "{owner}: {text}");
    }
    for (status, ended) in [("EXECUTING", false), ("SUCCESS", true)] {
        let body = json!({ "id": "a", "status": status, "updated_at": "2020-06-17T08:18:10.106Z" });
        let task: KafkaTask = read(body);
        assert!(task.updated_at.and_then(|time| time.get()).is_some());
        assert_eq!(task.status.map(|status| status.is_terminal()), Some(ended));
    }
}

#[test]
fn q12_no_values_listed() {
    let document = dcs();
    for (field, set) in [("status", "TaskStatus"), ("name", "TaskName")] {
        assert_eq!(spec::target(document.field("DcsTaskV1", field)), Some(set));
    }
    let body = json!({ "id": "a", "status": "ok", "name": "升级", "params": "Redis 4.0" });
    let task: DcsTaskV1 = read(body.clone());
    assert_eq!(task.status, Some(TaskStatus::Unknown("ok".to_owned())));
    assert_eq!(again::<DcsTaskV1>(body.clone()), body);
    assert_eq!(
        document.types(document.field("DcsTaskV1", "params")),
        ["null", "string"]
    );
}

#[test]
fn q13_error_code_of_a_task() {
    let (dcs, kafka) = (dcs(), kafka());
    dcs.field("DcsTaskV1", "error_code");
    assert!(
        dcs.schema("DcsTask")["properties"]
            .get("error_code")
            .is_none()
    );
    assert!(
        kafka.schema("KafkaTask")["properties"]
            .get("error_code")
            .is_none()
    );

    for code in [json!("111400842"), json!(111_400_842)] {
        let body = json!({ "id": "a", "error_code": code });
        let task: DcsTaskV1 = read(body.clone());
        assert_eq!(
            task.error_code.map(|code| code.to_string()).as_deref(),
            Some("111400842")
        );
        assert_eq!(again::<DcsTaskV1>(body.clone()), body);
        assert_eq!(read::<DcsTask>(body.clone()), DcsTask::new("a"));
        assert_eq!(again::<DcsTask>(body.clone()), body);
        assert_eq!(read::<KafkaTask>(body.clone()), KafkaTask::new("a"));
        assert_eq!(again::<KafkaTask>(body.clone()), body);
    }
}

#[test]
fn q14_every_status_has_a_response() {
    assert_responses(dcs().operation("ListDcsTasksV1"), "DcsTaskListV1");
    let error: ErrorResponse =
        read(json!({ "error": { "code": "111404022", "message": "No such instance." } }));
    assert_eq!(error.code().as_deref(), Some("111404022"));
    assert_eq!(error.message(), Some("No such instance."));
}

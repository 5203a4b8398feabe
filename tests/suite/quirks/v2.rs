//! What the two DCS V2 documents leave open or contradict.

use hwtasks_api::dcs::{DcsTask, DcsTaskList, DetailsBody, ListDcsTasksQuery};
use hwtasks_api::{
    CompactTime, ErrorResponse, InstancePath, TaskName, TaskStatus, Timestamp, examples,
};
use serde_json::{Value, json};

use super::{again, assert_open_set, assert_responses, read, refuse};
use crate::support::spec::{self, dcs, kafka};

fn list(example: examples::Example) -> DcsTaskList {
    serde_json::from_str(example.body).unwrap_or_else(|error| panic!("{}: {error}", example.name))
}

fn value(example: examples::Example) -> Value {
    serde_json::from_str(example.body).expect("it is JSON")
}

#[test]
fn q15_lower_time_bound_is_start_time() {
    let document = dcs();
    let operation = document.operation("ListDcsTasks");
    let names = spec::parameter_names(operation, "query");
    assert_eq!(names, ["offset", "limit", "start_time", "end_time"]);
    let shown = spec::description(operation);
    assert!(
        shown.contains("&start_time=") && !shown.contains("begin_time="),
        "{shown}"
    );

    let query = json!({ "start_time": "20200609160000", "end_time": "20200617155959" });
    assert_eq!(again::<ListDcsTasksQuery>(query.clone()), query);
    let other: ListDcsTasksQuery = read(json!({ "begin_time": "20200609160000" }));
    assert_eq!(other.start_time, None);
}

#[test]
fn q16_count_as_string_or_number() {
    let document = dcs();
    let types = document.types(document.field("DcsTaskList", "task_count"));
    assert_eq!(types, ["integer", "null", "string"]);
    assert_eq!(value(examples::DCS_LIST_ZH)["task_count"], json!(1));
    for count in [json!("1"), json!(1)] {
        let body = json!({ "task_count": count, "tasks": [] });
        let list: DcsTaskList = read(body.clone());
        assert_eq!(list.task_count.and_then(|count| count.get()), Some(1));
        assert_eq!(again::<DcsTaskList>(body.clone()), body);
    }
}

#[test]
fn q17_capacity_as_string_or_number() {
    let document = dcs();
    for field in ["old_capacity", "new_capacity"] {
        let types = document.types(document.field("DetailsBody", field));
        assert_eq!(types, ["null", "number", "string"]);
    }
    for example in [
        examples::DCS_LIST_ZH,
        examples::DCS_LIST_EN,
        examples::DCS_LIST_NEWER,
    ] {
        let shown = value(example)["tasks"][0]["details"].clone();
        let details: DetailsBody = read(shown.clone());
        let sizes = [&details.old_capacity, &details.new_capacity]
            .map(|size| size.as_ref().and_then(|size| size.gigabytes()));
        assert_eq!(sizes, [Some(0.125), Some(0.25)], "{}", example.name);
        let written = again::<DetailsBody>(shown.clone());
        assert_eq!(
            written["old_capacity"], shown["old_capacity"],
            "{}",
            example.name
        );
        assert_eq!(
            written["new_capacity"], shown["new_capacity"],
            "{}",
            example.name
        );
    }
    assert!(value(examples::DCS_LIST_ZH)["tasks"][0]["details"]["old_capacity"].is_f64());
    assert!(value(examples::DCS_LIST_NEWER)["tasks"][0]["details"]["old_capacity"].is_string());
}

#[test]
fn q18_misspelt_cache_mode() {
    let shown = value(examples::DCS_LIST_ZH);
    assert_eq!(shown["tasks"][0]["details"]["new_cahce_mode"], "single");
    let details = list(examples::DCS_LIST_ZH)
        .tasks
        .remove(0)
        .details
        .expect("it has details");
    assert_eq!(details.new_cache_mode.as_deref(), Some("single"));
    let written = serde_json::to_value(&details).expect("it is JSON");
    assert_eq!(written["new_cache_mode"], "single");
    assert!(written.get("new_cahce_mode").is_none());

    let right = list(examples::DCS_LIST_EN)
        .tasks
        .remove(0)
        .details
        .expect("it has details");
    assert_eq!(right, details);

    // A service that corrects its spelling may send both for a while.
    for details in [
        r#"{"new_cahce_mode":"ha","new_cache_mode":"ha"}"#,
        r#"{"new_cache_mode":"ha","old_port":6379,"new_cahce_mode":"single"}"#,
    ] {
        let body = format!(r#"{{"tasks":[{{"id":"a","details":{details}}}]}}"#);
        let list: DcsTaskList = serde_json::from_str(&body).expect("both spellings are decoded");
        let details = list.tasks[0].details.as_ref().expect("it has details");
        assert_eq!(details.new_cache_mode.as_deref(), Some("ha"));
    }
}

#[test]
fn q19_state_and_times_in_either_place() {
    for example in [examples::DCS_LIST_ZH, examples::DCS_LIST_EN] {
        let beside = list(example);
        assert_eq!(beside.status, Some(TaskStatus::Success), "{}", example.name);
        assert_eq!(beside.created_at, Some("2020-06-17T08:18:06.597Z".into()));
        assert_eq!(beside.updated_at, Some("2020-06-17T08:18:10.106Z".into()));
        let task = &beside.tasks[0];
        assert_eq!(
            (&task.status, &task.created_at, &task.updated_at),
            (&None, &None, &None)
        );
    }
    let inside = list(examples::DCS_LIST_NEWER);
    assert_eq!(
        (&inside.status, &inside.created_at, &inside.updated_at),
        (&None, &None, &None)
    );
    let task = &inside.tasks[0];
    assert_eq!(task.status, Some(TaskStatus::Success));
    assert_eq!(task.created_at, Some("2020-06-17T08:18:06.597Z".into()));
    assert_eq!(task.updated_at, Some("2020-06-17T08:18:10.106Z".into()));
}

#[test]
fn q20_both_places_at_once() {
    let document = dcs();
    for field in ["status", "created_at", "updated_at"] {
        let beside = spec::target(document.field("DcsTaskList", field));
        assert_eq!(
            beside,
            spec::target(document.field("DcsTask", field)),
            "{field}"
        );
    }
    let body = json!({
        "tasks": [{ "id": "a", "status": "EXECUTING", "created_at": "2020-06-17T08:18:06.597Z" }],
        "status": "SUCCESS",
        "created_at": "2020-06-17T07:38:42.503Z"
    });
    let list: DcsTaskList = read(body.clone());
    assert_eq!(list.status, Some(TaskStatus::Success));
    assert_eq!(list.tasks[0].status, Some(TaskStatus::Executing));
    assert_ne!(list.created_at, list.tasks[0].created_at);
    assert_eq!(again::<DcsTaskList>(body.clone()), body);
}

#[test]
fn q21_status_is_an_open_set() {
    let values = ["SUCCESS", "FAILED", "EXECUTING", "CREATED", "WAITING"];
    assert_open_set(&dcs(), "TaskStatus", &values);
    for text in values {
        let status: TaskStatus = read(json!(text));
        assert!(!matches!(status, TaskStatus::Unknown(_)), "{text}");
    }
    let task: DcsTask = read(json!({ "id": "a", "status": "PAUSED" }));
    let status = task.status.expect("the task has a status");
    assert_eq!(status, TaskStatus::Unknown("PAUSED".to_owned()));
    assert!(!status.is_terminal());
    assert!(TaskStatus::from("Cancelled").is_terminal());
    assert!(!TaskStatus::from("\u{17f}uccess").is_terminal());
}

#[test]
fn q22_fields_except_id_and_tasks_are_optional() {
    let task = list(examples::DCS_LIST_ZH).tasks.remove(0);
    assert_eq!((task.params, task.status), (None, None));
    let details = task.details.expect("it has details");
    assert_eq!((details.enable_public_ip, details.enable_ssl), (None, None));
    assert_eq!(
        (details.public_ip_id, details.public_ip_address),
        (None, None)
    );

    let document = dcs();
    assert_eq!(document.schema("DcsTaskList")["required"], json!(["tasks"]));
    assert_eq!(document.schema("DcsTask")["required"], json!(["id"]));
    assert!(document.schema("DetailsBody").get("required").is_none());

    for owner in ["DcsTask", "DetailsBody"] {
        let fields = document.schema(owner)["properties"]
            .as_object()
            .expect("it has fields");
        let nulls = fields
            .keys()
            .filter(|field| !["id", "new_cahce_mode"].contains(&field.as_str()));
        let mut body: Value = nulls.map(|field| (field.clone(), Value::Null)).collect();
        match owner {
            "DcsTask" => {
                body["id"] = json!("a");
                assert_eq!(read::<DcsTask>(body), DcsTask::new("a"));
            }
            _ => assert_eq!(read::<DetailsBody>(body), DetailsBody::default()),
        }
    }
    assert_eq!(read::<DcsTask>(json!({})), DcsTask::default());
    assert_eq!(again::<DcsTask>(json!({})), json!({}));
    assert!(refuse::<DcsTaskList>(json!({})).contains("`tasks`"));
}

#[test]
fn q23_name_is_an_open_set() {
    let values = [
        "ChangeInstanceSpec",
        "BindEip",
        "UnBindEip",
        "AddReplica",
        "DelReplica",
        "AddWhitelist",
        "UpdatePort",
        "RemoveIpFromDns",
    ];
    assert_open_set(&dcs(), "TaskName", &values);
    assert!(
        spec::known_values(dcs().schema("TaskName"))
            .iter()
            .all(|name| !name.contains('*'))
    );
    for text in values {
        let name: TaskName = read(json!(text));
        assert!(!matches!(name, TaskName::Unknown(_)), "{text}");
    }
    let starred: TaskName = read(json!("**UpdatePort**"));
    assert_eq!(starred, TaskName::Unknown("**UpdatePort**".to_owned()));
}

#[test]
fn q24_paging_has_ranges() {
    let document = dcs();
    let operation = document.operation("ListDcsTasks");
    let offset = &spec::parameter(operation, "offset")["schema"];
    assert_eq!(
        (&offset["minimum"], &offset["default"]),
        (&json!(0), &json!(0))
    );
    assert!(offset.get("maximum").is_none());
    let limit = &spec::parameter(operation, "limit")["schema"];
    assert_eq!(
        (&limit["minimum"], &limit["maximum"]),
        (&json!(1), &json!(1000))
    );
    assert_eq!(limit["default"], 10);
    let beyond = json!({ "offset": u32::MAX, "limit": 5000 });
    assert_eq!(again::<ListDcsTasksQuery>(beyond.clone()), beyond);
}

#[test]
fn q25_code_of_any_length() {
    for document in [dcs(), kafka()] {
        assert!(!document.0.to_string().contains("\"maxLength\""));
        let code = document.field("ErrorResponse", "error_code");
        assert_eq!(document.types(code), ["integer", "null", "string"]);
    }
    for code in ["DCS.4070", "APIGW.0301", "DMS.00400070"] {
        let body = json!({ "error_code": code, "error_msg": "No." });
        assert_eq!(
            read::<ErrorResponse>(body.clone()).code().as_deref(),
            Some(code)
        );
        assert_eq!(again::<ErrorResponse>(body.clone()), body);
    }
}

#[test]
fn q26_extended_message_may_be_null() {
    let document = dcs();
    let types = document.types(document.field("ErrorResponse", "error_ext_msg"));
    assert_eq!(types, ["null", "string"]);
    let body = json!({ "error_code": "DCS.4070", "error_msg": "No.", "error_ext_msg": null });
    let error: ErrorResponse = read(body);
    assert_eq!(error.error_ext_msg, None);
    assert_eq!(error.code().as_deref(), Some("DCS.4070"));
    let error: ErrorResponse = read(json!({ "error_ext_msg": "more" }));
    assert_eq!(error.error_ext_msg.as_deref(), Some("more"));
}

#[test]
fn q27_two_forms_of_time() {
    let (body, bound) = ("2020-06-17T07:38:42.503Z", "20200617073842");
    let time: Timestamp = read(json!(body));
    assert_eq!(
        time.get().map(|time| time.as_millisecond()),
        Some(1_592_379_522_503)
    );
    assert_eq!(
        read::<Timestamp>(json!(1_592_379_522_503_u64)).get(),
        time.get()
    );
    assert_eq!(read::<Timestamp>(json!(bound)).get(), None);
    assert_eq!(again::<Timestamp>(json!("yesterday")), json!("yesterday"));

    let compact: CompactTime = read(json!(bound));
    assert_eq!(compact.timestamp().as_second(), 1_592_379_522);
    assert!(refuse::<CompactTime>(json!(body)).contains("yyyyMMddHHmmss"));

    let document = dcs();
    let created = document.field("DcsTask", "created_at");
    assert_eq!(spec::target(created), Some("Timestamp"));
    assert_eq!(spec::description(created), "When the task started.");
    assert!(document.schema("Timestamp").get("format").is_none());
}

#[test]
fn q28_project_id_of_either_form() {
    let document = dcs();
    let project = spec::parameter(document.operation("ListDcsTasks"), "project_id");
    assert_eq!(project["schema"], json!({ "type": "string" }));
    for id in [
        "a4d31cb6-3d72-4fdc-8ec9-6e3a41e47f71",
        "a4d31cb63d724fdc8ec96e3a41e47f71",
    ] {
        let path = json!({ "project_id": id, "instance_id": "i" });
        assert_eq!(again::<InstancePath>(path.clone()), path);
    }
}

#[test]
fn q29_gateway_errors_decode() {
    let document = dcs();
    let operation = document.operation("ListDcsTasks");
    assert_responses(operation, "DcsTaskList");
    for status in ["401", "403"] {
        let shown = &spec::response(operation, status)["examples"];
        let error: ErrorResponse = read(shown["gateway"]["value"].clone());
        assert!(
            error.code().is_some_and(|code| code.starts_with("APIGW.")),
            "{status}"
        );
        assert!(
            error.message().is_some() && error.request_id().is_some(),
            "{status}"
        );
    }
    let shown = &spec::response(operation, "400")["examples"]["invalid_parameter"]["value"];
    let service: ErrorResponse = read(shown.clone());
    assert!(service.code().is_some_and(|code| code.starts_with("DCS.")));
    assert_eq!(service.request_id(), None);
}

#[test]
fn q30_count_and_order_are_open() {
    let document = dcs();
    let operation = spec::description(document.operation("ListDcsTasks"));
    assert!(operation.contains("The order and whether the count is a total are not documented"));
    let count = spec::description(document.field("DcsTaskList", "task_count"));
    assert!(count.contains("not documented"), "{count}");

    let list: DcsTaskList =
        read(json!({ "task_count": 25, "tasks": [{ "id": "b" }, { "id": "a" }] }));
    assert_eq!(list.task_count.and_then(|count| count.get()), Some(25));
    let ids: Vec<_> = list.tasks.iter().map(|task| task.id.as_str()).collect();
    assert_eq!(ids, ["b", "a"]);
}

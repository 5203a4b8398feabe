//! Where the five documents contradict each other.

use hwtasks_api::CompactTime;
use hwtasks_api::dcs::{ListDcsTasksQuery, ListDcsTasksV1Query};
use hwtasks_api::kafka::ListKafkaTasksQuery;
use serde_json::{Value, json};

use crate::support::spec::{self, dcs, kafka, merged};

#[test]
fn q45_four_ways_to_page() {
    let document = merged();
    for (id, first, counts_from) in [
        ("ListDcsTasksV1", "start", 1),
        ("ListDcsTasks", "offset", 0),
        ("ListKafkaTasks", "start", 1),
    ] {
        let operation = document.operation(id);
        let names = spec::parameter_names(operation, "query");
        assert_eq!(names[..2], [first, "limit"], "{id}");
        let schema = &spec::parameter(operation, first)["schema"];
        assert_eq!(schema["minimum"], counts_from, "{id}");
        assert_eq!(schema["default"], counts_from, "{id}");
    }
    let show = document.operation("ShowKafkaTask");
    assert!(spec::parameter_names(show, "query").is_empty());
}

#[test]
fn q46_three_names_of_the_lower_bound() {
    let bound: CompactTime = "20200609160000".parse().expect("it is a time");
    let v1 = ListDcsTasksV1Query {
        begin_time: Some(bound),
        ..Default::default()
    };
    let v2 = ListDcsTasksQuery {
        start_time: Some(bound),
        ..Default::default()
    };
    let kafka = ListKafkaTasksQuery {
        begin_time: Some(bound),
        ..Default::default()
    };
    let written = |query: Result<Value, _>| query.expect("it is JSON");
    assert_eq!(
        written(serde_json::to_value(v1)),
        json!({ "beginTime": "20200609160000" })
    );
    assert_eq!(
        written(serde_json::to_value(v2)),
        json!({ "start_time": "20200609160000" })
    );
    assert_eq!(
        written(serde_json::to_value(kafka)),
        json!({ "begin_time": "20200609160000" })
    );

    let document = merged();
    for (id, name) in [
        ("ListDcsTasksV1", "beginTime"),
        ("ListDcsTasks", "start_time"),
        ("ListKafkaTasks", "begin_time"),
    ] {
        let schema = &spec::parameter(document.operation(id), name)["schema"];
        assert_eq!(spec::target(schema), Some("CompactTime"), "{id}");
    }
}

#[test]
fn q47_one_path_two_services() {
    let path = "/v2/{project_id}/instances/{instance_id}/tasks";
    let services = [
        (
            dcs(),
            "https://dcs.{region}.myhuaweicloud.com",
            "ListDcsTasks",
            "DcsTaskList",
        ),
        (
            kafka(),
            "https://dms.{region}.myhuaweicloud.com",
            "ListKafkaTasks",
            "KafkaTaskList",
        ),
    ];
    for (document, host, id, body) in &services {
        assert_eq!(document.0["paths"][path]["get"]["operationId"], *id);
        assert_eq!(document.0["servers"][0]["url"], *host);
        let response = spec::response(document.operation(id), "200");
        assert_eq!(spec::target(&response["schema"]), Some(*body));
    }

    let both = merged();
    assert!(both.0.get("servers").is_none());
    let paths = both.operations();
    assert_eq!(paths.len(), 4);
    for (path, operation) in paths {
        let servers = both.0["paths"][path]["servers"]
            .as_array()
            .expect("the document has servers");
        let [server] = &servers[..] else {
            panic!("{path} has one server")
        };
        let id = operation["operationId"].as_str().expect("it has an ID");
        let (service, document) = match id {
            "ListDcsTasksV1" | "ListDcsTasks" => ("dcs", &services[0].0),
            _ => ("dms", &services[1].0),
        };
        let url = server["url"].as_str().expect("it is a URL");
        assert!(
            url.starts_with(&format!("https://{service}.")),
            "{id}: {url}"
        );
        let host = document.0["servers"][0]["url"]
            .as_str()
            .expect("it is a URL");
        let whole = format!("{}{path}", url.strip_prefix(host).expect("the host"));
        let own = document
            .operations()
            .into_iter()
            .find(|(_, own)| own["operationId"] == id);
        assert_eq!(own.map(|(path, _)| path), Some(&*whole), "{id}");
    }
}

#[test]
fn q48_names_of_the_task() {
    let document = merged();
    for (list, task) in [
        ("DcsTaskListV1", "DcsTaskV1"),
        ("DcsTaskList", "DcsTask"),
        ("KafkaTaskList", "KafkaTask"),
    ] {
        let tasks = document.field(list, "tasks");
        assert_eq!(spec::target(&tasks["items"]), Some(task), "{list}");
    }
    let names = document.0["components"]["schemas"]
        .as_object()
        .expect("the document has schemas");
    assert!(!names.contains_key("SingleBackgroundTask") && !names.contains_key("tasks"));
}

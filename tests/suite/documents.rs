//! Tests of the committed documents: operations, schemas, examples.

use std::collections::BTreeMap;

use hwtasks_api::examples::ALL;
use serde_json::{Value, json};

/// A committed document of spec/.
fn committed(path: &str) -> Value {
    let path = xtask::files::root().join("spec").join(path);
    let text = std::fs::read_to_string(&path).expect("a committed document");
    serde_json::from_str(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// operationId by path.
fn operations(document: &Value) -> BTreeMap<String, Vec<String>> {
    let paths = document["paths"].as_object().expect("paths");
    paths
        .iter()
        .map(|(path, item)| {
            let item = item.as_object().expect("a path item");
            let ids = item
                .values()
                .filter_map(|o| o["operationId"].as_str().map(str::to_owned));
            (path.clone(), ids.collect())
        })
        .collect()
}

fn expected(operations: &[(&str, &str)]) -> BTreeMap<String, Vec<String>> {
    operations
        .iter()
        .map(|(path, id)| (path.to_string(), vec![id.to_string()]))
        .collect()
}

#[test]
fn merged_document_has_four_operations() {
    let four = expected(&[
        (
            "/v1.0/{project_id}/instances/{instance_id}/tasks",
            "ListDcsTasksV1",
        ),
        (
            "/v2/{project_id}/instances/{instance_id}/tasks",
            "ListDcsTasks",
        ),
        (
            "/{project_id}/instances/{instance_id}/tasks",
            "ListKafkaTasks",
        ),
        (
            "/{project_id}/instances/{instance_id}/tasks/{task_id}",
            "ShowKafkaTask",
        ),
    ]);
    for path in ["openapi.json", "3.0/openapi.json"] {
        assert_eq!(operations(&committed(path)), four, "{path}");
    }
}

#[test]
fn service_document_has_two_operations_with_real_paths() {
    let dcs = expected(&[
        (
            "/v1.0/{project_id}/instances/{instance_id}/tasks",
            "ListDcsTasksV1",
        ),
        (
            "/v2/{project_id}/instances/{instance_id}/tasks",
            "ListDcsTasks",
        ),
    ]);
    let kafka = expected(&[
        (
            "/v2/{project_id}/instances/{instance_id}/tasks",
            "ListKafkaTasks",
        ),
        (
            "/v2/{project_id}/instances/{instance_id}/tasks/{task_id}",
            "ShowKafkaTask",
        ),
    ]);
    for folder in ["", "3.0/"] {
        assert_eq!(operations(&committed(&format!("{folder}dcs.json"))), dcs);
        assert_eq!(
            operations(&committed(&format!("{folder}kafka.json"))),
            kafka
        );
    }
}

#[test]
fn merged_document_path_has_the_server_of_its_service() {
    let published = committed("openapi.json");
    assert_eq!(published.get("servers"), None);
    let paths = published["paths"].as_object().expect("paths");
    let urls: Vec<String> = paths
        .iter()
        .map(|(path, item)| {
            format!(
                "{}{path}",
                item["servers"][0]["url"].as_str().expect("a URL")
            )
        })
        .collect();
    let instance = "{project_id}/instances/{instance_id}/tasks";
    assert_eq!(
        urls,
        [
            format!("https://dcs.{{region}}.myhuaweicloud.com/v1.0/{instance}"),
            format!("https://dcs.{{region}}.myhuaweicloud.com/v2/{instance}"),
            format!("https://dms.{{region}}.myhuaweicloud.com/v2/{instance}"),
            format!("https://dms.{{region}}.myhuaweicloud.com/v2/{instance}/{{task_id}}"),
        ]
    );
}

#[test]
fn every_operation_has_the_same_statuses() {
    for path in ["openapi.json", "dcs.json", "kafka.json"] {
        let document = committed(path);
        assert_eq!(document["openapi"], "3.1.0");
        for (path, item) in document["paths"].as_object().expect("paths") {
            let responses = item["get"]["responses"].as_object().expect("responses");
            let mut statuses: Vec<_> = responses.keys().map(String::as_str).collect();
            statuses.sort_unstable();
            assert_eq!(
                statuses,
                ["200", "400", "401", "403", "404", "4XX", "500", "5XX"],
                "{path}"
            );
        }
    }
}

#[test]
fn operation_has_official_name_and_v1_is_deprecated() {
    let document = committed("openapi.json");
    let found: Vec<_> = document["paths"]
        .as_object()
        .expect("paths")
        .values()
        .map(|item| {
            let operation = &item["get"];
            let id = operation["operationId"].as_str().expect("an ID");
            (
                id,
                operation["x-huaweicloud-api"].as_str(),
                operation["deprecated"] == true,
            )
        })
        .collect();
    assert_eq!(
        found,
        [
            ("ListDcsTasksV1", None, true),
            ("ListDcsTasks", Some("ListBackgroundTask"), false),
            ("ListKafkaTasks", Some("ListBackgroundTasks"), false),
            ("ShowKafkaTask", Some("ShowBackgroundTask"), false),
        ]
    );
}

/// An example in a document, with the schema it must fit.
struct Shown<'a> {
    at: String,
    schema: &'a Value,
    value: &'a Value,
}

/// Every example of every media type, parameter and schema.
fn examples<'a>(value: &'a Value, at: &str, found: &mut Vec<Shown<'a>>) {
    match value {
        Value::Object(fields) => {
            let shown = |value| Shown {
                at: at.to_owned(),
                schema: &fields["schema"],
                value,
            };
            if fields.contains_key("schema") {
                found.extend(fields.get("example").map(shown));
                if let Some(Value::Object(examples)) = fields.get("examples") {
                    found.extend(examples.values().map(|example| shown(&example["value"])));
                }
            } else if let Some(example) = fields.get("example") {
                found.push(Shown {
                    at: at.to_owned(),
                    schema: value,
                    value: example,
                });
            } else if let Some(examples) = fields.get("examples").or(fields.get("x-examples"))
                && let Some(examples) = examples.as_array()
            {
                found.extend(examples.iter().map(|example| Shown {
                    at: at.to_owned(),
                    schema: value,
                    value: example,
                }));
            }
            for (name, field) in fields {
                if name != "value" && name != "example" {
                    examples(field, &format!("{at}/{}", name.replace('/', "~1")), found);
                }
            }
        }
        Value::Array(items) => {
            for (i, item) in items.iter().enumerate() {
                examples(item, &format!("{at}/{i}"), found);
            }
        }
        _ => {}
    }
}

/// OpenAPI 3.0's `nullable` said in JSON Schema.
fn without_nullable(schema: &mut Value) {
    match schema {
        Value::Object(fields) => {
            fields.values_mut().for_each(without_nullable);
            if fields.shift_remove("nullable") == Some(json!(true)) {
                let rest = std::mem::take(fields);
                fields.insert("anyOf".to_owned(), json!([rest, { "type": "null" }]));
            }
        }
        Value::Array(items) => items.iter_mut().for_each(without_nullable),
        _ => {}
    }
}

/// A validator of a schema of this document.
fn validator(document: &Value, schema: &Value) -> jsonschema::Validator {
    let mut root = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "components": document["components"],
        "allOf": [schema],
    });
    without_nullable(&mut root);
    jsonschema::validator_for(&root).expect("a schema")
}

#[test]
fn every_example_validates() {
    let mut bodies = 0;
    for path in [
        "openapi.json",
        "dcs.json",
        "kafka.json",
        "3.0/openapi.json",
        "3.0/dcs.json",
        "3.0/kafka.json",
    ] {
        let document = committed(path);
        let mut found = Vec::new();
        examples(&document, "", &mut found);
        for shown in &found {
            let validator = validator(&document, shown.schema);
            if let Err(error) = validator.validate(shown.value) {
                panic!("{path}#{}: {error}\n{}", shown.at, shown.value);
            }
            if shown.at.contains("/responses/200/") {
                bodies += 1;
            }
        }
        assert!(found.len() > 30, "{path}: only {} examples", found.len());
    }
    // The published document and the two of the services show each body once, in both forms.
    assert_eq!(bodies, ALL.len() * 2 * 2);
}

#[test]
fn every_documented_body_is_an_example_of_its_operation() {
    let document = committed("openapi.json");
    for example in ALL {
        let operation = document["paths"]
            .as_object()
            .expect("paths")
            .values()
            .map(|item| &item["get"])
            .find(|operation| operation["operationId"] == example.operation_id)
            .expect("the operation");
        let content = &operation["responses"]["200"]["content"]["application/json"];
        let body: Value = serde_json::from_str(example.body).expect("JSON");
        assert_eq!(
            content["examples"][example.name]["value"], body,
            "{}",
            example.name
        );
    }
}

/// Bodies on which the schemas of both crates must agree.
fn corpus() -> Vec<Value> {
    let mut corpus: Vec<Value> = ALL
        .iter()
        .map(|example| serde_json::from_str(example.body).expect("JSON"))
        .collect();
    let task = json!({
        "id": "a", "name": "b", "params": "c", "status": "d", "user_name": "e", "user_id": "f",
        "created_at": "", "updated_at": "", "error_code": "g", "enable_show": true,
        "old_capacity": 1, "new_capacity": "", "details": { "old_capacity": 0.5, "old_port": 1 },
    });
    corpus.push(json!({ "task_count": 1, "tasks": [task] }));
    // Each field of a task, of its details, and of an error, in every JSON type.
    let odd = [
        json!(null),
        json!(true),
        json!(1),
        json!(1.5),
        json!("x"),
        json!([]),
        json!({}),
    ];
    let error = json!({
        "error_code": "a", "error_msg": "b", "error_ext_msg": null, "request_id": "c", "code": 1,
        "message": "d", "encoded_authorization_message": "e",
        "error": { "code": 1, "message": "a", "title": "b", "error_code": "c", "error_msg": "d" },
    });
    corpus.push(error.clone());
    for value in &odd {
        corpus.push(value.clone());
        corpus.push(json!({ "tasks": value }));
        corpus.push(json!({ "tasks": [value] }));
        corpus.push(
            json!({ "tasks": [], "task_count": value, "status": value, "created_at": value }),
        );
        for name in task.as_object().expect("an object").keys() {
            let mut odd_task = task.clone();
            odd_task[name] = value.clone();
            corpus.push(json!({ "tasks": [odd_task] }));
        }
        let details = committed("dcs.json")["components"]["schemas"]["DetailsBody"].clone();
        for name in details["properties"]
            .as_object()
            .expect("properties")
            .keys()
        {
            corpus.push(json!({ "tasks": [{ "id": "a", "details": { name: value } }] }));
        }
        for name in error.as_object().expect("an object").keys() {
            let mut odd_error = error.clone();
            odd_error[name] = value.clone();
            corpus.push(odd_error);
        }
    }
    corpus
}

#[test]
fn json_schema_and_openapi_accept_the_same_bodies() {
    let corpus = corpus();
    let documents = ["dcs.json", "kafka.json", "3.0/dcs.json", "3.0/kafka.json"].map(committed);
    for name in [
        "DcsTaskList",
        "DcsTaskListV1",
        "ErrorResponse",
        "KafkaTaskList",
    ] {
        let schema = committed(&format!("schema/{name}.schema.json"));
        let json_schema = jsonschema::validator_for(&schema).expect("a schema");
        let (mut taken, mut refused) = (0, 0);
        for document in &documents {
            let schema = &document["components"]["schemas"][name];
            if schema.is_null() {
                continue;
            }
            let openapi = validator(document, schema);
            for body in &corpus {
                let fits = json_schema.is_valid(body);
                assert_eq!(openapi.is_valid(body), fits, "{name}: {body}");
                *(if fits { &mut taken } else { &mut refused }) += 1;
            }
        }
        assert!(
            taken > 20 && refused > 20,
            "{name}: {taken} taken, {refused} refused"
        );
    }
}

/// A type reads every body that its schema accepts, and more.
#[test]
fn types_read_every_body_that_the_schemas_accept() {
    fn reads<T: serde::de::DeserializeOwned>(name: &str, corpus: &[Value]) {
        let schema = committed(&format!("schema/{name}.schema.json"));
        let schema = jsonschema::validator_for(&schema).expect("a schema");
        for body in corpus.iter().filter(|body| schema.is_valid(body)) {
            let read = serde_json::from_value::<T>(body.clone());
            assert!(read.is_ok(), "{name}: {body}: {:?}", read.err());
        }
    }

    let corpus = corpus();
    reads::<hwtasks_api::dcs::DcsTaskList>("DcsTaskList", &corpus);
    reads::<hwtasks_api::dcs::DcsTaskListV1>("DcsTaskListV1", &corpus);
    reads::<hwtasks_api::kafka::KafkaTaskList>("KafkaTaskList", &corpus);
    reads::<hwtasks_api::ErrorResponse>("ErrorResponse", &corpus);
}

//! Tests of the committed documents: operations, schemas, examples.

use std::collections::BTreeMap;

use hwtasks_api::examples::ALL;
use serde_json::{Value, json};

/// A committed document of spec/.
fn committed(path: &str) -> Value {
    let path = xtask::files::root().join("spec").join(path);
    let text = std::fs::read_to_string(&path).expect("the committed document can be read");
    serde_json::from_str(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// operationId by path.
fn operations(document: &Value) -> BTreeMap<String, Vec<String>> {
    let paths = document["paths"].as_object().expect("there are paths");
    paths
        .iter()
        .map(|(path, item)| {
            let item = item.as_object().expect("there is a path item");
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
fn companion_document_has_the_instance_list_alone() {
    for (path, id) in [
        ("companion/dcs.json", "ListDcsInstances"),
        ("companion/kafka.json", "ListDmsInstances"),
    ] {
        let instances = expected(&[("/v2/{project_id}/instances", id)]);
        assert_eq!(operations(&committed(path)), instances, "{path}");
    }
}

#[test]
fn published_documents_have_the_four_task_operations_only() {
    let documents = hwtasks_api::openapi::documents().expect("the documents can be emitted");
    for document in documents.iter().filter(|document| document.is_published) {
        let operations = operations(&document.json);
        let ids = operations.values().flatten().map(String::as_str);
        let tasks = [
            "ListDcsTasksV1",
            "ListDcsTasks",
            "ListKafkaTasks",
            "ShowKafkaTask",
        ];
        let others: Vec<_> = ids.filter(|id| !tasks.contains(id)).collect();
        assert_eq!(others, Vec::<&str>::new(), "{}", document.path);
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
    let paths = published["paths"].as_object().expect("there are paths");
    let urls: Vec<String> = paths
        .iter()
        .map(|(path, item)| {
            format!(
                "{}{path}",
                item["servers"][0]["url"].as_str().expect("it is a URL")
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
        for (path, item) in document["paths"].as_object().expect("there are paths") {
            let responses = item["get"]["responses"]
                .as_object()
                .expect("it has responses");
            let mut statuses: Vec<_> = responses.keys().map(String::as_str).collect();
            statuses.sort_unstable();
            assert_eq!(
                statuses,
                [
                    "200", "400", "401", "403", "404", "429", "4XX", "500", "5XX"
                ],
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
        .expect("there are paths")
        .values()
        .map(|item| {
            let operation = &item["get"];
            let id = operation["operationId"].as_str().expect("it has an ID");
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

/// Rewrites `nullable` as JSON Schema, as 3.0.3 defines it: it counts only beside `type`.
fn without_nullable(schema: &mut Value) {
    match schema {
        Value::Object(fields) => {
            fields.values_mut().for_each(without_nullable);
            if fields.shift_remove("nullable") == Some(json!(true)) && fields.contains_key("type") {
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
    jsonschema::validator_for(&root).expect("the schema is there")
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
        let inlined = inlined(path);
        examples(&inlined, "", &mut found);
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
            .expect("there are paths")
            .values()
            .map(|item| &item["get"])
            .find(|operation| operation["operationId"] == example.operation_id)
            .expect("the operation is there");
        let content = &operation["responses"]["200"]["content"]["application/json"];
        let body: Value = serde_json::from_str(example.body).expect("it is JSON");
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
        .map(|example| serde_json::from_str(example.body).expect("it is JSON"))
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
        for name in task.as_object().expect("it is an object").keys() {
            let mut odd_task = task.clone();
            odd_task[name] = value.clone();
            corpus.push(json!({ "tasks": [odd_task] }));
        }
        let details = committed("dcs.json")["components"]["schemas"]["DetailsBody"].clone();
        for name in details["properties"]
            .as_object()
            .expect("the schema has properties")
            .keys()
        {
            corpus.push(json!({ "tasks": [{ "id": "a", "details": { name: value } }] }));
        }
        for name in error.as_object().expect("it is an object").keys() {
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
        let json_schema = jsonschema::validator_for(&schema).expect("the schema is there");
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
        let schema = jsonschema::validator_for(&schema).expect("the schema is there");
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

/// Every committed OpenAPI document.
const DOCUMENTS: [&str; 6] = [
    "openapi.json",
    "dcs.json",
    "kafka.json",
    "3.0/openapi.json",
    "3.0/dcs.json",
    "3.0/kafka.json",
];

/// A committed document whose references to responses, parameters and headers are replaced.
fn inlined(path: &str) -> Value {
    let document = committed(path);
    let mut inlined = document.clone();
    crate::support::spec::inline(&mut inlined["paths"], &document);
    inlined
}

/// The operations of a document by operationId.
fn by_id(document: &Value) -> BTreeMap<&str, &Value> {
    let paths = document["paths"].as_object().expect("there are paths");
    let operations = paths.values().map(|item| &item["get"]);
    operations
        .map(|operation| {
            (
                operation["operationId"].as_str().expect("it has an ID"),
                operation,
            )
        })
        .collect()
}

/// The example bodies of a response, by name.
fn shown<'a>(operation: &'a Value, status: &str) -> BTreeMap<&'a str, &'a Value> {
    let content = &operation["responses"][status]["content"]["application/json"];
    let examples = content["examples"].as_object().expect("there are examples");
    examples
        .iter()
        .map(|(name, example)| (name.as_str(), &example["value"]))
        .collect()
}

#[test]
fn null_bodies_are_accepted_by_3_0_as_by_3_1() {
    let nulls = json!({
        "task_count": null, "status": null, "created_at": null, "updated_at": null,
        "tasks": [{
            "id": "a", "name": null, "status": null, "params": null, "details": null,
            "user_name": null, "user_id": null, "created_at": null, "updated_at": null,
            "enable_show": null, "error_code": null, "old_capacity": null, "new_capacity": null,
        }, { "id": "b", "details": { "old_capacity": null, "new_capacity": null, "old_port": null } }],
    });
    let error = json!({
        "error_code": null, "error_msg": null, "error_ext_msg": null, "error": null,
        "request_id": null, "code": null, "message": null,
    });
    let detail = json!({ "error": { "code": null, "message": null, "error_code": null } });
    for (path, name, body) in [
        ("dcs.json", "DcsTaskList", &nulls),
        ("dcs.json", "DcsTaskListV1", &nulls),
        ("kafka.json", "KafkaTaskList", &nulls),
        ("dcs.json", "ErrorResponse", &error),
        ("dcs.json", "ErrorResponse", &detail),
    ] {
        for path in [path.to_owned(), format!("3.0/{path}")] {
            let document = committed(&path);
            let validator = validator(&document, &document["components"]["schemas"][name]);
            if let Err(error) = validator.validate(body) {
                panic!("{path} {name}: {error} at {}", error.instance_path());
            }
        }
    }
}

#[test]
fn throttled_response_has_retry_after() {
    for path in DOCUMENTS {
        let document = inlined(path);
        for (id, operation) in by_id(&document) {
            let throttled = &operation["responses"]["429"];
            assert!(
                throttled["headers"]["Retry-After"]["schema"].is_object(),
                "{path} {id}"
            );
            assert_eq!(
                shown(operation, "429")["gateway"]["error_code"],
                "APIGW.0308"
            );
        }
    }
}

#[test]
fn every_response_has_a_request_id() {
    for path in DOCUMENTS {
        let document = inlined(path);
        for (id, operation) in by_id(&document) {
            for (status, response) in operation["responses"]
                .as_object()
                .expect("it has responses")
            {
                let header = &response["headers"]["X-Request-Id"]["schema"];
                assert_eq!(header["type"], "string", "{path} {id} {status}");
            }
        }
    }
}

#[test]
fn error_examples_have_official_codes_and_messages() {
    let document = inlined("openapi.json");
    let operations = by_id(&document);
    let flat = |code: &str, message: &str| json!({ "error_code": code, "error_msg": message });
    let nested =
        |code: &str, message: &str| json!({ "error": { "code": code, "message": message } });
    let parameter = "Invalid {0} parameter in the request.";
    for (id, status, name, body) in [
        (
            "ListDcsTasksV1",
            "400",
            "invalid_parameter",
            nested("111400062", parameter),
        ),
        (
            "ListDcsTasks",
            "400",
            "invalid_parameter",
            flat("DCS.4062", parameter),
        ),
        (
            "ListKafkaTasks",
            "400",
            "invalid_instance_id",
            flat(
                "DMS.00400030",
                "Invalid DMS instance id. The id must be a uuid.",
            ),
        ),
        (
            "ShowKafkaTask",
            "400",
            "invalid_task_id",
            flat("DMS.00400070", "Invalid task ID format."),
        ),
        (
            "ListDcsTasksV1",
            "401",
            "service",
            nested("111401001", "Invalid token."),
        ),
        (
            "ListDcsTasks",
            "401",
            "service",
            flat("DCS.1001", "Invalid token."),
        ),
        (
            "ListKafkaTasks",
            "401",
            "service",
            flat("DMS.10240101", "Invalid token."),
        ),
        (
            "ListDcsTasks",
            "403",
            "service",
            flat(
                "DCS.2003",
                "This role does not have the permission to perform this operation.",
            ),
        ),
        (
            "ShowKafkaTask",
            "403",
            "service",
            flat(
                "DMS.00403003",
                "This role does not have the permissions to perform this operation.",
            ),
        ),
        (
            "ListDcsTasksV1",
            "404",
            "service",
            nested("111404022", "This DCS instance does not exist."),
        ),
        (
            "ListDcsTasks",
            "404",
            "service",
            flat("DCS.3022", "This DCS instance does not exist."),
        ),
        (
            "ListKafkaTasks",
            "404",
            "service",
            flat("DMS.00404022", "This instance does not exist."),
        ),
    ] {
        assert_eq!(*shown(operations[id], status)[name], body, "{id} {status}");
    }
    for (id, operation) in operations {
        for status in ["401", "403", "404", "500"] {
            let gateway = shown(operation, status)["gateway"]["error_code"].as_str();
            assert!(
                gateway.is_some_and(|code| code.starts_with("APIGW.")),
                "{id} {status}"
            );
        }
    }
}

#[test]
fn shared_parts_are_components() {
    for path in DOCUMENTS {
        let document = committed(path);
        let components = &document["components"];
        for (kind, names) in [
            ("parameters", &["InstanceId", "ProjectId"][..]),
            ("headers", &["RequestId", "RetryAfter"][..]),
        ] {
            let found = components[kind].as_object().expect("components").keys();
            assert!(found.eq(names), "{path} {kind}");
        }
        for (id, operation) in by_id(&document) {
            for (status, response) in operation["responses"]
                .as_object()
                .expect("it has responses")
            {
                let reference = response["$ref"].as_str();
                assert_eq!(reference.is_none(), status == "200", "{path} {id} {status}");
            }
        }
        // Nothing in the components is left over.
        let text = document.to_string();
        for kind in ["parameters", "headers", "responses", "schemas"] {
            for name in components[kind].as_object().expect("components").keys() {
                let reference = format!("\"#/components/{kind}/{name}\"");
                assert!(text.contains(&reference), "{path}: {kind}/{name} is unused");
            }
        }
    }
}

#[test]
fn misspelled_field_is_declared_deprecated() {
    for path in [
        "openapi.json",
        "dcs.json",
        "3.0/openapi.json",
        "3.0/dcs.json",
    ] {
        let document = committed(path);
        let field =
            &document["components"]["schemas"]["DetailsBody"]["properties"]["new_cahce_mode"];
        assert_eq!(field["deprecated"], true, "{path}");
        assert!(
            field["description"]
                .as_str()
                .is_some_and(|d| d.contains("`new_cache_mode`"))
        );
    }
    let schema = committed("schema/DcsTaskList.schema.json");
    assert_eq!(
        schema["$defs"]["DetailsBody"]["properties"]["new_cahce_mode"]["deprecated"],
        true
    );
}

#[test]
fn nullable_reference_is_described_beside_its_choice() {
    fn visit(value: &Value, at: &str) {
        match value {
            Value::Object(fields) => {
                if let Some(choices) = fields.get("oneOf").and_then(Value::as_array) {
                    assert!(fields["description"].is_string(), "{at}");
                    assert!(
                        choices
                            .iter()
                            .all(|choice| choice.get("description").is_none()),
                        "{at}"
                    );
                }
                fields
                    .iter()
                    .for_each(|(name, value)| visit(value, &format!("{at}/{name}")));
            }
            Value::Array(items) => items.iter().for_each(|item| visit(item, at)),
            _ => {}
        }
    }
    for path in ["openapi.json", "dcs.json", "kafka.json"] {
        visit(&committed(path)["components"]["schemas"], path);
    }
}

#[test]
fn time_bounds_have_examples_of_their_own() {
    for path in DOCUMENTS {
        let document = inlined(path);
        let bound = &document["components"]["schemas"]["CompactTime"];
        assert!(
            bound.get("example").is_none() && bound.get("examples").is_none(),
            "{path}"
        );
        assert!(
            bound["description"]
                .as_str()
                .is_some_and(|text| text.contains("400")),
            "{path}"
        );
        for (id, operation) in by_id(&document) {
            let parameters = operation["parameters"]
                .as_array()
                .expect("the operation has parameters")
                .iter();
            let examples: Vec<_> = parameters
                .filter(|p| p["schema"]["$ref"].is_string())
                .map(|p| p["example"].as_str().expect("there is an example"))
                .collect();
            if id != "ShowKafkaTask" {
                assert!(
                    examples.len() == 2 && examples[0] < examples[1],
                    "{path} {id}"
                );
            }
        }
    }
}

#[test]
fn summary_names_the_service() {
    for path in DOCUMENTS {
        for (id, operation) in by_id(&committed(path)) {
            let service = if id.contains("Dcs") { "DCS" } else { "Kafka" };
            let summary = operation["summary"].as_str().expect("there is a summary");
            assert!(summary.contains(service), "{path} {id}: {summary}");
        }
    }
}

#[test]
fn status_and_name_describe_the_values_of_their_operation() {
    let document = committed("openapi.json");
    let schemas = &document["components"]["schemas"];
    for (task, field, listed, others) in [
        (
            "DcsTask",
            "status",
            &["SUCCESS", "FAILED", "EXECUTING", "CREATED", "WAITING"][..],
            &["DELETED"][..],
        ),
        (
            "KafkaTask",
            "status",
            &[
                "CREATED",
                "SUCCESS",
                "FAILED",
                "DELETED",
                "EXECUTING",
                "CANCELLED",
            ][..],
            &["WAITING"][..],
        ),
        (
            "DcsTask",
            "name",
            &["BindEip", "EXTEND", "modify"][..],
            &["modifyAutoTopic"][..],
        ),
        (
            "KafkaTask",
            "name",
            &["modifyAutoTopic", "kafkaConfigModify"][..],
            &["BindEip"][..],
        ),
    ] {
        let property = &schemas[task]["properties"][field];
        let text = property["description"].as_str().expect("a description");
        for value in listed {
            assert!(
                text.contains(&format!("`{value}`")),
                "{task}.{field}: {text}"
            );
        }
        for value in others {
            assert!(
                !text.contains(&format!("`{value}`")),
                "{task}.{field}: {text}"
            );
        }
    }
    for set in ["TaskStatus", "TaskName"] {
        assert!(schemas[set]["x-extensible-enum"].is_array());
    }
    let created = schemas["TaskStatus"]["description"]
        .as_str()
        .expect("a description");
    assert!(
        !created.contains("not started"),
        "no document says so: {created}"
    );
}

#[test]
fn document_says_it_is_unofficial_and_links_official_pages() {
    for path in DOCUMENTS {
        let document = committed(path);
        let text = document["info"]["description"]
            .as_str()
            .expect("a description");
        assert!(
            text.contains("Unofficial") && !text.contains("cargo"),
            "{path}: {text}"
        );
        for (id, operation) in by_id(&document) {
            let url = operation["externalDocs"]["url"]
                .as_str()
                .expect("it is a URL");
            let official = [
                "https://support.huaweicloud.com/",
                "https://github.com/huaweicloudDocs/",
            ];
            assert!(
                official.iter().any(|host| url.starts_with(host)),
                "{path} {id}: {url}"
            );
        }
        if path.starts_with("3.0/") {
            let license = &document["info"]["license"]["url"];
            assert!(
                license
                    .as_str()
                    .is_some_and(|url| url.starts_with("https://")),
                "{path}"
            );
        }
    }
}

#[test]
fn server_variable_is_described_by_its_server() {
    fn visit(value: &Value, found: &mut usize) {
        match value {
            Value::Object(fields) => {
                if let Some(variables) = fields.get("variables") {
                    *found += 1;
                    assert!(variables["region"].get("description").is_none());
                    assert!(
                        fields["description"]
                            .as_str()
                            .is_some_and(|d| d.contains("`region`"))
                    );
                }
                fields.values().for_each(|value| visit(value, found));
            }
            Value::Array(items) => items.iter().for_each(|value| visit(value, found)),
            _ => {}
        }
    }
    for path in DOCUMENTS {
        let mut found = 0;
        visit(&committed(path), &mut found);
        assert!(found > 0, "{path}");
    }
}

#[test]
fn json_schema_has_the_url_of_its_file() {
    for name in [
        "DcsTaskList",
        "DcsTaskListV1",
        "ErrorResponse",
        "KafkaTaskList",
    ] {
        let schema = committed(&format!("schema/{name}.schema.json"));
        let id = schema["$id"].as_str().expect("it has an ID");
        assert!(id.starts_with("https://"), "{id}");
        assert!(
            id.ends_with(&format!("/spec/schema/{name}.schema.json")),
            "{id}"
        );
    }
}

#[test]
fn operations_accept_a_token_first_or_a_signature() {
    for path in DOCUMENTS {
        let document = committed(path);
        let security = json!([{ "X-Auth-Token": [] }, { "SDK-HMAC-SHA256": [] }]);
        assert_eq!(document["security"], security, "{path}");
        let schemes = &document["components"]["securitySchemes"];
        assert_eq!(schemes.as_object().map(|all| all.len()), Some(2), "{path}");
        assert_eq!(schemes["X-Auth-Token"]["in"], "header", "{path}");
        assert_eq!(schemes["SDK-HMAC-SHA256"]["type"], "http", "{path}");
        assert_eq!(
            schemes["SDK-HMAC-SHA256"]["scheme"], "SDK-HMAC-SHA256",
            "{path}"
        );
    }
}

#[test]
fn readme_describes_every_extension() {
    fn visit(value: &Value, extensions: &mut BTreeMap<String, Vec<String>>) {
        match value {
            Value::Object(fields) => {
                for (name, value) in fields {
                    if name.starts_with("x-") {
                        let members = value
                            .as_object()
                            .into_iter()
                            .flat_map(|o| o.keys().cloned());
                        extensions.entry(name.clone()).or_default().extend(members);
                    }
                    visit(value, extensions);
                }
            }
            Value::Array(items) => items.iter().for_each(|item| visit(item, extensions)),
            _ => {}
        }
    }
    let path = xtask::files::root().join("spec/README.md");
    let readme = std::fs::read_to_string(path).expect("it is read");
    let mut extensions = BTreeMap::new();
    for path in DOCUMENTS {
        let mut document = committed(path);
        // Examples hold bodies, and names of components are free.
        document["components"]["responses"].take();
        visit(&document, &mut extensions);
    }
    assert!(extensions.len() > 5, "{extensions:?}");
    for (extension, members) in extensions {
        assert!(readme.contains(&extension), "{extension}");
        let (_, section) = readme.split_once(&extension).expect("it is there");
        for member in members {
            assert!(
                section.contains(&format!("`{member}`")),
                "{extension}: {member}"
            );
        }
    }
}

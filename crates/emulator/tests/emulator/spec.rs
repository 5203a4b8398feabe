//! Validation of responses against `spec/dcs.json` and `spec/kafka.json`.

use std::collections::HashMap;
use std::sync::LazyLock;

use hwtasks_emulator::{Operation, Service};
use jsonschema::Validator;
use serde_json::{Value, json};

use crate::fixture::RawResponse;

/// The response schemas of a committed document.
struct Document {
    /// By path template, then by status as in the document (`200`, `4XX`).
    responses: HashMap<String, HashMap<String, Validator>>,
}

static DCS: LazyLock<Document> =
    LazyLock::new(|| Document::new(include_str!("../../../../spec/dcs.json")));
static KAFKA: LazyLock<Document> =
    LazyLock::new(|| Document::new(include_str!("../../../../spec/kafka.json")));

impl Document {
    fn new(text: &str) -> Self {
        let document: Value = serde_json::from_str(text).unwrap();
        let of_path = |item: &Value| {
            let responses = item["get"]["responses"].as_object().unwrap();
            let schema = |response: &Value| {
                // Most error responses are shared components.
                let shared = response["$ref"].as_str();
                let shared = shared.map(|reference| reference.trim_start_matches('#'));
                let response = shared.map_or(response, |at| document.pointer(at).unwrap());
                let schema = &response["content"]["application/json"]["schema"];
                assert!(
                    schema.is_object(),
                    "a response without a schema: {response}"
                );
                let whole = json!({ "allOf": [schema], "components": document["components"] });
                jsonschema::draft202012::new(&whole).unwrap()
            };
            responses
                .iter()
                .map(|(status, response)| (status.clone(), schema(response)))
                .collect()
        };
        let paths = document["paths"].as_object().unwrap();
        let responses = paths
            .iter()
            .map(|(path, item)| (path.clone(), of_path(item)))
            .collect();
        Self { responses }
    }
}

fn operation(service: Service, path: &str) -> Option<Operation> {
    let segments: Vec<_> = path.trim_start_matches('/').split('/').collect();
    let fits = |operation: &Operation| {
        let template: Vec<_> = operation
            .path()
            .trim_start_matches('/')
            .split('/')
            .collect();
        let same = |(t, s): (&&str, &&str)| t.starts_with('{') || t == s;
        operation.service() == service
            && template.len() == segments.len()
            && template.iter().zip(&segments).all(same)
    };
    Operation::ALL.into_iter().find(fits)
}

/// Validates a response against the document, if the document has an operation with its path.
pub(crate) fn check(service: Service, method: &str, target: &str, response: &RawResponse) {
    assert_eq!(response.header("x-request-id").len(), 32, "{response:?}");
    let path = target.split('?').next().unwrap();
    let Some(operation) = operation(service, path) else {
        return;
    };
    let document = match service {
        Service::Dcs => &DCS,
        Service::Kafka => &KAFKA,
    };
    let Some(responses) = document.responses.get(operation.path()) else {
        assert_eq!(response.header("content-type"), "application/json");
        return;
    };
    let exact = response.status.to_string();
    let class = format!("{}XX", response.status / 100);
    let validator = responses.get(&exact).or_else(|| responses.get(&class));
    let validator = validator.unwrap_or_else(|| panic!("{operation:?} documents no {exact}"));
    assert_eq!(response.header("content-type"), "application/json");
    let json = response.json();
    let errors: Vec<_> = validator
        .iter_errors(&json)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(
        errors.is_empty(),
        "{method} {target} {exact}: {errors:#?}\n{json:#}"
    );
}

#[test]
fn check_of_invalid_response_fails() {
    let fails = |body: &str| {
        let mut headers = reqwest::header::HeaderMap::new();
        headers.insert("content-type", "application/json".parse().unwrap());
        headers.insert("x-request-id", "0".repeat(32).parse().unwrap());
        let response = RawResponse {
            status: 200,
            headers,
            body: body.to_owned(),
        };
        let target = "/v2/p/instances/i/tasks";
        std::panic::catch_unwind(|| check(Service::Kafka, "GET", target, &response)).is_err()
    };
    assert!(!fails(r#"{"task_count":"0","tasks":[]}"#));
    assert!(fails(r#"{"task_count":"0"}"#));
    assert!(fails(r#"{"task_count":"0","tasks":[{"id":1}]}"#));
    assert!(fails(r#"[]"#));
}

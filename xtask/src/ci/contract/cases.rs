//! The documented examples, as the cases that a generated client decodes.

use std::collections::BTreeMap;

use anyhow::{Context, Result, ensure};
use serde::Serialize;
use serde_json::Value;

/// One documented example, and the request whose response it is.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct Case {
    /// Names the case in reports: `ListDcsTasks 200 dcs_list_en`.
    pub(super) name: String,
    /// `dcs` or `kafka`
    pub(super) document: String,
    pub(super) operation: String,
    /// For a range such as `4XX`, a status that the operation does not document by itself.
    pub(super) status: u16,
    /// The schema of the body.
    pub(super) schema: String,
    /// The path parameters, with their documented examples.
    pub(super) parameters: BTreeMap<String, String>,
    /// The path, with the parameters in place.
    pub(super) path: String,
    pub(super) body: Value,
}

/// Every example of every JSON response of a document.
///
/// # Errors
///
/// When an operation documents no example of a success, or the document has a form that this does not read.
pub(super) fn cases(name: &str, document: &Value) -> Result<Vec<Case>> {
    let mut cases = Vec::new();
    for (path, item) in object(&document["paths"])? {
        for (method, operation) in object(item)? {
            ensure!(method == "get", "{method} {path}: only GET is served");
            let id = text(&operation["operationId"])?;
            let made = of_operation(name, document, path, operation);
            let made = made.with_context(|| format!("{id} in {name}.json"))?;
            ensure!(
                made.iter().any(|case| case.status == 200),
                "{id} has no example of a success"
            );
            cases.extend(made);
        }
    }
    ensure!(!cases.is_empty(), "{name}.json has no examples");
    Ok(cases)
}

fn of_operation(name: &str, document: &Value, path: &str, operation: &Value) -> Result<Vec<Case>> {
    let id = text(&operation["operationId"])?;
    let mut filled = path.to_owned();
    let mut parameters = BTreeMap::new();
    for parameter in operation["parameters"]
        .as_array()
        .context("no parameters")?
    {
        let parameter = resolve(document, parameter)?;
        if parameter["in"] == "path" {
            let (key, value) = (text(&parameter["name"])?, text(&parameter["example"])?);
            filled = filled.replace(&format!("{{{key}}}"), value);
            parameters.insert(key.to_owned(), value.to_owned());
        }
    }
    ensure!(
        !filled.contains('{'),
        "{filled}: a parameter is not declared"
    );
    let responses = object(&operation["responses"])?;
    let mut cases = Vec::new();
    for (status, response) in responses {
        let media = &resolve(document, response)?["content"]["application/json"];
        let reference = text(&media["schema"]["$ref"]).with_context(|| status.clone())?;
        for (example, value) in object(&media["examples"]).with_context(|| status.clone())? {
            cases.push(Case {
                name: format!("{id} {status} {example}"),
                document: name.to_owned(),
                operation: id.to_owned(),
                status: actual(status, |status| responses.contains_key(&status.to_string()))?,
                schema: reference.rsplit('/').next().unwrap_or_default().to_owned(),
                parameters: parameters.clone(),
                path: filled.clone(),
                body: resolve(document, value)?["value"].clone(),
            });
        }
    }
    Ok(cases)
}

/// The status that stands for a documented one: itself, or the first of its range that is not documented.
fn actual(status: &str, is_documented: impl Fn(u16) -> bool) -> Result<u16> {
    let Some(hundreds) = status.strip_suffix("XX") else {
        return status.parse().with_context(|| status.to_owned());
    };
    let first = 100 * hundreds.parse::<u16>().with_context(|| status.to_owned())?;
    (first..first + 100)
        .find(|status| !is_documented(*status))
        .with_context(|| format!("every status of {status} is documented"))
}

/// What a reference within the document stands for; anything else is itself.
fn resolve<'a>(document: &'a Value, value: &'a Value) -> Result<&'a Value> {
    let Some(reference) = value["$ref"].as_str() else {
        return Ok(value);
    };
    reference
        .strip_prefix('#')
        .and_then(|pointer| document.pointer(pointer))
        .with_context(|| format!("{reference} does not exist"))
}

fn object(value: &Value) -> Result<&serde_json::Map<String, Value>> {
    value
        .as_object()
        .with_context(|| format!("{value} is no object"))
}

fn text(value: &Value) -> Result<&str> {
    value
        .as_str()
        .with_context(|| format!("{value} is no string"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn document() -> Value {
        json!({
            "paths": { "/v2/{id}/tasks": { "get": {
                "operationId": "ListTasks",
                "parameters": [
                    { "$ref": "#/components/parameters/Id" },
                    { "in": "query", "name": "limit" },
                ],
                "responses": {
                    "200": { "content": { "application/json": {
                        "schema": { "$ref": "#/components/schemas/List" },
                        "examples": { "one": { "value": { "tasks": [] } } },
                    } } },
                    "400": { "$ref": "#/components/responses/Error" },
                    "4XX": { "$ref": "#/components/responses/Error" },
                },
            } } },
            "components": {
                "parameters": { "Id": { "in": "path", "name": "id", "example": "i1" } },
                "responses": { "Error": { "content": { "application/json": {
                    "schema": { "$ref": "#/components/schemas/Error" },
                    "examples": { "any": { "value": { "code": 1 } } },
                } } } },
            },
        })
    }

    #[test]
    fn each_example_of_each_status_is_a_case() {
        let cases = cases("tasks", &document()).expect("cases");
        let names: Vec<_> = cases
            .iter()
            .map(|case| (case.name.as_str(), case.status, case.schema.as_str()))
            .collect();
        assert_eq!(
            names,
            [
                ("ListTasks 200 one", 200, "List"),
                ("ListTasks 400 any", 400, "Error"),
                // 400 has a response of its own.
                ("ListTasks 4XX any", 401, "Error"),
            ]
        );
        assert!(cases.iter().all(|case| case.path == "/v2/i1/tasks"));
        assert_eq!(cases[1].body, json!({ "code": 1 }));
    }

    #[test]
    fn operation_without_example_of_a_success_is_refused() {
        let mut document = document();
        document["paths"]["/v2/{id}/tasks"]["get"]["responses"]["200"]["content"]["application/json"]
            ["examples"] = json!({});
        let error = cases("tasks", &document).unwrap_err().to_string();
        assert_eq!(error, "ListTasks has no example of a success");
        assert!(cases("tasks", &json!({ "paths": {} })).is_err());
    }

    #[test]
    fn reference_to_nothing_is_refused() {
        let mut document = document();
        document["components"]["responses"] = json!({});
        assert!(cases("tasks", &document).is_err());
    }
}

//! The published documents: OpenAPI 3.1, OpenAPI 3.0.3, JSON Schema, and the table of quirks.

use anyhow::{Context, Result, ensure};
use schemars::JsonSchema;
use serde_json::{Value, json};

use hwtasks_api::dcs::{DcsTaskList, DcsTaskListV1};
use hwtasks_api::kafka::KafkaTaskList;
use hwtasks_api::{ErrorResponse, openapi};

use crate::files::FileSet;
use crate::{lower, quirks};

const GENERATED: &str = "by `cargo xtask gen spec` from crates/api; do not edit";

/// The OpenAPI 3.1 documents as they are published.
pub struct Documents {
    /// All four operations, for readers.
    pub openapi: Value,
    /// The DCS operations, for generators.
    pub dcs: Value,
    /// The Kafka operations, for generators.
    pub kafka: Value,
}

impl Documents {
    /// The documents with the names of their files.
    pub fn named(&self) -> [(&'static str, &Value); 3] {
        [
            ("openapi", &self.openapi),
            ("dcs", &self.dcs),
            ("kafka", &self.kafka),
        ]
    }
}

/// Emits the OpenAPI 3.1 documents.
///
/// # Errors
///
/// When the two services' documents do not merge.
pub fn documents() -> Result<Documents> {
    Ok(Documents {
        openapi: publish(&openapi::merged().context("the documents do not merge")?)?,
        dcs: publish(&openapi::dcs())?,
        kafka: publish(&openapi::kafka())?,
    })
}

/// Every file of spec/.
///
/// # Errors
///
/// When a document cannot be lowered to OpenAPI 3.0.3, or what comes of that does not parse.
pub fn files() -> Result<FileSet> {
    let mut files = FileSet::default();
    for folder in ["spec", "spec/3.0", "spec/schema"] {
        files.own(folder);
    }
    let documents = documents()?;
    for (name, document) in documents.named() {
        files.add(
            format!("spec/{name}.json"),
            serde_json::to_string_pretty(document)?,
        );
        let lowered = lowered(document).with_context(|| format!("spec/{name}.json"))?;
        files.add(
            format!("spec/3.0/{name}.json"),
            serde_json::to_string_pretty(&lowered)?,
        );
    }
    files.add("spec/openapi.yaml", yaml(&documents.openapi)?);
    for (name, schema) in schemas()? {
        let text = serde_json::to_string_pretty(&schema)?;
        files.add(format!("spec/schema/{name}.schema.json"), text);
    }
    files.add("spec/QUIRKS.md", quirks::page()?);
    Ok(files)
}

/// A document lowered to OpenAPI 3.0.3, known to parse as such.
///
/// # Errors
///
/// When the document holds a construct the lowering does not know, or the result does not parse.
pub fn lowered(document: &Value) -> Result<Value> {
    let lowered = lower::lower(document)?;
    let parsed: openapiv3::OpenAPI = serde_json::from_value(lowered.clone())
        .context("the lowered document does not parse as OpenAPI 3.0")?;
    ensure!(
        parsed.openapi == lower::VERSION,
        "the lowered document is not {}",
        lower::VERSION
    );
    Ok(lowered)
}

/// The JSON Schema of each body, by the name of its type.
///
/// # Errors
///
/// When a schema cannot be written as JSON.
pub fn schemas() -> Result<Vec<(&'static str, Value)>> {
    Ok(vec![
        ("DcsTaskList", schema::<DcsTaskList>()?),
        ("DcsTaskListV1", schema::<DcsTaskListV1>()?),
        ("ErrorResponse", schema::<ErrorResponse>()?),
        ("KafkaTaskList", schema::<KafkaTaskList>()?),
    ])
}

fn schema<T: JsonSchema>() -> Result<Value> {
    let schema = schemars::generate::SchemaSettings::draft2020_12().into_generator();
    let mut schema = serde_json::to_value(schema.into_root_schema_for::<T>())?;
    unwrap_lines(&mut schema);
    mark(
        &mut schema,
        "$comment",
        "$schema",
        &format!("Generated {GENERATED}"),
    );
    Ok(schema)
}

fn publish(document: &utoipa::openapi::OpenApi) -> Result<Value> {
    let mut document = serde_json::to_value(document)?;
    unwrap_lines(&mut document);
    mark(&mut document, "x-generated", "openapi", GENERATED);
    Ok(document)
}

/// Says right after the first field of a document that it is generated.
fn mark(document: &mut Value, name: &str, after: &str, text: &str) {
    if let Value::Object(fields) = document {
        let at = fields
            .keys()
            .position(|key| key == after)
            .map_or(0, |at| at + 1);
        fields.shift_insert(at, name.to_owned(), json!(text));
    }
}

fn yaml(document: &Value) -> Result<String> {
    Ok(format!(
        "# Generated {GENERATED}\n{}",
        yaml_serde::to_string(document)?
    ))
}

/// Joins the lines of each paragraph of every description: doc comments are wrapped, prose is not.
fn unwrap_lines(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                match value {
                    Value::String(text) if name == "description" => *text = joined(text),
                    _ => unwrap_lines(value),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(unwrap_lines),
        _ => {}
    }
}

fn joined(text: &str) -> String {
    let mut joined = String::with_capacity(text.len());
    for line in text.lines() {
        let goes_on = !joined.is_empty() && !joined.ends_with('\n');
        if line.is_empty() || line.starts_with("- ") {
            if goes_on {
                joined.push('\n');
            }
            if line.is_empty() {
                joined.push('\n');
            }
        } else if goes_on {
            joined.push(' ');
        }
        joined.push_str(line);
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::joined;

    #[test]
    fn paragraphs_are_joined_and_lists_are_kept() {
        let wrapped = "One\ntwo.\n\nThree:\n\n- `A`: a\n- `B`: b\n\nFour\nfive.";
        assert_eq!(
            joined(wrapped),
            "One two.\n\nThree:\n\n- `A`: a\n- `B`: b\n\nFour five."
        );
    }
}

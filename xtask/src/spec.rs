//! The published documents: OpenAPI 3.1, OpenAPI 3.0.3, JSON Schema, and the table of quirks.

use anyhow::{Context, Result, bail, ensure};
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
    /// The documents whose text has been edited: what would be published if a type said so.
    ///
    /// # Errors
    ///
    /// When the text is no JSON any more.
    pub fn map(&self, edit: impl Fn(String) -> String) -> Result<Self> {
        let edited = |document: &Value| {
            serde_json::from_str(&edit(document.to_string())).context("the edited document")
        };
        Ok(Self {
            openapi: edited(&self.openapi)?,
            dcs: edited(&self.dcs)?,
            kafka: edited(&self.kafka)?,
        })
    }

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
pub fn files(documents: &Documents) -> Result<FileSet> {
    let mut files = FileSet::default();
    for folder in ["spec", "spec/3.0", "spec/schema"] {
        files.own(folder);
    }
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
    refuse_code(&schema)?;
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
    refuse_code(&document)?;
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

/// Refuses a description that speaks Rust: a doc comment goes into the documents as it stands.
fn refuse_code(value: &Value) -> Result<()> {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                match value {
                    Value::String(text) if name == "description" => {
                        let rust = ["```", "Self::", "](", "::"].into_iter();
                        if let Some(rust) = rust.into_iter().find(|rust| text.contains(rust)) {
                            bail!("a description holds `{rust}`, which only rustdoc reads: {text}");
                        }
                    }
                    _ => refuse_code(value)?,
                }
            }
            Ok(())
        }
        Value::Array(items) => items.iter().try_for_each(refuse_code),
        _ => Ok(()),
    }
}

fn yaml(document: &Value) -> Result<String> {
    let text = quote_times(&yaml_serde::to_string(document)?);
    let read: Value = yaml_serde::from_str(&text)?;
    ensure!(
        read == *document,
        "the YAML does not say what the JSON says"
    );
    Ok(format!("# Generated {GENERATED}\n{text}"))
}

/// Quotes what a YAML 1.1 reader would take for a time; the emitter knows only YAML 1.2.
fn quote_times(yaml: &str) -> String {
    let mut quoted = String::with_capacity(yaml.len());
    for line in yaml.lines() {
        let start = line.rfind(": ").or(line.rfind("- ")).map_or(0, |at| at + 2);
        match line.split_at_checked(start) {
            Some((key, value)) if is_time(value) => {
                quoted.push_str(key);
                quoted.push('\'');
                quoted.push_str(value);
                quoted.push('\'');
            }
            _ => quoted.push_str(line),
        }
        quoted.push('\n');
    }
    quoted
}

/// Whether a plain scalar is a date, with or without a time of day, to YAML 1.1.
fn is_time(text: &str) -> bool {
    let shape = |text: &str| -> String {
        text.chars()
            .map(|c| if c.is_ascii_digit() { '0' } else { c })
            .collect()
    };
    text.get(..10)
        .is_some_and(|date| shape(date) == "0000-00-00")
        && text
            .get(10..11)
            .is_none_or(|next| matches!(next, "T" | "t" | " "))
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
    use serde_json::json;

    use super::{joined, quote_times, refuse_code};

    #[test]
    fn a_description_in_rust_is_refused() {
        for text in [
            "See [`code`](Self::code).",
            "```\nlet x;\n```",
            "`hwtasks_api::TaskName`",
        ] {
            assert!(
                refuse_code(&json!({ "a": [{ "description": text }] })).is_err(),
                "{text}"
            );
        }
        assert!(refuse_code(&json!({ "description": "a:b, see `c`." })).is_ok());
    }

    #[test]
    fn times_are_quoted_and_nothing_else() {
        let plain = "a: 2020-06-17T07:38:42.503Z\n- 2020-06-17\nb: 2020-06\nc: text 2020-06-17\n";
        let quoted =
            "a: '2020-06-17T07:38:42.503Z'\n- '2020-06-17'\nb: 2020-06\nc: text 2020-06-17\n";
        assert_eq!(quote_times(plain), quoted);
    }

    #[test]
    fn paragraphs_are_joined_and_lists_are_kept() {
        let wrapped = "One\ntwo.\n\nThree:\n\n- `A`: a\n- `B`: b\n\nFour\nfive.";
        assert_eq!(
            joined(wrapped),
            "One two.\n\nThree:\n\n- `A`: a\n- `B`: b\n\nFour five."
        );
    }
}

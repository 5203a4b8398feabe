//! Generates spec/: OpenAPI 3.1 and 3.0.3 documents, JSON Schemas and the table of quirks.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use schemars::JsonSchema;
use serde_json::{Value, json};

use hwtasks_api::dcs::{DcsTaskList, DcsTaskListV1};
use hwtasks_api::kafka::KafkaTaskList;
use hwtasks_api::{ErrorResponse, openapi};

use crate::files::FileSet;
use crate::ir::{self, Api};
use crate::languages::Language;
use crate::{quirks, regions};

/// The guide to the documents.
const README: &str = include_str!("../data/spec-readme.md");
/// URL of the folder of the published JSON Schemas.
const SCHEMA_BASE: &str = "https://raw.githubusercontent.com/hwtasks/hwtasks/main/spec/schema/";
const GENERATED: &str = "by `cargo xtask gen spec` from crates/api; do not edit";

/// The OpenAPI 3.1 documents: published ones and companions.
pub struct Documents(Vec<openapi::Document>);

impl Documents {
    /// Edits the JSON text of each document, to simulate a change of a type.
    ///
    /// # Errors
    ///
    /// If the edited text is not JSON.
    pub fn map(&self, edit: impl Fn(String) -> String) -> Result<Self> {
        let mut edited = self.0.clone();
        for document in &mut edited {
            let text = edit(document.json.to_string());
            document.json = serde_json::from_str(&text).context("the edited document")?;
        }
        Ok(Self(edited))
    }

    /// The services of the documents, as templates see them.
    ///
    /// # Errors
    ///
    /// When a document has a part that templates do not know.
    pub fn api(&self) -> Result<Api> {
        let of_services = self.0.iter().filter(|document| document.service.is_some());
        Ok(ir::api(of_services.map(|document| &document.json))?)
    }

    /// These files of a language, rendered from its templates.
    ///
    /// # Errors
    ///
    /// As [`api`](Self::api) and [`Language::files`].
    pub fn render(&self, language: &Language, files: &[&str]) -> Result<FileSet> {
        let rendered = language.files(&self.api()?, &regions::all()?)?;
        let mut kept = FileSet::default();
        for file in files {
            let path = format!("{}/{file}", language.output);
            let text = rendered
                .get(&path)
                .with_context(|| format!("no template makes {path}"))?;
            kept.add(path, text.to_owned());
        }
        Ok(kept)
    }

    /// The documents: the merged one, those of the services, the companions.
    pub fn iter(&self) -> impl Iterator<Item = &openapi::Document> {
        self.0.iter()
    }

    /// The document of this path below spec/, without the extension.
    pub fn get(&self, path: &str) -> Option<&Value> {
        let document = self.0.iter().find(|document| document.path == path);
        document.map(|document| &document.json)
    }
}

/// Emits the OpenAPI 3.1 documents.
///
/// # Errors
///
/// If the documents of the two services do not merge.
pub fn documents() -> Result<Documents> {
    let mut documents = openapi::documents().context("cannot emit the documents")?;
    for document in &mut documents {
        document.json = publish(std::mem::take(&mut document.json))?;
    }
    Ok(Documents(documents))
}

/// Returns every file of spec/. A companion has neither a 3.0.3 nor a YAML form.
///
/// # Errors
///
/// If a document cannot be lowered to OpenAPI 3.0.3, or the lowered document does not parse.
pub fn files(documents: &Documents) -> Result<FileSet> {
    let mut files = FileSet::default();
    for folder in ["spec", "spec/3.0", "spec/schema"] {
        files.own(folder);
    }
    for document in documents.iter() {
        let path = document.path;
        let file = format!("spec/{path}.json");
        if let Some((folder, _)) = file.rsplit_once('/') {
            files.own(folder);
        }
        let lowered = lowered(&document.json).with_context(|| file.clone())?;
        files.add(file, serde_json::to_string_pretty(&document.json)?);
        if document.is_published {
            let text = serde_json::to_string_pretty(&lowered)?;
            files.add(format!("spec/3.0/{path}.json"), text);
        }
        if document.service.is_none() {
            files.add(format!("spec/{path}.yaml"), yaml(&document.json)?);
        }
    }
    for (name, schema) in schemas()? {
        let text = serde_json::to_string_pretty(&schema)?;
        files.add(format!("spec/schema/{name}.schema.json"), text);
    }
    // A package holds nothing from outside its folder, and `hwtasks spec` prints the documents byte for byte.
    let embedded: Vec<_> = files
        .iter()
        .filter_map(|(path, text)| Some((embedded(path)?, text.to_owned())))
        .collect();
    for (path, text) in embedded {
        if let Some(folder) = path.parent() {
            files.own(folder);
        }
        files.add(path, text);
    }
    files.add("spec/QUIRKS.md", quirks::page()?);
    files.add("spec/README.md", README.to_owned());
    Ok(files)
}

/// Returns where the command line has its copy of a document; `None` if it prints no such document.
fn embedded(path: &Path) -> Option<PathBuf> {
    let name = path.strip_prefix("spec").ok()?;
    let is_printed = !name.starts_with("schema") && !name.starts_with("companion");
    is_printed.then(|| Path::new("crates/cli/documents").join(name))
}

/// Lowers a document to OpenAPI 3.0.3 and checks that the result parses.
///
/// # Errors
///
/// If the document contains an unknown construct, or the result does not parse.
pub fn lowered(document: &Value) -> Result<Value> {
    let (lowered, _) = ir::parse(document)?;
    Ok(lowered)
}

/// Returns the JSON Schema of each body, with the name of its type.
///
/// # Errors
///
/// If a schema cannot be serialized.
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
        "$id",
        "$schema",
        &format!("{SCHEMA_BASE}{}.schema.json", T::schema_name()),
    );
    mark(
        &mut schema,
        "$comment",
        "$id",
        &format!("Generated {GENERATED}"),
    );
    Ok(schema)
}

fn publish(mut document: Value) -> Result<Value> {
    unwrap_lines(&mut document);
    refuse_code(&document)?;
    order_extensions(&mut document);
    mark(&mut document, "x-generated", "openapi", GENERATED);
    Ok(document)
}

/// Puts the extensions of each object last, in the order of their names: utoipa has none for them.
fn order_extensions(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            let mut names: Vec<_> = fields.keys().cloned().collect();
            names.retain(|name| name.starts_with("x-"));
            names.sort();
            for name in names {
                if let Some(extension) = fields.shift_remove(&name) {
                    fields.insert(name, extension);
                }
            }
            fields.values_mut().for_each(order_extensions);
        }
        Value::Array(items) => items.iter_mut().for_each(order_extensions),
        _ => {}
    }
}

/// Inserts a text field after the field `after`.
fn mark(document: &mut Value, name: &str, after: &str, text: &str) {
    if let Value::Object(fields) = document {
        let at = fields
            .keys()
            .position(|key| key == after)
            .map_or(0, |at| at + 1);
        fields.shift_insert(at, name.to_owned(), json!(text));
    }
}

/// Rejects rustdoc syntax in descriptions, because doc comments are copied into the documents.
fn refuse_code(value: &Value) -> Result<()> {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                match value {
                    Value::String(text) if name == "description" => {
                        let rust = ["```", "Self::", "](", "::"].into_iter();
                        if let Some(rust) = rust.into_iter().find(|rust| text.contains(rust)) {
                            bail!(
                                "a description contains `{rust}`, which only rustdoc understands: {text}"
                            );
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
    ensure!(read == *document, "the YAML and the JSON document differ");
    Ok(format!("# Generated {GENERATED}\n{text}"))
}

/// Quotes scalars that a YAML 1.1 parser would read as a time. The emitter writes YAML 1.2.
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

/// Returns whether YAML 1.1 reads a plain scalar as a date, with or without a time.
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

/// Joins the lines of each paragraph in every description, because doc comments are wrapped.
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
    fn description_with_rustdoc_syntax_is_rejected() {
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
    fn yaml_quotes_times_only() {
        let plain = "a: 2020-06-17T07:38:42.503Z\n- 2020-06-17\nb: 2020-06\nc: text 2020-06-17\n";
        let quoted =
            "a: '2020-06-17T07:38:42.503Z'\n- '2020-06-17'\nb: 2020-06\nc: text 2020-06-17\n";
        assert_eq!(quote_times(plain), quoted);
    }

    #[test]
    fn description_joins_paragraphs_and_keeps_lists() {
        let wrapped = "One\ntwo.\n\nThree:\n\n- `A`: a\n- `B`: b\n\nFour\nfive.";
        assert_eq!(
            joined(wrapped),
            "One two.\n\nThree:\n\n- `A`: a\n- `B`: b\n\nFour five."
        );
    }
}

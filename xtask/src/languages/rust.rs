//! Rust: operation constants, request builders and service facades; the types are hwtasks-api's.

use anyhow::Result;
use minijinja::value::Serde;
use minijinja::{Environment, Error};

use serde::Deserialize;

use super::Language;
use crate::ir::Type;
use crate::naming::{label, quoted, snake};

#[cfg(test)]
mod tests;

/// The longest line that rustfmt leaves alone.
const WIDTH: usize = 100;
/// The widest array that rustfmt leaves on one line.
const ARRAY_WIDTH: usize = 60;

/// The language.
pub const RUST: Language = Language {
    name: "rust",
    output: "crates/client/src/generated",
    filters,
};

fn filters(environment: &mut Environment<'_>) {
    environment.add_filter("rust_type", |Serde(kind): Serde<Type>| rust_type(&kind));
    environment.add_filter("rust_argument", |Serde(kind): Serde<Type>| {
        rust_argument(&kind)
    });
    environment.add_filter("rust_doc", rust_doc);
    environment.add_filter("rust_array", rust_array);
    environment.add_filter("rust_strings", |texts: Vec<String>| -> Vec<String> {
        texts.iter().map(|text| quoted(text, '"')).collect()
    });
    environment.add_filter(
        "rust_ids",
        |Serde(parameters): Serde<Vec<Named>>| -> Vec<String> {
            parameters
                .iter()
                .map(|parameter| format!("{}: impl Into<String>", snake(&parameter.name)))
                .collect()
        },
    );
    environment.add_filter(
        "rust_names",
        |Serde(parameters): Serde<Vec<Named>>| -> Vec<String> {
            let names = parameters.iter().map(|parameter| snake(&parameter.name));
            names.collect()
        },
    );
    environment.add_filter(
        "rust_nouns",
        |Serde(parameters): Serde<Vec<Named>>| -> Vec<String> {
            let labels = parameters.iter().map(|parameter| label(&parameter.name));
            let nouns = labels.map(|label| label.trim_end_matches(" ID").to_owned());
            nouns.collect()
        },
    );
    environment.add_filter(
        "rust_examples",
        |Serde(parameters): Serde<Vec<Named>>| -> Vec<String> {
            let examples = parameters
                .iter()
                .filter_map(|p| p.example.as_ref()?.as_str());
            examples.map(|example| quoted(example, '"')).collect()
        },
    );
    environment.add_filter(
        "rust_schemas",
        |Serde(schemas): Serde<Vec<NamedSchema>>| -> Vec<String> {
            schemas.into_iter().map(|schema| schema.name).collect()
        },
    );
    environment.add_filter(
        "rust_first_value",
        |Serde(schemas): Serde<Vec<NamedSchema>>, name: &str| first_value(&schemas, name),
    );
    environment.add_filter(
        "rust_into",
        |Serde(parameters): Serde<Vec<Named>>| -> Vec<String> {
            parameters
                .iter()
                .map(|parameter| format!("{}.into()", snake(&parameter.name)))
                .collect()
        },
    );
    environment.add_filter(
        "rust_path_parameters",
        |Serde(parameters): Serde<Vec<Named>>| path_parameters(&parameters),
    );
    environment.add_filter(
        "rust_query_parameters",
        |Serde(parameters): Serde<Vec<Named>>| query_parameters(&parameters),
    );
    environment.add_function("rust_signature", rust_signature);
    environment.add_function("rust_use", rust_use);
}

/// The members of a parameter that a constant or a signature is made of.
#[derive(Deserialize)]
struct Named {
    name: String,
    role: String,
    #[serde(rename = "type")]
    kind: Type,
    minimum: Option<i64>,
    format_maximum: Option<i64>,
    example: Option<serde_json::Value>,
}

/// The members of a schema that a use declaration or an example is made of.
#[derive(Deserialize)]
struct NamedSchema {
    name: String,
    #[serde(default)]
    values: Vec<KnownValue>,
}

#[derive(Deserialize)]
struct KnownValue {
    value: String,
}

/// The first value of an open set, quoted.
fn first_value(schemas: &[NamedSchema], name: &str) -> String {
    let schema = schemas.iter().find(|schema| schema.name == name);
    let value = schema.and_then(|schema| schema.values.first());
    quoted(value.map_or("", |known| &known.value), '"')
}

fn path_parameters(parameters: &[Named]) -> Vec<String> {
    let element = |parameter: &Named| match parameter.role.as_str() {
        "project" => "PathParameter::Project".to_owned(),
        _ => {
            let label = quoted(&label(&parameter.name), '"');
            format!("PathParameter::Argument({label})")
        }
    };
    parameters.iter().map(element).collect()
}

fn query_parameters(parameters: &[Named]) -> Vec<String> {
    let element = |parameter: &Named| {
        let name = quoted(&parameter.name, '"');
        match (&parameter.kind, parameter.role.as_str()) {
            (_, "lower" | "upper") => format!("QueryParameter::Time({name})"),
            (Type::Integer { .. }, _) => format!(
                "QueryParameter::Integer({name}, {}, {})",
                parameter.minimum.unwrap_or_default(),
                parameter.format_maximum.unwrap_or(i64::MAX)
            ),
            _ => format!("QueryParameter::Text({name})"),
        }
    };
    parameters.iter().map(element).collect()
}

/// An array literal as rustfmt breaks it, in a line that is indented so far.
fn rust_array(elements: Vec<String>, indent: usize) -> String {
    let line = elements.join(", ");
    if line.len() <= ARRAY_WIDTH {
        return format!("[{line}]");
    }
    let inner = " ".repeat(indent + 4);
    let elements: String = elements
        .iter()
        .map(|element| format!("{inner}{element},\n"))
        .collect();
    format!("[\n{elements}{}]", " ".repeat(indent))
}

/// A use declaration of several names as rustfmt breaks it.
fn rust_use(path: &str, names: Vec<String>) -> String {
    let line = format!("{path}::{{{}}};", names.join(", "));
    if line.len() <= WIDTH {
        return line;
    }
    let mut lines = vec![String::from("   ")];
    for name in &names {
        match lines.last_mut() {
            Some(line) if line.len() + name.len() + 2 <= WIDTH => *line += &format!(" {name},"),
            _ => lines.push(format!("    {name},")),
        }
    }
    format!("{path}::{{\n{}\n}};", lines.join("\n"))
}

/// The head of a function as rustfmt breaks it, up to its brace.
fn rust_signature(head: &str, parameters: Vec<String>, result: &str, indent: usize) -> String {
    let outer = " ".repeat(indent);
    let line = format!("{outer}{head}({}) -> {result} {{", parameters.join(", "));
    if line.len() <= WIDTH {
        return line;
    }
    let parameters: String = parameters
        .iter()
        .map(|parameter| format!("{outer}    {parameter},\n"))
        .collect();
    format!("{outer}{head}(\n{parameters}{outer}) -> {result} {{")
}

/// The type of a value that is read from a body.
fn rust_type(kind: &Type) -> String {
    match kind {
        Type::Text => "String".to_owned(),
        Type::Integer { bits } => format!("i{bits}"),
        Type::Number => "f64".to_owned(),
        Type::Boolean => "bool".to_owned(),
        Type::Reference { schema } => format!("hwtasks_api::{schema}"),
        Type::List { element } => format!("Vec<{}>", rust_type(element)),
    }
}

/// The type of an argument that is sent in a query.
fn rust_argument(kind: &Type) -> String {
    match kind {
        Type::Integer { bits } => format!("u{bits}"),
        Type::Boolean => "bool".to_owned(),
        Type::Text | Type::Number | Type::Reference { .. } | Type::List { .. } => {
            format!("impl Into<{}>", rust_type(kind))
        }
    }
}

/// A doc comment below an indentation.
fn rust_doc(text: &str, indent: usize) -> Result<String, Error> {
    let prefix = format!("{}/// ", " ".repeat(indent));
    // What rustdoc would take for a link is none in a description.
    let text = text.replace('[', "\\[").replace(']', "\\]");
    Ok(crate::naming::doc(&text, &prefix, 100))
}

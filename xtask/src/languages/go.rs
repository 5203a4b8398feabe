//! Go: structs with their decoding, operations and service methods.

use minijinja::value::Serde;
use minijinja::{Environment, Error};

use super::{Language, Named, form, unsupported};
use crate::ir::Type;
use crate::naming;

/// The language.
pub const GO: Language = Language {
    name: "go",
    output: "bindings/go",
    filters,
};

/// The longest line of a comment.
const WIDTH: usize = 100;
/// Words that Go writes in one case.
const INITIALISMS: [&str; 14] = [
    "acl", "api", "az", "dcs", "dms", "dns", "eip", "http", "id", "iam", "ip", "json", "ssl", "url",
];
/// Words that a name cannot be.
const KEYWORDS: [&str; 5] = ["type", "range", "func", "map", "default"];

fn filters(environment: &mut Environment<'_>) {
    environment.add_filter("go_name", |text: &str| go_name(text));
    environment.add_filter("go_variable", |text: &str| go_variable(text));
    environment.add_filter("go_header", |text: &str| go_header(text));
    environment.add_filter("go_comment", go_comment);
    environment.add_filter("go_block", go_block);
    environment.add_filter("go_argument", |Serde(kind): Serde<Type>| go_argument(&kind));
    environment.add_filter("go_value", |Serde(kind): Serde<Type>| go_value(&kind));
    environment.add_function(
        "go_type",
        |Serde(kind): Serde<Type>, Serde(schemas): Serde<Vec<Named>>| go_type(&kind, &schemas),
    );
}

/// `OldPublicIPID` of `old_public_ip_id`: an exported name.
fn go_name(text: &str) -> String {
    naming::snake(text)
        .split('_')
        .map(|word| match word {
            "ids" => "IDs".to_owned(),
            word if INITIALISMS.contains(&word) => word.to_uppercase(),
            word => naming::capitalized_first(word),
        })
        .collect()
}

/// `instanceID` of `instance_id`: a name of the package, an argument or a variable.
fn go_variable(text: &str) -> String {
    let text = naming::snake(text);
    let (first, rest) = text.split_once('_').unwrap_or((&text, ""));
    let name = first.to_owned() + &go_name(rest);
    if KEYWORDS.contains(&name.as_str()) {
        return name + "Value";
    }
    name
}

/// The first line of a file, as the tools of Go know generated files by it.
pub(super) fn go_header(text: &str) -> String {
    let text = text.replacen("Generated", "generated", 1);
    format!("// Code {}", text.replacen("do not edit", "DO NOT EDIT", 1))
}

/// The type of a field. A field of a text is never a pointer.
fn go_type(kind: &Type, schemas: &[Named]) -> Result<String, Error> {
    Ok(match kind {
        Type::Text => "string".to_owned(),
        Type::Integer { .. } => "*int64".to_owned(),
        Type::Boolean => "*bool".to_owned(),
        Type::Number => return Err(unsupported("Go", "hold", kind)),
        Type::Reference { schema } => {
            let pointer = match form(schema, schemas)? {
                "object" => "*",
                _ => "",
            };
            format!("{pointer}{}", go_name(schema))
        }
        Type::List { element } => match &**element {
            Type::Text => "[]string".to_owned(),
            Type::Reference { schema } => format!("[]{}", go_name(schema)),
            other => return Err(unsupported("Go", "hold a list of", other)),
        },
    })
}

/// The type of an option that is sent in a query.
fn go_argument(kind: &Type) -> Result<&'static str, Error> {
    match kind {
        Type::Integer { .. } => Ok("int"),
        Type::Boolean => Ok("*bool"),
        Type::Text | Type::Reference { .. } => Ok("string"),
        Type::Number | Type::List { .. } => Err(unsupported("Go", "send in a query", kind)),
    }
}

/// The function of the client that puts an option into a query.
fn go_value(kind: &Type) -> Result<&'static str, Error> {
    match go_argument(kind)? {
        "int" => Ok("integer"),
        "*bool" => Ok("boolean"),
        _ => Ok("text"),
    }
}

/// A comment below an indentation. Lists are indented, as gofmt writes them.
fn go_comment(text: &str, indent: usize) -> String {
    let margin = "\t".repeat(indent);
    let prefix = format!("{margin}// ");
    // gofmt counts no columns; a tab is taken as four.
    let width = WIDTH - 3 * indent;
    let text = text.trim().replace("\n- ", "\n  - ");
    let mut lines = Vec::new();
    for line in text.lines() {
        match line.strip_prefix("  - ") {
            Some(item) => {
                let item = naming::doc(item, &format!("{margin}//     "), width);
                lines.push(item.replacen("//     ", "//   - ", 1));
            }
            None => lines.push(naming::doc(line, &prefix, width)),
        }
    }
    lines.join("\n")
}

/// As [`go_comment`], of lines that a template begins with `//`. A tab after that begins code, which
/// stays as it is.
fn go_block(text: &str, indent: usize) -> String {
    let margin = "\t".repeat(indent);
    let mut lines: Vec<String> = Vec::new();
    let mut paragraph = String::new();
    let mut flush = |paragraph: &mut String, next: Option<&str>| {
        if !paragraph.is_empty() {
            lines.push(go_comment(paragraph, indent));
            paragraph.clear();
        }
        lines.extend(next.map(|line| format!("{margin}//{line}").trim_end().to_owned()));
    };
    for line in text.trim_matches('\n').lines() {
        // A description has lines of its own.
        let line = line.strip_prefix("//").unwrap_or(line);
        if line.trim().is_empty() || line.starts_with('\t') {
            flush(&mut paragraph, Some(line));
        } else if line.trim_start().starts_with("- ") {
            paragraph.push('\n');
            paragraph.push_str(line.trim());
        } else {
            if !paragraph.is_empty() {
                paragraph.push(' ');
            }
            paragraph.push_str(line.trim());
        }
    }
    flush(&mut paragraph, None);
    lines.join("\n")
}

#[cfg(test)]
mod tests;

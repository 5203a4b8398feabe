//! TypeScript: types, decode tables, operations and service classes.

use minijinja::value::Serde;
use minijinja::{Environment, Error, ErrorKind};

use super::{Language, Named};
use crate::ir::Type;
use crate::naming;

/// The language.
pub const TYPESCRIPT: Language = Language {
    name: "typescript",
    output: "bindings/typescript/src/generated",
    filters,
};

/// The longest line of a comment.
const WIDTH: usize = 100;
/// Stands for a blank at which a comment is not wrapped.
const UNBROKEN: char = '\u{a0}';

fn filters(environment: &mut Environment<'_>) {
    environment.add_filter("typescript_type", |Serde(kind): Serde<Type>| {
        typescript_type(&kind)
    });
    environment.add_filter("typescript_argument", |Serde(kind): Serde<Type>| {
        typescript_argument(&kind)
    });
    environment.add_filter("typescript_query_type", |Serde(kind): Serde<Type>| {
        typescript_query_type(&kind)
    });
    environment.add_filter("typescript_comment", typescript_comment);
    environment.add_filter("typescript_block", typescript_block);
    environment.add_function(
        "typescript_decoding",
        |Serde(kind): Serde<Type>,
         Serde(schemas): Serde<Vec<Named>>,
         times: Vec<String>,
         codes: Vec<String>| decoding(&kind, &schemas, &times, &codes),
    );
}

/// The type of a value that is read from a body.
fn typescript_type(kind: &Type) -> String {
    match kind {
        Type::Text => "string".to_owned(),
        Type::Integer { .. } | Type::Number => "number".to_owned(),
        Type::Boolean => "boolean".to_owned(),
        Type::Reference { schema } => schema.clone(),
        Type::List { element } => format!("{}[]", typescript_type(element)),
    }
}

/// The type of a value that is sent in a query.
fn typescript_argument(kind: &Type) -> Result<&'static str, Error> {
    Ok(match typescript_query_type(kind)? {
        "integer" => "number",
        "boolean" => "boolean",
        _ => "string",
    })
}

/// How the client writes a value into a query.
fn typescript_query_type(kind: &Type) -> Result<&'static str, Error> {
    match kind {
        Type::Integer { .. } => Ok("integer"),
        Type::Boolean => Ok("boolean"),
        Type::Text | Type::Reference { .. } => Ok("text"),
        Type::Number | Type::List { .. } => Err(Error::new(
            ErrorKind::InvalidOperation,
            format!("the TypeScript client cannot send {kind:?} in a query"),
        )),
    }
}

/// The word by which the client decodes a value, as `src/body/shape.ts` lists them.
///
/// `times` and `codes` are the schemas of times and of the codes of errors.
fn decoding(
    kind: &Type,
    schemas: &[Named],
    times: &[String],
    codes: &[String],
) -> Result<String, Error> {
    Ok(match kind {
        Type::Text => "text".to_owned(),
        Type::Integer { .. } => "integer".to_owned(),
        Type::Number => "number".to_owned(),
        Type::Boolean => "boolean".to_owned(),
        Type::List { element } => format!("{}[]", decoding(element, schemas, times, codes)?),
        Type::Reference { schema: name } => {
            let schema = schemas.iter().find(|schema| schema.name == *name);
            match schema.map(|schema| schema.form.as_str()) {
                Some("object") => name.clone(),
                Some("text_or_number") if codes.contains(name) => "code".to_owned(),
                // Services also write a time as a number of milliseconds.
                Some("text_or_number") => "either".to_owned(),
                Some(_) if times.contains(name) => "either".to_owned(),
                Some("text" | "open_set") => "text".to_owned(),
                _ => {
                    let text = format!("the TypeScript client cannot decode {name}");
                    return Err(Error::new(ErrorKind::InvalidOperation, text));
                }
            }
        }
    })
}

/// A comment on the next line of code, wrapped below an indentation.
///
/// A blank line ends a paragraph. Code between fences and the lines of lists and tags stay apart.
fn typescript_comment(text: &str, indent: usize) -> String {
    let margin = " ".repeat(indent);
    let text = text.trim().replace("*/", "*\\/");
    let line = format!("{margin}/** {text} */");
    if !text.contains('\n') && line.chars().count() <= WIDTH {
        return line;
    }
    let prefix = format!("{margin} * ");
    let mut lines = vec![format!("{margin}/**")];
    let mut paragraph = String::new();
    let mut in_code = false;
    for line in text.lines().chain([""]) {
        let line = line.trim_end();
        let is_fence = line.trim_start().starts_with("```");
        let is_apart = in_code || is_fence || line.is_empty() || line.starts_with(['-', '@']);
        if is_apart && !paragraph.is_empty() {
            let unbroken = unbroken_links(&paragraph);
            let wrapped = naming::doc(&unbroken, &prefix, WIDTH).replace(UNBROKEN, " ");
            lines.push(wrapped);
            paragraph.clear();
        }
        if is_fence {
            in_code = !in_code;
        }
        if in_code || is_fence || line.is_empty() {
            lines.push(format!("{prefix}{line}").trim_end().to_owned());
        } else {
            if !paragraph.is_empty() {
                paragraph.push(' ');
            }
            paragraph.push_str(line.trim_start());
        }
    }
    // The last line ended the last paragraph.
    lines.pop();
    lines.push(format!("{margin} */"));
    lines.join("\n")
}

/// As [`typescript_comment`], of lines that a template begins with `*`, and with a line break.
fn typescript_block(text: &str, indent: usize) -> String {
    let lines = text.lines().map(|line| {
        let rest = line.strip_prefix("* ");
        rest.unwrap_or(if line == "*" { "" } else { line })
    });
    let text = lines.collect::<Vec<_>>().join("\n");
    typescript_comment(&text, indent) + "\n"
}

/// The text with links that no line break divides.
fn unbroken_links(text: &str) -> String {
    let mut in_link = false;
    let unbroken = text.chars().map(|c| {
        in_link = (in_link || c == '{') && c != '}';
        if in_link && c == ' ' { UNBROKEN } else { c }
    });
    unbroken.collect()
}

#[cfg(test)]
mod tests;

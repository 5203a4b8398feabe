//! Python: models, operations and service classes, with and without `await`.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use minijinja::Environment;
use minijinja::value::Serde;

use super::Language;
use super::synchronous::{MARKER, with_twins};
use crate::files::FileSet;
use crate::ir::Type;
use crate::naming;

/// The language.
pub const PYTHON: Language = Language {
    name: "python",
    output: "bindings/python/src/hwtasks/_generated",
    filters,
};

/// The longest line of a docstring.
const WIDTH: usize = 100;

fn filters(environment: &mut Environment<'_>) {
    environment.add_global("marker", MARKER);
    environment.add_filter("python_type", |Serde(kind): Serde<Type>| python_type(&kind));
    environment.add_filter("python_argument", |Serde(kind): Serde<Type>| {
        python_argument(&kind).to_owned()
    });
    environment.add_filter("python_doc", python_doc);
    environment.add_filter("python_docstring", python_docstring);
    environment.add_filter("python_prose", python_prose);
    environment.add_filter("python_escaped", |text: &str| escaped(text));
}

/// The type of a value that is read from a body.
fn python_type(kind: &Type) -> String {
    match kind {
        Type::Text => "str".to_owned(),
        Type::Integer { .. } => "Integer".to_owned(),
        Type::Number => "float".to_owned(),
        Type::Boolean => "bool".to_owned(),
        Type::Reference { schema } => schema.clone(),
        Type::List { element } => format!("list[{}]", python_type(element)),
    }
}

/// The type of a value that is sent in a query.
fn python_argument(kind: &Type) -> &'static str {
    match kind {
        Type::Integer { .. } => "int",
        Type::Boolean => "bool",
        Type::Text | Type::Number | Type::Reference { .. } | Type::List { .. } => "str",
    }
}

/// The text as it stands in a docstring.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace("\"\"\"", "\\\"\\\"\\\"")
}

/// Paragraphs of a docstring, wrapped below an indentation, without the quotes around it.
fn python_doc(text: &str, indent: usize) -> String {
    naming::doc(&escaped(text), &" ".repeat(indent), WIDTH)
}

/// A docstring, with the quotes: on one line, or its first sentence before the rest.
///
/// The first line is not indented.
fn python_docstring(text: &str, indent: usize) -> String {
    let text = text.trim();
    let margin = " ".repeat(indent);
    let line = format!("{margin}\"\"\"{}\"\"\"", escaped(text));
    if line.chars().count() <= WIDTH && !text.contains('\n') && !text.ends_with('"') {
        return line.trim_start().to_owned();
    }
    let end = [". ", ".\n"]
        .iter()
        .filter_map(|end| text.find(end))
        .min()
        .map_or(text.len(), |end| end + 1);
    let (summary, rest) = text.split_at(end);
    let mut lines = python_doc(&format!("{}\n\n{}", summary, rest.trim()), indent);
    lines.insert_str(indent, "\"\"\"");
    format!("{}\n{margin}\"\"\"", lines.trim_start())
}

/// Paragraphs that a template has broken into lines, wrapped again below an indentation.
fn python_prose(text: &str, indent: usize) -> String {
    let paragraphs = text.trim().split("\n\n");
    let paragraphs = paragraphs.map(|paragraph| {
        let words: Vec<&str> = paragraph.split_whitespace().collect();
        words.join(" ")
    });
    let text = paragraphs.collect::<Vec<_>>().join("\n\n");
    python_doc(&text, indent) + "\n"
}

/// The hand-written files of a folder that have a place for twins, with fresh ones.
///
/// # Errors
///
/// When a file cannot be read, or its twins cannot be made.
pub fn files_with_twins(root: &Path, folder: &str) -> Result<FileSet> {
    let mut files = FileSet::default();
    let fail = || format!("cannot list {folder}");
    for entry in fs::read_dir(root.join(folder)).with_context(fail)? {
        let path = entry.with_context(fail)?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let source = format!("{folder}/{name}");
        if path.is_dir() {
            if source != PYTHON.output && name != "__pycache__" {
                files.extend(files_with_twins(root, &source)?);
            }
        } else if name.ends_with(".py") {
            let text =
                fs::read_to_string(&path).with_context(|| format!("cannot read {source}"))?;
            if let Some(text) = with_twins(&text, &source)? {
                files.add(source, text);
            }
        }
    }
    Ok(files)
}

/// The files of a set, with twins where they have a place for them.
///
/// # Errors
///
/// When the twins of a file cannot be made.
pub fn rendered_with_twins(files: &FileSet) -> Result<FileSet> {
    let mut made = FileSet::default();
    for (path, text) in files.iter() {
        let twins = with_twins(text, &path.display().to_string())?;
        made.add(path, twins.unwrap_or_else(|| text.to_owned()));
    }
    Ok(made)
}

#[cfg(test)]
mod tests;

//! The environment that templates are rendered in: strict, and with the filters that all languages
//! share.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, UndefinedBehavior};
use serde::Deserialize;

use crate::naming;

/// The templates of a folder and its subfolders, by their paths from it.
///
/// # Errors
///
/// When one cannot be read.
pub fn templates(folder: &Path) -> Result<BTreeMap<String, String>> {
    let mut templates = BTreeMap::new();
    read(folder, "", &mut templates)?;
    Ok(templates)
}

fn read(folder: &Path, prefix: &str, templates: &mut BTreeMap<String, String>) -> Result<()> {
    let fail = || format!("cannot read {}", folder.display());
    for entry in fs::read_dir(folder).with_context(fail)? {
        let entry = entry.with_context(fail)?;
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            read(&entry.path(), &format!("{name}/"), templates)?;
        } else {
            let text = fs::read_to_string(entry.path());
            let text = text.with_context(|| format!("cannot read {}", entry.path().display()))?;
            templates.insert(name, text);
        }
    }
    Ok(())
}

/// The environment of these templates.
///
/// An undefined name is an error, also where it is only tested. A line that holds nothing but a
/// block tag leaves no line behind.
///
/// # Errors
///
/// When minijinja refuses the syntax.
pub fn environment(templates: &BTreeMap<String, String>) -> Result<Environment<'static>> {
    let syntax = SyntaxConfig::builder()
        .trim_blocks(true)
        .lstrip_blocks(true)
        .keep_trailing_newline(true)
        .build()?;
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(|_| AutoEscape::None);
    environment.set_syntax(syntax);
    environment.add_filter("snake", |text: &str| naming::snake(text));
    environment.add_filter("screaming", |text: &str| naming::screaming(text));
    environment.add_filter("camel", |text: &str| naming::camel(text));
    environment.add_filter("pascal", |text: &str| naming::pascal(text));
    environment.add_filter("label", |text: &str| naming::label(text));
    environment.add_filter("sentence", |text: &str| naming::sentence(text));
    environment.add_filter("first_sentence", |text: &str| naming::first_sentence(text));
    environment.add_filter("parameter_text", |Serde(parameter): Serde<Described>| {
        parameter.text()
    });
    environment.add_filter("doc", naming::doc);
    environment.add_filter("double_quoted", |text: &str| naming::quoted(text, '"'));
    environment.add_filter("single_quoted", |text: &str| naming::quoted(text, '\''));
    let sources = templates.clone();
    environment.set_loader(move |name| Ok(sources.get(name).cloned()));
    Ok(environment)
}

/// The members of a parameter that its description is made of.
#[derive(Deserialize)]
struct Described {
    description: String,
    minimum: Option<i64>,
    maximum: Option<i64>,
    default: Option<serde_json::Value>,
}

impl Described {
    /// The description with the range and the default of the schema.
    fn text(&self) -> String {
        let mut facts = match (self.minimum, self.maximum) {
            (Some(least), Some(most)) => vec![format!("{least} to {most}")],
            (Some(least), None) => vec![format!("at least {least}")],
            (None, Some(most)) => vec![format!("at most {most}")],
            (None, None) => Vec::new(),
        };
        facts.extend(
            self.default
                .as_ref()
                .map(|default| format!("{default} by default")),
        );
        let Some(first) = facts.first_mut() else {
            return self.description.clone();
        };
        *first = naming::capitalized_first(first);
        format!(
            "{} {}.",
            naming::sentence(&self.description),
            facts.join(", ")
        )
    }
}

/// An error of a template with where it stands and what it was given.
pub fn error(error: minijinja::Error) -> anyhow::Error {
    let shown = format!("{:#}", error);
    anyhow::anyhow!("{shown}")
}

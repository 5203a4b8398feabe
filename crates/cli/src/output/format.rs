//! The formats, and any JSON in each of them.

use clap::ValueEnum;
use serde_json::Value;

use super::records::Sheet;
use super::table::Table;
use super::yaml;
use crate::failure::Failure;

/// How results are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// Columns that fit the terminal
    Table,
    /// One JSON document
    Json,
    /// A JSON document a line, each as soon as it is known
    Ndjson,
    /// One YAML document
    Yaml,
    /// Comma-separated values with a header
    Csv,
}

/// A value in a format.
pub(super) fn text(format: Format, value: &Value, width: Option<u16>) -> Result<String, Failure> {
    Ok(match format {
        Format::Json => format!("{value:#}\n"),
        Format::Ndjson => match value {
            Value::Array(values) => values.iter().map(|value| format!("{value}\n")).collect(),
            value => format!("{value}\n"),
        },
        Format::Yaml => yaml::text(value)?,
        Format::Csv => Sheet::of(value).csv()?,
        Format::Table => Table::of(&Sheet::of(value)).render(width),
    })
}

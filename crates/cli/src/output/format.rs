//! The formats, and any JSON in each of them.

use serde_json::Value;

use super::records::CsvTable;
use super::table::Table;
use super::yaml;
use crate::error::CliError;
use crate::options::Format;

/// A value in a format.
pub(super) fn text(format: Format, value: &Value) -> Result<String, CliError> {
    Ok(match format {
        Format::Json => format!("{value:#}\n"),
        Format::Ndjson => match value {
            Value::Array(values) => values.iter().map(|value| format!("{value}\n")).collect(),
            value => format!("{value}\n"),
        },
        Format::Yaml => yaml::text(value),
        Format::Csv => CsvTable::of(value).csv()?,
        Format::Text => CsvTable::of(value).text(),
        Format::Table | Format::Wide => Table::of(&CsvTable::of(value)).render(None).text,
    })
}

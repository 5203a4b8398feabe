//! Any JSON as rows and columns of text.

use serde_json::{Map, Value};

use crate::error::{CliError, Exit};

/// The columns of a task in CSV, the same for every operation.
pub(super) const TASK: [&str; 16] = [
    "instance_id",
    "id",
    "name",
    "status",
    "created_at",
    "updated_at",
    "user_name",
    "user_id",
    "params",
    "details",
    "enable_show",
    "error_code",
    "old_capacity",
    "new_capacity",
    "service",
    "instance_name",
];

/// The columns of an instance in CSV.
pub(crate) const INSTANCE: [&str; 8] = [
    "instance_id",
    "name",
    "status",
    "engine",
    "engine_version",
    "capacity",
    "specification",
    "service",
];

/// The columns of a check of `doctor` in CSV.
pub(super) const CHECK: [&str; 6] = ["name", "state", "message", "advice", "request_id", "causes"];

/// A header and rows of text.
pub(crate) struct CsvTable {
    pub(crate) header: Vec<String>,
    pub(crate) rows: Vec<Vec<String>>,
}

impl CsvTable {
    /// A row per element of an array; the keys of objects are the columns.
    pub(crate) fn of(value: &Value) -> Self {
        let rows = match value {
            Value::Array(values) => values.as_slice(),
            value => std::slice::from_ref(value),
        };
        let mut header: Vec<String> = Vec::new();
        for key in rows.iter().filter_map(Value::as_object).flat_map(Map::keys) {
            if !header.contains(key) {
                header.push(key.clone());
            }
        }
        let arrays = rows.iter().filter_map(Value::as_array).map(Vec::len).max();
        if header.is_empty() {
            header = match arrays {
                Some(width) => (1..=width).map(|number| number.to_string()).collect(),
                None => vec!["value".to_owned()],
            };
        }
        let cells = |row: &Value| match row {
            Value::Object(fields) => {
                let cell = |key: &String| fields.get(key).map(text).unwrap_or_default();
                header.iter().map(cell).collect()
            }
            Value::Array(cells) => {
                let filled = cells
                    .iter()
                    .map(text)
                    .chain(std::iter::repeat(String::new()));
                filled.take(header.len()).collect()
            }
            value => {
                let rest = std::iter::repeat_n(String::new(), header.len().saturating_sub(1));
                std::iter::once(text(value)).chain(rest).collect()
            }
        };
        let rows = rows.iter().map(cells).collect();
        Self { header, rows }
    }

    /// The header of a table of tasks.
    pub(crate) fn of_tasks() -> Self {
        Self {
            header: TASK.iter().map(|&name| name.to_owned()).collect(),
            rows: Vec::new(),
        }
    }

    /// The checks of `doctor`, always with all columns.
    pub(crate) fn of_checks(checks: &[Value]) -> Self {
        let row = |check: &Value| {
            let cell = |key: &&str| check.get(key).map(text).unwrap_or_default();
            CHECK.iter().map(cell).collect()
        };
        Self {
            header: CHECK.iter().map(|&name| name.to_owned()).collect(),
            rows: checks.iter().map(row).collect(),
        }
    }

    /// Instances, always with all columns.
    pub(crate) fn of_instances<'v>(instances: impl IntoIterator<Item = &'v Value>) -> Self {
        let row = |instance: &Value| {
            let cell = |key: &&str| instance.get(key).map(text).unwrap_or_default();
            INSTANCE.iter().map(cell).collect()
        };
        Self {
            header: INSTANCE.iter().map(|&name| name.to_owned()).collect(),
            rows: instances.into_iter().map(row).collect(),
        }
    }

    pub(crate) fn csv(&self) -> Result<String, CliError> {
        let header = self.header.iter().map(String::as_str);
        let mut text = record(header)?;
        for row in &self.rows {
            text.push_str(&record(row.iter().map(String::as_str))?);
        }
        Ok(text)
    }

    /// The row of a task.
    pub(crate) fn task(task: &Value) -> Vec<String> {
        let cell = |key: &&str| task.get(key).map(text).unwrap_or_default();
        TASK.iter().map(cell).collect()
    }

    /// The rows as tab-separated text, without the header.
    pub(crate) fn text(&self) -> String {
        self.rows.iter().map(|row| text_line(row)).collect()
    }
}

/// One line of tab-separated text. Control characters in a cell are spaces, so that they end neither the
/// cell nor the line.
pub(crate) fn text_line(cells: &[String]) -> String {
    let plain = |cell: &String| cell.replace(char::is_control, " ");
    let cells: Vec<String> = cells.iter().map(plain).collect();
    cells.join("\t") + "\n"
}

/// One line of CSV.
pub(crate) fn record<'a>(cells: impl Iterator<Item = &'a str>) -> Result<String, CliError> {
    let failed = |why: String| CliError::new(Exit::BadInput, format!("cannot write CSV: {why}"));
    let mut writer = csv::Writer::from_writer(Vec::new());
    let written = writer.write_record(cells);
    written.map_err(|error| failed(error.to_string()))?;
    let bytes = writer
        .into_inner()
        .map_err(|error| failed(error.to_string()))?;
    String::from_utf8(bytes).map_err(|error| failed(error.to_string()))
}

/// The text of a cell: strings without quotes, null as nothing, other values as JSON.
pub(super) fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        value => value.to_string(),
    }
}

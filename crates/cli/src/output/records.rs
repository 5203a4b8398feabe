//! Any JSON as rows and columns.

use serde_json::{Map, Value};

use crate::failure::{Exit, Failure};

/// The columns of a task in CSV, the same for every operation.
pub(super) const TASK: [&str; 14] = [
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
];

/// The columns of a check of `doctor` in CSV.
pub(super) const CHECK: [&str; 6] = ["name", "state", "message", "advice", "request_id", "causes"];

/// Rows of text below a header.
pub(crate) struct Sheet {
    pub(crate) header: Vec<String>,
    pub(crate) rows: Vec<Vec<String>>,
}

impl Sheet {
    /// Rows for an array of objects, whose keys are the columns; otherwise one column, or one row.
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

    /// Tasks, without any row yet.
    pub(crate) fn of_tasks() -> Self {
        Self {
            header: TASK.iter().map(|&name| name.to_owned()).collect(),
            rows: Vec::new(),
        }
    }

    /// The checks of `doctor`, whose columns are there even if no check has the key.
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

    pub(crate) fn csv(&self) -> Result<String, Failure> {
        let header = self.header.iter().map(String::as_str);
        let mut text = record(header)?;
        for row in &self.rows {
            text.push_str(&record(row.iter().map(String::as_str))?);
        }
        Ok(text)
    }

    /// The row of a task of an instance.
    pub(crate) fn task(instance: &str, task: &Value) -> Vec<String> {
        let cell = |key: &&str| match *key {
            "instance_id" => instance.to_owned(),
            key => task.get(key).map(text).unwrap_or_default(),
        };
        TASK.iter().map(cell).collect()
    }
}

/// One line of CSV.
pub(crate) fn record<'a>(cells: impl Iterator<Item = &'a str>) -> Result<String, Failure> {
    let failed = |why: String| Failure::new(Exit::BadInput, format!("cannot write CSV: {why}"));
    let mut writer = csv::Writer::from_writer(Vec::new());
    let written = writer.write_record(cells);
    written.map_err(|error| failed(error.to_string()))?;
    let bytes = writer
        .into_inner()
        .map_err(|error| failed(error.to_string()))?;
    String::from_utf8(bytes).map_err(|error| failed(error.to_string()))
}

/// A value as the text of a cell: text bare, the rest as JSON, and nothing for null.
fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        value => value.to_string(),
    }
}

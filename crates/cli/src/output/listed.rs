//! The table of instances.

use comfy_table::{Cell, Color};
use serde_json::Value;

use super::Output;
use super::records;
use super::table::{Column, FittedTable, Table, plain};

/// The fields that are shown, with their headings.
const FIELDS: [(&str, &str); 7] = [
    ("instance_id", "INSTANCE"),
    ("name", "NAME"),
    ("status", "STATUS"),
    ("engine", "ENGINE"),
    ("engine_version", "VERSION"),
    ("capacity", "CAPACITY (GB)"),
    ("specification", "SPECIFICATION"),
];
/// The width to which names are cut at the most.
const MIN_NAME_WIDTH: u16 = 16;

/// A table of instances, with the columns that any of them has.
pub(crate) fn instance_table(output: &Output, instances: &[Value]) -> FittedTable {
    let text = |instance: &Value, field: &str| {
        let value = instance.get(field).map(records::text);
        value.unwrap_or_default()
    };
    let is_known = |field: &str| instances.iter().any(|one| !text(one, field).is_empty());
    let fields: Vec<_> = FIELDS.iter().filter(|(field, _)| is_known(field)).collect();
    let columns = fields.iter().map(|(field, heading)| match *field {
        "instance_id" | "status" => Column::whole(*heading),
        "name" => Column::cut_to(MIN_NAME_WIDTH, *heading),
        "engine" => Column::dropped(1, *heading),
        "engine_version" => Column::dropped(0, *heading),
        _ => Column::dropped(2, *heading),
    });
    let mut table = Table::new(columns.collect());
    for instance in instances {
        let cell = |(field, _): &&(&str, &str)| -> Cell {
            match (*field, text(instance, field)) {
                (_, text) if text.is_empty() => plain("-"),
                ("status", text) => match text.as_str() {
                    "RUNNING" => plain(&text).fg(Color::DarkGreen),
                    _ => plain(&text).fg(Color::DarkYellow),
                },
                (_, text) => plain(&text),
            }
        };
        table.row(fields.iter().map(cell).collect());
    }
    table.render(output.fitted_width())
}

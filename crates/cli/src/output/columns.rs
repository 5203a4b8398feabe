//! The columns that `--columns` chooses.

use clap::Args;
use serde_json::Value;

use super::records::{CsvTable, TASK};
use crate::error::CliError;
use crate::options::Format;
use crate::suggest;

/// How long a task took; the only column that is no field.
pub(super) const DURATION: &str = "duration";
/// The columns of a table by default.
const DEFAULT: [&str; 6] = ["id", "name", "status", "created_at", DURATION, "user_name"];
/// The headings that are not the names of their columns, in small letters.
const HEADINGS: [(&str, &str); 3] = [
    ("started", "created_at"),
    ("updated", "updated_at"),
    ("user", "user_name"),
];

/// The flag of the commands that list tasks.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct ColumnsFlag {
    /// Columns of a table or CSV, in this order, never left out or cut: instance_id, id, name, status,
    /// created_at, updated_at, duration (tables only), user_name, user_id, params, details,
    /// enable_show, error_code, old_capacity, new_capacity
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    columns: Vec<String>,
}

/// Columns of tables and CSV, in order.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Columns(Vec<&'static str>);

impl Default for Columns {
    fn default() -> Self {
        Self(DEFAULT.to_vec())
    }
}

impl Columns {
    /// Reads the names of --columns; `None` when it was not given.
    pub(super) fn chosen(flag: &ColumnsFlag, format: Format) -> Result<Option<Self>, CliError> {
        let names = &flag.columns;
        if names.is_empty() {
            return Ok(None);
        }
        if !matches!(format, Format::Table | Format::Csv) {
            return Err(CliError::bad_input(
                "--columns is for -o table, wide and csv, without --query",
            )
            .with_help("choose fields with --query, such as 'tasks[].[id, status]'"));
        }
        let place = format!("--columns {}", names.join(","));
        let columns = names.iter().map(|name| known(name));
        let columns = columns.collect::<Result<Vec<_>, _>>();
        let columns = columns.map_err(|error| error.at(&place))?;
        if format == Format::Csv && columns.contains(&DURATION) {
            return Err(CliError::bad_input("--columns: CSV has no column duration")
                .at(place)
                .with_help("use created_at and updated_at"));
        }
        Ok(Some(Self(columns)))
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &'static str> {
        self.0.iter().copied()
    }

    /// The CSV row of a task of an instance.
    pub(super) fn csv_row(&self, instance: &str, task: &Value) -> Vec<String> {
        let row = CsvTable::task(instance, task);
        let cell = |name: &'static str| {
            let at = TASK.iter().position(|known| *known == name);
            at.and_then(|at| row.get(at)).cloned().unwrap_or_default()
        };
        self.names().map(cell).collect()
    }
}

/// The names that --columns accepts.
fn all() -> impl Iterator<Item = &'static str> {
    TASK.into_iter().chain([DURATION])
}

/// The column of a name or a heading, without regard to case.
fn known(name: &str) -> Result<&'static str, CliError> {
    let lower = name.trim().to_lowercase().replace(' ', "_");
    let heading = HEADINGS.iter().find(|(heading, _)| *heading == lower);
    let wanted = heading.map_or(lower.as_str(), |(_, name)| name);
    all().find(|known| *known == wanted).ok_or_else(|| {
        let names: Vec<&str> = all().collect();
        let meant = suggest::question(&lower, all());
        CliError::bad_input(format!("there is no column {:?}", name.trim()))
            .with_help(format!("{meant}the columns are {}", names.join(", ")))
    })
}

/// The heading of a column in a table.
pub(super) fn heading(name: &str) -> String {
    let heading = HEADINGS.iter().find(|(_, known)| *known == name);
    let heading = heading.map_or(name, |(heading, _)| heading);
    heading.to_uppercase().replace('_', " ")
}

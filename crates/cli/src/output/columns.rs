//! The columns that `--columns` chooses.

use clap::Args;

use super::records::TASK;
use crate::error::CliError;
use crate::options::Format;
use crate::suggest;

/// How long a task took; a column of tables that is no field.
pub(super) const DURATION: &str = "duration";
/// What a task changes; a column of tables that is no field.
pub(super) const CHANGE: &str = "change";
/// The columns of a table of one instance by default.
const OF_INSTANCE: [&str; 6] = ["id", "name", "status", "created_at", DURATION, "user_name"];
/// The columns of a table of many instances by default.
const OF_FLEET: [&str; 8] = [
    "instance_id",
    "instance_name",
    "name",
    "status",
    "created_at",
    DURATION,
    "user_name",
    CHANGE,
];
/// The headings that are not the names of their columns, in small letters.
const HEADINGS: [(&str, &str); 3] = [
    ("started", "created_at"),
    ("updated", "updated_at"),
    ("user", "user_name"),
];
/// The headings of a table of many instances that are others.
const FLEET_HEADINGS: [(&str, &str); 3] = [
    ("instance", "instance_id"),
    ("name", "instance_name"),
    ("task", "name"),
];

/// The tasks that a table shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Layout {
    /// Those of one instance.
    Instance,
    /// Those of many instances.
    Fleet,
}

/// The flag of the commands that list tasks.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct ColumnsFlag {
    /// Columns of a table, CSV or text, in this order, never left out or cut: service, instance_id,
    /// instance_name, id, name, status, created_at, updated_at, user_name, user_id, params, details,
    /// enable_show, error_code, old_capacity, new_capacity; in tables and text also duration and change
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    columns: Vec<String>,
}

impl ColumnsFlag {
    pub(crate) fn is_empty(&self) -> bool {
        self.columns.is_empty()
    }
}

/// Columns of tables and CSV, in order.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Columns(Vec<&'static str>);

impl Columns {
    /// The columns by default. The names of instances are left out where none is known.
    pub(super) fn of(layout: Layout, names_known: bool) -> Self {
        let columns: &[&str] = match layout {
            Layout::Instance => &OF_INSTANCE,
            Layout::Fleet => &OF_FLEET,
        };
        let is_known = |name: &&&str| names_known || **name != "instance_name";
        Self(columns.iter().filter(is_known).copied().collect())
    }

    /// Reads the names of --columns; `None` when it was not given.
    pub(super) fn chosen(flag: &ColumnsFlag, format: Format) -> Result<Option<Self>, CliError> {
        let names = &flag.columns;
        if names.is_empty() {
            return Ok(None);
        }
        if !matches!(format, Format::Table | Format::Csv | Format::Text) {
            return Err(CliError::bad_input(
                "--columns is for -o table, wide, csv and text, without --query",
            )
            .with_help("choose fields with --query, such as 'tasks[].[id, status]'"));
        }
        let place = format!("--columns {}", names.join(","));
        let columns = names.iter().map(|name| known(name));
        let columns = columns.collect::<Result<Vec<_>, _>>();
        let columns = columns.map_err(|error| error.at(&place))?;
        if let (Format::Csv, Some(computed)) = (
            format,
            [DURATION, CHANGE].into_iter().find(|c| columns.contains(c)),
        ) {
            let help = match computed {
                DURATION => "use created_at and updated_at",
                _ => "use details and params",
            };
            return Err(
                CliError::bad_input(format!("--columns: CSV has no column {computed}"))
                    .at(place)
                    .with_help(help),
            );
        }
        Ok(Some(Self(columns)))
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &'static str> {
        self.0.iter().copied()
    }
}

/// The names that --columns accepts.
fn all() -> impl Iterator<Item = &'static str> {
    TASK.into_iter().chain([DURATION, CHANGE])
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
pub(super) fn heading(name: &str, layout: Layout) -> String {
    let fleet: &[(&str, &str)] = match layout {
        Layout::Instance => &[],
        Layout::Fleet => &FLEET_HEADINGS,
    };
    let mut headings = fleet.iter().chain(&HEADINGS);
    let heading = headings.find(|(_, known)| *known == name);
    let heading = heading.map_or(name, |(heading, _)| heading);
    heading.to_uppercase().replace('_', " ")
}

//! Tables that fit the terminal.

use anstyle::{AnsiColor, Style};
use comfy_table::{
    Attribute, Cell, Color, ColumnConstraint, ContentArrangement, Row, Width, presets,
};
use hwtasks::TaskStatus;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::Value;

use super::Output;
use super::machine::{Check, State};
use super::records::Sheet;
use crate::task::{Entry, Time};
use crate::time;

/// A column: its name, and what becomes of it where there is no room.
#[derive(Clone, Debug)]
pub(crate) struct Column {
    name: String,
    fit: Fit,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fit {
    /// Never cut: it is to be copied, or short.
    Whole,
    /// Cut to what is left.
    Cut,
    /// Left out before anything is cut.
    Dropped,
}

impl Column {
    pub(crate) fn whole(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            fit: Fit::Whole,
        }
    }

    pub(crate) fn cut(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            fit: Fit::Cut,
        }
    }

    pub(crate) fn dropped(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            fit: Fit::Dropped,
        }
    }
}

/// The least that is left of a column that is cut.
const LEAST: u16 = 12;
/// What stands between two columns.
const GAP: u16 = 2;

/// Rows of cells below a header.
pub(crate) struct Table {
    columns: Vec<Column>,
    rows: Vec<Vec<Cell>>,
}

impl Table {
    pub(crate) fn new(columns: Vec<Column>) -> Self {
        Self {
            columns,
            rows: Vec::new(),
        }
    }

    /// The rows of a sheet, all columns alike.
    pub(super) fn of(sheet: &Sheet) -> Self {
        let mut table = Self::new(sheet.header.iter().map(Column::cut).collect());
        for row in &sheet.rows {
            table.row(row.iter().map(|text| plain(text)).collect());
        }
        table
    }

    pub(crate) fn row(&mut self, cells: Vec<Cell>) {
        self.rows.push(cells);
    }

    /// The lines of the table, in a terminal of this width if there is one.
    pub(crate) fn render(&self, width: Option<u16>) -> String {
        let mut table = comfy_table::Table::new();
        let names = self.columns.iter().map(|column| &column.name);
        let bold = |name| Cell::new(name).add_attribute(Attribute::Bold);
        let mut header = Row::from(names.map(bold).collect::<Vec<_>>());
        header.max_height(1);
        table
            .load_style(presets::NOTHING)
            .enforce_styling()
            .set_truncation_indicator("…")
            .set_header(header);
        table.style_text_only();
        for cells in &self.rows {
            let mut row = Row::from(cells.clone());
            row.max_height(1);
            table.add_row(row);
        }
        for column in table.column_iter_mut() {
            column.set_padding((0, GAP));
        }
        if let Some(width) = width {
            self.fit(&mut table, width);
        }
        let mut text = String::new();
        for line in table.lines() {
            text.push_str(line.trim_end());
            text.push('\n');
        }
        text
    }

    fn fit(&self, table: &mut comfy_table::Table, width: u16) {
        let mut widths = table.column_max_content_widths();
        let least = |widths: &[u16]| -> u16 {
            let columns = self.columns.iter().zip(widths);
            columns
                .filter(|(_, width)| **width > 0)
                .map(|(column, width)| {
                    let needed = match column.fit {
                        Fit::Cut => LEAST.min(*width),
                        Fit::Whole | Fit::Dropped => *width,
                    };
                    needed.saturating_add(GAP)
                })
                .fold(0, u16::saturating_add)
        };
        for (at, column) in self.columns.iter().enumerate().rev() {
            if least(&widths) > width && column.fit == Fit::Dropped {
                widths[at] = 0;
            }
        }
        table.set_content_arrangement(ContentArrangement::Dynamic);
        // The gap after the last column is cut off again.
        table.set_width(width.saturating_add(GAP));
        for (at, column) in self.columns.iter().enumerate() {
            let constraint = match column.fit {
                _ if widths[at] == 0 => ColumnConstraint::Hidden,
                Fit::Cut => continue,
                Fit::Whole | Fit::Dropped => {
                    ColumnConstraint::Absolute(Width::Fixed(widths[at].saturating_add(GAP)))
                }
            };
            if let Some(column) = table.column_mut(at) {
                column.set_constraint(constraint);
            }
        }
    }
}

/// A cell of text from outside: on one line, without anything that steers a terminal.
pub(crate) fn plain(text: &str) -> Cell {
    Cell::new(printable(text))
}

/// Text from outside, without anything that steers a terminal.
pub(crate) fn printable(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect()
}

/// A check of `doctor`, for people.
pub(crate) fn state_line(check: &Check) -> String {
    let (word, color) = match check.state {
        State::Ok => ("ok", AnsiColor::Green),
        State::Warning => ("warning", AnsiColor::Yellow),
        State::Failed => ("FAILED", AnsiColor::Red),
        State::Skipped => ("skipped", AnsiColor::BrightBlack),
    };
    let style = Style::new().fg_color(Some(color.into()));
    let message = printable(&check.message);
    let mut text = format!("{style}{word:<8}{style:#} {:<15} {message}\n", check.name);
    let below = [("to do", &check.advice), ("request", &check.request_id)];
    let below = below
        .into_iter()
        .filter_map(|(name, line)| Some((name, line.as_ref()?)));
    let causes = check.causes.iter().map(|cause| ("caused by", cause));
    for (name, line) in below.chain(causes) {
        text.push_str(&format!("{:<9}{name}: {}\n", "", printable(line)));
    }
    text
}

/// The colour of a state.
pub(crate) fn status_style(status: &TaskStatus) -> Option<Color> {
    Some(match status {
        TaskStatus::Success => Color::DarkGreen,
        TaskStatus::Failed => Color::DarkRed,
        TaskStatus::Cancelled | TaskStatus::Deleted => Color::DarkGrey,
        TaskStatus::Executing => Color::DarkCyan,
        TaskStatus::Created | TaskStatus::Waiting => Color::DarkYellow,
        _ => return None,
    })
}

fn status(status: Option<&TaskStatus>) -> Cell {
    let Some(status) = status else {
        return Cell::new("-");
    };
    let cell = plain(status.as_str());
    match status_style(status) {
        Some(color) => cell.fg(color),
        None => cell,
    }
}

/// A table of tasks.
pub(crate) struct TaskTable<'a> {
    zone: &'a TimeZone,
    now: Timestamp,
    width: Option<u16>,
}

impl<'a> TaskTable<'a> {
    pub(crate) fn new(output: &'a Output) -> Self {
        Self {
            zone: output.zone(),
            now: Timestamp::now(),
            width: output.width(),
        }
    }

    /// One task, a line for each of its fields.
    pub(crate) fn details(&self, task: &Entry) -> String {
        let mut table = Table::new(vec![Column::whole("FIELD"), Column::whole("VALUE")]);
        let fields = task.json.as_object().into_iter().flatten();
        for (name, value) in fields {
            let shown = match (name.as_str(), value) {
                ("status", _) => status(task.status.as_ref()),
                ("created_at", _) => plain(&self.time(&task.created, false)),
                ("updated_at", _) => plain(&self.time(&task.updated, false)),
                (_, Value::String(text)) => plain(text),
                (_, value) => plain(&value.to_string()),
            };
            table.row(vec![plain(name), shown]);
        }
        table.row(vec![plain("took"), plain(&self.took(task))]);
        table.render(None)
    }

    pub(crate) fn render<'e>(&self, tasks: impl IntoIterator<Item = &'e Entry> + Clone) -> String {
        // One zone has several offsets in a year, and the header can name only one.
        let mut offsets = tasks
            .clone()
            .into_iter()
            .filter_map(|task| task.created.get());
        let first = offsets.next().map(|at| time::offset(self.zone, at));
        let common = first.filter(|first| offsets.all(|at| time::offset(self.zone, at) == *first));
        let started = match &common {
            Some(offset) => format!("STARTED ({offset})"),
            None => "STARTED".to_owned(),
        };
        let mut table = Table::new(vec![
            Column::whole("ID"),
            Column::cut("NAME"),
            Column::whole("STATUS"),
            Column::dropped(started),
            Column::dropped("TOOK"),
            Column::dropped("USER"),
        ]);
        for task in tasks {
            let or_dash = |text: Option<&str>| plain(text.unwrap_or("-"));
            table.row(vec![
                or_dash(Some(task.id.as_str()).filter(|id| !id.is_empty())),
                or_dash(task.name.as_deref()),
                status(task.status.as_ref()),
                plain(&self.time(&task.created, common.is_some())),
                plain(&self.took(task)),
                or_dash(task.text("user_name")),
            ]);
        }
        table.render(self.width)
    }

    fn time(&self, at: &Time, bare: bool) -> String {
        match at {
            Time::At(at) if bare => time::local(self.zone, *at),
            Time::At(at) => {
                let offset = time::offset(self.zone, *at);
                format!("{} {offset}", time::local(self.zone, *at))
            }
            Time::Odd(text) => text.clone(),
            Time::Unset => "-".to_owned(),
        }
    }

    /// How long a task took, or has been going on.
    fn took(&self, task: &Entry) -> String {
        let Some(started) = task.created.get() else {
            return "-".to_owned();
        };
        match (task.has_ended(), task.updated.get()) {
            (true, Some(ended)) => time::shown(ended.duration_since(started)),
            (true, None) => "-".to_owned(),
            (false, _) => format!("{} so far", time::shown(self.now.duration_since(started))),
        }
    }
}

#[cfg(test)]
mod tests {
    use hwtasks::KafkaTask;
    use serde_json::json;

    use super::*;

    fn rendered(width: Option<u16>) -> String {
        let tasks: Vec<Entry> = [
            json!({
                "id": "8abfa7b272adc5b40172b73130065ae7", "name": "bindInstancePublicIp",
                "status": "SUCCESS", "user_name": "运维团队",
                "created_at": "2020-06-15T08:55:53.606Z", "updated_at": "2020-06-15T08:55:56.600Z",
            }),
            json!({
                "id": "8abfa7b372160bfd0172165864064079", "name": "修改配置",
                "status": "EXECUTING", "user_name": "a\u{1b}[31m\nb", "created_at": "2020-06-15T08:00Z",
            }),
            json!({ "id": "3", "created_at": "soon", "status": "PAUSED" }),
        ]
        .into_iter()
        .map(|json| Entry::of(&serde_json::from_value::<KafkaTask>(json).unwrap()))
        .collect();
        let now = "2020-06-15T09:00:00Z".parse().unwrap();
        let table = TaskTable {
            zone: &TimeZone::UTC,
            now,
            width,
        };
        anstream::adapter::strip_str(&table.render(&tasks)).to_string()
    }

    #[test]
    fn columns_are_aligned_for_chinese_text_and_nothing_steers_the_terminal() {
        insta::assert_snapshot!(rendered(None));
    }

    #[test]
    fn a_table_fits_its_terminal() {
        use unicode_width::UnicodeWidthStr as _;

        for width in [60, 80, 90, 100, 110, 120, 200] {
            let text = rendered(Some(width));
            let widest = text.lines().map(|line| line.width()).max().unwrap();
            assert!(widest <= usize::from(width), "{width}: {widest}\n{text}");
            // What is to be copied is never cut.
            assert!(text.contains("8abfa7b272adc5b40172b73130065ae7"), "{text}");
        }
        insta::assert_snapshot!("fits_80", rendered(Some(80)));
        insta::assert_snapshot!("fits_100", rendered(Some(100)));
    }
}

//! Tables of tasks.

use comfy_table::{Cell, Color};
use hwtasks::TaskStatus;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::Output;
use super::columns::{CHANGE, Columns, DURATION, Layout, heading};
use super::records;
use super::table::{Column, FittedTable, Table, plain};
use crate::task::{TaskRow, Time};
use crate::time;

/// The color of a state.
fn status_style(status: &TaskStatus) -> Option<Color> {
    Some(
        match TaskStatus::from(status.as_str().to_ascii_uppercase()) {
            TaskStatus::Success => Color::DarkGreen,
            TaskStatus::Failed => Color::DarkRed,
            TaskStatus::Cancelled | TaskStatus::Deleted => Color::DarkGrey,
            TaskStatus::Executing => Color::DarkCyan,
            TaskStatus::Created | TaskStatus::Waiting => Color::DarkYellow,
            _ => return None,
        },
    )
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

/// The smallest width of a column where more rows may follow: states and durations grow.
fn min_width(column: &str) -> u16 {
    match column {
        "status" => 9,
        DURATION => 14,
        _ => 0,
    }
}

/// The width to which the names of instances are cut at the most.
const MIN_NAME_WIDTH: u16 = 24;
/// Times younger than this are clear without their year.
const RECENT: SignedDuration = SignedDuration::from_hours(24 * 300);

/// How much a table shows of the times at which tasks started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Times {
    Whole,
    WithoutSeconds,
    WithoutYear,
}

/// A printed header: its column widths, and the time offset that it names.
#[derive(Debug)]
pub(crate) struct PrintedHeader {
    widths: Vec<u16>,
    offset: Option<String>,
}

/// A table of tasks.
pub(crate) struct TaskTable<'a> {
    zone: &'a TimeZone,
    now: Timestamp,
    width: Option<u16>,
    layout: Layout,
    /// The columns, unless they are the default ones.
    chosen: Option<&'a Columns>,
}

impl<'a> TaskTable<'a> {
    /// A table of the tasks of one or many instances.
    pub(crate) fn new(output: &'a Output, layout: Layout) -> Self {
        Self {
            zone: output.zone(),
            now: Timestamp::now(),
            width: output.fitted_width(),
            layout,
            chosen: output.columns(),
        }
    }

    /// The values of the columns of a task, for scripts.
    pub(super) fn text_cells(&self, task: &TaskRow, columns: &Columns) -> Vec<String> {
        let cell = |name| match name {
            DURATION => self.duration(task),
            CHANGE => task.change(),
            field => task.json.get(field).map(records::text).unwrap_or_default(),
        };
        columns.names().map(cell).collect()
    }

    /// One task, with one line per field.
    pub(crate) fn details(&self, task: &TaskRow) -> String {
        let mut table = Table::new(vec![Column::whole("FIELD"), Column::whole("VALUE")]);
        let fields = task.json.as_object().into_iter().flatten();
        for (name, value) in fields {
            let shown = match (name.as_str(), value) {
                ("status", _) => status(task.status.as_ref()),
                ("created_at", _) => plain(&self.time(&task.created, None)),
                ("updated_at", _) => plain(&self.time(&task.updated, None)),
                (_, Value::String(text)) => plain(text),
                (_, value) => plain(&value.to_string()),
            };
            table.row(vec![plain(name), shown]);
        }
        table.row(vec![plain("duration"), plain(&self.duration(task))]);
        let change = task.change();
        if !change.is_empty() {
            table.row(vec![plain("change"), plain(&change)]);
        }
        table.render(None).text
    }

    pub(crate) fn render<'e>(
        &self,
        tasks: impl IntoIterator<Item = &'e TaskRow> + Clone,
    ) -> FittedTable {
        let offset = self.common_offset(tasks.clone());
        let render = |times| {
            let table = self.table(tasks.clone(), offset.as_deref(), times);
            table.render(self.width)
        };
        let whole = render(Times::Whole);
        if self.width.is_none() || whole.missing().is_none() || offset.is_none() {
            return whole;
        }
        let is_recent = |task: &TaskRow| match task.created.get() {
            Some(at) => self.now.duration_since(at).abs() < RECENT,
            None => true,
        };
        let short = render(match tasks.clone().into_iter().all(is_recent) {
            true => Times::WithoutYear,
            false => Times::WithoutSeconds,
        });
        match short.is_fuller_than(&whole) {
            true => short,
            false => whole,
        }
    }

    /// A table that grows: its header and rows the first time, more rows afterwards.
    pub(crate) fn append<'e>(
        &self,
        tasks: impl IntoIterator<Item = &'e TaskRow> + Clone,
        header: &mut Option<PrintedHeader>,
    ) -> String {
        match header {
            Some(header) => {
                let table = self.table(tasks, header.offset.as_deref(), Times::Whole);
                let (text, _) = table.render_wide(&header.widths);
                text.split_once('\n')
                    .map_or_else(String::new, |(_, rows)| rows.to_owned())
            }
            None => {
                let offset = self.common_offset(tasks.clone());
                let columns = self.columns(tasks.clone());
                let table = self.table(tasks, offset.as_deref(), Times::Whole);
                let least: Vec<u16> = columns.names().map(min_width).collect();
                let (text, widths) = table.render_wide(&least);
                *header = Some(PrintedHeader { widths, offset });
                text
            }
        }
    }

    /// The zone's offset, if it is the same at the times of all tasks: the header can name only one.
    fn common_offset<'e>(&self, tasks: impl IntoIterator<Item = &'e TaskRow>) -> Option<String> {
        let created = tasks.into_iter().filter_map(|task| task.created.get());
        let mut offsets = created.map(|at| time::offset(self.zone, at));
        let first = offsets.next()?;
        offsets.all(|offset| offset == first).then_some(first)
    }

    /// The chosen columns, or the default ones.
    fn columns<'e>(&self, tasks: impl IntoIterator<Item = &'e TaskRow>) -> Columns {
        match self.chosen {
            Some(chosen) => chosen.clone(),
            None => {
                let mut tasks = tasks.into_iter();
                let names_known = tasks.any(|task| task.instance.name.is_some());
                Columns::of(self.layout, names_known)
            }
        }
    }

    /// A table of tasks with a header that names this offset.
    fn table<'e>(
        &self,
        tasks: impl IntoIterator<Item = &'e TaskRow> + Clone,
        offset: Option<&str>,
        times: Times,
    ) -> Table {
        let columns = self.columns(tasks.clone());
        let all_named = tasks
            .clone()
            .into_iter()
            .all(|task| task.instance.name.is_some());
        let header = columns.names().map(|name| {
            let heading = match (name, offset) {
                ("created_at", Some(offset)) => {
                    let heading = heading(name, self.layout);
                    match (times, offset.strip_prefix("UTC")) {
                        (Times::Whole, _) => format!("{heading} ({offset})"),
                        (_, None | Some("")) => format!("{heading} {offset}"),
                        (_, Some(hours)) => format!("{heading} {hours}"),
                    }
                }
                _ => heading(name, self.layout),
            };
            match (name, self.layout) {
                // Chosen columns are shown whole.
                _ if self.chosen.is_some() => Column::whole(heading),
                ("instance_name", _) => Column::cut_to(MIN_NAME_WIDTH, heading),
                ("name", _) => Column::cut(heading),
                ("id" | "status", _) => Column::whole(heading),
                ("instance_id", Layout::Fleet) if !all_named => Column::whole(heading),
                ("instance_id", _) => Column::dropped(0, heading),
                (DURATION, _) => Column::dropped(1, heading),
                (CHANGE, _) => Column::dropped(2, heading),
                ("user_name", _) => Column::dropped(3, heading),
                _ => Column::dropped(4, heading),
            }
        });
        let mut table = Table::new(header.collect());
        for task in tasks {
            let cells = columns
                .names()
                .map(|name| self.cell(name, task, offset, times));
            table.row(cells.collect());
        }
        table
    }

    fn cell(&self, column: &str, task: &TaskRow, offset: Option<&str>, times: Times) -> Cell {
        let text = match column {
            "status" => return status(task.status.as_ref()),
            "created_at" => match (times, task.created.get()) {
                (Times::WithoutSeconds, Some(at)) => time::local_minute(self.zone, at),
                (Times::WithoutYear, Some(at)) => time::local_without_year(self.zone, at),
                _ => self.time(&task.created, offset),
            },
            "updated_at" => self.time(&task.updated, None),
            DURATION => self.duration(task),
            "id" => task.id.clone(),
            "name" => task.name.clone().unwrap_or_default(),
            CHANGE => task.change(),
            field => task.json.get(field).map(records::text).unwrap_or_default(),
        };
        match text.is_empty() {
            true => plain("-"),
            false => plain(&text),
        }
    }

    /// A time, with its offset unless the header names it.
    fn time(&self, at: &Time, in_header: Option<&str>) -> String {
        match at {
            Time::At(at) => {
                let (local, offset) = (time::local(self.zone, *at), time::offset(self.zone, *at));
                match in_header {
                    Some(named) if named == offset => local,
                    _ => format!("{local} {offset}"),
                }
            }
            Time::Unparsed(text) => text.clone(),
            Time::Missing => "-".to_owned(),
        }
    }

    /// How long a task took, or has been running.
    fn duration(&self, task: &TaskRow) -> String {
        let Some(started) = task.created.get() else {
            return "-".to_owned();
        };
        match (task.has_ended(), task.updated.get()) {
            (true, Some(ended)) => time::shown(ended.duration_since(started)),
            (true, None) => "-".to_owned(),
            (false, _) => {
                // A start in the future means that this machine's clock is behind.
                let so_far = self.now.duration_since(started).max(SignedDuration::ZERO);
                format!("{} so far", time::shown(so_far))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use hwtasks::KafkaTask;
    use serde_json::json;

    use super::*;
    use crate::instances::Instance;
    use crate::options::Service;

    fn rendered(width: Option<u16>) -> String {
        let instance = Instance::new(Service::Kafka, "i");
        let tasks: Vec<TaskRow> = [
            json!({
                "id": "8abfa7b272adc5b40172b73130065ae7", "name": "bindInstancePublicIp",
                "status": "SUCCESS", "user_name": "运维团队",
                "created_at": "2020-06-15T08:55:53.606Z", "updated_at": "2020-06-15T08:55:56.600Z",
            }),
            json!({
                "id": "8abfa7b372160bfd0172165864064079", "name": "修改配置",
                "status": "EXECUTING", "user_name": "a\u{1b}[31m\nb", "created_at": "2020-06-15T08:00:00Z",
            }),
            json!({ "id": "3", "created_at": "soon", "status": "PAUSED" }),
        ]
        .into_iter()
        .map(|json| TaskRow::new(&instance, &serde_json::from_value::<KafkaTask>(json).unwrap()))
        .collect();
        let now = "2020-06-15T09:00:00Z".parse().unwrap();
        let table = TaskTable {
            zone: &TimeZone::UTC,
            now,
            width,
            layout: Layout::Instance,
            chosen: None,
        };
        anstream::adapter::strip_str(&table.render(&tasks).text).to_string()
    }

    #[test]
    fn table_with_chinese_and_control_characters_is_aligned() {
        insta::assert_snapshot!(rendered(None));
    }

    #[test]
    fn table_in_terminal_fits_its_width() {
        use unicode_width::UnicodeWidthStr as _;

        for width in [60, 80, 90, 100, 110, 120, 200] {
            let text = rendered(Some(width));
            let widest = text.lines().map(|line| line.width()).max().unwrap();
            assert!(widest <= usize::from(width), "{width}: {widest}\n{text}");
            // IDs are never cut, so that they can be copied.
            assert!(text.contains("8abfa7b272adc5b40172b73130065ae7"), "{text}");
        }
        insta::assert_snapshot!("fits_80", rendered(Some(80)));
        insta::assert_snapshot!("fits_100", rendered(Some(100)));
    }
}

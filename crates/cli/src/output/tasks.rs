//! Tables of tasks.

use comfy_table::{Cell, Color};
use hwtasks::TaskStatus;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::Output;
use super::table::{Column, Table, plain};
use crate::task::{Entry, Time};
use crate::time;

/// The colour of a state.
fn status_style(status: &TaskStatus) -> Option<Color> {
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

/// The least widths of the columns where more rows may follow: states and ages grow.
const LEAST: [u16; 5] = [0, 0, 9, 0, 14];

/// What stands above rows that follow: how wide its columns are, and the offset that its header names.
#[derive(Debug)]
pub(crate) struct Above {
    widths: Vec<u16>,
    offset: Option<String>,
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
                ("created_at", _) => plain(&self.time(&task.created, None)),
                ("updated_at", _) => plain(&self.time(&task.updated, None)),
                (_, Value::String(text)) => plain(text),
                (_, value) => plain(&value.to_string()),
            };
            table.row(vec![plain(name), shown]);
        }
        table.row(vec![plain("duration"), plain(&self.took(task))]);
        table.render(None)
    }

    pub(crate) fn render<'e>(&self, tasks: impl IntoIterator<Item = &'e Entry> + Clone) -> String {
        let offset = self.common_offset(tasks.clone());
        self.table(tasks, offset.as_deref()).render(self.width)
    }

    /// A table without a terminal that goes on: with its header the first time, then as more rows
    /// below it.
    pub(crate) fn append<'e>(
        &self,
        tasks: impl IntoIterator<Item = &'e Entry> + Clone,
        above: &mut Option<Above>,
    ) -> String {
        match above {
            Some(above) => {
                let table = self.table(tasks, above.offset.as_deref());
                let (text, _) = table.render_wide(&above.widths);
                text.split_once('\n')
                    .map_or_else(String::new, |(_, rows)| rows.to_owned())
            }
            None => {
                let offset = self.common_offset(tasks.clone());
                let table = self.table(tasks, offset.as_deref());
                let (text, widths) = table.render_wide(&LEAST);
                *above = Some(Above { widths, offset });
                text
            }
        }
    }

    /// The offset of the zone at the times of all these tasks: it has several in a year, and the header
    /// can name only one.
    fn common_offset<'e>(&self, tasks: impl IntoIterator<Item = &'e Entry>) -> Option<String> {
        let created = tasks.into_iter().filter_map(|task| task.created.get());
        let mut offsets = created.map(|at| time::offset(self.zone, at));
        let first = offsets.next()?;
        offsets.all(|offset| offset == first).then_some(first)
    }

    /// Tasks below a header that names this offset.
    fn table<'e>(&self, tasks: impl IntoIterator<Item = &'e Entry>, offset: Option<&str>) -> Table {
        let started = match offset {
            Some(offset) => format!("STARTED ({offset})"),
            None => "STARTED".to_owned(),
        };
        let mut table = Table::new(vec![
            Column::whole("ID"),
            Column::cut("NAME"),
            Column::whole("STATUS"),
            Column::dropped(started),
            Column::dropped("DURATION"),
            Column::dropped("USER"),
        ]);
        for task in tasks {
            let or_dash = |text: Option<&str>| plain(text.unwrap_or("-"));
            table.row(vec![
                or_dash(Some(task.id.as_str()).filter(|id| !id.is_empty())),
                or_dash(task.name.as_deref()),
                status(task.status.as_ref()),
                plain(&self.time(&task.created, offset)),
                plain(&self.took(task)),
                or_dash(task.text("user_name")),
            ]);
        }
        table
    }

    /// A time, with its offset unless that is said elsewhere.
    fn time(&self, at: &Time, said: Option<&str>) -> String {
        match at {
            Time::At(at) => {
                let (local, offset) = (time::local(self.zone, *at), time::offset(self.zone, *at));
                match said {
                    Some(said) if said == offset => local,
                    _ => format!("{local} {offset}"),
                }
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
            (false, _) => {
                // A start that is still to come is this machine's clock being behind.
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

//! The table of a watch: redrawn in a terminal, appended to elsewhere.

use std::collections::HashMap;
use std::io::IsTerminal as _;
use std::time::Duration;

use hwtasks::Error;
use jiff::Timestamp;
use serde_json::Value;

use crate::error::CliError;
use crate::options::Format;
use crate::output::{Layout, Output, PrintedHeader, TaskTable};
use crate::task::TaskRow;
use crate::terminal::{is_dumb_terminal, printable};
use crate::time;

/// Rows that stay free below the table: one for the cursor, one for the message at the end.
const ROWS_BELOW: usize = 2;

/// The width of each line.
fn widths(text: &str) -> Vec<usize> {
    text.lines().map(console::measure_text_width).collect()
}

/// How many rows lines of these widths take in a terminal, which wraps lines that are wider.
fn rows_of(lines: &[usize], width: Option<u16>) -> usize {
    let width = width.map_or(usize::MAX, usize::from).max(1);
    lines.iter().map(|line| line.div_ceil(width).max(1)).sum()
}

/// The IDs of an instance and of one of its tasks.
type Key = (String, String);

fn key(task: &TaskRow) -> Key {
    (task.instance.id.clone(), task.id.clone())
}

/// The tasks on the screen, or printed so far.
pub(super) struct View<'a> {
    /// What is watched.
    pub(super) title: String,
    layout: Layout,
    output: &'a mut Output,
    /// Whether a table is redrawn, instead of appending lines.
    screen: bool,
    /// The widths of the table's lines on the screen.
    drawn: Vec<usize>,
    /// The printed header, to which rows are appended.
    header: Option<PrintedHeader>,
    /// The tasks by instance and ID as they were last printed; `None` before the first poll.
    printed: Option<HashMap<Key, Value>>,
    /// The time from the start of a poll to the start of the next.
    pub(super) interval: Duration,
}

impl<'a> View<'a> {
    pub(super) fn new(
        output: &'a mut Output,
        title: String,
        layout: Layout,
        interval: Duration,
    ) -> Self {
        let screen = output.format == Format::Table
            && std::io::stdout().is_terminal()
            && !is_dumb_terminal();
        Self {
            title,
            layout,
            output,
            screen,
            drawn: Vec::new(),
            header: None,
            printed: None,
            interval,
        }
    }

    pub(super) fn show(&mut self, tasks: &[TaskRow]) -> Result<(), CliError> {
        match self.screen {
            true => self.draw(tasks),
            false => self.append(tasks),
        }
    }

    fn draw(&mut self, tasks: &[TaskRow]) -> Result<(), CliError> {
        let now = Timestamp::now();
        let zone = self.output.zone();
        let (clock, offset) = (time::local(zone, now), time::offset(zone, now));
        let interval = self.interval;
        let head = format!(
            "{}, {clock} {offset}, every {interval:?}; Ctrl-C ends",
            printable(&self.title)
        );
        let (width, height) = (self.output.width(), self.output.height());
        let fit = |line: &str| match width {
            Some(width) => console::truncate_str(line, usize::from(width), "…").into_owned(),
            None => line.to_owned(),
        };
        let head = fit(&head);
        let room = height.map(|height| usize::from(height).saturating_sub(ROWS_BELOW).max(1));
        let table = TaskTable::new(self.output, self.layout);
        // Rows that have scrolled off the screen cannot be redrawn.
        let mut shown = room.map_or(tasks.len(), |room| room.min(tasks.len()));
        let text = loop {
            let rows = table.render(tasks.iter().take(shown));
            let more = match tasks.len() - shown {
                0 => None,
                more => Some(format!("and {more} more")),
            };
            // On one line with the number of further tasks, where each row counts.
            let below: Vec<String> = more.into_iter().chain(rows.missing()).collect();
            let text = match below.is_empty() {
                true => format!("{head}\n{}", rows.text),
                false => {
                    let below = fit(&below.join("; "));
                    format!("{head}\n{}{below}\n", rows.text)
                }
            };
            let taken = rows_of(&widths(&text), width);
            if shown == 0 || room.is_none_or(|room| taken <= room) {
                break text;
            }
            shown -= 1;
        };
        let drawn = std::mem::replace(&mut self.drawn, widths(&text));
        self.output.redraw(rows_of(&drawn, width), &text)
    }

    /// Prints the tasks that are new or have changed, the oldest first.
    fn append(&mut self, tasks: &[TaskRow]) -> Result<(), CliError> {
        let first = self.printed.is_none();
        let printed = self.printed.get_or_insert_default();
        let changed: Vec<&TaskRow> = tasks
            .iter()
            .rev()
            .filter(|task| printed.get(&key(task)) != Some(&task.json))
            .collect();
        if self.output.is_streamed() {
            let mut text = match first {
                true => self.output.stream_header()?,
                false => String::new(),
            };
            for task in &changed {
                text.push_str(&self.output.stream_line(task)?);
            }
            self.output.bytes(text.as_bytes())?;
        } else if !changed.is_empty() {
            let table = TaskTable::new(self.output, self.layout);
            let text = table.append(changed.iter().copied(), &mut self.header);
            self.output.text(&text)?;
        }
        // Only those still watched: a watch never ends.
        let printed = tasks.iter().map(|task| (key(task), task.json.clone()));
        self.printed = Some(printed.collect());
        Ok(())
    }

    /// Says why a poll failed.
    pub(super) fn note(&mut self, error: Error) {
        let failure = CliError::from(error);
        self.output.warn(&format!("{failure}; polling again"));
        self.output.detail(&failure);
        self.disturbed();
    }

    /// Says something about an instance.
    pub(super) fn warn(&mut self, what: &str) {
        self.output.warn(what);
        self.disturbed();
    }

    /// Says that something else was printed: the table stays on the screen, and the next one is drawn below.
    pub(super) fn disturbed(&mut self) {
        self.drawn.clear();
    }
}

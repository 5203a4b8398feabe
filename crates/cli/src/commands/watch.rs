//! `hwtasks watch`: the tasks of an instance, as they change.

use std::collections::HashMap;
use std::io::IsTerminal as _;
use std::pin::pin;
use std::time::{Duration, Instant};

use clap::Args;
use futures_util::stream::{StreamExt as _, TryStreamExt as _};
use hwtasks::Error;
use jiff::Timestamp;
use serde_json::Value;

use crate::commands::{check_intervals, no_raw};
use crate::connect::Connection;
use crate::error::{CliError, Exit};
use crate::filter::Filter;
use crate::list_operation::{ListOperation, Window};
use crate::options::{Format, Global, Service};
use crate::output::{ColumnsFlag, Output, PrintedHeader, TaskTable};
use crate::runtime;
use crate::task::TaskRow;
use crate::terminal::{is_dumb_terminal, printable};
use crate::time;

/// How many tasks a poll reads to find those that a filter matches.
const MAX_TASKS_FILTERED: u32 = 200;

#[derive(Args)]
#[command(
    after_help = "A terminal shows a table that is redrawn at each poll. Elsewhere, and with -o \
    ndjson or csv, each task is printed when it first appears and at each change."
)]
pub(crate) struct Watch {
    /// ID of the instance
    instance: String,
    #[command(flatten)]
    filter: Filter,
    #[command(flatten)]
    columns: ColumnsFlag,
    /// Number of newest tasks to watch. With --status or --name but without --since, only the newest
    /// 200 tasks are read
    #[arg(short, long, value_name = "NUMBER", default_value_t = 20)]
    #[arg(value_parser = clap::value_parser!(u32).range(1..=1000), allow_hyphen_values = true)]
    limit: u32,
    /// Pause between polls
    #[arg(long, value_name = "DURATION", default_value = "5s", value_parser = time::duration)]
    #[arg(allow_hyphen_values = true)]
    interval: Duration,
    /// Longest pause between polls: it grows by half while nothing changes [default: --interval]
    #[arg(long, value_name = "DURATION", value_parser = time::duration, allow_hyphen_values = true)]
    max_interval: Option<Duration>,
}

impl Watch {
    pub(crate) fn run(&self, service: Service, global: &Global) -> Result<(), CliError> {
        no_raw(global)?;
        check_intervals(Some(self.interval), self.max_interval)?;
        let mut output = Output::new(global)?;
        if output.query.is_some() || matches!(output.format, Format::Json | Format::Yaml) {
            return Err(
                CliError::bad_input("a watch never ends, so it cannot print one document")
                    .with_help("use -o table, ndjson or csv, without --query"),
            );
        }
        output.choose_columns(&self.columns, global)?;
        let mut window = self.filter.window(&output)?;
        // A filter may match few of many tasks; a poll must not read the whole history for them.
        let max_read = match (self.filter.matches_all(), window.since) {
            (true, _) => self.limit,
            (false, None) => MAX_TASKS_FILTERED.max(self.limit),
            (false, Some(_)) => u32::MAX,
        };
        window.page = Some(max_read);
        if !self.filter.matches_all() && window.since.is_none() {
            output.hint(&format!(
                "each poll reads the newest {max_read} tasks; with --since, all tasks since then"
            ));
        }
        let screen = output.format == Format::Table
            && std::io::stdout().is_terminal()
            && !is_dumb_terminal();
        runtime::block_on(async {
            let mut interrupted = pin!(runtime::interrupted());
            let connection = Connection::open(global).await?;
            let place = connection.place(service, &self.instance);
            let mut view = View {
                watch: self,
                service,
                output: &mut output,
                screen,
                drawn: Vec::new(),
                header: None,
                printed: None,
                interval: self.interval,
            };
            let mut polls = 0;
            let mut previous = None;
            let mut tolerance = Tolerance::new(Instant::now());
            loop {
                let polled = tokio::select! {
                    biased;
                    () = &mut interrupted => return stopped(polls),
                    polled = self.poll(service, &connection, window, max_read) => polled,
                };
                tolerance.found |= polled.is_ok();
                let mut requested = None;
                let polled = polled.map(Some).or_else(|error| {
                    match tolerance.covers(&error, Instant::now()) {
                        true => {
                            requested = error.retry_after();
                            view.note(error);
                            Ok(None)
                        }
                        false => Err(CliError::from(error).at(&place)),
                    }
                })?;
                view.interval = match polled == previous {
                    true => self.next_interval(view.interval),
                    false => self.interval,
                };
                if let Some(tasks) = &polled {
                    view.show(tasks)?;
                    previous = polled;
                }
                polls += 1;
                tokio::select! {
                    biased;
                    () = &mut interrupted => return stopped(polls),
                    () = tokio::time::sleep(view.interval.max(requested.unwrap_or_default())) => {}
                }
            }
        })
    }

    /// The pause after a poll without a change.
    fn next_interval(&self, interval: Duration) -> Duration {
        let max = self.max_interval.unwrap_or(self.interval);
        (interval.saturating_mul(3) / 2).min(max)
    }

    async fn poll(
        &self,
        service: Service,
        connection: &Connection,
        window: Window,
        max_read: u32,
    ) -> Result<Vec<TaskRow>, Error> {
        let count = |number| usize::try_from(number).unwrap_or(usize::MAX);
        let source = ListOperation::current(service);
        let tasks = source.tasks(&connection.client, &self.instance, window);
        tasks
            .take(count(max_read))
            .try_filter(|task| std::future::ready(self.filter.matches(task)))
            .take(count(self.limit))
            .try_collect()
            .await
    }
}

/// How long a watch tolerates a 5xx before its first successful poll; the default of a wait.
const GRACE: Duration = Duration::from_secs(60);

/// Which errors a watch tolerates: all transient ones once a poll has succeeded. Before, a 429 always
/// and, for the grace period, the others of a service that responds.
struct Tolerance {
    started: Instant,
    found: bool,
    responded: bool,
}

impl Tolerance {
    fn new(started: Instant) -> Self {
        Self {
            started,
            found: false,
            responded: false,
        }
    }

    fn covers(&mut self, error: &Error, now: Instant) -> bool {
        self.responded |= error.status().is_some();
        let in_grace = self.responded && now.saturating_duration_since(self.started) < GRACE;
        error.is_throttled() || error.is_retryable() && (self.found || in_grace)
    }
}

fn stopped(polls: u32) -> Result<(), CliError> {
    let polls = match polls {
        1 => "1 poll".to_owned(),
        polls => format!("{polls} polls"),
    };
    Err(CliError::new(Exit::Interrupted, format!("after {polls}")))
}

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

/// The tasks on the screen, or printed so far.
struct View<'a> {
    watch: &'a Watch,
    service: Service,
    output: &'a mut Output,
    /// Whether a table is redrawn, instead of appending lines.
    screen: bool,
    /// The widths of the table's lines on the screen.
    drawn: Vec<usize>,
    /// The printed header, to which rows are appended.
    header: Option<PrintedHeader>,
    /// The tasks by ID as they were last printed; `None` before the first poll.
    printed: Option<HashMap<String, Value>>,
    /// The pause until the next poll.
    interval: Duration,
}

impl View<'_> {
    fn show(&mut self, tasks: &[TaskRow]) -> Result<(), CliError> {
        match self.screen {
            true => self.draw(tasks),
            false => self.append(tasks),
        }
    }

    fn draw(&mut self, tasks: &[TaskRow]) -> Result<(), CliError> {
        let now = Timestamp::now();
        let zone = self.output.zone();
        let (clock, offset) = (time::local(zone, now), time::offset(zone, now));
        let service = match self.service {
            Service::Dcs => "DCS",
            Service::Kafka => "Kafka",
        };
        let interval = self.interval;
        let head = format!(
            "{service} instance {}, {clock} {offset}, every {interval:?}; Ctrl-C ends",
            printable(&self.watch.instance)
        );
        let (width, height) = (self.output.width(), self.output.height());
        let fit = |line: &str| match width {
            Some(width) => console::truncate_str(line, usize::from(width), "…").into_owned(),
            None => line.to_owned(),
        };
        let head = fit(&head);
        let room = height.map(|height| usize::from(height).saturating_sub(ROWS_BELOW).max(1));
        let table = TaskTable::new(self.output, &self.watch.instance);
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
            .filter(|task| printed.get(&task.id) != Some(&task.json))
            .collect();
        match self.output.format {
            Format::Ndjson => {
                for task in &changed {
                    self.output.line(&task.json)?;
                }
            }
            Format::Csv => {
                let mut text = match first {
                    true => self.output.csv_header()?,
                    false => String::new(),
                };
                for task in &changed {
                    text.push_str(&self.output.csv_row(&self.watch.instance, &task.json)?);
                }
                self.output.bytes(text.as_bytes())?;
            }
            _ if changed.is_empty() => {}
            _ => {
                let table = TaskTable::new(self.output, &self.watch.instance);
                let text = table.append(changed.iter().copied(), &mut self.header);
                self.output.text(&text)?;
            }
        }
        // Only those still watched: a watch never ends.
        let printed = tasks
            .iter()
            .map(|task| (task.id.clone(), task.json.clone()));
        self.printed = Some(printed.collect());
        Ok(())
    }

    fn note(&mut self, error: Error) {
        let failure = CliError::from(error);
        self.output.warn(&format!("{failure}; polling again"));
        self.output.detail(&failure);
        // The table stays on the screen; the next one is drawn below the note.
        self.drawn.clear();
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Program {
        #[command(flatten)]
        watch: Watch,
    }

    #[test]
    fn interval_without_change_grows_to_max_interval() {
        let watch = |args: &[&str]| {
            let words = ["watch", "i"].iter().chain(args);
            Program::try_parse_from(words).unwrap().watch
        };
        let fixed = watch(&["--interval=4s"]);
        assert_eq!(fixed.next_interval(fixed.interval), Duration::from_secs(4));
        let growing = watch(&["--interval=4s", "--max-interval=7s"]);
        let second = growing.next_interval(growing.interval);
        assert_eq!(second, Duration::from_secs(6));
        assert_eq!(growing.next_interval(second), Duration::from_secs(7));
    }
}

//! `hwtasks watch`: the tasks of an instance, as they change.

use std::collections::HashMap;
use std::io::IsTerminal as _;
use std::pin::pin;
use std::time::Duration;

use clap::Args;
use futures_util::stream::{StreamExt as _, TryStreamExt as _};
use hwtasks::Error;
use jiff::Timestamp;
use serde_json::Value;

use crate::args::{Global, Service};
use crate::commands::no_raw;
use crate::connect::Connection;
use crate::failure::{Exit, Failure};
use crate::filter::Filter;
use crate::output::{Above, Format, Output, Sheet, TaskTable, is_dumb_terminal, printable, record};
use crate::runtime;
use crate::source::{Source, Window};
use crate::task::Entry;
use crate::time;

/// How many tasks a look goes through for those that a filter takes.
const THROUGH: u32 = 200;

#[derive(Args)]
#[command(
    after_help = "In a terminal, a table that is drawn anew; elsewhere, and with -o ndjson or \
    csv, each task as it is first met and whenever it has changed."
)]
pub(crate) struct Watch {
    service: Service,
    /// The instance's ID
    instance: String,
    #[command(flatten)]
    filter: Filter,
    /// How many of the newest tasks are watched; with --status or --name, and without --since, they are
    /// looked for among the newest 200
    #[arg(short, long, value_name = "NUMBER", default_value_t = 20)]
    #[arg(value_parser = clap::value_parser!(u32).range(1..=1000))]
    limit: u32,
    /// Pause between two looks
    #[arg(long, value_name = "DURATION", default_value = "5s", value_parser = time::duration)]
    interval: Duration,
}

impl Watch {
    pub(crate) fn run(&self, global: &Global) -> Result<(), Failure> {
        no_raw(global)?;
        let mut output = Output::new(global)?;
        if output.query.is_some() || matches!(output.format, Format::Json | Format::Yaml) {
            return Err(Failure::bad_input("a watch has no end, and so no document")
                .advice("use -o table, ndjson or csv, without --query"));
        }
        let mut window = self.filter.window(&output)?;
        // A filter may take few of many, and a look must not read a whole history for them.
        let through = match (self.filter.takes_all(), window.since) {
            (true, _) => self.limit,
            (false, None) => THROUGH.max(self.limit),
            (false, Some(_)) => u32::MAX,
        };
        window.page = Some(through);
        if !self.filter.takes_all() && window.since.is_none() {
            output.hint(&format!(
                "each look goes through the newest {through} tasks; with --since, through all since then"
            ));
        }
        let screen = output.format == Format::Table
            && std::io::stdout().is_terminal()
            && !is_dumb_terminal();
        runtime::block_on(async {
            let mut interrupted = pin!(runtime::interrupted());
            let connection = Connection::open(global).await?;
            let place = connection.place(self.service, &self.instance);
            let mut view = View {
                watch: self,
                output: &mut output,
                screen,
                drawn: Vec::new(),
                above: None,
                met: None,
            };
            let mut looks = 0;
            loop {
                let looked = tokio::select! {
                    biased;
                    () = &mut interrupted => return stopped(looks),
                    looked = self.look(&connection, window, through) => looked,
                };
                match looked {
                    Ok(tasks) => view.show(tasks)?,
                    // Once it has answered, what passes is waited out.
                    Err(error) if looks > 0 && error.is_transient() => view.note(error),
                    Err(error) => return Err(Failure::from(error).at(&place)),
                }
                looks += 1;
                tokio::select! {
                    biased;
                    () = &mut interrupted => return stopped(looks),
                    () = tokio::time::sleep(self.interval) => {}
                }
            }
        })
    }

    async fn look(
        &self,
        connection: &Connection,
        window: Window,
        through: u32,
    ) -> Result<Vec<Entry>, Error> {
        let count = |number| usize::try_from(number).unwrap_or(usize::MAX);
        let source = Source::of(self.service);
        let tasks = source.tasks(&connection.client, &self.instance, window);
        tasks
            .take(count(through))
            .try_filter(|task| std::future::ready(self.filter.takes(task)))
            .take(count(self.limit))
            .try_collect()
            .await
    }
}

fn stopped(looks: u32) -> Result<(), Failure> {
    let looks = match looks {
        1 => "1 look".to_owned(),
        looks => format!("{looks} looks"),
    };
    Err(Failure::new(Exit::Interrupted, format!("after {looks}")))
}

/// The rows that stay free below what is drawn: the cursor's, and one for where it stopped.
const BELOW: usize = 2;

/// How wide each line is.
fn widths(text: &str) -> Vec<usize> {
    text.lines().map(console::measure_text_width).collect()
}

/// How many rows lines of these widths take in a terminal of this width, which breaks those that are
/// wider.
fn rows_of(lines: &[usize], width: Option<u16>) -> usize {
    let width = width.map_or(usize::MAX, usize::from).max(1);
    lines.iter().map(|line| line.div_ceil(width).max(1)).sum()
}

/// What has been shown.
struct View<'a> {
    watch: &'a Watch,
    output: &'a mut Output,
    /// Whether a table is drawn anew, rather than lines appended.
    screen: bool,
    /// How wide the lines of the table are that is on the screen.
    drawn: Vec<usize>,
    /// What has been printed that rows are appended to.
    above: Option<Above>,
    /// The tasks as they were last printed, by their IDs; `None` before the first look.
    met: Option<HashMap<String, Value>>,
}

impl View<'_> {
    fn show(&mut self, tasks: Vec<Entry>) -> Result<(), Failure> {
        match self.screen {
            true => self.draw(&tasks),
            false => self.append(tasks),
        }
    }

    fn draw(&mut self, tasks: &[Entry]) -> Result<(), Failure> {
        let now = Timestamp::now();
        let zone = self.output.zone();
        let (clock, offset) = (time::local(zone, now), time::offset(zone, now));
        let service = match self.watch.service {
            Service::Dcs => "DCS",
            Service::Kafka => "Kafka",
        };
        let interval = self.watch.interval;
        let head = format!(
            "{service} instance {}, {clock} {offset}, every {interval:?}; Ctrl-C ends",
            printable(&self.watch.instance)
        );
        let (width, height) = (self.output.width(), self.output.height());
        let head = match width {
            Some(width) => console::truncate_str(&head, usize::from(width), "…").into_owned(),
            None => head,
        };
        let room = height.map(|height| usize::from(height).saturating_sub(BELOW).max(1));
        let table = TaskTable::new(self.output);
        // What has scrolled away cannot be drawn anew.
        let mut shown = room.map_or(tasks.len(), |room| room.min(tasks.len()));
        let text = loop {
            let rows = table.render(tasks.iter().take(shown));
            let text = match tasks.len() - shown {
                0 => format!("{head}\n{rows}"),
                more => format!("{head}\n{rows}and {more} more\n"),
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
    fn append(&mut self, tasks: Vec<Entry>) -> Result<(), Failure> {
        let first = self.met.is_none();
        let met = self.met.get_or_insert_default();
        let changed: Vec<&Entry> = tasks
            .iter()
            .rev()
            .filter(|task| met.get(&task.id) != Some(&task.json))
            .collect();
        match self.output.format {
            Format::Ndjson => {
                for task in &changed {
                    self.output.line(&task.json)?;
                }
            }
            Format::Csv => {
                let mut text = match first {
                    true => Sheet::of_tasks().csv()?,
                    false => String::new(),
                };
                for task in &changed {
                    let row = Sheet::task(&self.watch.instance, &task.json);
                    text.push_str(&record(row.iter().map(String::as_str))?);
                }
                self.output.bytes(text.as_bytes())?;
            }
            _ if changed.is_empty() => {}
            _ => {
                let table = TaskTable::new(self.output);
                let text = table.append(changed.iter().copied(), &mut self.above);
                self.output.text(&text)?;
            }
        }
        // Only those that are still watched: a watch has no end.
        self.met = Some(tasks.into_iter().map(|task| (task.id, task.json)).collect());
        Ok(())
    }

    fn note(&mut self, error: Error) {
        let failure = Failure::from(error);
        self.output.warn(&format!("{failure}; looking again"));
        self.output.detail(&failure);
        // The table stays, and the next one is drawn below the note.
        self.drawn.clear();
    }
}

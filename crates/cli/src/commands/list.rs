//! `hwtasks dcs list` and `hwtasks kafka list`: the tasks of one instance.

use std::pin::{Pin, pin};
use std::sync::Arc;

use clap::{Args, ValueEnum};
use futures_util::{StreamExt as _, TryStreamExt as _};
use serde_json::Value;

use crate::commands::raw_failure;
use crate::complete;
use crate::connect::Connection;
use crate::error::{CliError, Exit};
use crate::filter::Filter;
use crate::instances::Instance;
use crate::list_operation::{ListOperation, Window};
use crate::options::{Format, Global};
use crate::output::{ColumnsFlag, Layout, Output, TaskTable, machine};
use crate::runtime;
use crate::task::TaskRow;

/// The default of --limit.
const DEFAULT_LIMIT: u32 = 50;

#[derive(Args)]
pub(crate) struct ListDcs {
    #[command(flatten)]
    list: ListOptions,
    /// Version of the list operation; v1 was withdrawn in 2019
    #[arg(long, value_name = "VERSION", default_value = "v2")]
    api: DcsApi,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum DcsApi {
    V1,
    V2,
}

#[derive(Args)]
pub(crate) struct List {
    #[command(flatten)]
    list: ListOptions,
}

#[derive(Args)]
struct ListOptions {
    /// ID of the instance, or its name as @NAME
    #[arg(add = complete::instances())]
    instance: String,
    #[command(flatten)]
    filter: Filter,
    #[command(flatten)]
    columns: ColumnsFlag,
    /// Show at most this many tasks, over as many pages as needed; --raw shows whole pages and may show
    /// more
    #[arg(short, long, value_name = "NUMBER", default_value_t = DEFAULT_LIMIT, conflicts_with = "all")]
    #[arg(value_parser = limit, allow_hyphen_values = true)]
    limit: u32,
    /// Show all tasks
    #[arg(short, long)]
    all: bool,
}

fn limit(text: &str) -> Result<u32, String> {
    let number = text.parse().ok().filter(|number| *number > 0);
    number.ok_or_else(|| "give a number from 1; --all shows all".to_owned())
}

impl ListDcs {
    pub(crate) fn run(&self, global: &Global) -> Result<(), CliError> {
        let source = match self.api {
            DcsApi::V1 => ListOperation::DcsV1,
            DcsApi::V2 => ListOperation::Dcs,
        };
        self.list.run(source, global)
    }
}

impl List {
    pub(crate) fn run(&self, global: &Global) -> Result<(), CliError> {
        self.list.run(ListOperation::Kafka, global)
    }
}

impl ListOptions {
    fn run(&self, source: ListOperation, global: &Global) -> Result<(), CliError> {
        let mut output = Output::new(global)?;
        output.choose_columns(&self.columns, global)?;
        let mut window = self.filter.window(&output)?;
        if global.raw && !self.filter.matches_all() {
            return Err(CliError::bad_input(
                "--raw prints whole responses, so it cannot filter tasks",
            )
            .with_help("leave out --status and --name, or --raw"));
        }
        if !self.all && self.filter.matches_all() {
            // One more task shows whether there are more.
            let more = u32::from(!global.raw);
            window.page = Some(self.limit.saturating_add(more));
        }
        runtime::block_on(async {
            let mut interrupted = pin!(runtime::interrupted());
            let connection = Connection::open(global).await?;
            let instance = connection.instance(source.service(), &self.instance);
            let instance = runtime::unless(&mut interrupted, runtime::not_begun, instance).await?;
            connection.then("further pages, if the response does not have all tasks");
            let place = connection.place(&instance);
            let listing = Listing {
                options: self,
                instance,
                source,
                window,
                connection,
            };
            let listed = match global.raw {
                true => listing.raw(&mut output, &mut interrupted).await,
                false => listing.tasks(&mut output, &mut interrupted).await,
            };
            listed.map_err(|failure| match failure.exit() {
                Exit::Api => failure.at_instance(place, &self.instance),
                _ => failure,
            })
        })
    }

    fn limit(&self) -> usize {
        match self.all {
            true => usize::MAX,
            false => usize::try_from(self.limit).unwrap_or(usize::MAX),
        }
    }
}

/// A list in progress.
struct Listing<'a> {
    options: &'a ListOptions,
    instance: Arc<Instance>,
    source: ListOperation,
    window: Window,
    connection: Connection,
}

impl Listing<'_> {
    async fn raw(
        self,
        output: &mut Output,
        interrupted: &mut Pin<&mut impl Future<Output = ()>>,
    ) -> Result<(), CliError> {
        let client = &self.connection.client;
        let mut pages = self.source.pages(client, &self.instance.id, self.window);
        let mut seen = 0;
        loop {
            let next = tokio::select! {
                next = pages.next() => next,
                () = &mut *interrupted => return Err(stopped(seen)),
            };
            let Some(page) = next else {
                break;
            };
            let page = page.map_err(|error| raw_failure(output, error))?;
            output.bytes(&page.bytes)?;
            seen += page.tasks;
            if seen >= self.options.limit() {
                let tasks = if seen == 1 { "task" } else { "tasks" };
                output.hint(&format!(
                    "{seen} {tasks} shown, in whole pages, and there may be more: see --limit and \
                     --all"
                ));
                break;
            }
        }
        Ok(())
    }

    async fn tasks(
        self,
        output: &mut Output,
        interrupted: &mut Pin<&mut impl Future<Output = ()>>,
    ) -> Result<(), CliError> {
        let options = self.options;
        let client = &self.connection.client;
        let mut tasks = self.source.tasks(client, &self.instance, self.window);
        let mut printer = Printer::new(output, &self.instance);
        let mut more = false;
        let mut shown = 0;
        loop {
            let next = tokio::select! {
                next = tasks.try_next() => next?,
                () = &mut *interrupted => {
                    printer.finish(true)?;
                    return Err(stopped(shown));
                }
            };
            let Some(task) = next else {
                break;
            };
            if !options.filter.matches(&task) {
                continue;
            }
            if shown == options.limit() {
                more = true;
                break;
            }
            shown += 1;
            printer.task(task)?;
        }
        printer.finish(more)?;
        if more {
            let tasks = if shown == 1 { "task" } else { "tasks" };
            output.hint(&format!(
                "{shown} {tasks} shown, and there are more: see --limit and --all"
            ));
        } else if shown == 0 {
            output.hint("no tasks");
        }
        Ok(())
    }
}

fn stopped(tasks: usize) -> CliError {
    let some = if tasks == 1 { "task" } else { "tasks" };
    CliError::new(Exit::Interrupted, format!("after {tasks} {some}"))
}

/// Prints tasks as they arrive where the format allows, else at the end.
struct Printer<'a> {
    output: &'a mut Output,
    instance: &'a Instance,
    /// Tasks that are printed at the end.
    buffered: Vec<TaskRow>,
    header_written: bool,
}

impl<'a> Printer<'a> {
    fn new(output: &'a mut Output, instance: &'a Instance) -> Self {
        Self {
            output,
            instance,
            buffered: Vec::new(),
            header_written: false,
        }
    }

    fn task(&mut self, task: TaskRow) -> Result<(), CliError> {
        if !self.output.is_streamed() {
            self.buffered.push(task);
            return Ok(());
        }
        self.stream_header()?;
        let line = self.output.stream_line(&task)?;
        self.output.bytes(line.as_bytes())
    }

    fn stream_header(&mut self) -> Result<(), CliError> {
        if std::mem::replace(&mut self.header_written, true) {
            return Ok(());
        }
        let header = self.output.stream_header()?;
        self.output.bytes(header.as_bytes())
    }

    fn finish(&mut self, more: bool) -> Result<(), CliError> {
        if self.output.is_streamed() {
            return self.stream_header();
        }
        match (self.output.format, &self.output.query) {
            (Format::Table, None) if self.buffered.is_empty() => Ok(()),
            (Format::Table, None) => {
                let table = TaskTable::new(self.output, Layout::Instance).render(&self.buffered);
                self.output.table(&table)
            }
            _ => {
                let tasks: Vec<Value> = self.buffered.drain(..).map(|task| task.json).collect();
                self.output.value(machine::List {
                    service: self.instance.service,
                    instance_id: self.instance.id.clone(),
                    instance_name: self.instance.name.clone(),
                    tasks,
                    more,
                })
            }
        }
    }
}

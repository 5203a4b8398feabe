//! `hwtasks dcs show` and `hwtasks kafka show`: one task.

use clap::Args;
use clap::builder::NonEmptyStringValueParser;
use futures_util::TryStreamExt as _;
use hwtasks::Error;

use crate::commands::raw_failure;
use crate::connect::Connection;
use crate::error::{CliError, Exit};
use crate::list_operation::{ListOperation, Window};
use crate::options::{Format, Global, Service};
use crate::output::{CsvTable, Output, TaskTable};
use crate::runtime;
use crate::task::TaskRow;

#[derive(Args)]
pub(crate) struct Show {
    /// ID of the instance
    instance: String,
    /// ID of the task
    #[arg(value_parser = NonEmptyStringValueParser::new())]
    task: String,
}

impl Show {
    pub(crate) fn run(&self, service: Service, global: &Global) -> Result<(), CliError> {
        let mut output = Output::new(global)?;
        runtime::block_on_until_interrupted("before the response arrived", async {
            let connection = Connection::open(global).await?;
            let shown = match service {
                Service::Dcs => self.dcs(&connection, global.raw, &mut output).await,
                Service::Kafka => self.kafka(&connection, global.raw, &mut output).await,
            };
            shown.map_err(|failure| match failure.exit() {
                Exit::PipeClosed => failure,
                _ => failure.at(connection.place(service, &self.instance)),
            })
        })
    }

    /// Prints a task of Kafka, which has an operation that shows one.
    async fn kafka(
        &self,
        connection: &Connection,
        raw: bool,
        output: &mut Output,
    ) -> Result<(), CliError> {
        let request = connection.client.kafka().show(&self.instance, &self.task);
        let response = request.await.map_err(|error| failed(error, raw, output))?;
        if raw {
            return output.bytes(response.raw_body());
        }
        let task = TaskRow::new(&*response);
        print(output, &self.instance, task)
    }

    /// Prints a task of DCS, which only lists tasks: pages are read until one holds the task.
    async fn dcs(
        &self,
        connection: &Connection,
        raw: bool,
        output: &mut Output,
    ) -> Result<(), CliError> {
        let (client, window) = (&connection.client, Window::default());
        if raw {
            let mut pages = ListOperation::Dcs.pages(client, &self.instance, window);
            loop {
                let page = pages.try_next().await;
                match page.map_err(|error| failed(error, raw, output))? {
                    Some(page) if page.ids.contains(&self.task) => {
                        return output.bytes(&page.bytes);
                    }
                    Some(_) => {}
                    None => return Err(self.not_found()),
                }
            }
        }
        let mut tasks = ListOperation::Dcs.tasks(client, &self.instance, window);
        while let Some(task) = tasks.try_next().await? {
            if task.id == self.task {
                return print(output, &self.instance, task);
            }
        }
        Err(self.not_found())
    }

    fn not_found(&self) -> CliError {
        let (instance, task) = (&self.instance, &self.task);
        CliError::new(
            Exit::Api,
            format!("task {task:?} is not in the task list of the instance"),
        )
        .with_help(format!(
            "check the task's ID: `hwtasks dcs list {instance} --all`"
        ))
    }
}

/// The error of a request; with `--raw`, its body is printed.
fn failed(error: Error, raw: bool, output: &mut Output) -> CliError {
    match raw {
        true => raw_failure(output, error),
        false => error.into(),
    }
}

/// Prints one task of an instance.
pub(crate) fn print(output: &mut Output, instance: &str, task: TaskRow) -> Result<(), CliError> {
    match (output.format, &output.query) {
        (Format::Table, None) => {
            let text = TaskTable::new(output, instance).details(&task);
            output.text(&text)
        }
        (Format::Csv, None) => {
            let mut sheet = CsvTable::of_tasks();
            sheet.rows.push(CsvTable::task(instance, &task.json));
            output.bytes(sheet.csv()?.as_bytes())
        }
        _ => output.value(task.json),
    }
}

//! `hwtasks dcs show` and `hwtasks kafka show`: one task.

use std::sync::Arc;

use clap::Args;
use clap::builder::NonEmptyStringValueParser;
use futures_util::TryStreamExt as _;
use hwtasks::{Client, Error};

use crate::commands::raw_failure;
use crate::complete;
use crate::connect::Connection;
use crate::error::{CliError, Exit};
use crate::instances::Instance;
use crate::list_operation::{ListOperation, Window};
use crate::options::{Format, Global, Service};
use crate::output::{Layout, Output, TaskTable};
use crate::runtime;
use crate::task::TaskRow;

#[derive(Args)]
pub(crate) struct Show {
    /// ID of the instance, or its name as @NAME
    #[arg(add = complete::instances())]
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
            let instance = connection.instance(service, &self.instance).await?;
            if service == Service::Dcs {
                connection.then("further pages, until one has the task");
            }
            let (client, raw) = (&connection.client, global.raw);
            let shown = match service {
                Service::Dcs => self.dcs(client, &instance, raw, &mut output).await,
                Service::Kafka => self.kafka(client, &instance, raw, &mut output).await,
            };
            shown.map_err(|failure| match failure.exit() {
                Exit::PipeClosed => failure,
                _ => failure.at_instance(connection.place(&instance), &self.instance),
            })
        })
    }

    /// Prints a task of Kafka, which has an operation that shows one.
    async fn kafka(
        &self,
        client: &Client,
        instance: &Arc<Instance>,
        raw: bool,
        output: &mut Output,
    ) -> Result<(), CliError> {
        let request = client.kafka().show(&instance.id, &self.task);
        let response = request.await.map_err(|error| failed(error, raw, output))?;
        if raw {
            return output.bytes(response.raw_body());
        }
        print(output, TaskRow::new(instance, &*response))
    }

    /// Prints a task of DCS, which only lists tasks: pages are read until one holds the task.
    async fn dcs(
        &self,
        client: &Client,
        instance: &Arc<Instance>,
        raw: bool,
        output: &mut Output,
    ) -> Result<(), CliError> {
        let window = Window::default();
        if raw {
            let mut pages = ListOperation::Dcs.pages(client, &instance.id, window);
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
        let mut tasks = ListOperation::Dcs.tasks(client, instance, window);
        while let Some(task) = tasks.try_next().await? {
            if task.id == self.task {
                return print(output, task);
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

/// Prints one task.
pub(crate) fn print(output: &mut Output, task: TaskRow) -> Result<(), CliError> {
    if output.is_streamed() && output.format != Format::Ndjson {
        let text = output.stream_header()? + &output.stream_line(&task)?;
        return output.bytes(text.as_bytes());
    }
    match (output.format, &output.query) {
        (Format::Table, None) => {
            let text = TaskTable::new(output, Layout::Instance).details(&task);
            output.text(&text)
        }
        _ => output.value(task.json),
    }
}

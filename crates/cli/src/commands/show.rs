//! `hwtasks kafka show`: one task.

use clap::Args;

use crate::args::{Global, Service};
use crate::commands::raw_failure;
use crate::connect::Connection;
use crate::failure::Failure;
use crate::output::{Format, Output, Sheet, TaskTable};
use crate::runtime;
use crate::task::Entry;

#[derive(Args)]
pub(crate) struct Show {
    /// The instance's ID
    instance: String,
    /// The task's ID
    task: String,
}

impl Show {
    pub(crate) fn run(&self, global: &Global) -> Result<(), Failure> {
        let mut output = Output::new(global)?;
        runtime::block_on_until_interrupted("before the answer came", async {
            let connection = Connection::open(global).await?;
            let asked = connection.client.kafka().show(&self.instance, &self.task);
            let response = asked.await.map_err(|error| {
                let failure = match global.raw {
                    true => raw_failure(&mut output, error),
                    false => error.into(),
                };
                failure.at(connection.place(Service::Kafka, &self.instance))
            })?;
            if global.raw {
                return output.bytes(response.raw());
            }
            let task = Entry::of(&*response);
            print(&mut output, &self.instance, task)
        })
    }
}

/// Prints one task of an instance.
pub(crate) fn print(output: &mut Output, instance: &str, task: Entry) -> Result<(), Failure> {
    match (output.format, &output.query) {
        (Format::Table, None) => {
            let text = TaskTable::new(output).details(&task);
            output.text(&text)
        }
        (Format::Csv, None) => {
            let mut sheet = Sheet::of_tasks();
            sheet.rows.push(Sheet::task(instance, &task.json));
            output.bytes(sheet.csv()?.as_bytes())
        }
        _ => output.value(task.json),
    }
}

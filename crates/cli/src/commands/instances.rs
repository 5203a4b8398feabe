//! `hwtasks dcs instances` and `hwtasks kafka instances`: the instances of the project.

use clap::Args;
use futures_util::TryStreamExt as _;
use serde_json::Value;

use crate::commands::no_raw;
use crate::connect::Connection;
use crate::error::CliError;
use crate::instances::glob::Glob;
use crate::instances::{self, Engine, InstanceFilter};
use crate::options::{Format, Global, Service};
use crate::output::{CsvTable, Output, instance_table, machine, record, text_line};
use crate::runtime;

#[derive(Args)]
pub(crate) struct Instances {
    /// Only instances with this name; * stands for any characters, ? for one
    #[arg(long, value_name = "PATTERN", alias = "instance-name")]
    name: Option<Glob>,
    /// Only instances in this state, such as RUNNING
    #[arg(long, value_name = "STATE")]
    status: Option<String>,
}

#[derive(Args)]
pub(crate) struct DmsInstances {
    #[command(flatten)]
    instances: Instances,
    /// Engine of the instances
    #[arg(long, value_name = "ENGINE", default_value = "kafka")]
    engine: Engine,
}

impl DmsInstances {
    pub(crate) fn run(&self, global: &Global) -> Result<(), CliError> {
        self.instances.run(Service::Kafka, self.engine, global)
    }
}

impl Instances {
    pub(crate) fn run(
        &self,
        service: Service,
        engine: Engine,
        global: &Global,
    ) -> Result<(), CliError> {
        no_raw(global)?;
        let mut output = Output::new(global)?;
        let filter = InstanceFilter {
            engine,
            name: self.name.clone(),
            status: self.status.clone(),
            ..InstanceFilter::default()
        };
        runtime::block_on_until_interrupted("before the last response arrived", async {
            let connection = Connection::open(global).await?;
            connection.then("further pages, if the response does not have all instances");
            let mut found = instances::list(service, &connection.client, &filter);
            let mut listed: Vec<Value> = Vec::new();
            let has_header = output.is_streamed() && output.format == Format::Csv;
            if has_header && connection.dry_run.is_none() {
                let header = CsvTable::of_instances([]).csv()?;
                output.bytes(header.as_bytes())?;
            }
            loop {
                let next = found.try_next().await;
                let next = next
                    .map_err(|error| CliError::from(error).at(connection.service_place(service)))?;
                let Some(next) = next else {
                    break;
                };
                match output.is_streamed() {
                    true => print_line(&mut output, &next.json)?,
                    false => listed.push(next.json),
                }
            }
            print(&mut output, service, listed)
        })
    }
}

/// Prints an instance as soon as it is known.
fn print_line(output: &mut Output, instance: &Value) -> Result<(), CliError> {
    let rows = CsvTable::of_instances([instance]).rows;
    let cells = rows.into_iter().next().unwrap_or_default();
    match output.format {
        Format::Ndjson => output.line(instance),
        Format::Csv => output.bytes(record(cells.iter().map(String::as_str))?.as_bytes()),
        _ => output.bytes(text_line(&cells).as_bytes()),
    }
}

fn print(output: &mut Output, service: Service, listed: Vec<Value>) -> Result<(), CliError> {
    if output.is_streamed() {
        return Ok(());
    }
    if output.format == Format::Table && output.query.is_none() {
        if listed.is_empty() {
            output.hint("no instances");
            return Ok(());
        }
        let table = instance_table(output, &listed);
        return output.table(&table);
    }
    output.value(machine::Instances {
        service,
        instances: listed,
    })
}

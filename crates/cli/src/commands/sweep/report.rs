//! Prints the instances of a sweep as they are done.

use std::sync::Arc;
use std::time::Duration;

use hwtasks::Error;
use jiff::SignedDuration;

use super::summary::Summary;
use crate::error::CliError;
use crate::instances::{Instance, Shard};
use crate::options::{Format, Service};
use crate::output::machine::{Sweep, SweepEnd, SweepError, SweepResult};
use crate::output::{Layout, Output, TaskTable};
use crate::task::TaskRow;
use crate::time;

/// The rows of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rows {
    Instances,
    Tasks,
}

/// What is printed of a sweep.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shown {
    pub(crate) rows: Rows,
    /// Whether instances without tasks are printed as JSON: with a filter, only matches are.
    pub(crate) with_empty: bool,
}

/// The shard of a sweep, and the number of instances of all shards.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ShardOf {
    pub(crate) shard: Shard,
    pub(crate) total: usize,
}

/// Why an instance failed.
pub(crate) struct InstanceError {
    pub(crate) machine: SweepError,
    /// With the status and the code of the service first.
    pub(crate) text: String,
    /// The error with its causes, if it happened in this process.
    pub(crate) failure: Option<CliError>,
}

impl From<Error> for InstanceError {
    fn from(error: Error) -> Self {
        Self {
            machine: SweepError::new(&error),
            text: error_text(&error),
            failure: Some(error.into()),
        }
    }
}

impl InstanceError {
    /// The error of another process.
    pub(crate) fn from_machine(machine: SweepError) -> Self {
        Self {
            text: machine.message.clone(),
            machine,
            failure: None,
        }
    }
}

/// Prints the instances of a sweep, and counts them.
pub(crate) struct Report {
    output: Output,
    service: Service,
    instances: usize,
    done: usize,
    failed: usize,
    /// Instances that are not printed, because none of their tasks matches.
    left_out: usize,
    summary: Summary,
    shown: Shown,
    shard: Option<ShardOf>,
    /// Tasks of a table that are printed at the end.
    tasks: Vec<TaskRow>,
    /// Instances that are printed at the end.
    buffered: Vec<SweepResult>,
}

impl Report {
    pub(crate) fn new(
        output: Output,
        service: Service,
        instances: &[Arc<Instance>],
        shown: Shown,
        shard: Option<ShardOf>,
    ) -> Self {
        let summary = Summary::new(&output, instances.iter().map(AsRef::as_ref));
        Self {
            output,
            service,
            instances: instances.len(),
            done: 0,
            failed: 0,
            left_out: 0,
            summary,
            shown,
            shard,
            tasks: Vec::new(),
            buffered: Vec::new(),
        }
    }

    /// Whether results are printed in a table.
    fn is_table(&self) -> bool {
        self.output.format == Format::Table && self.output.query.is_none()
    }

    pub(crate) fn begin(&mut self) -> Result<(), CliError> {
        if self.output.is_streamed() {
            let header = self.output.stream_header()?;
            return self.output.bytes(header.as_bytes());
        }
        match self.is_table() && self.shown.rows == Rows::Instances {
            true => {
                let header = self.summary.header();
                self.output.text(&header)
            }
            false => Ok(()),
        }
    }

    pub(crate) fn instance(
        &mut self,
        instance: &Instance,
        result: Result<Vec<TaskRow>, InstanceError>,
    ) -> Result<(), CliError> {
        self.done += 1;
        self.failed += usize::from(result.is_err());
        if self.is_table() {
            return self.table(instance, result);
        }
        if self.output.is_streamed() && self.output.format != Format::Ndjson {
            return match result {
                Ok(tasks) => {
                    let lines = tasks.iter().map(|task| self.output.stream_line(task));
                    let text = lines.collect::<Result<String, _>>()?;
                    self.output.bytes(text.as_bytes())
                }
                // These formats have no row for an error.
                Err(error) => {
                    self.say(instance, &error);
                    Ok(())
                }
            };
        }
        if !self.shown.with_empty && result.as_ref().is_ok_and(Vec::is_empty) {
            self.left_out += 1;
            return Ok(());
        }
        let result = SweepResult::new(instance, result.map_err(|error| error.machine));
        match self.output.is_streamed() {
            true => self.output.line(result),
            false => {
                self.buffered.push(result);
                Ok(())
            }
        }
    }

    fn table(
        &mut self,
        instance: &Instance,
        result: Result<Vec<TaskRow>, InstanceError>,
    ) -> Result<(), CliError> {
        match (result, self.shown.rows) {
            (Ok(tasks), Rows::Tasks) => {
                self.tasks.extend(tasks);
                Ok(())
            }
            (Ok(tasks), Rows::Instances) => {
                let line = self.summary.tasks(instance, &tasks);
                self.output.text(&line)
            }
            (Err(error), Rows::Tasks) => {
                self.say(instance, &error);
                Ok(())
            }
            (Err(error), Rows::Instances) => {
                let line = self.summary.error(instance, &error.text);
                let printed = self.output.text(&line);
                if let Some(failure) = &error.failure {
                    self.output.detail(failure);
                }
                printed
            }
        }
    }

    /// Prints the error of an instance to standard error.
    fn say(&self, instance: &Instance, error: &InstanceError) {
        match &error.failure {
            Some(failure) => self.output.error(&instance.to_string(), failure),
            None => self
                .output
                .warn(&format!("error: {instance}: {}", error.text)),
        }
    }

    pub(crate) fn finish(&mut self, complete: bool) -> Result<(), CliError> {
        let shard = self.shard.map(|part| part.shard.to_string());
        let total = self.shard.map(|part| part.total);
        if self.output.is_streamed() {
            // A list of lines says only here that it is whole.
            return match (shard, total) {
                (Some(shard), Some(total)) if self.output.format == Format::Ndjson => {
                    self.output.line(SweepEnd {
                        service: self.service,
                        shard,
                        total,
                        done: self.done,
                        left_out: self.left_out,
                        failed: self.failed,
                        complete,
                    })
                }
                _ => Ok(()),
            };
        }
        if !self.is_table() {
            let instances = std::mem::take(&mut self.buffered);
            return self.output.value(Sweep {
                service: self.service,
                shard,
                total,
                instances,
                left_out: self.left_out,
                failed: self.failed,
                complete,
            });
        }
        if self.shown.rows == Rows::Tasks {
            return self.finish_tasks();
        }
        if let Some(missing) = self.summary.missing() {
            self.output.hint(&missing);
        }
        Ok(())
    }

    fn finish_tasks(&mut self) -> Result<(), CliError> {
        let mut tasks = std::mem::take(&mut self.tasks);
        if tasks.is_empty() {
            self.output.hint("no task matches");
            return Ok(());
        }
        // The newest first; tasks without a time last.
        tasks.sort_by(|a, b| {
            let by_time = b.created.get().cmp(&a.created.get());
            by_time.then_with(|| (&a.instance.id, &a.id).cmp(&(&b.instance.id, &b.id)))
        });
        let table = TaskTable::new(&self.output, Layout::Fleet).render(&tasks);
        self.output.table(&table)
    }

    /// Counts instances that another process queried and did not print.
    pub(crate) fn leave_out(&mut self, instances: usize) {
        self.instances += instances;
        self.done += instances;
        self.left_out += instances;
    }

    pub(crate) fn has_failures(&self) -> bool {
        self.failed > 0
    }

    pub(crate) fn failures(&self) -> String {
        format!("{} failed", self.failed)
    }

    pub(crate) fn hint(&self, hint: &str) {
        self.output.hint(hint);
    }

    pub(crate) fn summary(&self, took: Duration) -> String {
        let took = SignedDuration::try_from(took).unwrap_or_default();
        let (done, all, failed) = (self.done, self.instances, self.failed);
        let took = time::shown(took);
        let instances = if all == 1 { "instance" } else { "instances" };
        match (done == all, failed) {
            (true, 0) => format!("{all} {instances}, in {took}"),
            (true, _) => format!("{failed} of {all} {instances} failed, in {took}"),
            (false, _) => {
                format!("after {done} of {all} {instances}, {failed} of them failed, in {took}")
            }
        }
    }
}

/// The error of an instance, with the status and the code of the service first.
fn error_text(error: &Error) -> String {
    let Some(status) = error.status().filter(|status| status.as_u16() >= 400) else {
        return error.to_string();
    };
    let mut text = status.as_u16().to_string();
    if let Some(code) = error.code() {
        text.push_str(&format!(" {code}"));
    }
    let message = match (error.message(), error.clock_skew()) {
        (Some(message), None) => message.to_owned(),
        (None, None) => status.canonical_reason().unwrap_or("no message").to_owned(),
        (_, Some(_)) => error.to_string(),
    };
    text.push_str(&format!(": {message}"));
    if error.attempts() > 1 && error.clock_skew().is_none() {
        text.push_str(&format!(" (after {} attempts)", error.attempts()));
    }
    text
}

//! Prints the instances of a sweep as they are done.

use std::time::Duration;

use anstyle::{AnsiColor, Style};
use hwtasks::{Error, TaskStatus};
use jiff::SignedDuration;

use crate::error::CliError;
use crate::options::{Format, Service};
use crate::output::machine::{Sweep, SweepError, SweepResult};
use crate::output::{CsvTable, Output, record};
use crate::task::TaskRow;
use crate::terminal::printable;
use crate::time;

/// The width of the instance column: IDs are UUIDs.
const INSTANCE_WIDTH: usize = 36;

/// Prints the instances of a sweep, and counts them.
pub(super) struct Report {
    output: Output,
    service: Service,
    instances: usize,
    done: usize,
    failed: usize,
    /// Instances that are printed at the end.
    buffered: Vec<SweepResult>,
}

impl Report {
    pub(super) fn new(output: Output, service: Service, instances: usize) -> Self {
        Self {
            output,
            service,
            instances,
            done: 0,
            failed: 0,
            buffered: Vec::new(),
        }
    }

    pub(super) fn begin(&mut self) -> Result<(), CliError> {
        match self.streamed() {
            Some(Format::Csv) => {
                let header = CsvTable::of_tasks().csv()?;
                self.output.bytes(header.as_bytes())
            }
            Some(Format::Table) => {
                let (bold, instance) = (Style::new().bold(), "INSTANCE");
                let header = format!(
                    "{bold}{instance:<INSTANCE_WIDTH$}  TASKS  RUNNING  FAILED  NEWEST{bold:#}"
                );
                let header = self.cut(&header);
                self.output.text(&header)
            }
            _ => Ok(()),
        }
    }

    /// The format, if instances are printed as they are done.
    fn streamed(&self) -> Option<Format> {
        match (self.output.format, &self.output.query) {
            (format @ (Format::Table | Format::Csv | Format::Ndjson), None) => Some(format),
            _ => None,
        }
    }

    pub(super) fn instance(
        &mut self,
        instance: String,
        result: Result<Vec<TaskRow>, Error>,
    ) -> Result<(), CliError> {
        self.done += 1;
        self.failed += usize::from(result.is_err());
        match self.streamed() {
            Some(Format::Table) => {
                let line = self.row(&instance, &result);
                let printed = self.output.text(&line);
                if let Err(error) = result {
                    self.output.detail(&error.into());
                }
                printed
            }
            Some(Format::Csv) => match result {
                Ok(tasks) => {
                    let mut text = String::new();
                    for task in &tasks {
                        let row = CsvTable::task(&instance, &task.json);
                        text.push_str(&record(row.iter().map(String::as_str))?);
                    }
                    self.output.bytes(text.as_bytes())
                }
                Err(error) => {
                    // CSV has no row for an error.
                    self.output.error(&instance, &error.into());
                    Ok(())
                }
            },
            Some(_) => self.output.line(sweep_result(instance, result)),
            None => {
                self.buffered.push(sweep_result(instance, result));
                Ok(())
            }
        }
    }

    fn row(&self, instance: &str, result: &Result<Vec<TaskRow>, Error>) -> String {
        let red = Style::new().fg_color(Some(AnsiColor::Red.into()));
        let line = match result {
            Ok(tasks) => {
                let running = tasks.iter().filter(|task| !task.has_ended()).count();
                let is_failed = |task: &&TaskRow| task.status == Some(TaskStatus::Failed);
                let failed = tasks.iter().filter(is_failed).count();
                let style = if failed > 0 { red } else { Style::new() };
                let newest = tasks.iter().max_by_key(|task| task.created.get());
                let newest = newest.map(|task| {
                    let status = task.status.as_ref().map_or("-", |status| status.as_str());
                    format!("{status} {}", task.name.as_deref().unwrap_or("-"))
                });
                let newest = printable(newest.as_deref().unwrap_or("-"));
                format!(
                    "{instance:<INSTANCE_WIDTH$}  {:>5}  {running:>7}  {style}{failed:>6}{style:#}  {newest}",
                    tasks.len(),
                )
            }
            Err(error) => format!("{instance:<INSTANCE_WIDTH$}  {red}error:{red:#} {error}"),
        };
        self.cut(&line)
    }

    /// A line cut to the terminal's width, if there is a terminal.
    fn cut(&self, line: &str) -> String {
        match self.output.width() {
            Some(width) => console::truncate_str(line, usize::from(width), "…") + "\n",
            None => format!("{line}\n").into(),
        }
        .into_owned()
    }

    pub(super) fn finish(&mut self, complete: bool) -> Result<(), CliError> {
        match self.streamed() {
            Some(_) => Ok(()),
            None => {
                let instances = std::mem::take(&mut self.buffered);
                let (service, failed) = (self.service, self.failed);
                self.output.value(Sweep {
                    service,
                    instances,
                    failed,
                    complete,
                })
            }
        }
    }

    pub(super) fn has_failures(&self) -> bool {
        self.failed > 0
    }

    pub(super) fn failures(&self) -> String {
        format!("{} failed", self.failed)
    }

    pub(super) fn hint(&self, hint: &str) {
        self.output.hint(hint);
    }

    pub(super) fn summary(&self, took: Duration) -> String {
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

fn sweep_result(instance_id: String, result: Result<Vec<TaskRow>, Error>) -> SweepResult {
    match result {
        Ok(tasks) => SweepResult::Done {
            instance_id,
            tasks: tasks.into_iter().map(|task| task.json).collect(),
        },
        Err(error) => SweepResult::Failed {
            instance_id,
            error: SweepError {
                message: error.to_string(),
                status: error.status().map(|status| status.as_u16()),
                code: error.code(),
                request_id: error.request_id().map(str::to_owned),
                attempts: error.attempts(),
            },
        },
    }
}

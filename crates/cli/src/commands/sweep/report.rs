//! What a sweep prints: instances as they are done.

use std::time::Duration;

use anstyle::{AnsiColor, Style};
use hwtasks::{Error, TaskStatus};
use jiff::SignedDuration;

use crate::args::Service;
use crate::failure::Failure;
use crate::output::machine::{Sweep, SweepError, Swept};
use crate::output::{Format, Output, Sheet, printable, record};
use crate::task::Entry;
use crate::time;

/// How wide the column of the instances is: their IDs are UUIDs.
const INSTANCE: usize = 36;

/// Prints the instances of a sweep, and counts them.
pub(super) struct Report {
    output: Output,
    service: Service,
    instances: usize,
    done: usize,
    failed: usize,
    /// Those that are printed at the end.
    kept: Vec<Swept>,
}

impl Report {
    pub(super) fn new(output: Output, service: Service, instances: usize) -> Self {
        Self {
            output,
            service,
            instances,
            done: 0,
            failed: 0,
            kept: Vec::new(),
        }
    }

    pub(super) fn begin(&mut self) -> Result<(), Failure> {
        match self.streamed() {
            Some(Format::Csv) => {
                let header = Sheet::of_tasks().csv()?;
                self.output.bytes(header.as_bytes())
            }
            Some(Format::Table) => {
                let (bold, instance) = (Style::new().bold(), "INSTANCE");
                let header =
                    format!("{bold}{instance:<INSTANCE$}  TASKS  RUNNING  FAILED  NEWEST{bold:#}");
                let header = self.cut(&header);
                self.output.text(&header)
            }
            _ => Ok(()),
        }
    }

    /// The format, when instances are printed as they are done.
    fn streamed(&self) -> Option<Format> {
        match (self.output.format, &self.output.query) {
            (format @ (Format::Table | Format::Csv | Format::Ndjson), None) => Some(format),
            _ => None,
        }
    }

    pub(super) fn instance(
        &mut self,
        instance: String,
        result: Result<Vec<Entry>, Error>,
    ) -> Result<(), Failure> {
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
                        let row = Sheet::task(&instance, &task.json);
                        text.push_str(&record(row.iter().map(String::as_str))?);
                    }
                    self.output.bytes(text.as_bytes())
                }
                Err(error) => {
                    // There is no row for it, and it must not be missed.
                    self.output.complain(&instance, &error.into());
                    Ok(())
                }
            },
            Some(_) => self.output.line(swept(instance, result)),
            None => {
                self.kept.push(swept(instance, result));
                Ok(())
            }
        }
    }

    fn row(&self, instance: &str, result: &Result<Vec<Entry>, Error>) -> String {
        let red = Style::new().fg_color(Some(AnsiColor::Red.into()));
        let line = match result {
            Ok(tasks) => {
                let running = tasks.iter().filter(|task| !task.has_ended()).count();
                let is_failed = |task: &&Entry| task.status == Some(TaskStatus::Failed);
                let failed = tasks.iter().filter(is_failed).count();
                let style = if failed > 0 { red } else { Style::new() };
                let newest = tasks.iter().max_by_key(|task| task.created.get());
                let newest = newest.map(|task| {
                    let status = task.status.as_ref().map_or("-", |status| status.as_str());
                    format!("{status} {}", task.name.as_deref().unwrap_or("-"))
                });
                let newest = printable(newest.as_deref().unwrap_or("-"));
                format!(
                    "{instance:<INSTANCE$}  {:>5}  {running:>7}  {style}{failed:>6}{style:#}  {newest}",
                    tasks.len(),
                )
            }
            Err(error) => format!("{instance:<INSTANCE$}  {red}error:{red:#} {error}"),
        };
        self.cut(&line)
    }

    /// A line that fits the terminal, if there is one.
    fn cut(&self, line: &str) -> String {
        match self.output.width() {
            Some(width) => console::truncate_str(line, usize::from(width), "…") + "\n",
            None => format!("{line}\n").into(),
        }
        .into_owned()
    }

    pub(super) fn finish(&mut self, complete: bool) -> Result<(), Failure> {
        match self.streamed() {
            Some(_) => Ok(()),
            None => {
                let instances = std::mem::take(&mut self.kept);
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

fn swept(instance_id: String, result: Result<Vec<Entry>, Error>) -> Swept {
    match result {
        Ok(tasks) => Swept::Done {
            instance_id,
            tasks: tasks.into_iter().map(|task| task.json).collect(),
        },
        Err(error) => Swept::Failed {
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

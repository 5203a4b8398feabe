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
/// The narrowest column beside the instance in which an error is wrapped.
const MIN_ERROR_WIDTH: usize = 20;
/// The indent of an error below its instance.
const INDENT: usize = 2;

/// Prints the instances of a sweep, and counts them.
pub(super) struct Report {
    output: Output,
    service: Service,
    instances: usize,
    done: usize,
    failed: usize,
    /// Whether a line of the table did not fit the terminal.
    cut: bool,
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
            cut: false,
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

    fn row(&mut self, instance: &str, result: &Result<Vec<TaskRow>, Error>) -> String {
        let red = Style::new().fg_color(Some(AnsiColor::Red.into()));
        match result {
            Ok(tasks) => {
                let running = tasks.iter().filter(|task| !task.has_ended()).count();
                let is_failed = |task: &&TaskRow| task.is_in(&TaskStatus::Failed);
                let failed = tasks.iter().filter(is_failed).count();
                let style = if failed > 0 { red } else { Style::new() };
                let newest = tasks.iter().max_by_key(|task| task.created.get());
                let newest = newest.map(|task| {
                    let status = task.status.as_ref().map_or("-", |status| status.as_str());
                    format!("{status} {}", task.name.as_deref().unwrap_or("-"))
                });
                let newest = printable(newest.as_deref().unwrap_or("-"));
                self.cut(&format!(
                    "{instance:<INSTANCE_WIDTH$}  {:>5}  {running:>7}  {style}{failed:>6}{style:#}  {newest}",
                    tasks.len(),
                ))
            }
            Err(error) => self.error_row(instance, &error_text(error)),
        }
    }

    /// The row of an instance that failed: the error is wrapped, never cut.
    fn error_row(&self, instance: &str, error: &str) -> String {
        let red = Style::new().fg_color(Some(AnsiColor::Red.into()));
        let beside = INSTANCE_WIDTH + INDENT;
        let width = self.output.fitted_width().map_or(usize::MAX, usize::from);
        let (indent, room, between) = match width.saturating_sub(beside) {
            room if room >= MIN_ERROR_WIDTH => (beside, room, "  "),
            // Below the instance.
            _ => (INDENT, width.saturating_sub(INDENT).max(1), "\n  "),
        };
        let error = format!("error: {}", printable(error));
        let lines = match room {
            _ if width == usize::MAX => vec![error.into()],
            room => textwrap::wrap(&error, room),
        };
        let text = lines.join(&format!("\n{}", " ".repeat(indent)));
        let text = text.replacen("error:", &format!("{red}error:{red:#}"), 1);
        match between {
            "  " => format!("{instance:<INSTANCE_WIDTH$}  {text}\n"),
            _ => format!("{instance}\n  {text}\n"),
        }
    }

    /// A line cut to the terminal's width, if there is a terminal.
    fn cut(&mut self, line: &str) -> String {
        let line = match self.output.fitted_width() {
            Some(width) => {
                let width = usize::from(width);
                self.cut |= console::measure_text_width(line) > width;
                console::truncate_str(line, width, "…")
            }
            None => line.into(),
        };
        format!("{line}\n")
    }

    pub(super) fn finish(&mut self, complete: bool) -> Result<(), CliError> {
        match self.streamed() {
            Some(_) => {
                if self.cut {
                    self.output
                        .hint("cut: lines that end with …; -o wide shows them whole");
                }
                Ok(())
            }
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

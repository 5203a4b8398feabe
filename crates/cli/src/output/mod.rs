//! Prints results to standard output: tables, and stable formats for programs.

mod format;
pub(crate) mod machine;
mod query;
mod records;
mod table;
mod tasks;
mod yaml;

use std::cell::OnceCell;
use std::io::{self, Write};

use jiff::tz::TimeZone;
use serde::Serialize;
use serde_json::Value;

pub(crate) use query::Query;
pub(crate) use records::{CsvTable, record};
pub(crate) use table::state_line;
pub(crate) use tasks::{PrintedHeader, TaskTable};

use crate::error::CliError;
use crate::options::{Format, Global};
use crate::terminal::{Verbosity, printable};
use crate::time;

/// Where a command prints its results, and how.
pub(crate) struct Output {
    pub(crate) format: Format,
    pub(crate) query: Option<Query>,
    utc: bool,
    zone: OnceCell<TimeZone>,
    verbosity: Verbosity,
    out: anstream::AutoStream<io::Stdout>,
}

impl Output {
    pub(crate) fn new(global: &Global) -> Result<Self, CliError> {
        let query = global.query.as_deref().map(Query::compile).transpose()?;
        let format = match (global.output, &query) {
            (Some(format), _) => format,
            (None, Some(_)) => Format::Json,
            (None, None) => Format::Table,
        };
        Ok(Self {
            format,
            query,
            utc: global.utc,
            zone: OnceCell::new(),
            verbosity: global.verbosity(),
            out: anstream::stdout(),
        })
    }

    /// The zone in which times are shown and read; found when first needed.
    pub(crate) fn zone(&self) -> &TimeZone {
        self.zone.get_or_init(|| time::zone(self.utc))
    }

    /// The width of standard output, if it is a terminal.
    pub(crate) fn width(&self) -> Option<u16> {
        terminal_size::terminal_size_of(io::stdout()).map(|(width, _)| width.0)
    }

    /// The height of standard output, if it is a terminal.
    pub(crate) fn height(&self) -> Option<u16> {
        terminal_size::terminal_size_of(io::stdout()).map(|(_, height)| height.0)
    }

    /// Prints one value, with the query applied, in the format.
    pub(crate) fn value(&mut self, value: impl Serialize) -> Result<(), CliError> {
        let value = json(value)?;
        let value = match &self.query {
            Some(query) => query.apply(&value)?,
            None => value,
        };
        if value.is_null() && self.query.is_some() {
            self.hint("the query found nothing");
            if matches!(self.format, Format::Table | Format::Csv) {
                return Ok(());
            }
        }
        let width = self.width();
        let text = format::text(self.format, &value, width)?;
        match self.format {
            Format::Table => self.text(&text),
            _ => self.bytes(text.as_bytes()),
        }
    }

    /// Prints one value as a line of JSON, without the query.
    pub(crate) fn line(&mut self, value: impl Serialize) -> Result<(), CliError> {
        let mut line = json(value)?.to_string();
        line.push('\n');
        self.bytes(line.as_bytes())
    }

    /// Prints text, with its colors where they are wanted. It must hold no other control characters:
    /// removing the colors could remove the text after them.
    pub(crate) fn text(&mut self, text: &str) -> Result<(), CliError> {
        self.out.write_all(text.as_bytes())?;
        Ok(self.out.flush()?)
    }

    /// Prints text in place of the last rows of the terminal.
    pub(crate) fn redraw(&mut self, rows: usize, text: &str) -> Result<(), CliError> {
        let plain = self.out.current_choice() == anstream::ColorChoice::Never;
        let text = match plain {
            true => anstream::adapter::strip_str(text).to_string(),
            false => text.to_owned(),
        };
        // In one write, so that the echo of a key does not come between.
        match rows {
            0 => self.bytes(text.as_bytes()),
            rows => self.bytes(format!("\r\u{1b}[{rows}A\u{1b}[J{text}").as_bytes()),
        }
    }

    /// Prints bytes unchanged.
    pub(crate) fn bytes(&mut self, bytes: &[u8]) -> Result<(), CliError> {
        let mut out = io::stdout().lock();
        out.write_all(bytes)?;
        Ok(out.flush()?)
    }

    /// Prints the error of one part of the results to standard error.
    pub(crate) fn error(&self, what: &str, failure: &CliError) {
        self.say(&format!("error: {what}: {failure}"));
        self.detail(failure);
    }

    /// Prints what `-v` adds to an error that has been printed.
    pub(crate) fn detail(&self, failure: &CliError) {
        for (name, line) in failure.details().filter(|_| self.verbosity.verbose > 0) {
            self.say(&format!("  {name}: {line}"));
        }
    }

    /// Prints a warning to standard error, even with --quiet.
    pub(crate) fn warn(&self, what: &str) {
        self.say(what);
    }

    fn say(&self, line: &str) {
        // In one write, so that nothing comes between. An error here cannot be reported.
        let line = printable(line) + "\n";
        let _ = anstream::stderr().write_all(line.as_bytes());
    }

    /// Prints a hint to standard error, unless --quiet is set.
    pub(crate) fn hint(&self, hint: &str) {
        if !self.verbosity.quiet {
            self.say(hint);
        }
    }
}

/// A result as JSON.
pub(crate) fn json(value: impl Serialize) -> Result<Value, CliError> {
    let written = serde_json::to_value(value);
    written.map_err(|error| CliError::bad_input(format!("the results are not JSON: {error}")))
}

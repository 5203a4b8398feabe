//! What is printed to standard output: tables for people, stable formats for programs.

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

pub(crate) use format::Format;
pub(crate) use query::Query;
pub(crate) use records::{Sheet, record};
pub(crate) use table::{printable, state_line};
pub(crate) use tasks::{Above, TaskTable};

use crate::args::{Global, Verbosity};
use crate::failure::Failure;
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
    pub(crate) fn new(global: &Global) -> Result<Self, Failure> {
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

    /// The zone that times are shown in and read in; looked up when it is first needed.
    pub(crate) fn zone(&self) -> &TimeZone {
        self.zone.get_or_init(|| time::zone(self.utc))
    }

    /// The width of the terminal that standard output is; `None` when it is none.
    pub(crate) fn width(&self) -> Option<u16> {
        terminal_size::terminal_size_of(io::stdout()).map(|(width, _)| width.0)
    }

    /// The height of the terminal that standard output is; `None` when it is none.
    pub(crate) fn height(&self) -> Option<u16> {
        terminal_size::terminal_size_of(io::stdout()).map(|(_, height)| height.0)
    }

    /// Prints one value, as the query and the format have it.
    pub(crate) fn value(&mut self, value: impl Serialize) -> Result<(), Failure> {
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

    /// Prints one value as a line of JSON, whatever the query.
    pub(crate) fn line(&mut self, value: impl Serialize) -> Result<(), Failure> {
        let mut line = json(value)?.to_string();
        line.push('\n');
        self.bytes(line.as_bytes())
    }

    /// Prints text for people, with its colours where they are wanted. It may hold no other control
    /// characters: where there are no colours, what looks like one of them takes what follows along.
    pub(crate) fn text(&mut self, text: &str) -> Result<(), Failure> {
        self.out.write_all(text.as_bytes())?;
        Ok(self.out.flush()?)
    }

    /// Prints text for people in place of the last so many rows of the terminal.
    pub(crate) fn redraw(&mut self, rows: usize, text: &str) -> Result<(), Failure> {
        let plain = self.out.current_choice() == anstream::ColorChoice::Never;
        let text = match plain {
            true => anstream::adapter::strip_str(text).to_string(),
            false => text.to_owned(),
        };
        // In one piece, so that a key does not come between.
        match rows {
            0 => self.bytes(text.as_bytes()),
            rows => self.bytes(format!("\r\u{1b}[{rows}A\u{1b}[J{text}").as_bytes()),
        }
    }

    /// Prints bytes as they are, for programs.
    pub(crate) fn bytes(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        let mut out = io::stdout().lock();
        out.write_all(bytes)?;
        Ok(out.flush()?)
    }

    /// Tells people what went wrong with a part of what they asked for.
    pub(crate) fn complain(&self, what: &str, failure: &Failure) {
        self.say(&format!("error: {what}: {failure}"));
        self.detail(failure);
    }

    /// Tells people what `-v` adds to a failure that they have been told of.
    pub(crate) fn detail(&self, failure: &Failure) {
        for (name, line) in failure.details().filter(|_| self.verbosity.verbose > 0) {
            self.say(&format!("  {name}: {line}"));
        }
    }

    /// Tells people of what went wrong and passes, quiet or not.
    pub(crate) fn warn(&self, what: &str) {
        self.say(what);
    }

    fn say(&self, line: &str) {
        // In one piece, so that nothing comes between. Nobody is left to tell if this fails.
        let line = printable(line) + "\n";
        let _ = anstream::stderr().write_all(line.as_bytes());
    }

    /// Tells people something beside the results, unless they want quiet.
    pub(crate) fn hint(&self, hint: &str) {
        if !self.verbosity.quiet {
            self.say(hint);
        }
    }
}

/// Whether the terminal knows no cursor that can be moved.
pub(crate) fn is_dumb_terminal() -> bool {
    std::env::var_os("TERM").is_some_and(|term| term == "dumb")
}

/// A result as JSON.
pub(crate) fn json(value: impl Serialize) -> Result<Value, Failure> {
    let written = serde_json::to_value(value);
    written.map_err(|error| Failure::bad_input(format!("the results are not JSON: {error}")))
}

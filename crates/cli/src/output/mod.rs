//! Prints results to standard output: tables, and stable formats for programs.

mod columns;
mod format;
mod listed;
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

use columns::Columns;
pub(crate) use columns::{ColumnsFlag, Layout};
pub(crate) use listed::instance_table;
pub(crate) use query::Query;
pub(crate) use records::{CsvTable, record, text_line};
use table::Table;
pub(crate) use table::{FittedTable, state_line};
pub(crate) use tasks::{PrintedHeader, TaskTable};

use crate::color;
use crate::error::CliError;
use crate::options::{Format, Global};
use crate::task::TaskRow;
use crate::terminal::{Verbosity, printable};
use crate::time;

/// Where a command prints its results, and how.
pub(crate) struct Output {
    pub(crate) format: Format,
    pub(crate) query: Option<Query>,
    /// The columns of tables and CSV, if they were chosen.
    columns: Option<Columns>,
    /// Whether tables are fitted to the terminal.
    fitted: bool,
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
        let fitted = format != Format::Wide;
        let format = match format {
            Format::Wide => Format::Table,
            format => format,
        };
        Ok(Self {
            format,
            query,
            columns: None,
            fitted,
            utc: global.utc,
            zone: OnceCell::new(),
            verbosity: global.verbosity(),
            out: color::stdout(),
        })
    }

    /// The zone in which times are shown and read; found when first needed.
    pub(crate) fn zone(&self) -> &TimeZone {
        self.zone.get_or_init(|| time::zone(self.utc))
    }

    /// Sets the columns of tables and CSV.
    pub(crate) fn choose_columns(
        &mut self,
        flag: &ColumnsFlag,
        global: &Global,
    ) -> Result<(), CliError> {
        let format = match self.query.is_some() || global.raw {
            true => Format::Json,
            false => self.format,
        };
        self.columns = Columns::chosen(flag, format)?;
        Ok(())
    }

    /// The chosen columns.
    fn columns(&self) -> Option<&Columns> {
        self.columns.as_ref()
    }

    /// Whether tasks are printed one per line as soon as they are known.
    pub(crate) fn is_streamed(&self) -> bool {
        let is_line = matches!(self.format, Format::Ndjson | Format::Csv | Format::Text);
        is_line && self.query.is_none()
    }

    /// What stands above streamed tasks: the header of CSV.
    pub(crate) fn stream_header(&self) -> Result<String, CliError> {
        match (self.format, &self.columns) {
            (Format::Csv, Some(columns)) => record(columns.names()),
            (Format::Csv, None) => CsvTable::of_tasks().csv(),
            _ => Ok(String::new()),
        }
    }

    /// The line of a streamed task.
    pub(crate) fn stream_line(&self, task: &TaskRow) -> Result<String, CliError> {
        match (self.format, &self.columns) {
            (Format::Ndjson, _) => Ok(format!("{}\n", task.json)),
            (format, Some(columns)) => {
                let table = TaskTable::new(self, Layout::Instance);
                let cells = table.text_cells(task, columns);
                match format {
                    Format::Csv => record(cells.iter().map(String::as_str)),
                    _ => Ok(text_line(&cells)),
                }
            }
            (Format::Csv, None) => record(CsvTable::task(&task.json).iter().map(String::as_str)),
            (_, None) => Ok(text_line(&CsvTable::task(&task.json))),
        }
    }

    /// The width to which tables are fitted, if there is one.
    pub(crate) fn fitted_width(&self) -> Option<u16> {
        self.width().filter(|_| self.fitted)
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
            if matches!(self.format, Format::Table | Format::Csv | Format::Text) {
                return Ok(());
            }
        }
        let width = self.fitted_width();
        match self.format {
            Format::Table => self.table(&Table::of(&CsvTable::of(&value)).render(width)),
            format => self.bytes(format::text(format, &value)?.as_bytes()),
        }
    }

    /// Prints one value as a line of JSON, without the query.
    pub(crate) fn line(&mut self, value: impl Serialize) -> Result<(), CliError> {
        let mut line = json(value)?.to_string();
        line.push('\n');
        self.bytes(line.as_bytes())
    }

    /// Prints a table, and a hint to the columns that do not fit.
    pub(crate) fn table(&mut self, table: &FittedTable) -> Result<(), CliError> {
        self.text(&table.text)?;
        if let Some(missing) = table.missing() {
            self.hint(&missing);
        }
        Ok(())
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
        let _ = color::stderr().write_all(line.as_bytes());
    }

    /// Prints a hint to standard error, unless --quiet is set.
    pub(crate) fn hint(&self, hint: &str) {
        if !self.verbosity.quiet {
            self.say(hint);
        }
    }
}

/// Prints text to standard output, with its colors where they are wanted.
pub(crate) fn print(text: &str) -> Result<(), CliError> {
    let mut out = color::stdout();
    out.write_all(text.as_bytes())?;
    Ok(out.flush()?)
}

/// A result as JSON.
pub(crate) fn json(value: impl Serialize) -> Result<Value, CliError> {
    let written = serde_json::to_value(value);
    written.map_err(|error| CliError::bad_input(format!("the results are not JSON: {error}")))
}

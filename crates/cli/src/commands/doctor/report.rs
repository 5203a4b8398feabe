//! Prints the checks of `doctor` as they are done.

use hwtasks::{Credentials, Origin};

use crate::connect;
use crate::error::{CliError, Exit};
use crate::options::{Format, Global};
use crate::output::machine::{Check, Health, State};
use crate::output::{CsvTable, Output, json, state_line};

/// The checks so far.
pub(super) struct Report<'a> {
    global: &'a Global,
    output: Output,
    checks: Vec<Check>,
    /// The exit code of the first failure.
    exit: Option<Exit>,
}

impl<'a> Report<'a> {
    pub(super) fn new(output: Output, global: &'a Global) -> Self {
        Self {
            global,
            output,
            checks: Vec::new(),
            exit: None,
        }
    }

    pub(super) fn ok(&mut self, name: &str, message: &str) -> Result<(), CliError> {
        self.state(name, State::Ok, message)
    }

    pub(super) fn skipped(&mut self, name: &str, why: &str) -> Result<(), CliError> {
        self.state(name, State::Skipped, why)
    }

    /// Reports that checks were not done, and why.
    pub(super) fn not_checked(&mut self, names: &[&str], why: &str) -> Result<(), CliError> {
        let why = format!("not checked {why}");
        names.iter().try_for_each(|name| self.skipped(name, &why))
    }

    fn state(&mut self, name: &str, state: State, message: &str) -> Result<(), CliError> {
        let (name, message) = (name.to_owned(), message.to_owned());
        self.add(Check {
            name,
            state,
            message,
            advice: None,
            request_id: None,
            causes: Vec::new(),
        })
    }

    /// Reports a setting and its source.
    pub(super) fn setting(
        &mut self,
        name: &str,
        (value, origin): (&str, Origin),
        flag: &str,
    ) -> Result<(), CliError> {
        let origin = match origin {
            // These variables are set by this process.
            Origin::Variable(_) if self.global.emulator() => "the emulator".to_owned(),
            Origin::Builder => flag.to_owned(),
            origin => origin.to_string(),
        };
        self.ok(name, &format!("{value}, from {origin}"))
    }

    pub(super) fn credentials(&mut self, credentials: Option<Credentials>) -> Result<(), CliError> {
        let Some(credentials) = credentials else {
            return self.ok("credentials", "none; requests are sent without");
        };
        let mut text = match credentials.access_key() {
            Some(key) => format!("access key {key}"),
            None => "a token".to_owned(),
        };
        let provider = match self.global.emulator() {
            true => Some("the emulator"),
            false => credentials.provider(),
        };
        if let Some(provider) = provider {
            text.push_str(&format!(", from {provider}"));
        }
        if let Some(expiry) = credentials.expires_at() {
            text.push_str(&format!(", valid until {expiry:.0}"));
        }
        self.ok("credentials", &text)
    }

    pub(super) fn failed(&mut self, name: &str, failure: CliError) -> Result<(), CliError> {
        let failure = connect::with_flag_names(self.global, failure);
        self.exit.get_or_insert(failure.exit());
        self.add(Check {
            name: name.to_owned(),
            state: State::Failed,
            message: failure.to_string(),
            advice: failure.help().map(str::to_owned),
            request_id: failure.request_id().map(str::to_owned),
            causes: failure.causes().to_vec(),
        })
    }

    pub(super) fn add(&mut self, check: Check) -> Result<(), CliError> {
        match (self.output.format, &self.output.query) {
            (Format::Table, None) => {
                let text = state_line(&check);
                self.output.text(&text)?;
            }
            (Format::Ndjson, None) => self.output.line(&check)?,
            _ => {}
        }
        self.checks.push(check);
        Ok(())
    }

    pub(super) fn finish(mut self) -> Result<(), CliError> {
        let all = self.checks.len();
        let is_failed = |check: &&Check| check.state == State::Failed;
        let failed = self.checks.iter().filter(is_failed).count();
        match (self.output.format, &self.output.query) {
            (Format::Table | Format::Ndjson, None) => {}
            (Format::Csv, None) => {
                let checks = self
                    .checks
                    .iter()
                    .map(json)
                    .collect::<Result<Vec<_>, _>>()?;
                let text = CsvTable::of_checks(&checks).csv()?;
                self.output.bytes(text.as_bytes())?;
            }
            _ => {
                let checks = std::mem::take(&mut self.checks);
                self.output.value(Health {
                    ok: failed == 0,
                    checks,
                })?;
            }
        }
        match self.exit {
            None => Ok(()),
            Some(exit) => Err(CliError::new(
                exit,
                format!("checks failed: {failed} of {all}"),
            )),
        }
    }
}

//! What `doctor` prints: one check after the other, as they are made.

use hwtasks::{Credentials, Origin};

use crate::args::Global;
use crate::failure::{Exit, Failure};
use crate::output::machine::{Check, Health, State};
use crate::output::{Format, Output, Sheet, json, state_line};

/// The checks so far.
pub(super) struct Report<'a> {
    global: &'a Global,
    output: Output,
    checks: Vec<Check>,
    /// What the first failure exits with.
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

    pub(super) fn ok(&mut self, name: &str, message: &str) -> Result<(), Failure> {
        self.state(name, State::Ok, message)
    }

    pub(super) fn skipped(&mut self, name: &str, why: &str) -> Result<(), Failure> {
        self.state(name, State::Skipped, why)
    }

    /// Says of each of these that it was not tried, and why.
    pub(super) fn not_tried(&mut self, names: &[&str], why: &str) -> Result<(), Failure> {
        let why = format!("not tried {why}");
        names.iter().try_for_each(|name| self.skipped(name, &why))
    }

    fn state(&mut self, name: &str, state: State, message: &str) -> Result<(), Failure> {
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

    /// A setting, and where it comes from.
    pub(super) fn setting(
        &mut self,
        name: &str,
        (value, origin): (&str, Origin),
        flag: &str,
    ) -> Result<(), Failure> {
        let origin = match origin {
            // Its variables are nobody's but this process's own.
            Origin::Variable(_) if self.global.emulator() => "the emulator".to_owned(),
            Origin::Builder => flag.to_owned(),
            origin => origin.to_string(),
        };
        self.ok(name, &format!("{value}, from {origin}"))
    }

    pub(super) fn credentials(&mut self, credentials: Option<Credentials>) -> Result<(), Failure> {
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

    pub(super) fn failed(&mut self, name: &str, failure: Failure) -> Result<(), Failure> {
        let failure = self.global.in_its_words(failure);
        self.exit.get_or_insert(failure.exit());
        self.add(Check {
            name: name.to_owned(),
            state: State::Failed,
            message: failure.to_string(),
            advice: failure.to_do().map(without_doctor),
            request_id: failure.request_id().map(str::to_owned),
            causes: failure.causes().to_vec(),
        })
    }

    pub(super) fn add(&mut self, check: Check) -> Result<(), Failure> {
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

    pub(super) fn finish(mut self) -> Result<(), Failure> {
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
                let text = Sheet::of_checks(&checks).csv()?;
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
            Some(exit) => Err(Failure::new(
                exit,
                format!("checks failed: {failed} of {all}"),
            )),
        }
    }
}

/// Advice without a hint at this very command.
fn without_doctor(advice: &str) -> String {
    let (advice, _) = advice
        .split_once("`hwtasks doctor`")
        .unwrap_or((advice, ""));
    advice.trim_end_matches([' ', ':', ';']).to_owned()
}

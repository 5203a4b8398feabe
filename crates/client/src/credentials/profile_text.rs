//! Reads the text of a credentials file: its sections, and the keys of one.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use configparser::ini::Ini;

use super::check::{project_flaw, secret_flaw};
use super::{Credentials, CredentialsError};
use crate::config::region::Region;

pub(super) type Section = HashMap<String, Option<String>>;

/// The text of a credentials file. Its messages show the names of sections and keys, but no values.
pub(super) struct Document<'a> {
    path: PathBuf,
    text: &'a str,
    sections: HashMap<String, Section>,
}

impl<'a> Document<'a> {
    pub(super) fn parse(path: &Path, bytes: &'a [u8]) -> Result<Self, CredentialsError> {
        let text = std::str::from_utf8(bytes).map_err(|error| {
            let before = bytes.get(..error.valid_up_to()).unwrap_or_default();
            let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
            invalid(path, line, "is not UTF-8 text: save the file as UTF-8")
        })?;
        // Some editors begin a file with a byte order mark.
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let why = "is invalid: expected a [section], a key = value or a # comment";
        if let Some(at) = text.lines().position(|line| !is_valid_line(line)) {
            return Err(invalid(path, at + 1, why));
        }
        let mut parser = Ini::new_cs();
        parser.set_inline_comment_symbols(Some(&[]));
        // The parser's own message may show what it found.
        let sections = parser
            .read(text.to_owned())
            .map_err(|_| invalid(path, 1, why))?;
        Ok(Self {
            path: path.to_owned(),
            text,
            sections,
        })
    }

    pub(super) fn section(&self, name: &str) -> Result<Option<&Section>, CredentialsError> {
        if let Some(line) = self.headers(name).nth(1) {
            let why = format!("[{name}] is here a second time: keep one of the two");
            return Err(invalid(&self.path, line, &why));
        }
        // The parser turns lines before the first header into a section.
        let written = self.headers(name).next().is_some();
        Ok(self.sections.get(name).filter(|_| written))
    }

    /// Returns the keys of a section; `None` for one that keeps a region and no keys.
    pub(super) fn credentials(
        &self,
        name: &str,
        section: &Section,
    ) -> Result<Option<Credentials>, CredentialsError> {
        let has = |key| Ok::<_, CredentialsError>(self.value(name, section, key)?.is_some());
        if !has("ak")? && !has("sk")? && has("region")? {
            return Ok(None);
        }
        let need = |key: &str| {
            let why = format!("[{name}] has no {key}: add a line {key} = ...");
            self.value(name, section, key)?
                .ok_or_else(|| invalid(&self.path, self.header(name), &why))
        };
        let mut keys = Credentials::keys(need("ak")?, need("sk")?);
        if let Some(token) = self.value(name, section, "security_token")? {
            keys = keys.with_security_token(token);
        }
        if let Some(project_id) = self.value(name, section, "project_id")? {
            keys = keys.with_project_id(project_id);
        }
        if let Some(endpoint) = self.value(name, section, "iam_endpoint")? {
            keys = keys.with_iam_endpoint(endpoint);
        }
        Ok(Some(keys))
    }

    /// Returns the region of a section; `None` when it has none.
    pub(super) fn region(
        &self,
        name: &str,
        section: &Section,
    ) -> Result<Option<Region>, CredentialsError> {
        let Some(id) = self.value(name, section, "region")? else {
            return Ok(None);
        };
        let line = self.lines(name, "region").next();
        let line = line.unwrap_or_else(|| self.header(name));
        let region = Region::new(id);
        region
            .map(Some)
            .map_err(|error| invalid(&self.path, line, &error.to_string()))
    }

    /// Returns the value of a key, in any case like the official SDKs; `None` when it is missing or
    /// empty.
    fn value<'p>(
        &self,
        name: &str,
        section: &'p Section,
        key: &str,
    ) -> Result<Option<&'p str>, CredentialsError> {
        let mut lines = self.lines(name, key);
        let line = lines.next().unwrap_or_else(|| self.header(name));
        if let Some(second) = lines.next() {
            let why = format!("[{name}] has more than one {key}: keep one of them");
            return Err(invalid(&self.path, second, &why));
        }
        let mut found = section
            .iter()
            .filter(|(found, _)| found.eq_ignore_ascii_case(key));
        let value = found.next().and_then(|(_, value)| value.as_deref());
        // The format has no quotes, and no comments at the end of a line.
        let Some(value) = value.filter(|value| !value.is_empty()) else {
            return Ok(None);
        };
        let flaw = match key {
            "project_id" => project_flaw(value),
            _ => secret_flaw(value),
        };
        match flaw {
            None => Ok(Some(value)),
            Some(flaw) => {
                // The other flaw is a region in place of a project ID, and says so itself.
                let help = match flaw.starts_with("has ") {
                    true => ": give its bare value and nothing else on the line, no comment either",
                    false => "",
                };
                let why = format!("the {key} of [{name}] {flaw}{help}");
                Err(invalid(&self.path, line, &why))
            }
        }
    }

    fn header(&self, name: &str) -> usize {
        self.headers(name).next().unwrap_or(1)
    }

    /// Returns the numbers of the lines with a key of a section.
    fn lines<'s>(&'s self, name: &str, key: &'s str) -> impl Iterator<Item = usize> + 's {
        let body = self.text.lines().zip(1..).skip(self.header(name));
        body.take_while(|(line, _)| !line.trim_start().starts_with('['))
            .filter(move |(line, _)| {
                let found = line.split(['=', ':']).next().unwrap_or_default();
                found.trim().eq_ignore_ascii_case(key)
            })
            .map(|(_, number)| number)
    }

    /// Returns the numbers of the lines with the header of a section.
    fn headers<'s>(&'s self, name: &'s str) -> impl Iterator<Item = usize> + 's {
        let is_header = move |line: &str| {
            let inner = line.trim().strip_prefix('[');
            let inner = inner.and_then(|rest| rest.strip_suffix(']'));
            inner.is_some_and(|inner| inner.trim() == name)
        };
        let lines = self.text.lines().zip(1..);
        lines.filter_map(move |(line, number)| is_header(line).then_some(number))
    }
}

fn invalid(path: &Path, line: usize, why: &str) -> CredentialsError {
    CredentialsError::invalid_configuration(format!("{}:{line}: {why}", path.display()))
}

/// Whether a line is empty, a comment, a section or a key with a value.
fn is_valid_line(line: &str) -> bool {
    let line = line.trim();
    match line.chars().next() {
        None | Some('#' | ';') => true,
        Some('[') => line.ends_with(']'),
        Some(_) => line.find(['=', ':']).is_some_and(|at| at > 0),
    }
}

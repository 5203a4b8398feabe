//! Provides keys from the credentials file of the official SDKs.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use configparser::ini::Ini;

use super::{CachedProvider, Credentials, CredentialsError, ProvideCredentials, Provided};
use crate::config::environment::Environment;

const FILE_VARIABLE: &str = "HUAWEICLOUD_SDK_CREDENTIALS_FILE";
const PROFILE_VARIABLE: &str = "HWTASKS_PROFILE";
const DEFAULT_PROFILE: &str = "basic";
/// Maximum size of the file in bytes: a device file has no end.
const MAX_FILE_SIZE: u64 = 1024 * 1024;

/// Keys from the credentials file of the official SDKs, `~/.huaweicloud/credentials`:
///
/// ```ini
/// [basic]
/// ak = AK...
/// sk = SK...
/// security_token = ...
/// project_id = a4d31cb63d724fdc8ec96e3a41e47f71
/// iam_endpoint = https://iam.cn-north-4.myhuaweicloud.com
/// ```
///
/// The last three keys are optional. `HUAWEICLOUD_SDK_CREDENTIALS_FILE` names another file, and
/// `HWTASKS_PROFILE` another section than `basic`.
///
/// Without the file or the section, the provider holds no credentials. If a variable names them, their
/// absence is an error. An invalid file is an error that names the line. The provider reads the file
/// once, and again when the service rejects its keys. It never writes.
#[derive(Debug)]
pub struct ProfileProvider(CachedProvider);

impl ProfileProvider {
    /// Creates a provider for the credentials file of this environment.
    pub fn new(environment: Environment) -> Self {
        Self(CachedProvider::new(Profile { environment }))
    }
}

impl ProvideCredentials for ProfileProvider {
    fn name(&self) -> Cow<'static, str> {
        self.0.name()
    }

    fn provide(&self) -> Provided<'_> {
        self.0.provide()
    }

    fn invalidate(&self, rejected: &Credentials) {
        self.0.invalidate(rejected);
    }
}

#[derive(Debug)]
struct Profile {
    environment: Environment,
}

impl ProvideCredentials for Profile {
    fn name(&self) -> Cow<'static, str> {
        "profile file".into()
    }

    fn provide(&self) -> Provided<'_> {
        // Reads without a thread: the file is small and local, and read once.
        Box::pin(std::future::ready(self.get()))
    }
}

impl Profile {
    fn get(&self) -> Result<Credentials, CredentialsError> {
        let named = self.environment.path(FILE_VARIABLE);
        let profile = self
            .environment
            .get(PROFILE_VARIABLE)
            .map_err(CredentialsError::invalid_configuration)?;
        // A file or a section that a variable names must exist.
        let absent =
            |message: String| match (&named, &profile) {
                (Some(_), Some(_)) => CredentialsError::invalid_configuration(message)
                    .with_variables(&[FILE_VARIABLE, PROFILE_VARIABLE]),
                (Some(_), None) => CredentialsError::invalid_configuration(message)
                    .with_variables(&[FILE_VARIABLE]),
                (None, Some(_)) => CredentialsError::invalid_configuration(message)
                    .with_variables(&[PROFILE_VARIABLE]),
                (None, None) => CredentialsError::not_configured(message),
            };
        let path = match (&named, self.environment.home()) {
            (Some(path), _) => path.clone(),
            (None, Some(home)) => home.join(".huaweicloud").join("credentials"),
            (None, None) => {
                let message =
                    format!("the home directory is not known, and {FILE_VARIABLE} is not set");
                return Err(absent(message));
            }
        };
        let shown = path.display();
        let bytes = match read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let error = absent(format!("{shown} does not exist"));
                return Err(match (&named, &profile) {
                    (Some(_), _) => error.with_help(format!("create it, or fix {FILE_VARIABLE}")),
                    (None, Some(_)) => {
                        error.with_help(format!("create it, or unset {PROFILE_VARIABLE}"))
                    }
                    (None, None) => error,
                });
            }
            Err(error) => {
                return Err(CredentialsError::invalid_configuration(format!(
                    "{shown} cannot be read: {error}"
                )));
            }
        };
        let section = profile.as_deref().unwrap_or(DEFAULT_PROFILE);
        match parse(&path, &bytes, section)? {
            Some(credentials) => Ok(credentials),
            None => Err(absent(format!("{shown} has no section [{section}]"))),
        }
    }
}

/// Returns the credentials of a section; `None` when the file has no such section.
pub(crate) fn parse(
    path: &Path,
    bytes: &[u8],
    profile: &str,
) -> Result<Option<Credentials>, CredentialsError> {
    let file = Document::parse(path, bytes)?;
    let section = file.section(profile)?;
    section
        .map(|section| {
            let credentials = file.credentials(profile, section)?;
            Ok(credentials.with_provider_name(format!("{} [{profile}]", path.display())))
        })
        .transpose()
}

fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?
        .take(MAX_FILE_SIZE + 1)
        .read_to_end(&mut bytes)?;
    if u64::try_from(bytes.len()).is_ok_and(|length| length > MAX_FILE_SIZE) {
        return Err(io::Error::other("it is larger than 1 MiB"));
    }
    Ok(bytes)
}

type Section = HashMap<String, Option<String>>;

/// A credentials file. Its messages show the names of sections and keys, but no values.
struct Document<'a> {
    path: PathBuf,
    text: &'a str,
    sections: HashMap<String, Section>,
}

impl<'a> Document<'a> {
    fn parse(path: &Path, bytes: &'a [u8]) -> Result<Self, CredentialsError> {
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

    fn section(&self, name: &str) -> Result<Option<&Section>, CredentialsError> {
        if let Some(line) = self.headers(name).nth(1) {
            let why = format!("[{name}] is here a second time: keep one of the two");
            return Err(invalid(&self.path, line, &why));
        }
        // The parser turns lines before the first header into a section.
        let written = self.headers(name).next().is_some();
        Ok(self.sections.get(name).filter(|_| written))
    }

    fn credentials(&self, name: &str, section: &Section) -> Result<Credentials, CredentialsError> {
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
        Ok(keys)
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
        let is_unexpected = |c: char| c.is_whitespace() || c.is_control() || c == '"' || c == '\'';
        if value.is_some_and(|value| value.contains(is_unexpected)) {
            let why = format!(
                "the {key} of [{name}] has blanks or quotes in it: give its bare value and nothing \
                 else on the line, no comment either"
            );
            return Err(invalid(&self.path, line, &why));
        }
        Ok(value.filter(|value| !value.is_empty()))
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

//! Edits the credentials file of the official SDKs and keeps everything else in it.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use hwtasks::{CredentialsError, Environment, ProfileProvider, ProvideCredentials as _};

use crate::error::CliError;
use crate::runtime;

const PROFILE: &str = "HWTASKS_PROFILE";
const FILE: &str = "HUAWEICLOUD_SDK_CREDENTIALS_FILE";

/// New values of a section; `None` keeps the old value.
pub(crate) struct Keys {
    pub(crate) access_key: Option<String>,
    pub(crate) secret_key: Option<String>,
    pub(crate) project_id: Change,
    pub(crate) region: Change,
}

/// The change of an optional value.
pub(crate) enum Change {
    Keep,
    Set(String),
    Remove,
}

impl Keys {
    /// Whether nothing changes.
    pub(crate) fn is_empty(&self) -> bool {
        let Self {
            access_key,
            secret_key,
            project_id,
            region,
        } = self;
        let is_kept = |change: &Change| matches!(change, Change::Keep);
        access_key.is_none() && secret_key.is_none() && is_kept(project_id) && is_kept(region)
    }
}

/// A credentials file, and one of its sections.
pub(crate) struct CredentialsFile {
    path: PathBuf,
    profile: String,
    text: String,
    access_key: Option<String>,
    project_id: Option<String>,
}

/// The profiles of the credentials file; none if it cannot be read.
pub(crate) fn profiles() -> Vec<String> {
    let is_file = |path: &PathBuf| path.metadata().is_ok_and(|found| found.is_file());
    let text = path()
        .filter(is_file)
        .and_then(|path| fs::read_to_string(path).ok());
    let text = text.unwrap_or_default();
    let lines = text.lines().map(str::trim);
    let sections = lines.filter_map(|line| line.strip_prefix('[')?.strip_suffix(']'));
    let is_plain = |name: &&str| {
        let mut chars = name.chars();
        !name.is_empty() && chars.all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
    };
    sections.filter(is_plain).map(str::to_owned).collect()
}

/// The credentials file of the official SDKs: where its variable says, or else in the home directory.
pub(crate) fn path() -> Option<PathBuf> {
    let variable = std::env::var_os(FILE).filter(|path| !path.is_empty());
    let home = || std::env::home_dir().filter(|home| !home.as_os_str().is_empty());
    let file = variable.map(PathBuf::from);
    file.or_else(|| Some(home()?.join(".huaweicloud").join("credentials")))
}

/// Whether users other than its owner can access a file.
#[cfg(unix)]
pub(crate) fn is_open_to_others(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;

    fs::metadata(path).is_ok_and(|file| file.permissions().mode() & 0o077 != 0)
}

/// Whether users other than its owner can access a file; unknown on this system.
#[cfg(not(unix))]
pub(crate) fn is_open_to_others(_: &Path) -> bool {
    false
}

impl CredentialsFile {
    /// Reads the file; a missing file is empty, a broken one is an error.
    pub(crate) fn read(path: &Path, profile: &str) -> Result<Self, CliError> {
        if profile.chars().any(|c| c.is_control() || "[]".contains(c)) || profile.trim().is_empty()
        {
            return Err(CliError::bad_input(format!(
                "{profile:?} cannot name a section"
            )));
        }
        let text = match fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            Err(error) => {
                return Err(CliError::bad_input(format!(
                    "the credentials cannot be read: {error}"
                ))
                .at(path.display().to_string())
                .with_help("fix the file or its permissions, or name another with --file"));
            }
        };
        let mut file = Self {
            path: path.to_owned(),
            profile: profile.to_owned(),
            access_key: None,
            project_id: None,
            text,
        };
        if file.text.trim().is_empty() {
            return Ok(file);
        }
        match file.credentials(path) {
            Ok(credentials) => {
                file.access_key = credentials.access_key().map(str::to_owned);
                file.project_id = credentials.project_id().map(str::to_owned);
            }
            // A missing section is added; only that error depends on the profile.
            Err(error) if error.variables().contains(&PROFILE) => {}
            Err(error) => return Err(broken(&error)),
        }
        Ok(file)
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    pub(crate) fn access_key(&self) -> Option<&str> {
        self.access_key.as_deref()
    }

    pub(crate) fn project_id(&self) -> Option<&str> {
        self.project_id.as_deref()
    }

    /// The region that the section keeps.
    pub(crate) fn region(&self) -> Option<&str> {
        let lines = self.text.lines().skip(self.section()?.start);
        let lines = lines.take(self.section()?.len());
        let line = lines.into_iter().find(|line| has_key(line, "region"))?;
        let (_, value) = line.split_once(['=', ':'])?;
        Some(value.trim()).filter(|value| !value.is_empty())
    }

    /// Whether users other than its owner can access the file.
    pub(crate) fn is_open_to_others(&self) -> bool {
        is_open_to_others(&self.path)
    }

    /// The lines of the section, without its header.
    fn section(&self) -> Option<std::ops::Range<usize>> {
        let header = |line: &str| {
            let inner = line.trim_start_matches('\u{feff}').trim().strip_prefix('[');
            inner
                .and_then(|inner| inner.strip_suffix(']'))
                .map(|name| name.trim().to_owned())
        };
        let mut headers = self
            .text
            .lines()
            .enumerate()
            .filter_map(|(at, line)| Some((at, header(line)?)));
        let (begin, _) = headers.find(|(_, name)| *name == self.profile)?;
        let end = headers
            .next()
            .map_or(self.text.lines().count(), |(at, _)| at);
        Some(begin + 1..end)
    }

    /// The text of the file with new values; comments, other keys and other sections stay.
    pub(crate) fn with(&self, keys: &Keys) -> Result<String, CliError> {
        let mut lines: Vec<String> = self.text.lines().map(str::to_owned).collect();
        let section = self.section().unwrap_or_else(|| {
            if lines.last().is_some_and(|line| !line.trim().is_empty()) {
                lines.push(String::new());
            }
            lines.push(format!("[{}]", self.profile));
            lines.len()..lines.len()
        });
        let set = |change: &'_ Change| match change {
            Change::Set(value) => Some(value.clone()),
            Change::Keep | Change::Remove => None,
        };
        let (project_id, region) = (set(&keys.project_id), set(&keys.region));
        let unchanged = |why: String, help: &str| {
            CliError::bad_input(format!("{why}: nothing was changed")).with_help(help.to_owned())
        };
        if let Some(id) = project_id.as_deref().filter(|id| is_region(id)) {
            return Err(unchanged(
                format!("the project ID {id:?} is the ID of a region"),
                "leave it empty to have it requested from IAM for the region",
            ));
        }
        let mut body: Vec<String> = lines.get(section.clone()).unwrap_or_default().to_vec();
        for (key, name, value) in [
            ("ak", "access key", keys.access_key.as_deref()),
            ("sk", "secret key", keys.secret_key.as_deref()),
            ("project_id", "project ID", project_id.as_deref()),
            ("region", "region", region.as_deref()),
        ] {
            let Some(value) = value else {
                continue;
            };
            let is_invalid = |c: char| c.is_whitespace() || c.is_control() || "\"'".contains(c);
            if value.contains(is_invalid) {
                return Err(CliError::bad_input(format!(
                    "the {name} contains blanks or quotes: nothing was changed"
                ))
                .with_help("give the value without quotes"));
            }
            let is_of_region = |c: char| c.is_ascii_alphanumeric() || c == '-';
            if key == "region" && !value.chars().all(is_of_region) {
                return Err(unchanged(
                    format!("{value:?} is not a region"),
                    "give its ID, such as cn-north-4",
                ));
            }
            if !value.is_ascii() && key != "project_id" {
                return Err(unchanged(
                    format!("the {name} contains a character that is not ASCII"),
                    "type the value, or copy it without what is around it",
                ));
            }
            let line = format!("{key} = {value}");
            match body.iter_mut().find(|found| has_key(found, key)) {
                Some(found) => *found = line,
                None => {
                    let last = body.iter().rposition(|line| is_value(line));
                    body.insert(last.map_or(0, |last| last + 1), line);
                }
            }
        }
        if keys.access_key.is_some() {
            // It belongs to the old keys.
            body.retain(|line| !has_key(line, "security_token"));
        }
        for (key, change) in [("project_id", &keys.project_id), ("region", &keys.region)] {
            if matches!(change, Change::Remove) {
                body.retain(|line| !has_key(line, key));
            }
        }
        lines.splice(section, body);
        let end = match self.text.contains("\r\n") {
            true => "\r\n",
            false => "\n",
        };
        Ok(lines.into_iter().map(|line| line + end).collect())
    }

    /// Replaces the file atomically; only its owner can read it.
    pub(crate) fn write(&self, text: &str) -> Result<(), CliError> {
        let failed = |error: io::Error| {
            CliError::bad_input(format!("the credentials cannot be written: {error}"))
                .at(self.path.display().to_string())
                .with_help("check the folder's permissions; the file is unchanged")
        };
        // The target of a symbolic link.
        let path = fs::canonicalize(&self.path).unwrap_or_else(|_| self.path.clone());
        let folder = path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty());
        let folder = folder.unwrap_or_else(|| Path::new("."));
        create_folder(folder).map_err(failed)?;
        // The temporary file is readable by its owner only.
        let mut file = tempfile::NamedTempFile::new_in(folder).map_err(failed)?;
        file.write_all(text.as_bytes()).map_err(failed)?;
        let written = self.credentials(file.path());
        written.map_err(|error| broken(&error))?;
        file.as_file().sync_all().map_err(failed)?;
        file.persist(&path).map_err(|error| failed(error.error))?;
        Ok(())
    }

    /// Reads the section of the file at this path as the client does.
    fn credentials(&self, path: &Path) -> Result<hwtasks::Credentials, CredentialsError> {
        let environment = Environment::from_vars([
            (FILE, path.as_os_str().to_owned()),
            (PROFILE, self.profile.clone().into()),
        ]);
        let provider = ProfileProvider::new(environment);
        // On a thread, because this one may run the runtime of the command.
        let read = std::thread::scope(|scope| {
            let read = scope.spawn(|| runtime::block_on(async { Ok(provider.provide().await) }));
            read.join()
        });
        match read {
            Ok(Ok(provided)) => provided,
            _ => Err(CredentialsError::invalid_configuration("it cannot be read")),
        }
    }
}

/// The error for a file that the client cannot read.
fn broken(error: &CredentialsError) -> CliError {
    CliError::bad_input(format!("the file is broken: {error}"))
        .with_help("fix the file by hand first; nothing was changed")
}

/// Whether a text is the ID of a region in the official SDKs.
fn is_region(text: &str) -> bool {
    hwtasks::known_regions().any(|region| region == text)
}

fn has_key(line: &str, key: &str) -> bool {
    let found = line.split_once(['=', ':']).map_or("", |(found, _)| found);
    found.trim().eq_ignore_ascii_case(key)
}

/// Whether a line sets a key, and is not blank or a comment.
fn is_value(line: &str) -> bool {
    !line.trim_start().starts_with(['#', ';']) && line.contains(['=', ':'])
}

/// Creates a folder that only its owner can access, if it does not exist.
fn create_folder(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt as _;
        builder.mode(0o700);
    }
    builder.create(path)
}

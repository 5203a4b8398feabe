//! Provides keys from the credentials file of the official SDKs.

use std::borrow::Cow;
use std::fmt;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use tokio::sync::oneshot;

use super::profile_text::Document;
use super::{CachedProvider, Credentials, CredentialsError, ProvideCredentials, Provided};
use crate::config::environment::Environment;
use crate::config::region::Region;

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
/// region = cn-north-4
/// ```
///
/// The last four keys are optional. The region is that of a client for which neither an option nor a
/// variable sets one, wherever its credentials come from. `HUAWEICLOUD_SDK_CREDENTIALS_FILE` names another file, and
/// `HWTASKS_PROFILE` another section than `basic`.
///
/// Without the file or the section, the provider holds no credentials. If a variable names them, their
/// absence is an error. An invalid file is an error that names the line, and so is a value with a blank,
/// a quote or an invisible character. The provider reads the file once, on a thread of its own, and again
/// when the service rejects its keys. It never writes.
#[derive(Debug)]
pub struct ProfileProvider(CachedProvider);

impl ProfileProvider {
    /// Creates a provider for the credentials file of this environment.
    pub fn new(environment: Environment) -> Self {
        Self::with_first_read(environment, None)
    }

    /// As [`new`](Self::new), with the file that was read for its region. The first call uses it: what is
    /// behind a pipe can be read once.
    pub(crate) fn with_first_read(environment: Environment, read: Option<ProfileFile>) -> Self {
        Self(CachedProvider::new(Profile {
            environment,
            read: Mutex::new(read),
        }))
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
    /// The file, if it has been read and not used yet.
    read: Mutex<Option<ProfileFile>>,
}

impl ProvideCredentials for Profile {
    fn name(&self) -> Cow<'static, str> {
        "profile file".into()
    }

    fn provide(&self) -> Provided<'_> {
        let first = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        let first = { first }.take();
        if let Some(file) = first {
            return Box::pin(std::future::ready(file.credentials()));
        }
        let environment = self.environment.clone();
        Box::pin(async move {
            // A pipe or a network drive may block: neither a timeout nor an interruption waits for it.
            let (send, receive) = oneshot::channel();
            std::thread::spawn(move || {
                let read = ProfileFile::read(&environment);
                // A caller that no longer waits is gone.
                let _ = send.send(read.and_then(|file| file.credentials()));
            });
            receive.await.unwrap_or_else(|_| {
                Err(CredentialsError::invalid_configuration("it cannot be read"))
            })
        })
    }
}

/// A credentials file as it was read, and the section that is used. `Debug` does not show its text.
pub(crate) struct ProfileFile {
    path: PathBuf,
    profile: String,
    bytes: Vec<u8>,
    /// Which variables name the file and the section, which then must exist.
    named: &'static [&'static str],
}

impl fmt::Debug for ProfileFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProfileFile")
            .field("path", &self.path)
            .field("profile", &self.profile)
            .finish_non_exhaustive()
    }
}

impl ProfileFile {
    /// Reads the file that the environment names, or else the one in the home directory.
    pub(crate) fn read(environment: &Environment) -> Result<Self, CredentialsError> {
        let file = environment.path(FILE_VARIABLE);
        let profile = environment
            .get(PROFILE_VARIABLE)
            .map_err(CredentialsError::invalid_configuration)?;
        let named: &[&str] = match (&file, &profile) {
            (Some(_), Some(_)) => &[FILE_VARIABLE, PROFILE_VARIABLE],
            (Some(_), None) => &[FILE_VARIABLE],
            (None, Some(_)) => &[PROFILE_VARIABLE],
            (None, None) => &[],
        };
        let path = match (&file, environment.home()) {
            (Some(path), _) => path.clone(),
            (None, Some(home)) => home.join(".huaweicloud").join("credentials"),
            (None, None) => {
                let message =
                    format!("the home directory is not known, and {FILE_VARIABLE} is not set");
                return Err(absent(message, named));
            }
        };
        let shown = path.display();
        let bytes = match read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let error = absent(format!("{shown} does not exist"), named);
                return Err(match (&file, &profile) {
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
        let profile = profile.unwrap_or_else(|| DEFAULT_PROFILE.to_owned());
        Ok(Self {
            path,
            profile,
            bytes,
            named,
        })
    }

    fn credentials(&self) -> Result<Credentials, CredentialsError> {
        let Self { path, profile, .. } = self;
        match parse(path, &self.bytes, profile)? {
            Some(credentials) => Ok(credentials),
            None => Err(self.without_section()),
        }
    }

    fn without_section(&self) -> CredentialsError {
        let shown = self.path.display();
        absent(
            format!("{shown} has no section [{}]", self.profile),
            self.named,
        )
    }

    /// Returns the region of the section, and its place for people; `None` when there is none.
    pub(crate) fn region(&self) -> Result<Option<(Region, String)>, CredentialsError> {
        let file = Document::parse(&self.path, &self.bytes)?;
        let Some(section) = file.section(&self.profile)? else {
            return match self.named {
                [] => Ok(None),
                _ => Err(self.without_section()),
            };
        };
        let region = file.region(&self.profile, section)?;
        Ok(region.map(|region| (region, place(&self.path, &self.profile))))
    }
}

/// The error for a file or a section that is not there; one that a variable names must exist.
fn absent(message: String, named: &'static [&'static str]) -> CredentialsError {
    match named {
        [] => CredentialsError::not_configured(message),
        named => CredentialsError::invalid_configuration(message).with_variables(named),
    }
}

/// The place of a section: the path, and its name in brackets.
fn place(path: &Path, profile: &str) -> String {
    format!("{} [{profile}]", path.display())
}

/// Returns the credentials of a section; `None` when the file has no such section,
/// or only a region in it.
pub(crate) fn parse(
    path: &Path,
    bytes: &[u8],
    profile: &str,
) -> Result<Option<Credentials>, CredentialsError> {
    let file = Document::parse(path, bytes)?;
    let Some(section) = file.section(profile)? else {
        return Ok(None);
    };
    let credentials = file.credentials(profile, section)?;
    Ok(credentials.map(|credentials| credentials.with_provider_name(place(path, profile))))
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

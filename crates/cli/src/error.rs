//! Why a command failed: the message, the help, and the exit code.

use std::error::Error as _;
use std::fmt::{self, Write as _};
use std::io::{self, IsTerminal as _, Write as _};
use std::process::ExitCode;

use anstyle::{AnsiColor, Style};
use hwtasks::{ErrorKind, ProviderFailure, Reason, UrlProblem};

use crate::color;
use crate::instances;
use crate::terminal::{Verbosity, is_dumb_terminal, printable};

/// What to do when the service does not know an instance.
const UNKNOWN_INSTANCE: &str = "check the instance's ID, the region and the project: an instance of \
    another region or project is not found";
const PROFILE: &str = "HWTASKS_PROFILE";

/// Exit codes; 0 is success.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Exit {
    /// The reader of the output has closed the pipe, which is no error.
    PipeClosed = 0,
    TaskFailed = 1,
    BadInput = 2,
    Api = 3,
    SomeFailed = 4,
    TimedOut = 124,
    Interrupted = 130,
}

/// Why a command failed: the message, the place, and the help.
#[derive(Debug)]
pub(crate) struct CliError {
    exit: Exit,
    message: String,
    place: Option<String>,
    help: Option<String>,
    /// Printed with `-v`, like the request ID.
    causes: Vec<String>,
    /// Whether `hwtasks doctor` finds out more.
    is_for_doctor: bool,
    /// The client's error, if there is one.
    client: Option<hwtasks::Error>,
}

impl CliError {
    pub(crate) fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self {
            exit,
            message: message.into(),
            place: None,
            help: None,
            causes: Vec::new(),
            is_for_doctor: false,
            client: None,
        }
    }

    /// An invalid command line or input.
    pub(crate) fn bad_input(message: impl Into<String>) -> Self {
        Self::new(Exit::BadInput, message)
    }

    /// Adds the place, unless a closer one is known.
    pub(crate) fn at(mut self, place: impl Into<String>) -> Self {
        self.place.get_or_insert_with(|| place.into());
        self
    }

    /// Adds the place of an instance, given by this argument, which may be a name without its `@`.
    pub(crate) fn at_instance(self, place: impl Into<String>, argument: &str) -> Self {
        let may_be_name = !argument.starts_with('@') && !instances::is_uuid(argument);
        match may_be_name && self.help.as_deref() == Some(UNKNOWN_INSTANCE) {
            true => self.with_help(format!(
                "if this is the name of an instance, write @{argument}; otherwise {UNKNOWN_INSTANCE}"
            )),
            false => self,
        }
        .at(place)
    }

    /// Replaces what to do about it.
    pub(crate) fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self.is_for_doctor = false;
        self
    }

    /// Replaces the message.
    pub(crate) fn with_message(mut self, message: impl Into<String>) -> Self {
        self.message = message.into();
        self
    }

    /// Why the service refused the credentials, in words; `None` for any other error.
    pub(crate) fn refusal(&self) -> Option<&'static str> {
        Some(match self.client.as_ref()?.reason()? {
            Reason::KeyLocked => "the access key is locked",
            Reason::UnknownAccessKey => "the access key is unknown",
            Reason::WrongSecretKey => "the secret key does not belong to the access key",
            Reason::SignatureExpired => "the clock is wrong",
            Reason::TokenExpired => "the token has expired",
            Reason::InvalidToken => "the token is invalid",
            _ => return None,
        })
    }

    /// Prepends how far the command came.
    pub(crate) fn after(mut self, progress: &str) -> Self {
        self.message = format!("{progress}: {}", self.message);
        self
    }

    /// Names `--profile` instead of the variable that it stands for, and the command that writes this
    /// profile.
    pub(crate) fn with_profile_flag(mut self, profile: &str) -> Self {
        if self.client.as_ref().is_some_and(is_without_section) {
            self.help = Some(format!(
                "run `hwtasks configure --profile {profile}`, or name another"
            ));
        }
        if let Some(message) = self
            .client
            .as_ref()
            .and_then(|error| credentials(error, true))
        {
            self.message = message;
        }
        self
    }

    pub(crate) fn exit(&self) -> Exit {
        self.exit
    }

    /// What to do about it, without a hint to `hwtasks doctor`.
    pub(crate) fn help(&self) -> Option<&str> {
        self.help.as_deref()
    }

    pub(crate) fn request_id(&self) -> Option<&str> {
        self.client.as_ref()?.request_id()
    }

    /// The causes, the nearest first.
    pub(crate) fn causes(&self) -> &[String] {
        &self.causes
    }

    /// The lines that `-v` adds, with their labels.
    pub(crate) fn details(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let request = self.request_id().map(|id| ("request", id));
        let causes = self
            .causes
            .iter()
            .map(|cause| ("caused by", cause.as_str()));
        request.into_iter().chain(causes)
    }

    pub(crate) fn exit_code(&self) -> ExitCode {
        ExitCode::from(self.exit as u8)
    }

    /// Lets a command continue after its reader has closed the pipe.
    pub(crate) fn ignore_broken_pipe(printed: Result<(), Self>) -> Result<(), Self> {
        match printed {
            Err(failure) if failure.exit == Exit::PipeClosed => Ok(()),
            printed => printed,
        }
    }

    /// Prints the error to standard error.
    pub(crate) fn report(&self, verbosity: Verbosity) {
        if self.exit == Exit::PipeClosed || self.message.is_empty() {
            return;
        }
        let mut text = self.text(verbosity.verbose > 0);
        if self.exit == Exit::Interrupted && io::stderr().is_terminal() && !is_dumb_terminal() {
            // Overwrites the ^C of the terminal.
            text.insert_str(0, "\r\u{1b}[K");
        }
        // An error here cannot be reported.
        let _ = color::stderr().write_all(text.as_bytes());
    }

    fn text(&self, verbose: bool) -> String {
        let head = Style::new().bold().fg_color(Some(AnsiColor::Red.into()));
        let label = Style::new().bold();
        let word = match self.exit {
            Exit::Interrupted => "interrupted",
            _ => "error",
        };
        let mut text = format!("{head}{word}:{head:#} {}\n", printable(&self.message));
        let help = self.help.as_ref().map(|help| match self.is_for_doctor {
            true => format!("{help}; see also `hwtasks doctor`"),
            false => help.clone(),
        });
        let lines = [("at", &self.place), ("help", &help)];
        let lines = lines
            .into_iter()
            .filter_map(|(name, line)| Some((name, line.as_ref()?.as_str())));
        let details = self.details().filter(|_| verbose);
        for (name, line) in lines.chain(details) {
            // Writing to a String cannot fail.
            let _ = writeln!(text, "  {label}{name}:{label:#} {}", printable(line));
        }
        text
    }
}

impl From<io::Error> for CliError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self::new(Exit::PipeClosed, ""),
            _ => Self::bad_input(format!("cannot print: {error}"))
                .with_help("check where standard output goes, and whether the disk is full"),
        }
    }
}

impl From<hwtasks::Error> for CliError {
    fn from(error: hwtasks::Error) -> Self {
        let exit = match error.kind() {
            ErrorKind::InvalidInput => Exit::BadInput,
            ErrorKind::TaskFailed => Exit::TaskFailed,
            ErrorKind::WaitTimedOut => Exit::TimedOut,
            _ => Exit::Api,
        };
        let message = credentials(&error, false).unwrap_or_else(|| error.summary().to_string());
        let mut failure = Self::new(exit, message);
        failure.is_for_doctor = is_for_doctor(&error);
        failure.help = help(&error).map(str::to_owned);
        if error.is_credentials() {
            failure.place = Some("the credentials on this machine".to_owned());
        }
        let mut cause = error.source();
        while let Some(source) = cause {
            failure.causes.push(source.to_string());
            cause = source.source();
        }
        failure.client = Some(error);
        failure
    }
}

/// The message of an error about credentials, made of those of the providers.
fn credentials(error: &hwtasks::Error, is_profile_flag: bool) -> Option<String> {
    let (providers, skipped) = match error.reason()? {
        Reason::NoCredentials { providers, .. } => (providers, 0),
        Reason::ProviderFailed {
            providers, skipped, ..
        } => (providers, *skipped),
        _ => return None,
    };
    let of = |ProviderFailure {
                  provider, error, ..
              }: &ProviderFailure| match error.variables() {
        [PROFILE] if is_profile_flag && error.help().is_some() => format!(
            "{provider}: {}: create it, or leave --profile out",
            error.message()
        ),
        variables if is_profile_flag && error.is_not_configured() && !variables.is_empty() => {
            format!("{provider}: ignored because of --profile")
        }
        _ => format!("{provider}: {error}"),
    };
    let mut parts: Vec<String> = providers.iter().map(of).collect();
    if skipped > 0 {
        parts.push("the providers after it were not tried".to_owned());
    }
    let operation = error.operation().map(|name| format!("{name}: "));
    let operation = operation.unwrap_or_default();
    let what = match error.is_credentials() {
        true => "no credentials",
        false => "no region is set",
    };
    Some(format!("{operation}{what}: {}", parts.join("; ")))
}

/// Whether the profile that a variable names is missing.
fn is_without_section(error: &hwtasks::Error) -> bool {
    let Some(Reason::ProviderFailed { providers, .. }) = error.reason() else {
        return false;
    };
    // A missing file has a help of its own.
    providers
        .last()
        .is_some_and(|ProviderFailure { error, .. }| {
            error.help().is_none() && error.variables().contains(&PROFILE)
        })
}

/// What to do about an error whose reason is known.
fn help_for_reason(reason: &Reason) -> Option<&'static str> {
    Some(match reason {
        Reason::InvalidUrl {
            variable: Some(name),
            ..
        } if name.to_ascii_lowercase().ends_with("_proxy") => {
            "set it to a URL such as http://proxy.example:3128, or to nothing for no proxy"
        }
        Reason::InvalidUrl {
            problem: UrlProblem::Malformed | UrlProblem::PlainHttp,
            ..
        } => "give it with https://, or http:// if it is on this machine: http://127.0.0.1:8931",
        Reason::NoProject => "give --project-id, or --region to have it looked up",
        Reason::AmbiguousProject { .. } => "give --project-id",
        Reason::NoRegion | Reason::NoEndpoint { .. } => {
            "give --region, such as --region cn-north-4, set HWTASKS_REGION, or keep one with \
             `hwtasks configure`"
        }
        Reason::ProviderFailed { .. } => "fix or remove it",
        Reason::NoCredentials { .. } => {
            "run `hwtasks configure` once, or set HUAWEICLOUD_SDK_AK and HUAWEICLOUD_SDK_SK"
        }
        Reason::KeyLocked => {
            "the access key is locked: fix the keys, and send nothing for five minutes"
        }
        Reason::UnknownAccessKey => {
            "check the access key, and whether it is still active; `hwtasks configure` stores another"
        }
        Reason::WrongSecretKey => {
            "check the secret key, and that no blank belongs to it; `hwtasks configure` stores another"
        }
        Reason::SignatureExpired => "set this machine's clock",
        Reason::TokenExpired => "get a new token",
        Reason::InvalidToken => "check that the token is complete, and of this cloud and region",
        _ => return None,
    })
}

/// Whether `hwtasks doctor` finds out more about an error.
fn is_for_doctor(error: &hwtasks::Error) -> bool {
    let is_connection = error.kind() == ErrorKind::Transport;
    let is_rejected = error.is_unauthorized() && error.clock_skew().is_none();
    error.is_credentials() || is_connection || is_rejected
}

/// Whether an operation lists the instances of a project.
fn lists_instances(operation: &str) -> bool {
    matches!(operation, "ListDcsInstances" | "ListDmsInstances")
}

fn help(error: &hwtasks::Error) -> Option<&'static str> {
    if let Some(help) = error.reason().and_then(help_for_reason) {
        return Some(help);
    }
    Some(if error.is_credentials() {
        "check the credentials"
    } else if error.clock_skew().is_some() {
        "set this machine's clock"
    } else if error.is_unauthorized() {
        "check the keys or the token, and that they belong to the project"
    } else if error.is_forbidden() && error.operation().is_some_and(lists_instances) {
        "grant the user dcs:instance:list or dms:instance:list"
    } else if error.is_forbidden() {
        "grant the user dcs:instance:getBackgroundTask or dms:instance:getBackgroundTask"
    } else if error.is_not_found() {
        UNKNOWN_INSTANCE
    } else if error.is_throttled() {
        "wait a little, and call less often"
    } else if error.is_timeout() {
        "raise --timeout, or check the connection to the endpoint"
    } else if error.is_connection_error() {
        "check the endpoint, the region and the proxy"
    } else if error.is_decode() {
        "see the response with --raw; a proxy may have responded instead of the service"
    } else if error.is_server_error() {
        "try again later; if it persists, open a ticket with the request ID that -v shows"
    } else if error.is_wait_timed_out() {
        "the task continues to run: wait again, or raise --timeout"
    } else if error.code().as_deref() == Some("DMS.00400070") {
        "check the task's ID: `hwtasks kafka list` lists the tasks of the instance"
    } else if error.kind() == ErrorKind::Transport {
        "try again; if it persists, check the endpoint, the proxy and the firewall"
    } else if error.is_bad_request() {
        "the message names the invalid value; `hwtasks spec` has the documented ranges"
    } else {
        return None;
    })
}

impl fmt::Display for CliError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

//! Why a command failed: the message, the help, and the exit code.

use std::error::Error as _;
use std::fmt::{self, Write as _};
use std::io::{self, IsTerminal as _, Write as _};
use std::process::ExitCode;

use anstyle::{AnsiColor, Style};
use hwtasks::ErrorKind;

use crate::terminal::{Verbosity, is_dumb_terminal, printable};

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
    /// Printed with `-v`, like the causes.
    request_id: Option<Box<str>>,
    causes: Vec<String>,
}

impl CliError {
    pub(crate) fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self {
            exit,
            message: message.into(),
            place: None,
            help: None,
            request_id: None,
            causes: Vec::new(),
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

    /// Replaces what to do about it.
    pub(crate) fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Says something in other words, wherever it is said.
    pub(crate) fn reworded(mut self, said: &str, better: &str) -> Self {
        let texts = std::iter::once(&mut self.message).chain(&mut self.help);
        for text in texts.chain(&mut self.causes) {
            *text = text.replace(said, better);
        }
        self
    }

    pub(crate) fn exit(&self) -> Exit {
        self.exit
    }

    /// What to do about it.
    pub(crate) fn help(&self) -> Option<&str> {
        self.help.as_deref()
    }

    pub(crate) fn request_id(&self) -> Option<&str> {
        self.request_id.as_deref()
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
        let _ = anstream::stderr().write_all(text.as_bytes());
    }

    fn text(&self, verbose: bool) -> String {
        let head = Style::new().bold().fg_color(Some(AnsiColor::Red.into()));
        let label = Style::new().bold();
        let word = match self.exit {
            Exit::Interrupted => "interrupted",
            _ => "error",
        };
        let mut text = format!("{head}{word}:{head:#} {}\n", printable(&self.message));
        let lines = [("at", &self.place), ("help", &self.help)];
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
        let mut failure = Self::new(exit, for_people(&error));
        failure.help = help(&error).map(str::to_owned);
        if error.is_credentials() {
            failure.place = Some("the credentials on this machine".to_owned());
        }
        if let Some(id) = error.request_id() {
            failure.request_id = Some(id.into());
        }
        let mut cause = error.source();
        while let Some(error) = cause {
            failure.causes.push(error.to_string());
            cause = error.source();
        }
        failure
    }
}

/// The line without what it tells programmers to do.
fn for_people(error: &hwtasks::Error) -> String {
    let line = error.to_string();
    match error.help() {
        Some(hint) => line.replace(&format!("; {hint}"), ""),
        None => line,
    }
}

fn help(error: &hwtasks::Error) -> Option<&'static str> {
    // The client's own hints name what programs set.
    let text = error.to_string();
    let invalid = error.kind() == ErrorKind::InvalidInput;
    let no_url = ["is not a URL", "is plain http"];
    Some(
        if invalid && no_url.iter().any(|said| text.contains(said)) {
            "give it with https://, or http:// if it is on this machine: http://127.0.0.1:8931"
        } else if invalid && text.contains("cannot be looked up") {
            "give --project-id, or --region to have it looked up"
        } else if text.contains("projects named") {
            "give --project-id"
        } else if invalid && text.contains("no region") {
            "give --region, such as --region cn-north-4, or set HWTASKS_REGION"
        } else if error.is_credentials() && text.contains("were not asked") {
            "fix or remove it; `hwtasks doctor` shows the source of each setting"
        } else if error.is_credentials() {
            "run `hwtasks configure` once, or set HUAWEICLOUD_SDK_AK and HUAWEICLOUD_SDK_SK; `hwtasks \
         doctor` shows the source of each setting"
        } else if error.clock_skew().is_some() {
            "set this machine's clock"
        } else if error.is_unauthorized() {
            "check the keys or the token, and that they belong to the project: `hwtasks doctor`"
        } else if error.is_forbidden() {
            "grant the user dcs:instance:getBackgroundTask or dms:instance:getBackgroundTask"
        } else if error.is_not_found() {
            "check the instance's ID, the region and the project: an instance of another region or \
         project is not found"
        } else if error.is_throttled() {
            "wait a little, and call less often"
        } else if error.is_timeout() {
            "raise --timeout, or check the connection to the endpoint: `hwtasks doctor`"
        } else if error.is_connection_error() {
            "check the endpoint, the region and the proxy: `hwtasks doctor`"
        } else if error.is_decode() {
            "see the response with --raw; a proxy may have responded instead of the service"
        } else if error.is_server_error() {
            "try again later; if it persists, open a ticket with the request ID that -v shows"
        } else if error.is_wait_timed_out() {
            "the task continues to run: wait again, or raise --timeout"
        } else if error.code().as_deref() == Some("DMS.00400070") {
            "check the task's ID: `hwtasks kafka list` lists the tasks of the instance"
        } else if error.kind() == ErrorKind::Transport {
            "try again; if it persists, check the endpoint, the proxy and the firewall: `hwtasks \
         doctor`"
        } else if error.is_bad_request() {
            "the message names the invalid value; `hwtasks spec` has the documented ranges"
        } else {
            return None;
        },
    )
}

impl fmt::Display for CliError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

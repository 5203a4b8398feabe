//! Why a command failed: what people read, and the code the process exits with.

use std::error::Error as _;
use std::fmt::{self, Write as _};
use std::io::{self, IsTerminal as _, Write as _};
use std::process::ExitCode;

use anstyle::{AnsiColor, Style};
use hwtasks::ErrorKind;

use crate::args::Verbosity;
use crate::output::{is_dumb_terminal, printable};

/// The codes a process exits with; 0 is success.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Exit {
    /// Nobody reads the output any more, which is no error.
    PipeClosed = 0,
    TaskFailed = 1,
    BadInput = 2,
    Api = 3,
    SomeFailed = 4,
    TimedOut = 124,
    Interrupted = 130,
}

/// Why a command failed: what happened, where, and what to do about it.
#[derive(Debug)]
pub(crate) struct Failure {
    exit: Exit,
    what: String,
    place: Option<String>,
    advice: Option<String>,
    /// For `-v`, as are the causes.
    request_id: Option<Box<str>>,
    causes: Vec<String>,
}

impl Failure {
    pub(crate) fn new(exit: Exit, what: impl Into<String>) -> Self {
        Self {
            exit,
            what: what.into(),
            place: None,
            advice: None,
            request_id: None,
            causes: Vec::new(),
        }
    }

    /// What the caller gave is not right.
    pub(crate) fn bad_input(what: impl Into<String>) -> Self {
        Self::new(Exit::BadInput, what)
    }

    /// Says where it happened, unless that is known more closely.
    pub(crate) fn at(mut self, place: impl Into<String>) -> Self {
        self.place.get_or_insert_with(|| place.into());
        self
    }

    pub(crate) fn advice(mut self, advice: impl Into<String>) -> Self {
        self.advice = Some(advice.into());
        self
    }

    /// Says something in other words, wherever it is said.
    pub(crate) fn reworded(mut self, said: &str, better: &str) -> Self {
        let texts = std::iter::once(&mut self.what).chain(&mut self.advice);
        for text in texts.chain(&mut self.causes) {
            *text = text.replace(said, better);
        }
        self
    }

    pub(crate) fn exit(&self) -> Exit {
        self.exit
    }

    /// What to do about it.
    pub(crate) fn to_do(&self) -> Option<&str> {
        self.advice.as_deref()
    }

    pub(crate) fn request_id(&self) -> Option<&str> {
        self.request_id.as_deref()
    }

    /// What it comes from, the nearest cause first.
    pub(crate) fn causes(&self) -> &[String] {
        &self.causes
    }

    /// What `-v` adds, each with its name.
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

    /// Lets a command go on that counts though nobody reads what it prints any more.
    pub(crate) fn unless_closed(printed: Result<(), Self>) -> Result<(), Self> {
        match printed {
            Err(failure) if failure.exit == Exit::PipeClosed => Ok(()),
            printed => printed,
        }
    }

    /// Tells people, on standard error.
    pub(crate) fn report(&self, verbosity: Verbosity) {
        if self.exit == Exit::PipeClosed || self.what.is_empty() {
            return;
        }
        let mut text = self.text(verbosity.verbose > 0);
        if self.exit == Exit::Interrupted && io::stderr().is_terminal() && !is_dumb_terminal() {
            // Over the ^C that the terminal has written.
            text.insert_str(0, "\r\u{1b}[K");
        }
        // Nobody is left to tell if this fails.
        let _ = anstream::stderr().write_all(text.as_bytes());
    }

    fn text(&self, verbose: bool) -> String {
        let head = Style::new().bold().fg_color(Some(AnsiColor::Red.into()));
        let label = Style::new().bold();
        let word = match self.exit {
            Exit::Interrupted => "interrupted",
            _ => "error",
        };
        let mut text = format!("{head}{word}:{head:#} {}\n", printable(&self.what));
        let lines = [("at", &self.place), ("help", &self.advice)];
        let lines = lines
            .into_iter()
            .filter_map(|(name, line)| Some((name, line.as_ref()?.as_str())));
        let details = self.details().filter(|_| verbose);
        for (name, line) in lines.chain(details) {
            // A String takes every write.
            let _ = writeln!(text, "  {label}{name}:{label:#} {}", printable(line));
        }
        text
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self::new(Exit::PipeClosed, ""),
            _ => Self::bad_input(format!("cannot print: {error}"))
                .advice("look at where standard output goes, and whether there is room"),
        }
    }
}

impl From<hwtasks::Error> for Failure {
    fn from(error: hwtasks::Error) -> Self {
        let exit = match error.kind() {
            ErrorKind::InvalidInput => Exit::BadInput,
            ErrorKind::TaskFailed => Exit::TaskFailed,
            ErrorKind::WaitTimedOut => Exit::TimedOut,
            _ => Exit::Api,
        };
        let mut failure = Self::new(exit, for_people(&error));
        failure.advice = advice(&error).map(str::to_owned);
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

fn advice(error: &hwtasks::Error) -> Option<&'static str> {
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
         doctor` shows what is found where"
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
            "raise --timeout, or look at the way to the endpoint: `hwtasks doctor`"
        } else if error.is_connection_error() {
            "check the endpoint, the region and the proxy: `hwtasks doctor`"
        } else if error.is_decode() {
            "see what came with --raw; a proxy may have answered in place of the service"
        } else if error.is_server_error() {
            "try again later; if it lasts, open a ticket with the request ID that -v shows"
        } else if error.is_wait_timed_out() {
            "the task goes on: wait again, or raise --timeout"
        } else if error.code().as_deref() == Some("DMS.00400070") {
            "check the task's ID: `hwtasks kafka list` shows those of the instance"
        } else if error.kind() == ErrorKind::Transport {
            "try again; if it lasts, look at the way to the endpoint, a proxy or a firewall: `hwtasks \
         doctor`"
        } else if error.is_bad_request() {
            "the message names what was refused; `hwtasks spec` has the documented ranges"
        } else {
            return None;
        },
    )
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

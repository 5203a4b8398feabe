//! Writes an error as text.

use std::error::Error as StdError;
use std::fmt;

use super::{Error, ErrorKind};
use crate::transport::response::RawResponse;

/// How many characters of outside text a message shows.
const MAX_SHOWN_CHARS: usize = 200;

impl Error {
    /// The line that `Display` writes, without [`help`](Self::help). Use it in a program that shows its
    /// own help.
    ///
    /// ```
    /// let error = hwtasks::Client::builder().build().unwrap_err();
    /// assert_eq!(error.summary().to_string(), "no project ID is set");
    /// assert!(error.to_string().starts_with("no project ID is set; set it with "));
    /// ```
    pub fn summary(&self) -> impl fmt::Display + '_ {
        Summary(self)
    }

    fn write(&self, f: &mut fmt::Formatter<'_>, help: Option<&str>) -> fmt::Result {
        if let Some(operation) = self.0.operation {
            write!(f, "{operation}: ")?;
        }
        f.write_str(&self.0.message)?;
        if let Some(skew) = self.0.clock_skew {
            let (way, by) = if skew.is_negative() {
                ("ahead of", skew.abs())
            } else {
                ("behind", skew)
            };
            write!(
                f,
                "; this machine's clock is {way} the service's by {by:#.0}"
            )?;
        }
        if let Some(help) = help {
            write!(f, "; {help}")?;
        }
        if self.0.attempts > 1 {
            write!(f, " (after {} attempts)", self.0.attempts)?;
        }
        Ok(())
    }
}

struct Summary<'a>(&'a Error);

impl fmt::Display for Summary<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.write(f, None)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f, self.help())?;
        if f.alternate() {
            let mut cause = self.source();
            while let Some(error) = cause {
                write!(f, ": {error}")?;
                cause = error.source();
            }
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("kind", &self.0.kind)
            .field("operation", &self.0.operation)
            .field("attempts", &self.0.attempts)
            .field("status", &self.status())
            .field("code", &self.code())
            .field("request_id", &self.request_id())
            .field("message", &self.0.message)
            .field("source", &self.0.source)
            .finish_non_exhaustive()
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        // The message of a decode error already contains its cause.
        match self.0.kind {
            ErrorKind::Decode => None,
            _ => self
                .0
                .source
                .as_deref()
                .map(|source| source as &(dyn StdError + 'static)),
        }
    }
}

/// The beginning of a body that is not an error response, on one line.
pub(super) fn excerpt(raw: &RawResponse) -> Option<String> {
    let text = String::from_utf8_lossy(&raw.body);
    let text = one_line(&text);
    let kind = raw.content_type().unwrap_or("no content type");
    Some(match text.is_empty() {
        true => "the body is empty".to_owned(),
        false => format!("the body ({}) begins: {text}", one_line(kind)),
    })
}

/// Text from outside as one line of a message: without line breaks or control characters, and cut.
pub(crate) fn one_line(text: &str) -> String {
    let words = text
        .split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|w| !w.is_empty());
    let mut line = String::new();
    for word in words {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
        if line.chars().count() > MAX_SHOWN_CHARS {
            return line.chars().take(MAX_SHOWN_CHARS).chain(['…']).collect();
        }
    }
    line
}

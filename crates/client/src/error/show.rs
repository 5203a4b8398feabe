//! Writes an error as text.

use std::error::Error as StdError;
use std::fmt;

use jiff::SignedDuration;

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
    /// assert_eq!(error.summary().to_string(), "no endpoint is set");
    /// assert!(error.to_string().starts_with("no endpoint is set; set one with "));
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
            let way = if skew.is_negative() {
                "ahead of"
            } else {
                "behind"
            };
            let by = SignedDuration::from_secs(skew.abs().as_secs());
            write!(f, "; this machine's clock is {way} the service's by {by:#}")?;
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
        // A `main` that returns the error prints this, so the text comes first, and absent fields not
        // at all.
        let mut text = f.debug_struct("Error");
        text.field("kind", &self.0.kind)
            .field("message", &self.0.message);
        if let Some(help) = &self.0.help {
            text.field("help", help);
        }
        if let Some(operation) = self.0.operation {
            text.field("operation", &operation)
                .field("attempts", &self.0.attempts);
        }
        if let Some(status) = self.status() {
            text.field("status", &status.as_u16());
        }
        if let Some(code) = self.code() {
            text.field("code", &code);
        }
        if let Some(id) = self.request_id() {
            text.field("request_id", &id);
        }
        if let Some(source) = &self.0.source {
            text.field("source", source);
        }
        text.finish_non_exhaustive()
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

/// Text from outside as one line of a message: without line breaks, control characters or characters
/// that hide or reorder text, and cut.
pub(crate) fn one_line(text: &str) -> String {
    let mut line = String::new();
    let mut shown = 0;
    let mut is_space_due = false;
    for c in text.chars().filter(|c| !is_invisible(*c)) {
        if c.is_whitespace() || c.is_control() {
            is_space_due = shown > 0;
            continue;
        }
        for c in std::mem::take(&mut is_space_due)
            .then_some(' ')
            .into_iter()
            .chain([c])
        {
            if shown == MAX_SHOWN_CHARS {
                line.push('…');
                return line;
            }
            line.push(c);
            shown += 1;
        }
    }
    line
}

/// Whether a character is of the Unicode category Cf: it has no shape of its own, and may hide text or
/// change its direction. Take such characters out of text from outside before it is shown.
pub fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{600}'..='\u{605}' | '\u{61c}' | '\u{6dd}' | '\u{70f}'
        | '\u{890}'..='\u{891}' | '\u{8e2}' | '\u{180e}' | '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{2066}'..='\u{206f}'
        | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{110bd}' | '\u{110cd}'
        | '\u{13430}'..='\u{1343f}' | '\u{1bca0}'..='\u{1bca3}'
        | '\u{1d173}'..='\u{1d17a}' | '\u{e0001}' | '\u{e0020}'..='\u{e007f}')
}

//! A terminal that reports a narrower width, which leaves room for the `^C` echoed at the cursor.
//!
//! indicatif fills the last line up to the reported width. At the real width, every `^C` would wrap, and the
//! progress would stay on the screen after an interruption.

use std::io;

use console::Term;
use indicatif::TermLike;

use crate::terminal::is_dumb_terminal;

/// The width of `^C` and of the cursor after it.
const INSET: u16 = 3;

/// Standard error, without its last columns.
#[derive(Debug)]
pub(super) struct InsetTerminal(Term);

impl InsetTerminal {
    /// Standard error; `None` unless it is a terminal whose cursor can be moved.
    pub(super) fn stderr() -> Option<Self> {
        // Buffered, so that each drawing is one write.
        Some(Term::buffered_stderr())
            .filter(|term| term.is_term() && !is_dumb_terminal())
            .map(Self)
    }
}

impl TermLike for InsetTerminal {
    fn width(&self) -> u16 {
        self.0.size().1.saturating_sub(INSET).max(1)
    }

    fn height(&self) -> u16 {
        self.0.size().0
    }

    fn move_cursor_up(&self, lines: usize) -> io::Result<()> {
        self.0.move_cursor_up(lines)
    }

    fn move_cursor_down(&self, lines: usize) -> io::Result<()> {
        self.0.move_cursor_down(lines)
    }

    fn move_cursor_right(&self, columns: usize) -> io::Result<()> {
        self.0.move_cursor_right(columns)
    }

    fn move_cursor_left(&self, columns: usize) -> io::Result<()> {
        self.0.move_cursor_left(columns)
    }

    fn write_line(&self, line: &str) -> io::Result<()> {
        self.0.write_line(line)
    }

    fn write_str(&self, text: &str) -> io::Result<()> {
        self.0.write_str(text)
    }

    fn clear_line(&self) -> io::Result<()> {
        self.0.clear_line()
    }

    fn flush(&self) -> io::Result<()> {
        self.0.flush()
    }
}

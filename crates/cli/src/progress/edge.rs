//! A terminal that leaves room for the `^C` that it writes where its cursor is.

use std::io;

use console::Term;
use indicatif::TermLike;

use crate::output::is_dumb_terminal;

/// The width of `^C`, and of the cursor behind it.
const ROOM: u16 = 3;

/// Standard error, not drawn on to its right edge: `^C` would be on a line of its own there, and what is
/// cleared would be that line.
#[derive(Debug)]
pub(super) struct Edge(Term);

impl Edge {
    /// Standard error; `None` when it is no terminal, or one that cannot be drawn on.
    pub(super) fn stderr() -> Option<Self> {
        // What is drawn is written at once, so that nothing comes between.
        Some(Term::buffered_stderr())
            .filter(|term| term.is_term() && !is_dumb_terminal())
            .map(Self)
    }
}

impl TermLike for Edge {
    fn width(&self) -> u16 {
        self.0.size().1.saturating_sub(ROOM).max(1)
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

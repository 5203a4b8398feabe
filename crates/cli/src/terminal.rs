//! Terminals: how much is said in them, and text that does not control them.

/// How much is printed beside the results.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Verbosity {
    pub(crate) quiet: bool,
    pub(crate) verbose: u8,
}

/// Replaces control characters by spaces, so that text from outside controls no terminal.
pub(crate) fn printable(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect()
}

/// Whether the terminal cannot move its cursor.
pub(crate) fn is_dumb_terminal() -> bool {
    std::env::var_os("TERM").is_some_and(|term| term == "dumb")
}

//! Terminals: how much is said in them, and text that does not control them.

/// How much is printed beside the results.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Verbosity {
    pub(crate) quiet: bool,
    pub(crate) verbose: u8,
}

/// Makes text from outside fit for a terminal: control characters and line separators become spaces,
/// and characters that hide or reorder text are taken out.
pub(crate) fn printable(text: &str) -> String {
    let is_break = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
    text.chars()
        .filter(|c| !hwtasks::is_invisible(*c))
        .map(|c| if is_break(c) { ' ' } else { c })
        .collect()
}

/// Whether the terminal cannot move its cursor.
pub(crate) fn is_dumb_terminal() -> bool {
    std::env::var_os("TERM").is_some_and(|term| term == "dumb")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn printable_text_has_no_invisible_characters() {
        for (text, expected) in [
            ("EXTEND", "EXTEND"),
            ("a\u{202e}b\u{2066}c\u{2069}\u{200b}d\u{feff}", "abcd"),
            ("a\u{2028}b\u{2029}c\u{85}d\u{1b}[31me", "a b c d [31me"),
            ("\u{e0041}\u{ad}用户 é 😀", "用户 é 😀"),
        ] {
            assert_eq!(printable(text), expected);
        }
    }
}

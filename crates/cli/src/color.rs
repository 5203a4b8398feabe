//! Whether output has colors: one decision for every stream.

use std::ffi::OsString;
use std::io::{self, IsTerminal};
use std::sync::OnceLock;

use anstream::{AutoStream, ColorChoice};
use clap::ValueEnum as _;
use crossterm::style::force_color_output;

use crate::options::Color;

/// The value of --color; unset, it is `auto`.
static FLAG: OnceLock<Color> = OnceLock::new();

/// Sets the value of --color for all streams. Only the first call has an effect.
pub(crate) fn set(flag: Color) {
    // The styles of tables would follow NO_COLOR on their own; the streams remove them instead.
    force_color_output(true);
    // An earlier value stays.
    let _ = FLAG.set(flag);
}

/// The value of --color in a command line that cannot be parsed.
pub(crate) fn flag_of(args: impl IntoIterator<Item = String>) -> Color {
    let mut args = args.into_iter().take_while(|arg| arg != "--");
    let mut flag = Color::Auto;
    while let Some(arg) = args.next() {
        let value = match arg.strip_prefix("--color") {
            Some("") => args.next(),
            Some(value) => value.strip_prefix('=').map(str::to_owned),
            None => None,
        };
        let value = value.and_then(|value| Color::from_str(&value, false).ok());
        flag = value.unwrap_or(flag);
    }
    flag
}

/// Standard output, which removes colors unless they are wanted.
pub(crate) fn stdout() -> AutoStream<io::Stdout> {
    let stream = io::stdout();
    let choice = choice(&stream);
    AutoStream::new(stream, choice)
}

/// Standard error, which removes colors unless they are wanted.
pub(crate) fn stderr() -> AutoStream<io::Stderr> {
    let stream = io::stderr();
    let choice = choice(&stream);
    AutoStream::new(stream, choice)
}

/// Whether lines on standard error have colors.
pub(crate) fn is_wanted_on_stderr() -> bool {
    choice(&io::stderr()) == ColorChoice::Always
}

fn choice(stream: &impl IsTerminal) -> ColorChoice {
    let flag = FLAG.get().copied().unwrap_or(Color::Auto);
    match is_wanted(flag, |name| std::env::var_os(name), stream.is_terminal()) {
        true => ColorChoice::Always,
        false => ColorChoice::Never,
    }
}

/// The flag decides, then the variables by the rules of no-color.org and bixense.com/clicolors, then
/// the terminal.
fn is_wanted(flag: Color, variable: impl Fn(&str) -> Option<OsString>, is_terminal: bool) -> bool {
    let set = |name| variable(name).filter(|value| !value.is_empty());
    let switch = |name| set(name).map(|value| value != "0");
    match flag {
        Color::Always => return true,
        Color::Never => return false,
        Color::Auto => {}
    }
    if set("NO_COLOR").is_some() {
        return false;
    }
    match (switch("CLICOLOR_FORCE"), switch("CLICOLOR")) {
        (Some(true), _) => true,
        (_, Some(false)) => false,
        (_, switched) => {
            let has_colors = match set("TERM") {
                Some(term) => term != "dumb",
                None => cfg!(windows),
            };
            is_terminal && (has_colors || switched.is_some() || set("CI").is_some())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(flag: Color, variables: &[(&str, &str)], is_terminal: bool) -> bool {
        let variable = |name: &str| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| OsString::from(value))
        };
        is_wanted(flag, variable, is_terminal)
    }

    #[test]
    fn colors_follow_flag_then_variables_then_terminal() {
        let term = ("TERM", "xterm");
        for (flag, variables, in_terminal, in_file) in [
            (Color::Auto, &[term][..], true, false),
            (Color::Auto, &[], cfg!(windows), false),
            (Color::Auto, &[("TERM", "dumb")], false, false),
            (Color::Auto, &[term, ("NO_COLOR", "1")], false, false),
            (Color::Auto, &[term, ("NO_COLOR", "")], true, false),
            (Color::Auto, &[term, ("NO_COLOR", "0")], false, false),
            (Color::Auto, &[term, ("CLICOLOR_FORCE", "1")], true, true),
            (Color::Auto, &[term, ("CLICOLOR_FORCE", "0")], true, false),
            (Color::Auto, &[term, ("CLICOLOR_FORCE", "")], true, false),
            (Color::Auto, &[term, ("CLICOLOR", "0")], false, false),
            (Color::Auto, &[term, ("CLICOLOR", "1")], true, false),
            (
                Color::Auto,
                &[("CLICOLOR_FORCE", "1"), ("CLICOLOR", "0")],
                true,
                true,
            ),
            (
                Color::Auto,
                &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")],
                false,
                false,
            ),
            (Color::Always, &[("NO_COLOR", "1")], true, true),
            (Color::Never, &[term, ("CLICOLOR_FORCE", "1")], false, false),
        ] {
            let found = [true, false].map(|terminal| wanted(flag, variables, terminal));
            assert_eq!(found, [in_terminal, in_file], "{flag:?} {variables:?}");
        }
    }

    #[test]
    fn flag_is_found_in_a_command_line_that_cannot_be_parsed() {
        for (line, flag) in [
            ("kafka lst --color never", Color::Never),
            ("--color=always lst", Color::Always),
            ("--color=never --color always lst", Color::Always),
            ("--color", Color::Auto),
            ("--color nope", Color::Auto),
            ("--colors=never", Color::Auto),
            ("lst -- --color never", Color::Auto),
        ] {
            let args = line.split(' ').map(str::to_owned);
            assert_eq!(flag_of(args), flag, "{line}");
        }
    }
}

//! Corrects a command line whose verb stands before its service, such as `hwtasks wait kafka`.

use clap::{Arg, Command, CommandFactory as _};

use crate::args::Cli;
use crate::error::CliError;

const SERVICES: [&str; 2] = ["dcs", "kafka"];
/// Flags that had another name when the verb stood first.
const RENAMED_FLAGS: [(&str, &str); 2] = [
    ("--project", "--project-id"),
    ("--retries", "--max-retries"),
];
/// Punctuation that has no meaning to a shell.
const SHELL_SAFE: &str = "-_./:=,+@%";

/// The error for a command line in the old order, with the line in the right order.
///
/// `None` for any other command line. `args` are those after the program's name.
pub(crate) fn correction(args: impl IntoIterator<Item = String>) -> Option<CliError> {
    let mut words: Vec<String> = args.into_iter().map(with_new_name).collect();
    let mut program = Cli::command();
    program.build();
    let mut scan = Scan {
        words: &words,
        next: 0,
        commands: vec![&program],
    };
    let verb_at = scan.positional()?;
    let verb = words.get(verb_at)?.clone();
    let services: Vec<&str> = SERVICES
        .into_iter()
        .filter(|service| has_verb(&program, service, &verb))
        .collect();
    scan.commands.extend(
        services
            .iter()
            .filter_map(|service| program.find_subcommand(service)?.find_subcommand(&verb)),
    );
    if services.is_empty() {
        return None;
    }
    let service_at = scan.positional();
    let service = service_at.and_then(|at| words.get(at)).cloned();
    if let (Some(at), Some(service)) = (service_at, service)
        && SERVICES.contains(&service.as_str())
    {
        words.remove(at);
        let message = format!("the service comes before the command: {service} {verb}");
        return Some(CliError::bad_input(message).with_help(line_with(&words, verb_at, &service)));
    }
    let lines = services
        .iter()
        .map(|service| line_with(&words, verb_at, service));
    let lines: Vec<String> = lines.map(|line| format!("`{line}`")).collect();
    let message = format!("the command {verb} needs a service before it");
    Some(CliError::bad_input(message).with_help(lines.join(" or ")))
}

fn has_verb(program: &Command, service: &str, verb: &str) -> bool {
    program
        .find_subcommand(service)
        .is_some_and(|service| service.find_subcommand(verb).is_some())
}

/// Finds the words of a command line that are neither flags nor values of flags.
struct Scan<'a> {
    words: &'a [String],
    next: usize,
    /// The commands whose flags may occur.
    commands: Vec<&'a Command>,
}

impl Scan<'_> {
    /// The index of the next positional word; `None` at the end, and after an unknown flag.
    fn positional(&mut self) -> Option<usize> {
        loop {
            let at = self.next;
            let word = self.words.get(at)?.as_str();
            self.next += 1;
            match word.strip_prefix("--") {
                Some("") => return None,
                Some(long) => {
                    let (name, value) = match long.split_once('=') {
                        Some((name, _)) => (name, true),
                        None => (long, false),
                    };
                    let takes_value = self.takes_value(|arg| arg.get_long() == Some(name))?;
                    self.next += usize::from(takes_value && !value);
                }
                None => match word.strip_prefix('-') {
                    None | Some("") => return Some(at),
                    Some(flags) => self.next += self.separate_value(flags)?,
                },
            }
        }
    }

    /// How many words after these short flags are their value: `-o json`, but `-ojson`.
    fn separate_value(&self, flags: &str) -> Option<usize> {
        let mut flags = flags.chars();
        while let Some(flag) = flags.next() {
            if self.takes_value(|arg| arg.get_short() == Some(flag))? {
                return Some(usize::from(flags.as_str().is_empty()));
            }
        }
        Some(0)
    }

    /// Whether the flag takes a value; `None` when no command has the flag.
    fn takes_value(&self, is_flag: impl Fn(&Arg) -> bool) -> Option<bool> {
        let mut flags = self
            .commands
            .iter()
            .flat_map(|command| command.get_arguments());
        let flag = flags.find(|arg| is_flag(arg))?;
        Some(flag.get_action().takes_values())
    }
}

/// A word, with the present name of a renamed flag.
fn with_new_name(word: String) -> String {
    let (name, value) = match word.split_once('=') {
        Some((name, value)) => (name, Some(value)),
        None => (word.as_str(), None),
    };
    match (RENAMED_FLAGS.iter().find(|(old, _)| *old == name), value) {
        (Some((_, new)), Some(value)) => format!("{new}={value}"),
        (Some((_, new)), None) => (*new).to_owned(),
        (None, _) => word,
    }
}

/// The command line with the service before the verb.
fn line_with(words: &[String], verb_at: usize, service: &str) -> String {
    let mut line = "hwtasks".to_owned();
    for (at, word) in words.iter().enumerate() {
        if at == verb_at {
            line.push(' ');
            line.push_str(service);
        }
        line.push(' ');
        line.push_str(&quoted(word));
    }
    line
}

/// A word as a POSIX shell reads it.
fn quoted(word: &str) -> String {
    let is_safe = |c: char| c.is_alphanumeric() || SHELL_SAFE.contains(c);
    match !word.is_empty() && word.chars().all(is_safe) {
        true => word.to_owned(),
        false => format!("'{}'", word.replace('\'', r"'\''")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The help of the error, which is the corrected command line.
    fn corrected(line: &str) -> Option<String> {
        let failure = correction(line.split(' ').map(str::to_owned))?;
        Some(failure.help().unwrap_or_default().to_owned())
    }

    #[test]
    fn old_order_with_service_is_corrected() {
        for (old, new) in [
            ("wait kafka i t", "hwtasks kafka wait i t"),
            ("list dcs i", "hwtasks dcs list i"),
            ("show dcs i t", "hwtasks dcs show i t"),
            ("sweep kafka", "hwtasks kafka sweep"),
            ("watch dcs i --limit 5", "hwtasks dcs watch i --limit 5"),
            (
                "--emulator wait kafka i t",
                "hwtasks --emulator kafka wait i t",
            ),
            (
                "--region r -o json wait -v kafka i t",
                "hwtasks --region r -o json kafka wait -v i t",
            ),
            (
                "wait --interval 5s -ojson kafka i --name n",
                "hwtasks kafka wait --interval 5s -ojson i --name n",
            ),
            (
                "list --api v1 --region=r -qo csv dcs i",
                "hwtasks dcs list --api v1 --region=r -qo csv i",
            ),
        ] {
            assert_eq!(corrected(old).as_deref(), Some(new));
        }
    }

    #[test]
    fn renamed_flags_in_old_order_are_corrected() {
        assert_eq!(
            corrected("--project p wait kafka --retries=0 i t").as_deref(),
            Some("hwtasks --project-id p kafka wait --max-retries=0 i t")
        );
    }

    #[test]
    fn verb_without_service_is_corrected_for_both_services() {
        assert_eq!(
            corrected("-q wait i t").as_deref(),
            Some("`hwtasks -q dcs wait i t` or `hwtasks -q kafka wait i t`")
        );
        assert_eq!(
            corrected("list").as_deref(),
            Some("`hwtasks dcs list` or `hwtasks kafka list`")
        );
    }

    #[test]
    fn words_with_meaning_to_a_shell_are_quoted() {
        let args = ["wait", "kafka", "i", "--name", "it's $x", ""];
        let failure = correction(args.map(str::to_owned)).unwrap();
        assert_eq!(
            failure.help(),
            Some(r"hwtasks kafka wait i --name 'it'\''s $x' ''")
        );
    }

    #[test]
    fn other_command_lines_are_not_corrected() {
        for line in [
            "kafka wait i t",
            "kafka lst i",
            "lst kafka i",
            "--bogus wait kafka i t",
            "doctor wait kafka",
            "-- wait kafka",
            "--region wait",
        ] {
            assert_eq!(corrected(line), None, "{line}");
        }
    }
}

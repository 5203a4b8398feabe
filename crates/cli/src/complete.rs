//! Completion in a shell: the script of each shell runs the program, which prints the values that fit.

use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::pin::pin;
use std::time::Duration;

use clap::{CommandFactory as _, FromArgMatches as _};
use clap_complete::engine::{
    ArgValueCandidates, ArgValueCompleter, CompletionCandidate, ValueCompleter,
};
use clap_complete::env::{CompleteEnv, Shells};
use futures_util::stream::{self, StreamExt as _};

use crate::args::Cli;
use crate::connect::Connection;
use crate::credentials_file;
use crate::instances::{self, Engine, InstanceFilter, ListedInstance};
use crate::options::{Global, Service};
use crate::runtime;
use crate::terminal::printable;

/// The variable with which a script runs the program.
const VARIABLE: &str = "HWTASKS_COMPLETE";
/// How long instances are listed. A shell waits for the whole run, which must take at most 1.5 seconds.
const LIMIT: Duration = Duration::from_millis(1300);
/// How many instances are read.
const MAX_READ: usize = 1000;

/// Prints the completions of a command line, if the script of a shell asks for them.
pub(crate) fn complete() -> bool {
    let asks = std::env::var_os(VARIABLE).is_some_and(|shell| !shell.is_empty());
    if asks {
        let folder = std::env::current_dir().ok();
        let completion = CompleteEnv::with_factory(Cli::command).var(VARIABLE);
        // A shell would print an error into the line that is being typed.
        let _ = completion.try_complete(std::env::args_os(), folder.as_deref());
    }
    asks
}

/// The script of a shell.
pub(crate) fn script(shell: &str) -> Vec<u8> {
    let mut script = Vec::new();
    if let Some(completer) = Shells::builtins().completer(shell) {
        // Writing to memory does not fail.
        let _ =
            completer.write_registration(VARIABLE, "hwtasks", "hwtasks", "hwtasks", &mut script);
    }
    if shell == "bash" {
        // Bash would split @NAME into two words.
        script.extend_from_slice(b"COMP_WORDBREAKS=${COMP_WORDBREAKS//@/}\n");
    }
    script
}

/// Offers the profiles of the credentials file.
pub(crate) fn profiles() -> ArgValueCandidates {
    ArgValueCandidates::new(|| {
        let profiles = credentials_file::profiles().into_iter();
        profiles.map(CompletionCandidate::new).collect()
    })
}

/// Offers the instances of the project, as `@NAME` and by ID.
pub(crate) fn instances() -> ArgValueCompleter {
    ArgValueCompleter::new(Instances)
}

struct Instances;

impl ValueCompleter for Instances {
    fn complete(&self, current: &OsStr) -> Vec<CompletionCandidate> {
        let typed = Typed::read(std::env::args_os());
        match (current.to_str(), typed) {
            (Some(current), Some(typed)) => candidates(current, &listed(&typed, current)),
            _ => Vec::new(),
        }
    }
}

/// The words before the one that is completed, of a command that takes an instance there.
struct Typed {
    global: Global,
    service: Service,
}

impl Typed {
    /// Reads what the script passes; `None` if no instance belongs there.
    fn read(args: impl Iterator<Item = OsString>) -> Option<Self> {
        let mut words: Vec<OsString> = args.skip_while(|arg| arg != "--").skip(1).collect();
        // Some scripts pass only the words up to the current one.
        let index = std::env::var("_CLAP_COMPLETE_INDEX").ok();
        let index = index.and_then(|index| index.parse().ok());
        words.truncate(index.unwrap_or(words.len().saturating_sub(1)));
        if words.iter().any(|word| word == "--") {
            return None;
        }
        let matches = Cli::command().ignore_errors(true);
        let matches = matches.try_get_matches_from(words).ok()?;
        let mut global = Global::from_arg_matches(&matches).ok()?;
        crate::connect::check_flags(&global).ok()?;
        global.max_retries = Some(0);
        global.timeout = Some(LIMIT);
        global.dry_run = false;
        let (service, command) = matches.subcommand()?;
        let service = match service {
            "dcs" => Service::Dcs,
            "kafka" => Service::Kafka,
            _ => return None,
        };
        let (verb, arguments) = command.subcommand()?;
        let before = arguments.try_get_raw("arguments").ok().flatten();
        let before = before.map_or(0, Iterator::count);
        let until_idle = arguments.try_get_one::<bool>("until_idle").ok().flatten();
        let is_task = verb == "wait" && before > 0 && until_idle != Some(&true);
        (!is_task).then_some(Self { global, service })
    }
}

/// The instances that a client of this command line lists in time.
fn listed(typed: &Typed, current: &str) -> Vec<ListedInstance> {
    let name = current.strip_prefix('@').filter(|name| !name.is_empty());
    let name = name.and_then(|name| format!("{name}*").parse().ok());
    let engines: &[Engine] = match typed.service {
        Service::Dcs => &[Engine::Kafka],
        Service::Kafka => &[Engine::Kafka, Engine::Rabbitmq, Engine::Rocketmq],
    };
    let mut found = Vec::new();
    let list = async {
        let Ok(connection) = Connection::open_for_completion(&typed.global).await else {
            return;
        };
        let lists = engines.iter().map(|engine| {
            let filter = InstanceFilter {
                engine: *engine,
                name: name.clone(),
                ..InstanceFilter::default()
            };
            instances::list(typed.service, &connection.client, &filter)
        });
        let mut listed = pin!(stream::select_all(lists).take(MAX_READ));
        while let Some(next) = listed.next().await {
            found.extend(next.ok());
        }
    };
    // What was listed until then is offered.
    let _ = runtime::within(LIMIT, list);
    found
}

/// The instances that fit the current word: by name after an `@`, by ID after anything else.
fn candidates(current: &str, found: &[ListedInstance]) -> Vec<CompletionCandidate> {
    let mut uses: HashMap<&str, usize> = HashMap::new();
    for name in found.iter().filter_map(|one| one.instance.name.as_deref()) {
        *uses.entry(name).or_default() += 1;
    }
    let mut offered = Vec::new();
    for one in found {
        let name = one.instance.name.as_deref();
        let unique = name.filter(|name| is_plain(name) && uses.get(name) == Some(&1));
        let status = one.status.as_deref().unwrap_or_default();
        let id = one.instance.id.as_str();
        let candidate = match (current.chars().next(), unique) {
            (Some('@') | None, Some(name)) => (format!("@{name}"), [id, status]),
            (Some('@'), None) => continue,
            _ => (id.to_owned(), [name.unwrap_or_default(), status]),
        };
        if candidate.0.starts_with(current) && is_plain(candidate.0.trim_start_matches('@')) {
            offered.push(candidate);
        }
    }
    offered.sort();
    offered.dedup();
    let candidates = offered.into_iter().map(|(value, help)| {
        let help = help.into_iter().filter(|part| !part.is_empty());
        let help = printable(&help.collect::<Vec<_>>().join(", "));
        CompletionCandidate::new(value).help(Some(help.into()))
    });
    candidates.collect()
}

/// Whether a shell reads text as it stands: scripts insert it without quotes.
fn is_plain(text: &str) -> bool {
    let is_plain = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
    !text.is_empty() && !text.starts_with('-') && text.chars().all(is_plain)
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::instances::Instance;

    fn offered(current: &str, found: &[(&str, Option<&str>)]) -> Vec<String> {
        let found = found.iter().map(|(id, name)| ListedInstance {
            instance: Instance::with_name(Service::Dcs, *id, name.map(str::to_owned)),
            status: Some("RUNNING".to_owned()),
            json: Value::Null,
        });
        let offered = candidates(current, &found.collect::<Vec<_>>());
        let values = offered.iter().map(|one| one.get_value().to_string_lossy());
        values.map(|value| value.into_owned()).collect()
    }

    #[test]
    fn candidates_are_names_after_an_at_and_ids_after_anything_else() {
        let found = [("a1", Some("orders")), ("b2", Some("carts")), ("b3", None)];
        assert_eq!(offered("", &found), ["@carts", "@orders", "b3"]);
        assert_eq!(offered("@", &found), ["@carts", "@orders"]);
        assert_eq!(offered("@o", &found), ["@orders"]);
        assert_eq!(offered("b", &found), ["b2", "b3"]);
        assert!(offered("c", &found).is_empty());
    }

    #[test]
    fn candidates_have_no_name_that_is_ambiguous_or_that_a_shell_would_run() {
        let found = [
            ("a1", Some("twice")),
            ("a2", Some("twice")),
            ("a3", Some("x;id")),
        ];
        assert_eq!(offered("", &found), ["a1", "a2", "a3"]);
        assert!(offered("@", &found).is_empty());
        let found = [("$(id)", Some("`id`")), ("-x", None), ("a\nb", Some("a b"))];
        assert!(offered("", &found).is_empty());
    }

    #[test]
    fn candidates_keep_letters_of_every_alphabet() {
        assert_eq!(offered("@", &[("a", Some("订单_1"))]), ["@订单_1"]);
    }
}

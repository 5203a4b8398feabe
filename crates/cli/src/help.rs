//! What help and manual pages end with: examples, variables, files and exit codes.

use clap::{Command, CommandFactory as _};

use crate::args::Cli;

/// The examples of each command: what it is for, and the command line after `hwtasks`.
pub(crate) const EXAMPLES: &[(&str, &[(&str, &str)])] = &[
    (
        "",
        &[
            (
                "Try it on the emulator",
                "--emulator kafka list 5560df16-cebf-4473-95c4-d1b573c16e79",
            ),
            ("Set up an account", "configure"),
            ("Check the settings", "doctor"),
            (
                "What runs now, on any Redis instance",
                "dcs sweep --all-instances --running",
            ),
            (
                "Who changed an instance since yesterday",
                "dcs list @orders --since yesterday",
            ),
            (
                "Wait until nothing runs on it",
                "dcs wait --until-idle @orders",
            ),
        ],
    ),
    (
        "dcs",
        &[("The tasks of the instance with a name", "dcs list @orders")],
    ),
    (
        "dcs list",
        &[
            ("The newest tasks of an instance", "dcs list @orders"),
            (
                "Who resized it since yesterday",
                "dcs list @orders --name EXTEND --since yesterday",
            ),
        ],
    ),
    (
        "dcs show",
        &[(
            "One task",
            "dcs show @orders 8abfa7b272adc5b40172b73130065ae7",
        )],
    ),
    (
        "dcs wait",
        &[
            (
                "Wait for the newest resize",
                "dcs wait @orders --name EXTEND",
            ),
            (
                "Say when all instances of a file are done, or when a task fails",
                "dcs wait --until-idle --fail-fast -f twelve.txt -- sh -c 'echo \"$HWTASKS_SUMMARY\"'",
            ),
        ],
    ),
    (
        "dcs watch",
        &[
            ("One instance", "dcs watch @orders"),
            (
                "All instances, with a command for each failed task",
                "dcs watch --all-instances --exec-on failed -- sh -c 'echo \"$HWTASKS_TASK_ID\"'",
            ),
        ],
    ),
    (
        "dcs sweep",
        &[
            (
                "Who resized an instance last night",
                "dcs sweep --all-instances --name EXTEND --since 'yesterday 18:00' --until 08:00",
            ),
            (
                "The instances of a file, for programs",
                "dcs sweep instances.txt -o ndjson",
            ),
        ],
    ),
    (
        "dcs instances",
        &[
            ("All instances", "dcs instances"),
            (
                "The IDs of some, for a script",
                "dcs instances --name 'orders-*' --query 'instances[].instance_id' -o text",
            ),
        ],
    ),
    (
        "kafka",
        &[(
            "What runs now, anywhere",
            "kafka sweep --all-instances --running",
        )],
    ),
    (
        "kafka list",
        &[
            (
                "The failed tasks of the last day",
                "kafka list @orders --since 1d --failed",
            ),
            (
                "The IDs of tasks, for a script",
                "kafka list @orders --query 'tasks[].id' -o text",
            ),
        ],
    ),
    (
        "kafka show",
        &[(
            "One task",
            "kafka show @orders 8abfa7b272adc5b40172b73130065ae7",
        )],
    ),
    (
        "kafka wait",
        &[
            (
                "Wait for a task",
                "kafka wait @orders 8abfa7b272adc5b40172b73130065ae7 --timeout 1h",
            ),
            (
                "Wait until nothing runs anywhere",
                "kafka wait --until-idle --all-instances",
            ),
        ],
    ),
    (
        "kafka watch",
        &[
            ("One instance", "kafka watch @orders"),
            (
                "All instances: what runs, and what ended in the last 10 minutes",
                "kafka watch --all-instances --recent 10m",
            ),
            (
                "The ID of each task that fails",
                "kafka watch --all-instances --exec-on failed -- sh -c 'echo \"$HWTASKS_TASK_ID\"'",
            ),
        ],
    ),
    (
        "kafka sweep",
        &[
            (
                "What runs now, anywhere",
                "kafka sweep --all-instances --running",
            ),
            (
                "One of eight parts of a list",
                "kafka sweep list.txt --shard 0/8 -o ndjson",
            ),
        ],
    ),
    (
        "kafka instances",
        &[
            ("All Kafka instances", "kafka instances"),
            (
                "All RocketMQ instances as CSV",
                "kafka instances --engine rocketmq -o csv",
            ),
        ],
    ),
    (
        "merge",
        &[(
            "The outputs of all shards as one table",
            "merge part-0.ndjson part-1.ndjson",
        )],
    ),
    (
        "serve-metrics",
        &[(
            "Metrics of all Kafka instances, every 5 minutes",
            "serve-metrics --service kafka --interval 5m",
        )],
    ),
    (
        "doctor",
        &[(
            "Check the settings, and one instance",
            "doctor kafka --instance 5560df16-cebf-4473-95c4-d1b573c16e79",
        )],
    ),
    (
        "configure",
        &[("Write another profile", "configure --profile dev")],
    ),
    (
        "emulator",
        &[
            (
                "Run the tests of a program on a fleet of 200 instances",
                "emulator --instances 200 -- make test",
            ),
            ("Serve until interrupted", "emulator --log info"),
        ],
    ),
    (
        "spec",
        &[(
            "The document of Kafka for a generator of OpenAPI 3.0",
            "spec kafka --openapi 3.0",
        )],
    ),
    (
        "completion",
        &[("Print the script for bash", "completion bash")],
    ),
    ("man", &[("Read the page of a command", "man kafka list")]),
];

/// Every environment variable, and its meaning.
pub(crate) const VARIABLES: &[(&str, &str)] = &[
    (
        "HUAWEICLOUD_SDK_AK, HUAWEICLOUD_SDK_SK",
        "Access key and secret key",
    ),
    (
        "HUAWEICLOUD_SDK_SECURITY_TOKEN",
        "Security token of temporary keys",
    ),
    ("HWTASKS_TOKEN", "IAM token, instead of keys"),
    ("HUAWEICLOUD_SDK_PROJECT_ID", "Project ID; --project-id"),
    ("HWTASKS_REGION, HW_REGION_NAME", "Region; --region"),
    (
        "HWTASKS_DCS_ENDPOINT, HWTASKS_KAFKA_ENDPOINT",
        "Endpoints; --endpoint",
    ),
    (
        "HWTASKS_PROFILE",
        "Profile of the credentials file; --profile",
    ),
    (
        "HUAWEICLOUD_SDK_CREDENTIALS_FILE",
        "Path of the credentials file",
    ),
    (
        "HWTASKS_METADATA_ENDPOINT",
        "Address of the metadata service of a cloud server",
    ),
    (
        "HWTASKS_METADATA_DISABLED",
        "1: do not use the metadata service",
    ),
    ("HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, NO_PROXY", "Proxies"),
    ("SSL_CERT_FILE, SSL_CERT_DIR", "Certificate authorities"),
    ("NO_COLOR, CLICOLOR_FORCE, CLICOLOR", "Colors; --color"),
    ("TZ", "Time zone of times that are shown and read; --utc"),
    (
        "HWTASKS_EMULATOR_...",
        "Flags of `hwtasks emulator`; also with --emulator",
    ),
];

/// Files that are read or written.
pub(crate) const FILES: &[(&str, &str)] = &[(
    "~/.huaweicloud/credentials",
    "Keys, projects and regions by profile; see `hwtasks configure`",
)];

/// The exit codes.
pub(crate) const EXIT_CODES: &[(&str, &str)] = &[
    ("0", "success"),
    ("1", "a task that was waited for has failed"),
    (
        "2",
        "invalid command line or input, or output that cannot be written",
    ),
    ("3", "an error of the API, the network or the credentials"),
    ("4", "some instances of a sweep or a wait could not be read"),
    ("124", "the wait timed out"),
    ("130", "interrupted"),
];

/// The program with examples at the end of every help.
pub(crate) fn command() -> Command {
    let mut program = Cli::command();
    for (path, examples) in EXAMPLES {
        let words: Vec<&str> = path.split_whitespace().collect();
        program = extended(program, &words, examples);
    }
    program
}

fn extended(command: Command, path: &[&str], examples: &[(&str, &str)]) -> Command {
    match path.split_first() {
        // A feature may leave the command out.
        Some((first, _)) if command.find_subcommand(first).is_none() => command,
        Some((first, rest)) => command.mut_subcommand(*first, |sub| extended(sub, rest, examples)),
        None => {
            let whole = command.get_after_long_help().or(command.get_after_help());
            let whole = whole
                .map(|help| format!("{}\n\n", help.ansi()))
                .unwrap_or_default();
            let mut text = format!("{whole}Examples:");
            for (what, line) in examples {
                text.push_str(&format!("\n  # {what}\n  hwtasks {line}"));
            }
            command.after_long_help(text)
        }
    }
}

/// The exit codes and the variables, for the help of the program.
pub(crate) fn of_program() -> String {
    let table = |title: &str, rows: &[(&str, &str)], width: usize| {
        let mut text = format!("{title}:");
        for (name, meaning) in rows {
            match name.len() < width {
                true => text.push_str(&format!("\n  {name:<width$} {meaning}")),
                false => text.push_str(&format!("\n  {name}\n  {:width$} {meaning}", "")),
            }
        }
        text
    };
    format!(
        "{}\n\n{}\n\n{}",
        table("Exit codes", EXIT_CODES, 4),
        table("Environment", VARIABLES, 33),
        table("Files", FILES, 33)
    )
}

/// The sections of a manual page.
pub(crate) fn sections(path: &str) -> String {
    let mut page = String::new();
    let mut table = |title: &str, rows: &[(&str, &str)]| {
        page.push_str(&format!(".SH {title}\n"));
        for (name, meaning) in rows {
            page.push_str(&format!(".TP\n\\fB{}\\fR\n{}\n", roff(name), roff(meaning)));
        }
    };
    table("EXIT STATUS", EXIT_CODES);
    table("ENVIRONMENT", VARIABLES);
    table("FILES", FILES);
    let examples = EXAMPLES.iter().find(|(of, _)| *of == path);
    if let Some((_, examples)) = examples {
        page.push_str(".SH EXAMPLES\n");
        for (what, line) in *examples {
            page.push_str(&format!(
                ".TP\n{}\n\\fBhwtasks {}\\fR\n",
                roff(what),
                roff(line)
            ));
        }
    }
    page
}

/// Text for a manual page.
fn roff(text: &str) -> String {
    let escaped = text.replace('\\', "\\e").replace('-', "\\-");
    match escaped.starts_with(['.', '\'']) {
        true => format!("\\&{escaped}"),
        false => escaped,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The words of a line, without the quotes of a shell.
    fn words(line: &str) -> Vec<String> {
        let mut words = vec![String::new()];
        let mut quote = None;
        for c in line.chars() {
            match (quote, c) {
                (None, ' ') => words.push(String::new()),
                (None, '\'' | '"') => quote = Some(c),
                (Some(open), c) if open == c => quote = None,
                (_, c) => words.last_mut().unwrap().push(c),
            }
        }
        words
    }

    #[test]
    fn every_command_has_examples_that_parse() {
        let program = command();
        let mut paths = vec![String::new()];
        for command in program.get_subcommands() {
            paths.push(command.get_name().to_owned());
            for sub in command.get_subcommands() {
                paths.push(format!("{} {}", command.get_name(), sub.get_name()));
            }
        }
        for path in &paths {
            let examples = EXAMPLES.iter().find(|(of, _)| of == path);
            let (_, examples) = examples.expect(path);
            for (_, line) in *examples {
                let line = ["hwtasks".to_owned()].into_iter().chain(words(line));
                if let Err(error) = command().try_get_matches_from(line) {
                    panic!("{path}: {error}");
                }
            }
        }
        assert_eq!(EXAMPLES.len(), paths.len());
    }
}

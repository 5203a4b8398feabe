//! Help, completion, manual pages and version.

use crate::completion::completed;
use crate::run::{Program, snapshot, snapshot_each};

const COMMANDS: [&str; 24] = [
    "",
    "dcs",
    "dcs list",
    "dcs show",
    "dcs wait",
    "dcs watch",
    "dcs sweep",
    "dcs instances",
    "kafka",
    "kafka list",
    "kafka show",
    "kafka wait",
    "kafka watch",
    "kafka sweep",
    "kafka instances",
    "merge",
    "serve-metrics",
    "doctor",
    "configure",
    "emulator",
    "spec",
    "completion",
    "man",
    "help",
];

fn words(command: &str) -> Vec<&str> {
    command.split_whitespace().collect()
}

#[test]
fn help_of_each_command_is_as_recorded() {
    let program = Program::new();
    let mut runs = Vec::new();
    for command in COMMANDS.iter().filter(|command| **command != "help") {
        let run = program.run(&[words(command).as_slice(), &["--help"]].concat());
        assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""), "{run}");
        let title = ["hwtasks", command, "--help"].join(" ").replace("  ", " ");
        runs.push((title, run));
    }
    let run = program.run(&["-h"]);
    assert_eq!(run.code, Some(0), "{run}");
    runs.push(("hwtasks -h".to_owned(), run));
    snapshot_each("help", &runs);
}

/// Finds the commands in the help, so that none lacks a snapshot.
#[test]
fn help_snapshots_cover_each_command() {
    let program = Program::new();
    let commands_of = |command: &str| -> Vec<String> {
        let run = program.run(&[words(command).as_slice(), &["-h"]].concat());
        let Some((_, commands)) = run.stdout.split_once("\nCommands:\n") else {
            return Vec::new();
        };
        let lines = commands.lines().take_while(|line| line.starts_with("  "));
        let names = lines.filter_map(|line| line.split_whitespace().next());
        names
            .map(|name| format!("{command} {name}").trim().to_owned())
            .collect()
    };
    let mut found = Vec::new();
    let mut left = vec![String::new()];
    while let Some(command) = left.pop() {
        assert!(
            COMMANDS.contains(&command.as_str()) || command.ends_with(" help"),
            "{command:?}"
        );
        if !command.ends_with("help") {
            left.extend(commands_of(&command));
        }
        found.push(command);
    }
    assert!(found.len() >= COMMANDS.len(), "{found:?}");
}

#[test]
fn first_command_of_readme_lists_example_tasks() {
    let readme = include_str!("../../../../README.md");
    let (_, args) = readme
        .split_once("cargo run -p hwtasks-cli -- ")
        .expect("the README should have the command");
    let (args, _) = args
        .split_once('\n')
        .expect("the command should end with its line");
    let run = Program::new().run(&words(args));
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""), "{run}");
    let lines: Vec<_> = run.stdout.lines().collect();
    assert!(lines[0].starts_with("ID "), "{run}");
    assert_eq!(lines.len(), 5, "{run}");
    for id in [
        "8abfa7b272adc5b40172b73130065ae7",
        "8abfa7b372160bfd0172165864064079",
    ] {
        assert!(lines.iter().any(|line| line.starts_with(id)), "{run}");
    }
}

/// Runs the commands that need no account.
#[test]
fn other_commands_of_readme_succeed() {
    let readme = include_str!("../../../../README.md");
    let commands = readme
        .lines()
        .filter_map(|line| line.strip_prefix("hwtasks --emulator "));
    let commands: Vec<_> = commands.collect();
    assert_eq!(commands.len(), 3, "{commands:?}");
    for command in commands
        .iter()
        .filter(|command| !command.starts_with("kafka wait"))
    {
        let command = command.replace('"', "");
        let run = Program::new().run(&[&["--emulator"], words(&command).as_slice()].concat());
        assert_eq!(run.code, Some(0), "{run}");
        assert!(!run.stdout.is_empty(), "{run}");
    }
}

#[test]
fn version_is_that_of_the_package() {
    let run = Program::new().run(&["--version"]);
    assert_eq!(
        run.stdout,
        format!("hwtasks {}\n", env!("CARGO_PKG_VERSION"))
    );
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""));
}

#[test]
fn program_without_arguments_prints_usage() {
    let run = Program::new().run(&[]);
    assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""), "{run}");
    assert!(run.stderr.contains("Usage: hwtasks"), "{run}");
}

#[test]
fn completion_of_each_shell_contains_each_command() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let run = Program::new().run(&["completion", shell]);
        assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""), "{run}");
        assert!(run.stdout.contains("HWTASKS_COMPLETE"), "{run}");
        for command in COMMANDS.iter().filter(|command| !command.is_empty()) {
            let words = [&["hwtasks"], words(command).as_slice()].concat();
            let offered = completed(&Program::new(), shell, &words);
            let last = words[words.len() - 1].to_owned();
            assert!(offered.contains(&last), "{shell}: {command}: {offered:?}");
        }
    }
    let run = Program::new().run(&["completion", "tcsh"]);
    assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""), "{run}");
}

#[test]
#[cfg(unix)]
fn completion_for_bash_is_a_valid_script() {
    let script = Program::new().run(&["completion", "bash"]).stdout;
    let checked = std::process::Command::new("bash")
        .args(["-n", "-c", &script])
        .status();
    assert!(checked.expect("bash should run").success());
}

#[test]
fn man_prints_a_page_of_each_command() {
    let program = Program::new();
    for command in COMMANDS.iter().filter(|command| **command != "help") {
        let run = program.run(&[&["man"], words(command).as_slice()].concat());
        assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""), "{run}");
        let name = format!("hwtasks {command}").trim().replace(' ', "-");
        assert!(
            run.stdout.contains(&format!(".TH {name} 1")),
            "{name}: {run}"
        );
    }
    let run = program.run(&["man", "--dir", "pages"]);
    assert_eq!(run.code, Some(0), "{run}");
    let pages = std::fs::read_dir(program.home().join("pages"))
        .expect("the directory should be accessible")
        .count();
    assert_eq!(pages, COMMANDS.len() - 1);
    let run = program.run(&["man", "kafka", "lst"]);
    assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""), "{run}");
    snapshot("man-unknown", &run);
}

/// Runs with a limit of open files that is too low for a runtime.
#[test]
#[cfg(target_os = "linux")]
fn command_without_requests_builds_no_runtime() {
    let run = |args: &str| {
        let program = env!("CARGO_BIN_EXE_hwtasks");
        let script = format!("ulimit -n 4 && exec '{program}' {args}");
        let output = std::process::Command::new("sh")
            .args(["-c", &script])
            .env_clear()
            .output();
        output.expect("the shell should run").status.code()
    };
    for args in [
        "--version",
        "--help",
        "completion bash",
        "man kafka list",
        "spec",
        "spec output",
    ] {
        assert_eq!(run(args), Some(0), "{args}");
    }
    assert_eq!(run("--emulator kafka list i"), Some(3));
}

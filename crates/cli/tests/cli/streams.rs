//! Standard output and standard error: colors, and output that cannot be written.

use std::fs::{File, OpenOptions};
use std::process::{Command, Stdio};

use crate::run::{INSTANCE, Program};

const LIST: [&str; 4] = ["--emulator", "kafka", "list", INSTANCE];

#[test]
fn color_flag_overrides_every_variable() {
    let colored = |program: &Program, args: &[&str]| {
        let run = program.run(&[&LIST[..], args].concat());
        assert_eq!(run.code, Some(0), "{run}");
        // The sequences of colors, and not of bold text alone.
        assert!(!run.stdout.contains("\u{1b}[m"), "{:?}", run.stdout);
        run.stdout.contains("\u{1b}[38;")
    };
    for variables in [
        &[("NO_COLOR", "1")][..],
        &[("NO_COLOR", "1"), ("CLICOLOR_FORCE", "1")],
        &[("CLICOLOR_FORCE", "0")],
        &[("CLICOLOR", "0")],
        &[("CLICOLOR_FORCE", "1")],
    ] {
        let program = variables
            .iter()
            .fold(Program::new(), |program, (name, value)| {
                program.with(name, value)
            });
        let forced = variables == [("CLICOLOR_FORCE", "1")];
        assert_eq!(colored(&program, &[]), forced, "{variables:?}");
        assert!(colored(&program, &["--color", "always"]), "{variables:?}");
        assert!(!colored(&program, &["--color=never"]), "{variables:?}");
        // Also of text that clap prints.
        for (args, code) in [(&["--help"][..], 0), (&["kafka", "lst"], 2)] {
            let run = program.run(&[args, &["--color", "never"]].concat());
            assert_eq!(run.code, Some(code), "{run}");
            assert!(
                !run.to_string().contains('\u{1b}'),
                "{variables:?}: {run:?}"
            );
            let run = program.run(&[&["--color=always"], args].concat());
            assert!(run.to_string().contains('\u{1b}'), "{variables:?}: {run:?}");
            let run = program.run(args);
            assert_eq!(
                run.to_string().contains('\u{1b}'),
                forced,
                "{variables:?}: {run:?}"
            );
        }
    }
}

#[cfg(unix)]
#[test]
fn log_of_the_emulator_has_colors_only_where_they_are_wanted() {
    for (color, variables, colored) in [
        ("auto", &[][..], false),
        ("never", &[], false),
        ("never", &[("CLICOLOR_FORCE", "1")], false),
        ("always", &[("NO_COLOR", "1")], true),
        ("auto", &[("CLICOLOR_FORCE", "1")], true),
    ] {
        let program = variables
            .iter()
            .fold(Program::new(), |program, (name, value)| {
                program.with(name, value)
            });
        let mut running = program.start(&[
            "emulator",
            "--log=debug",
            "--color",
            color,
            "--dcs-listen=127.0.0.1:0",
            "--kafka-listen=127.0.0.1:0",
        ]);
        let endpoint = loop {
            let line = running.line();
            if let Some((_, value)) = line.split_once("HWTASKS_KAFKA_ENDPOINT=") {
                break value.trim().trim_matches(['"', '\'']).to_owned();
            }
        };
        let mut list = Program::new().with("HWTASKS_TOKEN", "x");
        list.set("HWTASKS_KAFKA_ENDPOINT", &endpoint);
        list.run(&["kafka", "list", "i", "--project-id=p"]);
        running.interrupt();
        let run = running.end();
        assert!(!run.stderr.is_empty(), "{run}");
        assert_eq!(
            run.stderr.contains('\u{1b}'),
            colored,
            "{color} {variables:?}: {run:?}"
        );
    }
}

/// Commands that print something.
const PRINTING: [&[&str]; 9] = [
    &["--help"],
    &["-h"],
    &["--version"],
    &["help", "kafka"],
    &["spec"],
    &["man"],
    &["completion", "bash"],
    &["emulator", "--data-schema"],
    &LIST,
];

#[cfg(target_os = "linux")]
#[test]
fn output_to_a_full_device_exits_with_two() {
    for args in PRINTING {
        let full = OpenOptions::new().write(true).open("/dev/full");
        let full = full.expect("the device should open");
        let program = Program::new();
        let mut command = program.command(args);
        let output = command
            .stdout(full)
            .output()
            .expect("the program should run");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{args:?}: {said}");
        assert!(said.contains("error: cannot print: "), "{args:?}: {said}");
    }
}

/// Runs a line of a shell, with the program as `$0` and its arguments.
#[cfg(unix)]
fn shell(line: &str, args: &[&str]) -> (Option<i32>, String) {
    let program = Program::new();
    let command = program.command(args);
    let mut shell = Command::new("/bin/sh");
    shell.args(["-c", line]).arg(command.get_program());
    shell.args(command.get_args()).env_clear();
    shell.envs(
        command
            .get_envs()
            .filter_map(|(name, value)| Some((name, value?))),
    );
    let output = shell
        .current_dir(program.home())
        .stdin(Stdio::null())
        .output();
    let output = output.expect("the shell should run");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    (output.status.code(), said)
}

/// Programs start others with the null device in place of an output, for reading and writing.
#[cfg(unix)]
#[test]
fn null_device_and_closed_pipe_are_no_errors() {
    for args in PRINTING {
        let null = File::options().read(true).write(true).open("/dev/null");
        let null = null.expect("the device should open");
        let program = Program::new();
        let mut command = program.command(args);
        let output = command
            .stdout(null)
            .output()
            .expect("the program should run");
        assert_eq!(output.status.code(), Some(0), "{args:?}");
        assert!(output.stderr.is_empty(), "{args:?}");
        let (_, said) = shell(r#"{ "$0" "$@"; echo $? >&2; } | true"#, args);
        assert_eq!(said, "0\n", "{args:?}");
    }
}

#[test]
fn negative_value_of_a_flag_is_reported_as_its_value() {
    for (args, said) in [
        (
            &["kafka", "sweep", "--shard", "-1/4"][..],
            "'-1/4' for '--shard <I/N>'",
        ),
        (
            &["dcs", "sweep", "-c", "-1"],
            "'-1' for '--concurrency <NUMBER>'",
        ),
        (
            &["kafka", "watch", "i", "--limit", "-1"],
            "'-1' for '--limit <NUMBER>'",
        ),
        (
            &["kafka", "watch", "i", "--interval", "-1s"],
            "'-1s' for '--interval <DURATION>'",
        ),
        (
            &["kafka", "wait", "i", "t", "--max-interval", "-1s"],
            "'-1s' for '--max-interval",
        ),
        (
            &["kafka", "wait", "i", "t", "--interval", "-5s"],
            "'-5s' for '--interval <DURATION>'",
        ),
        (
            &["kafka", "list", "i", "--timeout", "-5s"],
            "'-5s' for '--timeout <DURATION>'",
        ),
        (
            &["kafka", "list", "i", "--max-retries", "-1"],
            "'-1' for '--max-retries <NUMBER>'",
        ),
    ] {
        let run = Program::new().run(args);
        assert_eq!(run.code, Some(2), "{run}");
        assert!(run.stderr.contains(said), "{run}");
        assert!(!run.stderr.contains("tip:"), "{run}");
    }
}

//! What is not right: what is said, the exit code, and nothing half printed.

use crate::run::{INSTANCE, Program, Run, snapshot};

fn refused(program: &Program, args: &[&str], code: i32) -> Run {
    let run = program.run(args);
    assert_eq!(run.code, Some(code), "{run}");
    assert_eq!(run.stdout, "", "{run}");
    run
}

#[test]
fn a_command_line_that_is_not_right() {
    let program = Program::new();
    for (name, args) in [
        (
            "wrong-time",
            ["kafka", "list", "i", "--since", "yesterday-ish"].as_slice(),
        ),
        (
            "wrong-window",
            &[
                "kafka",
                "list",
                "i",
                "--since=2020-05-16Z",
                "--until=2020-05-15Z",
            ],
        ),
        (
            "reversed-window",
            &[
                "kafka",
                "list",
                "i",
                "--since=2020-05-16T00:00:00Z",
                "--until=2020-05-15T00:00:00Z",
            ],
        ),
        ("wrong-duration", &["kafka", "list", "i", "--timeout", "0s"]),
        (
            "wrong-query",
            &[
                "--emulator",
                "kafka",
                "list",
                INSTANCE,
                "--query",
                "tasks[?",
            ],
        ),
        (
            "unfit-query",
            &[
                "--emulator",
                "kafka",
                "list",
                INSTANCE,
                "--query",
                "length(more)",
            ],
        ),
        (
            "unknown-function",
            &[
                "--emulator",
                "kafka",
                "list",
                INSTANCE,
                "--query",
                "nope(tasks)",
            ],
        ),
        (
            "raw-and-query",
            &["--raw", "kafka", "list", "i", "--query", "tasks"],
        ),
        (
            "raw-and-status",
            &["kafka", "list", "i", "--raw", "--status=FAILED"],
        ),
        (
            "emulator-and-endpoint",
            &[
                "--emulator",
                "kafka",
                "list",
                "i",
                "--endpoint",
                "https://a",
            ],
        ),
        ("no-limit", &["kafka", "list", "i", "--limit", "0"]),
        ("negative-limit", &["kafka", "list", "i", "--limit", "-1"]),
        ("negative-time", &["kafka", "list", "i", "--since", "-2h"]),
        (
            "time-of-no-zone",
            &["kafka", "list", "i", "--since", "2020-05-15T03:19[Nowhere]"],
        ),
        (
            "time-out-of-range",
            &["kafka", "list", "i", "--since", "9999-12-31"],
        ),
        ("bare-duration", &["kafka", "list", "i", "--timeout", "5"]),
        ("empty-status", &["kafka", "list", "i", "--status", ""]),
        (
            "half-a-status",
            &["kafka", "list", "i", "--status", "SUCCESS,"],
        ),
        ("empty-name", &["kafka", "list", "i", "--name", ""]),
        ("wait-empty-name", &["kafka", "wait", "i", "--name", ""]),
        (
            "wait-since-of-a-task",
            &["kafka", "wait", "i", "t", "--since", "2h"],
        ),
        (
            "wait-short-max-interval",
            &[
                "kafka",
                "wait",
                "i",
                "t",
                "--interval=5s",
                "--max-interval=1s",
            ],
        ),
        ("empty-task", &["dcs", "show", "i", ""]),
        ("empty-profile", &["kafka", "list", "i", "--profile="]),
        ("unknown-format", &["kafka", "list", "i", "-o", "xml"]),
        ("unknown-command", &["kafka", "lst", "i"]),
        ("no-rows", &["spec", "-o", "csv"]),
        ("two-formats", &["spec", "--yaml", "-o", "json"]),
        ("no-openapi", &["spec", "output", "--openapi", "3.0"]),
        ("no-region", &["kafka", "list", "i"]),
        (
            "not-a-region",
            &["kafka", "list", "i", "--region", "cn/north"],
        ),
        (
            "plain-http",
            &["kafka", "list", "i", "--endpoint", "http://example.com"],
        ),
        (
            "no-url",
            &["kafka", "list", "i", "--endpoint", "127.0.0.1:9"],
        ),
        ("empty-instance", &["--emulator", "kafka", "list", ""]),
        ("dots", &["--emulator", "kafka", "show", INSTANCE, ".."]),
    ] {
        snapshot(name, &refused(&program, args, 2));
    }
}

#[test]
fn old_command_order_prints_the_right_command_line() {
    let program = Program::new();
    for (name, args) in [
        (
            "old-order",
            ["wait", "kafka", INSTANCE, "t", "--timeout", "1h"].as_slice(),
        ),
        ("old-order-list", &["list", "dcs", INSTANCE]),
        (
            "old-order-flags",
            &["--region", "r", "sweep", "-o", "csv", "kafka", "a list.txt"],
        ),
        (
            "old-order-renamed-flags",
            &["watch", "--project=p", "dcs", INSTANCE, "--retries", "0"],
        ),
        ("old-order-no-service", &["show", INSTANCE, "t"]),
    ] {
        snapshot(name, &refused(&program, args, 2));
    }
}

#[test]
fn what_the_service_or_the_network_refuses() {
    let program = Program::new();
    for (name, args) in [
        (
            "unknown-instance",
            ["--emulator", "kafka", "list", "nope"].as_slice(),
        ),
        (
            "unknown-task",
            &["--emulator", "kafka", "show", INSTANCE, "nope"],
        ),
        (
            "unknown-task-verbose",
            &["-v", "--emulator", "kafka", "show", INSTANCE, "nope"],
        ),
        (
            "wrong-project",
            &[
                "--emulator",
                "dcs",
                "list",
                INSTANCE,
                "--project-id",
                "other",
            ],
        ),
        (
            "no-credentials",
            &["dcs", "list", INSTANCE, "--region", "cn-north-4"],
        ),
    ] {
        snapshot(name, &refused(&program, args, 3));
    }
    let program = Program::new().with("HWTASKS_TOKEN", "a-secret-token");
    let down = [
        "kafka",
        "list",
        "i",
        "--project-id=p",
        "--max-retries=0",
        "--endpoint=http://127.0.0.1:9",
    ];
    snapshot("endpoint-down", &refused(&program, &down, 3));
    let nowhere = ["kafka", "list", "i", "--endpoint=http://127.0.0.1:9"];
    snapshot("no-project", &refused(&program, &nowhere, 2));
    let run = refused(&program, &[&down[..], &["-v"]].concat(), 3);
    assert!(run.stderr.contains("caused by: "), "{run}");
    let run = refused(&program, &[&down[..], &["-vvv"]].concat(), 3);
    assert!(run.stderr.contains("ListKafkaTasks"), "{run}");
    assert!(!run.stderr.contains("a-secret-token"), "{run}");
    assert!(!run.stderr.contains('\u{1b}'), "{run}");
}

#[test]
fn a_config_that_cannot_be_read() {
    let program = Program::new().with("HWTASKS_REGION", "cn-north-4");
    let list = ["dcs", "list", "i"];
    let file = program.home().join("mine");
    std::fs::write(&file, "[basic]\nak = A\nsk A\n").expect("a file");
    let program = program.with("HUAWEICLOUD_SDK_CREDENTIALS_FILE", "mine");
    snapshot("broken-config", &refused(&program, &list, 3));
    let run = refused(&program, &[&list[..], &["--profile", "nope"]].concat(), 3);
    snapshot("broken-config-of-another-profile", &run);
    std::fs::write(&file, "[basic]\nak = A\nsk = S\n").expect("a file");
    let run = refused(&program, &[&list[..], &["--profile", "nope"]].concat(), 3);
    snapshot("no-such-profile", &run);
    std::fs::remove_file(&file).expect("it");
    let run = refused(&program, &[&list[..], &["--profile", "nope"]].concat(), 3);
    snapshot("no-file-of-the-profile", &run);
    std::fs::create_dir(&file).expect("a folder");
    snapshot("config-is-a-folder", &refused(&program, &list, 3));
    std::fs::remove_dir(&file).expect("it");
    snapshot("no-config", &refused(&program, &list, 3));
    let program = program.with("HUAWEICLOUD_SDK_AK", "A");
    snapshot("half-a-pair", &refused(&program, &list, 3));
    let program = program.with("HWTASKS_EMULATOR_DATA", "nowhere.json");
    let run = refused(&program, &["--emulator", "kafka", "list", "i"], 2);
    snapshot("no-emulator-data", &run);
    let program = Program::new().with("HWTASKS_EMULATOR_LENIENT", "maybe");
    let run = refused(&program, &["--emulator", "kafka", "list", "i"], 2);
    snapshot("wrong-emulator-lenient", &run);
    let program = Program::new().with("HWTASKS_EMULATOR_SEED", "x");
    let run = refused(&program, &["--emulator", "kafka", "list", "i"], 2);
    snapshot("wrong-emulator-seed", &run);
}

#[test]
fn a_region_that_does_not_exist() {
    // Instead of a name server, a proxy that is not there: nothing leaves this machine.
    let program = Program::new()
        .with("HTTPS_PROXY", "http://127.0.0.1:9")
        .with("HWTASKS_TOKEN", "a-secret-token");
    let list = [
        "kafka",
        "list",
        "i",
        "--region=xx-nowhere-9",
        "--project-id=p",
        "--max-retries=0",
    ];
    snapshot("wrong-region", &refused(&program, &list, 3));
    let list = [
        "kafka",
        "list",
        "i",
        "--region=xx-nowhere-9",
        "--max-retries=0",
    ];
    snapshot("wrong-region-without-project", &refused(&program, &list, 3));
}

#[test]
fn deep_and_long_queries_do_no_harm() {
    let program = Program::new();
    let query = |unit: &str, times: usize| unit.repeat(times) + "a";
    for query in [
        "[", "(", "!", "a.", "a|", "a||", "[]", "*.", "{a:", "a==", "-", "a[0]", "&",
    ]
    .iter()
    .flat_map(|unit| {
        [
            query(unit, 120),
            query(unit, 250),
            query(unit, 50_000 / unit.len()),
        ]
    }) {
        let run = program.run(&["spec", "--query", &query]);
        assert!(
            matches!(run.code, Some(0 | 2)),
            "{}… {:?}",
            &query[..20],
            run.code
        );
    }
}

//! Errors: the message, the exit code, and nothing on standard output.

use crate::run::{INSTANCE, Program, Run, snapshot, snapshot_each};

fn failed(program: &Program, args: &[&str], code: i32) -> Run {
    let run = program.run(args);
    assert_eq!(run.code, Some(code), "{run}");
    assert_eq!(run.stdout, "", "{run}");
    run
}

#[test]
fn invalid_command_line_exits_with_two() {
    let program = Program::new();
    let mut runs = Vec::new();
    for (name, args) in [
        (
            "list-wrong-time",
            ["kafka", "list", "i", "--since", "yesterday-ish"].as_slice(),
        ),
        (
            "list-wrong-window",
            &[
                "kafka",
                "list",
                "i",
                "--since=2020-05-16Z",
                "--until=2020-05-15Z",
            ],
        ),
        (
            "list-reversed-window",
            &[
                "kafka",
                "list",
                "i",
                "--since=2020-05-16T00:00:00Z",
                "--until=2020-05-15T00:00:00Z",
            ],
        ),
        (
            "list-wrong-duration",
            &["kafka", "list", "i", "--timeout", "0s"],
        ),
        (
            "list-wrong-query",
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
            "list-failing-query",
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
            "list-unknown-function",
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
            "list-raw-and-query",
            &["--raw", "kafka", "list", "i", "--query", "tasks"],
        ),
        (
            "list-raw-and-status",
            &["kafka", "list", "i", "--raw", "--status=FAILED"],
        ),
        (
            "list-emulator-and-endpoint",
            &[
                "--emulator",
                "kafka",
                "list",
                "i",
                "--endpoint",
                "https://a",
            ],
        ),
        ("list-zero-limit", &["kafka", "list", "i", "--limit", "0"]),
        (
            "list-negative-limit",
            &["kafka", "list", "i", "--limit", "-1"],
        ),
        (
            "list-negative-time",
            &["kafka", "list", "i", "--since", "-2h"],
        ),
        (
            "list-unknown-time-zone",
            &["kafka", "list", "i", "--since", "2020-05-15T03:19[Nowhere]"],
        ),
        (
            "list-time-out-of-range",
            &["kafka", "list", "i", "--since", "9999-12-31"],
        ),
        (
            "list-duration-without-unit",
            &["kafka", "list", "i", "--timeout", "5"],
        ),
        ("list-empty-status", &["kafka", "list", "i", "--status", ""]),
        (
            "list-status-with-trailing-comma",
            &["kafka", "list", "i", "--status", "SUCCESS,"],
        ),
        ("list-empty-name", &["kafka", "list", "i", "--name", ""]),
        ("wait-empty-name", &["kafka", "wait", "i", "--name", ""]),
        (
            "wait-since-without-name",
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
        ("show-empty-task", &["dcs", "show", "i", ""]),
        ("list-empty-profile", &["kafka", "list", "i", "--profile="]),
        ("list-unknown-format", &["kafka", "list", "i", "-o", "xml"]),
        ("kafka-unknown-command", &["kafka", "lst", "i"]),
        ("spec-csv", &["spec", "-o", "csv"]),
        ("spec-two-formats", &["spec", "--yaml", "-o", "json"]),
        (
            "spec-output-with-openapi",
            &["spec", "output", "--openapi", "3.0"],
        ),
        ("list-no-region", &["kafka", "list", "i"]),
        (
            "list-invalid-region",
            &["kafka", "list", "i", "--region", "cn/north"],
        ),
        (
            "list-plain-http",
            &["kafka", "list", "i", "--endpoint", "http://example.com"],
        ),
        (
            "list-no-url",
            &["kafka", "list", "i", "--endpoint", "127.0.0.1:9"],
        ),
        ("list-empty-instance", &["--emulator", "kafka", "list", ""]),
        (
            "show-dots",
            &["--emulator", "kafka", "show", INSTANCE, ".."],
        ),
    ] {
        runs.push((name.to_owned(), failed(&program, args, 2)));
    }
    snapshot_each("invalid-command-lines", &runs);
}

#[test]
fn old_command_order_prints_the_right_command_line() {
    let program = Program::new();
    let mut runs = Vec::new();
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
        runs.push((name.to_owned(), failed(&program, args, 2)));
    }
    snapshot_each("old-command-orders", &runs);
}

#[test]
fn error_of_service_or_network_exits_with_three() {
    let program = Program::new();
    let mut runs = Vec::new();
    for (name, args) in [
        (
            "list-unknown-instance",
            ["--emulator", "kafka", "list", "nope"].as_slice(),
        ),
        (
            "show-unknown-task",
            &["--emulator", "kafka", "show", INSTANCE, "nope"],
        ),
        (
            "show-unknown-task-verbose",
            &["-v", "--emulator", "kafka", "show", INSTANCE, "nope"],
        ),
        (
            "list-wrong-project",
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
            "list-no-credentials",
            &["dcs", "list", INSTANCE, "--region", "cn-north-4"],
        ),
    ] {
        runs.push((name.to_owned(), failed(&program, args, 3)));
    }
    snapshot_each("service-and-network-errors", &runs);
}

/// A list at an endpoint where no server listens.
const DOWN: [&str; 6] = [
    "kafka",
    "list",
    "i",
    "--project-id=p",
    "--max-retries=0",
    "--endpoint=http://127.0.0.1:9",
];

fn with_token() -> Program {
    Program::new().with("HWTASKS_TOKEN", "a-secret-token")
}

#[test]
fn endpoint_without_server_is_a_connection_error() {
    snapshot("list-endpoint-down", &failed(&with_token(), &DOWN, 3));
}

#[test]
fn endpoint_without_project_exits_with_two() {
    let program = with_token();
    let nowhere = ["kafka", "list", "i", "--endpoint=http://127.0.0.1:9"];
    snapshot("list-no-project", &failed(&program, &nowhere, 2));
}

#[test]
fn verbose_error_prints_causes_and_log_without_secrets() {
    let program = with_token();
    let run = failed(&program, &[&DOWN[..], &["-v"]].concat(), 3);
    assert!(run.stderr.contains("caused by: "), "{run}");
    let run = failed(&program, &[&DOWN[..], &["-vvv"]].concat(), 3);
    assert!(run.stderr.contains("ListKafkaTasks"), "{run}");
    assert!(!run.stderr.contains("a-secret-token"), "{run}");
    assert!(!run.stderr.contains('\u{1b}'), "{run}");
}

#[test]
fn invalid_credentials_file_exits_with_three() {
    let program = Program::new().with("HWTASKS_REGION", "cn-north-4");
    let list = ["dcs", "list", "i"];
    let file = program.home().join("mine");
    std::fs::write(&file, "[basic]\nak = A\nsk A\n").expect("the file should be accessible");
    let program = program.with("HUAWEICLOUD_SDK_CREDENTIALS_FILE", "mine");
    snapshot("list-broken-credentials-file", &failed(&program, &list, 3));
    let run = failed(&program, &[&list[..], &["--profile", "nope"]].concat(), 3);
    snapshot("list-broken-credentials-file-with-profile", &run);
    std::fs::write(&file, "[basic]\nak = A\nsk = S\n").expect("the file should be accessible");
    let run = failed(&program, &[&list[..], &["--profile", "nope"]].concat(), 3);
    snapshot("list-unknown-profile", &run);
    std::fs::remove_file(&file).expect("the file should be accessible");
    let run = failed(&program, &[&list[..], &["--profile", "nope"]].concat(), 3);
    snapshot("list-profile-without-file", &run);
    std::fs::create_dir(&file).expect("the directory should be accessible");
    snapshot(
        "list-credentials-file-is-directory",
        &failed(&program, &list, 3),
    );
    std::fs::remove_dir(&file).expect("the file should be accessible");
    snapshot("list-missing-credentials-file", &failed(&program, &list, 3));
    let program = program.with("HUAWEICLOUD_SDK_AK", "A");
    snapshot(
        "list-access-key-without-secret-key",
        &failed(&program, &list, 3),
    );
}

#[test]
fn invalid_variable_of_the_emulator_is_named() {
    let program = Program::new().with("HWTASKS_EMULATOR_DATA", "nowhere.json");
    let run = failed(&program, &["--emulator", "kafka", "list", "i"], 2);
    snapshot("list-missing-emulator-data", &run);
    let program = Program::new().with("HWTASKS_EMULATOR_LENIENT", "maybe");
    let run = failed(&program, &["--emulator", "kafka", "list", "i"], 2);
    snapshot("list-wrong-emulator-lenient", &run);
    let program = Program::new().with("HWTASKS_EMULATOR_SEED", "x");
    let run = failed(&program, &["--emulator", "kafka", "list", "i"], 2);
    snapshot("list-wrong-emulator-seed", &run);
}

#[test]
fn invalid_proxy_in_a_variable_is_named_without_its_password() {
    let list = [
        "kafka",
        "list",
        "i",
        "--region=cn-north-4",
        "--project-id=p",
    ];
    for (name, value) in [
        (
            "HTTPS_PROXY",
            "http://user:a-secret-token@proxy.example:3128\n",
        ),
        ("all_proxy", "ftp://user:a-secret-token@proxy.example"),
    ] {
        let program = Program::new()
            .with("HWTASKS_TOKEN", "a-secret-token")
            .with(name, value);
        let run = failed(&program, &list, 2);
        assert!(!format!("{run}").contains("a-secret-token"), "{run}");
        snapshot(&format!("list-invalid-{name}"), &run);
    }
}

#[test]
fn unknown_region_is_a_connection_error() {
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
    snapshot("list-unknown-region", &failed(&program, &list, 3));
    let list = [
        "kafka",
        "list",
        "i",
        "--region=xx-nowhere-9",
        "--max-retries=0",
    ];
    snapshot(
        "list-unknown-region-without-project",
        &failed(&program, &list, 3),
    );
}

#[test]
fn deep_or_long_query_does_not_crash() {
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

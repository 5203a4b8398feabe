//! `--dry-run`: requests that are printed instead of sent.

use hwtasks_emulator::Emulator;

use crate::run::{INSTANCE, Program, Run, snapshot_each};

const REGION: (&str, &str) = ("HWTASKS_REGION", "cn-north-4");

/// With keys, whose values hold a word that must not be printed.
fn with_keys() -> Program {
    Program::new()
        .with("HUAWEICLOUD_SDK_AK", "ACCESSKEYOFTHETEST")
        .with("HUAWEICLOUD_SDK_SK", "SECRETKEYOFTHETEST")
        .with(REGION.0, REGION.1)
}

fn dry(program: &Program, args: &[&str]) -> Run {
    let run = program.run(&[args, &["--dry-run"]].concat());
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""), "{run}");
    assert!(!run.stdout.contains("OFTHETEST"), "{run}");
    run
}

#[test]
fn dry_run_prints_a_request_without_secrets() {
    let program = with_keys();
    let mut runs = Vec::new();
    for args in [
        ["kafka", "list", INSTANCE, "--since", "2020-05-15T00:00:00Z"].as_slice(),
        &["kafka", "show", INSTANCE, "t", "--project-id", "p"],
        &["dcs", "list", "@orders"],
        &["dcs", "sweep", "--all-instances", "--instance-name", "or*"],
        &["dcs", "wait", INSTANCE, "t"],
        &["dcs", "watch", INSTANCE, "--endpoint", "http://127.0.0.1:1"],
        &["dcs", "list", INSTANCE, "--api", "v1"],
    ] {
        runs.push((args.join(" "), dry(&program, args)));
    }
    snapshot_each("dry-run", &runs);
}

#[test]
fn dry_run_with_each_kind_of_credentials_says_what_curl_needs() {
    let file = |text: &str| {
        let program = Program::new();
        let folder = program.home().join(".huaweicloud");
        std::fs::create_dir(&folder).expect("the folder should be creatable");
        std::fs::write(folder.join("credentials"), text).expect("the file should be writable");
        program.with(REGION.0, REGION.1)
    };
    let keys = "[basic]\nak = ACCESSKEYOFTHETEST\nsk = SECRETKEYOFTHETEST\n";
    let list = ["kafka", "list", INSTANCE];
    let mut runs = Vec::new();
    for (title, program) in [
        ("keys of variables", with_keys()),
        (
            "temporary keys and a project",
            with_keys()
                .with("HUAWEICLOUD_SDK_SECURITY_TOKEN", "TOKENOFTHETEST")
                .with("HUAWEICLOUD_SDK_PROJECT_ID", "p"),
        ),
        ("keys of a file", file(keys)),
        (
            "a token and a project",
            Program::new()
                .with("HWTASKS_TOKEN", "TOKENOFTHETEST")
                .with("HUAWEICLOUD_SDK_PROJECT_ID", "p")
                .with(REGION.0, REGION.1),
        ),
        ("nothing", Program::new().with(REGION.0, REGION.1)),
    ] {
        runs.push((title.to_owned(), dry(&program, &list)));
    }
    snapshot_each("dry-run-credentials", &runs);
    let run = file("[basic]\nak = ACCESSKEYOFTHETEST\n").run(&[&list[..], &["--dry-run"]].concat());
    assert_eq!((run.code, run.stdout.as_str()), (Some(3), ""), "{run}");
}

#[test]
fn dry_run_of_many_instances_prints_a_line_for_each() {
    let program = with_keys().with("HUAWEICLOUD_SDK_PROJECT_ID", "p");
    std::fs::write(program.home().join("list.txt"), "b\na\nc\n")
        .expect("the file should be writable");
    let mut runs = Vec::new();
    let since = "--since=2020-05-15T00:00:00Z";
    for args in [
        ["kafka", "sweep", "list.txt", "--running"].as_slice(),
        &["kafka", "sweep", "list.txt", since, "-o", "ndjson"],
        &["kafka", "sweep", "--all-instances", "--engine=rabbitmq"],
        &["dcs", "watch", "a", "@orders", "@carts"],
        &[
            "dcs",
            "wait",
            "--until-idle",
            "-f",
            "list.txt",
            "--",
            "sh",
            "-c",
            "echo ran; exit 7",
        ],
        &[
            "kafka",
            "wait",
            "@orders",
            "t",
            "--",
            "sh",
            "-c",
            "echo ran; exit 7",
        ],
        &["dcs", "instances", "--name", "or*", "-o", "csv"],
        &["serve-metrics", "--listen=127.0.0.1:0"],
    ] {
        // Before the command after --.
        let end = args
            .iter()
            .position(|arg| *arg == "--")
            .unwrap_or(args.len());
        let (own, command) = args.split_at(end);
        let run = program.run(&[own, &["--dry-run"], command].concat());
        assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""), "{run}");
        assert!(!run.stdout.contains("OFTHETEST"), "{run}");
        runs.push((args.join(" "), run));
    }
    snapshot_each("dry-run-many", &runs);
    let ids: String = (0..1000).map(|number| format!("i-{number}\n")).collect();
    let run = program.fed(&["kafka", "sweep", "--dry-run"], &ids);
    let lines = run.stdout.lines().filter(|line| line.starts_with("curl "));
    for (number, line) in lines.clone().enumerate() {
        assert!(
            line.contains(&format!("/instances/i-{number}/tasks?")),
            "{line}"
        );
    }
    assert_eq!(lines.count(), 1000);
}

#[test]
fn dry_run_of_other_commands_and_invalid_arguments_is_refused() {
    let program = with_keys();
    for args in [
        ["doctor"].as_slice(),
        &["configure"],
        &["spec"],
        &["emulator"],
        &["kafka", "list", "@"],
        &["kafka", "list", ".."],
        &["dcs", "sweep", "nowhere.txt"],
        &["dcs", "wait", "..", "t", "--", "touch", "ran"],
    ] {
        let end = args
            .iter()
            .position(|arg| *arg == "--")
            .unwrap_or(args.len());
        let (own, command) = args.split_at(end);
        let run = program.run(&[own, &["--dry-run"], command].concat());
        assert_eq!(run.code, Some(2), "{args:?}: {run}");
        assert!(!run.stdout.contains("curl"), "{args:?}: {run}");
    }
    assert!(!program.home().join("ran").exists());
    assert!(!program.home().join(".huaweicloud").exists());
}

/// A shell that runs the lines calls `curl` with the token and the URL of the real request.
#[cfg(unix)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn printed_lines_are_the_requests_of_the_command() {
    const CURL: &str = "curl() { for arg; do :; done; echo \"$3 $arg\"; }\n";
    let emulator = Emulator::start().await.expect("the emulator should start");
    for (args, service) in [
        (
            ["kafka", "list", INSTANCE, "--since", "2020-05-15T00:00:00Z"].as_slice(),
            "kafka",
        ),
        (&["dcs", "list", INSTANCE, "--limit=3"], "dcs"),
        (&["dcs", "instances", "--name=o*"], "dcs"),
        (&["kafka", "sweep", "--concurrency=1"], "kafka"),
        (
            &[
                "kafka",
                "wait",
                INSTANCE,
                "--name=nope",
                "--since=2020-05-15T00:00:00Z",
                "--timeout=200ms",
            ],
            "kafka",
        ),
    ] {
        let program = Program::of(&emulator);
        emulator.control().clear_requests();
        let words: Vec<String> = args.iter().map(|arg| (*arg).to_owned()).collect();
        let runs = tokio::task::spawn_blocking(move || {
            let args: Vec<&str> = words.iter().map(String::as_str).collect();
            let ids = format!("{INSTANCE}\nmoving\n");
            let printed = program.fed(&[&args[..], &["--dry-run"]].concat(), &ids);
            program.fed(&args, &ids);
            let shell = std::process::Command::new("sh")
                .args(["-c", &format!("{CURL}{}", printed.stdout)])
                .env("HWTASKS_TOKEN", "TOKEN")
                .output();
            (printed, shell.expect("the shell should run").stdout)
        });
        let (printed, called) = runs.await.expect("the program should run");
        let called = String::from_utf8(called).expect("the output should be UTF-8");
        let called: Vec<&str> = called.lines().collect();
        let url = match service {
            "dcs" => emulator.dcs_url(),
            _ => emulator.kafka_url(),
        };
        let sent = emulator.control().requests().into_iter();
        let sent = sent.map(|one| format!("X-Auth-Token: TOKEN {url}{}", one.target));
        let sent: Vec<String> = sent.take(called.len()).collect();
        assert_eq!(called, sent, "{args:?}: {printed}");
        assert!(!called.is_empty(), "{args:?}: {printed}");
    }
}

//! `hwtasks watch` outside a terminal.

use std::time::{Duration, Instant};

use hwtasks_emulator::{Data, Emulator, Fault, FaultKind};
use serde_json::{Value, json};

use crate::fleet::moving;
use crate::formats::{assert_described, values};
use crate::interrupted::received;
use crate::run::{Program, snapshot, snapshot_each};

fn program() -> Program {
    let task = |id: &str, reads: u32| {
        json!({
            "id": id, "name": "EXTEND", "user_name": "ops", "created_at": "2020-01-01T00:00:00Z",
            "progress": { "when": "after_polls", "polls": reads },
        })
    };
    let instance = json!([{ "instance_id": "i", "tasks": [task("new", 2), task("old", 0)] }]);
    Program::new().with_data(&json!({ "kafka": instance }))
}

const WATCH: [&str; 5] = ["--emulator", "kafka", "watch", "i", "--interval=5ms"];

#[test]
fn watch_outside_a_terminal_prints_each_change() {
    for (format, lines) in [("table", 5), ("ndjson", 4), ("csv", 5)] {
        let program = program();
        let mut running = program.start(&[&WATCH[..], &["-o", format]].concat());
        for _ in 0..lines {
            running.line();
        }
        running.interrupt();
        let mut run = running.end();
        assert_eq!(run.code, Some(130), "{run}");
        let (what, polls) = run
            .stderr
            .split_once(" after ")
            .expect("the message should say after how many polls");
        assert!(polls.ends_with(" polls\n"), "{polls}");
        run.stderr = format!("{what}\n");
        snapshot(&format!("watch.{format}"), &run);
        if format == "ndjson" {
            assert_described("Task", &values(&run));
        }
    }
}

#[test]
fn watch_rows_align_with_earlier_rows() {
    let task = |id: &str, reads: u32| {
        json!({
            "id": id, "name": "EXTEND", "user_name": "ops", "created_at": "2020-01-01T00:00:00Z",
            "progress": { "when": "after_polls", "polls": reads },
        })
    };
    // First CREATED, then EXECUTING and then SUCCESS: the widest comes later.
    let instance = json!([{ "instance_id": "i", "tasks": [task("new", 3)] }]);
    let program = Program::new().with_data(&json!({ "kafka": instance }));
    let mut running = program.start(&WATCH);
    let lines: Vec<String> = (0..4).map(|_| running.line()).collect();
    running.interrupt();
    running.end();
    assert!(
        lines[1].contains("CREATED") && lines[2].contains("EXECUTING"),
        "{lines:?}"
    );
    let column =
        |line: &String, text: &str| line.find(text).expect("the table should have the column");
    let started = column(&lines[0], "STARTED");
    let user = column(&lines[0], "USER");
    for line in &lines[1..] {
        assert_eq!(column(line, "2020-01-01 "), started, "{lines:#?}");
        assert_eq!(column(line, "ops"), user, "{lines:#?}");
    }
}

#[test]
fn watch_with_closed_pipe_ends_without_error() {
    // Tasks that end one after another: a watch notices the closed pipe at the next change.
    let tasks = (1..=20).map(|number| {
        json!({
            "id": format!("t-{number}"), "name": "EXTEND", "created_at": "2020-01-01T00:00:00Z",
            "progress": { "when": "after_polls", "polls": 50 * number },
        })
    });
    let instance = json!([{ "instance_id": "i", "tasks": tasks.collect::<Vec<_>>() }]);
    let program = Program::new().with_data(&json!({ "kafka": instance }));
    let mut running = program.start(&[&WATCH[..], &["-o", "ndjson"]].concat());
    running.line();
    let run = running.close();
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""), "{run}");
}

#[test]
fn watch_as_one_document_is_rejected() {
    let run = program().run(&[&WATCH[..], &["-o", "json"]].concat());
    assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""), "{run}");
    snapshot("watch-json", &run);
}

#[test]
fn watch_of_unknown_instance_fails() {
    let run = program().run(&["--emulator", "kafka", "watch", "nope"]);
    assert_eq!((run.code, run.stdout.as_str()), (Some(3), ""), "{run}");
}

#[test]
fn watch_of_many_instances_prints_what_runs_and_each_change() {
    let program = moving();
    let watch = [
        "--emulator",
        "kafka",
        "watch",
        "--interval=5ms",
        "-o",
        "ndjson",
    ];
    let script = "echo \"$HWTASKS_EVENT $HWTASKS_INSTANCE_NAME $HWTASKS_TASK_STATUS\"";
    let hook = ["--exec-on", "failed", "--", "sh", "-c", script];
    let mut running = program.start(&[&watch[..], &["--all-instances"], &hook].concat());
    let mut states = Vec::new();
    while states.len() < 8 {
        let task: Value = serde_json::from_str(&running.line()).expect("a line should be JSON");
        assert_described("Task", std::slice::from_ref(&task));
        states.push(format!("{} {}", task["instance_name"], task["status"]));
    }
    // The command runs on its own, after the line of its event.
    std::thread::sleep(std::time::Duration::from_millis(500));
    running.interrupt();
    let run = running.end();
    assert_eq!(run.code, Some(130), "{run}");
    states.sort();
    let expected = [
        ("fails", "CREATED"),
        ("fails", "EXECUTING"),
        ("fails", "FAILED"),
        ("quick", "CREATED"),
        ("quick", "EXECUTING"),
        ("quick", "SUCCESS"),
        ("slow", "CREATED"),
        ("slow", "EXECUTING"),
    ];
    assert_eq!(
        states,
        expected.map(|(name, state)| format!("{name:?} {state:?}"))
    );
    assert!(run.stderr.starts_with("failed fails FAILED\n"), "{run}");
}

#[test]
fn watch_of_an_unreadable_instance_goes_on() {
    let program = moving();
    let watch = [
        "--emulator",
        "dcs",
        "watch",
        "--interval=5ms",
        "slow",
        "nope",
        "-o",
        "text",
    ];
    let mut running = program.start(&watch);
    assert!(running.line().starts_with("slow\tt\tEXTEND\tCREATED\t"));
    running.interrupt();
    let run = running.end();
    assert_eq!(run.code, Some(130), "{run}");
    let errors = run
        .stderr
        .matches("error: nope: ListDcsTasks: the service returned 404")
        .count();
    assert_eq!(errors, 1, "{run}");
    let mut runs = Vec::new();
    for args in [
        ["kafka", "watch"].as_slice(),
        &["kafka", "watch", "i", "--all-instances"],
        &["kafka", "watch", "i", "--exec-on", "failed"],
        &["kafka", "watch", "i", "--exec-on", "lost", "--", "true"],
    ] {
        let run = program.run(args);
        assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""), "{run}");
        runs.push((args.join(" "), run));
    }
    snapshot_each("watch-arguments", &runs);
}

/// Starts an emulator whose only instance has a task that does not end, and that delays each response.
async fn slow_with_one_instance(delay: Duration) -> Emulator {
    let task = json!({ "id": "t", "name": "EXTEND", "created_at": "2020-01-01T00:00:00Z",
        "progress": { "when": "after_polls", "polls": 1_000_000 } });
    let data = json!({ "kafka": [{ "instance_id": "i", "tasks": [task] }] });
    let data = serde_json::from_value::<Data>(data).expect("the data should be valid");
    let emulator = Emulator::builder().data(data).start().await;
    let emulator = emulator.expect("the emulator should start");
    let millis = u64::try_from(delay.as_millis()).expect("the delay should be short");
    let fault = Fault::new(FaultKind::Delay { millis }).times(1000);
    let added = emulator.control().add_fault(fault);
    added.expect("the emulator should accept the fault");
    emulator
}

/// Each response takes almost as long as the interval.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn polls_start_an_interval_apart_however_long_they_take() {
    const POLLS: usize = 8;
    let (interval, delay) = (Duration::from_millis(300), Duration::from_millis(250));
    let cases = [
        // Before the polls, some list the instances.
        (["kafka", "watch", "i"].as_slice(), 0),
        (&["kafka", "watch", "--all-instances"], 1),
        (&["kafka", "wait", "--until-idle", "i"], 0),
        (
            &["serve-metrics", "--service=kafka", "--listen=127.0.0.1:0"],
            1,
        ),
    ];
    let runs = cases.map(|(args, before)| async move {
        let emulator = slow_with_one_instance(delay).await;
        let program = Program::of(&emulator);
        let running = program.start(&[args, &["--interval=300ms"]].concat());
        received(&emulator, before + 1).await;
        let first = Instant::now();
        received(&emulator, before + POLLS).await;
        let taken = first.elapsed();
        running.interrupt();
        let ended = tokio::task::spawn_blocking(move || running.end()).await;
        (args, taken, ended.expect("the program should end"))
    });
    for (args, taken, run) in futures_util::future::join_all(runs).await {
        assert!([Some(0), Some(130)].contains(&run.code), "{args:?}: {run}");
        let gaps = u32::try_from(POLLS - 1).expect("there are few");
        assert!(taken < (interval + delay) * gaps, "{args:?}: {taken:?}");
        // The first request may be seen a little later than it was sent.
        assert!(taken > interval * (gaps - 1), "{args:?}: {taken:?}");
    }
}

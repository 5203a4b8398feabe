//! `hwtasks wait`.

use serde_json::{Value, json};

use crate::formats::{assert_described, values};
use crate::run::{Program, snapshot};

/// A program whose emulator has a task on both services that ends after this number of polls.
fn program(outcome: &str, polls: u32) -> Program {
    let task = json!({
        "id": "t", "name": "EXTEND", "user_name": "ops", "created_at": "2020-01-01T00:00:00Z",
        "progress": { "when": "after_polls", "polls": polls }, "outcome": outcome,
    });
    let instances = json!([{ "instance_id": "i", "tasks": [task] }]);
    Program::new().with_data(&json!({ "kafka": instances, "dcs": instances }))
}

const WAIT: [&str; 5] = ["--emulator", "kafka", "wait", "i", "--interval=5ms"];

#[test]
fn wait_for_successful_task_exits_with_zero() {
    for format in ["table", "json", "ndjson", "yaml", "csv"] {
        let run = program("SUCCESS", 4).run(&[&WAIT[..], &["t", "-o", format]].concat());
        assert_eq!(run.code, Some(0), "{run}");
        snapshot(&format!("wait.{format}"), &run);
        if format.ends_with("json") {
            assert_described("Task", &values(&run));
        }
    }
}

#[test]
fn wait_for_failing_task_exits_with_one() {
    for format in ["table", "ndjson"] {
        let run = program("FAILED", 2).run(&[&WAIT[..], &["t", "-o", format]].concat());
        assert_eq!(run.code, Some(1), "{run}");
        snapshot(&format!("wait-failed.{format}"), &run);
    }
}

/// The exit code reports the result of the task even if nobody reads the output.
#[test]
fn wait_with_closed_pipe_exits_by_the_result() {
    for (outcome, code) in [("FAILED", 1), ("SUCCESS", 0)] {
        for (format, lines) in [("ndjson", 1), ("table", 0)] {
            let program = program(outcome, 50);
            let mut running = program.start(&[&WAIT[..], &["t", "-o", format]].concat());
            for _ in 0..lines {
                running.line();
            }
            let run = running.close();
            assert_eq!(run.code, Some(code), "{run}");
            assert_eq!(run.stderr.contains("ended as FAILED"), code == 1, "{run}");
        }
    }
}

#[test]
fn wait_with_invalid_query_exits_before_the_first_request() {
    // An invalid query is an error before the first request.
    for query in ["nope(@)", "[?nope(a)]", "length(id, name)", "id[::0]"] {
        let run = program("FAILED", 0).run(&[&WAIT[..], &["t", "--query", query]].concat());
        assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""), "{run}");
        assert!(!run.stderr.contains("FAILED"), "{run}");
    }
}

#[test]
fn wait_with_query_that_fails_on_the_task_still_exits_by_the_result() {
    let query = ["t", "--query", "length(missing)"];
    let run = program("FAILED", 0).run(&[&WAIT[..], &query].concat());
    assert_eq!((run.code, run.stdout.as_str()), (Some(1), ""), "{run}");
    snapshot("wait-failed-failing-query", &run);
    let run = program("SUCCESS", 0).run(&[&WAIT[..], &query].concat());
    assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""), "{run}");
    snapshot("wait-failing-query", &run);
}

#[test]
fn wait_by_name_on_dcs_prints_each_change() {
    let wait = [
        "--emulator",
        "dcs",
        "wait",
        "i",
        "--interval=5ms",
        "-o",
        "ndjson",
    ];
    let name = ["--name", "EXTEND", "--since", "2019-12-31T00:00:00Z"];
    let run = program("SUCCESS", 2).run(&[&wait[..], &name].concat());
    assert_eq!(run.code, Some(0), "{run}");
    let states: Vec<Value> = values(&run)
        .iter()
        .map(|task| task["status"].clone())
        .collect();
    assert_eq!(states, ["CREATED", "EXECUTING", "SUCCESS"]);
}

#[test]
fn wait_by_name_matches_the_exact_name() {
    let name = |name| {
        [
            "--name",
            name,
            "--since=2019-12-31T00:00:00Z",
            "--timeout=1s",
        ]
    };
    let run = program("SUCCESS", 2).run(&[&WAIT[..], &name("EXTEND")].concat());
    assert_eq!(run.code, Some(0), "{run}");
    assert!(run.stdout.contains("EXTEND"), "{run}");
    let run = program("FAILED", 2).run(&[&WAIT[..], &name("EXTEND")].concat());
    assert_eq!(run.code, Some(1), "{run}");
    let run = program("SUCCESS", 2).run(&[&WAIT[..], &name("extend")].concat());
    assert_eq!((run.code, run.stdout.as_str()), (Some(124), ""), "{run}");
}

#[test]
fn wait_after_timeout_exits_with_124() {
    let run = program("SUCCESS", 1_000_000).run(&[&WAIT[..], &["t", "--timeout=50ms"]].concat());
    assert_eq!(run.code, Some(124), "{run}");
    snapshot("wait-timeout", &run);
}

#[test]
fn wait_for_unknown_task_times_out_without_output() {
    let run = program("SUCCESS", 0).run(&[&WAIT[..], &["nope", "--timeout=50ms"]].concat());
    assert_eq!(run.code, Some(124), "{run}");
    assert_eq!(run.stdout, "");
    snapshot("wait-unknown-task", &run);
}

#[test]
fn wait_for_unknown_name_prints_since_in_the_local_zone() {
    let name = [
        "--name=NOPE",
        "--since=2020-01-01T00:00:00.9Z",
        "--timeout=50ms",
    ];
    let program = program("SUCCESS", 0).with("TZ", "CST-8");
    let run = program.run(&[&WAIT[..], &name].concat());
    assert_eq!(run.code, Some(124), "{run}");
    snapshot("wait-unknown-name", &run);
}

#[test]
fn wait_with_invalid_arguments_exits_with_two() {
    let program = program("SUCCESS", 0);
    let run = program.run(&["kafka", "wait", "i"]);
    assert_eq!(run.code, Some(2), "{run}");
    snapshot("wait-without-task", &run);
    let run = program.run(&["kafka", "wait", "i", "t", "--name", "n"]);
    assert_eq!(run.code, Some(2), "{run}");
    let run = program.run(&["kafka", "wait", "i", "t", "--raw"]);
    assert_eq!(run.code, Some(2), "{run}");
    snapshot("wait-raw", &run);
}

#[test]
fn interrupted_wait_prints_the_last_state() {
    let program = program("SUCCESS", 1_000_000);
    let mut running = program.start(&[&WAIT[..], &["t", "-o", "ndjson"]].concat());
    assert!(running.line().contains("CREATED"));
    assert!(running.line().contains("EXECUTING"));
    running.interrupt();
    let run = running.end();
    assert_eq!(run.code, Some(130), "{run}");
    assert_eq!(values(&run).len(), 2, "{run}");
    assert_eq!(
        run.stderr,
        "interrupted: task t (EXTEND) is EXECUTING; it continues to run\n"
    );
}

/// The data of a task with this state, which never changes.
fn with_status(status: &str) -> Program {
    let task = json!({ "id": "t", "name": "EXTEND", "status": status });
    let instances = json!([{ "instance_id": "i", "tasks": [task] }]);
    Program::new().with_data(&json!({ "kafka": instances, "dcs": instances }))
}

#[test]
fn wait_compares_states_without_case() {
    for (status, code) in [
        ("success", 0),
        ("Success", 0),
        ("failed", 1),
        ("Cancelled", 1),
    ] {
        for service in ["kafka", "dcs"] {
            let wait = [
                "--emulator",
                service,
                "wait",
                "i",
                "t",
                "--timeout=5s",
                "-o",
                "json",
            ];
            let run = with_status(status).run(&wait);
            assert_eq!(run.code, Some(code), "{run}");
            assert_eq!(values(&run)[0]["status"], status, "{run}");
        }
    }
}

#[test]
fn wait_says_that_a_state_is_unknown() {
    let program = with_status("PAUSED");
    let run = program.run(&[&WAIT[..], &["t", "--timeout=100ms"]].concat());
    assert_eq!(run.code, Some(124), "{run}");
    let said = "the task has the state PAUSED, which is unknown; the wait goes on until it ends or \
                times out\n";
    assert_eq!(run.stderr.matches(said).count(), 1, "{run}");
    assert!(!run.stderr.contains("continues to run"), "{run}");
    assert!(
        run.stderr.contains("PAUSED, which is no known state"),
        "{run}"
    );
    let run = program.run(&[&WAIT[..], &["t", "--timeout=100ms", "-q"]].concat());
    assert!(!run.stderr.contains(said), "{run}");
    let run = with_status("executing").run(&[&WAIT[..], &["t", "--timeout=50ms"]].concat());
    assert!(!run.stderr.contains("unknown"), "{run}");
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wait_for_a_task_that_is_gone_does_not_say_that_it_runs() {
    use hwtasks_emulator::{Emulator, Service};

    let emulator = crate::terminal::under_way().await;
    for gone in ["task", "instance"] {
        let emulator: &Emulator = &emulator;
        let task = "8abfa7b272adc5b40172b73130065ae7";
        let program = Program::of(emulator);
        let args = [
            "kafka",
            "wait",
            "i",
            task,
            "--interval=50ms",
            "--timeout=3s",
            "-ondjson",
        ];
        let mut running = program.start(&args);
        while !running.line().contains("EXECUTING") {}
        let control = emulator.control();
        match gone {
            "task" => control.delete_task(Service::Kafka, "i", task),
            _ => control.delete_instance(Service::Kafka, "i"),
        }
        .expect("the emulator should have it");
        let run = tokio::task::spawn_blocking(|| running.end()).await;
        let run = run.expect("the program should end");
        assert_eq!(run.code, Some(124), "{run}");
        let said = "(bindInstancePublicIp) was EXECUTING and is not found any more";
        assert!(run.stderr.contains(said), "{run}");
        assert!(run.stderr.contains("may have been deleted"), "{run}");
        assert!(!run.stderr.contains("continues to run"), "{run}");
        crate::terminal::add_under_way(emulator);
    }
}

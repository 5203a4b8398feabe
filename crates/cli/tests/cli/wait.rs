//! `hwtasks wait`.

use serde_json::{Value, json};

use crate::formats::{assert_described, values};
use crate::run::{Program, snapshot};

/// A task on both services that has ended after a few looks.
fn program(outcome: &str, looks: u32) -> Program {
    let task = json!({
        "id": "t", "name": "EXTEND", "user_name": "ops", "created_at": "2020-01-01T00:00:00Z",
        "progress": { "when": "after_polls", "polls": looks }, "outcome": outcome,
    });
    let instances = json!([{ "instance_id": "i", "tasks": [task] }]);
    Program::new().with_data(&json!({ "kafka": instances, "dcs": instances }))
}

const WAIT: [&str; 5] = ["--emulator", "kafka", "wait", "i", "--interval=5ms"];

#[test]
fn a_task_that_ends_well() {
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
fn a_task_that_fails() {
    for format in ["table", "ndjson"] {
        let run = program("FAILED", 2).run(&[&WAIT[..], &["t", "-o", format]].concat());
        assert_eq!(run.code, Some(1), "{run}");
        snapshot(&format!("wait-failed.{format}"), &run);
    }
}

/// How the task ends is told by the exit code, whoever reads the rest.
#[test]
fn a_closed_pipe_does_not_end_a_wait() {
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
fn a_query_that_fails_does_not_hide_how_the_task_ended() {
    // It is known at once that there is no such function.
    for query in ["nope(@)", "[?nope(a)]", "length(id, name)", "id[::0]"] {
        let run = program("FAILED", 0).run(&[&WAIT[..], &["t", "--query", query]].concat());
        assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""), "{run}");
        assert!(!run.stderr.contains("FAILED"), "{run}");
    }
    // And of this only when there is something to apply it to.
    let query = ["t", "--query", "length(missing)"];
    let run = program("FAILED", 0).run(&[&WAIT[..], &query].concat());
    assert_eq!((run.code, run.stdout.as_str()), (Some(1), ""), "{run}");
    snapshot("wait-failed-unfit-query", &run);
    let run = program("SUCCESS", 0).run(&[&WAIT[..], &query].concat());
    assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""), "{run}");
    snapshot("wait-unfit-query", &run);
}

#[test]
fn a_task_of_a_name_on_dcs() {
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
fn a_name_is_meant_exactly() {
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
fn the_time_is_up() {
    let run = program("SUCCESS", 1_000_000).run(&[&WAIT[..], &["t", "--timeout=50ms"]].concat());
    assert_eq!(run.code, Some(124), "{run}");
    snapshot("wait-timeout", &run);
    let run = program("SUCCESS", 0).run(&[&WAIT[..], &["nope", "--timeout=50ms"]].concat());
    assert_eq!(run.code, Some(124), "{run}");
    assert_eq!(run.stdout, "");
    snapshot("wait-unseen", &run);
    let name = [
        "--name=NOPE",
        "--since=2020-01-01T00:00:00.9Z",
        "--timeout=50ms",
    ];
    let program = program("SUCCESS", 0).with("TZ", "CST-8");
    let run = program.run(&[&WAIT[..], &name].concat());
    assert_eq!(run.code, Some(124), "{run}");
    snapshot("wait-unseen-name", &run);
}

#[test]
fn an_unknown_task_or_instance() {
    let program = program("SUCCESS", 0);
    let run = program.run(&["kafka", "wait", "i"]);
    assert_eq!(run.code, Some(2), "{run}");
    snapshot("wait-for-what", &run);
    let run = program.run(&["kafka", "wait", "i", "t", "--name", "n"]);
    assert_eq!(run.code, Some(2), "{run}");
    let run = program.run(&["kafka", "wait", "i", "t", "--raw"]);
    assert_eq!(run.code, Some(2), "{run}");
    snapshot("wait-raw", &run);
}

#[test]
fn an_interruption_says_where_it_stopped() {
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

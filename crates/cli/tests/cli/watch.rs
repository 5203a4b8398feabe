//! `hwtasks watch` outside a terminal.

use serde_json::json;

use crate::formats::{assert_described, values};
use crate::run::{Program, snapshot};

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
    let program = program();
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

//! The flags that select tasks: states, and times where clocks change.

use serde_json::json;

use crate::formats::emulated;
use crate::run::{INSTANCE, Program, Run, snapshot_each};

#[test]
fn unknown_status_exits_with_two() {
    let mut runs = Vec::new();
    for command in ["list", "watch", "sweep"] {
        for state in ["FAILD", "SUCCESS,canceled", "PAUSED"] {
            let args = [
                "--emulator",
                "kafka",
                command,
                INSTANCE,
                "-q",
                "--status",
                state,
            ];
            let run = Program::new().run(&args);
            assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""), "{run}");
            if command == "list" {
                runs.push((state.to_owned(), run));
            }
        }
    }
    snapshot_each("list-misspelled-status", &runs);
}

#[test]
fn any_status_accepts_unknown_states() {
    let tasks = json!([{ "id": "a", "name": "X", "status": "paused" }]);
    let program = Program::new().with_data(&json!({
        "kafka": [{ "instance_id": "i", "tasks": tasks }]
    }));
    let list = [
        "--emulator",
        "kafka",
        "list",
        "i",
        "-o",
        "ndjson",
        "--any-status",
    ];
    let run = program.run(&[&list[..], &["--status=PAUSED"]].concat());
    assert_eq!(
        (run.code, run.stdout.lines().count()),
        (Some(0), 1),
        "{run}"
    );
    assert!(
        run.stderr
            .starts_with("--status PAUSED is not a known state: "),
        "{run}"
    );
    let run = program.run(&[&list[..], &["--status=FAILED"]].concat());
    assert_eq!((run.code, run.stdout.as_str()), (Some(0), ""), "{run}");
    let run = program.run(&list);
    assert_eq!(run.code, Some(2), "{run}");
}

/// Berlin, by a rule that needs no time zone database.
const BERLIN: &str = "CET-1CEST,M3.5.0,M10.5.0/3";

/// The tasks that started at these times, in UTC, and that a list in Berlin shows with these flags.
fn listed(times: &[&str], flags: &[&str]) -> (Vec<String>, Run) {
    let task = |at: &&str| json!({ "id": at, "name": "X", "status": "SUCCESS", "created_at": at });
    let tasks: Vec<_> = times.iter().map(task).collect();
    let data = json!({ "kafka": [{ "instance_id": "i", "tasks": tasks }] });
    let program = Program::new().with("TZ", BERLIN).with_data(&data);
    let list = [
        "--emulator",
        "kafka",
        "list",
        "i",
        "-o",
        "csv",
        "--query",
        "tasks[].id",
    ];
    let run = program.run(&[&list[..], flags].concat());
    assert_eq!(run.code, Some(0), "{run}");
    let mut ids: Vec<String> = run.stdout.lines().skip(1).map(str::to_owned).collect();
    ids.sort();
    (ids, run)
}

/// At 03:00 of summer time, the clock goes back to 02:00, so 02:30 occurs twice.
#[test]
fn local_time_that_occurs_twice_loses_no_task() {
    let times = [
        "2025-10-26T00:10:00Z",
        "2025-10-26T00:40:00Z",
        "2025-10-26T01:20:00Z",
        "2025-10-26T01:40:00Z",
    ];
    let (ids, run) = listed(&times, &["--until=2025-10-26T02:30"]);
    assert_eq!(ids, times[..3], "{run}");
    let said = "--until occurs twice, because clocks go back; it is read as 2025-10-26 02:30:00 \
                UTC+01:00\n";
    assert_eq!(run.stderr, said);
    let (ids, run) = listed(&times, &["--since=2025-10-26T02:30"]);
    assert_eq!(ids, times[1..], "{run}");
    assert!(
        run.stderr.contains("2025-10-26 02:30:00 UTC+02:00"),
        "{run}"
    );
    let both = ["--since=2025-10-26 02:30", "--until=2025-10-26 02:30"];
    assert_eq!(listed(&times, &both).0, times[1..3]);
    // A zone in brackets without an offset is as ambiguous.
    let zoned = "--until=2025-10-26T02:30[Europe/Berlin]";
    assert_eq!(listed(&times, &[zoned]).0, times[..3]);
    let zoned = "--until=2025-10-26T02:30+02:00[Europe/Berlin]";
    assert_eq!(listed(&times, &[zoned]).0, times[..1]);
}

/// At 02:00 the clock goes forward to 03:00, so 02:30 does not occur.
#[test]
fn local_time_that_does_not_occur_loses_no_task() {
    let times = ["2025-03-30T00:50:00Z", "2025-03-30T01:10:00Z"];
    let (ids, run) = listed(&times, &["--since=2025-03-30T02:30"]);
    assert_eq!(ids, times, "{run}");
    let said = "--since does not occur, because clocks go forward; it is read as 2025-03-30 \
                01:30:00 UTC+01:00\n";
    assert_eq!(run.stderr, said);
    let (ids, run) = listed(&times, &["--until=2025-03-30T02:30"]);
    assert_eq!(ids, times, "{run}");
    // The later bound must not come out as the earlier one.
    let (ids, run) = listed(
        &times,
        &["--since=2025-03-30 02:30", "--until=2025-03-30 03:15"],
    );
    assert_eq!(ids, times, "{run}");
    let both = ["--since=2025-03-30 02:45", "--until=2025-03-30 02:50"];
    assert_eq!(listed(&times, &both).0, times);
}

#[test]
fn reversed_window_is_still_refused() {
    let list = ["--emulator", "kafka", "list", INSTANCE];
    let window = ["--since=2025-03-30T04:00", "--until=2025-03-30T03:30"];
    let run = Program::new()
        .with("TZ", BERLIN)
        .run(&[&list[..], &window].concat());
    assert_eq!(run.code, Some(2), "{run}");
    assert!(run.stderr.contains("help: swap them"), "{run}");
    assert_eq!(
        emulated(&["kafka", "list", INSTANCE, "--since=1d"]).code,
        Some(0)
    );
}

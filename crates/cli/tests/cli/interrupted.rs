//! Ctrl-C and failures in the middle, where the emulator is the test's own.

use std::time::{Duration, Instant};

use hwtasks_emulator::{Emulator, Fault, FaultKind, KafkaTaskData};

use crate::formats::{assert_described, values};
use crate::run::{INSTANCE, Program, Run, Running};

/// Runs what blocks while the emulator goes on.
async fn blocking<T: Send + 'static>(run: impl FnOnce() -> T + Send + 'static) -> T {
    tokio::task::spawn_blocking(run).await.expect("its end")
}

/// Until the emulator has been asked so often.
pub(crate) async fn asked(emulator: &Emulator, requests: usize) {
    let deadline = Instant::now() + LIMIT;
    while emulator.control().requests().len() < requests {
        assert!(Instant::now() < deadline, "not asked {requests} times");
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

/// How long the program may take to ask, on a machine that has much else to do.
const LIMIT: Duration = Duration::from_secs(120);

/// Longer than any test waits.
pub(crate) const A_MINUTE: u64 = 60_000;

/// An emulator that takes so many milliseconds for each answer.
pub(crate) async fn slow(millis: u64) -> Emulator {
    let emulator = Emulator::start().await.expect("an emulator");
    let fault = Fault::new(FaultKind::Delay { millis }).times(100);
    emulator.control().add_fault(fault).expect("a fault");
    emulator
}

async fn interrupted(running: Running) -> Run {
    let run = blocking(move || {
        running.interrupt();
        running.end()
    });
    run.await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_document_is_whole_and_says_that_there_is_more() {
    let emulator = slow(A_MINUTE).await;
    let program = Program::of(&emulator);
    let running = program.start(&["kafka", "list", INSTANCE, "-o", "json"]);
    asked(&emulator, 1).await;
    let run = interrupted(running).await;
    assert_eq!(run.code, Some(130), "{run}");
    assert_described("List", &values(&run));
    assert_eq!(values(&run)[0]["more"], true);
    assert_eq!(run.stderr, "interrupted: after 0 tasks\n");

    std::fs::write(program.home().join("list"), "a\nb\nc\n").expect("a file");
    let running = program.start(&["kafka", "sweep", "list", "-c", "2", "-o", "yaml"]);
    // One alone comes first.
    asked(&emulator, 2).await;
    let run = interrupted(running).await;
    assert_eq!(run.code, Some(130), "{run}");
    let sweep: serde_json::Value = yaml_serde::from_str(&run.stdout).expect("YAML");
    assert_eq!(sweep["complete"], false);
    assert_described("Sweep", &[sweep]);
    let said = "interrupted: after 0 of 3 instances, 0 of them failed, in ";
    assert!(run.stderr.starts_with(said), "{run}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_watch_outlives_failures_that_pass() {
    let stderr = outlived("-v").await;
    assert!(stderr.contains("; polling again\n  request: "), "{stderr}");
    assert!(
        stderr.contains("; polling again\n  caused by: "),
        "{stderr}"
    );
    // Quiet is about hints, and what is not shown now is none.
    let stderr = outlived("--quiet").await;
    assert!(stderr.contains("; polling again\n"), "{stderr}");
}

/// What a watch with this flag says of failures that pass, after which it still shows what comes.
async fn outlived(flag: &'static str) -> String {
    let emulator = Emulator::start().await.expect("an emulator");
    let control = emulator.control();
    let add = |id: &str| {
        let task = KafkaTaskData {
            id: Some(id.to_owned()),
            ..KafkaTaskData::default()
        };
        control.add_kafka_task("i", task).expect("a task");
    };
    add("first");
    let program = Program::of(&emulator);
    let watch = [
        "kafka",
        "watch",
        "i",
        "--interval=1ms",
        "--max-retries=0",
        flag,
        "-o",
        "ndjson",
    ];
    let running = program.start(&watch);
    let next = |mut running: Running| {
        blocking(move || {
            let line = running.line();
            (running, line)
        })
    };
    let (running, line) = next(running).await;
    assert!(line.contains(r#""id":"first""#), "{line}");
    let down = FaultKind::Status {
        status: 503,
        retry_after: None,
        error_code: None,
    };
    for kind in [down, FaultKind::ResetBeforeResponse] {
        let fault = Fault::new(kind).times(1_000_000);
        control.add_fault(fault).expect("a fault");
        control.clear_requests();
        asked(&emulator, 5).await;
        control.clear_faults();
    }
    add("second");
    let (running, line) = next(running).await;
    assert!(line.contains(r#""id":"second""#), "{line}");
    let run = interrupted(running).await;
    assert_eq!(run.code, Some(130), "{run}");
    assert!(run.stderr.contains("503 Service Unavailable"), "{run}");
    run.stderr
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_look_of_a_watch_is_bounded() {
    let emulator = Emulator::start().await.expect("an emulator");
    for _ in 0..1_000 {
        let task = KafkaTaskData::default();
        emulator
            .control()
            .add_kafka_task("i", task)
            .expect("a task");
    }
    let program = Program::of(&emulator);
    let watch = ["kafka", "watch", "i", "--status=FAILED", "--interval=50ms"];
    let running = program.start(&watch);
    asked(&emulator, 8).await;
    let run = interrupted(running).await;
    let requests = emulator.control().requests().len();
    assert_eq!(run.code, Some(130), "{run}");
    let (_, looks) = run.stderr.rsplit_once("after ").expect("how many looks");
    let (looks, _) = looks.split_once(' ').expect("a number");
    let looks: usize = looks.parse().expect("a number");
    assert!(
        looks > 0 && requests <= 3 * (looks + 1),
        "{requests}: {run}"
    );
    assert!(run.stderr.contains("the newest 200 tasks"), "{run}");
    // Since a time, all are gone through.
    emulator.control().clear_requests();
    let running = program.start(&[&watch[..], &["--since=1h"]].concat());
    asked(&emulator, 10).await;
    let run = interrupted(running).await;
    assert!(!run.stderr.contains("200"), "{run}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_command_says_where_it_stopped() {
    let emulator = slow(A_MINUTE).await;
    for (args, said) in [
        (
            ["kafka", "show", INSTANCE, "t"].as_slice(),
            "before the response arrived",
        ),
        (&["kafka", "list", INSTANCE, "--raw"], "after 0 tasks"),
        (
            &["doctor", "kafka", "-o", "json"],
            "before all checks were done",
        ),
        (&["kafka", "watch", INSTANCE], "after 0 polls"),
    ] {
        for signal in ["INT", "TERM"] {
            emulator.control().clear_requests();
            let program = Program::of(&emulator);
            let running = program.start(args);
            asked(&emulator, 1).await;
            let run = blocking(move || {
                running.signal(signal);
                running.end()
            });
            let run = run.await;
            assert_eq!((run.code, run.stdout.as_str()), (Some(130), ""), "{run}");
            assert_eq!(run.stderr, format!("interrupted: {said}\n"));
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_container_that_is_stopped_is_an_interruption() {
    let emulator = slow(A_MINUTE).await;
    let program = Program::of(&emulator);
    let running = program.start(&["kafka", "wait", INSTANCE, "t"]);
    asked(&emulator, 1).await;
    let run = blocking(move || {
        running.signal("TERM");
        running.end()
    });
    let run = run.await;
    assert_eq!((run.code, run.stdout.as_str()), (Some(130), ""), "{run}");
    assert_eq!(run.stderr, "interrupted: task t has not been found yet\n");
}

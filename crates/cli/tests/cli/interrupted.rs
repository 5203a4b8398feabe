//! Interruptions and transient failures of running commands.

use std::time::{Duration, Instant};

use hwtasks_emulator::{Emulator, Fault, FaultKind, KafkaTaskData};

use crate::formats::{assert_described, values};
use crate::run::{INSTANCE, Program, Run, Running};

/// Runs blocking code while the emulator keeps serving.
async fn blocking<T: Send + 'static>(run: impl FnOnce() -> T + Send + 'static) -> T {
    tokio::task::spawn_blocking(run)
        .await
        .expect("the blocking code should not panic")
}

/// Waits until the emulator has received this number of requests.
pub(crate) async fn received(emulator: &Emulator, requests: usize) {
    let deadline = Instant::now() + LIMIT;
    while emulator.control().requests().len() < requests {
        assert!(Instant::now() < deadline, "fewer than {requests} requests");
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

/// How long the program may take to send a request, on a busy machine.
const LIMIT: Duration = Duration::from_secs(120);

/// Longer than any test waits.
pub(crate) const A_MINUTE: u64 = 60_000;

/// Starts an emulator that delays each response by this number of milliseconds.
pub(crate) async fn slow(millis: u64) -> Emulator {
    let emulator = Emulator::start().await.expect("the emulator should start");
    let fault = Fault::new(FaultKind::Delay { millis }).times(100);
    emulator
        .control()
        .add_fault(fault)
        .expect("the emulator should accept the fault");
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
async fn interrupted_list_as_json_is_a_whole_document() {
    let emulator = slow(A_MINUTE).await;
    let program = Program::of(&emulator);
    let running = program.start(&["kafka", "list", INSTANCE, "-o", "json"]);
    received(&emulator, 1).await;
    let run = interrupted(running).await;
    assert_eq!(run.code, Some(130), "{run}");
    assert_described("List", &values(&run));
    assert_eq!(values(&run)[0]["more"], true);
    assert_eq!(run.stderr, "interrupted: after 0 tasks\n");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn interrupted_sweep_as_yaml_is_a_whole_document() {
    let emulator = slow(A_MINUTE).await;
    let program = Program::of(&emulator);
    std::fs::write(program.home().join("list"), "a\nb\nc\n")
        .expect("the file should be accessible");
    let running = program.start(&["kafka", "sweep", "list", "-c", "2", "-o", "yaml"]);
    // The first instance is queried alone.
    received(&emulator, 1).await;
    let run = interrupted(running).await;
    assert_eq!(run.code, Some(130), "{run}");
    let sweep: serde_json::Value =
        yaml_serde::from_str(&run.stdout).expect("the output should be YAML");
    assert_eq!(sweep["complete"], false);
    assert_described("Sweep", &[sweep]);
    let said = "interrupted: after 0 of 3 instances, 0 of them failed, in ";
    assert!(run.stderr.starts_with(said), "{run}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn verbose_watch_prints_details_of_transient_failures() {
    let stderr = watch_with_failures("-v").await;
    assert!(stderr.contains("; polling again\n  request: "), "{stderr}");
    assert!(
        stderr.contains("; polling again\n  caused by: "),
        "{stderr}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn quiet_watch_still_prints_transient_failures() {
    let stderr = watch_with_failures("--quiet").await;
    assert!(stderr.contains("; polling again\n"), "{stderr}");
}

/// Runs a watch through transient failures, checks that it continues, and returns its standard error.
async fn watch_with_failures(flag: &'static str) -> String {
    let emulator = Emulator::start().await.expect("the emulator should start");
    let control = emulator.control();
    let add = |id: &str| {
        let task = KafkaTaskData {
            id: Some(id.to_owned()),
            ..KafkaTaskData::default()
        };
        control
            .add_kafka_task("i", task)
            .expect("the emulator should accept the task");
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
        control
            .add_fault(fault)
            .expect("the emulator should accept the fault");
        control.clear_requests();
        received(&emulator, 5).await;
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
async fn poll_of_filtered_watch_reads_at_most_200_tasks() {
    let emulator = with_1000_tasks().await;
    let program = Program::of(&emulator);
    let running = program.start(&FILTERED_WATCH);
    received(&emulator, 8).await;
    let run = interrupted(running).await;
    let requests = emulator.control().requests().len();
    assert_eq!(run.code, Some(130), "{run}");
    let (_, polls) = run
        .stderr
        .rsplit_once("after ")
        .expect("the message should say after how many polls");
    let (polls, _) = polls
        .split_once(' ')
        .expect("the number of polls should end with a blank");
    let polls: usize = polls.parse().expect("the value should be a number");
    assert!(
        polls > 0 && requests <= 3 * (polls + 1),
        "{requests}: {run}"
    );
    assert!(run.stderr.contains("the newest 200 tasks"), "{run}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn poll_of_filtered_watch_with_since_reads_all_tasks() {
    let emulator = with_1000_tasks().await;
    let program = Program::of(&emulator);
    let running = program.start(&[&FILTERED_WATCH[..], &["--since=1h"]].concat());
    received(&emulator, 10).await;
    let run = interrupted(running).await;
    assert!(!run.stderr.contains("200"), "{run}");
}

const FILTERED_WATCH: [&str; 5] = ["kafka", "watch", "i", "--status=FAILED", "--interval=50ms"];

/// Starts an emulator with 1000 tasks of one instance.
async fn with_1000_tasks() -> Emulator {
    let emulator = Emulator::start().await.expect("the emulator should start");
    for _ in 0..1_000 {
        let task = KafkaTaskData::default();
        emulator
            .control()
            .add_kafka_task("i", task)
            .expect("the emulator should accept the task");
    }
    emulator
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn interrupted_command_prints_where_it_stopped() {
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
            received(&emulator, 1).await;
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
async fn wait_after_sigterm_is_interrupted() {
    let emulator = slow(A_MINUTE).await;
    let program = Program::of(&emulator);
    let running = program.start(&["kafka", "wait", INSTANCE, "t"]);
    received(&emulator, 1).await;
    let run = blocking(move || {
        running.signal("TERM");
        running.end()
    });
    let run = run.await;
    assert_eq!((run.code, run.stdout.as_str()), (Some(130), ""), "{run}");
    assert_eq!(run.stderr, "interrupted: task t has not been found yet\n");
}

#[test]
#[cfg(unix)]
fn credentials_file_that_blocks_is_interrupted() {
    let program = Program::new();
    let pipe = program.home().join("pipe");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    assert!(made.expect("mkfifo should run").success());
    let program = program
        .with("HUAWEICLOUD_SDK_CREDENTIALS_FILE", "pipe")
        .with("HWTASKS_METADATA_DISABLED", "1");
    let list = ["kafka", "list", INSTANCE];
    // The file is read for the keys in the first case, and for the region in the second.
    for args in [&[&list[..], &["--region=cn-north-4"]].concat(), &list[..]] {
        for signal in ["INT", "TERM"] {
            let running = program.start(args);
            // Opens once the program reads.
            let writer = std::fs::File::options().write(true).open(&pipe);
            let writer = writer.expect("the pipe should open");
            running.signal(signal);
            let run = running.end();
            assert_eq!(run.code, Some(130), "{args:?}: {run}");
            drop(writer);
        }
    }
}

//! Answers that are not what was asked for.

use hwtasks_emulator::{Emulator, Fault, FaultKind};

use crate::run::{INSTANCE, Program, Run, against, snapshot};

const TASK: &str = "8abfa7b272adc5b40172b73130065ae7";
const LIST: [&str; 4] = ["kafka", "list", INSTANCE, "--max-retries=0"];

/// A run whose first request meets a fault.
async fn faulty(emulator: &Emulator, kind: FaultKind, args: &[&str]) -> Run {
    let control = emulator.control();
    control.clear_faults();
    control.add_fault(Fault::new(kind)).expect("a fault");
    against(emulator, args).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn raw_shows_what_came_even_if_it_is_no_success() {
    let emulator = Emulator::start().await.expect("an emulator");
    let raw = [&LIST[..], &["--raw"]].concat();
    let show = ["kafka", "show", INSTANCE, TASK, "--max-retries=0", "--raw"];
    for args in [&raw[..], &show] {
        let run = faulty(&emulator, FaultKind::TruncatedJson, args).await;
        assert_eq!(run.code, Some(3), "{run}");
        assert!(
            run.stdout.starts_with("{\"") && !run.stdout.ends_with('}'),
            "{run}"
        );
        assert!(!run.stderr.contains("--raw"), "{run}");
        let run = faulty(&emulator, FaultKind::HtmlBadGateway, args).await;
        assert_eq!(run.code, Some(3), "{run}");
        assert!(run.stdout.contains("</html>"), "{run}");
    }
    let run = against(&emulator, &["kafka", "list", "nope", "--raw"]).await;
    assert_eq!(run.code, Some(3), "{run}");
    snapshot("raw-error", &run);
    let run = faulty(&emulator, FaultKind::EmptyOk, &raw).await;
    assert_eq!((run.code, run.stdout.as_str()), (Some(3), ""), "{run}");
    for _ in 0..2 {
        let task = serde_json::json!({ "name": "x".repeat(100_000) });
        let task = serde_json::from_value(task).expect("a task");
        let control = emulator.control();
        control.add_kafka_task("large", task).expect("a task");
    }
    let large = ["kafka", "list", "large", "--raw", "--max-retries=0"];
    let run = faulty(&emulator, FaultKind::TruncatedJson, &large).await;
    let printed = (run.code, run.stdout.len());
    assert_eq!(printed, (Some(3), 64 * 1024), "{}", run.stderr);
    let said = "only the first 64 KiB of the body of an error are kept";
    assert!(run.stderr.contains(said), "{}", run.stderr);
    // Without the flag, standard output is for what was asked.
    let run = faulty(&emulator, FaultKind::TruncatedJson, &LIST).await;
    assert_eq!((run.code, run.stdout.as_str()), (Some(3), ""), "{run}");
    assert!(run.stderr.contains("see the response with --raw"), "{run}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn verbose_adds_the_request_and_the_causes_everywhere() {
    let emulator = Emulator::start().await.expect("an emulator");
    let list = |format: &'static str| {
        let program = Program::of(&emulator);
        let args = ["kafka", "sweep", "-o", format, "-v"];
        tokio::task::spawn_blocking(move || program.fed(&args, "nope\n"))
    };
    for format in ["table", "csv"] {
        let fault = Fault::new(FaultKind::HtmlBadGateway).times(3);
        emulator.control().add_fault(fault).expect("a fault");
        let run = list(format).await.expect("a run");
        assert_eq!(run.code, Some(4), "{run}");
        assert!(
            run.stderr.contains("\n  request: ") || run.stderr.starts_with("  request: "),
            "{run}"
        );
    }
    let doctor = ["doctor", "kafka", "--max-retries=0"];
    let run = faulty(&emulator, FaultKind::HtmlBadGateway, &doctor).await;
    assert!(run.stdout.contains("         request: "), "{run}");
    let run = faulty(&emulator, FaultKind::ResetBeforeResponse, &doctor).await;
    assert!(run.stdout.contains("         caused by: "), "{run}");
    let run = faulty(&emulator, FaultKind::ResetBeforeResponse, &LIST).await;
    assert!(run.stderr.contains("  help: try again; "), "{run}");
}

/// A sweep of 200 instances by a program of this emulator, and how many requests it took.
async fn swept(
    emulator: &Emulator,
    program: Program,
    args: &'static [&'static str],
) -> (Run, usize) {
    let instances: Vec<String> = (0..200).map(|number| format!("i-{number}\n")).collect();
    emulator.control().clear_requests();
    let run = move || program.fed(&[&["kafka", "sweep"], args].concat(), &instances.concat());
    let run = tokio::task::spawn_blocking(run).await.expect("a run");
    (run, emulator.control().requests().len())
}

/// After more than five refusals an access key is locked.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sweep_with_refused_keys_asks_once() {
    let emulator = Emulator::start().await.expect("an emulator");
    let wrong = || Program::of(&emulator).with("HWTASKS_TOKEN", "wrong");
    for format in ["table", "csv", "ndjson", "json"] {
        let args: &[&str] = match format {
            "table" => &[],
            "csv" => &["-o", "csv"],
            "ndjson" => &["-o", "ndjson"],
            _ => &["-o", "json"],
        };
        let (run, requests) = swept(&emulator, wrong(), args).await;
        assert_eq!((run.code, run.stdout.as_str()), (Some(3), ""), "{run}");
        assert_eq!(requests, 1);
        if format == "table" {
            snapshot("sweep-refused", &run);
        }
    }
    // Somebody who was let in once is not somebody with wrong keys.
    let refused = FaultKind::Status {
        status: 401,
        retry_after: None,
        error_code: None,
    };
    let control = emulator.control();
    control
        .add_fault(Fault::new(FaultKind::Delay { millis: 0 }))
        .expect("a fault");
    control.add_fault(Fault::new(refused)).expect("a fault");
    let (run, requests) = swept(&emulator, Program::of(&emulator), &["-c", "1"]).await;
    assert_eq!((run.code, requests), (Some(4), 200), "{run}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_is_sent_again_as_often_as_is_said() {
    let emulator = Emulator::start().await.expect("an emulator");
    let down = Fault::new(FaultKind::HtmlBadGateway).times(100);
    let control = emulator.control();
    control.add_fault(down).expect("a fault");
    for (retries, attempts) in [("0", 1), ("1", 2), ("3", 4)] {
        control.clear_requests();
        let list = ["kafka", "list", INSTANCE, "--max-retries", retries];
        let run = against(&emulator, &list).await;
        assert_eq!(run.code, Some(3), "{run}");
        assert_eq!(control.requests().len(), attempts, "{run}");
    }
}

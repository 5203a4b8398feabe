//! Faulty responses and rejected credentials.

use hwtasks_emulator::{Emulator, Fault, FaultKind};

use crate::formats::values;
use crate::run::{INSTANCE, Program, Run, against, snapshot};

const TASK: &str = "8abfa7b272adc5b40172b73130065ae7";
const LIST: [&str; 4] = ["kafka", "list", INSTANCE, "--max-retries=0"];

/// Runs the program so that its first request gets a fault.
async fn faulty(emulator: &Emulator, kind: FaultKind, args: &[&str]) -> Run {
    let control = emulator.control();
    control.clear_faults();
    control
        .add_fault(Fault::new(kind))
        .expect("the emulator should accept the fault");
    against(emulator, args).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn raw_prints_the_body_of_an_invalid_response() {
    let emulator = Emulator::start().await.expect("the emulator should start");
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
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn raw_prints_the_body_of_an_error() {
    let emulator = Emulator::start().await.expect("the emulator should start");
    let run = against(&emulator, &["kafka", "list", "nope", "--raw"]).await;
    assert_eq!(run.code, Some(3), "{run}");
    snapshot("list-raw-error", &run);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn raw_prints_nothing_of_an_empty_body() {
    let emulator = Emulator::start().await.expect("the emulator should start");
    let raw = [&LIST[..], &["--raw"]].concat();
    let run = faulty(&emulator, FaultKind::EmptyOk, &raw).await;
    assert_eq!((run.code, run.stdout.as_str()), (Some(3), ""), "{run}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn raw_prints_the_first_64_kib_of_a_large_invalid_body() {
    let emulator = Emulator::start().await.expect("the emulator should start");
    for _ in 0..2 {
        let task = serde_json::json!({ "name": "x".repeat(100_000) });
        let task = serde_json::from_value(task).expect("the emulator should accept the task");
        let control = emulator.control();
        control
            .add_kafka_task("large", task)
            .expect("the emulator should accept the task");
    }
    let large = ["kafka", "list", "large", "--raw", "--max-retries=0"];
    let run = faulty(&emulator, FaultKind::TruncatedJson, &large).await;
    let printed = (run.code, run.stdout.len());
    assert_eq!(printed, (Some(3), 64 * 1024), "{}", run.stderr);
    let said = "only the first 64 KiB of the body of an error are kept";
    assert!(run.stderr.contains(said), "{}", run.stderr);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn invalid_response_without_raw_is_not_printed() {
    let emulator = Emulator::start().await.expect("the emulator should start");
    let run = faulty(&emulator, FaultKind::TruncatedJson, &LIST).await;
    assert_eq!((run.code, run.stdout.as_str()), (Some(3), ""), "{run}");
    assert!(run.stderr.contains("see the response with --raw"), "{run}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn verbose_output_adds_request_id_and_causes() {
    let emulator = Emulator::start().await.expect("the emulator should start");
    let list = |format: &'static str| {
        let program = Program::of(&emulator);
        let args = ["kafka", "sweep", "-o", format, "-v"];
        tokio::task::spawn_blocking(move || program.fed(&args, "nope\n"))
    };
    for format in ["table", "csv"] {
        let fault = Fault::new(FaultKind::HtmlBadGateway).times(3);
        emulator
            .control()
            .add_fault(fault)
            .expect("the emulator should accept the fault");
        let run = list(format).await.expect("the program should run");
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

/// Sweeps 200 instances; returns the run and the number of requests.
async fn sweep(
    emulator: &Emulator,
    program: Program,
    args: &'static [&'static str],
) -> (Run, usize) {
    let instances: Vec<String> = (0..200).map(|number| format!("i-{number}\n")).collect();
    emulator.control().clear_requests();
    let run = move || program.fed(&[&["kafka", "sweep"], args].concat(), &instances.concat());
    let run = tokio::task::spawn_blocking(run)
        .await
        .expect("the program should run");
    (run, emulator.control().requests().len())
}

/// An access key is locked after more than five rejected requests.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sweep_with_rejected_credentials_sends_one_request() {
    let emulator = Emulator::start().await.expect("the emulator should start");
    let wrong = || Program::of(&emulator).with("HWTASKS_TOKEN", "wrong");
    for format in ["table", "csv", "ndjson", "json"] {
        let args: &[&str] = match format {
            "table" => &[],
            "csv" => &["-o", "csv"],
            "ndjson" => &["-o", "ndjson"],
            _ => &["-o", "json"],
        };
        let (run, requests) = sweep(&emulator, wrong(), args).await;
        assert_eq!((run.code, run.stdout.as_str()), (Some(3), ""), "{run}");
        assert_eq!(requests, 1);
        if format == "table" {
            snapshot("sweep-rejected-credentials", &run);
        }
    }
}

/// Credentials that were accepted once are not wrong.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sweep_with_one_rejected_request_queries_the_other_instances() {
    let emulator = Emulator::start().await.expect("the emulator should start");
    let refused = FaultKind::Status {
        status: 401,
        retry_after: None,
        error_code: None,
    };
    let control = emulator.control();
    control
        .add_fault(Fault::new(FaultKind::Delay { millis: 0 }))
        .expect("the emulator should accept the fault");
    control
        .add_fault(Fault::new(refused))
        .expect("the emulator should accept the fault");
    let (run, requests) = sweep(&emulator, Program::of(&emulator), &["-c", "1"]).await;
    assert_eq!((run.code, requests), (Some(4), 200), "{run}");
}

fn status(status: u16, retry_after: Option<&str>) -> Fault {
    Fault::new(FaultKind::Status {
        status,
        retry_after: retry_after.map(str::to_owned),
        error_code: None,
    })
}

/// The service is there, and does not know the instances: that proves the credentials.
fn accepted(times: u32) -> Fault {
    Fault::new(FaultKind::Delay { millis: 0 }).times(times)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sweep_that_ends_early_prints_its_results_and_exits_with_three() {
    // The faults, the number of requests, and whether results are printed.
    let cases = [
        // Credentials that are refused midway: one more request proves it.
        (
            vec![accepted(20), status(401, None).times(1000)],
            22,
            Some(22),
        ),
        // A first request that ends in 5xx proves nothing.
        (
            vec![status(503, None), status(401, None).times(1000)],
            2,
            Some(1),
        ),
        // Nor does one that is throttled.
        (
            vec![status(429, Some("0")), status(401, None).times(1000)],
            2,
            None,
        ),
        // One 403 of all instances.
        (vec![status(403, None).times(1000)], 5, Some(5)),
    ];
    for (faults, requests, printed) in cases {
        let emulator = Emulator::start().await.expect("the emulator should start");
        for fault in faults {
            let added = emulator.control().add_fault(fault);
            added.expect("the emulator should accept the fault");
        }
        let args = &["-c", "1", "--max-retries=0", "-o", "json"];
        let (run, sent) = sweep(&emulator, Program::of(&emulator), args).await;
        assert_eq!((run.code, sent), (Some(3), requests), "{run}");
        let Some(printed) = printed else {
            assert_eq!(run.stdout, "", "{run}");
            continue;
        };
        let document = &values(&run)[0];
        assert_eq!(document["complete"], false, "{run}");
        let instances = document["instances"].as_array();
        assert_eq!(instances.map(Vec::len), Some(printed), "{run}");
        assert!(
            run.stderr.contains(" 401 ") || run.stderr.contains(" 403 "),
            "{run}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn throttled_sweep_slows_down_and_reads_every_instance() {
    let emulator = Emulator::start().await.expect("the emulator should start");
    for fault in [accepted(3), status(429, Some("0"))] {
        let added = emulator.control().add_fault(fault);
        added.expect("the emulator should accept the fault");
    }
    let args = &["-c", "4", "--max-retries=0", "-o", "json"];
    let (run, sent) = sweep(&emulator, Program::of(&emulator), args).await;
    // The emulator knows none of the instances.
    assert_eq!((run.code, sent), (Some(4), 201), "{run}");
    let document = &values(&run)[0];
    assert_eq!(document["complete"], true, "{run}");
    let mut instances = document["instances"].as_array().into_iter().flatten();
    assert!(
        instances.all(|instance| instance["error"]["status"] == 404),
        "{run}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn watch_tolerates_429_and_5xx_from_its_first_poll_on() {
    for fault in [status(429, Some("0")), status(503, None)] {
        let emulator = Emulator::start().await.expect("the emulator should start");
        let control = emulator.control();
        control
            .add_fault(fault.times(2))
            .expect("the emulator should accept the fault");
        let program = Program::of(&emulator);
        let run = tokio::task::spawn_blocking(move || {
            let flags = ["-o", "ndjson", "--interval=5ms", "--max-retries=0"];
            let watch = [&["kafka", "watch", INSTANCE][..], &flags].concat();
            let mut running = program.start(&watch);
            running.line();
            running.interrupt();
            running.end()
        });
        let run = run.await.expect("the program should run");
        assert_eq!(run.code, Some(130), "{run}");
        assert_eq!(run.stderr.matches("polling again").count(), 2, "{run}");
    }
    let emulator = Emulator::start().await.expect("the emulator should start");
    let control = emulator.control();
    control
        .add_fault(status(403, None))
        .expect("the emulator should accept the fault");
    let run = against(&emulator, &["kafka", "watch", INSTANCE]).await;
    assert_eq!(run.code, Some(3), "{run}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn call_is_retried_up_to_max_retries() {
    let emulator = Emulator::start().await.expect("the emulator should start");
    let down = Fault::new(FaultKind::HtmlBadGateway).times(100);
    let control = emulator.control();
    control
        .add_fault(down)
        .expect("the emulator should accept the fault");
    for (retries, attempts) in [("0", 1), ("1", 2), ("3", 4)] {
        control.clear_requests();
        let list = ["kafka", "list", INSTANCE, "--max-retries", retries];
        let run = against(&emulator, &list).await;
        assert_eq!(run.code, Some(3), "{run}");
        assert_eq!(control.requests().len(), attempts, "{run}");
    }
}

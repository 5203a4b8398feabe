//! Whole runs of the program: how long it takes to start, to list, and to sweep 10,000 instances.
//!
//! `cargo bench -p hwtasks-cli --bench process`
//!
//! The runs of a row are made in turns, and their medians printed, so that whatever else the machine does meets all of
//! them. With `HWTASKS_BENCH_PYTHON` naming a Python that has `huaweicloudsdkkafka`, a process that only imports it runs
//! beside them. Aims: `--version` within 5 ms of `true`; the sweep below 60 MB of memory.

#![expect(
    clippy::expect_used,
    reason = "a bench that cannot be set up should stop"
)]

use std::ffi::OsString;
use std::io::Write as _;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use hwtasks_emulator::{Emulator, KafkaTaskData};

const PROGRAM: &str = env!("CARGO_BIN_EXE_hwtasks");
const TASKS: usize = 10;

fn main() {
    // `cargo test` runs benches too, and only wants to know that they run.
    let (rounds, instances) = match std::env::args().any(|arg| arg == "--test") {
        true => (1, 20),
        false => (31, 10_000),
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let emulator = runtime.block_on(Emulator::start()).expect("an emulator");
    let control = emulator.control();
    let mut list = tempfile::NamedTempFile::new().expect("a file");
    for instance in 0..instances {
        let instance = format!("instance-{instance}");
        writeln!(list, "{instance}").expect("a line");
        for _ in 0..TASKS {
            let task = control.add_kafka_task(&instance, KafkaTaskData::default());
            task.expect("a task");
        }
    }
    let hwtasks = |args: &[&str]| {
        let mut command = Command::new(PROGRAM);
        command.args(args).stdin(Stdio::null());
        command.envs(emulator.variables());
        command.env("HOME", "/nonexistent");
        command
    };

    let mut rows = vec![
        ("true", Command::new("true")),
        ("hwtasks --version", hwtasks(&["--version"])),
        (
            "hwtasks kafka list",
            hwtasks(&["kafka", "list", "instance-0"]),
        ),
    ];
    if let Some(python) = std::env::var_os("HWTASKS_BENCH_PYTHON") {
        rows.push(("python, importing the official SDK", importing(python)));
    }
    let mut times = vec![Vec::new(); rows.len()];
    for _ in 0..rounds {
        for ((_, command), times) in rows.iter_mut().zip(&mut times) {
            let begun = Instant::now();
            let output = command.output().expect("it runs");
            times.push(begun.elapsed());
            assert!(output.status.success(), "{output:?}");
        }
    }
    for ((name, _), times) in rows.iter().zip(&mut times) {
        println!("{name}: {:.1} ms", median(times).as_secs_f64() * 1e3);
    }

    let file = list.path().to_string_lossy().into_owned();
    let (took, peak) = sweep(
        hwtasks(&["kafka", "sweep", &file, "-o", "ndjson"]),
        instances,
    );
    println!(
        "sweep of {instances}: {:.2} s, {:.0} instances/s, peak memory {:.1} MB",
        took.as_secs_f64(),
        instances as f64 / took.as_secs_f64(),
        peak as f64 / 1e6
    );
}

fn importing(python: OsString) -> Command {
    let mut command = Command::new(python);
    command.args(["-c", "import huaweicloudsdkkafka.v2"]);
    command
}

fn median(times: &mut [Duration]) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

/// How long a sweep takes, and the most memory it is seen with.
fn sweep(mut command: Command, instances: usize) -> (Duration, u64) {
    let output = tempfile::tempfile().expect("a file");
    command.stdout(output.try_clone().expect("the same file"));
    let begun = Instant::now();
    let mut child = command.spawn().expect("it runs");
    let mut peak = 0;
    let status = loop {
        peak = peak_memory(child.id()).unwrap_or(peak);
        match child.try_wait().expect("a process") {
            Some(status) => break status,
            // The peak is one that the system keeps: no moment between is missed, but for the last.
            None => std::thread::sleep(Duration::from_millis(2)),
        }
    };
    let took = begun.elapsed();
    assert!(status.success(), "{status}");
    let length = output.metadata().expect("a length").len();
    assert!(length > instances as u64 * 100, "{length} bytes came");
    (took, peak)
}

/// The most bytes a process has had in memory so far, where the system says.
fn peak_memory(process: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    let kilobytes: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kilobytes * 1024)
}

//! Whole runs of the program: how long it takes to start, to list, and to sweep 10,000 instances; what a watch of 500
//! instances costs in a minute, and what 1,000 scrapes of the metrics cost.
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
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use hwtasks_emulator::{Data, Emulator, KafkaTaskData};

const PROGRAM: &str = env!("CARGO_BIN_EXE_hwtasks");
const TASKS: usize = 10;

fn main() {
    // `cargo test` runs benches too, and only wants to know that they run.
    let is_test = std::env::args().any(|arg| arg == "--test");
    let (rounds, instances) = match is_test {
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
    let figures = |name: &str, (took, peak): (Duration, u64)| {
        println!(
            "{name} of {instances}: {:.2} s, {:.0} instances/s, peak memory {:.1} MB",
            took.as_secs_f64(),
            instances as f64 / took.as_secs_f64(),
            peak as f64 / 1e6
        );
    };
    figures("sweep", (took, peak));
    let all = ["kafka", "sweep", "--all-instances", "-o", "ndjson"];
    figures("sweep --all-instances", sweep(hwtasks(&all), instances));
    fleet(&runtime, is_test);
}

/// What a watch of many instances costs, and a scrape of their metrics.
fn fleet(runtime: &tokio::runtime::Runtime, is_test: bool) {
    let (instances, time, scrapes) = match is_test {
        true => (20, Duration::from_secs(1), 5),
        false => (500, Duration::from_secs(60), 1_000),
    };
    let data = Data::fleet(instances, jiff::Timestamp::now());
    let emulator = runtime
        .block_on(Emulator::builder().data(data).start())
        .expect("an emulator");
    let control = emulator.control();
    let hwtasks = |args: &[&str]| {
        let mut command = Command::new(PROGRAM);
        command.args(args).envs(emulator.variables());
        command.env("HOME", "/nonexistent").stdin(Stdio::null());
        command.stdout(Stdio::null()).stderr(Stdio::piped());
        command
    };
    let watch = [
        "kafka",
        "watch",
        "--all-instances",
        "--interval=5s",
        "-ondjson",
    ];
    let mut child = hwtasks(&watch).spawn().expect("it runs");
    let mut requests = 0;
    let begun = Instant::now();
    while begun.elapsed() < time {
        std::thread::sleep(Duration::from_millis(250));
        requests += control.requests().len();
        control.clear_requests();
    }
    let (cpu, peak) = (cpu_time(child.id()), peak_memory(child.id()));
    child.kill().expect("it still runs");
    child.wait().expect("it ends");
    println!(
        "watch of {instances} for {time:?}, every 5 s: {requests} requests, {:.2} s of CPU, peak memory {:.1} MB",
        cpu.unwrap_or_default(),
        peak.unwrap_or_default() as f64 / 1e6
    );

    let serve = ["serve-metrics", "--listen=127.0.0.1:0", "--interval=1h"];
    let mut child = hwtasks(&serve).spawn().expect("it runs");
    let mut said = String::new();
    let stderr = child.stderr.take().expect("a pipe");
    BufReader::new(stderr).read_line(&mut said).expect("a line");
    let (_, address) = said.split_once("http://").expect("an address");
    let (address, _) = address.split_once('/').expect("a path");
    while !scraped(address).contains("hwtasks_poll_success{service=\"kafka\"}") {
        std::thread::sleep(Duration::from_millis(50));
    }
    control.clear_requests();
    let before = cpu_time(child.id()).unwrap_or_default();
    let begun = Instant::now();
    let mut bytes = 0;
    for _ in 0..scrapes {
        bytes = scraped(address).len();
    }
    let took = begun.elapsed();
    let cpu = cpu_time(child.id()).unwrap_or_default() - before;
    let requests = control.requests().len();
    let peak = peak_memory(child.id()).unwrap_or_default();
    child.kill().expect("it still runs");
    child.wait().expect("it ends");
    println!(
        "serve-metrics of 2 x {instances}, {scrapes} scrapes: {:.2} ms each, {bytes} bytes, {cpu:.2} s of CPU, \
         {requests} requests to the service, peak memory {:.1} MB",
        took.as_secs_f64() * 1e3 / f64::from(scrapes),
        peak as f64 / 1e6
    );
}

/// The response to a scrape.
fn scraped(address: &str) -> String {
    let mut stream = TcpStream::connect(address).expect("a connection");
    let request = b"GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    stream.write_all(request).expect("a request");
    let mut response = String::new();
    stream.read_to_string(&mut response).expect("a response");
    response
}

/// The seconds of CPU that a process has used, where the system says.
fn cpu_time(process: u32) -> Option<f64> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks = |at: usize| fields.get(at)?.parse::<f64>().ok();
    // Linux has 100 ticks a second.
    Some((ticks(11)? + ticks(12)?) / 100.0)
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

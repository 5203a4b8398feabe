//! What the client costs beside bare reqwest and `serde_json`, against the emulator in a process of its own.
//!
//! `cargo bench -p hwtasks-tests --bench client`
//!
//! Each pair is measured in turns and the median of the ratios is printed, so that other load on the
//! machine affects both. `HWTASKS_BENCH_ROLE="calls URL"`, `bare-calls` or `bare-signing-calls` runs
//! one side alone, for a profiler.
//!
//! Targets: a signed call takes at most 1.10 times the CPU of a bare call that signs each request. A
//! sweep of 2,000 instances, 64 at a time, takes at most 1.10 times the time of a bare loop and at most
//! 1.15 times its peak memory.

#![expect(
    clippy::expect_used,
    reason = "a bench that cannot be set up should stop"
)]

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use cpu_time::ProcessTime;
use futures_util::{StreamExt as _, stream};
use hwtasks::{Client, Credentials, KafkaTaskList};
use hwtasks_emulator::{ACCESS_KEY, Emulator, KafkaTaskData, PROJECT_ID, SECRET_KEY, TOKEN};
use hwtasks_signer::{SigningRequest, sign};
use tokio::runtime::{Builder, Runtime};

const INSTANCES: usize = 2_000;
const CONCURRENCY: usize = 64;
const TASKS: usize = 10;

/// How much is done.
struct Size {
    rounds: usize,
    calls: usize,
    instances: usize,
}

fn main() {
    let role = std::env::var("HWTASKS_BENCH_ROLE").unwrap_or_default();
    // `cargo test` runs benches too, and only wants to know that they run.
    let size = match std::env::args().any(|arg| arg == "--test") {
        true => Size {
            rounds: 1,
            calls: 3,
            instances: 20,
        },
        false => Size {
            rounds: 15,
            calls: 500,
            instances: INSTANCES,
        },
    };
    match role.split_once(' ') {
        Some(("emulator", _)) => emulate(),
        Some((what, url)) => {
            let instances = instances(size.instances);
            let runtime = runtime();
            runtime.block_on(async {
                match what {
                    "calls" => calls(&client(url, keys()), &instances[0], size.calls).await,
                    "bare-calls" => bare_calls(&bare(), url, &instances[0], size.calls).await,
                    "bare-signing-calls" => {
                        bare_signing_calls(&bare(), url, &instances[0], size.calls).await
                    }
                    "sweep" => sweep(&client(url, token()), instances).await,
                    _ => bare_sweep(&bare(), url, instances).await,
                }
            });
            println!("{}", peak_memory().unwrap_or(0));
        }
        None => compare(&size),
    }
}

fn compare(size: &Size) {
    let (_emulator, url) = other("emulator -");
    let runtime = runtime();

    let (signing, bare) = (client(&url, keys()), bare());
    let one = instances(1).remove(0);
    let mut ours = || runtime.block_on(calls(&signing, &one, size.calls));
    let mut each = || runtime.block_on(bare_signing_calls(&bare, &url, &one, size.calls));
    let mut once = || runtime.block_on(bare_calls(&bare, &url, &one, size.calls));
    let per_call = |seconds: f64| seconds * 1e6 / size.calls as f64;
    let baselines: [(&str, &mut dyn FnMut() -> f64); 2] =
        [("signed each time", &mut each), ("signed once", &mut once)];
    for (name, bares) in baselines {
        let [bare_cpu, cpu, ratio] = in_turns(size.rounds, bares, &mut ours);
        println!(
            "signed call: bare, {name}, {:.1} us of CPU, hwtasks {:.1} us, ratio {ratio:.3}",
            per_call(bare_cpu),
            per_call(cpu)
        );
    }

    let names = instances(size.instances);
    let sweeping = client(&url, token());
    let mut ours = || runtime.block_on(sweep(&sweeping, names.clone()));
    let mut bares = || runtime.block_on(bare_sweep(&bare, &url, names.clone()));
    let [bare_time, time, ratio] = in_turns(size.rounds, &mut bares, &mut ours);
    println!(
        "sweep of {} at {CONCURRENCY}: bare {bare_time:.2} s, hwtasks {time:.2} s, ratio {ratio:.3}",
        size.instances
    );
    for what in ["bare-sweep", "sweep"] {
        let (mut child, peak) = other(&format!("{what} {url}"));
        child.0.wait().expect("a process that ends");
        let megabytes = peak.parse::<f64>().expect("a number") / 1e6;
        println!("{what}: peak memory {megabytes:.1} MB");
    }
}

/// The medians of what two runs measure, first and second, and of their ratio.
fn in_turns(
    rounds: usize,
    first: &mut dyn FnMut() -> f64,
    second: &mut dyn FnMut() -> f64,
) -> [f64; 3] {
    // Connections are made, and pages of memory touched, once.
    first();
    second();
    let mut measured = [Vec::new(), Vec::new(), Vec::new()];
    for _ in 0..rounds {
        let (one, two) = (first(), second());
        for (all, value) in measured.iter_mut().zip([one, two, two / one]) {
            all.push(value);
        }
    }
    measured.map(|mut all| {
        all.sort_by(f64::total_cmp);
        all[all.len() / 2]
    })
}

fn runtime() -> Runtime {
    Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime")
}

fn client(url: &str, credentials: Credentials) -> Client {
    Client::builder()
        .kafka_endpoint(url)
        .project_id(PROJECT_ID)
        .credentials(credentials)
        .build()
        .expect("a client of loopback")
}

fn keys() -> Credentials {
    Credentials::keys(ACCESS_KEY, SECRET_KEY)
}

fn token() -> Credentials {
    Credentials::token(TOKEN)
}

fn bare() -> reqwest::Client {
    reqwest::Client::builder()
        .no_proxy()
        .build()
        .expect("a client")
}

fn instances(count: usize) -> Vec<String> {
    (0..count)
        .map(|number| format!("instance-{number}"))
        .collect()
}

fn target(url: &str, instance: &str, limit: usize) -> String {
    format!("{url}/v2/{PROJECT_ID}/instances/{instance}/tasks?limit={limit}&start=1")
}

/// Seconds of CPU for signed calls, one after the other.
async fn calls(client: &Client, instance: &str, count: usize) -> f64 {
    let begun = ProcessTime::now();
    for _ in 0..count {
        let list = client.kafka().list(instance).start(1).limit(10).await;
        assert_eq!(list.expect("a list").tasks.len(), TASKS);
    }
    begun.elapsed().as_secs_f64()
}

/// The same requests, signed once beforehand.
async fn bare_calls(client: &reqwest::Client, url: &str, instance: &str, count: usize) -> f64 {
    let target = target(url, instance, 10);
    let keys = hwtasks_signer::Credentials::new(ACCESS_KEY, SECRET_KEY);
    let request = SigningRequest::new("GET", &target);
    let signed = sign(&request, &keys, jiff::Timestamp::now()).expect("a signature");
    let begun = ProcessTime::now();
    for _ in 0..count {
        let request = with_headers(client.get(&target), &signed);
        assert_eq!(bare_list(request).await.tasks.len(), TASKS);
    }
    begun.elapsed().as_secs_f64()
}

/// The same requests, each signed for its time.
async fn bare_signing_calls(
    client: &reqwest::Client,
    url: &str,
    instance: &str,
    count: usize,
) -> f64 {
    let keys = hwtasks_signer::Credentials::new(ACCESS_KEY, SECRET_KEY);
    let begun = ProcessTime::now();
    for _ in 0..count {
        let target = target(url, instance, 10);
        let request = SigningRequest::new("GET", &target);
        let signed = sign(&request, &keys, jiff::Timestamp::now()).expect("a signature");
        let request = with_headers(client.get(&target), &signed);
        assert_eq!(bare_list(request).await.tasks.len(), TASKS);
    }
    begun.elapsed().as_secs_f64()
}

fn with_headers(
    request: reqwest::RequestBuilder,
    signed: &hwtasks_signer::Signed,
) -> reqwest::RequestBuilder {
    signed.headers().fold(request, |request, (name, value)| {
        request.header(name, value)
    })
}

async fn bare_list(request: reqwest::RequestBuilder) -> KafkaTaskList {
    let response = request.send().await.expect("a response");
    let body = response
        .error_for_status()
        .expect("a success")
        .bytes()
        .await;
    serde_json::from_slice(&body.expect("a body")).expect("a list")
}

/// Seconds for a sweep.
async fn sweep(client: &Client, instances: Vec<String>) -> f64 {
    let (begun, wanted) = (Instant::now(), instances.len());
    let mut sweep = client.kafka().sweep(instances).concurrency(CONCURRENCY);
    let mut done = 0;
    while let Some(instance) = sweep.next().await {
        let tasks = instance.expect("an instance").result.expect("tasks");
        assert_eq!(tasks.len(), TASKS);
        done += 1;
    }
    assert_eq!(done, wanted);
    begun.elapsed().as_secs_f64()
}

/// A loop as one would write it: one page of each instance, by a token.
async fn bare_sweep(client: &reqwest::Client, url: &str, instances: Vec<String>) -> f64 {
    let (begun, wanted) = (Instant::now(), instances.len());
    let lists = stream::iter(instances).map(|instance| {
        let request = client.get(target(url, &instance, 100));
        bare_list(request.header("X-Auth-Token", TOKEN))
    });
    let mut lists = lists.buffer_unordered(CONCURRENCY);
    let mut done = 0;
    while let Some(list) = lists.next().await {
        assert_eq!(list.tasks.len(), TASKS);
        done += 1;
    }
    assert_eq!(done, wanted);
    begun.elapsed().as_secs_f64()
}

/// This program in another process, which ends with the value; and the line it prints.
fn other(role: &str) -> (Process, String) {
    let program = std::env::current_exe().expect("this program");
    let mut child = Command::new(program)
        .args(std::env::args().skip(1))
        .env("HWTASKS_BENCH_ROLE", role)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("a process");
    let mut line = String::new();
    let output = child.stdout.take().expect("its output");
    BufReader::new(output).read_line(&mut line).expect("a line");
    (Process(child), line.trim().to_owned())
}

struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        // Gone already, or gone now.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// An emulator with every instance, until its input ends.
fn emulate() {
    let runtime = Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.expect("a runtime");
    let emulator = runtime.block_on(Emulator::start()).expect("an emulator");
    let control = emulator.control();
    for instance in instances(INSTANCES) {
        for _ in 0..TASKS {
            let task = control.add_kafka_task(&instance, KafkaTaskData::default());
            task.expect("a task");
        }
    }
    println!("{}", emulator.kafka_url());
    // Ends when the other process does.
    let _ = std::io::stdin().read_to_end(&mut Vec::new());
}

/// The most bytes this process has had in memory, where the system says.
fn peak_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    let kilobytes: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kilobytes * 1024)
}

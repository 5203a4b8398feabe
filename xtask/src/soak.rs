//! `cargo xtask soak`: runs the emulator as a process under many connections while faults are switched at random, with
//! a client program of each language, and checks what is left of it.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use serde::Deserialize;
use serde_json::{Value, json};

use self::emulator::{Emulator, Usage};
use crate::run::{Missing, cargo, run_in};
use crate::tools;

mod emulator;

/// How many more file descriptors than at the start may stay open at the end.
const FILES_TOLERANCE: u64 = 2;
/// How many more bytes than at the start may stay resident at the end: what the allocator keeps of the peak.
const MEMORY_TOLERANCE: u64 = 32 << 20;
/// How long a client may take for the calls under way at the end, and the emulator to close its connections.
const GRACE: Duration = Duration::from_secs(90);
/// How many connections with a half-sent request are open at a time.
const HALF_SENT: usize = 20;

/// How a soak runs.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// The duration in seconds.
    pub seconds: u32,
    /// The connections of all clients together.
    pub connections: u32,
    /// The seed of the faults.
    pub seed: u64,
}

/// What the calls of a client became.
#[derive(Deserialize)]
struct Tally {
    right: u64,
    errors: BTreeMap<String, u64>,
    wrong: Vec<String>,
}

/// Runs a soak and prints its figures. Returns whether the emulator and every client behaved.
///
/// # Errors
///
/// If a program cannot be built or started. [`Missing`] where there is no `/proc`.
pub fn run(root: &Path, options: Options) -> Result<bool> {
    if !Path::new("/proc/self/fd").is_dir() {
        return Err(Missing("a soak needs /proc, which only Linux has".to_owned()).into());
    }
    let commands = build(root)?;
    let mut emulator = Emulator::start(root)?;
    let before = emulator.usage()?;
    let workers = (options.connections / u32::try_from(commands.len())?).max(1);
    println!("seed {}, {} s", options.seed, options.seconds);
    let clients: Vec<_> = commands
        .into_iter()
        .map(|(name, command)| start_client(name, command, workers, options, &emulator))
        .collect::<Result<_>>()?;
    let (faults, peak) = disturb(&mut emulator, options)?;
    emulator.control("DELETE", "faults", None)?;

    let mut findings = Vec::new();
    println!(
        "\n{:14} {:>7} {:>8} {:>8} {:>6}  errors",
        "client", "workers", "right", "errors", "wrong"
    );
    for client in clients {
        findings.extend(client.finish(workers)?);
    }
    emulator.control("DELETE", "requests", None)?;
    let after = emulator.settled(before)?;
    println!(
        "\n{:14} {:>8} {:>8} {:>8}",
        "emulator", "start", "peak", "end"
    );
    let row = |name, of: fn(&Usage) -> u64| {
        println!(
            "{name:14} {:>8} {:>8} {:>8}",
            of(&before),
            of(&peak),
            of(&after)
        );
    };
    row("files", |usage| usage.files);
    row("memory (KiB)", |usage| usage.memory >> 10);
    println!("{:14} {faults:>8}", "faults");
    if after.files > before.files + FILES_TOLERANCE {
        findings.push(format!("{} file descriptors stay open", after.files));
    }
    if after.memory > before.memory + MEMORY_TOLERANCE {
        findings.push("the emulator keeps memory".to_owned());
    }
    findings.extend(emulator.stop()?);
    for finding in &findings {
        println!("FAILED  {finding}");
    }
    Ok(findings.is_empty())
}

/// Builds a client program. Its arguments are the number of workers and of seconds, after those of the command.
type Build = fn(&Path) -> Result<Command>;

/// The client programs, by language.
const CLIENTS: &[(&str, Build)] = &[
    ("Rust", rust),
    ("Python (sync)", |root| python(root, "sync")),
    ("Python (async)", |root| python(root, "async")),
    ("TypeScript", typescript),
    ("Go", go),
    ("Java", java),
];

/// Builds the emulator and the clients. Returns a command for each client.
fn build(root: &Path) -> Result<Vec<(&'static str, Command)>> {
    cargo(
        root,
        &["build", "--workspace", "--all-features", "--locked"],
    )
    .args(&["--bin", "hwtasks-emulator", "--example", "soak"])
    .check()?;
    CLIENTS
        .iter()
        .map(|(name, build)| Ok((*name, build(root)?)))
        .collect()
}

/// The Rust client, which is built with the emulator.
fn rust(root: &Path) -> Result<Command> {
    Ok(Command::new(
        tools::target(root).join("debug/examples/soak"),
    ))
}

fn python(root: &Path, half: &str) -> Result<Command> {
    let python = tools::python_commands(root, "bindings/python/requirements/dev.txt")?;
    let mut command = Command::new(python.join("python"));
    command
        .current_dir(root.join("bindings/python"))
        .env("PYTHONPATH", "src")
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .args(["tests/soak.py", half]);
    Ok(command)
}

fn typescript(root: &Path) -> Result<Command> {
    tools::need_node()?;
    let folder = root.join("bindings/typescript");
    if !folder.join("node_modules").is_dir() {
        run_in(
            &folder,
            "npm",
            &["ci", "--silent", "--no-audit", "--no-fund"],
        )
        .check()?;
    }
    run_in(&folder, "npm", &["run", "--silent", "build"]).check()?;
    let mut command = Command::new("node");
    command.current_dir(&folder).arg("scripts/soak.mjs");
    Ok(command)
}

fn go(root: &Path) -> Result<Command> {
    tools::need_go()?;
    let program = tools::target(root).join("go/soak");
    run_in(
        &root.join("bindings/go"),
        "go",
        &["build", "-buildvcs=false", "-o"],
    )
    .arg(&program)
    .args(&["./internal/soak"])
    .check()?;
    Ok(Command::new(program))
}

fn java(root: &Path) -> Result<Command> {
    tools::need_java()?;
    let folder = root.join("bindings/java");
    let goals = ["--batch-mode", "--quiet", "test-compile"];
    run_in(&folder, "mvn", &goals)
        .args(&[
            "dependency:copy-dependencies",
            "-DoutputDirectory=target/soak",
        ])
        .check()?;
    let mut command = Command::new("java");
    command.current_dir(&folder).args([
        "--class-path",
        "target/classes:target/test-classes:target/soak/*",
        "io.github.hwtasks.soak.Soak",
    ]);
    Ok(command)
}

/// A client program that runs.
struct Client {
    name: &'static str,
    process: Child,
}

fn start_client(
    name: &'static str,
    mut command: Command,
    workers: u32,
    options: Options,
    emulator: &Emulator,
) -> Result<Client> {
    command
        .args([workers.to_string(), options.seconds.to_string()])
        .envs(&emulator.exports)
        .stdin(Stdio::null())
        .stdout(Stdio::piped());
    let process = command.spawn();
    let process = process.with_context(|| format!("cannot start the client {name}"))?;
    Ok(Client { name, process })
}

impl Client {
    /// Waits for the client and prints its tally. Returns what is wrong.
    fn finish(mut self, workers: u32) -> Result<Vec<String>> {
        let name = self.name;
        let deadline = Instant::now() + GRACE;
        while self.process.try_wait()?.is_none() {
            if Instant::now() > deadline {
                self.process.kill()?;
                self.process.wait()?;
                return Ok(vec![format!("{name} hangs")]);
            }
            thread::sleep(Duration::from_millis(100));
        }
        let output = self.process.wait_with_output()?;
        if !output.status.success() {
            return Ok(vec![format!("{name} ended with {}", output.status)]);
        }
        let tally: Tally = serde_json::from_slice(&output.stdout)
            .with_context(|| format!("{name} printed no tally"))?;
        let errors: u64 = tally.errors.values().sum();
        let kinds = tally.errors.iter().map(|(kind, n)| format!("{kind} {n}"));
        println!(
            "{name:14} {workers:>7} {:>8} {errors:>8} {:>6}  {}",
            tally.right,
            tally.wrong.len(),
            kinds.collect::<Vec<_>>().join(", ")
        );
        let mut findings: Vec<_> = tally
            .wrong
            .iter()
            .take(5)
            .map(|w| format!("{name}: {w}"))
            .collect();
        if tally.right == 0 {
            findings.push(format!("{name}: no call succeeded"));
        }
        Ok(findings)
    }
}

/// Switches faults at random and holds half-sent requests until the time is over. Returns the number of faults, and the
/// peak usage.
fn disturb(emulator: &mut Emulator, options: Options) -> Result<(u64, Usage)> {
    let end = Instant::now() + Duration::from_secs(options.seconds.into());
    let mut random = Random(options.seed);
    let mut half_sent = Vec::new();
    let (mut faults, mut peak) = (0, Usage::default());
    while Instant::now() < end {
        for _ in 0..8 {
            emulator.control("POST", "faults", Some(&fault(&mut random)))?;
            faults += 1;
        }
        if random.below(10) == 0 {
            emulator.control("DELETE", "faults", None)?;
        }
        let quirks = json!({
            "numeric_count": random.below(2) == 0,
            "numeric_capacities": random.below(2) == 0,
            "null_details": random.below(2) == 0,
        });
        emulator.control("PUT", "quirks", Some(&quirks))?;
        let mut stream = TcpStream::connect(emulator.address()?)?;
        let sent = [
            "",
            "GET / HT",
            "POST /_emulator/seed HTTP/1.1\r\nContent-Length: 9\r\n\r\n{",
        ];
        stream.write_all(sent[random.below(3)].as_bytes())?;
        half_sent.push(stream);
        if half_sent.len() > HALF_SENT {
            half_sent.swap_remove(random.below(HALF_SENT));
        }
        peak = peak.max(emulator.usage()?);
        thread::sleep(Duration::from_millis(50 + random.below(100) as u64));
    }
    Ok((faults, peak))
}

/// A fault for a few of the next requests. None is a 401: after it a client sends no request for five minutes.
fn fault(random: &mut Random) -> Value {
    let statuses = [400, 403, 404, 429, 500, 502, 503, 504];
    let mut fault = match random.below(16) {
        0..=3 => json!({"kind": "status", "status": statuses[random.below(statuses.len())]}),
        4 => json!({"kind": "status", "status": 429, "retry_after": "1"}),
        5 => json!({"kind": "delay", "millis": random.below(1500)}),
        6 => json!({"kind": "slow_body", "chunk": 64, "millis": random.below(20)}),
        7 => json!({"kind": "reset_before_response"}),
        8 => json!({"kind": "reset_mid_body"}),
        9 => json!({"kind": "truncated_json"}),
        10 => json!({"kind": "html_bad_gateway"}),
        11 => json!({"kind": "empty_ok"}),
        12 => json!({"kind": "wrong_content_type"}),
        13 => json!({"kind": "redirect"}),
        14 => json!({"kind": "bad_utf8"}),
        // Both are larger than what a client reads, 16 MiB.
        _ => match random.below(3) {
            0 => json!({"kind": "gigantic_body", "bytes": 17 << 20}),
            1 => json!({"kind": "gzip_bomb", "bytes": 64 << 20}),
            _ => json!({"kind": "skewed_date", "seconds": 7200}),
        },
    };
    let is_heavy = matches!(fault["kind"].as_str(), Some("gigantic_body" | "gzip_bomb"));
    fault["count"] = json!(1 + if is_heavy { 0 } else { random.below(6) });
    fault
}

/// A seeded generator (SplitMix64).
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) >> 33).unwrap_or_default() % bound
    }
}

//! The emulator of a soak, as a process that is watched.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};

use super::{FILES_TOLERANCE, GRACE};
use crate::emulator;
use crate::run::run_in;
use crate::tools;

/// What a process uses.
#[derive(Clone, Copy, Default)]
pub(super) struct Usage {
    pub(super) files: u64,
    /// Resident bytes.
    pub(super) memory: u64,
}

impl Usage {
    pub(super) fn max(self, other: Self) -> Self {
        Self {
            files: self.files.max(other.files),
            memory: self.memory.max(other.memory),
        }
    }
}

/// A running emulator. Dropping it stops it.
pub(super) struct Emulator {
    process: Child,
    /// The variables it printed.
    pub(super) exports: BTreeMap<String, String>,
    /// Its log, line by line.
    log: mpsc::Receiver<String>,
    /// Holds the data file.
    _folder: tempfile::TempDir,
}

impl Emulator {
    pub(super) fn start(root: &Path) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let data = folder.path().join("data.json");
        let tasks: Vec<_> = (0..25)
            .map(|i| {
                let second = format!("2026-01-01T00:00:{i:02}Z");
                json!({"id": format!("t{i:02}"), "status": "SUCCESS", "created_at": second})
            })
            .collect();
        let instances = json!([{"instance_id": "soak", "tasks": tasks}]);
        fs::write(
            &data,
            json!({"dcs": instances, "kafka": instances}).to_string(),
        )?;
        let mut process = Command::new(tools::target(root).join("debug/hwtasks-emulator"))
            .args(emulator::LISTEN)
            .arg("--data")
            .arg(&data)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .context("cannot start the emulator")?;
        let output = process.stdout.take().context("it has no output")?;
        let errors = process.stderr.take().context("it has no log")?;
        let (send, log) = mpsc::channel();
        thread::spawn(move || {
            for line in BufReader::new(errors).lines().map_while(Result::ok) {
                if send.send(line).is_err() {
                    break;
                }
            }
        });
        let exports = emulator::variables(&mut BufReader::new(output))?;
        let emulator = Self {
            process,
            exports,
            log,
            _folder: folder,
        };
        emulator.control("GET", "health", None)?;
        Ok(emulator)
    }

    pub(super) fn address(&self) -> Result<&str> {
        let endpoint = self.exports.get("HWTASKS_KAFKA_ENDPOINT");
        let endpoint = endpoint.and_then(|url| url.strip_prefix("http://"));
        endpoint.context("the emulator printed no endpoint")
    }

    /// Makes a call of the control API.
    pub(super) fn control(&self, method: &str, path: &str, body: Option<&Value>) -> Result<()> {
        let body = body.map(Value::to_string).unwrap_or_default();
        let mut stream = TcpStream::connect(self.address()?)?;
        stream.set_read_timeout(Some(GRACE))?;
        write!(
            stream,
            "{method} /_emulator/{path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        )?;
        let mut response = String::new();
        stream.read_to_string(&mut response)?;
        let status = response.get(9..12).unwrap_or_default();
        ensure!(status.starts_with('2'), "{method} {path}: {response}");
        Ok(())
    }

    pub(super) fn usage(&mut self) -> Result<Usage> {
        if let Some(status) = self.process.try_wait()? {
            let log: Vec<_> = self.log.try_iter().collect();
            bail!("the emulator ended with {status}: {}", log.join("\n"));
        }
        let folder = PathBuf::from(format!("/proc/{}", self.process.id()));
        let status = fs::read_to_string(folder.join("status"))?;
        let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kibibytes: u64 = resident
            .and_then(|value| value.trim().strip_suffix(" kB")?.trim().parse().ok())
            .context("there is no VmRSS")?;
        Ok(Usage {
            files: fs::read_dir(folder.join("fd"))?.count() as u64,
            memory: kibibytes << 10,
        })
    }

    /// The usage once the connections of the ended clients are closed.
    pub(super) fn settled(&mut self, before: Usage) -> Result<Usage> {
        let deadline = Instant::now() + GRACE;
        loop {
            let usage = self.usage()?;
            let is_settled = usage.files <= before.files + FILES_TOLERANCE;
            if is_settled || Instant::now() > deadline {
                return Ok(usage);
            }
            thread::sleep(Duration::from_millis(100));
        }
    }

    /// Stops the emulator. Returns what is wrong: panics, and an end other than by the signal.
    pub(super) fn stop(mut self) -> Result<Vec<String>> {
        let id = self.process.id().to_string();
        run_in(Path::new("."), "kill", &["-TERM", &id]).check()?;
        let status = self.process.wait()?;
        let mut findings: Vec<_> = self
            .log
            .iter()
            .filter(|line| line.contains("panicked") || line.contains("ERROR"))
            .collect();
        if !status.success() {
            findings.push(format!("the emulator ended with {status}"));
        }
        Ok(findings)
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        // An error means that the process has already ended.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

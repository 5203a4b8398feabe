//! Fuzzing the emulator from the committed documents, with schemathesis.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdout, Stdio};

use anyhow::{Context, Result, bail};

use crate::run::run_in;
use crate::tools;

/// Each document, and the variable with the endpoint of its service.
const SERVICES: [(&str, &str); 2] = [
    ("spec/dcs.json", "HWTASKS_DCS_ENDPOINT"),
    ("spec/kafka.json", "HWTASKS_KAFKA_ENDPOINT"),
];

/// Sends the emulator valid and invalid requests derived from the documents, with every check of schemathesis.
///
/// The version of schemathesis is pinned. Its configuration explains each exception.
pub(super) fn run(root: &Path) -> Result<()> {
    let python = tools::python_commands(root, "xtask/tools/schemathesis-requirements.txt")?;
    let emulator = Emulator::start(root)?;
    for (document, variable) in SERVICES {
        run_in(root, python.join("schemathesis"), &[])
            .args(&[
                "--config-file",
                "xtask/tools/schemathesis.toml",
                "run",
                document,
            ])
            .args(&["--no-color", "--url", emulator.exported(variable)?])
            .env("HWTASKS_TOKEN", emulator.exported("HWTASKS_TOKEN")?)
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .env("HYPOTHESIS_STORAGE_DIRECTORY", "target/tools/hypothesis")
            .check()?;
    }
    Ok(())
}

/// A running emulator and the variables it printed. Dropping it stops the emulator.
struct Emulator {
    process: Child,
    exports: BTreeMap<String, String>,
    /// Kept open so that the emulator never writes to a closed pipe.
    output: BufReader<ChildStdout>,
}

impl Emulator {
    fn start(root: &Path) -> Result<Self> {
        let listen = [
            "--dcs-listen",
            "127.0.0.1:0",
            "--kafka-listen",
            "127.0.0.1:0",
        ];
        let run = run_in(root, tools::emulator(root)?, &listen);
        let mut process = run
            .into_command()
            .stdout(Stdio::piped())
            .spawn()
            .context("cannot start the emulator")?;
        let output = process
            .stdout
            .take()
            .context("the emulator has no output")?;
        let mut emulator = Self {
            process,
            exports: BTreeMap::new(),
            output: BufReader::new(output),
        };
        let mut line = String::new();
        while !line.starts_with("# curl ") {
            line.clear();
            let read = emulator.output.read_line(&mut line);
            if read.context("cannot read the output of the emulator")? == 0 {
                bail!("the emulator ended before it printed its endpoints");
            }
            let export = line.trim_end().strip_prefix("export ");
            if let Some((name, value)) = export.and_then(|export| export.split_once('=')) {
                emulator.exports.insert(name.to_owned(), value.to_owned());
            }
        }
        Ok(emulator)
    }

    fn exported(&self, name: &str) -> Result<&str> {
        let value = self.exports.get(name).map(String::as_str);
        value.with_context(|| format!("the emulator did not print {name}"))
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        // An error means that the process has already ended.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

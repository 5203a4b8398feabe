//! The emulator as a process, which examples and checks run against.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::run::Run;
use crate::tools;

/// Free ports of this machine.
pub(crate) const LISTEN: [&str; 2] = ["--dcs-listen=localhost:0", "--kafka-listen=localhost:0"];

/// A running emulator and the variables that it printed. Dropping it stops it.
pub(crate) struct Emulator {
    process: Child,
    variables: BTreeMap<String, String>,
    /// Kept open so that the emulator never writes to a closed pipe.
    output: BufReader<ChildStdout>,
}

impl Emulator {
    /// Builds and starts the emulator of the workspace.
    pub(crate) fn start(root: &Path) -> Result<Self> {
        Self::start_program(&tools::emulator(root)?, &[])
    }

    /// Starts a program that is an emulator, with these arguments before its own.
    pub(crate) fn start_program(program: &Path, args: &[&str]) -> Result<Self> {
        let mut process = Command::new(program)
            .args(args)
            .args(LISTEN)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("cannot start {}", program.display()))?;
        let output = process.stdout.take();
        let output = output.context("the emulator has no output")?;
        let mut emulator = Self {
            process,
            variables: BTreeMap::new(),
            output: BufReader::new(output),
        };
        emulator.variables = variables(&mut emulator.output)?;
        Ok(emulator)
    }

    /// The value of a variable that it printed.
    pub(crate) fn variable(&self, name: &str) -> Result<&str> {
        let value = self.variables.get(name).map(String::as_str);
        value.with_context(|| format!("the emulator did not print {name}"))
    }

    /// Sets the variables that it printed.
    pub(crate) fn in_environment(&self, run: Run) -> Run {
        self.variables
            .iter()
            .fold(run, |run, (name, value)| run.env(name, value))
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        // An error means that the process has already ended.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Reads the variables that an emulator prints when it has started.
pub(crate) fn variables(output: &mut impl BufRead) -> Result<BTreeMap<String, String>> {
    let mut variables = BTreeMap::new();
    for line in output.lines() {
        let line = line.context("cannot read the output of the emulator")?;
        let export = line.strip_prefix("export ").and_then(|e| e.split_once('='));
        if let Some((name, value)) = export {
            variables.insert(name.to_owned(), value.to_owned());
        }
        if line.starts_with("# curl ") {
            return Ok(variables);
        }
    }
    bail!("the emulator ended before it printed its endpoints")
}

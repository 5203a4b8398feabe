//! Runs commands, printing each before it runs.

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

/// A command that is printed before it runs.
pub struct Run {
    program: OsString,
    command: Command,
}

/// The error of a step or target whose tool is not installed. The message names the tool.
///
/// Such a step is skipped; with `CI=true` it fails.
#[derive(Debug)]
pub struct Missing(pub String);

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Missing {}

/// Returns whether a missing tool is a failure: `CI=true`.
pub fn is_strict() -> bool {
    std::env::var_os("CI").is_some_and(|ci| ci == "true")
}

/// Creates a cargo command that runs at the root of the repository.
pub fn cargo(root: &Path, args: &[&str]) -> Run {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    run_in(root, cargo, args)
}

/// Creates a command that runs in a folder.
pub fn run_in(folder: &Path, program: impl Into<OsString>, args: &[&str]) -> Run {
    let program = program.into();
    let mut command = Command::new(&program);
    command.current_dir(folder);
    Run { program, command }.args(args)
}

impl Run {
    /// Adds arguments.
    #[must_use]
    pub fn args(mut self, args: &[&str]) -> Self {
        self.command.args(args);
        self
    }

    /// Adds an argument, which may be a path.
    #[must_use]
    pub fn arg(mut self, arg: impl AsRef<OsStr>) -> Self {
        self.command.arg(arg);
        self
    }

    /// Sets an environment variable.
    #[must_use]
    pub fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// Runs the command silently. Returns whether it succeeded.
    pub fn succeeds(mut self) -> bool {
        self.command.stdout(Stdio::null()).stderr(Stdio::null());
        self.command.status().is_ok_and(|status| status.success())
    }

    /// Prints and runs the command.
    ///
    /// # Errors
    ///
    /// If it cannot be started or fails.
    pub fn check(mut self) -> Result<()> {
        println!("$ {}", self.shown());
        let status = self.command.status();
        let status = status.with_context(|| format!("cannot run {}", self.program.display()))?;
        if !status.success() {
            bail!("{}: {status}", self.shown());
        }
        Ok(())
    }

    /// Prints and runs the command. Prints its output only if it fails.
    ///
    /// # Errors
    ///
    /// If it cannot be started or fails.
    pub fn check_quietly(mut self) -> Result<()> {
        println!("$ {}", self.shown());
        let output = self.command.output();
        let output = output.with_context(|| format!("cannot run {}", self.program.display()))?;
        if !output.status.success() {
            print!("{}", String::from_utf8_lossy(&output.stdout));
            eprint!("{}", String::from_utf8_lossy(&output.stderr));
            bail!("{}: {}", self.shown(), output.status);
        }
        Ok(())
    }

    /// Prints and runs the command. Returns its standard output, even if it fails.
    ///
    /// # Errors
    ///
    /// If it cannot be started.
    pub fn output(mut self) -> Result<String> {
        println!("$ {}", self.shown());
        let output = self.command.output();
        let output = output.with_context(|| format!("cannot run {}", self.program.display()))?;
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// Prints the command and returns it, for callers that start it themselves.
    pub fn into_command(self) -> Command {
        println!("$ {}", self.shown());
        self.command
    }

    fn shown(&self) -> String {
        let args = self
            .command
            .get_args()
            .map(|arg| arg.to_string_lossy().into_owned());
        let program = PathBuf::from(&self.program);
        let name = program
            .file_name()
            .unwrap_or(&self.program)
            .to_string_lossy()
            .into_owned();
        std::iter::once(name)
            .chain(args)
            .collect::<Vec<_>>()
            .join(" ")
    }
}

//! A command that is printed before it runs.

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

/// What is not on this machine, so that something cannot be done here.
///
/// A step or target that fails with this was skipped; with `CI=true` that is a failure like any other.
#[derive(Debug)]
pub struct Missing(pub String);

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Missing {}

/// Whether what is missing here is a failure: `CI=true`.
pub fn is_strict() -> bool {
    std::env::var_os("CI").is_some_and(|ci| ci == "true")
}

/// A cargo command at the repository's root.
pub fn cargo(root: &Path, args: &[&str]) -> Run {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    run_in(root, cargo, args)
}

/// A command in a folder.
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

    /// Sets a variable.
    #[must_use]
    pub fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// Whether the command succeeds; it and what it prints are not shown.
    pub fn succeeds(mut self) -> bool {
        self.command.stdout(Stdio::null()).stderr(Stdio::null());
        self.command.status().is_ok_and(|status| status.success())
    }

    /// Runs the command to its end.
    ///
    /// # Errors
    ///
    /// When it cannot be started or does not succeed.
    pub fn check(mut self) -> Result<()> {
        println!("$ {}", self.shown());
        let status = self.command.status();
        let status = status.with_context(|| format!("cannot run {}", self.program.display()))?;
        if !status.success() {
            bail!("{}: {status}", self.shown());
        }
        Ok(())
    }

    /// Runs the command to its end; what it prints is shown only when it does not succeed.
    ///
    /// # Errors
    ///
    /// When it cannot be started or does not succeed.
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

    /// What the command prints to its standard output, whether it succeeds or fails.
    ///
    /// # Errors
    ///
    /// When it cannot be started.
    pub fn output(mut self) -> Result<String> {
        println!("$ {}", self.shown());
        let output = self.command.output();
        let output = output.with_context(|| format!("cannot run {}", self.program.display()))?;
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// The command itself, printed, to be started otherwise.
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

//! `cargo xtask ci`: everything a change must pass, step by step, with a summary.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use clap::ValueEnum;

use crate::{files, generate};

/// A step, in the order they run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Step {
    /// rustfmt finds nothing to change
    Fmt,
    /// clippy finds nothing to warn of
    Clippy,
    /// The generated files are what the types generate
    Drift,
    /// redocly and openapi-spec-validator accept the documents
    Lint,
    /// Every test
    Test,
    /// rustdoc finds nothing to warn of
    Doc,
    /// The licences and advisories of the dependencies are acceptable
    Deny,
}

/// How a step ended.
enum Outcome {
    Passed,
    Failed(String),
    Skipped(String),
}

/// Runs these steps, or all; `false` when one failed.
///
/// A step that cannot run here is skipped, loudly; with `CI=true` it fails.
///
/// # Errors
///
/// When a step cannot be started at all.
pub fn run(only: &[Step]) -> Result<bool> {
    let steps = if only.is_empty() {
        Step::value_variants()
    } else {
        only
    };
    let strict = std::env::var_os("CI").is_some_and(|ci| ci == "true");
    let mut rows = Vec::new();
    for step in steps {
        let name = step.name();
        println!("\n== {name}");
        let started = Instant::now();
        let outcome = match step.run() {
            Ok(outcome) => outcome,
            Err(error) => Outcome::Failed(format!("{error:#}")),
        };
        // cargo-deny is the one tool that need not be there, since no step can install it quickly.
        let outcome = match outcome {
            Outcome::Skipped(why) if strict && *step != Step::Deny => {
                Outcome::Failed(format!("cannot run here, and CI=true: {why}"))
            }
            outcome => outcome,
        };
        rows.push((name, outcome, started.elapsed()));
    }
    Ok(summary(&rows))
}

fn summary(rows: &[(String, Outcome, Duration)]) -> bool {
    println!("\n{:<8} {:<8} {:>8}", "step", "result", "seconds");
    for (name, outcome, took) in rows {
        let (result, why) = match outcome {
            Outcome::Passed => ("ok", ""),
            Outcome::Failed(why) => ("FAILED", why.as_str()),
            Outcome::Skipped(why) => ("SKIPPED", why.as_str()),
        };
        println!("{name:<8} {result:<8} {:>8.1}  {why}", took.as_secs_f64());
    }
    rows.iter()
        .all(|(_, outcome, _)| !matches!(outcome, Outcome::Failed(_)))
}

impl Step {
    fn name(self) -> String {
        self.to_possible_value()
            .map_or_else(String::new, |value| value.get_name().to_owned())
    }

    fn run(self) -> Result<Outcome> {
        match self {
            Self::Fmt => cargo(&["fmt", "--all", "--check"]).check(),
            Self::Clippy => clippy(),
            Self::Drift => Ok(match generate::run(&[], generate::Mode::Check)? {
                true => Outcome::Passed,
                false => Outcome::Failed(generate::mending_command(&[])),
            }),
            Self::Lint => lint(),
            Self::Test => cargo(&["test", "--workspace", "--all-features"])
                .env("INSTA_UPDATE", "no")
                .check(),
            Self::Doc => cargo(&["doc", "--workspace", "--all-features", "--no-deps"])
                .env("RUSTDOCFLAGS", "-D warnings")
                .check(),
            Self::Deny => deny(),
        }
    }
}

/// Every feature, and the library crates with none.
fn clippy() -> Result<Outcome> {
    let all = [
        "clippy",
        "--workspace",
        "--all-targets",
        "--all-features",
        "--",
        "-D",
        "warnings",
    ];
    match cargo(&all).check()? {
        Outcome::Passed => {}
        failed => return Ok(failed),
    }
    let bare = ["clippy", "--package", "hwtasks-api", "--package", "hwtasks"];
    cargo(&bare)
        .args(&["--no-default-features", "--", "-D", "warnings"])
        .check()
}

fn deny() -> Result<Outcome> {
    if !cargo(&["deny", "--version"]).quiet().succeeds() {
        return Ok(Outcome::Skipped("cargo-deny is not installed".to_owned()));
    }
    cargo(&["deny", "--all-features", "check"]).check()
}

/// Lints the documents with tools of pinned versions, installed below target/.
fn lint() -> Result<Outcome> {
    let root = files::root();
    for tool in ["npm", "python3"] {
        if !run_in(&root, tool, &["--version"]).quiet().succeeds() {
            return Ok(Outcome::Skipped(format!("{tool} is not installed")));
        }
    }
    let tools = root.join("xtask/tools");
    let node = root.join("target/tools/node");
    std::fs::create_dir_all(&node).context("cannot create target/tools/node")?;
    for file in ["package.json", "package-lock.json"] {
        std::fs::copy(tools.join(file), node.join(file))
            .with_context(|| format!("cannot copy xtask/tools/{file}"))?;
    }
    let python = root.join("target/tools/python");
    let pip = python.join("bin/pip");
    let requirements = tools.join("requirements.txt");
    let install = [
        run_in(&node, "npm", &["ci", "--silent", "--no-audit", "--no-fund"]),
        run_in(&root, "python3", &["-m", "venv"]).arg(&python),
        run_in(
            &root,
            pip,
            &[
                "install",
                "--quiet",
                "--disable-pip-version-check",
                "--requirement",
            ],
        )
        .arg(&requirements),
    ];
    for command in install {
        if let failed @ Outcome::Failed(_) = command.check()? {
            return Ok(failed);
        }
    }
    let redocly = run_in(&root, node.join("node_modules/.bin/redocly"), &["lint"])
        .args(&["--max-problems", "1000"])
        .args(&["spec/openapi.yaml", "spec/dcs.json", "spec/kafka.json"])
        .env("REDOCLY_TELEMETRY", "off")
        .env("REDOCLY_SUPPRESS_UPDATE_NOTICE", "true");
    let printed = redocly.output()?;
    if printed.to_lowercase().contains("warning was generated") {
        return Ok(Outcome::Failed("redocly warns".to_owned()));
    }
    let mut validator = run_in(&root, python.join("bin/openapi-spec-validator"), &[]);
    for folder in ["spec", "spec/3.0"] {
        for entry in std::fs::read_dir(root.join(folder)).context("cannot list spec/")? {
            let path = entry.context("cannot list spec/")?.path();
            if path
                .extension()
                .is_some_and(|kind| kind == "json" || kind == "yaml")
            {
                validator = validator.arg(&path);
            }
        }
    }
    validator.check()
}

/// A command that is printed before it runs.
struct Run {
    program: OsString,
    command: Command,
}

fn cargo(args: &[&str]) -> Run {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    run_in(&files::root(), cargo, args)
}

fn run_in(folder: &std::path::Path, program: impl Into<OsString>, args: &[&str]) -> Run {
    let program = program.into();
    let mut command = Command::new(&program);
    command.current_dir(folder);
    Run { program, command }.args(args)
}

impl Run {
    fn args(mut self, args: &[&str]) -> Self {
        self.command.args(args);
        self
    }

    fn arg(mut self, arg: &PathBuf) -> Self {
        self.command.arg(arg);
        self
    }

    fn env(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    fn quiet(mut self) -> Self {
        self.command
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null());
        self
    }

    fn succeeds(mut self) -> bool {
        self.command.status().is_ok_and(|status| status.success())
    }

    fn check(mut self) -> Result<Outcome> {
        println!("$ {}", self.shown());
        let status = self.command.status();
        let status = status.with_context(|| format!("cannot run {}", self.program.display()))?;
        Ok(match status.success() {
            true => Outcome::Passed,
            false => Outcome::Failed(format!("{}: {status}", self.shown())),
        })
    }

    /// What the command prints, shown too; an error when it fails.
    fn output(mut self) -> Result<String> {
        println!("$ {}", self.shown());
        let output = self.command.output();
        let output = output.with_context(|| format!("cannot run {}", self.program.display()))?;
        let printed = [output.stdout, output.stderr]
            .map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        let printed = printed.concat();
        print!("{printed}");
        if !output.status.success() {
            bail!("{}: {}", self.shown(), output.status);
        }
        Ok(printed)
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

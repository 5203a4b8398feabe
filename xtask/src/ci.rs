//! `cargo xtask ci`: everything a change must pass, step by step, with a summary.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use clap::ValueEnum;
use serde_json::Value;

use crate::generate;

mod fuzz;

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
    /// schemathesis finds nothing wrong with the emulator
    Fuzz,
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
pub fn run(root: &Path, only: &[Step]) -> Result<bool> {
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
        let outcome = match step.run(root) {
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

    fn run(self, root: &Path) -> Result<Outcome> {
        let workspace = ["--workspace", "--all-features", "--locked"];
        match self {
            Self::Fmt => cargo(root, &["fmt", "--all", "--check"]).check(),
            Self::Clippy => clippy(root),
            Self::Drift => Ok(match generate::run(root, &[], generate::Mode::Check)? {
                true => Outcome::Passed,
                false => Outcome::Failed(generate::mending_command(&[])),
            }),
            Self::Lint => lint(root),
            Self::Test => cargo(root, &["test"])
                .args(&workspace)
                .env("INSTA_UPDATE", "no")
                .check(),
            Self::Fuzz => fuzz::run(root),
            Self::Doc => cargo(root, &["doc", "--no-deps"])
                .args(&workspace)
                .env("RUSTDOCFLAGS", "-D warnings")
                .check(),
            Self::Deny => deny(root),
        }
    }
}

/// Every feature, and the library crates with none.
fn clippy(root: &Path) -> Result<Outcome> {
    let all = [
        "clippy",
        "--workspace",
        "--all-targets",
        "--all-features",
        "--locked",
    ];
    match cargo(root, &all).args(&["--", "-D", "warnings"]).check()? {
        Outcome::Passed => {}
        failed => return Ok(failed),
    }
    let bare = [
        "clippy",
        "--package",
        "hwtasks-api",
        "--package",
        "hwtasks",
        "--locked",
    ];
    cargo(root, &bare)
        .args(&["--no-default-features", "--", "-D", "warnings"])
        .check()
}

fn deny(root: &Path) -> Result<Outcome> {
    if !cargo(root, &["deny", "--version"]).quiet().succeeds() {
        return Ok(Outcome::Skipped("cargo-deny is not installed".to_owned()));
    }
    let check = ["deny", "--all-features", "--locked", "check"];
    let offline = ["bans", "licenses", "sources"];
    if let failed @ Outcome::Failed(_) = cargo(root, &check).args(&offline).check()? {
        return Ok(failed);
    }
    if !cargo(root, &["deny", "fetch", "db"]).quiet().succeeds() {
        return Ok(Outcome::Skipped(
            "all but the advisories pass; their database cannot be fetched here".to_owned(),
        ));
    }
    cargo(root, &check).args(&["advisories"]).check()
}

/// Lints the documents with tools of pinned versions, installed below target/.
fn lint(root: &Path) -> Result<Outcome> {
    // What the pinned tools demand of their interpreters.
    let node = "const [a, b] = process.versions.node.split('.').map(Number); \
                process.exit(a == 20 && b >= 19 || a == 22 && b >= 12 || a > 22 ? 0 : 1)";
    let python = "import sys, venv; sys.exit(sys.version_info < (3, 11))";
    for (program, flag, test, wanted) in [
        ("node", "-e", node, "Node.js 20.19, 22.12 or newer"),
        ("python3", "-c", python, "Python 3.11 or newer with venv"),
    ] {
        if !run_in(root, program, &[flag, test]).quiet().succeeds() {
            return Ok(Outcome::Skipped(format!("{wanted} is not installed")));
        }
    }
    let tools = root.join("xtask/tools");
    let node = root.join("target/tools/node");
    fs::create_dir_all(&node).context("cannot create target/tools/node")?;
    for file in ["package.json", "package-lock.json"] {
        fs::copy(tools.join(file), node.join(file))
            .with_context(|| format!("cannot copy xtask/tools/{file}"))?;
    }
    let python = root.join("target/tools/python");
    let pip = python.join("bin/pip");
    let install = [
        run_in(&node, "npm", &["ci", "--silent", "--no-audit", "--no-fund"]),
        run_in(root, "python3", &["-m", "venv"]).arg(&python),
        run_in(
            root,
            pip,
            &[
                "install",
                "--quiet",
                "--disable-pip-version-check",
                "--requirement",
            ],
        )
        .arg(&tools.join("requirements.txt")),
    ];
    for command in install {
        if let failed @ Outcome::Failed(_) = command.check()? {
            return Ok(failed);
        }
    }
    let problems = run_in(
        root,
        node.join("node_modules/.bin/redocly"),
        &["lint", "--format=json"],
    )
    .args(&["spec/openapi.yaml", "spec/dcs.json", "spec/kafka.json"])
    .env("REDOCLY_TELEMETRY", "off")
    .env("REDOCLY_SUPPRESS_UPDATE_NOTICE", "true")
    .output()?;
    if let Some(why) = redocly_problems(&problems)? {
        return Ok(Outcome::Failed(why));
    }
    let mut validator = run_in(root, python.join("bin/openapi-spec-validator"), &[]);
    for folder in ["spec", "spec/3.0"] {
        for entry in fs::read_dir(root.join(folder)).context("cannot list spec/")? {
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

/// Why redocly's reports, one a document, are not clean: a warning counts as much as an error.
fn redocly_problems(reports: &str) -> Result<Option<String>> {
    let reports: Vec<Value> = serde_json::Deserializer::from_str(reports)
        .into_iter()
        .collect::<Result<_, _>>()
        .context("redocly's reports are not JSON")?;
    ensure!(!reports.is_empty(), "redocly reported nothing");
    for report in reports {
        let count = |what: &str| {
            report["totals"][what]
                .as_u64()
                .with_context(|| format!("redocly counts no {what}"))
        };
        let (errors, warnings) = (count("errors")?, count("warnings")?);
        if errors + warnings > 0 {
            return Ok(Some(format!(
                "redocly: {errors} errors, {warnings} warnings\n{report:#}"
            )));
        }
    }
    Ok(None)
}

/// A command that is printed before it runs.
struct Run {
    program: OsString,
    command: Command,
}

fn cargo(root: &Path, args: &[&str]) -> Run {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    run_in(root, cargo, args)
}

fn run_in(folder: &Path, program: impl Into<OsString>, args: &[&str]) -> Run {
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

    /// What the command prints to its standard output, whether it succeeds or fails.
    fn output(mut self) -> Result<String> {
        println!("$ {}", self.shown());
        let output = self.command.output();
        let output = output.with_context(|| format!("cannot run {}", self.program.display()))?;
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
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

#[cfg(test)]
mod tests {
    use super::*;

    fn row(outcome: Outcome) -> (String, Outcome, Duration) {
        ("step".to_owned(), outcome, Duration::from_secs(1))
    }

    #[test]
    fn one_failed_step_is_a_failure_and_a_skipped_one_is_not() {
        let passed = || row(Outcome::Passed);
        let skipped = || row(Outcome::Skipped("not installed".to_owned()));
        let failed = || row(Outcome::Failed("why".to_owned()));
        assert!(summary(&[passed(), skipped(), passed()]));
        assert!(!summary(&[passed(), failed(), passed()]));
    }

    #[test]
    fn a_warning_of_redocly_is_a_problem() {
        let report = |errors: u64, warnings: u64| {
            serde_json::json!({ "totals": { "errors": errors, "warnings": warnings } }).to_string()
        };
        assert_eq!(redocly_problems(&report(0, 0)).unwrap(), None);
        assert!(
            redocly_problems(&[report(0, 0), report(0, 1)].concat())
                .unwrap()
                .is_some()
        );
        assert!(redocly_problems("").is_err());
        assert!(redocly_problems(&report(0, 1)).unwrap().is_some());
        assert!(redocly_problems(&report(1, 0)).unwrap().is_some());
        assert!(redocly_problems("{}").is_err());
        assert!(redocly_problems("not JSON").is_err());
    }
}

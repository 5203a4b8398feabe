//! `cargo xtask ci`: runs every check of a change, step by step, and prints a summary.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use clap::ValueEnum;
use serde_json::Value;

use crate::run::{Missing, cargo, is_strict, run_in};
use crate::{generate, tools};

mod browser;
mod contract;
mod contrib;
mod differential;
mod fuzz;
mod go;
pub(crate) mod java;
mod python;
mod typescript;

/// A step. The steps run in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Step {
    /// Check the format of Rust with rustfmt
    Fmt,
    /// Lint Rust with clippy, without warnings
    Clippy,
    /// Check that the committed generated files are up to date
    Drift,
    /// Lint the documents with redocly, spectral, swagger-parser and openapi-spec-validator
    Lint,
    /// Lint the workflows with actionlint
    Workflows,
    /// Validate the Kubernetes Job, the alert rules and the scripts of the command line
    Contrib,
    /// Run every Rust test
    Test,
    /// Fuzz the emulator with schemathesis
    Fuzz,
    /// Lint, type-check, test and install the Python client
    Python,
    /// Build, lint, test and pack the TypeScript client
    Typescript,
    /// Test the TypeScript client in Chromium
    Browser,
    /// Format, lint and test the Go client
    Go,
    /// Format, compile, test and package the Java client
    Java,
    /// Compare what the clients of all languages make of generated texts
    Differential,
    /// Generate clients with other generators, and decode every example with them
    Contract,
    /// Build the Rust documentation, without warnings
    Doc,
    /// Check the licenses and advisories of the dependencies
    Deny,
}

/// How a step ended.
enum Outcome {
    Passed,
    Failed(String),
    Skipped(String),
}

/// Runs these steps, or all if there are none. Returns `false` if a step failed.
///
/// A step whose tools are missing is reported as SKIPPED. With `CI=true` it fails, unless no step can install its tools
/// (`Step::may_be_missing`).
///
/// # Errors
///
/// If a step cannot be started.
pub fn run(root: &Path, only: &[Step]) -> Result<bool> {
    let steps = if only.is_empty() {
        Step::value_variants()
    } else {
        only
    };
    let mut rows = Vec::new();
    for step in steps {
        let name = step.name();
        println!("\n== {name}");
        let started = Instant::now();
        let outcome = match step.run(root) {
            Ok(()) => Outcome::Passed,
            Err(error) => match error.downcast_ref::<Missing>() {
                Some(why) => step.missing(why, is_strict()),
                None => Outcome::Failed(format!("{error:#}")),
            },
        };
        rows.push((name, outcome, started.elapsed()));
    }
    Ok(summary(&rows))
}

fn summary(rows: &[(String, Outcome, Duration)]) -> bool {
    println!("\n{:<10} {:<8} {:>8}", "step", "result", "seconds");
    for (name, outcome, took) in rows {
        let (result, why) = match outcome {
            Outcome::Passed => ("ok", ""),
            Outcome::Failed(why) => ("FAILED", why.as_str()),
            Outcome::Skipped(why) => ("SKIPPED", why.as_str()),
        };
        println!("{name:<10} {result:<8} {:>8.1}  {why}", took.as_secs_f64());
    }
    rows.iter()
        .all(|(_, outcome, _)| !matches!(outcome, Outcome::Failed(_)))
}

impl Step {
    fn name(self) -> String {
        self.to_possible_value()
            .map_or_else(String::new, |value| value.get_name().to_owned())
    }

    /// Returns whether a missing tool skips the step even with `CI=true`, because no step can install that tool.
    fn may_be_missing(self) -> bool {
        matches!(self, Self::Fmt | Self::Clippy | Self::Deny)
    }

    /// Returns the outcome of a step whose tools are missing.
    fn missing(self, why: &Missing, strict: bool) -> Outcome {
        if strict && !self.may_be_missing() {
            return Outcome::Failed(format!("cannot run, which CI=true does not allow: {why}"));
        }
        Outcome::Skipped(why.to_string())
    }

    fn run(self, root: &Path) -> Result<()> {
        let workspace = ["--workspace", "--all-features", "--locked"];
        match self {
            Self::Fmt => {
                need_cargo(root, "fmt", "rustfmt")?;
                cargo(root, &["fmt", "--all", "--check"]).check()
            }
            Self::Clippy => {
                need_cargo(root, "clippy", "clippy")?;
                clippy(root)
            }
            Self::Drift => {
                let fresh = generate::run(root, &[], generate::Mode::Check)?;
                ensure!(fresh, "run `{}` to update", generate::update_command(&[]));
                generate::check_sensitivity(root)
            }
            Self::Lint => lint(root),
            Self::Workflows => workflows(root),
            Self::Contrib => contrib::run(root),
            Self::Test => {
                cargo(root, &["test"])
                    .args(&workspace)
                    .env("INSTA_UPDATE", "no")
                    .check()?;
                // TLS cannot be left out of the run above.
                cargo(root, &["test", "--package", "hwtasks", "--lib", "--locked"])
                    .args(&["--no-default-features"])
                    .check()
            }
            Self::Fuzz => fuzz::run(root),
            Self::Python => python::run(root),
            Self::Typescript => typescript::run(root),
            Self::Browser => browser::run(root),
            Self::Go => go::run(root),
            Self::Java => java::run(root),
            Self::Differential => differential::run(root),
            Self::Contract => contract::run(root),
            Self::Doc => cargo(root, &["doc", "--no-deps"])
                .args(&workspace)
                .env("RUSTDOCFLAGS", "-D warnings")
                .check(),
            Self::Deny => deny(root),
        }
    }
}

/// Checks that a cargo command is installed.
///
/// # Errors
///
/// [`Missing`] if it is not.
fn need_cargo(root: &Path, command: &str, name: &str) -> Result<()> {
    if !cargo(root, &[command, "--version"]).succeeds() {
        bail!(Missing(format!("{name} is not installed")));
    }
    Ok(())
}

/// Lints the workspace with all features, the library crates without features, and the fuzz targets.
fn clippy(root: &Path) -> Result<()> {
    let all = [
        "clippy",
        "--workspace",
        "--all-targets",
        "--all-features",
        "--locked",
    ];
    cargo(root, &all).args(&["--", "-D", "warnings"]).check()?;
    let bare = [
        "clippy",
        "--package",
        "hwtasks-api",
        "--package",
        "hwtasks",
        "--package",
        "hwtasks-cli",
        "--locked",
    ];
    cargo(root, &bare)
        .args(&["--no-default-features", "--", "-D", "warnings"])
        .check()?;
    // Not a member of the workspace, so the runs above do not include it.
    cargo(
        root,
        &["clippy", "--manifest-path", "tests/fuzz/Cargo.toml"],
    )
    .args(&["--target-dir", "target", "--locked", "--", "-D", "warnings"])
    .check()
}

fn deny(root: &Path) -> Result<()> {
    need_cargo(root, "deny", "cargo-deny")?;
    let check = ["deny", "--all-features", "--locked", "check"];
    let offline = ["bans", "licenses", "sources"];
    cargo(root, &check).args(&offline).check()?;
    if !cargo(root, &["deny", "fetch", "db"]).succeeds() {
        bail!(Missing(
            "all checks but the advisories pass; the advisory database cannot be fetched"
                .to_owned(),
        ));
    }
    cargo(root, &check).args(&["advisories"]).check()
}

/// Lints every published OpenAPI document with redocly, spectral, swagger-parser and openapi-spec-validator.
fn lint(root: &Path) -> Result<()> {
    let node = tools::node_commands(root, "xtask/tools")?;
    let python = tools::python_commands(root, "xtask/tools/requirements.txt")?;
    let documents = openapi_documents(root)?;
    let documents: Vec<_> = documents.iter().map(String::as_str).collect();

    let reports = run_in(root, node.join("redocly"), &["lint", "--format=json"])
        .args(&documents)
        .env("REDOCLY_TELEMETRY", "off")
        .env("REDOCLY_SUPPRESS_UPDATE_NOTICE", "true")
        .output()?;
    if let Some(why) = redocly_problems(&reports, documents.len())? {
        bail!(why);
    }
    let spectral = ["lint", "--fail-severity=hint", "--ruleset=spectral.yaml"];
    run_in(root, node.join("spectral"), &spectral)
        .args(&documents)
        .check()?;
    let modules = node.parent().context("node_modules has no parent")?;
    run_in(root, "node", &["xtask/tools/swagger-parser.cjs"])
        .args(&documents)
        .env("NODE_PATH", modules)
        .check()?;
    run_in(root, python.join("openapi-spec-validator"), &documents).check()
}

/// Lints every workflow with the actionlint that `go.mod` pins.
fn workflows(root: &Path) -> Result<()> {
    tools::need_go()?;
    let folder = root.join(".github/workflows");
    let mut lint = run_in(
        &root.join("xtask/tools/actionlint"),
        "go",
        &["tool", "actionlint"],
    );
    for entry in fs::read_dir(&folder).context("cannot list the workflows")? {
        lint = lint.arg(entry.context("cannot list the workflows")?.path());
    }
    lint.check()
}

/// Returns the paths of the published OpenAPI documents from the root, in YAML and JSON.
fn openapi_documents(root: &Path) -> Result<Vec<String>> {
    let mut documents = Vec::new();
    for folder in ["spec", "spec/3.0"] {
        for entry in fs::read_dir(root.join(folder)).context("cannot list spec/")? {
            let name = entry.context("cannot list spec/")?.file_name();
            let name = name.to_string_lossy();
            if name.ends_with(".json") || name.ends_with(".yaml") {
                documents.push(format!("{folder}/{name}"));
            }
        }
    }
    documents.sort();
    ensure!(!documents.is_empty(), "spec/ has no documents");
    Ok(documents)
}

/// Returns the first problem in redocly's reports, one for each document. A warning is a problem.
fn redocly_problems(reports: &str, documents: usize) -> Result<Option<String>> {
    let reports: Vec<Value> = serde_json::Deserializer::from_str(reports)
        .into_iter()
        .collect::<Result<_, _>>()
        .context("redocly's reports are not JSON")?;
    ensure!(
        reports.len() == documents,
        "redocly reported on {} of {documents} documents",
        reports.len()
    );
    for report in reports {
        let count = |what: &str| {
            report["totals"][what]
                .as_u64()
                .with_context(|| format!("redocly's report has no number of {what}"))
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

#[cfg(test)]
mod tests {
    use super::*;

    fn row(outcome: Outcome) -> (String, Outcome, Duration) {
        ("step".to_owned(), outcome, Duration::from_secs(1))
    }

    #[test]
    fn summary_of_failed_step_is_false_and_of_skipped_step_true() {
        let passed = || row(Outcome::Passed);
        let skipped = || row(Outcome::Skipped("not installed".to_owned()));
        let failed = || row(Outcome::Failed("why".to_owned()));
        assert!(summary(&[passed(), skipped(), passed()]));
        assert!(!summary(&[passed(), failed(), passed()]));
    }

    #[test]
    fn missing_rustfmt_clippy_or_deny_is_skipped_even_when_strict() {
        let missing = Missing("not installed".to_owned());
        for step in Step::value_variants() {
            let lenient = step.missing(&missing, false);
            assert!(matches!(lenient, Outcome::Skipped(_)), "{}", step.name());
            let is_skipped = matches!(step.missing(&missing, true), Outcome::Skipped(_));
            let expected = ["fmt", "clippy", "deny"].contains(&step.name().as_str());
            assert_eq!(is_skipped, expected, "{}", step.name());
        }
    }

    #[test]
    fn missing_cargo_command_is_named() {
        let error = need_cargo(Path::new("."), "no-such-command", "a tool").unwrap_err();
        assert_eq!(error.to_string(), "a tool is not installed");
        assert!(error.is::<Missing>());
    }

    #[test]
    fn redocly_warning_is_a_problem() {
        let report = |errors: u64, warnings: u64| {
            serde_json::json!({ "totals": { "errors": errors, "warnings": warnings } }).to_string()
        };
        assert_eq!(redocly_problems(&report(0, 0), 1).unwrap(), None);
        let second = [report(0, 0), report(0, 1)].concat();
        assert!(redocly_problems(&second, 2).unwrap().is_some());
        assert!(redocly_problems(&report(0, 1), 1).unwrap().is_some());
        assert!(redocly_problems(&report(1, 0), 1).unwrap().is_some());
    }

    #[test]
    fn redocly_report_that_is_incomplete_fails() {
        let report = serde_json::json!({ "totals": { "errors": 0, "warnings": 0 } }).to_string();
        assert!(redocly_problems("", 1).is_err());
        assert!(redocly_problems(&report, 2).is_err());
        assert!(redocly_problems("{}", 1).is_err());
        assert!(redocly_problems("not JSON", 1).is_err());
    }

    #[test]
    fn lint_covers_all_seven_documents() {
        let documents = openapi_documents(&crate::files::root()).unwrap();
        assert_eq!(
            documents,
            [
                "spec/3.0/dcs.json",
                "spec/3.0/kafka.json",
                "spec/3.0/openapi.json",
                "spec/dcs.json",
                "spec/kafka.json",
                "spec/openapi.json",
                "spec/openapi.yaml",
            ]
        );
    }
}

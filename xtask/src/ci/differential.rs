//! Compares what the clients of all languages make of the same generated texts.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use super::java;
use crate::run::run_in;
use crate::tools;

/// Seed of the inputs. Another one gives other inputs.
const SEED: &str = "20200617";
/// How many inputs are compared.
const COUNT: &str = "500";

/// Generates inputs, runs the program of each language on them, and compares the outcomes.
///
/// A language joins with a program that prints a line of JSON for each line of a file; see
/// `tests/src/differential.rs`.
pub(super) fn run(root: &Path) -> Result<()> {
    tools::need_node()?;
    tools::need_go()?;
    tools::need_java()?;
    let commands = tools::python_commands(root, "bindings/python/requirements/dev.txt")?;
    let folder = tempfile::tempdir().context("cannot create a temporary folder")?;
    let path = |name: &str| folder.path().join(name);
    let inputs = path("inputs");
    let differential = tools::program(root, "differential")?;
    run_in(root, &differential, &["generate"])
        .arg(&inputs)
        .args(&[SEED, COUNT])
        .check()?;

    let python = root.join("bindings/python");
    let outcomes = run_in(
        &python,
        commands.join("python"),
        &["-m", "tests.differential"],
    )
    .arg(&inputs)
    .env("PYTHONPATH", python.join("src"))
    .env("PYTHONDONTWRITEBYTECODE", "1")
    .output()?;
    fs::write(path("python"), outcomes).context("cannot write the outcomes")?;

    let typescript = root.join("bindings/typescript");
    if !typescript.join("node_modules").exists() {
        let install = ["ci", "--silent", "--no-audit", "--no-fund"];
        run_in(&typescript, "npm", &install).check()?;
    }
    let program = path("differential.mjs");
    let mut output = std::ffi::OsString::from("--outfile=");
    output.push(&program);
    let bundle = [
        "test/differential.ts",
        "--bundle",
        "--platform=node",
        "--format=esm",
        "--log-level=warning",
    ];
    run_in(&typescript, "node_modules/.bin/esbuild", &bundle)
        .arg(output)
        .check()?;
    let outcomes = run_in(&typescript, "node", &[])
        .arg(&program)
        .arg(&inputs)
        .output()?;
    fs::write(path("typescript"), outcomes).context("cannot write the outcomes")?;

    let test = [
        "test",
        "./conformance",
        "-count=1",
        "-run=^TestDifferential$",
    ];
    run_in(&root.join("bindings/go"), "go", &test)
        .env("GOTOOLCHAIN", "local")
        .env("HWTASKS_DIFFERENTIAL", &inputs)
        .env("HWTASKS_OUTCOMES", path("go"))
        .check()?;

    let test = ["--quiet", "test", "-Dtest=DifferentialTest"];
    java::maven(&root.join(java::BINDING), &test)
        .env("HWTASKS_DIFFERENTIAL", &inputs)
        .env("HWTASKS_OUTCOMES", path("java"))
        .check()?;

    let mut compare = run_in(root, &differential, &["compare"]).arg(&inputs);
    for language in ["go", "java", "python", "typescript"] {
        let mut outcomes = std::ffi::OsString::from(format!("{language}="));
        outcomes.push(path(language));
        compare = compare.arg(outcomes);
    }
    compare.check()
}

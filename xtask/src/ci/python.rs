//! Lints, type-checks and tests the Python client, and uses its wheel in an empty environment.

use std::path::Path;

use anyhow::Result;

use crate::run::{Run, cargo, run_in};
use crate::tools;

const BINDING: &str = "bindings/python";

/// Runs every check of the binding, with pinned tools below target/.
pub(super) fn run(root: &Path) -> Result<()> {
    let commands = tools::python_commands(root, &format!("{BINDING}/requirements/dev.txt"))?;
    let checker = tools::node_commands(root, &format!("{BINDING}/requirements"))?.join("pyright");
    cargo(
        root,
        &["build", "--package", "hwtasks-emulator", "--locked"],
    )
    .check()?;
    let folder = root.join(BINDING);
    let target = cargo_target(root);
    let tool = |name: &str, args: &[&str]| -> Run {
        run_in(&folder, commands.join(name), args)
            .env("HWTASKS_EMULATOR", target.join("debug/hwtasks-emulator"))
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .env("MYPY_CACHE_DIR", target.join("python/mypy"))
    };
    tool("ruff", &["check", "--no-cache"]).check()?;
    tool("ruff", &["format", "--no-cache", "--check"]).check()?;
    tool("mypy", &[]).check()?;
    tool("pytest", &["--quiet", "-p", "no:cacheprovider"]).check()?;
    tool("python", &["tools/package.py"])
        .arg(target.join("python"))
        .arg(checker)
        .check()
}

/// Returns the target directory of cargo.
fn cargo_target(root: &Path) -> std::path::PathBuf {
    std::env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| root.join("target"), |given| root.join(given))
}

//! Lints, type-checks and tests the Python client, and uses its wheel in an empty environment.

use std::path::Path;

use anyhow::Result;

use crate::run::{Run, run_in};
use crate::tools;

const BINDING: &str = "bindings/python";

/// Runs every check of the binding, with pinned tools below target/.
pub(super) fn run(root: &Path) -> Result<()> {
    let commands = tools::python_commands(root, &format!("{BINDING}/requirements/dev.txt"))?;
    let checker = tools::node_commands(root, &format!("{BINDING}/requirements"))?.join("pyright");
    let emulator = tools::emulator(root)?;
    let folder = root.join(BINDING);
    let target = tools::target(root);
    let tool = |name: &str, args: &[&str]| -> Run {
        run_in(&folder, commands.join(name), args)
            .env("HWTASKS_EMULATOR", &emulator)
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

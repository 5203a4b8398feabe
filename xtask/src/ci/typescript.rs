//! The TypeScript client: built, checked, packed, and run against the emulator.

use std::path::Path;

use anyhow::Result;

use crate::run::{cargo, run_in};
use crate::tools;

const FOLDER: &str = "bindings/typescript";

pub(super) fn run(root: &Path) -> Result<()> {
    tools::need_node()?;
    let folder = root.join(FOLDER);
    let npm = |args: &[&str]| run_in(&folder, "npm", args);
    npm(&["ci", "--silent", "--no-audit", "--no-fund"]).check()?;
    npm(&["run", "lint"]).check()?;
    npm(&["run", "check"]).check()?;
    npm(&["run", "build"]).check()?;
    npm(&["run", "package"]).check()?;
    npm(&["run", "size"]).check()?;
    let emulator = ["build", "--package", "hwtasks-emulator", "--locked"];
    cargo(root, &emulator).check()?;
    npm(&["test"]).check()
}

//! Builds, checks and packs the TypeScript client, and tests it against the emulator.

use std::path::Path;

use anyhow::Result;

use crate::run::{Run, run_in};
use crate::tools;

const FOLDER: &str = "bindings/typescript";

pub(super) fn run(root: &Path) -> Result<()> {
    install(root)?;
    for script in ["lint", "check", "package", "size"] {
        run_in(&root.join(FOLDER), "npm", &["run", script]).check()?;
    }
    test(root, "test")?.check()
}

/// Installs the pinned packages.
pub(super) fn install(root: &Path) -> Result<()> {
    tools::need_node()?;
    let options = ["ci", "--silent", "--no-audit", "--no-fund"];
    run_in(&root.join(FOLDER), "npm", &options).check()
}

/// Builds the emulator, and creates the command of tests that use it.
pub(super) fn test(root: &Path, script: &str) -> Result<Run> {
    let program = tools::emulator(root)?;
    Ok(run_in(&root.join(FOLDER), "npm", &["run", script]).env("HWTASKS_EMULATOR", program))
}

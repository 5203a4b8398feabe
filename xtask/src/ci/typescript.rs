//! Builds, checks and packs the TypeScript client, and tests it against the emulator.

use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::run::{cargo, run_in};
use crate::tools;

pub(super) fn run(root: &Path) -> Result<()> {
    tools::need_node()?;
    let folder = root.join("bindings/typescript");
    let npm = |args: &[&str]| run_in(&folder, "npm", args);
    npm(&["ci", "--silent", "--no-audit", "--no-fund"]).check()?;
    for script in ["lint", "check", "package", "size"] {
        npm(&["run", script]).check()?;
    }
    let emulator = ["build", "--package", "hwtasks-emulator", "--locked"];
    cargo(root, &emulator).check()?;
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or("target".into(), PathBuf::from);
    npm(&["test"])
        .env(
            "HWTASKS_EMULATOR",
            root.join(target).join("debug/hwtasks-emulator"),
        )
        .check()
}

//! Tests the TypeScript client in Chromium, against the emulator.

use std::path::Path;

use anyhow::Result;

use super::typescript;
use crate::tools;

pub(super) fn run(root: &Path) -> Result<()> {
    let chromium = tools::chromium(root)?;
    typescript::install(root)?;
    typescript::test(root, "test:browser")?
        .env("HWTASKS_CHROMIUM", chromium)
        .check()
}

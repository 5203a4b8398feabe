//! Tests the TypeScript client and the site in Chromium, against the emulator.

use std::path::Path;

use anyhow::Result;

use super::typescript;
use crate::{site, tools};

pub(super) fn run(root: &Path) -> Result<()> {
    let chromium = tools::chromium(root)?;
    site::build(root, "/")?;
    typescript::install(root)?;
    typescript::test(root, "test:browser")?
        .env("HWTASKS_CHROMIUM", chromium)
        .env("HWTASKS_SITE", root.join(site::OUTPUT))
        .check()
}

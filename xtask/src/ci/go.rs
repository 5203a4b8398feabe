//! Formats, lints and tests the Go client with the race detector.

use std::path::Path;

use anyhow::{Result, ensure};

use crate::run::{Run, run_in};
use crate::tools;

const BINDING: &str = "bindings/go";

/// Runs every check of the binding, with the linter that its module of tools pins.
pub(super) fn run(root: &Path) -> Result<()> {
    tools::need_go()?;
    let emulator = tools::emulator(root)?;
    let folder = root.join(BINDING);
    let go = |args: &[&str]| -> Run {
        run_in(&folder, "go", args)
            .env("GOTOOLCHAIN", "local")
            .env("GOFLAGS", "-buildvcs=false")
            .env("HWTASKS_EMULATOR", &emulator)
    };
    let unformatted = run_in(&folder, "gofmt", &["-l", "."]).output()?;
    ensure!(
        unformatted.is_empty(),
        "gofmt would change {}",
        unformatted
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(", ")
    );
    go(&["vet", "./..."]).check()?;
    let staticcheck = "honnef.co/go/tools/cmd/staticcheck";
    go(&["run", "-modfile=tools/go.mod", staticcheck, "./..."]).check()?;
    // The seeds of the fuzz targets and the examples are tests too.
    go(&["test", "-race", "-count=1", "./..."]).check()
}

//! Fuzzing the emulator from the committed documents, with schemathesis.

use std::path::Path;

use anyhow::Result;

use crate::emulator::Emulator;
use crate::run::run_in;
use crate::tools;

/// Each document, and the variable with the endpoint of its service.
const SERVICES: [(&str, &str); 2] = [
    ("spec/dcs.json", "HWTASKS_DCS_ENDPOINT"),
    ("spec/kafka.json", "HWTASKS_KAFKA_ENDPOINT"),
];

/// Sends the emulator valid and invalid requests derived from the documents, with every check of schemathesis.
///
/// The version of schemathesis is pinned. Its configuration explains each exception.
pub(super) fn run(root: &Path) -> Result<()> {
    let python = tools::python_commands(root, "xtask/tools/schemathesis-requirements.txt")?;
    let emulator = Emulator::start(root)?;
    for (document, variable) in SERVICES {
        run_in(root, python.join("schemathesis"), &[])
            .args(&[
                "--config-file",
                "xtask/tools/schemathesis.toml",
                "run",
                document,
            ])
            .args(&["--no-color", "--url", emulator.variable(variable)?])
            .env("HWTASKS_TOKEN", emulator.variable("HWTASKS_TOKEN")?)
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .env("HYPOTHESIS_STORAGE_DIRECTORY", "target/tools/hypothesis")
            .check()?;
    }
    Ok(())
}

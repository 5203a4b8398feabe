//! Checks what `crates/cli/contrib` has for other systems.

use std::path::Path;

use anyhow::{Result, ensure};

use crate::run::run_in;
use crate::tools;

const JOB: &str = "crates/cli/contrib/kubernetes-job.yaml";
const ALERTS: &str = "crates/cli/contrib/alerts.yaml";
const SCRIPTS: [&str; 2] = ["crates/cli/contrib/slurm/sweep.sh", "tests/slurm/run.sh"];

/// Validates the Kubernetes Job, the alert rules if `promtool` is installed, and the syntax of the shell scripts.
///
/// # Errors
///
/// [`Missing`](crate::run::Missing) without Python; another error if a file is invalid.
pub(super) fn run(root: &Path) -> Result<()> {
    let python = tools::python_commands(root, "xtask/tools/requirements.txt")?;
    let validate = python.join("kubernetes-validate");
    run_in(root, &validate, &["--strict", JOB]).check()?;
    // The validator must notice a misspelled field.
    let job = std::fs::read_to_string(root.join(JOB))?;
    let folder = tempfile::tempdir()?;
    let misspelled = folder.path().join("job.yaml");
    std::fs::write(&misspelled, job.replace("completionMode", "completionMod"))?;
    let noticed = !run_in(root, &validate, &["--strict"])
        .arg(&misspelled)
        .succeeds();
    ensure!(
        noticed,
        "kubernetes-validate accepts a field that does not exist"
    );
    for script in SCRIPTS {
        run_in(root, "bash", &["-n", script]).check()?;
    }
    if run_in(root, "promtool", &["--version"]).succeeds() {
        run_in(root, "promtool", &["check", "rules", ALERTS]).check()?;
    } else {
        println!("promtool is not installed: the alert rules are not checked");
    }
    Ok(())
}

//! `cargo xtask gen`: every generated file, made in memory, then compared or written.

use std::path::Path;
use std::time::Instant;

use anyhow::{Context, Result, bail, ensure};
use clap::ValueEnum;

use crate::files::FileSet;
use crate::spec::Documents;
use crate::{go, java, python, rust, spec, typescript};

/// What can be generated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Target {
    /// The OpenAPI documents, the JSON Schemas and the table of quirks
    Spec,
    /// The operations of the Rust client
    Rust,
    /// The models, operations and service classes of the Python client, and its half without `await`
    Python,
    /// The types, operations and service classes of the TypeScript client
    Typescript,
    /// The structs, operations and service methods of the Go client
    Go,
    /// The values, codecs, operations and service classes of the Java client
    Java,
}

/// Whether stale files are updated or reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Write what is stale.
    Write,
    /// Write nothing.
    Check,
}

impl Target {
    fn name(self) -> &'static str {
        match self {
            Self::Spec => "spec",
            Self::Rust => "rust",
            Self::Python => "python",
            Self::Typescript => "typescript",
            Self::Go => "go",
            Self::Java => "java",
        }
    }

    fn files(self, documents: &Documents) -> Result<FileSet> {
        match self {
            Self::Spec => spec::files(documents),
            Self::Rust => rust::files(documents),
            Self::Python => python::files(documents),
            Self::Typescript => typescript::files(documents),
            Self::Go => go::files(documents),
            Self::Java => java::files(documents),
        }
        .with_context(|| format!("cannot generate {}", self.name()))
    }
}

/// The files of these targets, as these documents have them; of all when none is named.
///
/// # Errors
///
/// When a document does not pass its own checks; nothing has been written then.
pub fn files(documents: &Documents, targets: &[Target]) -> Result<FileSet> {
    let targets = if targets.is_empty() {
        Target::value_variants()
    } else {
        targets
    };
    let mut files = FileSet::default();
    for target in targets {
        files.extend(target.files(documents)?);
    }
    Ok(files)
}

/// Checks that a field by another name makes every target stale that knows the names of fields.
///
/// # Errors
///
/// When one would not notice, or cannot be generated.
pub fn check_sensitivity(root: &Path) -> Result<()> {
    const FIELD: &str = "\"enable_show\"";
    let renamed = spec::documents()?.map(|text| text.replace(FIELD, "\"enable_shown\""))?;
    // The generated operations of the Rust client have the types themselves.
    let targets = [
        Target::Spec,
        Target::Python,
        Target::Typescript,
        Target::Go,
        Target::Java,
    ];
    for target in targets {
        let stale = target.files(&renamed)?.stale(root)?.len();
        let name = target.name();
        ensure!(stale > 0, "{name} knows nothing of the field {FIELD}");
        println!("stale by another name of {FIELD}: {stale} of {name}");
    }
    Ok(())
}

/// Runs the command; `false` when the check found stale files.
///
/// # Errors
///
/// When generating fails or a file cannot be read or written.
pub fn run(root: &Path, targets: &[Target], mode: Mode) -> Result<bool> {
    let started = Instant::now();
    let documents = spec::documents()?;
    let emitted = started.elapsed();
    let files = files(&documents, targets)?;
    println!(
        "emitted all documents in {:.1} ms",
        emitted.as_secs_f64() * 1e3
    );
    apply(&files, targets, mode, root)
}

fn apply(files: &FileSet, targets: &[Target], mode: Mode, root: &Path) -> Result<bool> {
    let stale = files.stale(root)?;
    if stale.is_empty() {
        println!(
            "{} generated files are fresh: nothing to change",
            files.len()
        );
        return Ok(true);
    }
    match mode {
        Mode::Write => {
            for file in &stale {
                file.update(root)?;
                let done = if file.is_removal() {
                    "removed"
                } else {
                    "wrote"
                };
                println!("{done} {}", file.path.display());
            }
            println!("changed {} of {} generated files", stale.len(), files.len());
            if !files.stale(root)?.is_empty() {
                bail!("the files changed while they were being written; run the command again");
            }
            Ok(true)
        }
        Mode::Check => {
            for file in &stale {
                println!("stale: {}\n{}", file.path.display(), file.diff);
            }
            println!(
                "{} of {} generated files are stale",
                stale.len(),
                files.len()
            );
            println!("run `{}` to update", update_command(targets));
            Ok(false)
        }
    }
}

/// The command that updates the files of these targets.
pub fn update_command(targets: &[Target]) -> String {
    targets
        .iter()
        .fold("cargo xtask gen".to_owned(), |mut command, target| {
            command.push(' ');
            command.push_str(target.name());
            command
        })
}

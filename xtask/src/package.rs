//! `cargo xtask package`: builds every artifact into `target/package`, installs each into an empty project, and runs the
//! first example of its README against the emulator.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use clap::ValueEnum;

use crate::run::{Missing, is_strict};

mod archive;
mod bindings;
mod crates;
mod smoke;

/// Where the artifacts are, from the root.
pub const OUTPUT: &str = "target/package";
/// Where the empty projects are, from the root.
const PROJECTS: &str = "target/smoke";
/// The version of every package.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// A kind of artifact. Each knows how it is packed and how it is installed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Kind {
    /// The crates of the workspace that are published
    Crates,
    /// The npm package
    Npm,
    /// The wheel and the source distribution for Python
    Python,
    /// The zip of the Go module
    Go,
    /// The jars for Maven: classes, sources and documentation
    Java,
    /// The archive of static programs, with the site
    Binary,
    /// The context that builds the container image of the emulator
    Container,
}

/// What to pack, and how programs are compiled.
pub struct Options {
    /// The kinds; all if there are none.
    pub only: Vec<Kind>,
    /// The target triple of the programs; by default the static one of this machine.
    pub target: Option<String>,
    /// The cargo profile of the programs.
    pub profile: String,
    /// Packs without installing.
    pub no_install: bool,
}

/// A packed artifact.
struct Artifact {
    path: PathBuf,
    packed_in: Duration,
    /// The time of its installation and its example; `None` if it was only packed.
    checked_in: Option<Duration>,
}

/// How a kind ended.
enum Outcome {
    Packed(Vec<Artifact>),
    Failed(String),
    Skipped(String),
}

/// Everything that the kinds share.
struct Packing<'a> {
    root: &'a Path,
    options: &'a Options,
    output: PathBuf,
    projects: PathBuf,
}

/// Packs and checks these kinds, and prints a table. Returns `false` if one failed.
///
/// A kind whose tools are missing is reported as SKIPPED. With `CI=true` it fails.
///
/// # Errors
///
/// If the folder of the artifacts cannot be created.
pub fn run(root: &Path, options: &Options) -> Result<bool> {
    let packing = Packing {
        root,
        options,
        output: root.join(OUTPUT),
        projects: root.join(PROJECTS),
    };
    for folder in [&packing.output, &packing.projects] {
        fs::create_dir_all(folder)
            .with_context(|| format!("cannot create {}", folder.display()))?;
    }
    let kinds = if options.only.is_empty() {
        Kind::value_variants()
    } else {
        &options.only
    };
    let mut rows = Vec::new();
    for kind in kinds {
        println!("\n== {}", kind.name());
        let outcome = match kind.pack(&packing) {
            Ok(artifacts) => Outcome::Packed(artifacts),
            Err(error) => match error.downcast_ref::<Missing>() {
                Some(why) if !is_strict() => Outcome::Skipped(why.to_string()),
                _ => Outcome::Failed(format!("{error:#}")),
            },
        };
        rows.push((kind.name(), outcome));
    }
    print!("\n{}", table(&rows)?);
    let failed = |(_, outcome): &(String, Outcome)| matches!(outcome, Outcome::Failed(_));
    Ok(!rows.iter().any(failed))
}

impl Kind {
    fn name(self) -> String {
        self.to_possible_value()
            .map_or_else(String::new, |value| value.get_name().to_owned())
    }

    fn pack(self, packing: &Packing<'_>) -> Result<Vec<Artifact>> {
        match self {
            Self::Crates => crates::pack(packing),
            Self::Npm => bindings::npm(packing),
            Self::Python => bindings::python(packing),
            Self::Go => bindings::go(packing),
            Self::Java => bindings::java(packing),
            Self::Binary => archive::programs(packing),
            Self::Container => archive::container(packing),
        }
    }
}

impl Packing<'_> {
    /// Creates the folder of an empty project, and removes what an earlier run left there.
    fn project(&self, name: &str) -> Result<PathBuf> {
        let folder = self.projects.join(name);
        if folder.exists() {
            fs::remove_dir_all(&folder)
                .with_context(|| format!("cannot remove {}", folder.display()))?;
        }
        fs::create_dir_all(&folder)
            .with_context(|| format!("cannot create {}", folder.display()))?;
        Ok(folder)
    }

    /// Measures the installation and the example of an artifact.
    fn checked(&self, check: impl FnOnce() -> Result<()>) -> Result<Option<Duration>> {
        if self.options.no_install {
            return Ok(None);
        }
        let started = Instant::now();
        check()?;
        Ok(Some(started.elapsed()))
    }
}

/// The table of the artifacts.
fn table(rows: &[(String, Outcome)]) -> Result<String> {
    use std::fmt::Write as _;

    let mut text = String::new();
    writeln!(
        text,
        "{:<10} {:<52} {:>10} {:>8} {:>8}",
        "kind", "artifact", "bytes", "pack s", "check s"
    )?;
    for (kind, outcome) in rows {
        match outcome {
            Outcome::Packed(artifacts) => {
                for artifact in artifacts {
                    let size = fs::metadata(&artifact.path)
                        .with_context(|| format!("{} is missing", artifact.path.display()))?
                        .len();
                    let name = artifact.path.file_name().unwrap_or_default();
                    let seconds = |time: Duration| format!("{:.1}", time.as_secs_f64());
                    writeln!(
                        text,
                        "{kind:<10} {:<52} {size:>10} {:>8} {:>8}",
                        name.to_string_lossy(),
                        seconds(artifact.packed_in),
                        artifact.checked_in.map_or_else(|| "-".to_owned(), seconds)
                    )?;
                }
            }
            Outcome::Failed(why) => writeln!(text, "{kind:<10} FAILED   {why}")?,
            Outcome::Skipped(why) => writeln!(text, "{kind:<10} SKIPPED  {why}")?,
        }
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table_has_a_row_for_each_artifact_and_reasons_of_others() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("hwtasks-0.1.0.tgz");
        fs::write(&path, [0; 1234]).unwrap();
        let artifact = Artifact {
            path,
            packed_in: Duration::from_millis(1500),
            checked_in: None,
        };
        let rows = [
            ("npm".to_owned(), Outcome::Packed(vec![artifact])),
            ("go".to_owned(), Outcome::Skipped("no Go".to_owned())),
            ("python".to_owned(), Outcome::Failed("no wheel".to_owned())),
        ];
        let table = table(&rows).unwrap();
        let lines: Vec<Vec<&str>> = table
            .lines()
            .map(|line| line.split_whitespace().collect())
            .collect();
        assert_eq!(lines[1], ["npm", "hwtasks-0.1.0.tgz", "1234", "1.5", "-"]);
        assert_eq!(lines[2], ["go", "SKIPPED", "no", "Go"]);
        assert_eq!(lines[3], ["python", "FAILED", "no", "wheel"]);
    }
}

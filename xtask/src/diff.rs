//! `cargo xtask diff`: what changed in the documents since a revision, and what it breaks.

use std::path::Path;
use std::process::Command;
use std::str::FromStr as _;

use anyhow::{Context, Result, bail};
use semver::Version;
use serde_json::Value;

use crate::compare::{Change, Impact, changes};

/// The documents that are compared: drift reads OpenAPI 3.0.
const DOCUMENTS: [&str; 2] = ["spec/3.0/dcs.json", "spec/3.0/kafka.json"];

/// Whether `new` is the bump that a breaking change since `old` demands.
pub fn is_breaking_bump(old: &Version, new: &Version) -> bool {
    match old.major {
        0 => new.major > 0 || new.minor > old.minor,
        _ => new.major > old.major,
    }
}

/// Runs the command; `false` on a breaking change without its bump.
///
/// # Errors
///
/// When the revision does not exist, or a document cannot be read.
pub fn run(root: &Path, rev: Option<&str>) -> Result<bool> {
    let git = Git { root };
    let base = match rev {
        Some(rev) => Base {
            rev: git.commit(rev)?,
            why: format!("`{rev}`"),
        },
        None => git.default_base()?,
    };
    println!(
        "comparing spec/3.0 with {}, {}",
        &base.rev[..base.rev.len().min(12)],
        base.why
    );
    let mut fine = true;
    for path in DOCUMENTS {
        let new = std::fs::read_to_string(root.join(path))
            .with_context(|| format!("cannot read {path}; run `cargo xtask gen spec`"))?;
        let Some(old) = git.file(&base.rev, path)? else {
            println!("\n{path}: new since then");
            continue;
        };
        let parse = |text: &str| serde_json::from_str(text).with_context(|| path.to_owned());
        let (old, new): (Value, Value) = (parse(&old)?, parse(&new)?);
        fine &= report(path, &old, &new)?;
    }
    Ok(fine)
}

fn report(path: &str, old: &Value, new: &Value) -> Result<bool> {
    let changes = changes(old, new).with_context(|| path.to_owned())?;
    println!("\n{path}: {}", counted(changes.len(), "change"));
    for Change {
        impact,
        pointer,
        message,
    } in &changes
    {
        println!("  {impact:<13}  {message}\n  {:<13}  at {pointer}", "");
    }
    let breaking = changes
        .iter()
        .filter(|change| change.impact == Impact::Breaking)
        .count();
    if breaking == 0 {
        return Ok(true);
    }
    let (old, new) = (version(old).context("old")?, version(new).context("new")?);
    let bumped = is_breaking_bump(&old, &new);
    let breaking = counted(breaking, "breaking change");
    if bumped {
        println!("{breaking}, and the version went from {old} to {new}: fine");
    } else {
        println!(
            "{breaking}, and the version went from {old} to {new}: undo it, or bump every `version` of \
             the workspace's own crates in Cargo.toml to {} and run `cargo xtask gen`",
            match old.major {
                0 => format!("0.{}.0", old.minor + 1),
                major => format!("{}.0.0", major + 1),
            }
        );
    }
    Ok(bumped)
}

fn counted(count: usize, what: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {what}{plural}")
}

fn version(document: &Value) -> Result<Version> {
    let text = document
        .pointer("/info/version")
        .and_then(Value::as_str)
        .unwrap_or_default();
    Version::from_str(text).with_context(|| format!("info.version {text:?} is not a version"))
}

struct Base {
    rev: String,
    why: String,
}

struct Git<'a> {
    root: &'a Path,
}

impl Git<'_> {
    /// What git prints, or `None` when it fails.
    fn ask(&self, args: &[&str]) -> Result<Option<String>> {
        let output = Command::new("git")
            .current_dir(self.root)
            .args(args)
            .output();
        let output = output.context("cannot run git")?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        Ok(output.status.success().then_some(text))
    }

    fn commit(&self, rev: &str) -> Result<String> {
        let spec = format!("{rev}^{{commit}}");
        match self.ask(&[
            "rev-parse",
            "--verify",
            "--quiet",
            "--end-of-options",
            &spec,
        ])? {
            Some(commit) => Ok(commit.trim().to_owned()),
            None => bail!("there is no revision {rev:?}"),
        }
    }

    /// The file at a revision, or `None` when it was not there yet.
    fn file(&self, rev: &str, path: &str) -> Result<Option<String>> {
        let listed = self.ask(&["ls-tree", "--name-only", rev, "--", path])?;
        match listed.as_deref().map(str::trim) {
            Some("") => Ok(None),
            Some(_) => match self.ask(&["show", &format!("{rev}:{path}")])? {
                Some(text) => Ok(Some(text)),
                None => bail!("git cannot show {path} at {rev}; is the clone a shallow one?"),
            },
            None => bail!("git cannot list {rev}; is the clone a shallow one?"),
        }
    }

    /// On a branch, where it left main; on main itself, the last tag, or else the parent commit.
    fn default_base(&self) -> Result<Base> {
        let head = self.commit("HEAD")?;
        for main in ["origin/main", "main"] {
            if let Some(base) = self.ask(&["merge-base", "HEAD", main])? {
                let rev = base.trim().to_owned();
                if rev != head {
                    return Ok(Base {
                        rev,
                        why: format!("the merge base with {main}"),
                    });
                }
            }
        }
        if let Some(tag) = self.ask(&["describe", "--tags", "--abbrev=0"])? {
            let rev = self.commit(tag.trim())?;
            return Ok(Base {
                rev,
                why: format!("the last tag, {}", tag.trim()),
            });
        }
        match self.ask(&["rev-parse", "--verify", "--quiet", "HEAD^"])? {
            Some(rev) => Ok(Base {
                rev: rev.trim().to_owned(),
                why: "the parent commit".to_owned(),
            }),
            None => bail!("there is no commit to compare with; name a revision"),
        }
    }
}

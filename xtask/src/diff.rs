//! `cargo xtask diff`: what changed in the documents since a revision, and what it breaks.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::process::Command;
use std::str::FromStr as _;

use anyhow::{Context, Result, bail};
use drift::{ChangeClass, ChangePath};
use semver::Version;
use serde_json::Value;

use crate::files;

/// The documents that are compared: drift reads OpenAPI 3.0.
const DOCUMENTS: [&str; 2] = ["spec/3.0/dcs.json", "spec/3.0/kafka.json"];

/// What a change means for those who use the documents.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Impact {
    /// A client made from the old document may fail.
    Breaking,
    /// It cannot be told by machine.
    NeedsHuman,
    /// A client made from the old document goes on working.
    Compatible,
    /// Nothing but words changed.
    Trivial,
}

impl fmt::Display for Impact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Breaking => "breaking",
            Self::NeedsHuman => "needs a human",
            Self::Compatible => "compatible",
            Self::Trivial => "trivial",
        })
    }
}

/// One change between two documents.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Change {
    /// What it means.
    pub impact: Impact,
    /// JSON pointer to it, in the new document or, for what was removed, in the old one.
    pub pointer: String,
    /// What changed.
    pub message: String,
}

/// Lists the changes from one document to another, the gravest first.
///
/// # Errors
///
/// When one of them is not an OpenAPI 3.0 document.
pub fn changes(old: &Value, new: &Value) -> Result<Vec<Change>> {
    let mut found: BTreeMap<(String, String), Impact> = BTreeMap::new();
    for change in drift::compare(old, new)? {
        let base = change.paths.first();
        for info in &change.changes {
            let pointer = pointer(new, base, &info.old_subpath, &info.new_subpath);
            let impact = match info.class {
                ChangeClass::BackwardIncompatible | ChangeClass::Incompatible => Impact::Breaking,
                ChangeClass::ForwardIncompatible => Impact::Compatible,
                ChangeClass::Trivial => Impact::Trivial,
                ChangeClass::Unhandled => Impact::NeedsHuman,
            };
            // A type of a request and of an answer is seen twice: the graver reading counts.
            let seen = found
                .entry((pointer, info.message.clone()))
                .or_insert(impact);
            *seen = impact.min(*seen);
        }
    }
    let mut changes: Vec<_> = found
        .into_iter()
        .map(|((pointer, message), impact)| Change {
            impact,
            pointer,
            message,
        })
        .collect();
    changes.sort();
    Ok(changes)
}

fn pointer(new: &Value, base: Option<&ChangePath>, old_path: &str, new_path: &str) -> String {
    let Some(base) = base else {
        return new_path.to_owned();
    };
    let join = |stack: &drift::JsonPathStack, path: &str| {
        let (base, _) = stack.base_and_subpath();
        let path = if path.is_empty() {
            String::new()
        } else {
            format!("/{path}")
        };
        format!("{base}{path}")
    };
    let in_new = join(&base.new, new_path);
    let there = in_new
        .strip_prefix('#')
        .is_some_and(|pointer| new.pointer(pointer).is_some());
    if there {
        in_new
    } else {
        join(&base.old, old_path)
    }
}

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
pub fn run(rev: Option<&str>) -> Result<bool> {
    let root = files::root();
    let git = Git { root: &root };
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

    fn file(&self, rev: &str, path: &str) -> Result<Option<String>> {
        self.ask(&["show", &format!("{rev}:{path}")])
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

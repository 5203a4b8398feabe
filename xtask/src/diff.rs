//! `cargo xtask diff`: the changes of the documents since a revision, and whom they break.

use std::fmt;
use std::path::Path;
use std::process::Command;
use std::str::FromStr as _;

use anyhow::{Context, Result, bail};
use semver::Version;
use serde_json::{Value, json};

use hwtasks_api::openapi;

use crate::compare::{Change, Impact, changes};
use crate::spec;

/// A compared document.
struct Compared {
    path: String,
    /// Whether the file holds OpenAPI 3.1, and is lowered before it is compared.
    is_lowered: bool,
}

/// The document of each service and its companion. The others are made from the same operations and
/// types.
fn compared() -> Result<Vec<Compared>> {
    let documents = openapi::documents()?;
    let of_services = documents.iter().filter(|d| d.service.is_some());
    let compared = of_services.map(|document| Compared {
        path: match document.is_published {
            true => format!("spec/3.0/{}.json", document.path),
            false => format!("spec/{}.json", document.path),
        },
        is_lowered: !document.is_published,
    });
    Ok(compared.collect())
}

/// Whether the version `new` allows breaking changes since `old`.
pub fn is_breaking_bump(old: &Version, new: &Version) -> bool {
    match old.major {
        0 => new.major > 0 || new.minor > old.minor,
        _ => new.major > old.major,
    }
}

/// How the changes are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// For people.
    Text,
    /// One JSON object, for bots.
    Json,
}

/// The changes of one document.
struct DocumentChanges {
    path: String,
    /// `None` if the old revision does not have the document.
    changes: Option<Vec<Change>>,
    /// Whether its breaking changes are allowed, and why; `None` without breaking changes.
    verdict: Option<(bool, String)>,
}

/// Prints the changes. Returns `false` if a breaking change lacks its version.
///
/// Before the first git tag nothing is published, so breaking changes are reported and fail nothing.
///
/// # Errors
///
/// If the revision does not exist, or a document cannot be read.
pub fn run(root: &Path, rev: Option<&str>, format: Format) -> Result<bool> {
    let git = Git { root };
    let base = match rev {
        Some(rev) => Base {
            rev: git.commit(rev)?,
            why: format!("`{rev}`"),
        },
        None => git.default_base()?,
    };
    let documents = compare(root, &git, &base, None)?;
    let is_allowed = documents.iter().all(DocumentChanges::is_allowed);
    match format {
        Format::Text => {
            println!(
                "comparing the documents with {}, {}",
                &base.rev[..base.rev.len().min(12)],
                base.why
            );
            documents.iter().for_each(|document| print!("{document}"));
        }
        Format::Json => println!("{:#}", report(&base, is_allowed, &documents)),
    }
    Ok(is_allowed)
}

/// Checks that a version is high enough for the changes of the documents since the last tag. Prints them.
///
/// # Errors
///
/// If the version is too low; without a tag, never.
pub fn check_release(root: &Path, version: &Version) -> Result<()> {
    let git = Git { root };
    let Some(base) = git.last_tag()? else {
        println!("no tag: no version is published yet, so every version is high enough");
        return Ok(());
    };
    let documents = compare(root, &git, &base, Some(version))?;
    documents.iter().for_each(|document| print!("{document}"));
    if !documents.iter().all(DocumentChanges::is_allowed) {
        bail!("{version} is too low for the changes since {}", base.why);
    }
    Ok(())
}

/// Compares every document with a revision. `version` takes the place of the version in the new documents.
fn compare(
    root: &Path,
    git: &Git<'_>,
    base: &Base,
    version: Option<&Version>,
) -> Result<Vec<DocumentChanges>> {
    let is_published = git.has_tags()?;
    let mut documents = Vec::new();
    for Compared { path, is_lowered } in compared()? {
        let new = std::fs::read_to_string(root.join(&path))
            .with_context(|| format!("cannot read {path}; run `cargo xtask gen spec`"))?;
        let Some(old) = git.file(&base.rev, &path)? else {
            documents.push(DocumentChanges {
                path,
                changes: None,
                verdict: None,
            });
            continue;
        };
        let parse = |text: &str| -> Result<Value> {
            let document = serde_json::from_str(text).with_context(|| path.clone())?;
            match is_lowered {
                true => spec::lowered(&document).with_context(|| path.clone()),
                false => Ok(document),
            }
        };
        let (old, mut new) = (parse(&old)?, parse(&new)?);
        if let Some(version) = version {
            new["info"]["version"] = version.to_string().into();
        }
        let changes = changes(&old, &new).with_context(|| path.clone())?;
        let verdict = match breaking(&changes) {
            0 => None,
            _ => {
                let old = self::version(&old).context("old")?;
                let new = self::version(&new).context("new")?;
                Some(verdict(is_published, &old, &new))
            }
        };
        documents.push(DocumentChanges {
            path,
            changes: Some(changes),
            verdict,
        });
    }
    Ok(documents)
}

fn breaking(changes: &[Change]) -> usize {
    let breaking = |change: &&Change| change.impact == Impact::Breaking;
    changes.iter().filter(breaking).count()
}

impl DocumentChanges {
    fn is_allowed(&self) -> bool {
        self.verdict
            .as_ref()
            .is_none_or(|(is_allowed, _)| *is_allowed)
    }
}

impl fmt::Display for DocumentChanges {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { path, .. } = self;
        let Some(changes) = &self.changes else {
            return writeln!(f, "\n{path}: added since then");
        };
        writeln!(f, "\n{path}: {}", counted(changes.len(), "change"))?;
        f.write_str(&described(changes))?;
        if let Some((_, verdict)) = &self.verdict {
            let count = counted(breaking(changes), "breaking change");
            writeln!(f, "{count}: {verdict}")?;
        }
        Ok(())
    }
}

/// The report for bots. CONTRIBUTING.md documents its members.
fn report(base: &Base, is_allowed: bool, documents: &[DocumentChanges]) -> Value {
    let change = |change: &Change| {
        json!({
            "impact": change.impact.to_string(),
            "pointer": change.pointer,
            "what": change.what,
            "was": change.was,
            "is": change.is,
            "affects": change.affects,
        })
    };
    let document = |document: &DocumentChanges| {
        let changes = document.changes.as_deref();
        json!({
            "path": document.path,
            "added": changes.is_none(),
            "allowed": document.is_allowed(),
            "verdict": document.verdict.as_ref().map(|(_, verdict)| verdict),
            "changes": changes.unwrap_or_default().iter().map(change).collect::<Vec<_>>(),
        })
    };
    json!({
        "base": base.rev,
        "allowed": is_allowed,
        "documents": documents.iter().map(document).collect::<Vec<_>>(),
    })
}

/// The text of the report: each change with its impact, its place, and whom it breaks. Trivial changes are counted.
pub fn described(changes: &[Change]) -> String {
    const INDENT: &str = "\n                ";
    let is_trivial = |change: &&Change| change.impact == Impact::Trivial;
    let describe = |change: &Change| {
        let text = change.to_string().replace('\n', INDENT);
        format!("  {:<12}  {text}\n", change.impact)
    };
    let mut text: String = changes
        .iter()
        .filter(|change| !is_trivial(change))
        .map(describe)
        .collect();
    let trivial = changes.iter().filter(is_trivial).count();
    if trivial > 0 {
        let count = counted(trivial, "change");
        let line = format!(
            "  {:<12}  {count} of descriptions or examples\n",
            Impact::Trivial
        );
        text.push_str(&line);
    }
    text
}

/// Whether breaking changes are allowed from one version to another, and the reason or the remedy.
pub fn verdict(is_published: bool, old: &Version, new: &Version) -> (bool, String) {
    if !is_published {
        let text = "reported only: the repository has no tag, so no version is published yet";
        return (true, text.to_owned());
    }
    if is_breaking_bump(old, new) {
        return (
            true,
            format!("allowed, the version went from {old} to {new}"),
        );
    }
    let demanded = match old.major {
        0 => format!("0.{}.0", old.minor + 1),
        major => format!("{}.0.0", major + 1),
    };
    let text = format!(
        "the version went from {old} to {new}; undo the change, or set every `version` of the \
         workspace's crates in Cargo.toml to {demanded} and run `cargo xtask gen`"
    );
    (false, text)
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
    /// The standard output of git, or `None` if it fails.
    fn run(&self, args: &[&str]) -> Result<Option<String>> {
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
        match self.run(&[
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

    fn has_tags(&self) -> Result<bool> {
        match self.run(&["tag", "--list"])? {
            Some(tags) => Ok(!tags.trim().is_empty()),
            None => bail!("git cannot list the tags"),
        }
    }

    /// The file at a revision, or `None` if the revision does not have it.
    fn file(&self, rev: &str, path: &str) -> Result<Option<String>> {
        let listed = self.run(&["ls-tree", "--name-only", rev, "--", path])?;
        match listed.as_deref().map(str::trim) {
            Some("") => Ok(None),
            Some(_) => match self.run(&["show", &format!("{rev}:{path}")])? {
                Some(text) => Ok(Some(text)),
                None => bail!("git cannot show {path} at {rev}; is the clone a shallow one?"),
            },
            None => bail!("git cannot list {rev}; is the clone a shallow one?"),
        }
    }

    /// The last tag, if there is one.
    fn last_tag(&self) -> Result<Option<Base>> {
        // The Go module has tags of its own for the same commits.
        let describe = ["describe", "--tags", "--abbrev=0", "--match", "v*"];
        let Some(tag) = self.run(&describe)? else {
            return Ok(None);
        };
        let rev = self.commit(tag.trim())?;
        let why = format!("the last tag, {}", tag.trim());
        Ok(Some(Base { rev, why }))
    }

    /// The merge base with main on a branch; on main, the last tag or else the parent commit.
    fn default_base(&self) -> Result<Base> {
        let head = self.commit("HEAD")?;
        for main in ["origin/main", "main"] {
            if let Some(base) = self.run(&["merge-base", "HEAD", main])? {
                let rev = base.trim().to_owned();
                if rev != head {
                    return Ok(Base {
                        rev,
                        why: format!("the merge base with {main}"),
                    });
                }
            }
        }
        if let Some(base) = self.last_tag()? {
            return Ok(base);
        }
        match self.run(&["rev-parse", "--verify", "--quiet", "HEAD^"])? {
            Some(rev) => Ok(Base {
                rev: rev.trim().to_owned(),
                why: "the parent commit".to_owned(),
            }),
            None => bail!("there is no commit to compare with; name a revision"),
        }
    }
}

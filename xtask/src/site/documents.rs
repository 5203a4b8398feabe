//! The documents at their stable URLs: `openapi/latest`, and a folder such as `openapi/0.1` for each minor version.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};
use semver::Version;

use super::{copy, write};

/// The folders of published files below `spec/`, each with the ends of their names.
const PUBLISHED: [&str; 3] = ["", "3.0/", "schema/"];

/// Copies the documents of this tree, and those of each older minor version as its last tag has them.
pub(super) fn stage(root: &Path, into: &Path) -> Result<()> {
    let version = Version::parse(env!("CARGO_PKG_VERSION")).context("the version is invalid")?;
    let current = minor(&version);
    for folder in PUBLISHED {
        let spec = root.join("spec").join(folder);
        let entries =
            fs::read_dir(&spec).with_context(|| format!("cannot list {}", spec.display()))?;
        for entry in entries {
            let name = entry.context("cannot list the documents")?.file_name();
            let name = name.to_string_lossy();
            if is_published(&name) {
                for release in ["latest", &current] {
                    let to = into.join(release).join(folder).join(&*name);
                    copy(&spec.join(&*name), &to)?;
                }
            }
        }
    }
    for (release, tag) in last_tags(&git(root, &["tag", "--list", "v*"])?, &current) {
        for path in git(root, &["ls-tree", "-r", "--name-only", &tag, "spec/"])?.lines() {
            let name = path.trim_start_matches("spec/");
            let (folder, file) = name.rsplit_once('/').unwrap_or(("", name));
            let is_public = PUBLISHED.iter().any(|f| f.trim_end_matches('/') == folder);
            if is_public && is_published(file) {
                let text = git(root, &["show", &format!("{tag}:{path}")])?;
                write(&into.join(&release).join(name), &text)?;
            }
        }
    }
    Ok(())
}

fn is_published(name: &str) -> bool {
    name.ends_with(".json") || name.ends_with(".yaml")
}

fn minor(version: &Version) -> String {
    format!("{}.{}", version.major, version.minor)
}

/// Returns the last tag of each minor version other than `current`. Other tags and pre-releases do not count.
fn last_tags(tags: &str, current: &str) -> BTreeMap<String, String> {
    let mut last: BTreeMap<String, Version> = BTreeMap::new();
    let versions = tags.lines().filter_map(|tag| tag.strip_prefix('v'));
    for version in versions.filter_map(|version| Version::parse(version).ok()) {
        let release = minor(&version);
        if version.pre.is_empty() && release != current {
            let newest = last.entry(release).or_insert_with(|| version.clone());
            *newest = newest.clone().max(version);
        }
    }
    let tag = |(release, version)| (release, format!("v{version}"));
    last.into_iter().map(tag).collect()
}

fn git(root: &Path, args: &[&str]) -> Result<String> {
    let output = Command::new("git").current_dir(root).args(args).output();
    let output = output.context("cannot run git")?;
    if !output.status.success() {
        bail!(
            "git {}: {}",
            args.join(" "),
            String::from_utf8_lossy(&output.stderr).trim()
        );
    }
    String::from_utf8(output.stdout).context("git printed no UTF-8")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn last_tags_are_the_newest_of_each_older_minor() {
        let tags =
            "v0.1.0\nv0.1.10\nv0.1.9\nv0.2.0-rc.1\nv0.3.0\nv1.0.0\nvendor\nbindings/go/v0.1.0\n";
        let expected = [("0.1", "v0.1.10"), ("1.0", "v1.0.0")];
        let expected = expected.map(|(release, tag)| (release.to_owned(), tag.to_owned()));
        assert_eq!(last_tags(tags, "0.3"), BTreeMap::from(expected));
        assert!(last_tags("", "0.1").is_empty());
    }

    #[test]
    fn stage_has_each_document_at_both_urls_and_no_companion() {
        let into = tempfile::tempdir().unwrap();
        stage(&crate::files::root(), into.path()).unwrap();
        let version = Version::parse(env!("CARGO_PKG_VERSION")).unwrap();
        for release in ["latest", &minor(&version)] {
            for name in ["dcs.json", "kafka.json", "openapi.yaml", "3.0/dcs.json"] {
                let path = into.path().join(release).join(name);
                let committed = crate::files::root().join("spec").join(name);
                assert_eq!(fs::read(path).unwrap(), fs::read(committed).unwrap());
            }
            let folder = into.path().join(release);
            assert!(!folder.join("companion").exists());
            assert!(!folder.join("README.md").exists());
        }
    }
}

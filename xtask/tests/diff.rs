//! `cargo xtask diff` in a repository: what fails before and after the first tag.

#![allow(clippy::expect_used, reason = "a failed expectation ends the test")]

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};
use tempfile::TempDir;

fn git(root: &Path, args: &[&str]) {
    let output = Command::new("git")
        .current_dir(root)
        .args(["-c", "user.name=t", "-c", "user.email=t@example.com"])
        .args(["-c", "commit.gpgsign=false", "-c", "tag.gpgsign=false"])
        .args(args)
        .output()
        .expect("git runs");
    assert!(output.status.success(), "git {args:?}: {output:?}");
}

fn write(root: &Path, version: &str, paths: &Value) {
    let document = json!({
        "openapi": "3.0.3",
        "info": { "title": "t", "version": version },
        "paths": paths
    });
    let folder = root.join("spec/3.0");
    std::fs::create_dir_all(&folder).expect("the folder is created");
    // Companions are compared too, and have only a 3.1 form.
    let companion = json!({
        "openapi": "3.1.0",
        "info": { "title": "t", "version": version },
        "paths": {}
    });
    let companions = root.join("spec/companion");
    std::fs::create_dir_all(&companions).expect("the folder is created");
    for name in ["dcs.json", "kafka.json"] {
        std::fs::write(folder.join(name), document.to_string()).expect("the document is written");
        std::fs::write(companions.join(name), companion.to_string())
            .expect("the companion is written");
    }
}

/// A repository whose commit has one path, and whose work tree has none.
fn repository(old: &str, new: &str) -> TempDir {
    let root = tempfile::tempdir().expect("a temporary folder");
    git(root.path(), &["init", "--quiet"]);
    write(root.path(), old, &json!({ "/tasks": {} }));
    git(root.path(), &["add", "."]);
    git(root.path(), &["commit", "--quiet", "--message", "one path"]);
    write(root.path(), new, &json!({}));
    root
}

fn is_allowed(root: &TempDir) -> bool {
    xtask::diff::run(root.path(), Some("HEAD"), xtask::diff::Format::Text)
        .expect("the documents are compared")
}

#[test]
fn breaking_change_without_tag_fails_nothing() {
    assert!(is_allowed(&repository("0.1.0", "0.1.0")));
}

#[test]
fn breaking_change_with_tag_and_same_version_fails() {
    let root = repository("0.1.0", "0.1.0");
    git(root.path(), &["tag", "v0.1.0"]);
    assert!(!is_allowed(&root));
}

#[test]
fn breaking_change_with_tag_and_new_version_is_allowed() {
    let root = repository("0.1.0", "0.2.0");
    git(root.path(), &["tag", "v0.1.0"]);
    assert!(is_allowed(&root));
}

//! The commands as they are typed: what they print, how they exit, what they leave behind.

#![allow(
    clippy::unwrap_used,
    reason = "that is how a helper of a test fails it"
)]

use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

/// The targets that need cargo only.
const GEN: [&str; 4] = ["gen", "spec", "rust", "python"];
const CHECK: [&str; 5] = ["gen", "--check", "spec", "rust", "python"];

/// The generated files, committed in a temporary git repository.
fn tree() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let files = xtask::generate::files(&xtask::spec::documents().unwrap(), &[]).unwrap();
    for stale in files.stale(folder.path()).unwrap() {
        stale.update(folder.path()).unwrap();
    }
    git(folder.path(), &["init", "--quiet", "--initial-branch=main"]);
    commit(folder.path());
    folder
}

fn git(folder: &Path, args: &[&str]) {
    let mut command = Command::new("git");
    command.current_dir(folder).args(args);
    // Ignores the configuration of the user and of the machine.
    command
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1");
    for who in ["AUTHOR", "COMMITTER"] {
        command
            .env(format!("GIT_{who}_NAME"), "A")
            .env(format!("GIT_{who}_EMAIL"), "a@example.com");
    }
    assert!(command.status().unwrap().success(), "git {args:?}");
}

fn commit(folder: &Path) {
    git(folder, &["add", "--all"]);
    git(
        folder,
        &[
            "commit",
            "--quiet",
            "--allow-empty",
            "--message",
            "A commit",
        ],
    );
}

fn xtask(folder: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    command
        .args(args)
        .arg("--root")
        .arg(folder)
        .output()
        .unwrap()
}

/// The exit code and the output.
fn run(folder: &Path, args: &[&str]) -> (i32, String) {
    let Output {
        status,
        stdout,
        stderr,
    } = xtask(folder, args);
    let printed = [stdout, stderr]
        .map(|bytes| String::from_utf8(bytes).unwrap())
        .concat();
    (status.code().unwrap(), printed)
}

fn edit(folder: &Path, path: &str, from: &str, to: &str) {
    let path = folder.join(path);
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.contains(from), "no {from:?} in {}", path.display());
    std::fs::write(path, text.replacen(from, to, 1)).unwrap();
}

#[test]
fn fresh_files_are_left_alone() {
    let tree = tree();
    for args in [&GEN[..], &CHECK, &["gen", "spec"]] {
        let (code, printed) = run(tree.path(), args);
        assert_eq!(code, 0, "{printed}");
        assert!(
            printed.contains("generated files are fresh: nothing to change"),
            "{printed}"
        );
    }
}

#[test]
fn stale_file_is_shown_and_last_line_is_the_update_command() {
    let tree = tree();
    edit(
        tree.path(),
        "spec/dcs.json",
        "\"enable_show\": {",
        "\"enabled_show\": {",
    );
    let (code, printed) = run(tree.path(), &CHECK);
    assert_eq!(code, 1, "{printed}");
    assert!(printed.contains("stale: spec/dcs.json"), "{printed}");
    assert!(printed.contains("-          \"enabled_show\": {\n+          \"enable_show\": {\n"));
    assert_eq!(
        printed.lines().last(),
        Some("run `cargo xtask gen spec rust python` to update")
    );

    let (code, printed) = run(tree.path(), &["gen", "--check", "spec"]);
    assert_eq!(code, 1);
    assert_eq!(
        printed.lines().last(),
        Some("run `cargo xtask gen spec` to update")
    );
    assert_eq!(run(tree.path(), &["gen", "--check", "rust"]).0, 0);

    let (code, printed) = run(tree.path(), &GEN);
    assert_eq!(code, 0, "{printed}");
    assert!(
        printed.contains("wrote spec/dcs.json\nchanged 1 of "),
        "{printed}"
    );
    assert_eq!(run(tree.path(), &CHECK).0, 0);
}

#[test]
fn changed_twin_in_a_written_file_is_stale_and_restored() {
    const FILE: &str = "bindings/python/src/hwtasks/_client/wait.py";
    let tree = tree();
    let committed = std::fs::read_to_string(tree.path().join(FILE)).unwrap();
    edit(tree.path(), FILE, "\nclass Poller(", "\nclass Pollers(");
    let (code, printed) = run(tree.path(), &CHECK);
    assert_eq!(code, 1, "{printed}");
    assert!(printed.contains(&format!("stale: {FILE}")), "{printed}");
    assert!(
        printed.contains("-class Pollers(Generic[L, T]):\n+class Poller(Generic[L, T]):\n"),
        "{printed}"
    );

    assert_eq!(run(tree.path(), &GEN).0, 0);
    let restored = std::fs::read_to_string(tree.path().join(FILE)).unwrap();
    assert_eq!(restored, committed);
}

#[test]
fn gen_that_fails_exits_2_and_changes_nothing() {
    let tree = tree();
    let (code, printed) = run(tree.path(), &["gen", "nonsense"]);
    assert_eq!(code, 2);
    assert!(printed.contains("invalid value 'nonsense'"), "{printed}");

    edit(
        tree.path(),
        "spec/dcs.json",
        "\"enable_show\": {",
        "\"enabled_show\": {",
    );
    std::fs::write(tree.path().join("spec/notes.md"), "mine").unwrap();
    let (code, printed) = run(tree.path(), &GEN);
    assert_eq!(code, 2);
    assert!(
        printed.contains("error: spec/notes.md is not generated"),
        "{printed}"
    );
    std::fs::remove_file(tree.path().join("spec/notes.md")).unwrap();
    assert_eq!(run(tree.path(), &CHECK).0, 1, "nothing was written");

    // A folder in place of a file cannot be read.
    std::fs::remove_file(tree.path().join("spec/dcs.json")).unwrap();
    std::fs::create_dir_all(tree.path().join("spec/dcs.json/in-the-way")).unwrap();
    let (code, printed) = run(tree.path(), &GEN);
    assert_eq!(code, 2);
    assert!(
        printed.contains("error: cannot read spec/dcs.json"),
        "{printed}"
    );
}

const LIMIT: (&str, &str) = (
    "\"name\": \"limit\",\n            \"in\": \"query\",\n            \"description\": \"Maximum number of tasks in the page.\",\n            \"required\": false",
    "\"name\": \"limit\",\n            \"in\": \"query\",\n            \"description\": \"Maximum number of tasks in the page.\",\n            \"required\": true",
);

/// The text of the change from [`LIMIT`].
const CHANGE: &str = "breaking      `required` of the query parameter `limit`: was false, is true";

#[test]
fn breaking_change_before_the_first_tag_is_only_reported() {
    let tree = tree();
    edit(tree.path(), "spec/3.0/dcs.json", LIMIT.0, LIMIT.1);
    commit(tree.path());
    let (code, printed) = run(tree.path(), &["diff"]);
    assert_eq!(code, 0, "{printed}");
    assert!(printed.contains(", the parent commit"), "{printed}");
    assert!(printed.contains(CHANGE), "{printed}");
    assert!(printed.contains("the repository has no tag"), "{printed}");
}

#[test]
fn breaking_change_after_a_tag_demands_its_version() {
    let tree = tree();
    git(tree.path(), &["tag", "v0.1.0"]);
    edit(tree.path(), "spec/3.0/dcs.json", LIMIT.0, LIMIT.1);
    commit(tree.path());
    let (code, printed) = run(tree.path(), &["diff"]);
    assert_eq!(code, 1, "{printed}");
    assert!(printed.contains(CHANGE), "{printed}");
    assert!(
        printed.contains("to 0.2.0 and run `cargo xtask gen`"),
        "{printed}"
    );

    edit(
        tree.path(),
        "spec/3.0/dcs.json",
        "\"version\": \"0.1.0\"",
        "\"version\": \"0.2.0\"",
    );
    let (code, printed) = run(tree.path(), &["diff"]);
    assert_eq!(code, 0, "{printed}");
    assert!(
        printed.contains("allowed, the version went from 0.1.0 to 0.2.0"),
        "{printed}"
    );
}

#[test]
fn base_of_diff_is_the_merge_base_or_the_last_tag() {
    let tree = tree();
    git(tree.path(), &["tag", "v0.1.0"]);
    git(tree.path(), &["switch", "--quiet", "--create", "branch"]);
    edit(tree.path(), "spec/3.0/dcs.json", LIMIT.0, LIMIT.1);
    commit(tree.path());
    commit(tree.path());
    let (code, printed) = run(tree.path(), &["diff"]);
    assert_eq!(code, 1, "{printed}");
    assert!(printed.contains(", the merge base with main"), "{printed}");

    git(tree.path(), &["switch", "--quiet", "main"]);
    git(tree.path(), &["merge", "--quiet", "branch"]);
    let (code, printed) = run(tree.path(), &["diff"]);
    assert_eq!(code, 1, "{printed}");
    assert!(printed.contains(", the last tag, v0.1.0"), "{printed}");
    assert_eq!(run(tree.path(), &["diff", "HEAD"]).0, 0);
}

#[test]
fn diff_of_unknown_revision_is_an_error() {
    let tree = tree();
    let (code, printed) = run(tree.path(), &["diff", "nonsense"]);
    assert_eq!(code, 2);
    assert!(
        printed.contains("error: there is no revision \"nonsense\""),
        "{printed}"
    );
    let (code, printed) = run(tree.path(), &["diff"]);
    assert_eq!(code, 2);
    assert!(
        printed.contains("there is no commit to compare with; name a revision"),
        "{printed}"
    );
}

/// Runs the script of the action against a site in a folder.
fn spec_drift(site: &Path, args: &[&str]) -> Output {
    let script = xtask::files::root().join(".github/actions/spec-drift/check.sh");
    let mut command = Command::new("bash");
    command.arg(script).args(args).current_dir(site);
    command.env("HWTASKS_SITE", format!("file://{}", site.display()));
    command.output().unwrap()
}

#[test]
fn spec_drift_compares_a_vendored_document_with_the_published_one() {
    let site = tempfile::tempdir().unwrap();
    let published = site.path().join("openapi/0.1");
    std::fs::create_dir_all(&published).unwrap();
    std::fs::write(published.join("dcs.json"), "{}\n").unwrap();
    std::fs::write(site.path().join("dcs.json"), "{}\n").unwrap();
    std::fs::write(site.path().join("vendored.json"), "{ }\n").unwrap();

    let equal = spec_drift(site.path(), &["dcs.json", "", "0.1"]);
    assert_eq!(equal.status.code(), Some(0), "{equal:?}");

    let differs = spec_drift(site.path(), &["vendored.json", "dcs.json", "0.1"]);
    assert_eq!(differs.status.code(), Some(1), "{differs:?}");
    let diff = String::from_utf8(differs.stdout).unwrap();
    assert!(diff.contains("-{ }\n+{}\n"), "{diff}");
    let help = String::from_utf8(differs.stderr).unwrap();
    assert!(
        help.contains("To update: curl -fsSL -o vendored.json"),
        "{help}"
    );
}

#[test]
fn spec_drift_without_a_document_to_compare_exits_2() {
    let site = tempfile::tempdir().unwrap();
    std::fs::write(site.path().join("dcs.json"), "{}\n").unwrap();
    for (args, words) in [
        (["missing.json", "dcs.json"], "missing.json does not exist"),
        (["dcs.json", "dcs.json"], "cannot download file://"),
    ] {
        let output = spec_drift(site.path(), &args);
        assert_eq!(output.status.code(), Some(2), "{output:?}");
        let error = String::from_utf8(output.stderr).unwrap();
        assert!(error.contains(words), "{error}");
    }
}

#[test]
fn diff_json_lists_the_changes_of_each_document() {
    let tree = tree();
    let path = tree.path().join("spec/3.0/kafka.json");
    let text = std::fs::read_to_string(&path).unwrap();
    let changed = text.replace("\"maximum\": 100,", "\"maximum\": 50,");
    assert_ne!(text, changed);
    std::fs::write(&path, changed).unwrap();
    let output = xtask(tree.path(), &["diff", "HEAD", "--json"]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["allowed"], true);
    let documents = report["documents"].as_array().unwrap();
    let of = |path: &str| documents.iter().find(|d| d["path"] == path).unwrap();
    assert_eq!(of("spec/3.0/dcs.json")["changes"], serde_json::json!([]));
    let kafka = of("spec/3.0/kafka.json");
    let change = &kafka["changes"][0];
    assert_eq!(change["impact"], "breaking");
    assert_eq!(
        (&change["was"], &change["is"]),
        (&"100".into(), &"50".into())
    );
    assert!(
        kafka["verdict"]
            .as_str()
            .unwrap()
            .starts_with("reported only")
    );
}

//! `cargo xtask release VERSION`: checks the tree, sets the version of every package, and prints what to push.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};
use semver::Version;

use crate::generate::{self, Mode};
use crate::run::cargo;
use crate::{diff, files};

/// A text that holds the version.
struct Place {
    /// The file, from the root.
    file: &'static str,
    /// What is before the version.
    before: &'static str,
    /// What is after it.
    after: &'static str,
    /// How often the file has it.
    count: usize,
}

const CHANGELOG: &str = "CHANGELOG.md";

/// Every place but the generated files and the lock files of cargo, which follow from these.
const PLACES: &[Place] = &[
    place("Cargo.toml", "version = \"", "\"", 5),
    place(
        "bindings/python/src/hwtasks/_config/http_settings.py",
        "__version__ = \"",
        "\"",
        1,
    ),
    place(
        "bindings/python/tests/test_transport.py",
        "hwtasks/",
        " ",
        1,
    ),
    place(
        "bindings/typescript/package.json",
        "\n  \"version\": \"",
        "\"",
        1,
    ),
    place(
        "bindings/typescript/package-lock.json",
        "\"name\": \"hwtasks\",\n  \"version\": \"",
        "\"",
        1,
    ),
    place(
        "bindings/typescript/package-lock.json",
        "\"name\": \"hwtasks\",\n      \"version\": \"",
        "\"",
        1,
    ),
    place(
        "bindings/typescript/src/http/version.ts",
        "VERSION = '",
        "'",
        1,
    ),
    place(
        "bindings/typescript/test/client.test.ts",
        "hwtasks-typescript/",
        " ",
        1,
    ),
    place("bindings/typescript/README.md", "hwtasks-", ".tgz", 2),
    place("bindings/go/client.go", "Version = \"", "\"", 1),
    place(
        "bindings/java/pom.xml",
        "<artifactId>hwtasks</artifactId>\n  <version>",
        "<",
        1,
    ),
    place("bindings/java/README.md", "<version>", "<", 1),
    place(
        "bindings/java/benchmark/pom.xml",
        "<version>",
        "</version>\n",
        2,
    ),
    place(
        "bindings/java/src/main/java/io/github/hwtasks/internal/HttpSetup.java",
        "VERSION = \"",
        "\"",
        1,
    ),
];

const fn place(
    file: &'static str,
    before: &'static str,
    after: &'static str,
    count: usize,
) -> Place {
    Place {
        file,
        before,
        after,
        count,
    }
}

/// Checks the tree and sets the version. Changes nothing if a check fails.
///
/// # Errors
///
/// If the work tree has changes, a generated file is stale, the version is too low for the changes of the documents or
/// is tagged already, or the changelog has no unreleased section.
pub fn run(root: &Path, version: &Version) -> Result<()> {
    let current = Version::parse(env!("CARGO_PKG_VERSION")).context("the version is invalid")?;
    check_order(&current, version)?;
    check_git(root, version)?;
    ensure!(
        generate::run(root, &[], Mode::Check)?,
        "run `{}` and commit first",
        generate::update_command(&[])
    );
    diff::check_release(root, version)?;
    let today = jiff::Timestamp::now()
        .to_zoned(jiff::tz::TimeZone::UTC)
        .date();
    // Everything is made in memory first, so that a failure leaves nothing half-written.
    let mut changed = versions(&current, version, |file| {
        let read = fs::read_to_string(root.join(file));
        read.with_context(|| format!("cannot read {file}"))
    })?;
    let changelog =
        fs::read_to_string(root.join(CHANGELOG)).context("cannot read the changelog")?;
    let changelog = dated(&changelog, version, &today.to_string())?;
    changed.push((CHANGELOG, changelog));
    for (file, text) in changed {
        fs::write(root.join(file), text).with_context(|| format!("cannot write {file}"))?;
        println!("wrote {file}");
    }
    let update = ["update", "--workspace", "--offline"];
    cargo(root, &update).check()?;
    cargo(root, &update)
        .args(&["--manifest-path", "tests/fuzz/Cargo.toml"])
        .check()?;
    // Another process: the documents have the version that the program is compiled with.
    cargo(root, &["run", "--quiet", "--package", "xtask", "--", "gen"]).check()?;
    print!("{}", steps(version));
    Ok(())
}

/// What a person does next. The workflow `release` publishes what the tag names.
fn steps(version: &Version) -> String {
    format!(
        "
Read the changes, then:
  cargo xtask ci && cargo xtask package
  git commit --all --message 'Release {version}'
  git tag --annotate v{version} --message 'Release {version}'
  git push origin main v{version}
The workflow `release` publishes the packages, the container and the site, and tags the Go module.
"
    )
}

/// A version may be released again only as long as it has no tag, so that the first one needs no change.
fn check_order(current: &Version, version: &Version) -> Result<()> {
    ensure!(
        version >= current,
        "{version} is lower than the current version, {current}"
    );
    Ok(())
}

fn check_git(root: &Path, version: &Version) -> Result<()> {
    let git = |args: &[&str]| -> Result<String> {
        let output = Command::new("git").current_dir(root).args(args).output();
        let output = output.context("cannot run git")?;
        ensure!(output.status.success(), "git {} fails", args.join(" "));
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    };
    let status = git(&["status", "--porcelain"])?;
    ensure!(
        status.is_empty(),
        "commit or stash these changes first:\n{status}"
    );
    let tag = format!("v{version}");
    if !git(&["tag", "--list", &tag])?.trim().is_empty() {
        bail!("the tag {tag} exists: {version} is released already");
    }
    Ok(())
}

/// Replaces the version in every place. Returns the text of each file once.
fn versions(
    current: &Version,
    version: &Version,
    read: impl Fn(&str) -> Result<String>,
) -> Result<Vec<(&'static str, String)>> {
    let mut changed: Vec<(&'static str, String)> = Vec::new();
    for place in PLACES {
        let index = match changed.iter().position(|(file, _)| *file == place.file) {
            Some(index) => index,
            None => {
                changed.push((place.file, read(place.file)?));
                changed.len() - 1
            }
        };
        let text = &mut changed[index].1;
        let with = |version: &Version| format!("{}{version}{}", place.before, place.after);
        let old = with(current);
        let found = text.matches(&old).count();
        ensure!(
            found == place.count,
            "{} has {old:?} {found} times, not {}",
            place.file,
            place.count
        );
        *text = text.replace(&old, &with(version));
    }
    Ok(changed)
}

/// Gives the unreleased section of the changelog its version and date.
fn dated(changelog: &str, version: &Version, date: &str) -> Result<String> {
    let is_unreleased = |line: &&str| line.starts_with("## ") && line.ends_with("(unreleased)");
    let mut unreleased = changelog.lines().filter(is_unreleased);
    let (Some(heading), None) = (unreleased.next(), unreleased.next()) else {
        bail!("{CHANGELOG} needs exactly one section `## VERSION (unreleased)`");
    };
    Ok(changelog.replacen(heading, &format!("## {version} ({date})"), 1))
}

/// Checks that every place has the current version, so that a release cannot fail on one.
///
/// # Errors
///
/// If a file has another version, or has it more or less often.
pub fn check_places() -> Result<()> {
    let current = Version::parse(env!("CARGO_PKG_VERSION")).context("the version is invalid")?;
    let read = |file: &str| {
        let read = fs::read_to_string(files::root().join(file));
        read.with_context(|| format!("cannot read {file}"))
    };
    versions(&current, &current, read).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(text: &str) -> Version {
        Version::parse(text).unwrap()
    }

    #[test]
    fn every_place_has_the_version() {
        check_places().unwrap();
    }

    #[test]
    fn versions_are_replaced_in_every_place() {
        let current = version(env!("CARGO_PKG_VERSION"));
        let read = |file: &str| Ok(fs::read_to_string(files::root().join(file)).unwrap());
        let new = version("7.8.9");
        let changed = versions(&current, &new, read).unwrap();
        for place in PLACES {
            let (_, text) = changed
                .iter()
                .find(|(file, _)| *file == place.file)
                .unwrap();
            let with = format!("{}7.8.9{}", place.before, place.after);
            assert_eq!(text.matches(&with).count(), place.count, "{}", place.file);
        }
    }

    #[test]
    fn version_in_fewer_places_fails_and_names_the_file() {
        let read = |_: &str| Ok("version = \"0.1.0\"".to_owned());
        let error = versions(&version("0.1.0"), &version("0.2.0"), read).unwrap_err();
        assert!(error.to_string().starts_with("Cargo.toml has"), "{error}");
    }

    #[test]
    fn changelog_gets_version_and_date() {
        let text = "# Changelog\n\n## 0.2.0 (unreleased)\n\n- a\n\n## 0.1.0 (2026-01-01)\n";
        let expected = "# Changelog\n\n## 0.3.0 (2026-11-27)\n\n- a\n\n## 0.1.0 (2026-01-01)\n";
        assert_eq!(
            dated(text, &version("0.3.0"), "2026-11-27").unwrap(),
            expected
        );
        assert!(dated("## 0.1.0 (2026-01-01)\n", &version("0.3.0"), "").is_err());
        assert!(
            dated(
                "## 1 (unreleased)\n## 2 (unreleased)\n",
                &version("2.0.0"),
                ""
            )
            .is_err()
        );
    }

    #[test]
    fn lower_version_is_refused_and_current_is_not() {
        assert!(check_order(&version("0.2.0"), &version("0.1.9")).is_err());
        check_order(&version("0.2.0"), &version("0.2.0")).unwrap();
        check_order(&version("0.2.0"), &version("0.2.1")).unwrap();
    }
}

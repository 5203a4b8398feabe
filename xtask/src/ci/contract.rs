//! Foreign generators as consumers: each makes a client of the published documents, its output is compiled
//! or type-checked strictly, and the client decodes every documented example.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use self::cases::Case;
use self::rows::ROWS;
use self::tally::Tally;
use crate::run::Missing;

mod cases;
mod rows;
mod server;
mod tally;

/// The documents that a generator reads; a command for the first is the command for the other, too.
const DOCUMENTS: [&str; 2] = ["dcs", "kafka"];

/// A generator of `spec/README.md`.
struct Row {
    name: &'static str,
    /// The folder of the documents that the generator reads.
    documents: &'static str,
    /// Generates, compiles and runs the driver, which writes its report.
    run: fn(&Room) -> Result<Vec<Refusal>>,
}

/// An example that the compiler refuses as a value of the generated type.
#[derive(Debug, PartialEq, Eq)]
struct Refusal {
    /// The index of the case.
    case: usize,
    why: String,
}

/// Where a row works: below `target/contract`, with its sources, the documents and `cases.json`.
struct Room<'a> {
    root: &'a Path,
    /// The committed sources, relative to the root.
    sources: String,
    folder: PathBuf,
    cases: &'a [Case],
}

/// How a row ended.
enum Outcome {
    Tallied(Tally),
    Failed(String),
    Skipped(String),
}

/// Runs every row.
///
/// # Errors
///
/// When a row fails, or does not decode every body; [`Missing`] when all that can run here pass, and a
/// toolchain is missing.
pub(super) fn run(root: &Path) -> Result<()> {
    let mut outcomes = Vec::new();
    for row in &ROWS {
        println!("\n-- {}", row.name);
        let started = Instant::now();
        let outcome = match row.tally(root) {
            Ok(tally) => Outcome::Tallied(tally),
            Err(error) => match error.downcast_ref::<Missing>() {
                Some(why) => Outcome::Skipped(why.to_string()),
                None => Outcome::Failed(format!("{error:#}")),
            },
        };
        outcomes.push((row.name, outcome, started.elapsed().as_secs_f64()));
    }
    println!(
        "\n{:<26} {:<8} {:>13} {:>8}",
        "generator", "result", "decoded/tried", "seconds"
    );
    for (name, outcome, seconds) in &outcomes {
        let (result, count, why) = outcome.shown();
        println!("{name:<26} {result:<8} {count:>13} {seconds:>8.1}  {why}");
    }
    verdict(outcomes.iter().map(|(name, outcome, _)| (*name, outcome)))
}

/// One failed row is a failure; else a skipped one is [`Missing`], which `CI=true` makes a failure.
fn verdict<'a>(outcomes: impl Iterator<Item = (&'a str, &'a Outcome)>) -> Result<()> {
    let (mut failed, mut skipped) = (Vec::new(), Vec::new());
    for (name, outcome) in outcomes {
        match outcome.shown() {
            ("ok", ..) => {}
            ("SKIPPED", _, why) => skipped.push(format!("{name}: {why}")),
            _ => failed.push(name),
        }
    }
    if !failed.is_empty() {
        bail!("{} failed", failed.join(", "));
    }
    if !skipped.is_empty() {
        bail!(Missing(skipped.join("; ")));
    }
    Ok(())
}

impl Outcome {
    /// The result, the bodies decoded and tried, and what is wrong.
    fn shown(&self) -> (&'static str, String, String) {
        match self {
            Self::Tallied(tally) => {
                let count = format!("{}/{}", tally.decoded(), tally.tried);
                let is_whole = tally.tried > 0 && tally.decoded() == tally.tried;
                let result = if is_whole { "ok" } else { "FAILED" };
                let faults = tally
                    .faults
                    .iter()
                    .map(|(name, why)| format!("{name}: {why}"));
                (result, count, faults.collect::<Vec<_>>().join("; "))
            }
            Self::Failed(why) => ("FAILED", String::new(), why.clone()),
            Self::Skipped(why) => ("SKIPPED", String::new(), why.clone()),
        }
    }
}

impl Row {
    fn tally(&self, root: &Path) -> Result<Tally> {
        let folder = root.join("target/contract").join(self.name);
        let sources = format!("xtask/tools/contract/{}", self.name);
        copy(&root.join(&sources), &folder)?;
        let mut cases = Vec::new();
        for name in DOCUMENTS {
            let path = root.join(self.documents).join(format!("{name}.json"));
            let text = read(&path)?;
            let document: Value = serde_json::from_str(&text)
                .with_context(|| format!("{} is not JSON", path.display()))?;
            cases.extend(cases::cases(name, &document)?);
            write(
                &folder.join(self.documents).join(format!("{name}.json")),
                &text,
            )?;
        }
        let base = server::serve(cases.clone())?;
        let listed: Vec<Value> = cases
            .iter()
            .enumerate()
            .map(|(number, case)| {
                let mut listed = json!(case);
                listed["url"] = format!("{base}/{number}").into();
                listed["token"] = server::TOKEN.into();
                listed
            })
            .collect();
        write(&folder.join("cases.json"), &json!(listed).to_string())?;
        let report = folder.join("decoded.jsonl");
        // A report left from before would vouch for a driver that writes none.
        let _ = fs::remove_file(&report);
        let room = Room {
            root,
            sources,
            folder,
            cases: &cases,
        };
        let refusals = (self.run)(&room)?;
        let mut tally = Tally::of(&cases, &read(&report)?)?;
        for Refusal { case, why } in refusals {
            let case = cases
                .get(case)
                .context("a case that does not exist is refused")?;
            tally.faults.insert(case.name.clone(), why);
        }
        Ok(tally)
    }
}

fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
}

/// Writes a file unless it is already so: compilers go by the time of the last change.
fn write(path: &Path, text: &str) -> Result<()> {
    if fs::read_to_string(path).is_ok_and(|present| present == text) {
        return Ok(());
    }
    let folder = path.parent().unwrap_or(path);
    fs::create_dir_all(folder)
        .and_then(|()| fs::write(path, text))
        .with_context(|| format!("cannot write {}", path.display()))
}

/// Copies a folder of texts into another one.
fn copy(from: &Path, to: &Path) -> Result<()> {
    let context = || format!("cannot list {}", from.display());
    for entry in fs::read_dir(from).with_context(context)? {
        let entry = entry.with_context(context)?;
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            write(&target, &read(&entry.path())?)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn tallied(tried: usize, faults: usize) -> Outcome {
        let faults = (0..faults).map(|i| (format!("case {i}"), "lost".to_owned()));
        Outcome::Tallied(Tally {
            tried,
            faults: faults.collect::<BTreeMap<_, _>>(),
        })
    }

    fn judge(outcomes: &[Outcome]) -> Result<()> {
        verdict(outcomes.iter().map(|outcome| ("row", outcome)))
    }

    #[test]
    fn row_that_decodes_less_than_it_tries_fails() {
        assert!(judge(&[tallied(2, 0), tallied(56, 0)]).is_ok());
        for bad in [
            tallied(2, 1),
            // Nothing tried proves nothing.
            tallied(0, 0),
            Outcome::Failed("it does not compile".to_owned()),
        ] {
            let error = judge(&[tallied(2, 0), bad]).unwrap_err();
            assert_eq!(error.to_string(), "row failed");
            assert!(!error.is::<Missing>());
        }
    }

    #[test]
    fn count_and_fault_are_shown() {
        let (result, count, why) = tallied(3, 1).shown();
        assert_eq!((result, count.as_str()), ("FAILED", "2/3"));
        assert_eq!(why, "case 0: lost");
    }

    #[test]
    fn skipped_row_is_missing_unless_another_failed() {
        let skipped = || Outcome::Skipped("no Go".to_owned());
        let error = judge(&[tallied(1, 0), skipped()]).unwrap_err();
        assert!(error.is::<Missing>());
        assert_eq!(error.to_string(), "row: no Go");
        assert!(
            !judge(&[skipped(), tallied(1, 1)])
                .unwrap_err()
                .is::<Missing>()
        );
    }
}

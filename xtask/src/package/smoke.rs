//! The emulator that examples run against, and the examples.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result, bail, ensure};

use crate::run::Run;
use crate::tools;

/// What the first example of every README prints.
const PRINTED: &str = "ended at";

/// A running emulator. Dropping it stops it.
pub(super) struct Emulator {
    process: Child,
    /// The variables that it printed.
    variables: Vec<(String, String)>,
}

impl Emulator {
    /// Builds and starts the emulator of the workspace.
    pub(super) fn start(root: &Path) -> Result<Self> {
        Self::start_program(&tools::emulator(root)?, &[])
    }

    /// Starts a program that is an emulator, with these arguments before its own.
    pub(super) fn start_program(program: &Path, args: &[&str]) -> Result<Self> {
        let mut process = Command::new(program)
            .args(args)
            .args(["--dcs-listen=localhost:0", "--kafka-listen=localhost:0"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("cannot start {}", program.display()))?;
        let output = process
            .stdout
            .take()
            .context("the emulator has no output")?;
        let mut emulator = Self {
            process,
            variables: Vec::new(),
        };
        for line in BufReader::new(output).lines() {
            let line = line.context("cannot read from the emulator")?;
            let export = line.strip_prefix("export ").and_then(|e| e.split_once('='));
            if let Some((name, value)) = export {
                emulator.variables.push((name.to_owned(), value.to_owned()));
            }
            if line.starts_with("# curl ") {
                return Ok(emulator);
            }
        }
        bail!("the emulator ended before it printed its addresses")
    }

    /// Runs an example with the variables of this emulator. Checks that it prints the end of a task.
    pub(super) fn run(&self, example: Run) -> Result<()> {
        let printed = self.run_any(example)?;
        ensure!(
            printed.contains(PRINTED),
            "the example does not print the end of a task"
        );
        Ok(())
    }

    /// Runs a program with the variables of this emulator. Returns its output.
    pub(super) fn run_any(&self, program: Run) -> Result<String> {
        let mut run = program;
        for (name, value) in &self.variables {
            run = run.env(name, value);
        }
        let mut command = run.into_command();
        let output = command
            .stdin(Stdio::null())
            .stderr(Stdio::inherit())
            .output();
        let output = output.context("cannot run the example")?;
        let printed = String::from_utf8_lossy(&output.stdout).into_owned();
        print!("{printed}");
        ensure!(
            output.status.success(),
            "the example ended with {}",
            output.status
        );
        Ok(printed)
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        // An error means that the process has already ended.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Returns the first code block of a README in this language, without the lines that rustdoc hides.
pub(super) fn example(readme: &Path, language: &str) -> Result<String> {
    let text =
        fs::read_to_string(readme).with_context(|| format!("cannot read {}", readme.display()))?;
    first_block(&text, language)
        .with_context(|| format!("{} has no example of {language}", readme.display()))
}

fn first_block(text: &str, language: &str) -> Option<String> {
    let mut lines = text.lines().skip_while(|line| {
        let info = line.strip_prefix("```");
        info.and_then(|info| info.split(',').next()) != Some(language)
    });
    lines.next()?;
    let shown = lines.take_while(|line| *line != "```").map(|line| {
        let hidden = line.trim_start().strip_prefix("# ");
        let hidden = hidden.filter(|_| language == "rust");
        format!("{}\n", hidden.unwrap_or(line))
    });
    Some(shown.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_block_is_of_the_language_alone() {
        let text = "```sh\nnot this\n```\n\n```rust,no_run\n# fn main() {\nlet a = 1;\n    # let b = a;\n# }\n```\n```rust\nlater\n```\n";
        let rust = first_block(text, "rust").unwrap();
        assert_eq!(rust, "fn main() {\nlet a = 1;\nlet b = a;\n}\n");
        let python = first_block("```python\n# a comment\n```\n", "python");
        assert_eq!(python.as_deref(), Some("# a comment\n"));
        assert_eq!(first_block(text, "go"), None);
    }

    #[test]
    fn every_readme_has_its_example() {
        for (readme, language) in [
            ("crates/client/README.md", "rust"),
            ("crates/api/README.md", "rust"),
            ("crates/signer/README.md", "rust"),
            ("crates/emulator/README.md", "rust"),
            ("bindings/python/README.md", "python"),
            ("bindings/typescript/README.md", "ts"),
            ("bindings/go/README.md", "go"),
        ] {
            let root = crate::files::root();
            assert!(!example(&root.join(readme), language).unwrap().is_empty());
        }
    }
}

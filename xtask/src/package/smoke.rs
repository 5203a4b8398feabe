//! The examples of the READMEs, and how they run against an emulator.

use std::fs;
use std::path::Path;
use std::process::Stdio;

use anyhow::{Context, Result, ensure};

use crate::emulator::Emulator;
use crate::run::Run;

/// What the first example of every README prints.
const PRINTED: &str = "ended at";

/// Runs an example with the variables of an emulator. Checks that it prints the end of a task.
pub(super) fn run(emulator: &Emulator, example: Run) -> Result<()> {
    let printed = run_any(emulator, example)?;
    ensure!(
        printed.contains(PRINTED),
        "the example does not print the end of a task"
    );
    Ok(())
}

/// Runs a program with the variables of an emulator. Returns its output.
pub(super) fn run_any(emulator: &Emulator, program: Run) -> Result<String> {
    let mut command = emulator.in_environment(program).into_command();
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

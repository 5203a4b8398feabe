//! The crates of the workspace: packed by cargo, and built in an empty workspace from what was packed.

use std::fs;

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

use super::bindings::write;
use super::smoke::{self, example};
use super::{Artifact, Packing, VERSION};
use crate::emulator::Emulator;
use crate::run::{cargo, run_in};
use crate::tools;

/// The crates in the order of their dependencies, and the folder of each below `crates/`.
const CRATES: [(&str, &str); 5] = [
    ("hwtasks-api", "api"),
    ("hwtasks-signer", "signer"),
    ("hwtasks-emulator", "emulator"),
    ("hwtasks", "client"),
    ("hwtasks-cli", "cli"),
];

/// The files that every crate ships.
const SHIPPED: [&str; 4] = ["Cargo.toml", "README.md", "LICENSE-MIT", "LICENSE-APACHE"];

/// The project that uses the packed crates. It is empty but for the examples of their READMEs.
const PROJECT: &str = r#"[package]
name = "examples"
version = "0.0.0"
edition = "2024"
publish = false

[dependencies]
hwtasks = "VERSION"
hwtasks-api = "VERSION"
hwtasks-emulator = "VERSION"
hwtasks-signer = "VERSION"
jiff = "0.2"
serde_json = "1"
tokio = { version = "1", features = ["macros", "rt"] }
"#;

pub(super) fn pack(packing: &Packing<'_>) -> Result<Vec<Artifact>> {
    let started = Instant::now();
    // Not the target directory itself: cargo keeps the folder `package` there for files of its own.
    let built = packing.projects.join("cargo-package");
    let mut package = cargo(packing.root, &["package", "--no-verify", "--allow-dirty"])
        .arg("--target-dir")
        .arg(&built);
    for (name, _) in CRATES {
        package = package.args(&["--package", name]);
    }
    package.check_quietly()?;
    let files = CRATES.map(|(name, _)| format!("{name}-{VERSION}.crate"));
    for file in &files {
        let from = built.join("package").join(file);
        fs::copy(&from, packing.output.join(file))
            .with_context(|| format!("cannot copy {}", from.display()))?;
    }
    let packed_in = started.elapsed() / CRATES.len() as u32;

    let checked_in = packing.checked(|| check(packing))?;
    let share = |time: Duration| time / CRATES.len() as u32;
    let artifact = |file: &String| Artifact {
        path: packing.output.join(file),
        packed_in,
        checked_in: checked_in.map(share),
    };
    Ok(files.iter().map(artifact).collect())
}

/// Builds the packed crates in an empty workspace, and runs their examples and programs.
fn check(packing: &Packing<'_>) -> Result<()> {
    let folder = packing.project("rust")?;
    let mut workspace = "[workspace]\nresolver = \"3\"\nmembers = [\"examples\"".to_owned();
    let mut patches = "[patch.crates-io]\n".to_owned();
    for (name, _) in CRATES {
        let unpacked = format!("{name}-{VERSION}");
        let archive = packing.output.join(format!("{unpacked}.crate"));
        run_in(&folder, "tar", &["-xzf"]).arg(&archive).check()?;
        for file in SHIPPED {
            let path = folder.join(&unpacked).join(file);
            ensure!(path.is_file(), "{unpacked}.crate lacks {file}");
        }
        workspace += &format!(", \"{unpacked}\"");
        // The registry does not have the siblings yet.
        patches += &format!("{name} = {{ path = \"{unpacked}\" }}\n");
    }
    let manifest = format!("{workspace}]\n\n{patches}");
    write(&folder.join("Cargo.toml"), &manifest)?;
    write(
        &folder.join("examples/Cargo.toml"),
        &PROJECT.replace("VERSION", VERSION),
    )?;
    for (name, folder_of_crate) in CRATES.iter().filter(|(name, _)| *name != "hwtasks-cli") {
        let readme = packing
            .root
            .join(format!("crates/{folder_of_crate}/README.md"));
        let program = program(&example(&readme, "rust")?);
        let path = format!("examples/src/bin/example-{name}.rs");
        write(&folder.join(path), &program)?;
    }
    // The versions that the repository is tested with; they are compiled already.
    let lock = packing.root.join("Cargo.lock");
    fs::copy(&lock, folder.join("Cargo.lock")).context("cannot copy Cargo.lock")?;
    let target = tools::target(packing.root);
    cargo(&folder, &["build", "--workspace", "--bins"])
        .env("CARGO_TARGET_DIR", &target)
        .check()?;

    let program = |name: &str| target.join("debug").join(name);
    let emulator = Emulator::start_program(&program("hwtasks-emulator"), &[])?;
    smoke::run(&emulator, run_in(&folder, program("example-hwtasks"), &[]))?;
    for name in ["hwtasks-api", "hwtasks-signer", "hwtasks-emulator"] {
        run_in(&folder, program(&format!("example-{name}")), &[]).check()?;
    }
    let cli = |args: &[&str]| run_in(&folder, program("hwtasks"), args);
    cli(&["--emulator", "kafka", "wait", "moving", "ends-well"]).check()?;
    let printed = cli(&["spec", "kafka"]).output()?;
    let committed = fs::read_to_string(packing.root.join("spec/kafka.json"));
    ensure!(
        printed == committed.context("cannot read spec/kafka.json")?,
        "`hwtasks spec kafka` of the packed program differs from spec/kafka.json"
    );
    Ok(())
}

/// Makes a program of an example, as rustdoc does.
fn program(example: &str) -> String {
    if example.contains("fn main()") {
        return example.to_owned();
    }
    let body: String = example
        .lines()
        .filter(|line| !line.starts_with("Ok::<"))
        .map(|line| format!("    {line}\n"))
        .collect();
    format!("fn main() -> Result<(), Box<dyn std::error::Error>> {{\n{body}    Ok(())\n}}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn example_without_main_becomes_a_program() {
        let text = program("let a = 1;\nOk::<(), serde_json::Error>(())\n");
        let expected = "fn main() -> Result<(), Box<dyn std::error::Error>> {\n    let a = 1;\n    Ok(())\n}\n";
        assert_eq!(text, expected);
        assert_eq!(program("fn main() {}\n"), "fn main() {}\n");
    }
}

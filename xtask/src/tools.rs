//! Installs pinned tools of other languages below target/, from committed lock files.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::run::{Missing, cargo, is_strict, run_in};

/// Programs that fail if the interpreter is too old for the pinned tools.
const NODE: &str = "const [a, b] = process.versions.node.split('.').map(Number); \
                    process.exit(a == 20 && b >= 19 || a == 22 && b >= 12 || a > 22 ? 0 : 1)";
/// Names of Chromium in the packages of distributions.
const CHROMIUM: &[&str] = &["chromium", "chromium-browser", "google-chrome"];
const PYTHON: &str = "import sys, venv; sys.exit(sys.version_info < (3, 11))";

/// Checks that Node.js is installed and new enough.
///
/// # Errors
///
/// [`Missing`] if it is not.
pub fn need_node() -> Result<()> {
    need("node", &["-e", NODE], "Node.js 20.19, 22.12 or newer")
}

/// Checks that Python is installed and new enough.
///
/// # Errors
///
/// [`Missing`] if it is not.
pub fn need_python() -> Result<()> {
    need("python3", &["-c", PYTHON], "Python 3.11 or newer with venv")
}

/// Go is on this machine, and new enough.
///
/// # Errors
///
/// [`Missing`] otherwise.
pub fn need_go() -> Result<()> {
    let version = run_in(Path::new("."), "go", &["env", "GOVERSION"]).env("GOTOOLCHAIN", "local");
    if !version.output().is_ok_and(|go| is_new_go(&go)) {
        return Err(Missing("Go 1.26 or newer is not installed".to_owned()).into());
    }
    Ok(())
}

/// Whether `go1.26.8` is new enough.
fn is_new_go(version: &str) -> bool {
    let numbers = version.trim().strip_prefix("go1.");
    let minor = numbers.and_then(|numbers| numbers.split(['.', 'r', '-']).next()?.parse().ok());
    minor.is_some_and(|minor: u32| minor >= 26)
}

/// A JDK with the compiler, and Maven, are on this machine; the JDK is new enough.
///
/// # Errors
///
/// [`Missing`] otherwise.
pub fn need_java() -> Result<()> {
    need(
        "javac",
        &["--release", "17", "--version"],
        "A JDK 17 or newer",
    )?;
    need("java", &["--version"], "A JDK 17 or newer")?;
    need("mvn", &["--version"], "Maven")
}

/// The folder of the libraries that `pom.xml` in `folder` names, and of those that they need.
///
/// # Errors
///
/// [`Missing`] without Maven; otherwise when they cannot be fetched.
pub fn java_libraries(root: &Path, folder: &str) -> Result<PathBuf> {
    need_java()?;
    let pom = Path::new(folder).join("pom.xml");
    install(root, "java", std::slice::from_ref(&pom), "lib", |into| {
        let libraries = into.join("lib");
        // A library of another version would stay beside the new one.
        if libraries.exists() {
            fs::remove_dir_all(&libraries)
                .with_context(|| format!("cannot remove {}", libraries.display()))?;
        }
        let mut output = std::ffi::OsString::from("-DoutputDirectory=");
        output.push(&libraries);
        run_in(root, "mvn", &["--quiet", "--batch-mode", "--file"])
            .arg(&pom)
            .arg("dependency:copy-dependencies")
            .arg(output)
            .check()
    })
}

/// Builds a program of the workspace, with the features and so the artifacts of the Rust tests. Returns its path.
///
/// # Errors
///
/// If it does not compile.
pub fn program(root: &Path, name: &str) -> Result<PathBuf> {
    let build = [
        "build",
        "--workspace",
        "--all-features",
        "--locked",
        "--bin",
    ];
    cargo(root, &build).arg(name).check()?;
    Ok(target(root).join("debug").join(name))
}

/// Builds the emulator. Returns its path.
///
/// # Errors
///
/// If it does not compile.
pub fn emulator(root: &Path) -> Result<PathBuf> {
    program(root, "hwtasks-emulator")
}

/// Returns the target directory of cargo.
pub fn target(root: &Path) -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| root.join("target"), |given| root.join(given))
}

/// Returns the path of Chromium: `HWTASKS_CHROMIUM`, or the program of the distribution. With `CI=true` it installs
/// the package of Debian and Ubuntu if there is none.
///
/// # Errors
///
/// [`Missing`] without Chromium.
pub fn chromium(root: &Path) -> Result<PathBuf> {
    if let Some(path) = std::env::var_os("HWTASKS_CHROMIUM") {
        return Ok(path.into());
    }
    if let Some(path) = on_path(CHROMIUM) {
        return Ok(path);
    }
    if is_strict() {
        let apt =
            |args: &[&str]| run_in(root, "apt-get", args).env("DEBIAN_FRONTEND", "noninteractive");
        apt(&["update", "--quiet"]).check()?;
        let package = ["install", "--yes", "--quiet", "--no-install-recommends"];
        apt(&package).arg(CHROMIUM[0]).check()?;
    }
    on_path(CHROMIUM).ok_or_else(|| {
        let what = "Chromium is not installed: install the package chromium of the distribution, \
                    or set HWTASKS_CHROMIUM to its path";
        Missing(what.to_owned()).into()
    })
}

/// Returns the first of these programs in the folders of `PATH`.
fn on_path(programs: &[&str]) -> Option<PathBuf> {
    let folders = std::env::var_os("PATH")?;
    programs
        .iter()
        .flat_map(|program| std::env::split_paths(&folders).map(move |folder| folder.join(program)))
        .find(|path| path.is_file())
}

fn need(program: &str, test: &[&str], wanted: &str) -> Result<()> {
    if !run_in(Path::new("."), program, test).succeeds() {
        return Err(Missing(format!("{wanted} is not installed")).into());
    }
    Ok(())
}

/// Installs the packages of `package-lock.json` in `folder`. Returns the folder with their commands.
///
/// # Errors
///
/// [`Missing`] without Node.js; another error if the installation fails.
pub fn node_commands(root: &Path, folder: &str) -> Result<PathBuf> {
    need_node()?;
    let files = ["package.json", "package-lock.json"].map(|name| Path::new(folder).join(name));
    let commands = "node_modules/.bin";
    install(root, "node", &files, commands, |into| {
        for file in &files {
            let name = file.file_name().unwrap_or_default();
            fs::copy(root.join(file), into.join(name))
                .with_context(|| format!("cannot copy {}", file.display()))?;
        }
        run_in(into, "npm", &["ci", "--silent", "--no-audit", "--no-fund"]).check()
    })
}

/// Installs a requirements file into a virtual environment. Returns the folder with its commands.
///
/// # Errors
///
/// [`Missing`] without Python; another error if the installation fails.
pub fn python_commands(root: &Path, requirements: &str) -> Result<PathBuf> {
    need_python()?;
    let files = [PathBuf::from(requirements)];
    install(root, "python", &files, "bin", |into| {
        run_in(root, "python3", &["-m", "venv", "--clear"])
            .arg(into)
            .check()?;
        let pip = [
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--requirement",
        ];
        run_in(root, into.join("bin/pip"), &pip)
            .arg(requirements)
            .check()
    })
}

/// Installs unless the same lock file is installed already, so that installed tools work offline.
fn install(
    root: &Path,
    language: &str,
    files: &[PathBuf],
    commands: &str,
    install: impl FnOnce(&Path) -> Result<()>,
) -> Result<PathBuf> {
    let mut wanted = String::new();
    for file in files {
        let text = fs::read_to_string(root.join(file));
        wanted += &text.with_context(|| format!("cannot read {}", file.display()))?;
    }
    let name = files
        .last()
        .map(|file| file.with_extension("").to_string_lossy().replace('/', "-"));
    let into = root.join(format!(
        "target/tools/{language}/{}",
        name.unwrap_or_default()
    ));
    let stamp = into.join("installed");
    if fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(into.join(commands));
    }
    fs::create_dir_all(&into).with_context(|| format!("cannot create {}", into.display()))?;
    // If the installation fails, an old stamp must not mark it as complete.
    let _ = fs::remove_file(&stamp);
    install(&into)?;
    fs::write(&stamp, wanted).with_context(|| format!("cannot write {}", stamp.display()))?;
    Ok(into.join(commands))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn program_on_path_is_found_in_order_of_names() {
        let found = on_path(&["no-such-program", "sh", "cat"]).unwrap();
        assert!(found.ends_with("sh"), "{}", found.display());
        assert_eq!(on_path(&["no-such-program"]), None);
    }

    #[test]
    fn version_of_go_is_read() {
        for version in ["go1.26.0\n", "go1.26.8", "go1.27rc1", "go1.30-custom"] {
            assert!(is_new_go(version), "{version}");
        }
        for version in ["", "go1.25.9", "go1.2", "devel", "go2"] {
            assert!(!is_new_go(version), "{version}");
        }
    }
}

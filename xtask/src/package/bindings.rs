//! The packages of the other languages.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, Result, ensure};

use super::smoke::{self, example};
use super::{Artifact, Packing, VERSION};
use crate::ci::java;
use crate::emulator::Emulator;
use crate::run::run_in;
use crate::tools;

/// Packs the npm package, and runs its example in an empty project.
pub(super) fn npm(packing: &Packing<'_>) -> Result<Vec<Artifact>> {
    tools::need_node()?;
    let started = Instant::now();
    let folder = packing.root.join("bindings/typescript");
    let quiet = ["--silent", "--no-audit", "--no-fund"];
    run_in(&folder, "npm", &["ci"]).args(&quiet).check()?;
    run_in(&folder, "npm", &["pack", "--silent", "--pack-destination"])
        .arg(&packing.output)
        .check()?;
    let path = packing.output.join(format!("hwtasks-{VERSION}.tgz"));
    let packed_in = started.elapsed();
    let checked_in = packing.checked(|| {
        let project = packing.project("npm")?;
        write(&project.join("package.json"), "{ \"private\": true }\n")?;
        run_in(&project, "npm", &["install"])
            .args(&quiet)
            .arg(&path)
            .check()?;
        // The example is JavaScript too.
        let code = example(&folder.join("README.md"), "ts")?;
        write(&project.join("example.mjs"), &code)?;
        let emulator = Emulator::start(packing.root)?;
        smoke::run(&emulator, run_in(&project, "node", &["example.mjs"]))
    })?;
    Ok(vec![Artifact {
        path,
        packed_in,
        checked_in,
    }])
}

/// Builds the wheel and the source distribution, and runs their example in an environment of each.
pub(super) fn python(packing: &Packing<'_>) -> Result<Vec<Artifact>> {
    let folder = packing.root.join("bindings/python");
    let requirements = "bindings/python/requirements/dev.txt";
    let commands = tools::python_commands(packing.root, requirements)?;
    let started = Instant::now();
    run_in(
        &folder,
        commands.join("python"),
        &["-m", "build", "--no-isolation"],
    )
    .arg("--outdir")
    .arg(&packing.output)
    .check_quietly()?;
    let packed_in = started.elapsed() / 2;
    let code = example(&folder.join("README.md"), "python")?;
    let files = [
        format!("hwtasks-{VERSION}-py3-none-any.whl"),
        format!("hwtasks-{VERSION}.tar.gz"),
    ];
    let mut artifacts = Vec::new();
    for (file, project) in files.iter().zip(["python-wheel", "python-sdist"]) {
        let path = packing.output.join(file);
        let checked_in = packing.checked(|| {
            let project = packing.project(project)?;
            run_in(packing.root, "python3", &["-m", "venv"])
                .arg(&project)
                .check()?;
            let python = project.join("bin/python");
            let install = [
                "-m",
                "pip",
                "install",
                "--quiet",
                "--disable-pip-version-check",
            ];
            run_in(packing.root, &python, &install)
                .args(&["--constraint", requirements])
                .arg(&path)
                .check()?;
            write(&project.join("example.py"), &code)?;
            let emulator = Emulator::start(packing.root)?;
            // Isolated, so that it cannot import the sources.
            smoke::run(
                &emulator,
                run_in(&project, &python, &["-I", "-W", "error", "example.py"]),
            )
        })?;
        artifacts.push(Artifact {
            path,
            packed_in,
            checked_in,
        });
    }
    Ok(artifacts)
}

/// The path of the Go module.
const GO_MODULE: &str = "github.com/hwtasks/hwtasks/bindings/go";

/// Packs the zip of the Go module, and runs its example in a module that gets it from a proxy in a folder.
pub(super) fn go(packing: &Packing<'_>) -> Result<Vec<Artifact>> {
    tools::need_go()?;
    let started = Instant::now();
    let folder = packing.root.join("bindings/go");
    let version = format!("v{VERSION}");
    let path = packing.output.join(format!("hwtasks-go-{version}.zip"));
    let tool = packing.root.join("xtask/tools/go-module-zip");
    run_in(&tool, "go", &["run", "."])
        .arg(&folder)
        .args(&[GO_MODULE, &version])
        .arg(&path)
        .check()?;
    let packed_in = started.elapsed();
    let checked_in = packing.checked(|| {
        let project = packing.project("go")?;
        let proxy = proxy(&project.join("proxy"), &folder, &version, &path)?;
        let module = project.join("module");
        write(
            &module.join("main.go"),
            &example(&folder.join("README.md"), "go")?,
        )?;
        let go = |args: &[&str]| {
            run_in(&module, "go", args)
                .env("GOPROXY", format!("file://{}", proxy.display()))
                .env("GONOSUMDB", GO_MODULE)
                .env("GOFLAGS", "-modcacherw")
                .env("GOMODCACHE", project.join("cache"))
        };
        go(&["mod", "init", "example"]).check_quietly()?;
        go(&["get", &format!("{GO_MODULE}@{version}")]).check()?;
        let emulator = Emulator::start(packing.root)?;
        smoke::run(&emulator, go(&["run", "."]))
    })?;
    Ok(vec![Artifact {
        path,
        packed_in,
        checked_in,
    }])
}

/// Writes the files of a module proxy that has this one version.
fn proxy(proxy: &Path, source: &Path, version: &str, zip: &Path) -> Result<PathBuf> {
    let versions = proxy.join(GO_MODULE).join("@v");
    write(&versions.join("list"), &format!("{version}\n"))?;
    let info = serde_json::json!({ "Version": version });
    write(&versions.join(format!("{version}.info")), &info.to_string())?;
    for (from, end) in [(source.join("go.mod"), "mod"), (zip.to_path_buf(), "zip")] {
        fs::copy(&from, versions.join(format!("{version}.{end}")))
            .with_context(|| format!("cannot copy {}", from.display()))?;
    }
    ensure!(proxy.is_absolute(), "the proxy needs an absolute path");
    Ok(proxy.to_path_buf())
}

/// Builds the jars, and runs the example in an empty project that gets them from a repository of its own.
pub(super) fn java(packing: &Packing<'_>) -> Result<Vec<Artifact>> {
    tools::need_java()?;
    let started = Instant::now();
    let folder = packing.root.join(java::BINDING);
    java::maven(&folder, &["--quiet", "package", "-DskipTests"]).check()?;
    let jars = java::jars(VERSION);
    for jar in &jars {
        let from = folder.join("target").join(jar);
        fs::copy(&from, packing.output.join(jar))
            .with_context(|| format!("cannot copy {}", from.display()))?;
    }
    let packed_in = started.elapsed() / 3;
    java::check_licences(&packing.output, &jars)?;
    let checked_in = packing.checked(|| {
        let emulator = tools::emulator(packing.root)?;
        java::readme(packing.root, &folder, &emulator)
    })?;
    // One check covers all three: Maven installs the classes, and the others are for people.
    let artifact = |(index, jar): (usize, &String)| Artifact {
        path: packing.output.join(jar),
        packed_in,
        checked_in: checked_in.filter(|_| index == 0),
    };
    Ok(jars.iter().enumerate().map(artifact).collect())
}

pub(super) fn write(path: &Path, text: &str) -> Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)
            .with_context(|| format!("cannot create {}", folder.display()))?;
    }
    fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
}

//! The static programs with the site beside them, and the context of the container image.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, Result, ensure};

use super::bindings::write;
use super::smoke;
use super::{Artifact, Packing, VERSION};
use crate::emulator::Emulator;
use crate::run::{Missing, cargo, run_in};
use crate::{site, tools};

/// The target of programs that need no library of the machine.
const STATIC_TARGET: &str = "x86_64-unknown-linux-musl";
/// The programs, each by its package.
const PROGRAMS: [&str; 2] = ["hwtasks", "hwtasks-emulator"];
/// Where an archive has the site: where `hwtasks emulator --docs` expects it.
const SITE: &str = "share/hwtasks/site";

/// Compiles the programs for the target, and packs them with the site and the licences.
pub(super) fn programs(packing: &Packing<'_>) -> Result<Vec<Artifact>> {
    let started = Instant::now();
    let folder = compiled(packing)?;
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    let end = if is_windows(packing.target()) {
        "zip"
    } else {
        "tar.gz"
    };
    let path = packing.output.join(format!("{name}.{end}"));
    // `-a`: the format that the name of the archive says. The tar of Windows writes zip files.
    run_in(&packing.projects, "tar", &["-caf"])
        .arg(&path)
        .arg(&*name)
        .check()?;
    let packed_in = started.elapsed();
    let can_run = host(packing.root)?.split('-').next() == packing.target().split('-').next();
    let checked_in = packing.checked(|| {
        ensure!(can_run, "this machine cannot run {}", packing.target());
        let project = packing.project("programs")?;
        run_in(&project, "tar", &["-xf"]).arg(&path).check()?;
        let bin = project.join(&*name).join("bin");
        // Without a folder: it finds the site of the archive.
        let emulator = bin.join(program_file(packing, "hwtasks"));
        let args = ["emulator", "--docs", "--docs-listen=localhost:0"];
        let emulator = Emulator::start_program(&emulator, &args)?;
        let wait = ["kafka", "wait", "moving", "ends-well"];
        let program = bin.join(program_file(packing, "hwtasks"));
        smoke::run_any(&emulator, run_in(&project, program, &wait)).map(drop)
    })?;
    Ok(vec![Artifact {
        path,
        packed_in,
        checked_in,
    }])
}

/// Packs the context of the image: the static programs, the site and the Dockerfile.
///
/// No step of the image downloads or compiles anything, so the image holds the programs of the archive.
pub(super) fn container(packing: &Packing<'_>) -> Result<Vec<Artifact>> {
    let started = Instant::now();
    let programs = compiled(packing)?;
    let name = format!("hwtasks-container-{VERSION}");
    let folder = packing.project(&name)?;
    site::copy_folder(&programs, &folder.join("root"))?;
    let dockerfile = packing.root.join("xtask/data/Dockerfile");
    fs::copy(&dockerfile, folder.join("Dockerfile"))
        .with_context(|| format!("cannot copy {}", dockerfile.display()))?;
    let path = packing.output.join(format!("{name}.tar.gz"));
    run_in(&folder, "tar", &["-czf"])
        .arg(&path)
        .arg(".")
        .check()?;
    Ok(vec![Artifact {
        path,
        packed_in: started.elapsed(),
        checked_in: None,
    }])
}

/// Compiles the programs into a folder as an archive has it.
fn compiled(packing: &Packing<'_>) -> Result<PathBuf> {
    let target = packing.target();
    need_target(packing.root, target)?;
    let profile = packing.options.profile.as_str();
    cargo(packing.root, &["build", "--locked", "--target", target])
        .args(&["--profile", profile])
        .args(&["--package", "hwtasks-cli", "--package", "hwtasks-emulator"])
        // Otherwise the build scripts compile C for the library of this machine.
        .env("CC_x86_64_unknown_linux_musl", "musl-gcc")
        .check()?;
    let site = packing.root.join(site::OUTPUT);
    if !site.join("reference/index.html").exists() {
        site::build(packing.root, "/")?;
    }
    let folder = packing.project(&format!("hwtasks-{VERSION}-{target}"))?;
    let built = tools::target(packing.root)
        .join(target)
        .join(match profile {
            "dev" => "debug",
            profile => profile,
        });
    fs::create_dir_all(folder.join("bin"))
        .with_context(|| format!("cannot create {}", folder.display()))?;
    for program in PROGRAMS {
        let file = program_file(packing, program);
        let from = built.join(&file);
        fs::copy(&from, folder.join("bin").join(&file))
            .with_context(|| format!("cannot copy {}", from.display()))?;
    }
    site::copy_folder(&site, &folder.join(SITE))?;
    for file in ["LICENSE-MIT", "LICENSE-APACHE", "CHANGELOG.md"] {
        fs::copy(packing.root.join(file), folder.join(file))
            .with_context(|| format!("cannot copy {file}"))?;
    }
    let readme = fs::read_to_string(packing.root.join("crates/cli/README.md"));
    write(
        &folder.join("README.md"),
        &readme.context("cannot read the README")?,
    )?;
    Ok(folder)
}

fn is_windows(target: &str) -> bool {
    target.contains("windows")
}

fn program_file(packing: &Packing<'_>, program: &str) -> String {
    let end = if is_windows(packing.target()) {
        ".exe"
    } else {
        ""
    };
    format!("{program}{end}")
}

impl Packing<'_> {
    fn target(&self) -> &str {
        self.options.target.as_deref().unwrap_or(STATIC_TARGET)
    }
}

/// Returns the target triple of this machine.
fn host(root: &Path) -> Result<String> {
    let printed = run_in(root, "rustc", &["-vV"]).output()?;
    let host = printed.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned).context("rustc names no host")
}

/// Checks that the standard library of the target is installed, and a C compiler for it.
fn need_target(root: &Path, target: &str) -> Result<()> {
    let printed = run_in(
        root,
        "rustc",
        &["--print", "target-libdir", "--target", target],
    );
    let folder = printed.output()?;
    if !Path::new(folder.trim()).is_dir() {
        let why = format!("the target is not installed: rustup target add {target}");
        return Err(Missing(why).into());
    }
    let is_musl = target.ends_with("musl");
    if is_musl && !run_in(root, "musl-gcc", &["--version"]).succeeds() {
        let why = "musl-gcc is not installed, and the TLS library needs it: the package musl-tools";
        return Err(Missing(why.to_owned()).into());
    }
    Ok(())
}

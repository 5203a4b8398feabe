//! `cargo xtask site`: builds the static site, and serves it beside an emulator.
//!
//! VitePress renders the guides; the reference page is Scalar, whose program is copied beside it. Nothing of the site
//! is loaded from another host.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use serde_json::json;

use crate::emulator::LISTEN;
use crate::run::run_in;
use crate::tools;

mod documents;
mod pages;

/// Where the sources are, and the lock file of the tools.
const SOURCES: &str = "xtask/site";
const TOOLS: &str = "xtask/tools/site";
/// Where the site is built, from the root.
pub const OUTPUT: &str = "target/site";
/// The repository, for links to files that are not pages.
const REPOSITORY: &str = "https://github.com/hwtasks/hwtasks";

/// How the site is built.
pub struct Options {
    /// The path of the site on its host, with a slash at both ends.
    pub base: String,
    /// Serves the site at this address afterwards, with an emulator.
    pub serve: Option<String>,
}

/// Builds the site into `target/site`, and serves it if the options say so.
///
/// # Errors
///
/// [`crate::run::Missing`] without Node.js; another error if a page has a dead link, or a tool fails.
pub fn run(root: &Path, options: &Options) -> Result<bool> {
    build(root, &options.base)?;
    if let Some(address) = &options.serve {
        serve(root, address)?;
    }
    Ok(true)
}

/// Builds the site into `target/site`.
///
/// # Errors
///
/// [`crate::run::Missing`] without Node.js; another error if a page has a dead link, or a tool fails.
pub fn build(root: &Path, base: &str) -> Result<()> {
    ensure!(
        base.starts_with('/') && base.ends_with('/'),
        "the base {base:?} must start and end with a slash"
    );
    let commands = tools::node_commands(root, TOOLS)?;
    let modules = commands.parent().context("node_modules has no parent")?;
    let staged = modules.with_file_name("pages");
    stage(root, base, modules, &staged)?;
    let output = root.join(OUTPUT);
    run_in(&staged, commands.join("vitepress"), &["build", "."])
        .arg("--outDir")
        .arg(&output)
        .check_quietly()?;
    println!("the site is in {}", output.display());
    Ok(())
}

/// Copies the sources, the guides, the documents and the program of the reference to `staged`, where VitePress finds
/// its modules in the folder above.
fn stage(root: &Path, base: &str, modules: &Path, staged: &Path) -> Result<()> {
    if staged.exists() {
        fs::remove_dir_all(staged)
            .with_context(|| format!("cannot remove {}", staged.display()))?;
    }
    let sources = root.join(SOURCES);
    let public = staged.join("public");
    copy_folder(&sources.join(".vitepress"), &staged.join(".vitepress"))?;
    copy_folder(&sources.join("reference"), &public.join("reference"))?;
    copy(&sources.join("index.md"), &staged.join("index.md"))?;
    copy(&sources.join("icon.svg"), &public.join("icon.svg"))?;
    write(&public.join("emulator.json"), "null\n")?;
    let scalar = modules.join("@scalar/api-reference/dist/browser/standalone.js");
    copy(&scalar, &public.join("reference/scalar.js"))?;
    documents::stage(root, &public.join("openapi"))?;

    for page in pages::PAGES {
        let text = fs::read_to_string(root.join(page.source))
            .with_context(|| format!("cannot read {}", page.source))?;
        let staged_page = pages::staged(page, &text, |path| root.join(path).exists())
            .with_context(|| page.source.to_owned())?;
        for image in &staged_page.images {
            copy(&root.join(image), &public.join(image))?;
        }
        write(
            &staged.join(format!("{}.md", page.route)),
            &staged_page.text,
        )?;
    }
    let pages: Vec<_> = pages::PAGES
        .iter()
        .map(|page| json!({ "title": page.title, "route": page.route, "group": page.group }))
        .collect();
    let settings = json!({
        "base": base,
        "version": env!("CARGO_PKG_VERSION"),
        "repository": REPOSITORY,
        "pages": pages,
    });
    write(&staged.join("pages.json"), &format!("{settings:#}\n"))
}

/// Serves `target/site` with an emulator until it is interrupted.
fn serve(root: &Path, address: &str) -> Result<()> {
    let emulator = tools::emulator(root)?;
    let mut emulator = run_in(
        root,
        emulator,
        &["--docs", OUTPUT, "--docs-listen", address],
    )
    .args(&LISTEN)
    .into_command();
    let status = emulator.status().context("cannot start the emulator")?;
    if !status.success() {
        bail!("the emulator ended with {status}");
    }
    Ok(())
}

/// Copies a folder with all that is in it.
///
/// # Errors
///
/// If a file cannot be read or written.
pub fn copy_folder(from: &Path, to: &Path) -> Result<()> {
    let entries = fs::read_dir(from).with_context(|| format!("cannot list {}", from.display()))?;
    for entry in entries {
        let entry = entry.with_context(|| format!("cannot list {}", from.display()))?;
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if from.is_dir() {
            copy_folder(&from, &to)?;
        } else {
            copy(&from, &to)?;
        }
    }
    Ok(())
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    create_parent(to)?;
    fs::copy(from, to).with_context(|| format!("cannot copy {}", from.display()))?;
    Ok(())
}

fn write(path: &Path, text: &str) -> Result<()> {
    create_parent(path)?;
    fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
}

fn create_parent(path: &Path) -> Result<()> {
    let parent = path.parent().map(PathBuf::from).unwrap_or_default();
    fs::create_dir_all(&parent).with_context(|| format!("cannot create {}", parent.display()))
}

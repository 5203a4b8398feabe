//! Compares generated files with the committed ones, and writes them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::{fs, io};

use anyhow::{Context, Result, ensure};
use similar::TextDiff;

/// The maximum number of lines in the diff of a file.
const SHOWN_LINES: usize = 40;

/// Returns the root of the repository.
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_path_buf()
}

/// Generated files, by path from the root of the repository.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct FileSet {
    files: BTreeMap<PathBuf, String>,
    /// Folders, each with the end of the names of its generated files.
    folders: BTreeSet<(PathBuf, &'static str)>,
    /// Folders with hand-written files too. The first line of a generated one has the text.
    marked: BTreeSet<(PathBuf, &'static str)>,
}

/// A committed file that differs from the generated one.
#[derive(Debug, PartialEq, Eq)]
pub struct Stale {
    /// The path from the root.
    pub path: PathBuf,
    /// A unified diff from the committed to the generated text, of at most 40 lines.
    pub diff: String,
    /// The generated text; `None` if the file is no longer generated.
    generated: Option<String>,
}

impl FileSet {
    /// Adds a file. A missing newline at its end is added.
    pub fn add(&mut self, path: impl Into<PathBuf>, mut text: String) {
        if !text.ends_with('\n') {
            text.push('\n');
        }
        self.files.insert(path.into(), text);
    }

    /// Declares that all files of a folder are generated. Other files in it are stale.
    pub fn own(&mut self, folder: impl Into<PathBuf>) {
        self.own_named(folder, "");
    }

    /// Declares that the files of a folder whose names end so are generated. Others of that name are
    /// stale.
    pub fn own_named(&mut self, folder: impl Into<PathBuf>, end: &'static str) {
        self.folders.insert((folder.into(), end));
    }

    /// Declares that the files of a folder are generated whose first line contains this text. Others with
    /// it are stale.
    pub fn own_marked(&mut self, folder: impl Into<PathBuf>, mark: &'static str) {
        self.marked.insert((folder.into(), mark));
    }

    /// Adds the files and folders of another set.
    pub fn extend(&mut self, other: Self) {
        self.files.extend(other.files);
        self.folders.extend(other.folders);
        self.marked.extend(other.marked);
    }

    /// Returns the generated text of a file.
    pub fn get(&self, path: impl AsRef<Path>) -> Option<&str> {
        self.files.get(path.as_ref()).map(String::as_str)
    }

    /// Iterates over the files, ordered by path.
    pub fn iter(&self) -> impl Iterator<Item = (&Path, &str)> {
        self.files
            .iter()
            .map(|(path, text)| (path.as_path(), text.as_str()))
    }

    /// Returns the number of files.
    pub fn len(&self) -> usize {
        self.files.len()
    }

    /// Returns whether there are no files.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// Returns the files that are missing, differ, or are no longer generated.
    ///
    /// # Errors
    ///
    /// If a file or folder cannot be read, or a generated folder contains a file without the generated header.
    pub fn stale(&self, root: &Path) -> Result<Vec<Stale>> {
        let mut stale = Vec::new();
        for (path, generated) in &self.files {
            let committed = match fs::read(root.join(path)) {
                Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
                Err(e) if e.kind() == io::ErrorKind::NotFound => String::new(),
                Err(e) => return Err(e).with_context(|| format!("cannot read {}", path.display())),
            };
            if committed != *generated {
                let diff = unified(path, &committed, generated);
                stale.push(Stale {
                    path: path.clone(),
                    diff,
                    generated: Some(generated.clone()),
                });
            }
        }
        for path in self.leftovers(root)? {
            let diff = format!(
                "--- {0}\n    the file is no longer generated\n",
                path.display()
            );
            stale.push(Stale {
                path,
                diff,
                generated: None,
            });
        }
        Ok(stale)
    }

    fn leftovers(&self, root: &Path) -> Result<Vec<PathBuf>> {
        let mut leftovers = Vec::new();
        for (folder, end) in &self.folders {
            for path in names(root, folder)? {
                let is_owned = path.to_string_lossy().ends_with(end);
                if !is_owned || self.files.contains_key(&path) {
                    continue;
                }
                // An update would delete it, and it may be hand-written.
                let text = fs::read(root.join(&path)).unwrap_or_default();
                let text = String::from_utf8_lossy(&text);
                ensure!(
                    text.lines().take(10).any(|line| line.contains("xtask gen")),
                    "{} is not generated, but its folder holds only generated files: move it",
                    path.display()
                );
                leftovers.push(path);
            }
        }
        for (folder, mark) in &self.marked {
            for path in names(root, folder)? {
                let text = fs::read(root.join(&path)).unwrap_or_default();
                let text = String::from_utf8_lossy(&text);
                let is_marked = text.lines().next().is_some_and(|line| line.contains(mark));
                if is_marked && !self.files.contains_key(&path) {
                    leftovers.push(path);
                }
            }
        }
        leftovers.sort();
        Ok(leftovers)
    }
}

impl Stale {
    /// Returns whether the update deletes the file.
    pub fn is_removal(&self) -> bool {
        self.generated.is_none()
    }

    /// Replaces the committed file by the generated one: writes a temporary file and renames it.
    ///
    /// # Errors
    ///
    /// If the file or its folder cannot be written. The committed file is unchanged then.
    pub fn update(&self, root: &Path) -> Result<()> {
        let path = root.join(&self.path);
        let fail = || format!("cannot write {}", self.path.display());
        let Some(text) = &self.generated else {
            return fs::remove_file(&path)
                .with_context(|| format!("cannot remove {}", self.path.display()));
        };
        let folder = path.parent().unwrap_or(root);
        fs::create_dir_all(folder).with_context(fail)?;
        let mut beside = tempfile::NamedTempFile::new_in(folder).with_context(fail)?;
        beside.write_all(text.as_bytes()).with_context(fail)?;
        readable_by_all(beside.as_file()).with_context(fail)?;
        // The full error would keep the temporary file.
        beside
            .persist(&path)
            .map_err(|e| e.error)
            .with_context(fail)?;
        Ok(())
    }
}

/// The files of a folder, by their paths from the root; none where there is no folder.
fn names(root: &Path, folder: &Path) -> Result<Vec<PathBuf>> {
    let fail = || format!("cannot list {}", folder.display());
    let entries = match fs::read_dir(root.join(folder)) {
        Ok(entries) => entries,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(e) => return Err(e).with_context(fail),
    };
    let mut paths = Vec::new();
    for entry in entries {
        let entry = entry.with_context(fail)?;
        if entry.path().is_file() {
            paths.push(folder.join(entry.file_name()));
        }
    }
    Ok(paths)
}

/// Makes a temporary file, which is private by default, readable by all.
fn readable_by_all(file: &fs::File) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        file.set_permissions(fs::Permissions::from_mode(0o644))?;
    }
    #[cfg(not(unix))]
    let _ = file;
    Ok(())
}

fn unified(path: &Path, committed: &str, generated: &str) -> String {
    let path = path.display();
    let diff = TextDiff::from_lines(committed, generated);
    let text = diff
        .unified_diff()
        .context_radius(2)
        .header(
            &format!("{path} (committed)"),
            &format!("{path} (generated)"),
        )
        .to_string();
    let lines: Vec<&str> = text.lines().collect();
    let mut shown = lines
        .iter()
        .take(SHOWN_LINES)
        .fold(String::new(), |mut shown, line| {
            shown.push_str(line);
            shown.push('\n');
            shown
        });
    if lines.len() > SHOWN_LINES {
        // Writing to a string cannot fail.
        let _ = writeln!(
            shown,
            "... {} more lines of this diff",
            lines.len() - SHOWN_LINES
        );
    }
    shown
}

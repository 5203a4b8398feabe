//! The pages of the site, and how a README becomes one of them.

use std::path::{Component, Path, PathBuf};

use anyhow::{Result, ensure};

use super::REPOSITORY;

/// A page of the site, rendered from a file of the repository.
pub(super) struct Page {
    /// The file, from the root.
    pub(super) source: &'static str,
    /// The path of the page, without an extension.
    pub(super) route: &'static str,
    /// The heading of the page.
    pub(super) title: &'static str,
    /// The heading of its group in the sidebar.
    pub(super) group: &'static str,
}

const CLIENTS: &str = "Clients";
const TOOLS: &str = "Tools";
const CONTRACT: &str = "Documents";

/// Every page but the first, in the order of the sidebar.
pub(super) const PAGES: &[Page] = &[
    page("crates/client/README.md", "guide/rust", "Rust", CLIENTS),
    page(
        "bindings/python/README.md",
        "guide/python",
        "Python",
        CLIENTS,
    ),
    page(
        "bindings/typescript/README.md",
        "guide/typescript",
        "TypeScript",
        CLIENTS,
    ),
    page("bindings/go/README.md", "guide/go", "Go", CLIENTS),
    page("bindings/java/README.md", "guide/java", "Java", CLIENTS),
    page("crates/cli/README.md", "guide/cli", "Command line", TOOLS),
    page(
        "crates/emulator/README.md",
        "guide/emulator",
        "Emulator",
        TOOLS,
    ),
    page(
        "crates/emulator/differences.md",
        "guide/differences",
        "Differences from the cloud",
        TOOLS,
    ),
    page("spec/README.md", "documents", "The documents", CONTRACT),
    page("spec/QUIRKS.md", "quirks", "Contradictions", CONTRACT),
    page("CHANGELOG.md", "changelog", "Changelog", CONTRACT),
];

const fn page(
    source: &'static str,
    route: &'static str,
    title: &'static str,
    group: &'static str,
) -> Page {
    Page {
        source,
        route,
        title,
        group,
    }
}

/// A page as VitePress reads it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct StagedPage {
    pub(super) text: String,
    /// The images of the page, from the root.
    pub(super) images: Vec<String>,
}

/// Converts the text of a file to a page: its title, its links, and the code of Rust as rustdoc shows it.
///
/// # Errors
///
/// If a link names a file that does not exist.
pub(super) fn staged(
    page: &Page,
    text: &str,
    exists: impl Fn(&Path) -> bool,
) -> Result<StagedPage> {
    let mut staged = StagedPage::default();
    let mut has_title = false;
    // The info string of the code block that the line is in.
    let mut code: Option<&str> = None;
    for line in text.lines() {
        if let Some(info) = line.trim_start().strip_prefix("```") {
            code = match code {
                Some(_) => None,
                None => Some(info),
            };
            // VitePress knows the language alone.
            let indent = &line[..line.len() - line.trim_start().len()];
            let language = info.split(',').next().unwrap_or_default();
            staged.text += &format!("{indent}```{language}\n");
        } else if let Some(info) = code {
            let is_hidden = info.starts_with("rust") && is_hidden_by_rustdoc(line.trim_start());
            if !is_hidden {
                staged.text += &format!("{line}\n");
            }
        } else if !has_title && line.starts_with("# ") {
            has_title = true;
            staged.text += &format!("# {}\n", page.title);
        } else {
            let line = with_links(page, line, &exists, &mut staged.images)?;
            staged.text += &format!("{line}\n");
        }
    }
    ensure!(has_title, "the file has no title");
    Ok(staged)
}

fn is_hidden_by_rustdoc(line: &str) -> bool {
    line == "#" || line.starts_with("# ")
}

/// Replaces the targets of the links and images in a line.
fn with_links(
    page: &Page,
    line: &str,
    exists: &impl Fn(&Path) -> bool,
    images: &mut Vec<String>,
) -> Result<String> {
    let mut replaced = String::new();
    let mut rest = line;
    while let Some(start) = rest.find("](") {
        let (before, after) = rest.split_at(start + 2);
        let end = after.find(')').unwrap_or(after.len());
        let (target, after) = after.split_at(end);
        let is_image = before
            .rfind('[')
            .is_some_and(|open| before[..open].ends_with('!'));
        replaced += before;
        replaced += &target_on_site(page, target, is_image, exists, images)?;
        rest = after;
    }
    Ok(replaced + rest)
}

fn target_on_site(
    page: &Page,
    target: &str,
    is_image: bool,
    exists: &impl Fn(&Path) -> bool,
    images: &mut Vec<String>,
) -> Result<String> {
    let (file, anchor) = match target.split_once('#') {
        Some((file, anchor)) => (file, format!("#{anchor}")),
        None => (target, String::new()),
    };
    let in_repository = file
        .strip_prefix(REPOSITORY)
        .and_then(|path| path.strip_prefix("/blob/main/"));
    let path = match in_repository {
        Some(path) => PathBuf::from(path),
        None if file.is_empty() || file.contains(':') => return Ok(target.to_owned()),
        None => joined(Path::new(page.source).parent(), Path::new(file)),
    };
    ensure!(exists(&path), "the link {target} names no file");
    let path = path.to_string_lossy().replace('\\', "/");
    if let Some(page) = PAGES.iter().find(|page| page.source == path) {
        return Ok(format!("/{}{anchor}", page.route));
    }
    if is_image {
        images.push(path.clone());
        return Ok(format!("/{path}"));
    }
    Ok(format!("{REPOSITORY}/blob/main/{path}{anchor}"))
}

/// Resolves `..` and `.` in a relative path.
fn joined(folder: Option<&Path>, file: &Path) -> PathBuf {
    let mut path = folder.map(Path::to_path_buf).unwrap_or_default();
    for component in file.components() {
        match component {
            Component::ParentDir => {
                path.pop();
            }
            Component::CurDir => {}
            component => path.push(component),
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: Page = page("crates/cli/README.md", "guide/cli", "Command line", TOOLS);

    fn text(markdown: &str) -> String {
        let all = format!("# title\n{markdown}\n");
        let staged = staged(&PAGE, &all, |_| true).unwrap();
        let line = staged.text.strip_prefix("# Command line\n").unwrap();
        line.trim_end().to_owned()
    }

    #[test]
    fn link_to_page_becomes_its_route_and_others_go_to_repository() {
        for (link, expected) in [
            ("../../spec/QUIRKS.md", "/quirks"),
            ("../../spec/QUIRKS.md#time", "/quirks#time"),
            ("../emulator/README.md", "/guide/emulator"),
            (
                "https://github.com/hwtasks/hwtasks/blob/main/spec/QUIRKS.md",
                "/quirks",
            ),
            (
                "src/main.rs",
                "https://github.com/hwtasks/hwtasks/blob/main/crates/cli/src/main.rs",
            ),
            ("https://example.com/a", "https://example.com/a"),
            ("#commands", "#commands"),
        ] {
            assert_eq!(
                text(&format!("See [it]({link}).")),
                format!("See [it]({expected}).")
            );
        }
    }

    #[test]
    fn link_to_missing_file_fails() {
        let error = staged(&PAGE, "# title\n[it](gone.md)\n", |_| false).unwrap_err();
        assert_eq!(error.to_string(), "the link gone.md names no file");
    }

    #[test]
    fn image_is_copied() {
        let staged = staged(&PAGE, "# title\n![a list](pictures/list.svg)\n", |_| true).unwrap();
        assert_eq!(staged.images, ["crates/cli/pictures/list.svg"]);
        assert!(staged.text.contains("](/crates/cli/pictures/list.svg)"));
    }

    #[test]
    fn code_of_rust_loses_hidden_lines_and_others_keep_comments() {
        let rust =
            "```rust,no_run\n# fn main() {\n#[derive(Debug)]\nstruct A;\n    # a();\n# }\n```";
        assert_eq!(text(rust), "```rust\n#[derive(Debug)]\nstruct A;\n```");
        let shell = "```sh\n# a comment with [a](link)\n```";
        assert_eq!(text(shell), shell);
    }

    #[test]
    fn every_page_is_staged() {
        let root = crate::files::root();
        for page in PAGES {
            let text = std::fs::read_to_string(root.join(page.source)).unwrap();
            staged(page, &text, |path| root.join(path).exists()).unwrap();
        }
    }
}

//! Fails on words that only this project used for what HTTP, retries and polling have standard words for.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

/// A word or phrase that must not be used, in prose or in an identifier, and the words to use instead.
///
/// A trailing `*` stands for any ending. A phrase matches `let in`, `let_in` and `letIn`.
const WORDS: [(&str, &str); 20] = [
    ("answer*", "response, return"),
    ("unanswered", "without a response"),
    ("look", "poll"),
    ("looks", "polls"),
    ("looked", "polled"),
    ("looking", "polling"),
    ("mend", "fix, correct"),
    ("mends", "fixes, corrects"),
    ("mended", "fixed, corrected"),
    ("mending", "fixing, correcting"),
    ("whoever", "the caller, the user"),
    ("heed*", "honor"),
    ("let in", "authenticated, accepted"),
    ("lets in", "accepts"),
    ("anew", "again"),
    ("swept", "the result of a sweep"),
    ("sister page", "related page"),
    ("is told", "is configured, receives"),
    ("an own", "a separate, a custom"),
    ("attempted again", "retried"),
];

/// A part of every word above: a line without any of them is not split into words.
const STEMS: [&str; 12] = [
    "answer",
    "look",
    "mend",
    "whoever",
    "heed",
    "let",
    "anew",
    "swept",
    "sister",
    "told",
    "own",
    "attempted",
];

/// Words that make an ordinary expression of the word before: "look up", "looks like".
const ORDINARY: [(&str, &str); 2] = [("look*", "up"), ("look*", "like")];

/// A line that may use a word, with the reason.
struct Exception {
    file: &'static str,
    /// A part of the line; empty: every line of the file.
    line: &'static str,
    reason: &'static str,
}

const MAX_EXCEPTIONS: usize = 15;

const EXCEPTIONS: &[Exception] = &[Exception {
    file: "tests/suite/tidy.rs",
    line: "",
    reason: "the list of the words",
}];

/// Where sources, documents and messages are.
const ROOTS: [&str; 5] = ["bindings", "crates", "spec", "tests", "xtask"];

/// Directories that hold no source of ours: build products, generated code, inputs of others.
const SKIPPED_DIRECTORIES: [&str; 8] = [
    "corpus",
    "dist",
    "generated",
    "_generated",
    "node_modules",
    "target",
    "__pycache__",
    ".venv",
];

const EXTENSIONS: [&str; 16] = [
    "go", "html", "j2", "java", "json", "md", "mjs", "py", "rs", "snap", "stderr", "tera", "toml",
    "ts", "txt", "yaml",
];

/// Files made by package managers, and bodies that are kept as their documents have them.
fn is_foreign(path: &str) -> bool {
    path.ends_with("package-lock.json") || path.starts_with("crates/api/src/examples/")
}

#[derive(Debug, PartialEq, Eq)]
struct Finding {
    file: String,
    /// From 1; 0 is the path itself.
    line: usize,
    text: String,
    word: &'static str,
    standard: &'static str,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, line, .. } = self;
        write!(f, "{file}:{line}: {:?}: use ", self.word)?;
        write!(f, "{}: {}", self.standard, self.text.trim())
    }
}

/// A run of letters without a change of case inside, in lower case.
struct Word {
    text: String,
    /// What is between this word and the one before it.
    separator: String,
}

/// The words of a line; identifiers are split at `_` and at capitals.
fn words(line: &str) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    let mut separator = String::new();
    let mut was_lower = false;
    for c in line.chars() {
        if !c.is_alphabetic() {
            separator.push(c);
            was_lower = false;
            continue;
        }
        let continues = separator.is_empty() && !(was_lower && c.is_uppercase());
        match words.last_mut().filter(|_| continues) {
            Some(word) => word.text.extend(c.to_lowercase()),
            None => words.push(Word {
                text: c.to_lowercase().collect(),
                separator: std::mem::take(&mut separator),
            }),
        }
        was_lower = c.is_lowercase();
    }
    words
}

fn is_word(pattern: &str, word: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(stem) => word.starts_with(stem),
        None => word == pattern,
    }
}

/// Whether the words begin with this word or phrase. A phrase is either prose or one identifier: `let in_flight` is
/// code and not the phrase "let in".
fn begins_with(words: &[Word], phrase: &str) -> bool {
    let parts: Vec<_> = phrase.split(' ').collect();
    let Some((found, rest)) = words.split_at_checked(parts.len()) else {
        return false;
    };
    let matches = found.iter().zip(&parts).all(|(w, p)| is_word(p, &w.text));
    let in_prose = found.iter().skip(1).all(|word| word.separator == " ");
    let in_identifier = |word: &Word| matches!(&*word.separator, "_" | "-" | "");
    let ends = !rest.first().is_some_and(in_identifier);
    let joined = found.iter().skip(1).all(in_identifier);
    matches && (parts.len() == 1 || joined || (in_prose && ends))
}

fn find_in_line(line: &str) -> Vec<(&'static str, &'static str)> {
    let lower = line.to_ascii_lowercase();
    if !STEMS.iter().any(|stem| lower.contains(stem)) {
        return Vec::new();
    }
    let words = words(line);
    let mut found = Vec::new();
    for at in 0..words.len() {
        let here = &words[at..];
        let next = here.get(1).map_or("", |word| word.text.as_str());
        let ordinary = ORDINARY
            .iter()
            .any(|(word, after)| is_word(word, &here[0].text) && next == *after);
        let hit = WORDS.iter().find(|(word, _)| begins_with(here, word));
        found.extend(hit.filter(|_| !ordinary).copied());
    }
    found
}

fn find(file: &str, text: &str) -> Vec<Finding> {
    let lines = std::iter::once(file).chain(text.lines()).enumerate();
    let mut findings = Vec::new();
    for (number, line) in lines {
        for (word, standard) in find_in_line(line) {
            findings.push(Finding {
                file: file.to_owned(),
                line: number,
                text: line.to_owned(),
                word,
                standard,
            });
        }
    }
    findings
}

/// The findings that no exception allows, and the exceptions that allow none.
fn judge(findings: Vec<Finding>, exceptions: &[Exception]) -> (Vec<Finding>, Vec<&Exception>) {
    let allows = |exception: &Exception, finding: &Finding| {
        exception.file == finding.file && finding.text.contains(exception.line)
    };
    let unused = exceptions
        .iter()
        .filter(|e| !findings.iter().any(|f| allows(e, f)));
    let unused = unused.collect();
    let left = findings.into_iter();
    let left = left.filter(|f| !exceptions.iter().any(|e| allows(e, f)));
    (left.collect(), unused)
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Adds the sources below a directory, as paths from the root.
fn collect(directory: &str, sources: &mut Vec<String>) {
    let entries = fs::read_dir(root().join(directory)).expect("the directory can be listed");
    for entry in entries {
        let entry = entry.expect("the entry can be read");
        let name = entry.file_name().into_string().expect("names are Unicode");
        let path = match directory {
            "" => name.clone(),
            _ => format!("{directory}/{name}"),
        };
        let kind = entry.file_type().expect("the entry has a type");
        if kind.is_dir() {
            let is_source = match directory {
                "" => ROOTS.contains(&&*name),
                _ => !SKIPPED_DIRECTORIES.contains(&&*name) && !name.ends_with(".egg-info"),
            };
            if is_source {
                collect(&path, sources);
            }
        } else if name
            .rsplit_once('.')
            .is_some_and(|(_, extension)| EXTENSIONS.contains(&extension))
            && !is_foreign(&path)
        {
            sources.push(path);
        }
    }
}

#[test]
fn sources_use_the_standard_words() {
    let mut sources = Vec::new();
    collect("", &mut sources);
    sources.sort();
    assert!(sources.len() > 300, "only {} sources", sources.len());
    let mut findings = Vec::new();
    for path in &sources {
        let text = fs::read_to_string(root().join(path)).expect("sources are UTF-8");
        findings.extend(find(path, &text));
    }
    let (findings, unused) = judge(findings, EXCEPTIONS);
    let lines: Vec<_> = findings.iter().map(ToString::to_string).collect();
    assert!(
        lines.is_empty(),
        "{} uses:\n{}",
        lines.len(),
        lines.join("\n")
    );
    let unused: Vec<_> = unused.iter().map(|e| (e.file, e.line)).collect();
    assert!(unused.is_empty(), "unused exceptions: {unused:?}");
}

#[test]
fn every_word_has_a_stem() {
    for (word, _) in WORDS {
        assert!(STEMS.iter().any(|stem| word.contains(stem)), "{word}");
    }
}

#[test]
fn exceptions_are_few_and_have_a_reason() {
    assert!(EXCEPTIONS.len() <= MAX_EXCEPTIONS);
    for exception in EXCEPTIONS {
        assert!(exception.reason.len() > 10, "{}", exception.file);
    }
}

#[test]
fn planted_word_is_found_in_prose_and_identifiers() {
    for (line, word) in [
        ("// The service answered 404.", "answer*"),
        ("let final_look = 1;", "look"),
        ("const lastLooks = 2;", "looks"),
        ("whether the user is let in", "let in"),
        ("fn is_let_in() {}", "let in"),
        ("const wasLetIn = true;", "let in"),
        ("An own `http_client` brings its own.", "an own"),
        ("a clock is Mended once", "mended"),
        ("positionIsHeeded", "heed*"),
        ("SWEPT_TASKS", "swept"),
    ] {
        let found = find_in_line(line);
        let found: Vec<_> = found.iter().map(|(word, _)| *word).collect();
        assert_eq!(found, [word], "{line}");
    }
    let findings = find("a/answers.rs", "fine\n// begins anew\n");
    let shown: Vec<_> = findings.iter().map(ToString::to_string).collect();
    assert_eq!(
        shown,
        [
            r#"a/answers.rs:0: "answer*": use response, return: a/answers.rs"#,
            r#"a/answers.rs:2: "anew": use again: // begins anew"#,
        ]
    );
}

#[test]
fn ordinary_english_is_not_found() {
    for line in [
        "look up the project, or recommend a lookup",
        "It looks like the old one; amend the lookahead.",
        "let in_flight = let_input();",
        "a new page, their own",
    ] {
        assert_eq!(find_in_line(line), [], "{line}");
    }
}

#[test]
fn unused_exception_is_reported() {
    let exception = |line| Exception {
        file: "a.rs",
        line,
        reason: "for the test",
    };
    let findings = || find("a.rs", "// swept\n");
    let exceptions = [exception("swept")];
    let (left, unused) = judge(findings(), &exceptions);
    assert_eq!((left.len(), unused.len()), (0, 0));
    let exceptions = [exception("mended")];
    let (left, unused) = judge(findings(), &exceptions);
    assert_eq!((left.len(), unused.len()), (1, 1));
}

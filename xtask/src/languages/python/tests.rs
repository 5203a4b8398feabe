//! What holds for the Python client: the runtime names nothing of the documents, and a new operation
//! needs no line of it.

use std::collections::BTreeSet;

use super::*;
use crate::files::root;
use crate::ir;
use crate::languages::tests::{check_runtime_names, document, document_with_another_list};
use crate::{python, regions};

/// Ordinary words of the runtime that are names of the documents too.
const WORDS: &[(&str, &str)] = &[
    ("code", "the code of an error"),
    ("error", "an exception"),
    ("id", "the ID of an operation, a project or a token"),
    ("message", "the message of an error"),
    ("name", "the name of a setting, a header or a field"),
    ("project_id", "an option of the client"),
    ("request_id", "the header that every response has"),
    ("status", "the status of an HTTP response"),
];
/// Words that one file of the runtime may use, with the reason.
const EXCEPTIONS: &[(&str, &str, &str)] = &[
    ("_client/transport.py", "limit", "the limit of a body"),
    (
        "_backends/aiohttp_sender.py",
        "limit",
        "the limit of connections, an argument of aiohttp",
    ),
    (
        "_core/classify.py",
        "error_code",
        "no document says which member is the code",
    ),
    (
        "_core/classify.py",
        "error_msg",
        "no document says which member is the message",
    ),
    (
        "_core/model.py",
        "new_cache_mode",
        "an example misspells it",
    ),
    ("_core/model.py", "new_cahce_mode", "the misspelling"),
    (
        "_core/model.py",
        "params",
        "no document says that it holds JSON",
    ),
    ("_core/new_error.py", "limit", "the limit of a body"),
    ("_core/retry.py", "limit", "the limit of a delay"),
    ("_core/scalars.py", "offset", "the offset of a time zone"),
    (
        "_core/sweep_result.py",
        "instance_id",
        "a public name of a sweep",
    ),
    ("_core/sweep_result.py", "tasks", "a public name of a sweep"),
    ("_credentials/profile.py", "start", "where a line begins"),
    ("_backends/sync.py", "start", "the start of a thread"),
    (
        "testing/_emulator.py",
        "instance_id",
        "a task is added to an instance",
    ),
    ("testing/_emulator.py", "start", "starts a thread"),
    (
        "testing/_emulator.py",
        "tasks",
        "a path of the emulator's control",
    ),
];

/// The files of the runtime, by their paths below the package.
fn runtime() -> Vec<(String, String)> {
    fn read(folder: &Path, prefix: &str, found: &mut Vec<(String, String)>) {
        for entry in fs::read_dir(folder).expect("the folder is there") {
            let path = entry.expect("an entry").path();
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let below = format!("{prefix}{name}");
            if path.is_dir() {
                if !["_generated", "__pycache__"].contains(&&*name) {
                    read(&path, &format!("{below}/"), found);
                }
            } else if name.ends_with(".py") {
                found.push((below, fs::read_to_string(&path).expect("a text")));
            }
        }
    }
    let mut found = Vec::new();
    read(&root().join(python::PACKAGE), "", &mut found);
    found
}

/// The words of a Python text outside of comments and docstrings; a string of several words is prose.
fn words(text: &str) -> BTreeSet<String> {
    let mut words = BTreeSet::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if c == '#' {
            rest = rest.find('\n').map_or("", |end| &rest[end..]);
        } else if let Some(quoted) = rest.strip_prefix("\"\"\"") {
            rest = quoted.find("\"\"\"").map_or("", |end| &quoted[end + 3..]);
        } else if c == '"' || c == '\'' {
            let end = end_of_string(&rest[1..], c);
            let string = &rest[1..=end];
            if !string.contains(' ') {
                let parts = string.split(|c: char| !c.is_alphanumeric() && c != '_');
                words.extend(parts.map(str::to_owned));
            }
            rest = rest.get(end + 2..).unwrap_or_default();
        } else {
            let is_word = c.is_alphanumeric() || c == '_';
            let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_');
            let end = if is_word {
                end.unwrap_or(rest.len())
            } else {
                c.len_utf8()
            };
            if is_word {
                words.insert(rest[..end].to_owned());
            }
            rest = &rest[end..];
        }
    }
    words
}

/// Where a string ends, behind its opening quote.
fn end_of_string(text: &str, quote: char) -> usize {
    let mut is_escaped = false;
    for (index, c) in text.char_indices() {
        if !is_escaped && c == quote {
            return index;
        }
        is_escaped = c == '\\' && !is_escaped;
    }
    text.len()
}

#[test]
fn words_are_those_outside_of_comments_and_prose() {
    let text = "a = \"b\" # c\n\"\"\"d\ne\"\"\"\nf('g h', \"i\\\"j\", '%k=l')\n";
    let expected = ["a", "b", "f", "i", "j", "k", "l"].map(str::to_owned);
    let mut found = words(text);
    found.remove("");
    assert_eq!(found, BTreeSet::from(expected));
}

#[test]
fn runtime_names_no_parameter_field_or_operation() {
    check_runtime_names(runtime(), words, WORDS, EXCEPTIONS);
}

/// The text after a line, up to the next method.
fn method<'a>(text: &'a str, line: &str) -> &'a str {
    let start = text
        .find(line)
        .unwrap_or_else(|| panic!("no {line:?} in\n{text}"));
    let rest = &text[start..];
    let end = rest[1..].find("\n    def ").into_iter();
    let end = end.chain(rest[1..].find("\n    async def ")).min();
    end.map_or(rest, |end| &rest[..=end])
}

#[test]
fn list_of_another_document_has_pages_and_items_in_both_halves() {
    let documents = [document_with_another_list(), document("kafka")];
    let api = ir::api(documents.iter()).expect("the document is known");
    let files = PYTHON
        .files(&api, &regions::all().expect("the regions"))
        .expect("it renders");
    let generated = PYTHON.output;
    let files = rendered_with_twins(&files).expect("every definition has a twin");
    let both = files.get(format!("{generated}/dcs.py")).expect("a service");
    let (with, without) = both.split_once(MARKER).expect("both halves");
    let halves = [(with, "Async", "async ", "await "), (without, "", "", "")];
    for (service, class, is_async, awaits) in halves {
        let page = method(service, &format!("    {is_async}def widgets(\n"));
        assert!(page.contains("    ) -> models.WidgetList:"), "{page}");
        for parameter in [
            "offset: int | None = None,",
            "limit: int | None = None,",
            "colour: str | None = None,",
            "with_parts: bool | None = None,",
            "(offset, limit, colour, with_parts),",
            "- `colour`: A colour.",
        ] {
            assert!(page.contains(parameter), "{parameter} is not in\n{page}");
        }
        assert!(
            page.contains(&format!("return {awaits}call.send()")),
            "{page}"
        );
        let pages = method(service, "    def widgets_pages(\n");
        assert!(
            pages.contains(&format!("{class}Generator[models.WidgetList]")),
            "{pages}"
        );
        let items = method(service, "    def widgets_items(\n");
        assert!(
            items.contains(&format!("{class}Generator[models.Widget]")),
            "{items}"
        );
        for absent in ["widgets_wait", "widgets_watch", "widgets_sweep"] {
            assert!(!service.contains(absent), "{absent} is in\n{service}");
        }
    }
    let models = files.get(format!("{generated}/models.py")).expect("models");
    for part in [
        "class Widget(model.Item):",
        "        return self.widget_id\n",
        "class WidgetList(model.ListBody):",
        "    widgets: list[Widget]\n",
        "    def _count(self) -> int | None:\n        return self.widget_num\n",
        "    \"WidgetList\",\n",
    ] {
        assert!(models.contains(part), "{part} is not in\n{models}");
    }
    let operations = files
        .get(format!("{generated}/operations.py"))
        .expect("operations");
    for part in [
        "LIST_WIDGETS: operation.Operation[models.WidgetList, models.Widget]",
        "        operation.Text(\"colour\"),\n        operation.Boolean(\"with_parts\"),\n",
    ] {
        assert!(operations.contains(part), "{part} is not in\n{operations}");
    }
}

//! One test for each contradiction that `xtask/data/quirks.toml` lists.

mod across;
mod kafka;
mod v1;
mod v2;

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::path::Path;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::support::spec::{self, Document};

/// Reads a body that must be accepted.
fn read<T: DeserializeOwned>(body: Value) -> T {
    let shown = body.to_string();
    serde_json::from_value(body).unwrap_or_else(|error| panic!("{shown}: {error}"))
}

/// The error of a body that must be refused.
fn refuse<T: DeserializeOwned + Debug>(body: Value) -> String {
    let shown = body.to_string();
    match serde_json::from_value::<T>(body) {
        Ok(value) => panic!("{shown} was read as {value:?}"),
        Err(error) => error.to_string(),
    }
}

/// The body after it was read as `T` and written again.
fn again<T: DeserializeOwned + Serialize>(body: Value) -> Value {
    serde_json::to_value(read::<T>(body)).expect("a body is JSON")
}

/// Asserts that an operation has `body` for 200, and `ErrorResponse` for every error.
fn assert_responses(operation: &Value, body: &str) {
    let responses = operation["responses"]
        .as_object()
        .expect("it has responses");
    let mut statuses: Vec<_> = responses.keys().map(String::as_str).collect();
    statuses.sort_unstable();
    let all = [
        "200", "400", "401", "403", "404", "429", "4XX", "500", "5XX",
    ];
    assert_eq!(statuses, all);
    for status in statuses {
        let expected = if status == "200" {
            body
        } else {
            "ErrorResponse"
        };
        let schema = &spec::response(operation, status)["schema"];
        assert_eq!(spec::target(schema), Some(expected), "{status}");
    }
}

/// Asserts that a schema of a document is an open set that lists `values`.
fn assert_open_set(document: &Document, name: &str, values: &[&str]) {
    let schema = document.schema(name);
    assert_eq!(schema["type"], "string");
    assert!(schema.get("enum").is_none(), "{name} must stay open");
    let known = spec::known_values(schema);
    for value in values {
        assert!(known.contains(value), "{name} does not list {value}");
    }
}

#[derive(Deserialize)]
struct Quirks {
    quirk: Vec<Quirk>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Quirk {
    number: u32,
    document: String,
    place: String,
    says: String,
    send: String,
    accept: String,
    test: String,
}

fn quirks() -> Vec<Quirk> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../xtask/data/quirks.toml");
    let text = std::fs::read_to_string(file).expect("quirks.toml");
    toml::from_str::<Quirks>(&text).expect("quirks.toml").quirk
}

/// The source of each module of quirks, by the path that its tests have.
fn sources() -> BTreeMap<String, String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("suite/quirks");
    let files = std::fs::read_dir(folder).expect("suite/quirks can be listed");
    files
        .map(|file| {
            let path = file.expect("the entry can be read").path();
            let stem = path.file_stem().expect("a name").to_string_lossy();
            let source = std::fs::read_to_string(&path).expect("the source can be read");
            (format!("quirks::{stem}"), source)
        })
        .collect()
}

#[test]
fn all_contradictions_are_listed_once_and_in_order() {
    let numbers: Vec<_> = quirks().iter().map(|quirk| quirk.number).collect();
    assert_eq!(numbers, (1..=48).collect::<Vec<_>>());
}

#[test]
fn every_row_is_one_line_of_sentences() {
    let documents = [
        "DCS V1.0",
        "DCS V2 (Chinese)",
        "DCS V2 (English)",
        "DCS V2",
        "Kafka list",
        "Kafka show",
        "all",
    ];
    for quirk in quirks() {
        let number = quirk.number;
        assert!(
            documents.contains(&&*quirk.document),
            "{number}: {}",
            quirk.document
        );
        for text in [&quirk.place, &quirk.says, &quirk.send, &quirk.accept] {
            assert!(
                !text.is_empty() && text.trim() == text,
                "{number}: {text:?}"
            );
            assert!(!text.contains(['|', '\n', '\r']), "{number}: {text:?}");
        }
        for sentence in [&quirk.says, &quirk.send, &quirk.accept] {
            assert!(
                sentence.ends_with('.') || sentence == "-",
                "{number}: {sentence:?}"
            );
        }
        assert!(
            quirk.send != "-" || quirk.accept != "-",
            "{number} does nothing"
        );
    }
}

#[test]
fn every_row_names_a_test_that_exists() {
    let sources = sources();
    let mut held: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for quirk in quirks() {
        let (module, name) = quirk.test.rsplit_once("::").expect("the test has a path");
        let source = sources
            .get(module)
            .unwrap_or_else(|| panic!("no module {module}"));
        let is_test = source.contains(&format!("#[test]\nfn {name}() {{"));
        assert!(is_test, "{}: no test {}", quirk.number, quirk.test);
        let number = format!("q{:02}_", quirk.number);
        assert!(
            name.starts_with(&number),
            "{}: {}",
            quirk.number,
            quirk.test
        );
        held.entry(module.to_owned())
            .or_default()
            .push(name.to_owned());
    }
    for (module, source) in sources {
        let tests = source.matches("#[test]\n").count();
        assert_eq!(
            held[&module].len(),
            tests,
            "{module} has a test without a row"
        );
    }
}

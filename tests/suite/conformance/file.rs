//! The files of the corpus: their cases, complete with the defaults, and what holds for each file.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// The languages that may skip a case.
const LANGUAGES: [&str; 5] = ["go", "java", "python", "rust", "typescript"];

/// Which test runs which file. Those of the signer run in its own crate.
const RUN_BY: &[(&str, &str)] = &[
    (
        "configuration.json",
        "tests/suite/conformance/configuration.rs",
    ),
    ("faults.json", "tests/suite/conformance/faults.rs"),
    ("paging.json", "tests/suite/conformance/paging.rs"),
    ("proxies.json", "tests/suite/conformance/proxies.rs"),
    ("refusals.json", "tests/suite/conformance/retries.rs"),
    ("requests.json", "tests/suite/conformance/requests.rs"),
    ("responses.json", "tests/suite/conformance/responses.rs"),
    ("retries.json", "tests/suite/conformance/retries.rs"),
    ("scalars.json", "tests/suite/conformance/scalars.rs"),
    ("signing.json", "crates/signer/tests/vectors.rs"),
    ("sweep.json", "tests/suite/conformance/sweep.rs"),
    ("waiting.json", "tests/suite/conformance/waiting.rs"),
];

/// The JSON Schema of the files: `$defs` has one for each of them, by its name.
const SCHEMA: &str = "cases.schema.json";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    about: String,
    #[serde(default)]
    defaults: Map<String, Value>,
    cases: Vec<Map<String, Value>>,
}

/// What every case has.
#[derive(Deserialize)]
struct Frame {
    name: String,
    source: Option<String>,
    #[serde(default)]
    skip: Map<String, Value>,
}

/// A case of a file, as its test reads it.
pub(super) struct Case<T> {
    pub(super) name: String,
    pub(super) of: T,
}

/// The place of a file of the repository.
pub(super) fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
}

fn read(file: &str) -> File {
    let path = repository("tests/conformance").join(file);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{file}: {e}"));
    serde_json::from_str(&text).unwrap_or_else(|e| panic!("{file}: {e}"))
}

/// Lays a case over the defaults, objects member by member.
fn complete(defaults: &Map<String, Value>, mut case: Map<String, Value>) -> Map<String, Value> {
    for (name, default) in defaults {
        match (case.get_mut(name), default) {
            (None, _) => {
                case.insert(name.clone(), default.clone());
            }
            (Some(Value::Object(own)), Value::Object(default)) => {
                for (name, default) in default {
                    own.entry(name).or_insert_with(|| default.clone());
                }
            }
            _ => {}
        }
    }
    case
}

/// The cases of a file that Rust does not skip.
pub(super) fn cases<T: DeserializeOwned>(file: &str) -> Vec<Case<T>> {
    let read = read(file);
    let mut cases = Vec::new();
    for case in read.cases {
        let frame: Frame = serde_json::from_value(case.clone().into()).expect("the name is valid");
        if let Some(reason) = frame.skip.get("rust") {
            println!("{file}: {} is skipped: {reason}", frame.name);
            continue;
        }
        let mut case = complete(&read.defaults, case);
        for name in ["name", "source", "skip"] {
            case.remove(name);
        }
        let of = serde_json::from_value(case.into())
            .unwrap_or_else(|e| panic!("{file}: {}: {e}", frame.name));
        cases.push(Case {
            name: frame.name,
            of,
        });
    }
    assert!(!cases.is_empty(), "{file} has no case");
    cases
}

/// How the error of a case reads, where it ends in one; or why the case failed.
pub(super) type Ran = Result<Option<String>, String>;

/// Runs every case of a file, and fails with all that failed, not only the first. Returns how the
/// errors read.
pub(super) async fn run_all<T: DeserializeOwned>(
    file: &str,
    run: impl AsyncFn(&T) -> Ran,
) -> String {
    let cases: Vec<Case<T>> = cases(file);
    let (mut lines, mut failures) = (Vec::new(), Vec::new());
    for case in &cases {
        match run(&case.of).await {
            Ok(Some(line)) => lines.push(format!("{}\n    {line}", case.name)),
            Ok(None) => {}
            Err(why) => failures.push(format!("{}: {why}", case.name)),
        }
    }
    assert!(
        failures.is_empty(),
        "{file}: {} of {} cases failed:\n{}",
        failures.len(),
        cases.len(),
        failures.join("\n")
    );
    lines.join("\n")
}

/// An error that shows both, unless they are the same.
pub(super) fn same<T>(what: &str, found: &T, expected: &T) -> Result<(), String>
where
    T: PartialEq + std::fmt::Debug + ?Sized,
{
    match found == expected {
        true => Ok(()),
        false => Err(format!(
            "{what}:\n   found {found:?}\nexpected {expected:?}"
        )),
    }
}

#[test]
fn corpus_files_all_have_a_runner() {
    let found: BTreeSet<_> = std::fs::read_dir(repository("tests/conformance"))
        .expect("the corpus can be listed")
        .map(|entry| entry.expect("the folder has entries").file_name())
        .map(|name| name.into_string().expect("the name is valid"))
        .filter(|name| ![SCHEMA, "README.md"].contains(&&**name))
        .collect();
    let run: BTreeSet<_> = RUN_BY.iter().map(|(file, _)| (*file).to_owned()).collect();
    assert_eq!(found, run);
    let readme = std::fs::read_to_string(repository("tests/conformance/README.md"));
    let readme = readme.expect("the README can be read");
    for (file, test) in RUN_BY {
        let source = std::fs::read_to_string(repository(test)).expect("the test can be read");
        assert!(source.contains(file), "{test} does not run {file}");
        assert!(readme.contains(&format!("`{file}`")), "{file}");
    }
}

/// What the schema finds wrong with the content of a file.
fn schema_errors(file: &str, content: &Value) -> Vec<String> {
    let path = repository("tests/conformance").join(SCHEMA);
    let text = std::fs::read_to_string(path).expect("the schema is there");
    let mut schema: Value = serde_json::from_str(&text).expect("the schema is JSON");
    let name = file.strip_suffix(".json").expect("a file is JSON");
    schema["$ref"] = format!("#/$defs/{name}").into();
    let validator = jsonschema::validator_for(&schema).expect("the schema is valid");
    let errors = validator.iter_errors(content);
    errors
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect()
}

fn content(file: &str) -> Value {
    let path = repository("tests/conformance").join(file);
    let text = std::fs::read_to_string(path).expect("the file is there");
    serde_json::from_str(&text).expect("the file is JSON")
}

#[test]
fn corpus_files_match_the_schema() {
    for (file, _) in RUN_BY {
        let errors = schema_errors(file, &content(file));
        assert!(errors.is_empty(), "{file}:\n{}", errors.join("\n"));
    }
}

#[test]
fn schema_unknown_or_missing_member_fails() {
    for (file, _) in RUN_BY {
        for place in ["", "/cases/0", "/cases/0/expect"] {
            let mut planted = content(file);
            let members = planted.pointer_mut(place).expect("the place is there");
            members["planted"] = 1.into();
            let errors = schema_errors(file, &planted);
            assert!(!errors.is_empty(), "{file}: {place} may have any member");
        }
        let mut planted = content(file);
        let case = planted["cases"][0].as_object_mut();
        case.expect("a case is an object").remove("expect");
        assert!(!schema_errors(file, &planted).is_empty(), "{file}");
    }
}

#[test]
fn case_names_are_unique_and_skips_have_a_reason() {
    for (file, _) in RUN_BY {
        let read = read(file);
        assert!(!read.about.is_empty(), "{file}");
        let mut names = BTreeSet::new();
        for case in read.cases {
            let frame: Frame = serde_json::from_value(case.into()).expect("the name is valid");
            let name = &frame.name;
            let plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
            assert!(
                !name.is_empty() && name.chars().all(plain),
                "{file}: {name:?}"
            );
            assert!(names.insert(name.clone()), "{file}: {name} is there twice");
            let source = frame.source.unwrap_or_else(|| "none".into());
            assert!(source.len() > 3, "{file}: {name}");
            for (language, reason) in &frame.skip {
                assert!(
                    LANGUAGES.contains(&&**language),
                    "{file}: {name}: {language}"
                );
                let said = reason.as_str().is_some_and(|reason| reason.len() > 10);
                assert!(said, "{file}: {name}: {language} says no reason");
            }
        }
    }
}

#[test]
fn defaults_are_merged_member_by_member() {
    let object = |text: &str| serde_json::from_str::<Map<_, _>>(text).expect("it is an object");
    let defaults = object(r#"{"a": {"b": 1, "c": {"d": 2}}, "e": 3}"#);
    let case = object(r#"{"a": {"c": {"f": 4}}, "g": 5}"#);
    let expected = object(r#"{"a": {"b": 1, "c": {"f": 4}}, "e": 3, "g": 5}"#);
    assert_eq!(complete(&defaults, case), expected);
    let nothing = object(r#"{"a": null}"#);
    assert_eq!(complete(&defaults, nothing)["a"], Value::Null);
}

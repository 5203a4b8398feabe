//! What holds for the templates of every language.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::process::{Command, Stdio};

use super::go::GO;
use super::java::JAVA;
use super::python::PYTHON;
use super::rust::RUST;
use super::typescript::TYPESCRIPT;
use serde_json::{Value, json};

use super::*;
use crate::ir::{Form, Schema};
use crate::{regions, spec};

/// Words that a template may use, with the reason.
const EXCEPTIONS: &[(&str, &str, &str)] = &[
    ("go/__service___gen.go.j2", "error", "a type of Go"),
    ("go/models_gen.go.j2", "error", "a type of Go"),
    (
        "go/models_gen.go.j2",
        "name",
        "the name of a schema or a member",
    ),
    (
        "go/models_gen.go.j2",
        "status",
        "a method that the runtime calls",
    ),
    ("go/options_gen.go.j2", "name", "the name of a parameter"),
    (
        "java/__Options__.java.j2",
        "name",
        "the name of an operation's parameter",
    ),
    (
        "java/__Service__Service.java.j2",
        "name",
        "the name of a method",
    ),
    (
        "java/internal/codec/__Object__Codec.java.j2",
        "name",
        "the name of a schema or a member",
    ),
    (
        "java/model/__Object__.java.j2",
        "name",
        "the name of a schema or a member",
    ),
    (
        "python/models.py.j2",
        "error",
        "where the documents use a schema",
    ),
    ("python/models.py.j2", "name", "the name of a schema"),
    ("python/operations.py.j2", "id", "the ID of an operation"),
    (
        "rust/regions.rs.j2",
        "id",
        "the ID of a region, which no document has",
    ),
    (
        "typescript/shapes.ts.j2",
        "error",
        "where the documents use a schema",
    ),
    ("python/__service__.py.j2", "id", "the ID of an operation"),
    (
        "typescript/shapes.ts.j2",
        "name",
        "the name of a schema or a member",
    ),
];

const LANGUAGES: [Language; 5] = [GO, JAVA, PYTHON, RUST, TYPESCRIPT];

pub(super) fn api() -> Api {
    let documents = spec::documents().expect("the documents merge");
    documents.api().expect("the documents are known")
}

fn rendered(language: &Language) -> FileSet {
    let regions = regions::all().expect("the regions are valid");
    language
        .files(&api(), &regions)
        .expect("the templates render")
}

/// Every name of a parameter, field or operation of the documents.
pub(super) fn names(api: &Api) -> BTreeSet<String> {
    let operations = api.services.iter().flat_map(|service| &service.operations);
    let of_operations = operations.flat_map(|operation| {
        let parameters = operation
            .path_parameters
            .iter()
            .chain(&operation.query_parameters);
        let parameters = parameters.map(|parameter| parameter.name.clone());
        parameters.chain([operation.id.clone()]).collect::<Vec<_>>()
    });
    let fields = api
        .schemas
        .iter()
        .flat_map(|schema: &Schema| match &schema.form {
            Form::Object { properties } => properties.iter().map(|p| p.name.clone()).collect(),
            _ => Vec::new(),
        });
    of_operations.chain(fields).collect()
}

/// Asserts that a runtime has no name of the documents but ordinary words and those of single files, each with
/// its reason, and that each of these is in use.
pub(super) fn check_runtime_names(
    runtime: Vec<(String, String)>,
    words: fn(&str) -> BTreeSet<String>,
    ordinary_words: &[(&str, &str)],
    exceptions: &[(&str, &str, &str)],
) {
    let names = names(&api());
    let mut found = BTreeSet::new();
    let mut ordinary = BTreeSet::new();
    for (file, text) in runtime {
        for word in words(&text).into_iter().filter(|word| names.contains(word)) {
            if ordinary_words.iter().any(|(known, _)| *known == word) {
                ordinary.insert(word);
            } else {
                found.insert((file.clone(), word));
            }
        }
    }
    let expected = exceptions
        .iter()
        .map(|(file, word, _)| (file.to_string(), word.to_string()));
    assert_eq!(found, expected.collect());
    let unused = ordinary_words
        .iter()
        .filter(|(word, _)| !ordinary.contains(*word));
    assert_eq!(unused.collect::<Vec<_>>(), Vec::<&(&str, &str)>::new());
}

/// The words of a text outside of its comments; a string of several words is prose.
pub(super) fn words_of_lines(text: &str, is_skipped: impl Fn(&str) -> bool) -> BTreeSet<String> {
    let mut words = BTreeSet::new();
    for line in text.lines().filter(|line| !is_skipped(line.trim_start())) {
        for (index, part) in line.split('"').enumerate() {
            let is_string = index % 2 == 1;
            if is_string && part.contains(' ') {
                continue;
            }
            let part = part.split(" // ").next().unwrap_or_default();
            let is_apart = |c: char| !c.is_alphanumeric() && c != '_';
            words.extend(part.split(is_apart).map(str::to_owned));
        }
    }
    words.remove("");
    words
}

/// The document of this path below spec/.
pub(super) fn document(path: &str) -> Value {
    let documents = spec::documents().expect("the documents merge");
    documents.get(path).expect("the document").clone()
}

/// The DCS document with one more list, which has neither a waiter nor a time window.
pub(super) fn document_with_another_list() -> Value {
    let mut document = self::document("dcs");
    let listed = &document["paths"]["/v2/{project_id}/instances/{instance_id}/tasks"]["get"];
    let parameters = listed["parameters"].as_array().expect("parameters").clone();
    let project = parameters[0].clone();
    let integer = |name: &str, least: i64| {
        json!({
            "name": name, "in": "query", "required": false, "description": format!("The {name}."),
            "schema": { "type": "integer", "format": "int32", "minimum": least, "default": least },
        })
    };
    let mut operation = listed.clone();
    operation["operationId"] = json!("ListWidgets");
    operation["summary"] = json!("List the widgets");
    operation["description"] = json!("Lists the widgets of a project.");
    operation["parameters"] = json!([
        project,
        integer("offset", 0),
        integer("limit", 1),
        {
            "name": "colour", "in": "query", "required": false, "description": "A colour.",
            "schema": { "type": "string" },
        },
        {
            "name": "with_parts", "in": "query", "required": false, "description": "With the parts.",
            "schema": { "type": "boolean" },
        },
    ]);
    for extension in [
        "x-huaweicloud-api",
        "x-hwtasks-time-window",
        "x-hwtasks-waiter",
    ] {
        operation
            .as_object_mut()
            .expect("an object")
            .remove(extension);
    }
    operation["x-hwtasks-facade"] =
        json!({ "service": "dcs", "method": "widgets", "project": "project_id" });
    operation["x-hwtasks-pagination"] = json!({
        "position": "offset", "size": "limit", "items": "widgets", "count": "widget_num",
        "id": "widget_id",
    });
    let media = &mut operation["responses"]["200"]["content"]["application/json"];
    *media = json!({ "schema": { "$ref": "#/components/schemas/WidgetList" } });
    document["paths"]["/v2/{project_id}/widgets"] = json!({ "get": operation });
    let schemas = &mut document["components"]["schemas"];
    schemas["Widget"] = json!({
        "type": "object", "description": "A widget.", "required": ["widget_id"],
        "properties": {
            "widget_id": { "type": "string", "description": "ID of the widget." },
            "width": { "type": ["integer", "null"], "format": "int32", "description": "Its width." },
        },
    });
    schemas["WidgetList"] = json!({
        "type": "object", "description": "Page of widgets.", "required": ["widgets"],
        "properties": {
            "widget_num": { "type": ["integer", "null"], "format": "int32", "description": "How many." },
            "widgets": {
                "type": "array", "items": { "$ref": "#/components/schemas/Widget" },
                "description": "The widgets.",
            },
        },
    });
    document
}

/// The code of a template: its text without comments, and the texts that its tags quote.
fn code(template: &str) -> String {
    let mut code = String::new();
    let mut rest = template;
    while let Some(start) = rest.find("{{").into_iter().chain(rest.find("{%")).min() {
        code.push_str(&rest[..start]);
        let close = if rest[start..].starts_with("{{") {
            "}}"
        } else {
            "%}"
        };
        let end = rest[start..]
            .find(close)
            .map_or(rest.len(), |end| start + end + 2);
        let quoted = rest[start..end].split('"').skip(1).step_by(2);
        for text in quoted {
            code.push(' ');
            code.push_str(text);
        }
        rest = &rest[end..];
    }
    code.push_str(rest);
    let is_comment = |line: &&str| {
        let line = line.trim_start();
        ["//", "#", "*", "/*", "\"\"\""]
            .iter()
            .any(|comment| line.starts_with(comment))
    };
    let mut is_in_docstring = false;
    code.lines()
        .filter(|line| {
            let is_docstring = is_in_docstring;
            is_in_docstring ^= line.matches("\"\"\"").count() % 2 == 1;
            !is_docstring && !is_comment(line)
        })
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn template_names_no_parameter_field_or_operation() {
    let names = names(&api());
    let mut found = BTreeSet::new();
    for language in LANGUAGES {
        let folder = root().join("xtask/templates").join(language.name);
        for (file, text) in render::templates(&folder).expect("the templates can be read") {
            let code = code(&text);
            let words = code.split(|c: char| !c.is_alphanumeric() && c != '_');
            for word in words.filter(|word| names.contains(*word)) {
                found.insert((format!("{}/{file}", language.name), word.to_owned()));
            }
        }
    }
    let expected = EXCEPTIONS
        .iter()
        .map(|(file, word, _)| (file.to_string(), word.to_string()));
    assert_eq!(found, expected.collect());
}

#[test]
fn search_for_names_reads_code_and_quoted_texts_only() {
    let template = "// tasks in a comment\n\"\"\"Tasks.\n\ntasks\n\"\"\"\nlet limit = {{ list.items }}; {% if x == \"offset\" %}\n";
    assert_eq!(
        code(template).split_whitespace().collect::<Vec<_>>(),
        ["let", "limit", "=", ";", "offset"]
    );
}

#[test]
fn rust_is_what_rustfmt_leaves_unchanged() {
    if Command::new("rustfmt").arg("--version").output().is_err() {
        println!("rustfmt is not installed");
        return;
    }
    let arguments = ["--edition", "2024", "--emit", "stdout"];
    assert_unchanged(&RUST, "rustfmt", &arguments);
}

#[test]
fn go_is_what_gofmt_leaves_unchanged() {
    if Command::new("gofmt").arg("-h").output().is_err() {
        println!("gofmt is not installed");
        return;
    }
    assert_unchanged(&GO, "gofmt", &[]);
}

/// Fails on a generated file that this formatter would change.
fn assert_unchanged(language: &Language, program: &str, arguments: &[&str]) {
    for (path, text) in rendered(language).iter() {
        let mut formatter = Command::new(program)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the formatter starts");
        let mut input = formatter.stdin.take().expect("a pipe");
        let written = input.write_all(text.as_bytes());
        written.expect("the formatter reads");
        drop(input);
        let output = formatter.wait_with_output();
        let output = output.expect("the formatter ends");
        let formatted = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success(), "{}", path.display());
        let diff = similar::TextDiff::from_lines(text, &formatted);
        let diff = diff.unified_diff().context_radius(1).to_string();
        assert!(diff.is_empty(), "{}\n{diff}", path.display());
    }
}

#[test]
fn file_says_in_its_first_line_what_made_it() {
    for language in LANGUAGES {
        for (path, text) in rendered(&language).iter() {
            let first = text.lines().next().unwrap_or_default();
            let command = format!("enerated by `cargo xtask gen {}` from ", language.name);
            assert!(first.contains(&command), "{}: {first}", path.display());
        }
    }
}

#[test]
fn misspelled_name_is_a_deprecated_one_with_the_letters_of_another() {
    let field = |name: &str, deprecated| Field {
        name: name.to_owned(),
        deprecated,
    };
    let fields = [
        field("cache_mode", false),
        field("cahce_mode", true),
        field("other", true),
    ];
    let pair = ("cahce_mode".to_owned(), "cache_mode".to_owned());
    assert_eq!(misspelled(&fields), BTreeMap::from([pair]));
}

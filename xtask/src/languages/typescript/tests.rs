//! What holds for the TypeScript client: the runtime names nothing of the documents, and a new
//! operation needs no line of it.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use super::*;
use crate::files::{FileSet, root};
use crate::languages::tests::{check_runtime_names, document, document_with_another_list};
use crate::{ir, regions};

/// The folder of the client's source.
const SOURCE: &str = "bindings/typescript/src";
/// Ordinary words of the runtime that are names of the documents too.
const WORDS: &[(&str, &str)] = &[
    ("code", "the code of an error"),
    ("details", "the details of an error"),
    ("error", "an exception"),
    ("id", "the ID of an item, a project or a region"),
    ("message", "the message of an error"),
    ("name", "the name of a setting, a header or a member"),
    ("status", "the status of an HTTP response"),
];
/// Words that one file of the runtime may use, with the reason.
const EXCEPTIONS: &[(&str, &str, &str)] = &[
    (
        "body/error-response.ts",
        "encoded_authorization_message",
        "errors are read in every form",
    ),
    (
        "body/error-response.ts",
        "error_code",
        "no document says which member is the code",
    ),
    (
        "body/error-response.ts",
        "error_ext_msg",
        "errors are read in every form",
    ),
    (
        "body/error-response.ts",
        "error_msg",
        "no document says which member is the message",
    ),
    (
        "body/error-response.ts",
        "request_id",
        "errors are read in every form",
    ),
    (
        "body/error-response.ts",
        "title",
        "errors are read in every form",
    ),
    ("body/scalars.ts", "capacity", "reads a scalar"),
    (
        "body/task.ts",
        "params",
        "no document says that it holds JSON",
    ),
    (
        "credentials/profile.ts",
        "project_id",
        "a key of the credentials file",
    ),
    ("http/refusal.ts", "limit", "a word of the gateway's text"),
    ("http/retry.ts", "limit", "the limit of a delay"),
    ("http/transport.ts", "limit", "the limit of a body"),
    ("list/sweep.ts", "instances", "a sweep reads many instances"),
    ("list/sweep.ts", "limit", "the limit of concurrency"),
    ("list/sweep.ts", "tasks", "a public name of a sweep"),
    ("system/node.ts", "limit", "the limit of a file"),
    ("system/system.ts", "limit", "the limit of a file"),
    ("test-util.ts", "start", "the start of a clock"),
];

/// The files of the runtime, by their paths below the source.
fn runtime() -> Vec<(String, String)> {
    fn read(folder: &Path, prefix: &str, found: &mut Vec<(String, String)>) {
        for entry in fs::read_dir(folder).expect("the folder is there") {
            let path = entry.expect("an entry").path();
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let below = format!("{prefix}{name}");
            if path.is_dir() {
                if name != "generated" {
                    read(&path, &format!("{below}/"), found);
                }
            } else {
                found.push((below, fs::read_to_string(&path).expect("a text")));
            }
        }
    }
    let mut found = Vec::new();
    read(&root().join(SOURCE), "", &mut found);
    found
}

/// The words of a TypeScript text outside of comments; a string of several words is prose.
fn words(text: &str) -> BTreeSet<String> {
    let is_comment = |line: &&str| {
        let line = line.trim_start();
        ["//", "/*", "*"].iter().any(|sign| line.starts_with(sign))
    };
    let mut words = BTreeSet::new();
    for line in text.lines().filter(|line| !is_comment(line)) {
        let mut rest = line;
        while let Some(c) = rest.chars().next() {
            let quoted = &rest[c.len_utf8()..];
            let end = ['\'', '"', '`']
                .contains(&c)
                .then(|| quoted.find(c))
                .flatten();
            let taken = match end {
                Some(end) => {
                    let string = &quoted[..end];
                    // A name in a template is code.
                    let embedded = string
                        .split("${")
                        .skip(1)
                        .filter_map(|s| s.split('}').next());
                    let is_name = !string.contains(' ');
                    for part in embedded.chain(is_name.then_some(string)) {
                        words.extend(part.split(is_apart).map(str::to_owned));
                    }
                    c.len_utf8() * 2 + end
                }
                None => {
                    let end = rest.find(is_apart).unwrap_or(rest.len());
                    words.insert(rest[..end].to_owned());
                    end.max(c.len_utf8())
                }
            };
            rest = &rest[taken..];
        }
    }
    words.remove("");
    words
}

fn is_apart(c: char) -> bool {
    !c.is_alphanumeric() && c != '_'
}

#[test]
fn words_are_those_outside_of_comments_and_prose() {
    let text = "/** a */\nb('c', \"d e\", `f ${g.h}`);\n  // i\n  /[!'()*]j/\n";
    let expected = ["b", "c", "g", "h", "j"].map(str::to_owned);
    assert_eq!(words(text), BTreeSet::from(expected));
}

#[test]
fn runtime_names_no_parameter_field_or_operation() {
    check_runtime_names(runtime(), words, WORDS, EXCEPTIONS);
}

/// The document with one more list, a parameter of which has a name of two words.
fn document_with_long_name() -> Value {
    let mut document = document_with_another_list();
    let list = &mut document["paths"]["/v2/{project_id}/widgets"]["get"];
    list["parameters"][3]["name"] = json!("main_colour");
    document
}

/// What is generated from these documents.
fn generated(documents: &[Value]) -> FileSet {
    let api = ir::api(documents).expect("the documents are known");
    let regions = regions::all().expect("the regions are valid");
    TYPESCRIPT.files(&api, &regions).expect("it renders")
}

#[test]
fn list_of_another_document_has_pages_and_items() {
    let documents = [document_with_long_name(), document("kafka")];
    let files = generated(&documents);
    let text = |name: &str| {
        let path = format!("{}/{name}", TYPESCRIPT.output);
        files.get(&path).expect("it is generated").to_owned()
    };
    let parts = [
        (
            "dcs.ts",
            "  widgets(\n    options?: ListWidgetsOptions,\n  ): \
             Promise<WithResponse<types.WidgetList>> {\n    \
             return send(request(this.#context, operations.listWidgets, [], options));\n",
        ),
        (
            "dcs.ts",
            "  widgetsPages(\n    options?: ListWidgetsOptions,\n  ): \
             AsyncGenerator<WithResponse<types.WidgetList>, void, undefined> {\n",
        ),
        (
            "dcs.ts",
            "  widgetsItems(\n    options?: ListWidgetsOptions,\n  ): \
             AsyncGenerator<types.Widget, void, undefined> {\n",
        ),
        (
            "dcs.ts",
            "  /** A colour. */\n  readonly mainColour?: string | undefined;\n",
        ),
        ("dcs.ts", "  readonly withParts?: boolean | undefined;\n"),
        (
            "operations.ts",
            "  path: '/v2/{project_id}/widgets',\n  pathParameters: [null],\n",
        ),
        (
            "operations.ts",
            "    { key: 'main_colour', option: 'mainColour', type: 'text' },\n    \
             { key: 'with_parts', option: 'withParts', type: 'boolean' },\n",
        ),
        (
            "types.ts",
            "  /** ID of the widget. */\n  widget_id: string;\n",
        ),
        ("types.ts", "  widgets: Widget[];\n"),
        (
            "shapes.ts",
            "  members: 'widget_id:text! width:integer',\n  item: { identity: 'widget_id' },\n",
        ),
        (
            "shapes.ts",
            "  list: { items: 'widgets', of: 'Widget', count: 'widget_num' },\n",
        ),
    ];
    for (file, part) in parts {
        let text = text(file);
        assert!(text.contains(part), "{part}\nis not in\n{text}");
    }
    for absent in ["widgetsWait", "widgetsSweep"] {
        assert!(!text("dcs.ts").contains(absent), "{absent}");
    }
}

#[test]
fn comment_wraps_paragraphs_and_keeps_code_tags_and_links() {
    assert_eq!(typescript_comment("A task.\n", 2), "  /** A task. */");
    let long = "word ".repeat(18);
    let text = format!(
        "{long}{{@link some thing}} after\nthat, `*/`.\n\n- one\n- two\n\n@example\n```ts\na(\n  b);\n```\n"
    );
    assert_eq!(
        typescript_comment(&text, 0),
        format!(
            "/**\n * {}\n * {{@link some thing}} after that, `*\\/`.\n *\n * - one\n * - two\n *\n \
             * @example\n * ```ts\n * a(\n *   b);\n * ```\n */",
            long.trim_end()
        )
    );
}

#[test]
fn form_of_a_field_has_its_word() {
    let schema = |name: &str, form: &str| Named {
        name: name.to_owned(),
        form: form.to_owned(),
    };
    let schemas = [
        schema("Body", "object"),
        schema("Code", "text_or_number"),
        schema("Count", "text_or_number"),
        schema("State", "open_set"),
        schema("Time", "text"),
    ];
    let reference = |schema: &str| Type::Reference {
        schema: schema.to_owned(),
    };
    let list = |element| Type::List {
        element: Box::new(element),
    };
    for (kind, word) in [
        (Type::Text, "text"),
        (Type::Number, "number"),
        (reference("Body"), "Body"),
        (list(reference("Body")), "Body[]"),
        (list(Type::Integer { bits: 32 }), "integer[]"),
        (reference("Code"), "code"),
        (reference("Count"), "either"),
        (reference("State"), "text"),
        (reference("Time"), "either"),
    ] {
        let found = decoding(&kind, &schemas, &["Time".to_owned()], &["Code".to_owned()]);
        assert_eq!(found.expect("it is known"), word, "{kind:?}");
    }
    assert!(decoding(&reference("None"), &schemas, &[], &[]).is_err());
}

#[test]
fn list_in_a_query_is_refused() {
    let list = Type::List {
        element: Box::new(Type::Text),
    };
    assert!(typescript_argument(&list).is_err());
    assert_eq!(
        typescript_argument(&Type::Boolean).expect("it is known"),
        "boolean"
    );
}

//! What holds for the Rust client: the runtime names nothing of the documents, and a new operation
//! needs no line of it.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::*;
use crate::files::root;
use crate::languages::tests::{check_runtime_names, document, document_with_another_list};
use crate::{ir, regions};

/// Ordinary words of the runtime that are names of the documents too.
const WORDS: &[(&str, &str)] = &[
    ("code", "the code of an error"),
    ("error", "an error"),
    (
        "id",
        "the ID of an operation, a project, a region or a task",
    ),
    ("message", "the message of an error"),
    ("name", "the name of a setting, a parameter or a task"),
    ("params", "the module that checks parameters"),
    ("project_id", "a setting of the client"),
    ("request_id", "the header that every response has"),
    (
        "status",
        "the status of an HTTP response, or a method of `Task`",
    ),
];
/// Words that one file of the runtime may use, with the reason.
const EXCEPTIONS: &[(&str, &str, &str)] = &[
    ("credentials/iam.rs", "details", "of an error of IAM"),
    ("error.rs", "limit", "the limit of a body"),
    ("list/sweep.rs", "instance_id", "a public field of a result"),
    ("list/sweep.rs", "instances", "a sweep reads many instances"),
    ("transport/mod.rs", "limit", "the limit of a body"),
    ("transport/response.rs", "limit", "the limit of a body"),
    ("wait/mod.rs", "start", "starts the poller"),
];

/// The hand-written files of the client, by their paths below `src`.
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
    read(&root().join("crates/client/src"), "", &mut found);
    found
}

/// The words of a Rust text outside of comments and unit tests. A string of several words is prose.
fn words(text: &str) -> BTreeSet<String> {
    let text = text.split("#[cfg(test)]\nmod tests {").next();
    let lines = text.unwrap_or_default().lines();
    let code = lines.filter(|line| !line.trim_start().starts_with("//"));
    let code = code.collect::<Vec<_>>().join("\n").replace("\\\"", "");
    let mut words = BTreeSet::new();
    for (index, part) in code.split('"').enumerate() {
        if index % 2 == 0 || !part.contains(' ') {
            let parts = part.split(|c: char| !c.is_alphanumeric() && c != '_');
            words.extend(parts.map(str::to_owned));
        }
    }
    words
}

#[test]
fn words_are_those_outside_of_comments_and_prose() {
    let text = "//! a\nfn b(c: d) {\n    // e\n    f(\"g h\", \"i=j\");\n}\n\n#[cfg(test)]\nmod tests { k }\n";
    let mut found = words(text);
    found.remove("");
    let expected = ["b", "c", "d", "f", "fn", "i", "j"].map(str::to_owned);
    assert_eq!(found, BTreeSet::from(expected));
}

#[test]
fn runtime_names_no_parameter_field_or_operation() {
    check_runtime_names(runtime(), words, WORDS, EXCEPTIONS);
}

#[test]
fn list_of_another_document_has_pages_and_items() {
    let documents = [document_with_another_list(), document("kafka")];
    let api = ir::api(documents.iter()).expect("the document is known");
    let regions = regions::all().expect("the regions");
    let files = RUST.files(&api, &regions).expect("it renders");
    let file = |name: &str| files.get(format!("{}/{name}", RUST.output)).expect(name);

    let service = file("dcs.rs");
    let request = &service[service.find("pub struct ListWidgets").expect("a request")..];
    for line in [
        "    pub fn widgets(&self) -> ListWidgets {\n        let arguments = vec![];\n",
        "    /// let mut items = client.dcs().widgets().items();\n",
    ] {
        assert!(service.contains(line), "no {line:?} in\n{service}");
    }
    for line in [
        "    pub fn offset(mut self, offset: u32) -> Self {\n        self.request.set(0, offset);\n",
        "    pub fn limit(mut self, limit: u32) -> Self {\n",
        "    pub fn colour(mut self, colour: impl Into<String>) -> Self {\n        self.request.set(2, Into::<String>::into(colour));\n",
        "    pub fn with_parts(mut self, with_parts: bool) -> Self {\n",
        "    pub fn items(self) -> crate::Items<hwtasks_api::Widget> {\n",
        "    pub fn pages(self) -> crate::Pages<hwtasks_api::WidgetList> {\n",
    ] {
        assert!(request.contains(line), "no {line:?} in\n{request}");
    }
    for absent in ["since", "until", "sweep_widgets", "wait_widgets"] {
        assert!(!request.contains(absent), "{absent} in\n{request}");
    }

    let operations = file("operations.rs");
    let operation = &operations[operations.find("static LIST_WIDGETS").expect("a constant")..];
    let operation = &operation[..operation.find("\n};").expect("its end")];
    for line in [
        "        QueryParameter::Text(\"colour\"),\n",
        "    time_window: None,\n    waiting: None,",
    ] {
        assert!(operation.contains(line), "no {line:?} in\n{operation}");
    }
    assert!(file("lists.rs").contains("        &self.widget_id\n"));
    assert!(file("mod.rs").contains("Widget, WidgetList"));
    assert!(
        file("blocking.rs").contains("pub fn widgets(&self) -> Blocking<crate::ListWidgets> {")
    );
}

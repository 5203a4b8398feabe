//! What holds for the Go client: the runtime names nothing of the documents, and a new operation needs
//! no line of it.

use std::collections::BTreeSet;
use std::fs;

use serde_json::json;

use super::*;
use crate::files::root;
use crate::ir;
use crate::languages::tests::{
    check_runtime_names, document, document_with_another_list, words_of_lines,
};
use crate::regions;

/// Ordinary words of the runtime that are names of the documents too.
const WORDS: &[(&str, &str)] = &[
    ("code", "the code of an error"),
    ("error", "a type of Go"),
    ("id", "the ID of an item, a project or a region"),
    ("limit", "the limit of a delay, a body or a pace"),
    ("message", "the message of an error"),
    ("name", "the name of a setting, a header or a member"),
    ("status", "the status of a response or of an item"),
];
/// Words that one file of the runtime may use, with the reason.
const EXCEPTIONS: &[(&str, &str, &str)] = &[
    (
        "error_body.go",
        "error_code",
        "no document says which member is the code",
    ),
    (
        "error_body.go",
        "error_msg",
        "no document says which member is the message",
    ),
    (
        "error_body.go",
        "request_id",
        "errors are read in every form",
    ),
    ("decode.go", "start", "the start of a value"),
    ("object.go", "start", "the start of a value"),
    ("profile.go", "project_id", "a key of the credentials file"),
    ("read.go", "start", "the start of a value"),
    ("scalars.go", "offset", "the offset of a time zone"),
    ("sweep.go", "tasks", "a variable for the items of a sweep"),
    ("transport.go", "request_id", "an attribute of a log"),
];

/// The hand-written files of the package, by name.
fn runtime() -> Vec<(String, String)> {
    let folder = root().join(GO.output);
    let entries = fs::read_dir(folder).expect("the folder is there");
    let files = entries.map(|entry| entry.expect("an entry").path());
    let is_runtime = |name: &str| {
        name.ends_with(".go") && !name.ends_with("_gen.go") && !name.ends_with("_test.go")
    };
    files
        .filter_map(|path| {
            let name = path.file_name()?.to_str()?.to_owned();
            is_runtime(&name).then(|| (name, fs::read_to_string(&path).expect("a text")))
        })
        .collect()
}

/// The words of a Go text outside of comments; a string of several words is prose.
fn words(text: &str) -> BTreeSet<String> {
    words_of_lines(text, |line| line.starts_with("//"))
}

#[test]
fn words_are_those_outside_of_comments_and_prose() {
    let text = "// a\nb(\"c\", \"d e\") // f\n\t// g\nh.i\n";
    let expected = ["b", "c", "h", "i"].map(str::to_owned);
    assert_eq!(words(text), BTreeSet::from(expected));
}

#[test]
fn runtime_names_no_parameter_field_or_operation() {
    check_runtime_names(runtime(), words, WORDS, EXCEPTIONS);
}

#[test]
fn list_of_another_document_has_pages_and_items() {
    let mut document = document_with_another_list();
    let list = &mut document["paths"]["/v2/{project_id}/widgets"]["get"];
    list["parameters"][3]["name"] = json!("main_colour");
    let documents = [document, self::document("kafka")];
    let api = ir::api(&documents).expect("the documents are known");
    let regions = regions::all().expect("the regions are valid");
    let files = GO.files(&api, &regions).expect("it renders");
    for (file, part) in [
        (
            "dcs_gen.go",
            "func (s *DCSService) Widgets(ctx context.Context, options *DCSWidgetsOptions) (*WidgetList, error) {\n\
             \treturn send[WidgetList](ctx, newRequest(s.core, listWidgets, options))\n}\n",
        ),
        (
            "dcs_gen.go",
            "func (s *DCSService) WidgetsPages(ctx context.Context, options *DCSWidgetsOptions) iter.Seq2[*WidgetList, error] {\n",
        ),
        (
            "dcs_gen.go",
            "func (s *DCSService) WidgetsItems(ctx context.Context, options *DCSWidgetsOptions) iter.Seq2[Widget, error] {\n",
        ),
        ("options_gen.go", "\t// A colour.\n\tMainColour string\n"),
        ("options_gen.go", "\tWithParts *bool\n"),
        (
            "options_gen.go",
            "\tr.boolean(\"with_parts\", o.WithParts)\n",
        ),
        (
            "operations_gen.go",
            "\t\"/v2/{project_id}/widgets\",\n\t[]string{\"\"},\n",
        ),
        (
            "operations_gen.go",
            "\t\t{\"main_colour\", textParameter, 0, 0},\n",
        ),
        (
            "models_gen.go",
            "\t// ID of the widget.\n\tWidgetID string\n",
        ),
        ("models_gen.go", "\tWidth *int64\n"),
        ("models_gen.go", "\tWidgets []Widget\n"),
        (
            "models_gen.go",
            "func (v *WidgetList) itemsMember() string { return \"widgets\" }\n",
        ),
    ] {
        let text = files
            .get(format!("{}/{file}", GO.output))
            .expect("it is generated");
        assert!(text.contains(part), "{part}\nis not in\n{text}");
        for absent in ["WidgetsWait", "WidgetsSweep"] {
            assert!(!text.contains(absent), "{absent}");
        }
    }
}

#[test]
fn name_has_initialisms_in_one_case() {
    for (text, exported, variable) in [
        ("instance_id", "InstanceID", "instanceID"),
        ("id", "ID", "id"),
        ("enable_public_ip", "EnablePublicIP", "enablePublicIP"),
        ("ListDcsTasksV1", "ListDCSTasksV1", "listDCSTasksV1"),
        (
            "masterStandbySwapJob",
            "MasterStandbySwapJob",
            "masterStandbySwapJob",
        ),
        ("EXTEND", "Extend", "extend"),
        ("instance_ids", "InstanceIDs", "instanceIDs"),
        ("type", "Type", "typeValue"),
    ] {
        assert_eq!(go_name(text), exported);
        assert_eq!(go_variable(text), variable);
    }
}

#[test]
fn comment_indents_lists_and_keeps_code() {
    assert_eq!(go_comment("A task.", 1), "\t// A task.");
    assert_eq!(
        go_comment("States:\n\n- `A`: one\n- `B`: two", 0),
        "// States:\n//\n//   - `A`: one\n//   - `B`: two"
    );
    assert_eq!(
        go_block("// A line\n// and more.\n//\n//\tcode()\n", 0),
        "// A line and more.\n//\n//\tcode()"
    );
    assert_eq!(
        go_header("Generated by `x` from y; do not edit."),
        "// Code generated by `x` from y; DO NOT EDIT."
    );
}

#[test]
fn value_that_cannot_be_held_or_sent_is_refused() {
    let list = |element| Type::List {
        element: Box::new(element),
    };
    assert!(go_argument(&list(Type::Text)).is_err());
    assert!(go_argument(&Type::Number).is_err());
    assert!(go_type(&Type::Number, &[]).is_err());
    assert!(go_type(&list(Type::Boolean), &[]).is_err());
    let unknown = Type::Reference {
        schema: "None".to_owned(),
    };
    assert!(go_type(&unknown, &[]).is_err());
    assert_eq!(
        go_type(&list(Type::Text), &[]).expect("it is known"),
        "[]string"
    );
}

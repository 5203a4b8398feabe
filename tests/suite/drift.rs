//! `cargo xtask diff`: what a change of the documents means for their users.

use serde_json::{Value, json};
use xtask::diff::{Impact, changes, is_breaking_bump};

const LIST: &str = "/paths/~1v2~1{project_id}~1instances~1{instance_id}~1tasks/get";

fn dcs() -> Value {
    let path = xtask::files::root().join("spec/3.0/dcs.json");
    serde_json::from_str(&std::fs::read_to_string(path).expect("a file")).expect("JSON")
}

/// The changes that this edit of the document makes, a line each.
fn after(edit: impl FnOnce(&mut Value)) -> Vec<(Impact, String)> {
    let old = dcs();
    let mut new = old.clone();
    edit(&mut new);
    assert_ne!(old, new, "the edit edits nothing");
    let changes = changes(&old, &new).expect("both are OpenAPI 3.0");
    changes
        .into_iter()
        .map(|c| (c.impact, format!("{} at {}", c.message, c.pointer)))
        .collect()
}

fn at<'a>(document: &'a mut Value, pointer: &str) -> &'a mut Value {
    document
        .pointer_mut(pointer)
        .unwrap_or_else(|| panic!("nothing at {pointer}"))
}

fn gravest(changes: &[(Impact, String)]) -> Option<Impact> {
    changes.iter().map(|(impact, _)| *impact).min()
}

#[test]
fn nothing_changes_by_itself() {
    assert_eq!(changes(&dcs(), &dcs()).expect("OpenAPI 3.0"), []);
}

#[test]
fn an_optional_parameter_made_required_breaks() {
    let changes = after(|document| {
        let parameters = at(document, &format!("{LIST}/parameters"));
        let limit = parameters.as_array_mut().expect("an array").iter_mut();
        let limit = limit
            .into_iter()
            .find(|p| p["name"] == "limit")
            .expect("limit");
        limit["required"] = json!(true);
    });
    assert_eq!(gravest(&changes), Some(Impact::Breaking));
    insta::assert_debug_snapshot!(changes);
}

#[test]
fn a_removed_operation_breaks() {
    let changes = after(|document| {
        let paths = at(document, "/paths").as_object_mut().expect("paths");
        paths.shift_remove("/v2/{project_id}/instances/{instance_id}/tasks");
    });
    assert_eq!(gravest(&changes), Some(Impact::Breaking));
    insta::assert_debug_snapshot!(changes);
}

#[test]
fn a_field_of_another_type_breaks() {
    let changes = after(|document| {
        at(document, "/components/schemas/DcsTask/properties/user_name")["type"] = json!("integer");
    });
    assert_eq!(gravest(&changes), Some(Impact::Breaking));
    insta::assert_debug_snapshot!(changes);
}

#[test]
fn other_words_are_trivial() {
    let changes = after(|document| {
        at(document, "/components/schemas/DcsTask/properties/user_name")["description"] =
            json!("x");
        at(document, LIST)["summary"] = json!("x");
    });
    assert_eq!(gravest(&changes), Some(Impact::Trivial));
}

#[test]
fn a_new_optional_parameter_is_compatible() {
    let changes = after(|document| {
        let parameters = at(document, &format!("{LIST}/parameters"))
            .as_array_mut()
            .expect("an array");
        parameters.push(json!({ "name": "sort", "in": "query", "schema": { "type": "string" } }));
    });
    assert_eq!(gravest(&changes), Some(Impact::Compatible));
    insta::assert_debug_snapshot!(changes);
}

#[test]
fn a_breaking_change_demands_its_bump() {
    let bump = |old: &str, new: &str| {
        is_breaking_bump(
            &old.parse().expect("a version"),
            &new.parse().expect("a version"),
        )
    };
    assert!(bump("0.1.0", "0.2.0"));
    assert!(bump("0.9.3", "1.0.0"));
    assert!(bump("1.2.3", "2.0.0"));
    assert!(!bump("0.1.0", "0.1.1"));
    assert!(!bump("1.2.3", "1.3.0"));
    assert!(!bump("1.2.3", "1.2.3"));
}

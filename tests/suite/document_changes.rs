//! `cargo xtask diff` on the committed document. The rules have their own tests in `xtask/tests/compare.rs`.

use serde_json::{Value, json};
use xtask::compare::{Impact, changes};
use xtask::diff::is_breaking_bump;

const LIST: &str = "/paths/~1v2~1{project_id}~1instances~1{instance_id}~1tasks/get";

fn dcs() -> Value {
    let path = xtask::files::root().join("spec/3.0/dcs.json");
    serde_json::from_str(&std::fs::read_to_string(path).expect("it is read")).expect("it is JSON")
}

/// The changes that an edit of the document makes.
fn after(edit: impl FnOnce(&mut Value)) -> Vec<(Impact, String)> {
    let old = dcs();
    let mut new = old.clone();
    edit(&mut new);
    assert_ne!(old, new, "the edit changes nothing");
    let changes = changes(&old, &new).expect("both are OpenAPI 3.0");
    changes
        .into_iter()
        .map(|change| (change.impact, change.to_string()))
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
fn changes_of_equal_documents_are_none() {
    assert_eq!(changes(&dcs(), &dcs()).expect("OpenAPI 3.0"), []);
}

#[test]
fn optional_parameter_made_required_breaks() {
    let changes = after(|document| {
        let parameters = at(document, &format!("{LIST}/parameters"));
        let limit = parameters
            .as_array_mut()
            .expect("it is an array")
            .iter_mut();
        let limit = limit
            .into_iter()
            .find(|p| p["name"] == "limit")
            .expect("there is a parameter limit");
        limit["required"] = json!(true);
    });
    assert_eq!(gravest(&changes), Some(Impact::Breaking));
    insta::assert_debug_snapshot!(changes, @r#"
    [
        (
            Breaking,
            "`required` of the query parameter `limit`: was false, is true\nat #/paths/~1v2~1{project_id}~1instances~1{instance_id}~1tasks/get/parameters/3/required\nbreaks callers that omit it",
        ),
    ]
    "#);
}

#[test]
fn operation_removed_breaks() {
    let changes = after(|document| {
        let paths = at(document, "/paths").as_object_mut().expect("paths");
        paths.shift_remove("/v2/{project_id}/instances/{instance_id}/tasks");
    });
    assert_eq!(gravest(&changes), Some(Impact::Breaking));
    insta::assert_debug_snapshot!(changes, @r#"
    [
        (
            Breaking,
            "the path /v2/{project_id}/instances/{instance_id}/tasks was removed\nat #/paths/~1v2~1{project_id}~1instances~1{instance_id}~1tasks\nbreaks callers of the operation",
        ),
    ]
    "#);
}

#[test]
fn field_of_other_type_breaks() {
    let changes = after(|document| {
        at(document, "/components/schemas/DcsTask/properties/user_name")["type"] = json!("integer");
    });
    assert_eq!(gravest(&changes), Some(Impact::Breaking));
    insta::assert_debug_snapshot!(changes, @r#"
    [
        (
            Breaking,
            "`type` in responses: was \"string\", is \"integer\"\nat #/components/schemas/DcsTask/properties/user_name/type\nbreaks clients that accept only values of the old document",
        ),
    ]
    "#);
}

#[test]
fn other_description_is_trivial() {
    let changes = after(|document| {
        at(document, "/components/schemas/DcsTask/properties/user_name")["description"] =
            json!("x");
        at(document, LIST)["summary"] = json!("x");
    });
    assert_eq!(gravest(&changes), Some(Impact::Trivial));
}

#[test]
fn optional_parameter_added_is_compatible() {
    let changes = after(|document| {
        let parameters = at(document, &format!("{LIST}/parameters"))
            .as_array_mut()
            .expect("it is an array");
        parameters.push(json!({ "name": "sort", "in": "query", "schema": { "type": "string" } }));
    });
    assert_eq!(gravest(&changes), Some(Impact::Compatible));
    insta::assert_debug_snapshot!(changes, @r#"
    [
        (
            Compatible,
            "the optional query parameter `sort` was added\nat #/paths/~1v2~1{project_id}~1instances~1{instance_id}~1tasks/get/parameters/6",
        ),
    ]
    "#);
}

fn parameters(document: &mut Value) -> &mut Vec<Value> {
    at(document, &format!("{LIST}/parameters"))
        .as_array_mut()
        .expect("it is an array")
}

fn remove(document: &mut Value, parent: &str, name: &str) {
    let parent = at(document, parent).as_object_mut().expect("an object");
    assert!(parent.shift_remove(name).is_some(), "no member {name}");
}

/// One edit of a document.
type Edit = fn(&mut Value);

#[test]
fn every_kind_of_edit_is_judged() {
    const TASK: &str = "/components/schemas/DcsTask";
    let edits: &[(&str, Edit)] = &[
        ("another host", |d| {
            d["servers"][0]["url"] = json!("https://example.com")
        }),
        ("no authorization", |d| d["security"] = json!([])),
        ("another header", |d| {
            d["components"]["securitySchemes"]["X-Auth-Token"]["name"] = json!("X-Token");
        }),
        ("another operationId", |d| {
            at(d, LIST)["operationId"] = json!("ListTasks")
        }),
        ("no longer nullable", |d| {
            remove(d, &format!("{TASK}/properties/params"), "nullable")
        }),
        ("now nullable", |d| {
            at(d, TASK)["properties"]["id"]["nullable"] = json!(true)
        }),
        ("another default", |d| {
            parameters(d)[3]["schema"]["default"] = json!(99)
        }),
        ("another limit", |d| {
            parameters(d)[3]["schema"]["maximum"] = json!(9)
        }),
        ("a removed parameter", |d| drop(parameters(d).remove(3))),
        ("a known value less", |d| {
            let status = at(d, "/components/schemas/TaskStatus/x-extensible-enum");
            status.as_array_mut().expect("it is an array").pop();
        }),
        ("a known value more", |d| {
            let status = at(d, "/components/schemas/TaskStatus/x-extensible-enum");
            status
                .as_array_mut()
                .expect("it is an array")
                .push(json!("PAUSED"));
        }),
        ("a response less", |d| {
            remove(d, &format!("{LIST}/responses"), "4XX")
        }),
        ("a field less", |d| {
            remove(d, &format!("{TASK}/properties"), "params")
        }),
        ("a field more", |d| {
            at(d, TASK)["properties"]["job_id"] = json!({ "type": "string" });
        }),
        ("a field renamed", |d| {
            let field = at(d, TASK)["properties"]["params"].take();
            remove(d, &format!("{TASK}/properties"), "params");
            at(d, TASK)["properties"]["parameters"] = field;
        }),
        ("a field no longer always there", |d| {
            remove(d, TASK, "required")
        }),
        ("a field now always there", |d| {
            at(d, TASK)["required"] = json!(["id", "name"])
        }),
        ("another content type", |d| {
            let content = at(d, &format!("{LIST}/responses/200"));
            let body = content["content"]["application/json"].take();
            content["content"] = json!({ "text/json": body });
        }),
        ("another position parameter", |d| {
            at(d, LIST)["x-hwtasks-pagination"]["position"] = json!("start")
        }),
        ("a failure state less", |d| {
            let failure = at(d, &format!("{LIST}/x-hwtasks-waiter/failure"));
            failure.as_array_mut().expect("it is an array").pop();
        }),
        ("no time window", |d| {
            remove(d, LIST, "x-hwtasks-time-window")
        }),
        ("another method of the facade", |d| {
            at(d, LIST)["x-hwtasks-facade"]["method"] = json!("tasks")
        }),
        ("an unknown construct", |d| {
            at(d, TASK)["properties"]["id"]["x-new"] = json!(1)
        }),
        ("another type of a union", |d| {
            at(d, "/components/schemas/Capacity")["anyOf"][1]["type"] = json!("boolean");
        }),
    ];
    let found: Vec<String> = edits
        .iter()
        .map(|(what, edit)| {
            let changes = after(edit);
            assert!(!changes.is_empty(), "{what}");
            let lines = changes.iter().map(|(impact, text)| {
                format!("    {impact}: {}\n", text.replace('\n', "\n        "))
            });
            format!("{what}\n{}", lines.collect::<String>())
        })
        .collect();
    insta::assert_snapshot!(found.concat());
}

#[test]
fn breaking_change_demands_version_bump() {
    let bump = |old: &str, new: &str| {
        is_breaking_bump(
            &old.parse().expect("the version is valid"),
            &new.parse().expect("the version is valid"),
        )
    };
    assert!(bump("0.1.0", "0.2.0"));
    assert!(bump("0.9.3", "1.0.0"));
    assert!(bump("1.2.3", "2.0.0"));
    assert!(!bump("0.1.0", "0.1.1"));
    assert!(!bump("1.2.3", "1.3.0"));
    assert!(!bump("1.2.3", "1.2.3"));
}

//! The rules of `cargo xtask diff`, one small document per rule.

#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "a failed expectation ends the test"
)]

use serde_json::{Value, json};
use xtask::compare::Impact::{self, Breaking, Compatible, NeedsReview, Trivial};
use xtask::compare::changes;

/// A document with one operation: a parameter `limit`, a request body and a response, each with a schema.
fn document() -> Value {
    json!({
        "openapi": "3.0.3",
        "info": { "title": "t", "version": "0.1.0" },
        "servers": [{ "url": "https://{region}.example.com", "variables": { "region": { "default": "a" } } }],
        "security": [{ "token": [] }, { "key": [] }],
        "paths": { "/tasks": {
            "get": {
                "operationId": "ListTasks",
                "tags": ["tasks"],
                "parameters": [
                    { "name": "limit", "in": "query", "schema": { "type": "integer", "minimum": 1, "maximum": 100, "default": 10 } },
                    { "name": "ids", "in": "query", "explode": false, "schema": { "type": "array", "items": { "type": "string" } } }
                ],
                "requestBody": { "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Filter" } } } },
                "responses": { "200": {
                    "description": "a page",
                    "headers": { "X-Request-Id": { "schema": { "type": "string" } } },
                    "content": { "application/json": { "schema": { "$ref": "#/components/schemas/TaskList" } } }
                } },
                "x-hwtasks-pagination": { "position": "offset", "size": "limit", "items": "tasks", "only_item": ["status", "created_at"] },
                "x-hwtasks-time-window": { "lower": "start_time", "upper": "end_time" },
                "x-hwtasks-waiter": { "id": "id", "status": "status", "success": ["SUCCESS"], "failure": ["FAILED", "DELETED"], "show": "ShowTask" },
                "x-hwtasks-facade": { "service": "kafka", "method": "list" }
            }
        } },
        "components": {
            "securitySchemes": {
                "token": { "type": "apiKey", "in": "header", "name": "X-Auth-Token" },
                "key": { "type": "apiKey", "in": "header", "name": "Authorization" }
            },
            "schemas": {
                "Filter": schema(),
                "TaskList": { "type": "object", "required": ["tasks"], "properties": {
                    "tasks": { "type": "array", "items": { "$ref": "#/components/schemas/Task" } }
                } },
                "Task": schema()
            }
        }
    })
}

/// A schema that stands both in the request and in the response, under two names.
fn schema() -> Value {
    json!({ "type": "object", "required": ["id"], "properties": {
        "id": { "type": "string" },
        "count": { "type": "integer", "format": "int32", "minimum": 1, "maximum": 5 },
        "status": { "type": "string", "x-extensible-enum": ["A", "B"] },
        "kind": { "type": "string", "enum": ["x", "y"] },
        "capacity": { "anyOf": [{ "type": "string" }, { "type": "number" }] },
        "note": { "type": "string", "nullable": true, "default": "n" },
        "example": { "type": "string" },
        "headers": { "type": "string" },
        "content": { "type": "string" },
        "responses": { "type": "string" }
    } })
}

const OPERATION: &str = "/paths/~1tasks/get";
const REQUEST: &str = "/components/schemas/Filter";
const RESPONSE: &str = "/components/schemas/Task";

fn at<'v>(document: &'v mut Value, pointer: &str) -> &'v mut Value {
    document
        .pointer_mut(pointer)
        .unwrap_or_else(|| panic!("nothing at {pointer}"))
}

/// Sets a member, or removes it if the value is null.
fn set(document: &mut Value, pointer: &str, value: Value) {
    let (parent, name) = pointer.rsplit_once('/').expect("a pointer");
    let name = name.replace("~1", "/").replace("~0", "~");
    let parent = at(document, parent).as_object_mut().expect("an object");
    if value.is_null() {
        parent.shift_remove(&name).expect("a member to remove");
    } else {
        parent.insert(name, value);
    }
}

/// The impact and the pointer of each change that an edit makes, without trivial ones.
fn found(edit: impl FnOnce(&mut Value)) -> Vec<(Impact, String)> {
    found_in(document(), edit)
}

fn found_in(old: Value, edit: impl FnOnce(&mut Value)) -> Vec<(Impact, String)> {
    let mut new = old.clone();
    edit(&mut new);
    assert_ne!(old, new, "the edit changes nothing");
    let changes = changes(&old, &new).expect("OpenAPI 3.0 documents");
    for change in &changes {
        let needs_reader = matches!(change.impact, Breaking | NeedsReview);
        assert_eq!(needs_reader, !change.affects.is_empty(), "{change:?}");
        let pointer = change.pointer.strip_prefix('#').expect("a fragment");
        let exists = old.pointer(pointer).is_some() || new.pointer(pointer).is_some();
        // The style of a parameter may be a default that is not written.
        assert!(exists || pointer.ends_with("/explode"), "{change:?}");
    }
    changes
        .into_iter()
        .map(|change| (change.impact, change.pointer))
        .collect()
}

fn expect(what: &str, edit: impl FnOnce(&mut Value), expected: &[(Impact, &str)]) {
    let found = found(edit);
    let found: Vec<_> = found
        .iter()
        .map(|(impact, pointer)| (*impact, pointer.as_str()))
        .collect();
    assert_eq!(found, expected, "{what}");
}

#[test]
fn changes_of_equal_documents_are_none() {
    assert_eq!(changes(&document(), &document()).expect("OpenAPI 3.0"), []);
}

#[test]
fn changes_of_other_document_fail() {
    let error =
        changes(&document(), &json!({ "openapi": "3.1.0", "paths": {} })).expect_err("OpenAPI 3.1");
    assert!(error.to_string().contains("new document"), "{error}");
}

/// One keyword, as (place, value), with its impact in a request and in a response. Null removes the member.
#[test]
fn keyword_changed_is_judged_by_direction() {
    let table: &[(&str, Value, Impact, Impact)] = &[
        (
            "properties/note/nullable",
            json!(null),
            Breaking,
            Compatible,
        ),
        ("properties/id/nullable", json!(true), Compatible, Breaking),
        ("properties/count/minimum", json!(2), Breaking, Compatible),
        ("properties/count/minimum", json!(0), Compatible, Breaking),
        (
            "properties/count/minimum",
            json!(null),
            Compatible,
            Breaking,
        ),
        ("properties/count/maximum", json!(4), Breaking, Compatible),
        ("properties/count/maximum", json!(6), Compatible, Breaking),
        (
            "properties/count/maximum",
            json!(null),
            Compatible,
            Breaking,
        ),
        (
            "properties/count/format",
            json!("int64"),
            Compatible,
            Breaking,
        ),
        ("properties/count/format", json!("date"), Breaking, Breaking),
        (
            "properties/count/type",
            json!("number"),
            Compatible,
            Breaking,
        ),
        ("properties/count/type", json!("string"), Breaking, Breaking),
        ("properties/id/minLength", json!(1), Breaking, Compatible),
        ("properties/id/maxLength", json!(9), Breaking, Compatible),
        ("properties/id/pattern", json!("^a"), Breaking, Compatible),
        (
            "properties/id/default",
            json!("d"),
            NeedsReview,
            NeedsReview,
        ),
        ("properties/note/default", json!("m"), Breaking, Breaking),
        (
            "properties/note/default",
            json!(null),
            NeedsReview,
            NeedsReview,
        ),
        (
            "properties/id/deprecated",
            json!(true),
            Compatible,
            Compatible,
        ),
        ("properties/kind/enum", json!(["x"]), Breaking, Compatible),
        (
            "properties/kind/enum",
            json!(["x", "y", "z"]),
            Compatible,
            Breaking,
        ),
        (
            "properties/kind/enum",
            json!(["x", "z"]),
            Breaking,
            Breaking,
        ),
        ("properties/kind/enum", json!(null), Compatible, Breaking),
        (
            "properties/status/x-extensible-enum",
            json!(["A"]),
            Breaking,
            Breaking,
        ),
        (
            "properties/status/x-extensible-enum",
            json!(["B", "A", "C"]),
            Compatible,
            Compatible,
        ),
        (
            "properties/capacity/anyOf",
            json!([{ "type": "string" }]),
            Breaking,
            Compatible,
        ),
        (
            "properties/capacity/anyOf",
            json!([{ "type": "string" }, { "type": "number" }, { "type": "boolean" }]),
            Compatible,
            Breaking,
        ),
        (
            "properties/capacity/anyOf",
            json!(null),
            Compatible,
            Breaking,
        ),
        ("additionalProperties", json!(false), Breaking, Compatible),
        (
            "additionalProperties",
            json!({ "type": "string" }),
            Breaking,
            Compatible,
        ),
        (
            "properties/job",
            json!({ "type": "string" }),
            Compatible,
            Compatible,
        ),
        ("properties/note", json!(null), Breaking, Breaking),
        (
            "properties/id/readOnly",
            json!(true),
            NeedsReview,
            NeedsReview,
        ),
        ("properties/id/x-other", json!(1), NeedsReview, NeedsReview),
        (
            "properties/id/description",
            json!("other words"),
            Trivial,
            Trivial,
        ),
    ];
    for (place, value, request, response) in table {
        for (root, expected) in [(REQUEST, request), (RESPONSE, response)] {
            let found = found(|d| set(d, &format!("{root}/{place}"), value.clone()));
            let impacts: Vec<_> = found.iter().map(|(impact, _)| *impact).collect();
            assert_eq!(impacts, [*expected], "{root}/{place} {value}");
            let pointer = found.first().map(|(_, pointer)| pointer.as_str());
            let expected = format!("#{root}/{place}");
            let is_inside = pointer.is_some_and(|pointer| pointer.starts_with(&expected));
            assert!(is_inside, "{pointer:?} is not at {expected}");
        }
    }
}

#[test]
fn required_field_is_judged_by_direction() {
    for (fields, request, response) in [
        (json!(["id", "note"]), Breaking, Compatible),
        (json!([]), Compatible, Breaking),
        (json!(null), Compatible, Breaking),
    ] {
        for (root, expected) in [(REQUEST, request), (RESPONSE, response)] {
            let found = found(|d| set(d, &format!("{root}/required"), fields.clone()));
            assert_eq!(found, [(expected, format!("#{root}/required"))], "{fields}");
        }
    }
}

#[test]
fn absent_keyword_equals_its_default() {
    let nothing: &[(Impact, &str)] = &[];
    expect(
        "nullable",
        |d| {
            set(
                d,
                &format!("{RESPONSE}/properties/id/nullable"),
                json!(false),
            )
        },
        nothing,
    );
    expect(
        "deprecated",
        |d| set(d, &format!("{OPERATION}/deprecated"), json!(false)),
        nothing,
    );
    expect(
        "required",
        |d| {
            set(
                d,
                &format!("{OPERATION}/parameters/0/required"),
                json!(false),
            )
        },
        nothing,
    );
    expect(
        "style",
        |d| set(d, &format!("{OPERATION}/parameters/0/style"), json!("form")),
        nothing,
    );
    expect(
        "explode",
        |d| set(d, &format!("{OPERATION}/parameters/0/explode"), json!(true)),
        nothing,
    );
    expect(
        "additionalProperties",
        |d| set(d, &format!("{RESPONSE}/additionalProperties"), json!(true)),
        nothing,
    );
}

/// faults E1: an appended parameter must not hide other changes.
#[test]
fn parameter_appended_hides_no_other_change() {
    let parameters = format!("{OPERATION}/parameters");
    let append = |d: &mut Value| {
        let list = at(d, &parameters).as_array_mut().expect("a list");
        list.push(json!({ "name": "sort", "in": "query", "schema": { "type": "string" } }));
    };
    let added = (Compatible, "#/paths/~1tasks/get/parameters/2".to_owned());
    let edits: &[(&str, Value, Impact)] = &[
        ("0/schema/default", json!(99), Breaking),
        ("0/schema/maximum", json!(9), Breaking),
        ("0/schema/minimum", json!(null), Compatible),
        ("0/required", json!(true), Breaking),
        ("0/deprecated", json!(true), Compatible),
        ("1/explode", json!(true), Breaking),
        ("1/style", json!("spaceDelimited"), Breaking),
        ("1/schema/items/type", json!("integer"), Breaking),
    ];
    for (place, value, expected) in edits {
        let found = found(|d| {
            append(d);
            set(d, &format!("{parameters}/{place}"), value.clone());
        });
        let change = (*expected, format!("#{parameters}/{place}"));
        assert!(found.contains(&change), "{place}: {found:?}");
        assert!(found.contains(&added), "{place}: {found:?}");
        assert_eq!(found.len(), 2, "{place}: {found:?}");
    }
}

#[test]
fn parameter_with_swapped_reference_breaks() {
    let mut old = document();
    set(
        &mut old,
        "/components/schemas/Time",
        json!({ "type": "string" }),
    );
    set(
        &mut old,
        "/components/schemas/Date",
        json!({ "type": "string", "pattern": "^2" }),
    );
    let schema = format!("{OPERATION}/parameters/0/schema");
    set(
        &mut old,
        &schema,
        json!({ "$ref": "#/components/schemas/Time" }),
    );
    let found = found_in(old, |d| {
        set(d, &schema, json!({ "$ref": "#/components/schemas/Date" }));
        let list = at(d, &format!("{OPERATION}/parameters"));
        let list = list.as_array_mut().expect("a list");
        list.insert(
            0,
            json!({ "name": "sort", "in": "query", "schema": { "type": "string" } }),
        );
        list.swap(0, 1);
    });
    let pointers: Vec<_> = found
        .iter()
        .map(|(impact, pointer)| (*impact, pointer.as_str()))
        .collect();
    assert_eq!(
        pointers,
        [
            (Breaking, "#/components/schemas/Date/pattern"),
            (Breaking, "#/paths/~1tasks/get/parameters/0/schema"),
            (Compatible, "#/paths/~1tasks/get/parameters/1"),
        ]
    );
}

#[test]
fn parameter_added_or_removed_is_judged_by_requirement() {
    let parameters = format!("{OPERATION}/parameters");
    let push = |required: bool| {
        let parameters = parameters.clone();
        move |d: &mut Value| {
            let list = at(d, &parameters).as_array_mut().expect("a list");
            list.push(json!({ "name": "sort", "in": "query", "required": required, "schema": {} }));
        }
    };
    let added = "#/paths/~1tasks/get/parameters/2";
    expect("optional", push(false), &[(Compatible, added)]);
    expect("required", push(true), &[(Breaking, added)]);
    let removed = "#/paths/~1tasks/get/parameters/0";
    expect(
        "removed",
        |d| drop(at(d, &parameters).as_array_mut().expect("a list").remove(0)),
        &[(Breaking, removed)],
    );
}

/// faults E2: `Task` must not cover `TaskList`, nor a trivial change a severe one.
#[test]
fn change_of_similar_name_or_lower_severity_hides_nothing() {
    expect(
        "a prefix of another name",
        |d| {
            set(d, "/components/schemas/Task/description", json!("words"));
            set(
                d,
                "/components/schemas/TaskList/properties/tasks/type",
                json!("object"),
            );
        },
        &[
            (
                Breaking,
                "#/components/schemas/TaskList/properties/tasks/type",
            ),
            (Trivial, "#/components/schemas/Task/description"),
        ],
    );
    let mut old = document();
    set(
        &mut old,
        "/components/schemas/Task/properties/error",
        json!({ "type": "object" }),
    );
    set(
        &mut old,
        "/components/schemas/Task/properties/error_code",
        json!({ "type": "string" }),
    );
    let found = found_in(old, |d| {
        set(
            d,
            "/components/schemas/Task/properties/error/description",
            json!("words"),
        );
        set(
            d,
            "/components/schemas/Task/properties/error_code/x-unknown",
            json!(1),
        );
        set(
            d,
            "/components/schemas/Task/properties/error/nullable",
            json!(true),
        );
    });
    let impacts: Vec<_> = found.iter().map(|(impact, _)| *impact).collect();
    assert_eq!(impacts, [Breaking, NeedsReview, Trivial], "{found:?}");
}

/// faults E4: a property may be called like a keyword.
#[test]
fn property_named_like_a_keyword_is_a_property() {
    for name in [
        "example",
        "headers",
        "content",
        "responses",
        "required",
        "default",
        "description",
    ] {
        let pointer = format!("/components/schemas/Task/properties/{name}");
        let mut old = document();
        set(&mut old, &pointer, json!({ "type": "string" }));
        let place = format!("#{pointer}");
        let changed = found_in(old.clone(), |d| {
            set(d, &format!("{pointer}/type"), json!("integer"))
        });
        assert_eq!(changed, [(Breaking, format!("{place}/type"))]);
        let removed = found_in(old.clone(), |d| set(d, &pointer, json!(null)));
        assert_eq!(removed, [(Breaking, place.clone())]);
        let nullable = found_in(old, |d| set(d, &format!("{pointer}/nullable"), json!(true)));
        assert_eq!(nullable, [(Breaking, format!("{place}/nullable"))]);
    }
}

/// faults E5: order and level of declaration have no meaning.
#[test]
fn reordering_is_no_change() {
    let nothing: &[(Impact, &str)] = &[];
    let reverse = |pointer: &'static str| {
        move |d: &mut Value| at(d, pointer).as_array_mut().expect("a list").reverse()
    };
    expect(
        "parameters",
        reverse("/paths/~1tasks/get/parameters"),
        nothing,
    );
    expect(
        "anyOf",
        reverse("/components/schemas/Task/properties/capacity/anyOf"),
        nothing,
    );
    expect(
        "enum",
        reverse("/components/schemas/Task/properties/kind/enum"),
        nothing,
    );
    expect(
        "known values",
        reverse("/components/schemas/Task/properties/status/x-extensible-enum"),
        nothing,
    );
    expect("security", reverse("/security"), nothing);
    expect(
        "failure states",
        reverse("/paths/~1tasks/get/x-hwtasks-waiter/failure"),
        nothing,
    );
    expect(
        "only_item",
        reverse("/paths/~1tasks/get/x-hwtasks-pagination/only_item"),
        nothing,
    );
    let mut old = document();
    set(
        &mut old,
        "/components/schemas/Task/required",
        json!(["id", "note"]),
    );
    assert_eq!(
        found_in(old, reverse("/components/schemas/Task/required")),
        []
    );
}

#[test]
fn parameter_moved_to_path_item_or_component_is_no_change() {
    let nothing: &[(Impact, &str)] = &[];
    let take = |d: &mut Value| {
        at(d, "/paths/~1tasks/get/parameters")
            .as_array_mut()
            .expect("a list")
            .remove(0)
    };
    expect(
        "path item",
        |d| {
            let limit = take(d);
            set(d, "/paths/~1tasks/parameters", json!([limit]));
        },
        nothing,
    );
    expect(
        "component",
        |d| {
            let limit = take(d);
            set(d, "/components/parameters", json!({ "Limit": limit }));
            let reference = json!({ "$ref": "#/components/parameters/Limit" });
            at(d, "/paths/~1tasks/get/parameters")
                .as_array_mut()
                .expect("a list")
                .push(reference);
        },
        nothing,
    );
}

#[test]
fn parameter_moved_and_changed_is_judged() {
    expect(
        "path item",
        |d| {
            let parameters = at(d, "/paths/~1tasks/get/parameters");
            let mut limit = parameters.as_array_mut().expect("a list").remove(0);
            limit["schema"]["default"] = json!(20);
            set(d, "/paths/~1tasks/parameters", json!([limit]));
        },
        &[(Breaking, "#/paths/~1tasks/parameters/0/schema/default")],
    );
}

#[test]
fn extension_of_contract_changed_breaks() {
    for (extension, field, value) in [
        ("x-hwtasks-pagination", "position", json!("start")),
        ("x-hwtasks-pagination", "only_item", json!(["status"])),
        ("x-hwtasks-pagination", "size", json!(null)),
        ("x-hwtasks-time-window", "lower", json!("begin_time")),
        ("x-hwtasks-waiter", "success", json!(["SUCCESS", "DONE"])),
        ("x-hwtasks-waiter", "failure", json!(["FAILED"])),
        ("x-hwtasks-waiter", "show", json!(null)),
        ("x-hwtasks-waiter", "name", json!("name")),
        ("x-hwtasks-facade", "method", json!("tasks")),
    ] {
        let pointer = format!("{OPERATION}/{extension}/{field}");
        let found = found(|d| set(d, &pointer, value.clone()));
        assert_eq!(found, [(Breaking, format!("#{pointer}"))], "{value}");
    }
    for extension in ["pagination", "time-window", "waiter", "facade"] {
        let pointer = format!("{OPERATION}/x-hwtasks-{extension}");
        let removed = found(|d| set(d, &pointer, json!(null)));
        assert_eq!(removed, [(Breaking, format!("#{pointer}"))]);
        let mut without = document();
        set(&mut without, &pointer, json!(null));
        let added = found_in(without, |d| set(d, &pointer, json!({ "service": "kafka" })));
        assert_eq!(added, [(Compatible, format!("#{pointer}"))]);
    }
    expect(
        "unknown extension",
        |d| set(d, "/paths/~1tasks/get/x-other", json!(1)),
        &[(NeedsReview, "#/paths/~1tasks/get/x-other")],
    );
}

#[test]
fn schema_reached_in_both_directions_is_judged_for_both() {
    let mut old = document();
    set(
        &mut old,
        "/paths/~1tasks/get/requestBody/content/application~1json/schema",
        json!({ "$ref": "#/components/schemas/Task" }),
    );
    let found = found_in(old, |d| {
        set(
            d,
            "/components/schemas/Task/properties/id/nullable",
            json!(true),
        )
    });
    let place = "#/components/schemas/Task/properties/id/nullable".to_owned();
    assert_eq!(found, [(Breaking, place.clone()), (Compatible, place)]);
}

#[test]
fn schema_inlined_breaks_only_the_type_name() {
    expect(
        "inlined",
        |d| {
            let task = at(d, RESPONSE).clone();
            set(
                d,
                "/components/schemas/TaskList/properties/tasks/items",
                task,
            );
        },
        &[(
            Breaking,
            "#/components/schemas/TaskList/properties/tasks/items",
        )],
    );
}

#[test]
fn reference_wrapped_in_all_of_is_no_change() {
    let nothing: &[(Impact, &str)] = &[];
    let items = "/components/schemas/TaskList/properties/tasks/items";
    let wrapped = json!({ "allOf": [{ "$ref": "#/components/schemas/Task" }] });
    expect("wrapped", |d| set(d, items, wrapped), nothing);
    let nullable = json!({ "allOf": [{ "$ref": "#/components/schemas/Task" }], "nullable": true });
    expect(
        "wrapped and nullable",
        |d| set(d, items, nullable),
        &[(
            Breaking,
            "#/components/schemas/TaskList/properties/tasks/items/nullable",
        )],
    );
}

#[test]
fn recursive_schema_is_compared_once() {
    let mut old = document();
    set(
        &mut old,
        "/components/schemas/Task/properties/parent",
        json!({ "$ref": "#/components/schemas/Task" }),
    );
    let found = found_in(old, |d| {
        set(
            d,
            "/components/schemas/Task/properties/id/type",
            json!("integer"),
        )
    });
    assert_eq!(
        found,
        [(
            Breaking,
            "#/components/schemas/Task/properties/id/type".to_owned()
        )]
    );
}

#[test]
fn unused_schema_is_judged_for_both_directions() {
    let mut old = document();
    set(
        &mut old,
        "/components/schemas/Unused",
        json!({ "type": "string" }),
    );
    let found = found_in(old, |d| {
        set(d, "/components/schemas/Unused/nullable", json!(true))
    });
    let place = "#/components/schemas/Unused/nullable".to_owned();
    assert_eq!(found, [(Breaking, place.clone()), (Compatible, place)]);
}

#[test]
fn part_around_schemas_changed_is_judged() {
    let table: &[(&str, Value, Impact)] = &[
        ("/servers/0/variables/region/default", json!("b"), Breaking),
        ("/servers/0/variables/region/enum", json!(["a"]), Breaking),
        ("/servers/0/description", json!("words"), Trivial),
        (
            "/components/securitySchemes/token/name",
            json!("X-Token"),
            Breaking,
        ),
        (
            "/components/securitySchemes/token/description",
            json!("words"),
            Trivial,
        ),
        (
            "/components/schemas/More",
            json!({ "type": "string" }),
            Compatible,
        ),
        ("/components/links", json!({ "next": {} }), NeedsReview),
        ("/paths/~1tasks/get/operationId", json!("ListAll"), Breaking),
        ("/paths/~1tasks/get/deprecated", json!(true), Compatible),
        ("/paths/~1tasks/get/summary", json!("words"), Trivial),
        ("/paths/~1tasks/get/tags", json!(["all"]), NeedsReview),
        (
            "/paths/~1tasks/get/responses/429",
            json!({ "description": "slow down" }),
            Compatible,
        ),
        ("/paths/~1tasks/get/responses/200", json!(null), Breaking),
        (
            "/paths/~1tasks/get/responses/200/headers/X-Request-Id",
            json!(null),
            Breaking,
        ),
        (
            "/paths/~1tasks/get/responses/200/headers/X-More",
            json!({ "schema": {} }),
            Compatible,
        ),
        (
            "/paths/~1tasks/get/responses/200/headers/X-Request-Id/schema/type",
            json!("integer"),
            Breaking,
        ),
        (
            "/paths/~1tasks/get/responses/200/content/text~1csv",
            json!({}),
            Breaking,
        ),
        (
            "/paths/~1tasks/get/requestBody/content/text~1csv",
            json!({}),
            Compatible,
        ),
        (
            "/paths/~1tasks/get/requestBody/required",
            json!(true),
            Breaking,
        ),
        ("/paths/~1tasks/get/requestBody", json!(null), Breaking),
        ("/paths/~1tasks/get", json!(null), Breaking),
        ("/paths/~1tasks", json!(null), Breaking),
        ("/paths/~1more", json!({}), Compatible),
        ("/info/description", json!("words"), Trivial),
        ("/x-new", json!(1), NeedsReview),
    ];
    for (pointer, value, expected) in table {
        let found = found(|d| set(d, pointer, value.clone()));
        // A removed operation leaves the schemas that only it uses, so nothing else is reported.
        let gravest = found.iter().map(|(impact, _)| *impact).min();
        assert_eq!(gravest, Some(*expected), "{pointer}: {found:?}");
        assert_eq!(found.len(), 1, "{pointer}: {found:?}");
    }
}

#[test]
fn security_and_servers_are_alternatives() {
    expect(
        "alternative removed",
        |d| drop(d["security"].as_array_mut().expect("a list").pop()),
        &[(Breaking, "#/security")],
    );
    expect(
        "alternative added",
        |d| {
            d["security"]
                .as_array_mut()
                .expect("a list")
                .push(json!({}))
        },
        &[(Compatible, "#/security")],
    );
    expect(
        "of one operation",
        |d| set(d, "/paths/~1tasks/get/security", json!([{ "token": [] }])),
        &[(Breaking, "#/paths/~1tasks/get/security")],
    );
    expect(
        "server added",
        |d| {
            d["servers"]
                .as_array_mut()
                .expect("a list")
                .insert(0, json!({ "url": "https://b.example.com" }))
        },
        &[(Compatible, "#/servers/0")],
    );
    expect(
        "server replaced",
        |d| d["servers"][0]["url"] = json!("https://b.example.com"),
        &[(Breaking, "#/servers/0"), (Compatible, "#/servers/0")],
    );
}

#[test]
fn report_names_old_and_new_value_place_and_users() {
    let old = document();
    let mut new = document();
    set(
        &mut new,
        "/paths/~1tasks/get/parameters/0/schema/default",
        json!(20),
    );
    set(
        &mut new,
        "/components/schemas/Task/properties/id/nullable",
        json!(true),
    );
    set(
        &mut new,
        "/components/schemas/Task/properties/job",
        json!({ "type": "string" }),
    );
    set(&mut new, "/info/description", json!("words"));
    let changes = changes(&old, &new).expect("OpenAPI 3.0");
    let expected = "  breaking      `nullable` in responses: was absent, is true
                at #/components/schemas/Task/properties/id/nullable
                breaks clients that accept only values of the old document
  breaking      the default in requests: was 10, is 20
                at #/paths/~1tasks/get/parameters/0/schema/default
                breaks callers that rely on the default
  compatible    the field `job` was added to responses
                at #/components/schemas/Task/properties/job
  trivial       1 change of descriptions or examples
";
    assert_eq!(xtask::diff::described(&changes), expected);
}

#[test]
fn breaking_change_before_the_first_tag_is_allowed() {
    let version = |text: &str| text.parse().expect("a version");
    let (is_allowed, text) = xtask::diff::verdict(false, &version("0.1.0"), &version("0.1.0"));
    assert!(is_allowed);
    assert!(text.contains("no tag"), "{text}");
}

#[test]
fn breaking_change_after_the_first_tag_demands_the_version() {
    let version = |text: &str| text.parse().expect("a version");
    for (old, new, allowed, demanded) in [
        ("0.1.0", "0.1.1", false, "0.2.0"),
        ("1.2.3", "1.3.0", false, "2.0.0"),
        ("0.1.0", "0.2.0", true, ""),
        ("1.2.3", "2.0.0", true, ""),
    ] {
        let (is_allowed, text) = xtask::diff::verdict(true, &version(old), &version(new));
        assert_eq!(is_allowed, allowed, "{text}");
        assert!(text.contains(demanded), "{text}");
    }
}

//! The committed files are what the types generate, the same every time.

use serde_json::{Value, json};
use xtask::files::root;
use xtask::generate::Target;
use xtask::{generate, lower, spec};

fn documents() -> spec::Documents {
    spec::documents().expect("the documents merge")
}

#[test]
fn committed_files_are_up_to_date() {
    let files = generate::files(&documents(), &[]).expect("everything generates");
    let stale = files
        .stale(&root())
        .expect("the committed files can be read");
    let diffs: String = stale.iter().map(|file| file.diff.as_str()).collect();
    assert!(
        stale.is_empty(),
        "{diffs}\nrun `{}` to update",
        generate::update_command(&[])
    );
}

#[test]
fn renamed_field_makes_every_target_stale() {
    generate::check_sensitivity(&root()).expect("every target knows the names of fields");
}

#[test]
fn generating_twice_is_identical() {
    let once = generate::files(&documents(), &[]).expect("everything generates");
    assert_eq!(
        once,
        generate::files(&documents(), &[]).expect("everything generates")
    );
}

#[test]
fn yaml_and_json_documents_are_equal() {
    let files = spec::files(&documents()).expect("the documents are generated");
    let json: Value = serde_json::from_str(files.get("spec/openapi.json").expect("it is JSON"))
        .expect("it is JSON");
    let yaml: Value =
        yaml_serde::from_str(files.get("spec/openapi.yaml").expect("YAML")).expect("YAML");
    assert_eq!(json, yaml);
}

#[test]
fn the_lowered_documents_are_openapi_3_0() {
    for name in ["openapi", "dcs", "kafka"] {
        let text = std::fs::read_to_string(root().join(format!("spec/3.0/{name}.json")));
        let document: openapiv3::OpenAPI =
            serde_json::from_str(&text.expect("a file")).expect("the documents are OpenAPI 3.0");
        assert_eq!(document.openapi, "3.0.3");
        let read = serde_json::to_string(&document).expect("it is JSON");
        assert!(!read.contains("\"type\":["), "{name}");
    }
}

/// A document with one construct put into the schema of a body.
fn with(construct: Value) -> Value {
    json!({
        "openapi": "3.1.0",
        "info": { "title": "t", "version": "1.0.0" },
        "paths": {},
        "components": { "schemas": { "Body": { "properties": { "a/b": construct } } } },
    })
}

#[test]
fn lowering_writes_null_as_openapi_3_0() {
    let lowered = |construct| {
        let lowered = lower::lower(&with(construct)).expect("it is known");
        lowered["components"]["schemas"]["Body"]["properties"]["a/b"].clone()
    };
    assert_eq!(
        lowered(json!({ "type": ["string", "null"], "examples": ["x"] })),
        json!({ "nullable": true, "type": "string", "example": "x" })
    );
    assert_eq!(
        lowered(json!({ "oneOf": [{ "$ref": "#/x", "description": "d" }, { "type": "null" }] })),
        json!({ "allOf": [{ "$ref": "#/x" }], "description": "d" })
    );
    assert_eq!(
        lowered(json!({ "oneOf": [{ "$ref": "#/x" }, { "type": "null" }], "description": "d" })),
        json!({ "allOf": [{ "$ref": "#/x" }], "description": "d" })
    );
    assert_eq!(lowered(json!({ "$ref": "#/x" })), json!({ "$ref": "#/x" }));
    assert_eq!(
        lowered(json!({ "type": "string", "examples": ["x", "y"] })),
        json!({ "type": "string", "example": "x", "x-examples": ["x", "y"] })
    );
}

#[test]
fn lowering_reference_with_null_makes_the_schema_nullable() {
    let with_schema = |schema: Value, reference: Value| {
        let mut document = with(reference);
        document["components"]["schemas"]["Other"] = schema;
        document
    };
    let nullable =
        json!({ "oneOf": [{ "$ref": "#/components/schemas/Other" }, { "type": "null" }] });
    for (schema, lowered) in [
        (
            json!({ "type": "string" }),
            json!({ "type": "string", "nullable": true }),
        ),
        (
            json!({ "anyOf": [{ "type": "string" }, { "type": "number" }] }),
            json!({ "anyOf": [{ "type": "string", "nullable": true }, { "type": "number" }] }),
        ),
    ] {
        let document = lower::lower(&with_schema(schema, nullable.clone())).expect("it is known");
        assert_eq!(document["components"]["schemas"]["Other"], lowered);
    }
    let plain = json!({ "$ref": "#/components/schemas/Other" });
    let document = lower::lower(&with_schema(json!({ "type": "string" }), plain.clone()));
    let document = document.expect("it is known");
    assert_eq!(
        document["components"]["schemas"]["Other"],
        json!({ "type": "string" })
    );

    // 3.0.3 cannot say both of one schema, nor null of a schema without a type.
    let both = json!({ "properties": { "a": nullable, "b": plain } });
    let error = lower::lower(&with_schema(json!({ "type": "string" }), both))
        .expect_err("the schema has both keywords");
    assert_eq!(
        error.pointer,
        "/components/schemas/Body/properties/a~1b/properties/b"
    );
    let error = lower::lower(&with_schema(json!({}), nullable)).expect_err("the type is missing");
    assert_eq!(error.pointer, "/components/schemas/Other");
}

#[test]
fn lowering_unknown_construct_is_refused() {
    let constructs = [
        json!({ "const": 1 }),
        json!({ "type": "null" }),
        json!({ "type": ["string", "integer"] }),
        json!({ "type": 7 }),
        json!({ "exclusiveMinimum": 0 }),
        json!({ "prefixItems": [] }),
        json!({ "if": {} }),
        json!({ "oneOf": [{ "type": "string" }, { "type": "null" }] }),
        json!({ "oneOf": [{ "$ref": "#/x" }, { "type": "null" }, { "type": "string" }] }),
        json!({ "oneOf": [{ "type": "null" }] }),
        json!({ "$ref": "#/x", "minLength": 1 }),
        json!({ "items": { "contains": {} } }),
        json!(true),
        json!({ "anyOf": {} }),
    ];
    let mut refusals: Vec<String> = constructs
        .into_iter()
        .map(|construct| {
            let error = lower::lower(&with(construct.clone())).expect_err("the value is unknown");
            format!("{construct}\n    {error}")
        })
        .collect();
    for (pointer, value) in [
        ("/openapi", json!("3.2.0")),
        ("/webhooks", json!({})),
        ("/info/summary", json!("s")),
        ("/info/license", json!({ "name": "a", "identifier": "b" })),
        ("/paths/~1p", json!({ "post": {} })),
        ("/paths/~1p", json!({ "get": { "callbacks": {} } })),
        (
            "/paths/~1p",
            json!({ "get": { "responses": { "200": { "links": {} } } } }),
        ),
        ("/components/pathItems", json!({})),
        (
            "/components/securitySchemes",
            json!({ "a": { "type": "mutualTLS" } }),
        ),
        ("/externalDocs", json!({ "url": "u", "title": "t" })),
        (
            "/components/responses",
            json!({ "a": { "$ref": "#/x", "summary": "s" } }),
        ),
        (
            "/components/parameters",
            json!({ "a": { "name": "n", "in": "query", "content": {} } }),
        ),
        (
            "/components/headers",
            json!({ "a": { "$ref": "#/x", "description": "d" } }),
        ),
        (
            "/paths/~1p",
            json!({ "get": { "parameters": [{ "$ref": "#/x", "required": true }] } }),
        ),
    ] {
        let mut document = with(json!({}));
        let (parent, name) = pointer.rsplit_once('/').expect("there is a pointer");
        let parent = document.pointer_mut(parent).expect("it is there");
        parent[name.replace("~1", "/")] = value.clone();
        let error = lower::lower(&document).expect_err("the value is unknown");
        refusals.push(format!("{pointer} = {value}\n    {error}"));
    }
    insta::assert_snapshot!(refusals.join("\n"));
}

#[test]
fn renamed_field_is_one_line_of_each_stale_file() {
    let files =
        generate::files(&documents(), &[Target::Spec]).expect("the documents are generated");
    let folder = tempfile::tempdir().expect("there is a folder");
    for (path, text) in files.iter() {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().expect("it can be made")).expect("it can be made");
        std::fs::write(path, text.replace("\"enable_show\":", "\"enabled_show\":"))
            .expect("it is written");
    }
    let stale = files.stale(folder.path()).expect("the files can be read");
    // Where in the file it stands changes with every other field.
    let lines = stale.iter().flat_map(|file| file.diff.lines());
    let lines: Vec<_> = lines.filter(|line| !line.starts_with("@@")).collect();
    insta::assert_snapshot!(lines.join("\n"));
    for file in &stale {
        file.update(folder.path()).expect("it can be written");
    }
    assert_eq!(
        files.stale(folder.path()).expect("the files can be read"),
        []
    );
}

#[test]
fn file_no_longer_generated_is_stale() {
    let files = spec::files(&documents()).expect("the documents are generated");
    let folder = tempfile::tempdir().expect("there is a folder");
    for file in files.stale(folder.path()).expect("nothing is there") {
        file.update(folder.path()).expect("it can be written");
    }
    // What may be somebody's own is refused, and stays.
    let notes = folder.path().join("spec/notes.md");
    std::fs::write(&notes, "my notes").expect("it is written");
    let error = files
        .stale(folder.path())
        .expect_err("the file may be the user's");
    assert!(
        error
            .to_string()
            .starts_with("spec/notes.md is not generated"),
        "{error:#}"
    );
    std::fs::remove_file(notes).expect("it is still there");

    let old = folder.path().join("spec/schema/Old.schema.json");
    std::fs::write(
        old,
        r#"{ "$comment": "Generated by `cargo xtask gen spec`" }"#,
    )
    .expect("it is written");
    let stale = files.stale(folder.path()).expect("the files can be read");
    assert_eq!(stale.len(), 1);
    assert_eq!(
        stale[0].path,
        std::path::Path::new("spec/schema/Old.schema.json")
    );
    stale[0].update(folder.path()).expect("it can be removed");
    assert!(
        files
            .stale(folder.path())
            .expect("the files can be read")
            .is_empty()
    );
}

#[test]
fn long_diff_is_truncated_with_a_note() {
    let mut files = xtask::files::FileSet::default();
    files.add("long.txt", "line\n".repeat(100));
    let folder = tempfile::tempdir().expect("there is a folder");
    let stale = files.stale(folder.path()).expect("nothing is there");
    assert_eq!(stale[0].diff.lines().count(), 41);
    assert!(
        stale[0].diff.ends_with("... 63 more lines of this diff\n"),
        "{}",
        stale[0].diff
    );
}

#[test]
fn unwritable_file_is_named_and_leaves_nothing() {
    let mut files = xtask::files::FileSet::default();
    files.add("spec/a.json", "{}".to_owned());
    let folder = tempfile::tempdir().expect("there is a folder");
    let stale = files.stale(folder.path()).expect("nothing is there");
    // A file where the folder should be.
    std::fs::write(folder.path().join("spec"), "in the way").expect("it is written");
    let error = stale[0].update(folder.path()).expect_err("no folder");
    assert!(
        error.to_string().starts_with("cannot write spec/a.json"),
        "{error:#}"
    );
    std::fs::remove_file(folder.path().join("spec")).expect("the folder can be removed");
    // A folder where the file should be.
    std::fs::create_dir_all(folder.path().join("spec/a.json/b")).expect("it can be made");
    let error = stale[0].update(folder.path()).expect_err("no file");
    assert!(
        error.to_string().starts_with("cannot write spec/a.json"),
        "{error:#}"
    );
    let left: Vec<_> = std::fs::read_dir(folder.path().join("spec"))
        .expect("it can be read")
        .collect();
    assert_eq!(left.len(), 1, "{left:?}");
    let error = files.stale(folder.path()).expect_err("a folder is no file");
    assert!(
        error.to_string().starts_with("cannot read spec/a.json"),
        "{error:#}"
    );
}

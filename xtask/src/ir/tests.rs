//! The representation of the real documents, and of documents with one fault each.

use serde_json::{Value, json};

use super::*;
use crate::spec;

fn documents() -> spec::Documents {
    spec::documents().expect("the documents merge")
}

fn real() -> Api {
    documents().api().expect("the documents are known")
}

const LIST: &str = "/paths/~1v2~1{project_id}~1instances~1{instance_id}~1tasks/get";

/// The error of the Kafka document after one edit.
fn error(edit: impl FnOnce(&mut Value)) -> IrError {
    let mut document = documents().get("kafka").expect("the document").clone();
    edit(&mut document);
    api([&document]).expect_err("the document has a fault")
}

/// The Kafka document with a value put at a pointer, whose parent is there.
fn put(pointer: &str, value: Value) -> impl FnOnce(&mut Value) {
    let (parent, name) = pointer.rsplit_once('/').expect("a pointer");
    let (parent, name) = (parent.to_owned(), name.replace("~1", "/"));
    move |document| {
        let parent = document.pointer_mut(&parent).expect("the parent is there");
        match parent {
            Value::Array(items) => items[name.parse::<usize>().expect("an index")] = value,
            parent => parent[name] = value,
        }
    }
}

fn operation(id: &str) -> Operation {
    let mut operations = real()
        .services
        .into_iter()
        .flat_map(|service| service.operations);
    operations
        .find(|operation| operation.id == id)
        .expect("the operation is there")
}

#[test]
fn services_have_the_methods_of_their_facades() {
    let methods: Vec<_> = real()
        .services
        .iter()
        .map(|service| {
            let methods = service.operations.iter().map(|o| o.method.clone());
            (
                service.name.clone(),
                service.title.clone(),
                methods.collect::<Vec<_>>(),
            )
        })
        .collect();
    let expected = [
        ("dcs", "DCS", ["list_v1", "list", "instances"]),
        ("kafka", "Kafka", ["list", "show", "instances"]),
    ];
    let expected = expected.map(|(name, title, methods)| {
        (
            name.to_owned(),
            title.to_owned(),
            methods.map(str::to_owned).to_vec(),
        )
    });
    assert_eq!(methods, expected);
}

#[test]
fn pagination_resolves_to_parameters_and_items() {
    let found = ["ListDcsTasksV1", "ListDcsTasks", "ListKafkaTasks"].map(|id| {
        let pagination = operation(id).pagination.expect("the operation lists");
        (
            pagination.position,
            pagination.first,
            pagination.largest,
            pagination.item,
        )
    });
    let expected = [
        ("start", 1, None, "DcsTaskV1"),
        ("offset", 0, Some(1000), "DcsTask"),
        ("start", 1, Some(100), "KafkaTask"),
    ];
    assert_eq!(
        found,
        expected.map(|(position, first, largest, item)| {
            (position.to_owned(), first, largest, item.to_owned())
        })
    );
    assert_eq!(operation("ShowKafkaTask").pagination, None);
}

#[test]
fn parameters_have_roles() {
    let list = operation("ListDcsTasksV1");
    let parameters = list.path_parameters.iter().chain(&list.query_parameters);
    let roles: Vec<_> = parameters.map(|p| (p.name.as_str(), p.role)).collect();
    assert_eq!(
        roles,
        [
            ("project_id", Role::Project),
            ("instance_id", Role::Argument),
            ("start", Role::Position),
            ("limit", Role::Size),
            ("beginTime", Role::Lower),
            ("endTime", Role::Upper),
        ]
    );
}

#[test]
fn waiter_names_the_operation_that_shows_an_item() {
    let waiter = operation("ListKafkaTasks")
        .waiter
        .expect("the operation waits");
    assert_eq!(waiter.show.as_deref(), Some("ShowKafkaTask"));
    assert_eq!(waiter.success, ["SUCCESS"]);
    let shows = operation("ShowKafkaTask").shows.expect("a waiter names it");
    assert_eq!(
        (shows.argument.as_str(), shows.items.as_str()),
        ("task_id", "tasks")
    );

    let waiter = operation("ListDcsTasks")
        .waiter
        .expect("the operation waits");
    assert_eq!((waiter.show, waiter.argument.as_str()), (None, "task_id"));
    let waiter = operation("ListDcsTasksV1")
        .waiter
        .expect("it identifies tasks");
    assert_eq!((waiter.success, waiter.failure), (Vec::new(), Vec::new()));
}

#[test]
fn schemas_know_their_forms_and_usage() {
    let api = real();
    let schema = |name: &str| api.schema(name).expect("the schema is there");
    assert_eq!(schema("KafkaTaskList").usage, Usage::Body);
    assert_eq!(schema("TaskStatus").usage, Usage::Body);
    assert_eq!(schema("ErrorDetail").usage, Usage::Error);
    assert_eq!(schema("CompactTime").usage, Usage::Parameter);
    assert!(matches!(&schema("TaskName").form, Form::OpenSet { values } if values.len() > 10));
    assert_eq!(
        schema("TaskCount").form,
        Form::TextOrNumber { integer: true }
    );
    assert_eq!(
        schema("Capacity").form,
        Form::TextOrNumber { integer: false }
    );
    assert_eq!(schema("Timestamp").form, Form::Text { pattern: None });

    let details = schema("DcsTask")
        .property("details")
        .expect("the field is there");
    let kind = Type::Reference {
        schema: "DetailsBody".to_owned(),
    };
    assert_eq!(
        (&details.kind, details.nullable, details.required),
        (&kind, true, false)
    );
    assert!(!details.description.is_empty());
    let body = schema("DcsTaskList");
    let tasks = body.property("tasks").expect("the field is there");
    assert!(tasks.required && matches!(tasks.kind, Type::List { .. }));
}

#[test]
fn only_item_lists_the_fields_beside_the_items() {
    let api = real();
    let of = |name: &str| {
        let list = api
            .lists
            .iter()
            .find(|list| list.schema == name)
            .expect("a list");
        list.only_item
            .iter()
            .map(|field| field.name.clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(of("DcsTaskList"), ["status", "created_at", "updated_at"]);
    assert!(of("KafkaTaskList").is_empty());
}

#[test]
fn extension_that_names_what_is_not_there_is_refused_where_it_stands() {
    for (pointer, name) in [
        ("x-hwtasks-facade/project", "tenant_id"),
        ("x-hwtasks-pagination/position", "offset"),
        ("x-hwtasks-pagination/size", "page_size"),
        ("x-hwtasks-pagination/items", "jobs"),
        ("x-hwtasks-pagination/items", "task_count"),
        ("x-hwtasks-pagination/count", "total"),
        ("x-hwtasks-pagination/id", "id"),
        ("x-hwtasks-time-window/lower", "beginTime"),
        ("x-hwtasks-time-window/upper", "until"),
        ("x-hwtasks-waiter/id", "task_id"),
        ("x-hwtasks-waiter/status", "state"),
        ("x-hwtasks-waiter/status", "id"),
        ("x-hwtasks-waiter/name", "params"),
        ("x-hwtasks-waiter/started", "started_at"),
        ("x-hwtasks-waiter/success/0", "DONE"),
        ("x-hwtasks-waiter/failure/2", "GONE"),
        ("x-hwtasks-waiter/show", "ShowDcsTask"),
        ("x-hwtasks-waiter/show", "ListKafkaTasks"),
    ] {
        let pointer = format!("{LIST}/{pointer}");
        let error = error(put(&pointer, json!(name)));
        assert_eq!(error.pointer, pointer, "{name}: {error}");
    }
    let only_item = format!("{LIST}/x-hwtasks-pagination/only_item");
    let error = error(put(&only_item, json!(["status"])));
    assert_eq!(error.pointer, format!("{only_item}/0"), "{error}");
}

#[test]
fn extension_of_an_unknown_name_or_form_is_refused() {
    for (name, value) in [
        ("x-hwtasks-paginations", json!({})),
        ("x-hwtasks-pagination", json!({ "position": "start" })),
        ("x-hwtasks-waiter", json!({ "id": "id", "colour": "red" })),
    ] {
        let pointer = format!("{LIST}/{name}");
        let error = error(put(&pointer, value));
        assert_eq!(error.pointer, pointer, "{error}");
    }
    let error = error(|document| {
        let operation = document.pointer_mut(LIST).expect("the operation is there");
        operation
            .as_object_mut()
            .expect("an object")
            .shift_remove("x-hwtasks-facade");
    });
    assert_eq!(error.pointer, LIST, "{error}");
}

#[test]
fn construct_that_templates_do_not_know_is_refused_where_it_stands() {
    let field = "/components/schemas/KafkaTask/properties/user_name";
    for (pointer, value, found) in [
        (
            field,
            json!({ "type": "object", "description": "d" }),
            field,
        ),
        (field, json!({ "type": "string" }), field),
        (
            field,
            json!({ "type": "string", "enum": ["a"], "description": "d" }),
            field,
        ),
        (
            field,
            json!({ "type": "integer", "description": "d" }),
            field,
        ),
        (
            field,
            json!({ "type": "string", "description": "d", "const": "a" }),
            "/components/schemas/KafkaTask/properties/user_name/const",
        ),
        (
            "/components/schemas/TaskName/x-extensible-enum/0",
            json!("Reboot"),
            "/components/schemas/TaskName/x-extensible-enum/0",
        ),
        (
            "/components/schemas/TaskCount/anyOf/1",
            json!({ "type": "boolean" }),
            "/components/schemas/TaskCount",
        ),
    ] {
        let error = error(put(pointer, value.clone()));
        assert_eq!(error.pointer, found, "{value}: {error}");
    }
    let parameter = format!("{LIST}/parameters/2");
    let error = error(put(&format!("{parameter}/in"), json!("header")));
    assert_eq!(error.pointer, parameter, "{error}");
}

#[test]
fn document_that_openapiv3_does_not_reproduce_is_refused() {
    let document = json!({
        "openapi": "3.0.3",
        "info": { "title": "t", "version": "1" },
        "paths": {},
        "components": { "schemas": { "A": {
            "type": "object",
            "properties": { "a/b": { "type": "string", "colour": "red" } },
        } } },
    });
    let error = reproduces(&document).expect_err("it is lost");
    assert_eq!(
        error.pointer,
        "/components/schemas/A/properties/a~1b/colour"
    );
    let documents = documents();
    for document in documents.iter() {
        parse(&document.json).unwrap_or_else(|error| panic!("{}: {error}", document.path));
    }
}

#[test]
fn schema_that_differs_between_the_documents_is_refused() {
    let documents = documents();
    let document = |path| documents.get(path).expect("the document");
    let mut kafka = document("kafka").clone();
    put("/components/schemas/TaskCount/description", json!("d"))(&mut kafka);
    let error = api([document("dcs"), &kafka]).expect_err("the schemas differ");
    assert_eq!(error.pointer, "/components/schemas/TaskCount", "{error}");
}

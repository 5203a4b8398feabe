//! Lowers an OpenAPI 3.1 document to OpenAPI 3.0.3, for tools that do not support 3.1.
//!
//! [`lower`] is a pure function. It fails on every construct that it does not know, so that nothing
//! is lost silently. Four constructs differ in 3.0.3:
//!
//! - `type: [T, "null"]` becomes `type: T` with `nullable: true`.
//! - A nullable reference, `oneOf: [$ref, null]`, becomes `allOf: [$ref]`, and the referenced schema
//!   becomes nullable. 3.0.3 gives `nullable` a meaning only beside `type`, and validators reject it
//!   elsewhere.
//! - `examples` of a schema becomes `example` (the first one) and `x-examples` (all of them).
//! - The licence `identifier` becomes a URL.

use std::collections::BTreeSet;
use std::fmt;

use serde_json::{Map, Value, json};

/// The OpenAPI version of the output.
pub const VERSION: &str = "3.0.3";

/// URL of the licence: 3.0.3 has no `identifier`.
const LICENSE_URL: &str = "https://github.com/hwtasks/hwtasks#licence";
const SCHEMAS: &str = "#/components/schemas/";

/// A construct that `lower` does not know.
#[derive(Debug, PartialEq, Eq)]
pub struct LowerError {
    /// JSON pointer of the construct.
    pub pointer: String,
    /// Description of the construct.
    pub reason: String,
}

impl fmt::Display for LowerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "cannot lower to OpenAPI {VERSION}: {} at {}; teach xtask/src/lower.rs what it means there",
            self.reason, self.pointer
        )
    }
}

impl std::error::Error for LowerError {}

type Lowered<T = Value> = Result<T, LowerError>;

/// A value of the document, with its JSON pointer.
struct At<'a> {
    value: &'a Value,
    pointer: String,
}

/// Lowers an OpenAPI 3.1.0 document.
///
/// # Errors
///
/// On the first unknown construct.
pub fn lower(document: &Value) -> Lowered {
    let root = At {
        value: document,
        pointer: String::new(),
    };
    let nullable = nullable_schemas(&root)?;
    root.each(|name, field| match name {
        "openapi" if *field.value == json!("3.1.0") => Ok(json!(VERSION)),
        "info" => field.each(|name, field| match name {
            "license" => license(&field),
            "title" | "description" | "version" | "contact" => field.keep(),
            _ => field.unknown(name),
        }),
        "servers" => field.list(server),
        "paths" => field.map(path_item),
        "components" => field.each(|name, field| match name {
            "schemas" => field.each(|name, field| {
                let mut lowered = schema(&field)?;
                if nullable.contains(name) && !accept_null(&mut lowered) {
                    return field.fail("a schema without a type that is referenced with null");
                }
                Ok(lowered)
            }),
            "responses" => field.map(response),
            "parameters" | "headers" => field.map(parameter),
            "securitySchemes" => field.map(security_scheme),
            _ => field.unknown(name),
        }),
        "security" => field.keep(),
        "tags" => field.list(|tag| {
            tag.each(|name, field| match name {
                "name" | "description" => field.keep(),
                _ => field.unknown(name),
            })
        }),
        "externalDocs" => external_docs(&field),
        _ => field.unknown(name),
    })
}

/// The names of the schemas that are referenced with null.
///
/// # Errors
///
/// If a schema is referenced both with and without null, which 3.0.3 cannot express.
fn nullable_schemas(root: &At<'_>) -> Lowered<BTreeSet<String>> {
    fn visit(at: &At<'_>, with_null: bool, found: &mut Vec<(String, bool, String)>) {
        match at.value {
            Value::Object(fields) => {
                if let Some(name) = fields.get("$ref").and_then(Value::as_str)
                    && let Some(name) = name.strip_prefix(SCHEMAS)
                {
                    found.push((name.to_owned(), with_null, at.pointer.clone()));
                }
                for (name, value) in fields {
                    // Examples hold bodies, not schemas.
                    if !matches!(name.as_str(), "example" | "examples" | "value" | "default") {
                        visit(&at.child(name, value), false, found);
                    }
                }
            }
            Value::Array(items) => {
                let with_null = items.contains(&json!({ "type": "null" }));
                for (index, item) in items.iter().enumerate() {
                    visit(&at.child(&index.to_string(), item), with_null, found);
                }
            }
            _ => {}
        }
    }

    let mut found = Vec::new();
    visit(root, false, &mut found);
    let mut nullable = BTreeSet::new();
    for (name, with_null, _) in &found {
        if *with_null {
            nullable.insert(name.clone());
        }
    }
    match found
        .into_iter()
        .find(|(name, with_null, _)| !with_null && nullable.contains(name))
    {
        Some((name, _, pointer)) => Err(LowerError {
            pointer,
            reason: format!("a reference to {name} without null, beside references with null"),
        }),
        None => Ok(nullable),
    }
}

/// Makes a lowered schema nullable; `false` if it has no type that could be.
fn accept_null(schema: &mut Value) -> bool {
    let Value::Object(fields) = schema else {
        return false;
    };
    if fields.contains_key("type") {
        fields.insert("nullable".to_owned(), json!(true));
        return true;
    }
    ["anyOf", "oneOf"].into_iter().any(|choice| {
        let branches = fields.get_mut(choice).and_then(Value::as_array_mut);
        branches.is_some_and(|branches| branches.first_mut().is_some_and(accept_null))
    })
}

/// `identifier` becomes a URL. It must equal `name`, so that nothing is lost.
fn license(license: &At<'_>) -> Lowered {
    let mut fields = license.fields()?.clone();
    if fields.contains_key("identifier") && fields.get("identifier") == fields.get("name") {
        fields.shift_remove("identifier");
        fields.insert("url".to_owned(), json!(LICENSE_URL));
    }
    let kept = Value::Object(fields);
    At {
        value: &kept,
        pointer: license.pointer.clone(),
    }
    .each(|name, field| match name {
        "name" | "url" => field.keep(),
        _ => field.unknown(name),
    })
}

fn server(server: &At<'_>) -> Lowered {
    server.each(|name, field| match name {
        "url" | "description" => field.keep(),
        "variables" => field.map(|variable| {
            variable.each(|name, field| match name {
                "default" | "description" | "enum" => field.keep(),
                _ => field.unknown(name),
            })
        }),
        _ => field.unknown(name),
    })
}

fn path_item(item: &At<'_>) -> Lowered {
    item.each(|name, field| match name {
        "servers" => field.list(server),
        "parameters" => field.list(parameter),
        "summary" | "description" => field.keep(),
        "get" => operation(&field),
        _ => field.unknown(name),
    })
}

fn operation(operation: &At<'_>) -> Lowered {
    operation.each(|name, field| match name {
        "tags" | "summary" | "description" | "operationId" | "deprecated" | "security" => {
            field.keep()
        }
        "parameters" => field.list(parameter),
        "responses" => field.map(response),
        "externalDocs" => external_docs(&field),
        _ => field.unknown(name),
    })
}

fn external_docs(docs: &At<'_>) -> Lowered {
    docs.each(|name, field| match name {
        "url" | "description" => field.keep(),
        _ => field.unknown(name),
    })
}

fn response(response: &At<'_>) -> Lowered {
    if let Some(reference) = component(response)? {
        return Ok(reference);
    }
    response.each(|name, field| match name {
        "description" => field.keep(),
        "headers" => field.map(parameter),
        "content" => field.map(media_type),
        _ => field.unknown(name),
    })
}

/// A reference to a shared response, parameter or header. In 3.0.3 it has no other field.
fn component(value: &At<'_>) -> Lowered<Option<Value>> {
    if !value.fields()?.contains_key("$ref") {
        return Ok(None);
    }
    let reference = value.each(|name, field| match name {
        "$ref" => field.keep(),
        _ => field.fail(&format!("`{name}` beside `$ref`")),
    })?;
    Ok(Some(reference))
}

/// A parameter, or a header, which has a subset of the same fields.
fn parameter(parameter: &At<'_>) -> Lowered {
    if let Some(reference) = component(parameter)? {
        return Ok(reference);
    }
    parameter.each(|name, field| match name {
        "name" | "in" | "description" | "required" | "deprecated" | "example" | "style"
        | "explode" => field.keep(),
        "schema" => schema(&field),
        _ => field.unknown(name),
    })
}

fn media_type(media_type: &At<'_>) -> Lowered {
    media_type.each(|name, field| match name {
        "schema" => schema(&field),
        "example" => field.keep(),
        "examples" => field.map(|example| {
            example.each(|name, field| match name {
                "summary" | "description" | "value" => field.keep(),
                _ => field.unknown(name),
            })
        }),
        _ => field.unknown(name),
    })
}

fn security_scheme(scheme: &At<'_>) -> Lowered {
    scheme.each(|name, field| match name {
        "type" if [json!("apiKey"), json!("http")].contains(field.value) => field.keep(),
        "in" | "name" | "scheme" | "description" => field.keep(),
        _ => field.unknown(name),
    })
}

fn schema(schema: &At<'_>) -> Lowered {
    if let Some(nullable) = nullable_reference(schema)? {
        return Ok(nullable);
    }
    let fields = schema.fields()?;
    if fields.contains_key("$ref") {
        return reference(schema, fields.len() == 1);
    }
    let mut lowered = Map::new();
    for (name, field) in schema.entries()? {
        let value = match name {
            "type" => {
                let (kind, nullable) = single_type(&field)?;
                if nullable {
                    lowered.insert("nullable".to_owned(), json!(true));
                }
                kind
            }
            "examples" => {
                let examples = field.items()?;
                if let Some(first) = examples.first() {
                    lowered.insert("example".to_owned(), first.clone());
                }
                if examples.len() < 2 {
                    continue;
                }
                lowered.insert("x-examples".to_owned(), field.keep()?);
                continue;
            }
            "properties" => field.map(self::schema)?,
            "items" => self::schema(&field)?,
            "anyOf" | "oneOf" | "allOf" => field.list(self::schema)?,
            "title" | "description" | "format" | "default" | "deprecated" | "required" | "enum"
            | "pattern" | "minimum" | "maximum" | "minLength" | "maxLength" | "minItems"
            | "maxItems" | "uniqueItems" | "readOnly" | "writeOnly" => field.keep()?,
            _ => field.unknown(name)?,
        };
        lowered.insert(name.to_owned(), value);
    }
    Ok(Value::Object(lowered))
}

/// `oneOf` or `anyOf` of a reference and null, with or without a description beside it.
fn nullable_reference(schema: &At<'_>) -> Lowered<Option<Value>> {
    let fields = schema.fields()?;
    let Some(name) = ["oneOf", "anyOf"]
        .into_iter()
        .find(|name| fields.contains_key(*name))
    else {
        return Ok(None);
    };
    let branches = schema.field(name)?;
    let null = json!({ "type": "null" });
    let items = branches.items()?;
    let Some(at) = items.iter().position(|branch| *branch == null) else {
        return Ok(None);
    };
    let other = branches.index(1 - at.min(1)).ok();
    let described = fields.keys().all(|key| key == name || key == "description");
    let reference_alone =
        |other: &At<'_>| items.len() == 2 && described && other.value.get("$ref").is_some();
    let Some(other) = other.filter(reference_alone) else {
        let reason = "null, with anything but one reference beside it".to_owned();
        return Err(LowerError {
            pointer: branches.pointer,
            reason,
        });
    };
    let Value::Object(mut lowered) = reference(&other, false)? else {
        return Ok(None);
    };
    if let Some(description) = fields.get("description") {
        lowered.insert("description".to_owned(), description.clone());
    }
    Ok(Some(Value::Object(lowered)))
}

/// In 3.0.3 nothing may stand beside `$ref`: what does moves around an `allOf`.
fn reference(schema: &At<'_>, alone: bool) -> Lowered {
    let mut lowered = Map::new();
    for (name, field) in schema.entries()? {
        match name {
            "$ref" if alone => lowered.insert(name.to_owned(), field.keep()?),
            "$ref" => lowered.insert("allOf".to_owned(), json!([{ "$ref": field.keep()? }])),
            "description" => lowered.insert(name.to_owned(), field.keep()?),
            _ => return field.unknown(name),
        };
    }
    Ok(Value::Object(lowered))
}

/// One type, and whether null may stand in its place.
fn single_type(kind: &At<'_>) -> Lowered<(Value, bool)> {
    let unknown = |reason: &str| LowerError {
        pointer: kind.pointer.clone(),
        reason: format!("{reason}: {}", kind.value),
    };
    match kind.value {
        Value::String(name) if name != "null" => Ok((kind.value.clone(), false)),
        Value::Array(names) => {
            let others: Vec<_> = names.iter().filter(|name| **name != "null").collect();
            match others[..] {
                [only] => Ok((only.clone(), names.len() == 2)),
                _ => Err(unknown("several types")),
            }
        }
        _ => Err(unknown("a type")),
    }
}

impl<'a> At<'a> {
    fn wrong<T>(&self, expected: &str) -> Lowered<T> {
        let reason = format!("something that is not {expected}");
        Err(LowerError {
            pointer: self.pointer.clone(),
            reason,
        })
    }

    fn fail<T>(&self, reason: &str) -> Lowered<T> {
        Err(LowerError {
            pointer: self.pointer.clone(),
            reason: reason.to_owned(),
        })
    }

    fn fields(&self) -> Lowered<&'a Map<String, Value>> {
        self.value
            .as_object()
            .map_or_else(|| self.wrong("an object"), Ok)
    }

    fn items(&self) -> Lowered<&'a Vec<Value>> {
        self.value
            .as_array()
            .map_or_else(|| self.wrong("an array"), Ok)
    }

    fn child(&self, name: &str, value: &'a Value) -> At<'a> {
        let name = name.replace('~', "~0").replace('/', "~1");
        At {
            value,
            pointer: format!("{}/{name}", self.pointer),
        }
    }

    fn field(&self, name: &str) -> Lowered<At<'a>> {
        match self.fields()?.get(name) {
            Some(value) => Ok(self.child(name, value)),
            None => self.wrong("complete"),
        }
    }

    fn index(&self, index: usize) -> Lowered<At<'a>> {
        match self.items()?.get(index) {
            Some(value) => Ok(self.child(&index.to_string(), value)),
            None => self.wrong("complete"),
        }
    }

    fn entries(&self) -> Lowered<impl Iterator<Item = (&'a str, At<'a>)> + '_> {
        let fields = self.fields()?;
        Ok(fields
            .iter()
            .map(|(name, value)| (name.as_str(), self.child(name, value))))
    }

    /// Lowers each field of an object by its name; extensions (`x-`) are passed on as they are.
    fn each(&self, mut lower: impl FnMut(&str, At<'a>) -> Lowered) -> Lowered {
        let mut lowered = Map::new();
        for (name, field) in self.entries()? {
            lowered.insert(name.to_owned(), lower(name, field)?);
        }
        Ok(Value::Object(lowered))
    }

    /// Lowers each value of an object whose names are free.
    fn map(&self, mut lower: impl FnMut(&At<'a>) -> Lowered) -> Lowered {
        self.each(|_, field| lower(&field))
    }

    fn list(&self, mut lower: impl FnMut(&At<'a>) -> Lowered) -> Lowered {
        let items = self.items()?.iter().enumerate();
        items
            .map(|(i, item)| lower(&self.child(&i.to_string(), item)))
            .collect()
    }

    fn keep(&self) -> Lowered {
        Ok(self.value.clone())
    }

    fn unknown(&self, name: &str) -> Lowered {
        if name.starts_with("x-") {
            return self.keep();
        }
        Err(LowerError {
            pointer: self.pointer.clone(),
            reason: format!("`{name}`"),
        })
    }
}

//! Named schemas and their fields.

use openapiv3::{
    IntegerFormat, ReferenceOr, Schema as ApiSchema, SchemaData, SchemaKind, Type as ApiType,
    VariantOrUnknownOrEmpty,
};
use serde_json::Value;

use super::{Form, IrError, KnownValue, Property, Schema, Type, Usage};
use crate::ir::document::escape;

const REFERENCE: &str = "#/components/schemas/";
/// The extension with the known values of an open set.
const OPEN_SET: &str = "x-extensible-enum";
/// The extension with all examples of a schema, of which OpenAPI 3.0 has only one.
const EXAMPLES: &str = "x-examples";

/// The schema that a reference names.
pub(super) fn referenced(reference: &str, pointer: &str) -> Result<String, IrError> {
    reference.strip_prefix(REFERENCE).map_or_else(
        || {
            Err(IrError::new(
                pointer,
                format!("a reference to {reference:?}"),
            ))
        },
        |name| Ok(name.to_owned()),
    )
}

/// A named schema, taken to be of a body.
pub(super) fn named(name: &str, schema: &ReferenceOr<ApiSchema>) -> Result<Schema, IrError> {
    let pointer = format!("/components/schemas/{}", escape(name));
    let ReferenceOr::Item(schema) = schema else {
        return Err(IrError::new(pointer, "a schema that is only a reference"));
    };
    let data = &schema.schema_data;
    Ok(Schema {
        name: name.to_owned(),
        description: description(data, &pointer)?,
        examples: examples(data),
        usage: Usage::Parameter,
        form: form(schema, &pointer)?,
    })
}

fn form(schema: &ApiSchema, pointer: &str) -> Result<Form, IrError> {
    let data = &schema.schema_data;
    match &schema.schema_kind {
        SchemaKind::Type(ApiType::Object(object)) if object.additional_properties.is_none() => {
            let properties = object.properties.iter().map(|(name, property)| {
                let pointer = format!("{pointer}/properties/{}", escape(name));
                let required = object.required.contains(name);
                self::property(name, &property.clone().unbox(), required, &pointer)
            });
            Ok(Form::Object {
                properties: properties.collect::<Result<_, _>>()?,
            })
        }
        SchemaKind::Type(ApiType::String(text)) if text.enumeration.is_empty() => {
            match data.extensions.get(OPEN_SET) {
                Some(values) => open_set(values, data, &format!("{pointer}/{OPEN_SET}")),
                None => Ok(Form::Text {
                    pattern: text.pattern.clone(),
                }),
            }
        }
        SchemaKind::AnyOf { any_of } => text_or_number(any_of)
            .map(|integer| Form::TextOrNumber { integer })
            .ok_or_else(|| IrError::new(pointer, "a choice of anything but text and a number")),
        _ => Err(IrError::new(
            pointer,
            "a named schema that is no object, text, or text or a number",
        )),
    }
}

/// Whether the number is a whole one, of a choice of text and a number.
fn text_or_number(choices: &[ReferenceOr<ApiSchema>]) -> Option<bool> {
    let kinds: Vec<_> = choices
        .iter()
        .map(|choice| Some(&choice.as_item()?.schema_kind))
        .collect::<Option<_>>()?;
    match kinds[..] {
        [
            SchemaKind::Type(ApiType::String(_)),
            SchemaKind::Type(ApiType::Integer(_)),
        ] => Some(true),
        [
            SchemaKind::Type(ApiType::String(_)),
            SchemaKind::Type(ApiType::Number(_)),
        ] => Some(false),
        _ => None,
    }
}

/// The known values, each with its line of the description.
fn open_set(values: &Value, data: &SchemaData, pointer: &str) -> Result<Form, IrError> {
    let values = values
        .as_array()
        .ok_or_else(|| IrError::new(pointer, "something that is no array"))?;
    let description = data.description.as_deref().unwrap_or_default();
    let known = values.iter().enumerate().map(|(index, value)| {
        let pointer = format!("{pointer}/{index}");
        let value = value
            .as_str()
            .ok_or_else(|| IrError::new(pointer.as_str(), "a value that is no text"))?;
        let bullet = format!("- `{value}`: ");
        let meaning = description.lines().find_map(|l| l.strip_prefix(&bullet));
        let meaning = meaning
            .ok_or_else(|| IrError::new(pointer, "a value that the description does not list"))?;
        Ok(KnownValue {
            value: value.to_owned(),
            description: meaning.to_owned(),
        })
    });
    Ok(Form::OpenSet {
        values: known.collect::<Result<_, _>>()?,
    })
}

fn property(
    name: &str,
    property: &ReferenceOr<ApiSchema>,
    required: bool,
    pointer: &str,
) -> Result<Property, IrError> {
    let ReferenceOr::Item(schema) = property else {
        return Err(IrError::new(pointer, "a field without a description"));
    };
    let data = &schema.schema_data;
    Ok(Property {
        name: name.to_owned(),
        description: description(data, pointer)?,
        required,
        nullable: data.nullable,
        deprecated: data.deprecated,
        kind: kind(property, pointer)?,
        example: data.example.clone(),
    })
}

/// The type of a parameter, a field or an element.
pub(super) fn kind(schema: &ReferenceOr<ApiSchema>, pointer: &str) -> Result<Type, IrError> {
    let schema = match schema {
        ReferenceOr::Item(schema) => schema,
        ReferenceOr::Reference { reference } => {
            return Ok(Type::Reference {
                schema: referenced(reference, pointer)?,
            });
        }
    };
    match &schema.schema_kind {
        SchemaKind::Type(ApiType::String(text)) if text.enumeration.is_empty() => Ok(Type::Text),
        SchemaKind::Type(ApiType::Integer(integer)) => Ok(Type::Integer {
            bits: match integer.format {
                VariantOrUnknownOrEmpty::Item(IntegerFormat::Int32) => 32,
                VariantOrUnknownOrEmpty::Item(IntegerFormat::Int64) => 64,
                _ => return Err(IrError::new(pointer, "an integer without int32 or int64")),
            },
        }),
        SchemaKind::Type(ApiType::Number(_)) => Ok(Type::Number),
        SchemaKind::Type(ApiType::Boolean(_)) => Ok(Type::Boolean),
        SchemaKind::Type(ApiType::Array(array)) => {
            let pointer = format!("{pointer}/items");
            let items = array.items.as_ref();
            let items = items.ok_or_else(|| IrError::new(pointer.as_str(), "no items"))?;
            Ok(Type::List {
                element: Box::new(kind(&items.clone().unbox(), &pointer)?),
            })
        }
        // A reference with something beside it.
        SchemaKind::AllOf { all_of } => match &all_of[..] {
            [only @ ReferenceOr::Reference { .. }] => kind(only, &format!("{pointer}/allOf/0")),
            _ => Err(IrError::new(pointer, "`allOf` of more than one reference")),
        },
        _ => Err(IrError::new(pointer, "a type that templates do not know")),
    }
}

fn description(data: &SchemaData, pointer: &str) -> Result<String, IrError> {
    let description = data.description.clone();
    description.ok_or_else(|| IrError::new(pointer, "a schema without a description"))
}

fn examples(data: &SchemaData) -> Vec<Value> {
    match data.extensions.get(EXAMPLES) {
        Some(Value::Array(examples)) => examples.clone(),
        _ => data.example.iter().cloned().collect(),
    }
}

//! Schema of each scalar, defined once and rendered for OpenAPI and for JSON Schema.

use serde_json::{Value, json};

use super::{Capacity, CompactTime, ErrorCode, TaskCount, TaskName, TaskStatus, Timestamp};

/// JSON representation of a scalar.
struct Shape {
    description: String,
    form: Form,
    examples: Vec<Value>,
}

enum Form {
    Text,
    /// Never a closed `enum`, because a new value must not break a generated client.
    OpenSet(&'static [(&'static str, &'static str)]),
    /// Text, or a number with this JSON type and format.
    TextOr(&'static str, &'static str),
    Pattern(&'static str),
}

trait Scalar {
    fn shape() -> Shape;
}

fn open_set(what: &str, known: &'static [(&'static str, &'static str)], note: &str) -> Shape {
    let mut description = format!("{what} The set is open; the known values are:\n");
    for (value, meaning) in known {
        description.push_str(&format!("\n- `{value}`: {meaning}"));
    }
    description.push_str("\n\n");
    description.push_str(note);
    let examples = known
        .iter()
        .take(1)
        .map(|(value, _)| json!(value))
        .collect();
    Shape {
        description,
        form: Form::OpenSet(known),
        examples,
    }
}

impl Scalar for TaskStatus {
    fn shape() -> Shape {
        open_set(
            "State of a task.",
            Self::KNOWN,
            "Treat any other value as a task that has not finished.",
        )
    }
}

impl Scalar for TaskName {
    fn shape() -> Shape {
        open_set(
            "Kind of a task.",
            Self::KNOWN,
            "Names marked DCS belong to DCS instances, names marked Kafka to Kafka instances. \
             `dcsExportJob`, `DeleteAcl` and the Kafka names come from examples and other clients; \
             no official list contains them.",
        )
    }
}

impl Scalar for TaskCount {
    fn shape() -> Shape {
        Shape {
            description:
                "Number of tasks that the service counted. Documented as a string, of decimal \
                          digits; the DCS V2 examples show a number. Do not page by it."
                    .to_owned(),
            form: Form::TextOr("integer", "int64"),
            examples: vec![json!("4"), json!(1)],
        }
    }
}

impl Scalar for Capacity {
    fn shape() -> Shape {
        Shape {
            description:
                "Memory size in gigabytes. Documented as a string; the DCS V2 examples show a \
                          number. `\"\"` means not applicable."
                    .to_owned(),
            form: Form::TextOr("number", "double"),
            examples: vec![json!("0.125"), json!(0.125), json!("")],
        }
    }
}

impl Scalar for ErrorCode {
    fn shape() -> Shape {
        Shape {
            description:
                "Error code: a string from the services and the gateway, a number from IAM."
                    .to_owned(),
            form: Form::TextOr("integer", "int64"),
            examples: vec![json!("DCS.4070"), json!("APIGW.0301"), json!(401)],
        }
    }
}

impl Scalar for Timestamp {
    fn shape() -> Shape {
        Shape {
            description:
                "Time in RFC 3339 format, in UTC with milliseconds. `\"\"` means unset, so \
                          the schema has no `format`."
                    .to_owned(),
            form: Form::Text,
            examples: vec![json!("2020-06-17T07:38:42.503Z"), json!("")],
        }
    }
}

impl Scalar for CompactTime {
    fn shape() -> Shape {
        Shape {
            description:
                "Time as `yyyyMMddHHmmss`, in UTC. The service rejects 14 digits that are not \
                          a time, such as month 13, with 400."
                    .to_owned(),
            form: Form::Pattern("^[0-9]{14}$"),
            // Each parameter has its own example, so that both bounds of a window differ.
            examples: Vec::new(),
        }
    }
}

#[cfg(feature = "openapi")]
mod openapi {
    use utoipa::openapi::extensions::ExtensionsBuilder;
    use utoipa::openapi::schema::{
        AnyOfBuilder, KnownFormat, ObjectBuilder, Schema, SchemaFormat, SchemaType, Type,
    };

    use super::*;

    impl Shape {
        fn openapi(self) -> Schema {
            let text = || ObjectBuilder::new().schema_type(SchemaType::new(Type::String));
            match self.form {
                Form::Text => {
                    let object = text().description(Some(self.description));
                    object.examples(self.examples).into()
                }
                Form::Pattern(pattern) => {
                    let object = text().description(Some(self.description));
                    object.pattern(Some(pattern)).examples(self.examples).into()
                }
                Form::OpenSet(known) => {
                    let values: Vec<_> = known.iter().map(|(value, _)| *value).collect();
                    let open = ExtensionsBuilder::new().add("x-extensible-enum", json!(values));
                    let object = text().description(Some(self.description));
                    object
                        .examples(self.examples)
                        .extensions(Some(open.build()))
                        .into()
                }
                Form::TextOr(number, format) => {
                    let (number, format) = match (number, format) {
                        ("integer", _) => (Type::Integer, KnownFormat::Int64),
                        _ => (Type::Number, KnownFormat::Double),
                    };
                    let number = ObjectBuilder::new()
                        .schema_type(SchemaType::new(number))
                        .format(Some(SchemaFormat::KnownFormat(format)));
                    AnyOfBuilder::new()
                        .description(Some(self.description))
                        .item(text())
                        .item(number)
                        .examples(self.examples)
                        .build()
                        .into()
                }
            }
        }
    }

    macro_rules! to_schema {
        ($($name:ident),+) => {
            $(
                impl utoipa::PartialSchema for $name {
                    fn schema() -> utoipa::openapi::RefOr<Schema> {
                        <$name as Scalar>::shape().openapi().into()
                    }
                }

                impl utoipa::ToSchema for $name {}
            )+
        };
    }

    to_schema!(
        Capacity,
        CompactTime,
        ErrorCode,
        TaskCount,
        TaskName,
        TaskStatus,
        Timestamp
    );
}

#[cfg(feature = "json-schema")]
mod json_schema {
    use std::borrow::Cow;

    use schemars::{JsonSchema, Schema, SchemaGenerator};

    use super::*;

    impl Shape {
        fn json_schema(self) -> Schema {
            let mut schema = match self.form {
                Form::Text => schemars::json_schema!({ "type": "string" }),
                Form::Pattern(pattern) => {
                    schemars::json_schema!({ "type": "string", "pattern": pattern })
                }
                Form::OpenSet(known) => {
                    let values: Vec<_> = known.iter().map(|(value, _)| *value).collect();
                    schemars::json_schema!({ "type": "string", "x-extensible-enum": values })
                }
                Form::TextOr(number, format) => schemars::json_schema!({
                    "anyOf": [{ "type": "string" }, { "type": number, "format": format }]
                }),
            };
            schema.insert("description".to_owned(), self.description.into());
            if !self.examples.is_empty() {
                schema.insert("examples".to_owned(), self.examples.into());
            }
            schema
        }
    }

    macro_rules! json_schema {
        ($($name:ident),+) => {
            $(
                impl JsonSchema for $name {
                    fn schema_name() -> Cow<'static, str> {
                        stringify!($name).into()
                    }

                    fn json_schema(_: &mut SchemaGenerator) -> Schema {
                        <$name as Scalar>::shape().json_schema()
                    }
                }
            )+
        };
    }

    json_schema!(
        Capacity,
        CompactTime,
        ErrorCode,
        TaskCount,
        TaskName,
        TaskStatus,
        Timestamp
    );
}

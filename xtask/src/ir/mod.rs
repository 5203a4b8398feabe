//! The intermediate representation that every template renders: services, operations, parameters
//! and schemas of the documents, with the contract extensions resolved.
//!
//! A document is lowered, parsed by `openapiv3`, compared with what was parsed, and read. Each step
//! fails with the JSON pointer of what it does not know.

use serde::Serialize;
use serde_json::Value;

mod contract;
mod document;
mod read;
mod schema;
#[cfg(test)]
mod tests;

pub use document::{parse, reproduces};
pub use read::api;

/// A part of a document that the generator cannot represent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IrError {
    /// JSON pointer to the part.
    pub pointer: String,
    /// What is wrong with it.
    pub reason: String,
}

impl IrError {
    pub(crate) fn new(pointer: impl Into<String>, reason: impl Into<String>) -> Self {
        Self {
            pointer: pointer.into(),
            reason: reason.into(),
        }
    }
}

impl std::fmt::Display for IrError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} at {}", self.reason, self.pointer)
    }
}

impl std::error::Error for IrError {}

/// All services, and the schemas of their bodies.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Api {
    /// The services in the order of the documents.
    pub services: Vec<Service>,
    /// The schemas in the order of their names.
    pub schemas: Vec<Schema>,
    /// The bodies that hold a list, in the order of their names.
    pub lists: Vec<List>,
    /// The schemas that stand for one item of a list, in the order of their names.
    pub items: Vec<Item>,
}

/// The operations that one host serves.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Service {
    /// The name that clients use: `kafka`.
    pub name: String,
    /// The name in prose: `Kafka`.
    pub title: String,
    /// The service in a sentence.
    pub description: String,
    /// The operations in the order of the document.
    pub operations: Vec<Operation>,
}

/// An operation.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Operation {
    /// The operationId: `ListKafkaTasks`.
    pub id: String,
    /// The service it belongs to, as clients name it.
    pub service: String,
    /// The method of the service that sends it: `list`.
    pub method: String,
    /// The HTTP method in upper case.
    pub http_method: String,
    /// The path with its parameters in braces.
    pub path: String,
    /// The operation in a line.
    pub summary: String,
    /// The operation in some sentences.
    pub description: String,
    /// Whether callers should use another operation.
    pub deprecated: bool,
    /// The path parameters in the order of the path.
    pub path_parameters: Vec<Parameter>,
    /// The query parameters in the order of the document.
    pub query_parameters: Vec<Parameter>,
    /// The schema of the body of a success.
    pub response: String,
    /// How it lists items page by page.
    pub pagination: Option<Pagination>,
    /// How the time of the items is bounded.
    pub time_window: Option<TimeWindow>,
    /// How an item is waited for.
    pub waiter: Option<Waiter>,
    /// What it shows, where a waiter names it.
    pub shows: Option<Shows>,
}

/// A parameter of an operation.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Parameter {
    /// The name on the wire: `beginTime`.
    pub name: String,
    /// What it means.
    pub description: String,
    /// What it is for.
    pub role: Role,
    /// Whether it must be sent.
    pub required: bool,
    /// Whether callers should use another one.
    pub deprecated: bool,
    /// The type of its value.
    #[serde(rename = "type")]
    pub kind: Type,
    /// The least value.
    pub minimum: Option<i64>,
    /// The greatest value that the documents name.
    pub maximum: Option<i64>,
    /// The greatest value that the format holds.
    pub format_maximum: Option<i64>,
    /// The value that the service takes when none is sent.
    pub default: Option<Value>,
    /// A value as the documents show it.
    pub example: Option<Value>,
}

/// What a parameter is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// In a path: filled in by the client with its project.
    Project,
    /// In a path: an argument of the method.
    Argument,
    /// In a query: where a page starts.
    Position,
    /// In a query: how large a page may be.
    Size,
    /// In a query: the lower bound of a time window.
    Lower,
    /// In a query: the upper bound of a time window.
    Upper,
    /// In a query: anything else.
    Filter,
}

/// How an operation lists items page by page.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Pagination {
    /// The query parameter for where a page starts.
    pub position: String,
    /// Where it stands among the query parameters.
    pub position_index: usize,
    /// The position of the first item.
    pub first: i64,
    /// The query parameter for the size of a page.
    pub size: String,
    /// Where it stands among the query parameters.
    pub size_index: usize,
    /// The greatest documented size of a page.
    pub largest: Option<i64>,
    /// The field of the body that holds the items.
    pub items: String,
    /// The schema of an item.
    pub item: String,
    /// The field that identifies an item.
    pub id: String,
    /// The field of the body that counts the items.
    pub count: Option<String>,
    /// The fields of an only item that may stand beside the items.
    pub only_item: Vec<String>,
}

/// How the time of items is bounded.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TimeWindow {
    /// The query parameter for the lower bound.
    pub lower: String,
    /// Where it stands among the query parameters.
    pub lower_index: usize,
    /// The query parameter for the upper bound.
    pub upper: String,
    /// Where it stands among the query parameters.
    pub upper_index: usize,
}

/// How an item is waited for.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Waiter {
    /// The field that identifies an item.
    pub id: String,
    /// The field with the state of an item.
    pub status: String,
    /// The schema of the state.
    pub status_schema: String,
    /// The field with the name of an item.
    pub name: String,
    /// The schema of the name.
    pub name_schema: String,
    /// The field with the time an item started.
    pub started: String,
    /// The states in which an item has ended well; none where no operation waits.
    pub success: Vec<String>,
    /// The other states in which an item has ended.
    pub failure: Vec<String>,
    /// The operation that shows one item.
    pub show: Option<String>,
    /// How a method calls the argument with the ID of an item: `task_id`.
    pub argument: String,
}

/// What an operation that a waiter names shows: one item, as a list of one.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Shows {
    /// The operation that lists the items.
    pub list: String,
    /// The field of the body that holds the item.
    pub items: String,
    /// The schema of the item.
    pub item: String,
    /// The field that identifies the item.
    pub id: String,
    /// The path parameter with the ID of the item.
    pub argument: String,
}

/// A body that holds a list of items.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct List {
    /// The schema of the body.
    pub schema: String,
    /// The field that holds the items.
    pub items: Property,
    /// The schema of an item.
    pub item: String,
    /// The field that counts the items.
    pub count: Option<Property>,
    /// The fields of an only item that may stand beside the items.
    pub only_item: Vec<Property>,
}

/// A schema that stands for one item of a list.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Item {
    /// The schema.
    pub schema: String,
    /// The field that identifies the item.
    pub id: Property,
    /// The field with its name.
    pub name: Option<Property>,
    /// The field with its state.
    pub status: Option<Property>,
    /// The field with the time it started.
    pub started: Option<Property>,
}

/// A named schema.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Schema {
    /// Its name: `KafkaTask`.
    pub name: String,
    /// What it stands for.
    pub description: String,
    /// Values as the documents show them.
    pub examples: Vec<Value>,
    /// Where the documents use it.
    pub usage: Usage,
    /// What its values look like.
    #[serde(flatten)]
    pub form: Form,
}

/// Where the documents use a schema; the first that applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Usage {
    /// In the body of a success.
    Body,
    /// In the body of an error.
    Error,
    /// In a parameter.
    Parameter,
}

/// What the values of a named schema look like.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "form", rename_all = "snake_case")]
pub enum Form {
    /// An object.
    Object {
        /// Its fields in the order of the document.
        properties: Vec<Property>,
    },
    /// Text with known values, and room for any other.
    OpenSet {
        /// The known values in the order of the document.
        values: Vec<KnownValue>,
    },
    /// Text.
    Text {
        /// The regular expression that it matches.
        pattern: Option<String>,
    },
    /// Text or a number.
    TextOrNumber {
        /// Whether the number is a whole one.
        integer: bool,
    },
}

/// A known value of an open set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct KnownValue {
    /// The value on the wire.
    pub value: String,
    /// What it means.
    pub description: String,
}

/// A field of an object.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Property {
    /// The name on the wire.
    pub name: String,
    /// What it holds.
    pub description: String,
    /// Whether it is always there.
    pub required: bool,
    /// Whether it may be null.
    pub nullable: bool,
    /// Whether readers should use another one.
    pub deprecated: bool,
    /// The type of its value.
    #[serde(rename = "type")]
    pub kind: Type,
    /// A value as the documents show it.
    pub example: Option<Value>,
}

/// The type of a value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, serde::Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Type {
    /// Text.
    Text,
    /// A whole number.
    Integer {
        /// How many bits hold it.
        bits: u32,
    },
    /// A number.
    Number,
    /// True or false.
    Boolean,
    /// A named schema.
    Reference {
        /// Its name.
        schema: String,
    },
    /// A list.
    List {
        /// The type of its elements.
        element: Box<Type>,
    },
}

impl Operation {
    /// The path parameters that are arguments of the method.
    pub fn arguments(&self) -> impl Iterator<Item = &Parameter> {
        let parameters = self.path_parameters.iter();
        parameters.filter(|parameter| parameter.role == Role::Argument)
    }
}

impl Api {
    /// The schema of this name.
    pub fn schema(&self, name: &str) -> Option<&Schema> {
        self.schemas.iter().find(|schema| schema.name == name)
    }
}

impl Schema {
    /// The field of this name, where the schema is an object.
    pub fn property(&self, name: &str) -> Option<&Property> {
        match &self.form {
            Form::Object { properties } => properties.iter().find(|field| field.name == name),
            _ => None,
        }
    }
}

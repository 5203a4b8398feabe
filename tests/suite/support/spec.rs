//! The emitted documents, and functions that find parts of them.

use serde_json::Value;

/// An emitted document as JSON.
pub(crate) struct Document(pub(crate) Value);

/// The document of the two DCS operations.
pub(crate) fn dcs() -> Document {
    emit(hwtasks_api::openapi::dcs())
}

/// The document of the two Kafka operations.
pub(crate) fn kafka() -> Document {
    emit(hwtasks_api::openapi::kafka())
}

/// The published document of all four operations.
pub(crate) fn merged() -> Document {
    emit(hwtasks_api::openapi::merged())
}

fn emit(document: Result<Value, hwtasks_api::openapi::DocumentError>) -> Document {
    let document = document.expect("the document can be emitted");
    let mut inlined = document.clone();
    inline(&mut inlined["paths"], &document);
    Document(inlined)
}

/// Replaces references to shared parameters, responses and headers with what they refer to.
pub(crate) fn inline(value: &mut Value, document: &Value) {
    let shared = value
        .get("$ref")
        .and_then(Value::as_str)
        .and_then(|reference| {
            let pointer = reference.strip_prefix('#')?;
            (!pointer.starts_with("/components/schemas/"))
                .then(|| document.pointer(pointer).expect("the component exists"))
        });
    if let Some(shared) = shared {
        *value = shared.clone();
    }
    match value {
        Value::Object(fields) => fields.values_mut().for_each(|v| inline(v, document)),
        Value::Array(items) => items.iter_mut().for_each(|v| inline(v, document)),
        _ => {}
    }
}

impl Document {
    /// Every operation with the path it stands under.
    pub(crate) fn operations(&self) -> Vec<(&str, &Value)> {
        let paths = self.0["paths"].as_object().expect("paths is an object");
        paths
            .iter()
            .map(|(path, item)| (path.as_str(), &item["get"]))
            .collect()
    }

    /// The operation with this ID.
    pub(crate) fn operation(&self, id: &str) -> &Value {
        self.operations()
            .into_iter()
            .map(|(_, operation)| operation)
            .find(|operation| operation["operationId"] == id)
            .unwrap_or_else(|| panic!("no operation {id}"))
    }

    /// The component schema of this name.
    pub(crate) fn schema(&self, name: &str) -> &Value {
        let schema = &self.0["components"]["schemas"][name];
        assert!(schema.is_object(), "no schema {name}");
        schema
    }

    /// The schema of a field of the component schema `owner`.
    pub(crate) fn field(&self, owner: &str, field: &str) -> &Value {
        let schema = &self.schema(owner)["properties"][field];
        assert!(schema.is_object(), "{owner} has no field {field}");
        schema
    }

    /// The JSON types a schema allows, `null` included, sorted.
    pub(crate) fn types(&self, schema: &Value) -> Vec<String> {
        if let Some(name) = schema["$ref"].as_str().and_then(component) {
            return self.types(self.schema(name));
        }
        let mut types = Vec::new();
        match &schema["type"] {
            Value::String(name) => types.push(name.clone()),
            Value::Array(names) => {
                types.extend(names.iter().filter_map(Value::as_str).map(str::to_owned))
            }
            _ => {}
        }
        for choice in ["anyOf", "oneOf"] {
            for item in schema[choice].as_array().into_iter().flatten() {
                types.extend(self.types(item));
            }
        }
        types.sort();
        types.dedup();
        types
    }
}

/// The parameter of this name of an operation.
pub(crate) fn parameter<'a>(operation: &'a Value, name: &str) -> &'a Value {
    parameters(operation)
        .iter()
        .find(|parameter| parameter["name"] == name)
        .unwrap_or_else(|| panic!("{} has no parameter {name}", operation["operationId"]))
}

/// The names of the parameters of an operation that stand in this place.
pub(crate) fn parameter_names<'a>(operation: &'a Value, place: &str) -> Vec<&'a str> {
    parameters(operation)
        .iter()
        .filter(|parameter| parameter["in"] == place)
        .filter_map(|parameter| parameter["name"].as_str())
        .collect()
}

/// The parameters of an operation.
pub(crate) fn parameters(operation: &Value) -> &[Value] {
    operation["parameters"]
        .as_array()
        .map_or(&[], Vec::as_slice)
}

/// The JSON content of a response of an operation.
pub(crate) fn response<'a>(operation: &'a Value, status: &str) -> &'a Value {
    &operation["responses"][status]["content"]["application/json"]
}

/// The name of the component schema that a schema refers to, through a nullable one too.
pub(crate) fn target(schema: &Value) -> Option<&str> {
    let reference = schema["$ref"].as_str().or_else(|| {
        let choices = schema["oneOf"].as_array()?;
        choices.iter().find_map(|choice| choice["$ref"].as_str())
    })?;
    component(reference)
}

fn component(reference: &str) -> Option<&str> {
    reference.strip_prefix("#/components/schemas/")
}

/// The documented values of an open set.
pub(crate) fn known_values(schema: &Value) -> Vec<&str> {
    let values = schema["x-extensible-enum"].as_array();
    values
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect()
}

/// The description of a schema, beside it or beside the reference in it, as one line.
pub(crate) fn description(schema: &Value) -> String {
    let choices = schema["oneOf"].as_array().into_iter().flatten();
    let inner = choices.filter_map(|choice| choice["description"].as_str());
    let own = schema["description"].as_str();
    let text = own.into_iter().chain(inner).next().unwrap_or_default();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

//! The documents of the services, read into the intermediate representation.

use std::collections::BTreeMap;

use openapiv3::{
    Components, OpenAPI, Operation as ApiOperation, Parameter as ApiParameter, ParameterData,
    ParameterSchemaOrContent, ReferenceOr, SchemaKind, StatusCode, Type as ApiType,
};
use serde_json::Value;

use super::contract::{Contract, FACADE};
use super::document::escape;
use super::{Api, Form, IrError, Operation, Parameter, Role, Schema, Service, Type, Usage};
use super::{contract, document, schema};

/// Reads the documents, one for each service.
///
/// # Errors
///
/// When a document has a part that the representation does not know, when an extension names what
/// is not there, or when two documents give one name to different things.
pub fn api<'a>(documents: impl IntoIterator<Item = &'a Value>) -> Result<Api, IrError> {
    let mut services: Vec<Service> = Vec::new();
    let mut schemas: BTreeMap<String, Schema> = BTreeMap::new();
    for value in documents {
        let (_, parsed) = document::parse(value)?;
        let document = Document::read(&parsed)?;
        for (name, schema) in document.schemas {
            match schemas.get_mut(&name) {
                None => {
                    schemas.insert(name, schema);
                }
                Some(known) => {
                    let usage = known.usage.min(schema.usage);
                    known.usage = schema.usage;
                    if *known != schema {
                        let pointer = format!("/components/schemas/{}", escape(&name));
                        return Err(IrError::new(
                            pointer,
                            "a schema that differs between the documents",
                        ));
                    }
                    known.usage = usage;
                }
            }
        }
        match services
            .iter_mut()
            .find(|service| service.name == document.service.name)
        {
            // A companion document adds operations to a service.
            Some(service) => service.operations.extend(document.service.operations),
            None => services.push(document.service),
        }
    }
    let schemas: Vec<Schema> = schemas.into_values().collect();
    let (lists, items) = contract::roles(&services, &schemas)?;
    Ok(Api {
        services,
        schemas,
        lists,
        items,
    })
}

struct Document {
    service: Service,
    schemas: BTreeMap<String, Schema>,
}

/// An operation and the JSON pointer to it.
pub(super) struct Placed {
    pub(super) operation: Operation,
    pub(super) pointer: String,
    pub(super) contract: Contract,
}

impl Document {
    fn read(document: &OpenAPI) -> Result<Self, IrError> {
        let components = document.components.as_ref();
        let components =
            components.ok_or_else(|| IrError::new("/components", "a document without schemas"))?;
        let mut schemas = BTreeMap::new();
        for (name, schema) in &components.schemas {
            schemas.insert(name.clone(), schema::named(name, schema)?);
        }
        check_references(&schemas)?;
        mark_nullable(&mut schemas, components);

        let mut placed = Vec::new();
        for (path, item) in &document.paths.paths {
            let pointer = format!("/paths/{}", escape(path));
            let ReferenceOr::Item(item) = item else {
                return Err(IrError::new(pointer, "a path that is only a reference"));
            };
            if !item.parameters.is_empty() {
                return Err(IrError::new(
                    format!("{pointer}/parameters"),
                    "parameters of a path",
                ));
            }
            for (method, operation) in item.iter() {
                let pointer = format!("{pointer}/{method}");
                placed.push(self::operation(
                    path, method, operation, components, &schemas, pointer,
                )?);
            }
        }
        contract::resolve(&mut placed, &schemas)?;
        for place in &placed {
            let operation = &place.operation;
            mark(&mut schemas, &operation.response, Usage::Body);
        }
        for (path, item) in &document.paths.paths {
            let ReferenceOr::Item(item) = item else {
                continue;
            };
            for (method, operation) in item.iter() {
                let pointer = format!("/paths/{}/{method}/responses", escape(path));
                for (status, response) in &operation.responses.responses {
                    let pointer = format!("{pointer}/{status}");
                    let name = body(response, components, &pointer)?;
                    if !is_success(status) {
                        mark(&mut schemas, &name, Usage::Error);
                    }
                }
            }
        }
        let service = self::service(document, &placed)?;
        Ok(Self { service, schemas })
    }
}

fn service(document: &OpenAPI, placed: &[Placed]) -> Result<Service, IrError> {
    let mut names = placed.iter().map(|place| &place.operation.service);
    let Some(name) = names.next() else {
        return Err(IrError::new("/paths", "a document without operations"));
    };
    if let Some(place) = placed.iter().find(|place| place.operation.service != *name) {
        return Err(IrError::new(
            format!("{}/{FACADE}/service", place.pointer),
            "another service than that of the operations before",
        ));
    }
    let [tag] = &document.tags[..] else {
        return Err(IrError::new(
            "/tags",
            "anything but one tag for the service",
        ));
    };
    Ok(Service {
        name: name.clone(),
        title: tag.name.clone(),
        description: tag.description.clone().unwrap_or_default(),
        operations: placed.iter().map(|place| place.operation.clone()).collect(),
    })
}

fn operation(
    path: &str,
    method: &str,
    operation: &ApiOperation,
    components: &Components,
    schemas: &BTreeMap<String, Schema>,
    pointer: String,
) -> Result<Placed, IrError> {
    let need = |text: &Option<String>, name: &str| {
        text.clone()
            .ok_or_else(|| IrError::new(pointer.as_str(), format!("an operation without {name}")))
    };
    if operation.request_body.is_some() {
        return Err(IrError::new(
            format!("{pointer}/requestBody"),
            "a request with a body",
        ));
    }
    let contract = Contract::read(&operation.extensions, &pointer)?;
    let mut path_parameters = Vec::new();
    let mut query_parameters = Vec::new();
    for (index, parameter) in operation.parameters.iter().enumerate() {
        let pointer = format!("{pointer}/parameters/{index}");
        let parameter = resolve(parameter, &pointer, |reference| {
            components
                .parameters
                .get(reference.strip_prefix("#/components/parameters/")?)
        })?;
        match parameter {
            ApiParameter::Path { parameter_data, .. } => {
                path_parameters.push(self::parameter(parameter_data, Role::Argument, &pointer)?);
            }
            ApiParameter::Query { parameter_data, .. } => {
                query_parameters.push(self::parameter(parameter_data, Role::Filter, &pointer)?);
            }
            _ => {
                return Err(IrError::new(
                    pointer,
                    "a parameter that is neither in the path nor in the query",
                ));
            }
        }
    }
    in_order_of(path, &mut path_parameters, &pointer)?;
    let mut successes = operation
        .responses
        .responses
        .iter()
        .filter(|(status, _)| is_success(status));
    let (Some((status, response)), None) = (successes.next(), successes.next()) else {
        return Err(IrError::new(
            format!("{pointer}/responses"),
            "anything but one success",
        ));
    };
    let response_pointer = format!("{pointer}/responses/{status}");
    let response = body(response, components, &response_pointer)?;
    if !schemas.contains_key(&response) {
        return Err(IrError::new(
            response_pointer,
            format!("a reference to {response}, which is no schema,"),
        ));
    }
    Ok(Placed {
        operation: Operation {
            id: need(&operation.operation_id, "operationId")?,
            service: contract.facade.service.clone(),
            method: contract.facade.method.clone(),
            http_method: method.to_ascii_uppercase(),
            path: path.to_owned(),
            summary: need(&operation.summary, "summary")?,
            description: need(&operation.description, "description")?,
            deprecated: operation.deprecated,
            path_parameters,
            query_parameters,
            response,
            pagination: None,
            time_window: None,
            waiter: None,
            shows: None,
        },
        pointer,
        contract,
    })
}

/// Puts the path parameters in the order of the path, each of which must stand there once.
fn in_order_of(path: &str, parameters: &mut [Parameter], pointer: &str) -> Result<(), IrError> {
    let names: Vec<&str> = path
        .split('/')
        .filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'))
        .collect();
    let place = |parameter: &Parameter| names.iter().position(|name| *name == parameter.name);
    let braces = path.matches('{').count();
    if braces != names.len()
        || names.len() != parameters.len()
        || parameters
            .iter()
            .any(|parameter| place(parameter).is_none())
    {
        return Err(IrError::new(
            format!("{pointer}/parameters"),
            "path parameters that are not those of the path",
        ));
    }
    parameters.sort_by_key(|parameter| place(parameter));
    Ok(())
}

fn parameter(data: &ParameterData, role: Role, pointer: &str) -> Result<Parameter, IrError> {
    let ParameterSchemaOrContent::Schema(schema) = &data.format else {
        return Err(IrError::new(pointer, "a parameter without a schema"));
    };
    let schema_pointer = format!("{pointer}/schema");
    let kind = schema::kind(schema, &schema_pointer)?;
    let description = data.description.clone();
    let item = schema.as_item();
    let (minimum, maximum) = match item.map(|schema| &schema.schema_kind) {
        Some(SchemaKind::Type(ApiType::Integer(integer)))
            if !integer.exclusive_minimum && !integer.exclusive_maximum =>
        {
            (integer.minimum, integer.maximum)
        }
        Some(SchemaKind::Type(ApiType::Integer(_))) => {
            return Err(IrError::new(schema_pointer, "an exclusive bound"));
        }
        _ => (None, None),
    };
    let format_maximum = match kind {
        Type::Integer { bits: 32 } => Some(i64::from(i32::MAX)),
        Type::Integer { .. } => Some(i64::MAX),
        _ => None,
    };
    Ok(Parameter {
        name: data.name.clone(),
        description: description
            .ok_or_else(|| IrError::new(pointer, "a parameter without a description"))?,
        role,
        required: data.required,
        deprecated: data.deprecated.unwrap_or_default(),
        kind,
        minimum,
        maximum,
        format_maximum,
        default: item.and_then(|schema| schema.schema_data.default.clone()),
        example: data.example.clone(),
    })
}

fn is_success(status: &StatusCode) -> bool {
    matches!(status, StatusCode::Code(200..=299) | StatusCode::Range(2))
}

/// Marks the fields that refer to a schema that accepts null: OpenAPI 3.0 says it there alone.
fn mark_nullable(schemas: &mut BTreeMap<String, Schema>, components: &Components) {
    let accepts_null = |name: &str| {
        let schema = components.schemas.get(name).and_then(ReferenceOr::as_item);
        schema.is_some_and(|schema| {
            schema.schema_data.nullable
                || matches!(&schema.schema_kind, SchemaKind::AnyOf { any_of } if any_of
                    .iter()
                    .any(|choice| choice.as_item().is_some_and(|item| item.schema_data.nullable)))
        })
    };
    for schema in schemas.values_mut() {
        let Form::Object { properties } = &mut schema.form else {
            continue;
        };
        for property in properties {
            if let Type::Reference { schema } = &property.kind {
                property.nullable |= accepts_null(schema);
            }
        }
    }
}

/// A parameter or response, or the shared one that it refers to.
fn resolve<'a, T>(
    value: &'a ReferenceOr<T>,
    pointer: &str,
    shared: impl Fn(&str) -> Option<&'a ReferenceOr<T>>,
) -> Result<&'a T, IrError> {
    match value {
        ReferenceOr::Item(item) => Ok(item),
        ReferenceOr::Reference { reference } => shared(reference)
            .and_then(ReferenceOr::as_item)
            .ok_or_else(|| IrError::new(pointer, format!("a reference to {reference:?}"))),
    }
}

/// The schema of the JSON body of a response.
fn body(
    response: &ReferenceOr<openapiv3::Response>,
    components: &Components,
    pointer: &str,
) -> Result<String, IrError> {
    let response = resolve(response, pointer, |reference| {
        components
            .responses
            .get(reference.strip_prefix("#/components/responses/")?)
    })?;
    let content = response.content.get("application/json");
    let Some(content) = content.filter(|_| response.content.len() == 1) else {
        return Err(IrError::new(
            format!("{pointer}/content"),
            "anything but JSON",
        ));
    };
    let pointer = format!("{pointer}/content/application~1json/schema");
    match &content.schema {
        Some(ReferenceOr::Reference { reference }) => schema::referenced(reference, &pointer),
        _ => Err(IrError::new(pointer, "a body without a named schema")),
    }
}

/// The schemas that a schema refers to.
fn references(schema: &Schema) -> Vec<&str> {
    fn of(kind: &Type) -> Option<&str> {
        match kind {
            Type::Reference { schema } => Some(schema),
            Type::List { element } => of(element),
            _ => None,
        }
    }
    match &schema.form {
        Form::Object { properties } => properties.iter().filter_map(|p| of(&p.kind)).collect(),
        _ => Vec::new(),
    }
}

fn check_references(schemas: &BTreeMap<String, Schema>) -> Result<(), IrError> {
    for schema in schemas.values() {
        if let Some(missing) = references(schema)
            .into_iter()
            .find(|name| !schemas.contains_key(*name))
        {
            return Err(IrError::new(
                format!("/components/schemas/{}", escape(&schema.name)),
                format!("a reference to {missing}, which is no schema,"),
            ));
        }
    }
    Ok(())
}

/// Records the usage of a schema, and of those it refers to.
fn mark(schemas: &mut BTreeMap<String, Schema>, name: &str, usage: Usage) {
    let Some(schema) = schemas.get_mut(name) else {
        return;
    };
    if schema.usage <= usage {
        return;
    }
    schema.usage = usage;
    let next: Vec<String> = references(schema).into_iter().map(str::to_owned).collect();
    for name in next {
        mark(schemas, &name, usage);
    }
}

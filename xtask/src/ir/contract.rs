//! The contract extensions of operations: read, and resolved to what they name.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::document::escape;
use super::read::Placed;
use super::{
    Form, IrError, Item, List, Operation, Pagination, Parameter, Property, Role, Schema, Service,
    Shows, TimeWindow, Type, Waiter,
};

pub(super) const FACADE: &str = "x-hwtasks-facade";
const PAGINATION: &str = "x-hwtasks-pagination";
const TIME_WINDOW: &str = "x-hwtasks-time-window";
const WAITER: &str = "x-hwtasks-waiter";
/// What every contract extension begins with.
const PREFIX: &str = "x-hwtasks-";

/// The extensions of an operation as they stand in the document.
pub(super) struct Contract {
    pub(super) facade: FacadeExtension,
    pagination: Option<PaginationExtension>,
    time_window: Option<TimeWindowExtension>,
    waiter: Option<WaiterExtension>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FacadeExtension {
    pub(super) service: String,
    pub(super) method: String,
    project: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PaginationExtension {
    position: String,
    size: String,
    items: String,
    count: Option<String>,
    /// Only where no waiter names it.
    id: Option<String>,
    #[serde(default)]
    only_item: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TimeWindowExtension {
    lower: String,
    upper: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WaiterExtension {
    id: String,
    status: String,
    name: String,
    started: String,
    #[serde(default)]
    success: Vec<String>,
    #[serde(default)]
    failure: Vec<String>,
    show: Option<String>,
}

impl Contract {
    /// Reads the extensions of the operation at `pointer`.
    pub(super) fn read<'a>(
        extensions: impl IntoIterator<Item = (&'a String, &'a Value)>,
        pointer: &str,
    ) -> Result<Self, IrError> {
        let mut facade = None;
        let (mut pagination, mut time_window, mut waiter) = (None, None, None);
        for (name, value) in extensions {
            let pointer = format!("{pointer}/{name}");
            match name.as_str() {
                FACADE => facade = Some(extension(value, &pointer)?),
                PAGINATION => pagination = Some(extension(value, &pointer)?),
                TIME_WINDOW => time_window = Some(extension(value, &pointer)?),
                WAITER => waiter = Some(extension(value, &pointer)?),
                unknown if unknown.starts_with(PREFIX) => {
                    return Err(IrError::new(pointer, "an unknown contract extension"));
                }
                _ => {}
            }
        }
        Ok(Self {
            facade: facade
                .ok_or_else(|| IrError::new(pointer, format!("an operation without {FACADE}")))?,
            pagination,
            time_window,
            waiter,
        })
    }
}

fn extension<T: DeserializeOwned>(value: &Value, pointer: &str) -> Result<T, IrError> {
    serde_json::from_value(value.clone())
        .map_err(|error| IrError::new(pointer, format!("a contract extension ({error})")))
}

/// Finds what the extensions of the operations of one document name.
pub(super) fn resolve(
    placed: &mut [Placed],
    schemas: &BTreeMap<String, Schema>,
) -> Result<(), IrError> {
    for place in placed.iter_mut() {
        let scope = Scope {
            schemas,
            pointer: place.pointer.clone(),
        };
        scope.resolve(&mut place.operation, &place.contract)?;
    }
    for index in 0..placed.len() {
        let Some(shown) = shown(placed, index)? else {
            continue;
        };
        let (show, argument) = (shown.0, shown.1.argument.clone());
        if let Some(waiter) = &mut placed[index].operation.waiter {
            waiter.argument = argument;
        }
        placed[show].operation.shows = Some(shown.1);
    }
    Ok(())
}

/// The operation that shows the items of the one at `index`, and what it shows.
fn shown(placed: &[Placed], index: usize) -> Result<Option<(usize, Shows)>, IrError> {
    let list = &placed[index].operation;
    let (Some(waiter), Some(pagination)) = (&list.waiter, &list.pagination) else {
        return Ok(None);
    };
    let Some(show) = &waiter.show else {
        return Ok(None);
    };
    let pointer = format!("{}/{WAITER}/show", placed[index].pointer);
    let at = placed.iter().position(|place| place.operation.id == *show);
    let at = at.ok_or_else(|| {
        IrError::new(
            pointer.as_str(),
            format!("the name of an operation, {show}, that is not there,"),
        )
    })?;
    let operation = &placed[at].operation;
    if operation.response != list.response {
        return Err(IrError::new(pointer, "an operation with another body"));
    }
    let listed: Vec<_> = list.arguments().map(|argument| &argument.name).collect();
    let mut others = operation
        .arguments()
        .filter(|argument| !listed.contains(&&argument.name));
    let (Some(argument), None) = (others.next(), others.next()) else {
        return Err(IrError::new(
            pointer,
            "an operation that takes anything but one argument more",
        ));
    };
    Ok(Some((
        at,
        Shows {
            list: list.id.clone(),
            items: pagination.items.clone(),
            item: pagination.item.clone(),
            id: waiter.id.clone(),
            argument: argument.name.clone(),
        },
    )))
}

/// An operation whose extensions are resolved.
struct Scope<'a> {
    schemas: &'a BTreeMap<String, Schema>,
    pointer: String,
}

impl Scope<'_> {
    fn resolve(&self, operation: &mut Operation, contract: &Contract) -> Result<(), IrError> {
        let project = &contract.facade.project;
        let pointer = format!("{}/{FACADE}/project", self.pointer);
        let parameters = &mut operation.path_parameters;
        find(parameters, project, &pointer)?.1.role = Role::Project;

        let body = self.schema(&operation.response)?;
        if let Some(extension) = &contract.pagination {
            let waiter = contract.waiter.as_ref();
            let pagination = self.pagination(operation, body, extension, waiter)?;
            operation.pagination = Some(pagination);
        }
        if let Some(extension) = &contract.time_window {
            let pointer = |name| format!("{}/{TIME_WINDOW}/{name}", self.pointer);
            let parameters = &mut operation.query_parameters;
            let (lower_index, lower) = find(parameters, &extension.lower, &pointer("lower"))?;
            lower.role = Role::Lower;
            let (upper_index, upper) = find(parameters, &extension.upper, &pointer("upper"))?;
            upper.role = Role::Upper;
            operation.time_window = Some(TimeWindow {
                lower: extension.lower.clone(),
                lower_index,
                upper: extension.upper.clone(),
                upper_index,
            });
        }
        if let Some(extension) = &contract.waiter {
            let pagination = operation.pagination.as_ref().ok_or_else(|| {
                IrError::new(
                    format!("{}/{WAITER}", self.pointer),
                    "a waiter of an operation that lists nothing",
                )
            })?;
            operation.waiter = Some(self.waiter(pagination, extension)?);
        }
        Ok(())
    }

    fn pagination(
        &self,
        operation: &mut Operation,
        body: &Schema,
        extension: &PaginationExtension,
        waiter: Option<&WaiterExtension>,
    ) -> Result<Pagination, IrError> {
        let pointer = |name: &str| format!("{}/{PAGINATION}/{name}", self.pointer);
        let parameters = &mut operation.query_parameters;
        let at = pointer("position");
        let (position_index, position) = find(parameters, &extension.position, &at)?;
        position.role = Role::Position;
        let first = position.default.as_ref().and_then(Value::as_i64);
        let first = first.or(position.minimum).ok_or_else(|| {
            IrError::new(
                at.as_str(),
                "a parameter that does not say where a list begins",
            )
        })?;
        let (size_index, size) = find(parameters, &extension.size, &pointer("size"))?;
        size.role = Role::Size;
        let largest = size.maximum;

        let at = pointer("items");
        let items = field(body, &extension.items, &at)?;
        let item = match &items.kind {
            Type::List { element } => match &**element {
                Type::Reference { schema } => self.schema(schema)?,
                _ => return Err(IrError::new(at, "a list of anything but objects")),
            },
            _ => return Err(IrError::new(at, "a field that is no list")),
        };
        if let Some(count) = &extension.count {
            field(body, count, &pointer("count"))?;
        }
        let id = match (&extension.id, waiter) {
            (Some(id), None) => id,
            (None, Some(waiter)) => &waiter.id,
            (Some(_), Some(_)) => {
                return Err(IrError::new(pointer("id"), "what the waiter says already"));
            }
            (None, None) => {
                return Err(IrError::new(
                    format!("{}/{PAGINATION}", self.pointer),
                    "a list whose items nothing identifies",
                ));
            }
        };
        if extension.id.is_some() {
            field(item, id, &pointer("id"))?;
        }
        for (index, name) in extension.only_item.iter().enumerate() {
            let at = pointer(&format!("only_item/{index}"));
            let beside = field(body, name, &at)?;
            if field(item, name, &at)?.kind != beside.kind {
                return Err(IrError::new(at, "a field that is another in the item"));
            }
        }
        Ok(Pagination {
            position: extension.position.clone(),
            position_index,
            first,
            size: extension.size.clone(),
            size_index,
            largest,
            items: extension.items.clone(),
            item: item.name.clone(),
            id: id.clone(),
            count: extension.count.clone(),
            only_item: extension.only_item.clone(),
        })
    }

    fn waiter(
        &self,
        pagination: &Pagination,
        extension: &WaiterExtension,
    ) -> Result<Waiter, IrError> {
        let pointer = |name: &str| format!("{}/{WAITER}/{name}", self.pointer);
        let item = self.schema(&pagination.item)?;
        field(item, &extension.id, &pointer("id"))?;
        field(item, &extension.started, &pointer("started"))?;
        let status = self.open_set(item, &extension.status, &pointer("status"))?;
        let name = self.open_set(item, &extension.name, &pointer("name"))?;
        let Form::OpenSet { values } = &status.form else {
            return Err(IrError::new(
                pointer("status"),
                "a field without known values",
            ));
        };
        for (list, states) in [
            ("success", &extension.success),
            ("failure", &extension.failure),
        ] {
            for (index, state) in states.iter().enumerate() {
                if !values.iter().any(|known| known.value == *state) {
                    return Err(IrError::new(
                        pointer(&format!("{list}/{index}")),
                        format!("{state:?}, which is no value of {},", status.name),
                    ));
                }
            }
        }
        Ok(Waiter {
            id: extension.id.clone(),
            status: extension.status.clone(),
            status_schema: status.name.clone(),
            name: extension.name.clone(),
            name_schema: name.name.clone(),
            started: extension.started.clone(),
            success: extension.success.clone(),
            failure: extension.failure.clone(),
            show: extension.show.clone(),
            argument: argument(&pagination.items, &extension.id),
        })
    }

    fn schema(&self, name: &str) -> Result<&Schema, IrError> {
        self.schemas.get(name).ok_or_else(|| {
            IrError::new(
                self.pointer.as_str(),
                format!("a reference to {name}, which is no schema,"),
            )
        })
    }

    fn open_set(&self, item: &Schema, name: &str, pointer: &str) -> Result<&Schema, IrError> {
        let schema = match &field(item, name, pointer)?.kind {
            Type::Reference { schema } => self.schema(schema)?,
            _ => return Err(IrError::new(pointer, "a field without known values")),
        };
        match schema.form {
            Form::OpenSet { .. } => Ok(schema),
            _ => Err(IrError::new(pointer, "a field without known values")),
        }
    }
}

/// The parameter of this name, and where it stands.
fn find<'a>(
    parameters: &'a mut [Parameter],
    name: &str,
    pointer: &str,
) -> Result<(usize, &'a mut Parameter), IrError> {
    parameters
        .iter_mut()
        .enumerate()
        .find(|(_, parameter)| parameter.name == name)
        .ok_or_else(|| {
            IrError::new(
                pointer,
                format!("the name of a parameter, {name}, that is not there,"),
            )
        })
}

/// The field of this name.
fn field<'a>(schema: &'a Schema, name: &str, pointer: &str) -> Result<&'a Property, IrError> {
    schema.property(name).ok_or_else(|| {
        let reason = format!(
            "the name of a field, {name}, that {} does not have,",
            schema.name
        );
        IrError::new(pointer, reason)
    })
}

/// How a method calls the argument with the ID of an item: `task_id` of `tasks` and `id`.
fn argument(items: &str, id: &str) -> String {
    let item = items.strip_suffix('s').unwrap_or(items);
    if id.starts_with(item) {
        id.to_owned()
    } else {
        format!("{item}_{id}")
    }
}

/// The schemas that are lists and items of some operation, each described once.
pub(super) fn roles(
    services: &[Service],
    schemas: &[Schema],
) -> Result<(Vec<List>, Vec<Item>), IrError> {
    let mut lists = BTreeMap::new();
    let mut items = BTreeMap::new();
    for operation in services.iter().flat_map(|service| &service.operations) {
        let Some(pagination) = &operation.pagination else {
            continue;
        };
        let field = |schema: &str, name: &str| {
            let schema = schemas.iter().find(|known| known.name == schema);
            let field = schema.and_then(|schema| schema.property(name)).cloned();
            field.ok_or_else(|| IrError::new("/paths", format!("a field {name} that is not there")))
        };
        let body = |name: &str| field(&operation.response, name);
        let in_item = |name: &str| field(&pagination.item, name);
        let only_item = pagination.only_item.iter().map(|name| body(name));
        let list = List {
            schema: operation.response.clone(),
            items: body(&pagination.items)?,
            item: pagination.item.clone(),
            count: pagination.count.as_deref().map(body).transpose()?,
            only_item: only_item.collect::<Result<_, _>>()?,
        };
        let waiter = operation.waiter.as_ref();
        let item = Item {
            schema: pagination.item.clone(),
            id: in_item(&pagination.id)?,
            name: waiter.map(|waiter| in_item(&waiter.name)).transpose()?,
            status: waiter.map(|waiter| in_item(&waiter.status)).transpose()?,
            started: waiter.map(|waiter| in_item(&waiter.started)).transpose()?,
        };
        insert(&mut lists, list.schema.clone(), list)?;
        insert(&mut items, item.schema.clone(), item)?;
    }
    Ok((lists.into_values().collect(), items.into_values().collect()))
}

fn insert<T: PartialEq>(
    known: &mut BTreeMap<String, T>,
    name: String,
    value: T,
) -> Result<(), IrError> {
    let pointer = format!("/components/schemas/{}", escape(&name));
    match known.get(&name) {
        Some(other) if *other != value => Err(IrError::new(
            pointer,
            "a schema that two operations read in different ways",
        )),
        _ => {
            known.insert(name, value);
            Ok(())
        }
    }
}

//! The components that several operations share: parameters, headers and error responses.

use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::path::{Operation, Parameter};
use utoipa::openapi::schema::{ObjectBuilder, Schema, SchemaType, Type};
use utoipa::openapi::{Deprecated, Header, OpenApi, PathItem, Ref, RefOr};
use utoipa::{Modify, ToSchema as _};

use super::responses::Errors;
use crate::dcs::{DetailsBody, MISSPELLED, MISSPELLED_DESCRIPTION};

/// Header of every response.
pub(super) const REQUEST_ID: &str = "RequestId";
/// Header of a throttled response.
pub(super) const RETRY_AFTER: &str = "RetryAfter";

/// Path parameters of every operation, each with the name of its component.
const PARAMETERS: [(&str, &str); 2] = [("project_id", "ProjectId"), ("instance_id", "InstanceId")];

/// Moves shared parameters, headers and responses into components.
pub(super) struct Shared(pub(super) &'static [Errors]);

impl Modify for Shared {
    fn modify(&self, document: &mut OpenApi) {
        let mut parameters = Vec::new();
        for item in document.paths.paths.values_mut() {
            for operation in operations(item) {
                for parameter in operation.parameters.iter_mut().flatten() {
                    share(parameter, &mut parameters);
                }
            }
        }
        let components = document.components.get_or_insert_default();
        for (name, parameter) in parameters {
            components.parameters.insert(name, parameter.into());
        }
        for (name, header) in headers() {
            components.headers.insert(name.to_owned(), header.into());
        }
        for errors in self.0 {
            components.responses.extend(errors.components());
        }
        for schema in components.schemas.values_mut() {
            describe_beside_reference(schema);
        }
        if let Some(RefOr::T(Schema::Object(details))) =
            components.schemas.get_mut(&*DetailsBody::name())
        {
            let misspelled = misspelled_cache_mode();
            details
                .properties
                .insert(MISSPELLED.to_owned(), misspelled.into());
        }
    }
}

/// The operations of a path. All of them are `GET`.
pub(super) fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    item.get.iter_mut()
}

/// Replaces a shared parameter with a reference, and adds it to `shared`.
fn share(parameter: &mut RefOr<Parameter>, shared: &mut Vec<(String, Parameter)>) {
    let RefOr::T(inline) = parameter else { return };
    let Some((_, component)) = PARAMETERS.iter().find(|(name, _)| *name == inline.name) else {
        return;
    };
    let known = shared.iter().find(|(name, _)| name == component);
    match known {
        // A parameter that differs from the shared one stays inline.
        Some((_, known)) if known != inline => return,
        Some(_) => {}
        None => shared.push(((*component).to_owned(), inline.clone())),
    }
    *parameter = RefOr::Ref(Ref::new(format!("#/components/parameters/{component}")));
}

fn headers() -> [(&'static str, Header); 2] {
    let header = |description: &str| {
        HeaderBuilder::new()
            .description(Some(description))
            .schema(Some(ObjectBuilder::new().schema_type(Type::String)))
            .build()
    };
    [
        (
            REQUEST_ID,
            header("ID of the request in the logs of the service."),
        ),
        (
            RETRY_AFTER,
            header(
                "Time to wait before the next request: seconds or an HTTP date. May be missing.",
            ),
        ),
    ]
}

/// A reference to a shared header.
pub(super) fn header(name: &str) -> Ref {
    Ref::new(format!("#/components/headers/{name}"))
}

/// Moves the description of a nullable reference from inside `oneOf` to beside it, because several
/// tools ignore it there.
fn describe_beside_reference(schema: &mut RefOr<Schema>) {
    let RefOr::T(Schema::Object(object)) = schema else {
        return;
    };
    for property in object.properties.values_mut() {
        let RefOr::T(Schema::OneOf(choice)) = property else {
            continue;
        };
        for item in &mut choice.items {
            if let RefOr::Ref(reference) = item
                && !reference.description.is_empty()
            {
                choice.description = Some(std::mem::take(&mut reference.description));
            }
        }
    }
}

fn misspelled_cache_mode() -> Schema {
    ObjectBuilder::new()
        .schema_type(SchemaType::from_iter([Type::String, Type::Null]))
        .description(Some(MISSPELLED_DESCRIPTION))
        .deprecated(Some(Deprecated::True))
        .into()
}

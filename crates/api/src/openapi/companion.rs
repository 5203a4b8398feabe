//! The companion documents: the instance lists of both services.

use serde_json::{Value, json};
use utoipa::{IntoResponses, OpenApi, ToSchema};

use super::components::Shared;
use super::contract::{Facade, Pagination};
use super::external_docs::Links;
use super::responses::{DCS, Errors, KAFKA, Responses, success};
use super::security::Security;
use crate::ErrorResponse;
use crate::companion::{
    DcsInstanceList, DmsInstanceList, ListDcsInstancesQuery, ListDmsInstancesQuery, ProjectPath,
};

/// The responses of an instance list.
fn list<Body: ToSchema>(errors: Errors, example: Value) -> Responses {
    let mut responses = errors.references();
    let summary = "Not from the official documents";
    responses.extend([success::<Body>(
        "The instances.",
        [("own", summary, example)],
    )]);
    responses
}

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Instances of Distributed Cache Service (DCS)",
        description = "Unofficial description. Lists the instances whose background tasks the published document of the \
            service lists. For the generator of the clients of this project; not published.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0"),
        contact(name = "hwtasks", url = "https://github.com/hwtasks/hwtasks"),
    ),
    servers((
        url = "https://dcs.{region}.myhuaweicloud.com",
        description = "DCS of one region. `region` is the region of the instances.",
        variables(("region" = (default = "cn-north-4")))
    )),
    tags((name = "DCS", description = "Distributed Cache Service (Redis)")),
    paths(list_dcs_instances),
    components(schemas(ErrorResponse, DcsInstanceList)),
    modifiers(&Security, &DCS_SHARED, &DCS_LINKS),
)]
pub(super) struct DcsDocument;

const DCS_SHARED: Shared = Shared(&[DCS_ERRORS]);

const DCS_LINKS: Links = Links(&[(
    "ListDcsInstances",
    "https://support.huaweicloud.com/intl/en-us/api-dcs/ListInstances.html",
)]);

const DCS_ERRORS: Errors = Errors {
    not_found_description: "The project does not exist.",
    ..DCS
};

/// List the DCS instances of a project
///
/// Lists the DCS instances of a project, one page at a time. `offset` counts instances from 0. The order is not documented.
#[utoipa::path(
    get,
    path = "/v2/{project_id}/instances",
    operation_id = "ListDcsInstances",
    tag = "DCS",
    params(ProjectPath, ListDcsInstancesQuery),
    responses(DcsInstances),
    extensions(
        ("x-huaweicloud-api" = json!("ListInstances")),
        ("x-hwtasks-facade" = json!(Facade {
            service: "dcs",
            method: "instances",
            project: "project_id"
        })),
        ("x-hwtasks-pagination" = json!(Pagination {
            position: "offset",
            size: "limit",
            items: "instances",
            id: Some("instance_id"),
            count: Some("instance_num"),
            only_item: &[]
        })),
    ),
)]
#[expect(
    dead_code,
    reason = "utoipa reads the attribute; nothing calls the function"
)]
fn list_dcs_instances() {}

struct DcsInstances;

impl IntoResponses for DcsInstances {
    fn responses() -> Responses {
        let example = json!({
            "instance_num": 1,
            "instances": [{
                "instance_id": "5560df16-cebf-4473-95c4-d1b573c16e79",
                "name": "dcs-example",
                "status": "RUNNING",
                "engine": "Redis",
                "engine_version": "5.0",
                "capacity": 2
            }]
        });
        list::<DcsInstanceList>(DCS_ERRORS, example)
    }
}

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Instances of Distributed Message Service (DMS)",
        description = "Unofficial description. Lists the instances whose background tasks the published document of the \
            service lists. For the generator of the clients of this project; not published.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0"),
        contact(name = "hwtasks", url = "https://github.com/hwtasks/hwtasks"),
    ),
    servers((
        url = "https://dms.{region}.myhuaweicloud.com",
        description = "DMS of one region. `region` is the region of the instances.",
        variables(("region" = (default = "cn-north-4")))
    )),
    tags((name = "Kafka", description = "Distributed Message Service for Kafka")),
    paths(list_dms_instances),
    components(schemas(ErrorResponse, DmsInstanceList)),
    modifiers(&Security, &DMS_SHARED, &DMS_LINKS),
)]
pub(super) struct DmsDocument;

const DMS_SHARED: Shared = Shared(&[DMS_ERRORS]);

const DMS_LINKS: Links = Links(&[(
    "ListDmsInstances",
    "https://support.huaweicloud.com/intl/en-us/api-kafka/ListInstances.html",
)]);

const DMS_ERRORS: Errors = Errors {
    bad_request: &[(
        "invalid_parameter",
        ("DMS.00400062", "Invalid {0} parameter in the request."),
    )],
    not_found_description: "The project does not exist.",
    ..KAFKA
};

/// List the DMS instances of a project
///
/// Lists the DMS instances of a project, one page at a time. `offset` counts instances from 0. The same path
/// serves the instances of every message engine. The order is not documented.
#[utoipa::path(
    get,
    path = "/v2/{project_id}/instances",
    operation_id = "ListDmsInstances",
    tag = "Kafka",
    params(ProjectPath, ListDmsInstancesQuery),
    responses(DmsInstances),
    extensions(
        ("x-huaweicloud-api" = json!("ListInstances")),
        ("x-hwtasks-facade" = json!(Facade {
            service: "kafka",
            method: "instances",
            project: "project_id"
        })),
        ("x-hwtasks-pagination" = json!(Pagination {
            position: "offset",
            size: "limit",
            items: "instances",
            id: Some("instance_id"),
            count: Some("instance_num"),
            only_item: &[]
        })),
    ),
)]
#[expect(
    dead_code,
    reason = "utoipa reads the attribute; nothing calls the function"
)]
fn list_dms_instances() {}

struct DmsInstances;

impl IntoResponses for DmsInstances {
    fn responses() -> Responses {
        let example = json!({
            "instance_num": 1,
            "instances": [{
                "instance_id": "5560df16-cebf-4473-95c4-d1b573c16e79",
                "name": "kafka-example",
                "status": "RUNNING",
                "engine": "kafka",
                "engine_version": "2.7",
                "specification": "100MB"
            }]
        });
        list::<DmsInstanceList>(DMS_ERRORS, example)
    }
}

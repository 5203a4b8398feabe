//! The document of the two DCS operations.

use utoipa::OpenApi;

use super::components::Shared;
use super::contract::{Facade, Pagination, TimeWindow, Waiter};
use super::external_docs::Links;
use super::responses::{DCS, DCS_V1, DcsList, DcsListV1};
use super::security::Security;
use crate::dcs::{DcsTaskList, DcsTaskListV1, ListDcsTasksQuery, ListDcsTasksV1Query};
use crate::{CompactTime, ErrorResponse, InstancePath};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Background tasks of Distributed Cache Service (DCS)",
        description = "Unofficial description. Lists the background tasks of a DCS instance, such as changes of the \
            specification, public access, replicas or ports. Read-only.\n\n\
            The official documents contradict themselves in places; \
            https://github.com/hwtasks/hwtasks/blob/main/spec/QUIRKS.md lists the contradictions \
            and the choices made here.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0"),
        contact(name = "hwtasks", url = "https://github.com/hwtasks/hwtasks"),
    ),
    servers((
        url = "https://dcs.{region}.myhuaweicloud.com",
        description = "DCS of one region. `region` is the region of the instance.",
        variables(("region" = (default = "cn-north-4")))
    )),
    tags((name = "DCS", description = "Distributed Cache Service (Redis)")),
    paths(list_dcs_tasks_v1, list_dcs_tasks),
    components(schemas(CompactTime, DcsTaskList, DcsTaskListV1, ErrorResponse)),
    modifiers(&Security, &SHARED, &LINKS),
)]
pub(super) struct Document;

const SHARED: Shared = Shared(&[DCS_V1, DCS]);

/// Official page of each operation. No current page documents V1.0; the link is an archived copy.
const LINKS: Links = Links(&[
    (
        "ListDcsTasksV1",
        "https://github.com/huaweicloudDocs/dcs/blob/166e45edde939521b69d08299484cf082a88294d/\
         cn.zh-cn/API%E5%8F%82%E8%80%83/%E6%9F%A5%E8%AF%A2%E5%90%8E%E5%8F%B0%E4%BB%BB%E5%8A%A1%E8%AF%A6%E6%83%85.md",
    ),
    (
        "ListDcsTasks",
        "https://support.huaweicloud.com/intl/en-us/api-dcs/ListBackgroundTask.html",
    ),
]);

/// List the background tasks of a DCS instance (V1.0)
///
/// Lists the background tasks of a DCS instance, one page at a time. Tasks are, for example,
/// changes of the specification, public access or password, and upgrades.
///
/// Deprecated: use `ListDcsTasks`. The document was published in December 2018 and withdrawn in
/// April 2019, and no current page mentions the operation. Only Redis and Memcached instances had
/// such tasks.
///
/// The request in the document, with a placeholder for every value: `GET
/// https://{dcs_endpoint}/v1.0/{project_id}/instances/{instance_id}/tasks?start=x&limit=y&beginTime=z&endTime=w`
#[utoipa::path(
    get,
    path = "/v1.0/{project_id}/instances/{instance_id}/tasks",
    operation_id = "ListDcsTasksV1",
    tag = "DCS",
    params(InstancePath, ListDcsTasksV1Query),
    responses(DcsListV1),
    extensions(
        ("x-hwtasks-facade" = json!(Facade {
            service: "dcs",
            method: "list_v1",
            project: "project_id"
        })),
        ("x-hwtasks-pagination" = json!(Pagination {
            position: "start",
            size: "limit",
            items: "tasks",
            id: None,
            count: Some("task_count"),
            only_item: &[]
        })),
        ("x-hwtasks-time-window" = json!(TimeWindow {
            lower: "beginTime",
            upper: "endTime"
        })),
        ("x-hwtasks-waiter" = json!(Waiter {
            id: "id",
            status: "status",
            name: "name",
            started: "created_at",
            success: &[],
            failure: &[],
            show: None
        })),
    ),
)]
#[deprecated = "withdrawn in 2019; use ListDcsTasks"]
#[expect(
    dead_code,
    reason = "utoipa reads the attribute; nothing calls the function"
)]
fn list_dcs_tasks_v1() {}

/// List the background tasks of a DCS instance
///
/// Lists the background tasks of a DCS instance, one page at a time. `offset` counts tasks from 0.
/// The order and whether the count is a total are not documented. Requires the permission
/// `dcs:instance:getBackgroundTask`.
///
/// The request in the documents, with the corrected name of `start_time`: `GET
/// https://{dcs_endpoint}/v2/a4d31cb6-3d72-4fdc-8ec9-6e3a41e47f71/instances/5560df16-cebf-4473-95c4-d1b573c16e79/tasks?offset=0&limit=10&start_time=20200609160000&end_time=20200617155959`
#[utoipa::path(
    get,
    path = "/v2/{project_id}/instances/{instance_id}/tasks",
    operation_id = "ListDcsTasks",
    tag = "DCS",
    params(InstancePath, ListDcsTasksQuery),
    responses(DcsList),
    extensions(
        ("x-huaweicloud-api" = json!("ListBackgroundTask")),
        ("x-hwtasks-facade" = json!(Facade {
            service: "dcs",
            method: "list",
            project: "project_id"
        })),
        ("x-hwtasks-pagination" = json!(Pagination {
            position: "offset",
            size: "limit",
            items: "tasks",
            id: None,
            count: Some("task_count"),
            only_item: &["status", "created_at", "updated_at"]
        })),
        ("x-hwtasks-time-window" = json!(TimeWindow {
            lower: "start_time",
            upper: "end_time"
        })),
        ("x-hwtasks-waiter" = json!(Waiter {
            id: "id",
            status: "status",
            name: "name",
            started: "created_at",
            success: &["SUCCESS"],
            failure: &["FAILED", "CANCELLED", "DELETED"],
            show: None
        })),
    ),
)]
#[expect(
    dead_code,
    reason = "utoipa reads the attribute; nothing calls the function"
)]
fn list_dcs_tasks() {}

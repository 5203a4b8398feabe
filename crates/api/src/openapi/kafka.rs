//! The document of the two Kafka operations.

use utoipa::OpenApi;

use super::components::Shared;
use super::contract::{Facade, Pagination, TimeWindow, Waiter};
use super::external_docs::Links;
use super::responses::{KAFKA, KafkaList, KafkaShow};
use super::security::Security;
use crate::kafka::{KafkaTaskList, ListKafkaTasksQuery};
use crate::{CompactTime, ErrorResponse, InstancePath, TaskPath};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Background tasks of Distributed Message Service (DMS) for Kafka",
        description = "Unofficial description. Lists and shows the background tasks of a Kafka instance, such as changes of \
            public access, retention, topics or configuration. Read-only.\n\n\
            The official documents contradict themselves in places; \
            https://github.com/hwtasks/hwtasks/blob/main/spec/QUIRKS.md lists the contradictions \
            and the choices made here.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0"),
        contact(name = "hwtasks", url = "https://github.com/hwtasks/hwtasks"),
    ),
    servers((
        url = "https://dms.{region}.myhuaweicloud.com",
        description = "DMS of one region. `region` is the region of the instance.",
        variables(("region" = (default = "cn-north-4")))
    )),
    tags((name = "Kafka", description = "Distributed Message Service for Kafka")),
    paths(list_kafka_tasks, show_kafka_task),
    components(schemas(CompactTime, ErrorResponse, KafkaTaskList)),
    modifiers(&Security, &SHARED, &LINKS),
)]
pub(super) struct Document;

const SHARED: Shared = Shared(&[KAFKA]);

/// Official page of each operation.
const LINKS: Links = Links(&[
    (
        "ListKafkaTasks",
        "https://support.huaweicloud.com/intl/en-us/api-kafka/ListBackgroundTasks.html",
    ),
    (
        "ShowKafkaTask",
        "https://support.huaweicloud.com/intl/en-us/api-kafka/ShowBackgroundTask.html",
    ),
]);

/// List the background tasks of a Kafka instance
///
/// Lists the background tasks of a Kafka instance, one page at a time. `start` counts tasks from 1.
/// The same path also serves RabbitMQ and RocketMQ instances, with the same body. Requires the
/// permission `dms:instance:getBackgroundTask`.
///
/// The request in the document: `GET
/// https://{endpoint}/v2/{project_id}/instances/{instance_id}/tasks?start={start}&limit={limit}&begin_time={begin_time}&end_time={end_time}`
#[utoipa::path(
    get,
    path = "/v2/{project_id}/instances/{instance_id}/tasks",
    operation_id = "ListKafkaTasks",
    tag = "Kafka",
    params(InstancePath, ListKafkaTasksQuery),
    responses(KafkaList),
    extensions(
        ("x-huaweicloud-api" = json!("ListBackgroundTasks")),
        ("x-hwtasks-facade" = json!(Facade {
            service: "kafka",
            method: "list",
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
            lower: "begin_time",
            upper: "end_time"
        })),
        ("x-hwtasks-waiter" = json!(Waiter {
            id: "id",
            status: "status",
            name: "name",
            started: "created_at",
            success: &["SUCCESS"],
            failure: &["FAILED", "CANCELLED", "DELETED"],
            show: Some("ShowKafkaTask")
        })),
    ),
)]
#[expect(
    dead_code,
    reason = "utoipa reads the attribute; nothing calls the function"
)]
fn list_kafka_tasks() {}

/// Show a background task of a Kafka instance
///
/// Shows the task with this ID, as a list that holds one task. If no task has this ID, the service
/// may respond with status 400 and the code `DMS.00400070`. Requires the permission
/// `dms:instance:getBackgroundTask`.
///
/// The request in the document: `GET
/// https://{endpoint}/v2/{project_id}/instances/{instance_id}/tasks/{task_id}`
#[utoipa::path(
    get,
    path = "/v2/{project_id}/instances/{instance_id}/tasks/{task_id}",
    operation_id = "ShowKafkaTask",
    tag = "Kafka",
    params(TaskPath),
    responses(KafkaShow),
    extensions(
        ("x-huaweicloud-api" = json!("ShowBackgroundTask")),
        ("x-hwtasks-facade" = json!(Facade {
            service: "kafka",
            method: "show",
            project: "project_id"
        })),
    ),
)]
#[expect(
    dead_code,
    reason = "utoipa reads the attribute; nothing calls the function"
)]
fn show_kafka_task() {}

//! The two Kafka operations.

use utoipa::OpenApi;

use super::responses::{KafkaList, KafkaShow};
use super::security::Security;
use crate::kafka::{KafkaTaskList, ListKafkaTasksQuery};
use crate::{CompactTime, ErrorResponse, InstancePath, TaskPath};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Background tasks of Distributed Message Service (DMS) for Kafka",
        description = "What happens in the background to a Kafka instance: public access, \
            retention, topics, configuration. Read-only.\n\nEmitted from annotated Rust types by \
            `cargo xtask gen spec`. Where the official documents contradict themselves, \
            `spec/QUIRKS.md` of the repository says what was chosen.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0"),
        contact(name = "hwtasks", url = "https://github.com/hwtasks/hwtasks"),
    ),
    servers((
        url = "https://dms.{region}.myhuaweicloud.com",
        description = "DMS of one region",
        variables(("region" = (default = "cn-north-4", description = "Region of the instance")))
    )),
    tags((name = "Kafka", description = "Distributed Message Service for Kafka")),
    paths(list_kafka_tasks, show_kafka_task),
    components(schemas(CompactTime, ErrorResponse, KafkaTaskList)),
    modifiers(&Security),
)]
pub(super) struct Document;

/// List the background tasks of an instance
///
/// Lists what happened in the background to a Kafka instance, a page at a time: `start` counts tasks
/// from 1. The same path answers for RabbitMQ and RocketMQ instances, in the same form. Needs the permission
/// `dms:instance:getBackgroundTask`.
///
/// Request as the document shows it: `GET
/// https://{endpoint}/v2/{project_id}/instances/{instance_id}/tasks?start={start}&limit={limit}&begin_time={begin_time}&end_time={end_time}`
#[utoipa::path(
    get,
    path = "/v2/{project_id}/instances/{instance_id}/tasks",
    operation_id = "ListKafkaTasks",
    tag = "Kafka",
    params(InstancePath, ListKafkaTasksQuery),
    responses(KafkaList),
    extensions(("x-huaweicloud-api" = json!("ListBackgroundTasks"))),
)]
#[expect(
    dead_code,
    reason = "utoipa reads the attribute; nothing calls the function"
)]
fn list_kafka_tasks() {}

/// Show one background task of an instance
///
/// Shows the task with this ID, as a list of one. Needs the permission
/// `dms:instance:getBackgroundTask`.
///
/// Request as the document shows it: `GET
/// https://{endpoint}/v2/{project_id}/instances/{instance_id}/tasks/{task_id}`
#[utoipa::path(
    get,
    path = "/v2/{project_id}/instances/{instance_id}/tasks/{task_id}",
    operation_id = "ShowKafkaTask",
    tag = "Kafka",
    params(TaskPath),
    responses(KafkaShow),
    extensions(("x-huaweicloud-api" = json!("ShowBackgroundTask"))),
)]
#[expect(
    dead_code,
    reason = "utoipa reads the attribute; nothing calls the function"
)]
fn show_kafka_task() {}

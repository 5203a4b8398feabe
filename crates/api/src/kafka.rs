//! Bodies and query parameters of the two Kafka operations (Distributed Message Service, DMS).

use serde::{Deserialize, Serialize};

use crate::body::{OtherMembers, body};
use crate::{CompactTime, TaskCount, TaskName, TaskStatus, Timestamp};

/// Page of background tasks of a Kafka instance. The show operation returns a list with one task.
#[derive(Clone, Default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct KafkaTaskList {
    /// Number of tasks that the service counted. In the example it is 4 while the page holds 2 tasks, so it is not the size of the page.
    pub task_count: Option<TaskCount>,
    /// The tasks of this page.
    pub tasks: Vec<KafkaTask>,
    #[cfg_attr(feature = "openapi", schema(ignore))]
    #[cfg_attr(feature = "json-schema", schemars(skip))]
    other: OtherMembers,
}

body!(KafkaTaskList { task_count, tasks });

impl KafkaTaskList {
    /// Creates a list of these tasks, with a `task_count` that is a string as in the documents.
    pub fn new(tasks: Vec<KafkaTask>) -> Self {
        let task_count = Some(TaskCount::from(tasks.len().to_string()));
        Self {
            task_count,
            tasks,
            ..Self::default()
        }
    }
}

/// One background task of a Kafka instance.
#[derive(Clone, Default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct KafkaTask {
    /// ID of the task.
    #[cfg_attr(
        feature = "openapi",
        schema(examples("8abfa7b272adc5b40172b73130065ae7"))
    )]
    pub id: String,
    /// Kind of the task. The documents list no values. Examples and other clients show
    /// `modifyAutoTopic`, `changeRetentionPolicy`, `bindInstancePublicIp`,
    /// `unbindInstancePublicIp` and `kafkaConfigModify`.
    pub name: Option<TaskName>,
    /// Name of the user who started the task.
    pub user_name: Option<String>,
    /// ID of the user who started the task.
    pub user_id: Option<String>,
    /// Parameters of the task. The examples show JSON as text; the documents do not mention it.
    pub params: Option<String>,
    /// State of the task: `CREATED`, `SUCCESS`, `FAILED`, `DELETED`, `EXECUTING` or `CANCELLED`.
    pub status: Option<TaskStatus>,
    /// When the task started.
    pub created_at: Option<Timestamp>,
    /// When the task ended. Also set while it is still running.
    pub updated_at: Option<Timestamp>,
    #[cfg_attr(feature = "openapi", schema(ignore))]
    #[cfg_attr(feature = "json-schema", schemars(skip))]
    other: OtherMembers,
}

body!(KafkaTask {
    id,
    name,
    user_name,
    user_id,
    params,
    status,
    created_at,
    updated_at
});

impl KafkaTask {
    /// Creates a task with this ID and no other field.
    pub fn new(id: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            ..Self::default()
        }
    }
}

/// Query parameters of the Kafka list: the page and the time window.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
#[cfg_attr(feature = "openapi", into_params(parameter_in = Query))]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
pub struct ListKafkaTasksQuery {
    /// Position of the first task of the page, counted from 1. The document calls it the number of
    /// the task, and an older English page the ID of the task. It is a position, not an ID. No
    /// default is documented; 1 is assumed, as in DCS V1.0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(
        feature = "openapi",
        param(minimum = 1, default = 1, example = 1, nullable = false)
    )]
    pub start: Option<u32>,
    /// Maximum number of tasks in the page. Neither range nor default is documented. The range is
    /// taken from the documentation of RabbitMQ, the default from DCS.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(
        feature = "openapi",
        param(
            minimum = 1,
            maximum = 100,
            default = 10,
            example = 10,
            nullable = false
        )
    )]
    pub limit: Option<u32>,
    /// Start of the time window. The document gives no time zone; UTC is assumed, as in DCS.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(
        feature = "openapi",
        param(example = "20200515000000", nullable = false)
    )]
    pub begin_time: Option<CompactTime>,
    /// End of the time window. The document gives no time zone; UTC is assumed, as in DCS.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(
        feature = "openapi",
        param(example = "20200515235959", nullable = false)
    )]
    pub end_time: Option<CompactTime>,
}

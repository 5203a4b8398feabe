//! Distributed Message Service (DMS) for Kafka: the body of its two operations, and the query of
//! the list.

use serde::{Deserialize, Serialize};

use crate::scalar::convert::{self, object_body};
use crate::{CompactTime, TaskCount, TaskName, TaskStatus, Timestamp};

/// Background tasks of one Kafka instance. Asking for one task answers with a list of one.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct KafkaTaskList {
    /// How many tasks the service counted: the example counts 4 and shows 2, so not this page's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task_count: Option<TaskCount>,
    /// The tasks of this page.
    pub tasks: Vec<KafkaTask>,
}

object_body! {
    KafkaTaskList {
        task_count: Option<TaskCount>,
        #[serde(deserialize_with = "convert::objects")]
        tasks: Vec<KafkaTask>,
    }
}

impl KafkaTaskList {
    /// A list of these tasks that counts them, as a string like the documents'.
    pub fn new(tasks: Vec<KafkaTask>) -> Self {
        let task_count = Some(TaskCount::from(tasks.len().to_string()));
        Self { task_count, tasks }
    }
}

/// One background task of a Kafka instance.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct KafkaTask {
    /// Identifies the task.
    #[serde(deserialize_with = "convert::text")]
    #[cfg_attr(
        feature = "openapi",
        schema(examples("8abfa7b272adc5b40172b73130065ae7"))
    )]
    pub id: String,
    /// What the task does. The documents list no values.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<TaskName>,
    /// Name of the user who started the task.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "convert::text_or_null"
    )]
    pub user_name: Option<String>,
    /// ID of the user who started the task.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "convert::text_or_null"
    )]
    pub user_id: Option<String>,
    /// Parameters of the task: JSON as text, though no document says so.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "convert::text_or_null"
    )]
    pub params: Option<String>,
    /// State of the task.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<TaskStatus>,
    /// When the task started.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Timestamp>,
    /// When the task ended; set while it is still running, too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<Timestamp>,
}

impl KafkaTask {
    /// A task of which only the ID is known.
    pub fn new(id: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            ..Self::default()
        }
    }
}

/// Query of the Kafka list: which page of which time window.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
#[cfg_attr(feature = "openapi", into_params(parameter_in = Query))]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
pub struct ListKafkaTasksQuery {
    /// Number of the first task of the page, counted from 1. The document says "number of the
    /// task", an older English page "ID of the task"; it is a position, not an ID, and so
    /// Terraform's provider uses it. No default is documented: that of DCS is assumed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(
        feature = "openapi",
        param(minimum = 1, default = 1, example = 1, nullable = false)
    )]
    pub start: Option<u32>,
    /// How many tasks the page may hold. Neither range nor default is documented: the range is that
    /// of the sister page for RabbitMQ, the default that of DCS.
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
    /// Lower bound of the time window. The document names no time zone; UTC is assumed, as in DCS.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(
        feature = "openapi",
        param(example = "20200515000000", nullable = false)
    )]
    pub begin_time: Option<CompactTime>,
    /// Upper bound of the time window. The document names no time zone; UTC is assumed, as in DCS.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(
        feature = "openapi",
        param(example = "20200515235959", nullable = false)
    )]
    pub end_time: Option<CompactTime>,
}

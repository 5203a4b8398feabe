//! DCS V1.0: a document of 2018, withdrawn in 2019, and in no official SDK.

use serde::{Deserialize, Serialize};

use crate::scalar::convert::{self, object_body};
use crate::{Capacity, CompactTime, ErrorCode, TaskCount, TaskName, TaskStatus, Timestamp};

/// Background tasks of one DCS instance, as V1.0 lists them.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct DcsTaskListV1 {
    /// The tasks of this page. The document types the field as a string; its example is an array.
    pub tasks: Vec<DcsTaskV1>,
    /// How many tasks the service counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task_count: Option<TaskCount>,
}

object_body! {
    DcsTaskListV1 {
        #[serde(deserialize_with = "convert::objects")]
        tasks: Vec<DcsTaskV1>,
        task_count: Option<TaskCount>,
    }
}

impl DcsTaskListV1 {
    /// A list of these tasks that counts them, as a string like the document's.
    pub fn new(tasks: Vec<DcsTaskV1>) -> Self {
        let task_count = Some(TaskCount::from(tasks.len().to_string()));
        Self { tasks, task_count }
    }
}

/// One background task of a DCS instance, as V1.0 shows it. `""` stands for "not applicable".
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct DcsTaskV1 {
    /// Identifies the task.
    #[serde(deserialize_with = "convert::text")]
    pub id: String,
    /// What the task does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<TaskName>,
    /// What the document calls instance information; V2 calls the same field the parameters of the
    /// task.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "convert::text_or_null"
    )]
    pub params: Option<String>,
    /// State of the task, which the document calls its result. No values are listed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<TaskStatus>,
    /// Name of the tenant (V2: of the user).
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "convert::text_or_null"
    )]
    pub user_name: Option<String>,
    /// ID of the tenant (V2: of the user).
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "convert::text_or_null"
    )]
    pub user_id: Option<String>,
    /// Error code of a task that failed. V1.0 only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error_code: Option<ErrorCode>,
    /// When the task was created.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Timestamp>,
    /// When the task ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<Timestamp>,
    /// Capacity before the change, in gigabytes; `""` unless the specification changes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub old_capacity: Option<Capacity>,
    /// Capacity after the change, in gigabytes; `""` unless the specification changes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub new_capacity: Option<Capacity>,
}

impl DcsTaskV1 {
    /// A task of which only the ID is known.
    pub fn new(id: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            ..Self::default()
        }
    }
}

/// Query of the V1.0 list: which page of which time window.
///
/// The document shows the four names in the URI and explains none of them; what they mean is taken
/// from the list of backups of the same version.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
#[cfg_attr(feature = "openapi", into_params(parameter_in = Query))]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
pub struct ListDcsTasksV1Query {
    /// Number of the first task of the page, counted from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(
        feature = "openapi",
        param(minimum = 1, default = 1, example = 1, nullable = false)
    )]
    pub start: Option<u32>,
    /// How many tasks the page may hold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(
        feature = "openapi",
        param(minimum = 1, default = 10, example = 10, nullable = false)
    )]
    pub limit: Option<u32>,
    /// Lower bound of the time window. The document names no time zone; UTC is assumed, as in V2.
    #[serde(rename = "beginTime", default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(
        feature = "openapi",
        param(example = "20181122000000", nullable = false)
    )]
    pub begin_time: Option<CompactTime>,
    /// Upper bound of the time window. The document names no time zone; UTC is assumed, as in V2.
    #[serde(rename = "endTime", default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(
        feature = "openapi",
        param(example = "20181122235959", nullable = false)
    )]
    pub end_time: Option<CompactTime>,
}

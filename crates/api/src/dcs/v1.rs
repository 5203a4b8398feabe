//! Bodies and query parameters of DCS V1.0, documented in 2018 and withdrawn in 2019.

use serde::{Deserialize, Serialize};

use crate::body::{OtherMembers, body};
use crate::{Capacity, CompactTime, ErrorCode, TaskCount, TaskName, TaskStatus, Timestamp};

/// Page of background tasks of a DCS instance, from V1.0.
#[derive(Clone, Default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct DcsTaskListV1 {
    /// The tasks of this page. The document gives the type as a string; its example shows an array.
    pub tasks: Vec<DcsTaskV1>,
    /// Number of tasks that the service counted.
    pub task_count: Option<TaskCount>,
    #[cfg_attr(feature = "openapi", schema(ignore))]
    #[cfg_attr(feature = "json-schema", schemars(skip))]
    other: OtherMembers,
}

body!(DcsTaskListV1 { tasks, task_count });

impl DcsTaskListV1 {
    /// Creates a list of these tasks, with a `task_count` that is a string as in the document.
    pub fn new(tasks: Vec<DcsTaskV1>) -> Self {
        let task_count = Some(TaskCount::from(tasks.len().to_string()));
        Self {
            tasks,
            task_count,
            ..Self::default()
        }
    }
}

/// One background task of a DCS instance, from V1.0. `""` means "not applicable".
#[derive(Clone, Default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct DcsTaskV1 {
    /// ID of the task.
    pub id: String,
    /// Kind of the task. The document lists no values.
    pub name: Option<TaskName>,
    /// Information about the instance. V2 describes the same field as the parameters of the task.
    pub params: Option<String>,
    /// State of the task. The document calls it the result of the task and lists no values.
    pub status: Option<TaskStatus>,
    /// Name of the tenant. In V2, this is the name of the user.
    pub user_name: Option<String>,
    /// ID of the tenant. In V2, this is the ID of the user.
    pub user_id: Option<String>,
    /// Error code of a failed task. Only V1.0 documents it.
    pub error_code: Option<ErrorCode>,
    /// When the task was created.
    pub created_at: Option<Timestamp>,
    /// When the task ended.
    pub updated_at: Option<Timestamp>,
    /// Capacity before the change, in gigabytes. `""` unless the specification changes.
    pub old_capacity: Option<Capacity>,
    /// Capacity after the change, in gigabytes. `""` unless the specification changes.
    pub new_capacity: Option<Capacity>,
    #[cfg_attr(feature = "openapi", schema(ignore))]
    #[cfg_attr(feature = "json-schema", schemars(skip))]
    other: OtherMembers,
}

body!(DcsTaskV1 {
    id,
    name,
    params,
    status,
    user_name,
    user_id,
    error_code,
    created_at,
    updated_at,
    old_capacity,
    new_capacity
});

impl DcsTaskV1 {
    /// Creates a task with this ID and no other field.
    pub fn new(id: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            ..Self::default()
        }
    }
}

/// Query parameters of the V1.0 list: the page and the time window.
///
/// The document shows the four names in the URI and describes none of them. Their meaning is taken
/// from the operation that lists backups in the same version.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
#[cfg_attr(feature = "openapi", into_params(parameter_in = Query))]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
pub struct ListDcsTasksV1Query {
    /// Position of the first task of the page, counted from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(
        feature = "openapi",
        param(minimum = 1, default = 1, example = 1, nullable = false)
    )]
    pub start: Option<u32>,
    /// Maximum number of tasks in the page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(
        feature = "openapi",
        param(minimum = 1, default = 10, example = 10, nullable = false)
    )]
    pub limit: Option<u32>,
    /// Start of the time window. The document gives no time zone; UTC is assumed, as in V2.
    #[serde(rename = "beginTime", default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(
        feature = "openapi",
        param(example = "20181122000000", nullable = false)
    )]
    pub begin_time: Option<CompactTime>,
    /// End of the time window. The document gives no time zone; UTC is assumed, as in V2.
    #[serde(rename = "endTime", default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(
        feature = "openapi",
        param(example = "20181122235959", nullable = false)
    )]
    pub end_time: Option<CompactTime>,
}

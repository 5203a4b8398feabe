//! Bodies and query parameters of the two list operations of Distributed Cache Service (DCS).

use serde::{Deserialize, Serialize};

use crate::body::{OtherMembers, body};
use crate::{CompactTime, Task as _, TaskCount, TaskName, TaskStatus, Timestamp};

mod details;
mod v1;

pub use details::DetailsBody;
#[cfg(feature = "openapi")]
pub(crate) use details::{MISSPELLED, MISSPELLED_DESCRIPTION};
pub use v1::{DcsTaskListV1, DcsTaskV1, ListDcsTasksV1Query};

/// Page of background tasks of a DCS instance.
#[derive(Clone, Default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct DcsTaskList {
    /// Number of tasks that the service counted. Whether this is the total or the size of the page is not documented.
    pub task_count: Option<TaskCount>,
    /// The tasks of this page.
    pub tasks: Vec<DcsTask>,
    /// State of the only task. The English document and both examples place it here, beside `tasks`.
    pub status: Option<TaskStatus>,
    /// When the only task started. The same documents place it here.
    pub created_at: Option<Timestamp>,
    /// When the only task ended. The same documents place it here.
    pub updated_at: Option<Timestamp>,
    #[cfg_attr(feature = "openapi", schema(ignore))]
    #[cfg_attr(feature = "json-schema", schemars(skip))]
    other: OtherMembers,
}

body!(DcsTaskList {
    task_count,
    tasks,
    status,
    created_at,
    updated_at
});

impl DcsTaskList {
    /// Creates a list of these tasks, with a `task_count` that is a number.
    pub fn new(tasks: Vec<DcsTask>) -> Self {
        let task_count = Some(TaskCount::from(tasks.len() as u64));
        Self {
            task_count,
            tasks,
            ..Self::default()
        }
    }

    /// Copies the status and times beside `tasks` into the only task, where the task has none.
    ///
    /// Does nothing unless the list holds exactly one task: otherwise it is unknown which task the
    /// values belong to.
    ///
    /// ```
    /// use hwtasks_api::TaskStatus;
    /// use hwtasks_api::dcs::DcsTaskList;
    /// use hwtasks_api::examples::DCS_LIST_EN;
    ///
    /// let mut list: DcsTaskList = serde_json::from_str(DCS_LIST_EN.body)?;
    /// assert_eq!(list.tasks[0].status, None);
    /// list.fill_only_task();
    /// assert_eq!(list.tasks[0].status, Some(TaskStatus::Success));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn fill_only_task(&mut self) {
        let [task] = self.tasks.as_mut_slice() else {
            return;
        };
        if task.status().is_none() {
            task.status.clone_from(&self.status);
        }
        if task.created_at().is_none() {
            task.created_at.clone_from(&self.created_at);
        }
        if task.updated_at().is_none() {
            task.updated_at.clone_from(&self.updated_at);
        }
    }
}

/// One background task of a DCS instance.
#[derive(Clone, Default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct DcsTask {
    /// ID of the task.
    #[cfg_attr(
        feature = "openapi",
        schema(examples("8abf6e1e72c12e7c0172c15b508500aa"))
    )]
    pub id: String,
    /// Kind of the task. The documents list `ChangeInstanceSpec`, `BindEip`, `UnBindEip`,
    /// `AddReplica`, `DelReplica`, `AddWhitelist`, `UpdatePort` and `RemoveIpFromDns`; newer pages add
    /// `EXTEND`, `masterStandbySwapJob` and `modify`.
    pub name: Option<TaskName>,
    /// Name of the user who started the task.
    pub user_name: Option<String>,
    /// ID of the user who started the task.
    pub user_id: Option<String>,
    /// Parameters of the task, as text.
    pub params: Option<String>,
    /// Values that the task changes.
    pub details: Option<DetailsBody>,
    /// State of the task: `SUCCESS`, `FAILED`, `EXECUTING`, `CREATED` or `WAITING`.
    pub status: Option<TaskStatus>,
    /// When the task started.
    pub created_at: Option<Timestamp>,
    /// When the task ended.
    pub updated_at: Option<Timestamp>,
    /// Whether the service can show the progress of the task step by step. Newer API definitions only.
    pub enable_show: Option<bool>,
    #[cfg_attr(feature = "openapi", schema(ignore))]
    #[cfg_attr(feature = "json-schema", schemars(skip))]
    other: OtherMembers,
}

body!(DcsTask {
    id,
    name,
    user_name,
    user_id,
    params,
    details,
    status,
    created_at,
    updated_at,
    enable_show
});

impl DcsTask {
    /// Creates a task with this ID and no other field.
    pub fn new(id: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            ..Self::default()
        }
    }
}

/// Query parameters of the V2 list: the page and the time window.
///
/// ```
/// use hwtasks_api::dcs::ListDcsTasksQuery;
///
/// let query = ListDcsTasksQuery {
///     start_time: Some("20200609160000".parse()?),
///     limit: Some(100),
///     ..Default::default()
/// };
/// # Ok::<(), hwtasks_api::TimeError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
#[cfg_attr(feature = "openapi", into_params(parameter_in = Query))]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
pub struct ListDcsTasksQuery {
    /// Number of tasks to skip: with 3, the page starts at the fourth task.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(
        feature = "openapi",
        param(minimum = 0, default = 0, example = 0, nullable = false)
    )]
    pub offset: Option<u32>,
    /// Maximum number of tasks in the page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(
        feature = "openapi",
        param(
            minimum = 1,
            maximum = 1000,
            default = 10,
            example = 10,
            nullable = false
        )
    )]
    pub limit: Option<u32>,
    /// Start of the time window, in UTC. The table of the document names the parameter `start_time`,
    /// its request example `begin_time`. The table is right.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(
        feature = "openapi",
        param(example = "20200609160000", nullable = false)
    )]
    pub start_time: Option<CompactTime>,
    /// End of the time window, in UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(
        feature = "openapi",
        param(example = "20200617155959", nullable = false)
    )]
    pub end_time: Option<CompactTime>,
}

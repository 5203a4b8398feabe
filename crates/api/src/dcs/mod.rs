//! Distributed Cache Service (DCS): the bodies and queries of its two list operations.

use serde::{Deserialize, Serialize};

use crate::scalar::convert::{self, object_body};
use crate::{CompactTime, Task as _, TaskCount, TaskName, TaskStatus, Timestamp};

mod details;
mod v1;

pub use details::DetailsBody;
pub use v1::{DcsTaskListV1, DcsTaskV1, ListDcsTasksV1Query};

/// Background tasks of one DCS instance.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct DcsTaskList {
    /// How many tasks the service counted. Whether this is the total or the size of the page is not documented.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task_count: Option<TaskCount>,
    /// The tasks of this page.
    pub tasks: Vec<DcsTask>,
    /// State of the task, which the English document and both examples show here, beside `tasks`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<TaskStatus>,
    /// When the task started, shown beside `tasks` by the same documents.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Timestamp>,
    /// When the task ended, shown beside `tasks` by the same documents.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<Timestamp>,
}

object_body! {
    DcsTaskList {
        task_count: Option<TaskCount>,
        #[serde(deserialize_with = "convert::objects")]
        tasks: Vec<DcsTask>,
        status: Option<TaskStatus>,
        created_at: Option<Timestamp>,
        updated_at: Option<Timestamp>,
    }
}

impl DcsTaskList {
    /// A list of these tasks that counts them.
    pub fn new(tasks: Vec<DcsTask>) -> Self {
        let task_count = Some(TaskCount::from(tasks.len() as u64));
        Self {
            task_count,
            tasks,
            ..Self::default()
        }
    }

    /// Gives the only task of the list the state and times that stand beside `tasks`, where it has
    /// none of its own. With more tasks than one, or none, nobody knows whose they are.
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
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct DcsTask {
    /// Identifies the task.
    #[serde(deserialize_with = "convert::text")]
    #[cfg_attr(
        feature = "openapi",
        schema(examples("8abf6e1e72c12e7c0172c15b508500aa"))
    )]
    pub id: String,
    /// What the task does.
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
    /// Parameters of the task, as text.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "convert::text_or_null"
    )]
    pub params: Option<String>,
    /// What the task changes.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "details::details_or_null"
    )]
    pub details: Option<DetailsBody>,
    /// State of the task.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<TaskStatus>,
    /// When the task started.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Timestamp>,
    /// When the task ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<Timestamp>,
    /// Whether the progress of the task can be looked at step by step. Newer definitions only.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "convert::boolean_or_null"
    )]
    pub enable_show: Option<bool>,
}

impl DcsTask {
    /// A task of which only the ID is known.
    pub fn new(id: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            ..Self::default()
        }
    }
}

/// Query of the V2 list: which page of which time window.
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
    /// How many tasks to skip: 3 starts the page at the fourth task.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(
        feature = "openapi",
        param(minimum = 0, default = 0, example = 0, nullable = false)
    )]
    pub offset: Option<u32>,
    /// How many tasks the page may hold.
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
    /// Lower bound of the time window, in UTC. The request example of the document says
    /// `begin_time`, its table `start_time`; the table is right.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(
        feature = "openapi",
        param(example = "20200609160000", nullable = false)
    )]
    pub start_time: Option<CompactTime>,
    /// Upper bound of the time window, in UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(
        feature = "openapi",
        param(example = "20200617155959", nullable = false)
    )]
    pub end_time: Option<CompactTime>,
}

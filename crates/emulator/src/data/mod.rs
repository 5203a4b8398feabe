//! The format of a data file, and of tasks in the control API.

use std::fmt;

use hwtasks_api::dcs::{DcsTask, DetailsBody};
use hwtasks_api::kafka::KafkaTask;
use hwtasks_api::{TaskName, TaskStatus};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::instances::InstanceAttributes;
use crate::progress::{Outcome, Progress};
use crate::quirks::Quirks;

mod check;
mod default;
mod fleet;
mod load;
mod object;

#[cfg(feature = "program")]
pub(crate) use load::load_standard_input;
pub(crate) use load::without_mark;
pub use load::{DataError, load};
pub(crate) use object::Object;

/// The content of a data file: the instances of both services and their tasks.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Data {
    /// The progress of tasks without their own `status` and `progress`.
    pub progress: Progress,
    /// Response forms that contradict the tables of the official documents.
    pub quirks: Quirks,
    /// The DCS instances.
    pub dcs: Vec<DcsInstanceData>,
    /// The Kafka instances.
    pub kafka: Vec<KafkaInstanceData>,
}

/// A DCS instance.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DcsInstanceData {
    /// The instance ID, unique among the DCS instances.
    pub instance_id: String,
    /// The attributes that the instance list shows.
    #[serde(default, skip_serializing_if = "InstanceAttributes::is_default")]
    pub attributes: InstanceAttributes,
    /// The tasks, in any order.
    #[serde(default)]
    pub tasks: Vec<DcsTaskData>,
}

/// A Kafka instance, or with another `engine` a RabbitMQ or RocketMQ instance.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct KafkaInstanceData {
    /// The instance ID, unique among the Kafka instances.
    pub instance_id: String,
    /// The attributes that the instance list shows.
    #[serde(default, skip_serializing_if = "InstanceAttributes::is_default")]
    pub attributes: InstanceAttributes,
    /// The tasks, in any order.
    #[serde(default)]
    pub tasks: Vec<KafkaTaskData>,
}

/// A DCS task. Every field is optional.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct DcsTaskData {
    /// The task ID, unique in the instance. Default: generated from the seed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The kind of task, such as EXTEND.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<TaskName>,
    /// The name of the user who started the task.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_name: Option<String>,
    /// The ID of the user who started the task.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
    /// The parameters, as a string.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub params: Option<String>,
    /// The details of the change.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub details: Option<Box<DetailsBody>>,
    /// A fixed status. Without it, the task progresses to `outcome` as `progress` says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<TaskStatus>,
    /// The progress of a task without `status`. Default: the `progress` of the emulator.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub progress: Option<Progress>,
    /// The final state of a task without `status`.
    pub outcome: Outcome,
    /// The start time. Default: the time when the task is added.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_at: Option<DataTime>,
    /// The end time of a task with a `status`. Ignored without one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<DataTime>,
    /// Whether the console can show the steps of the task.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enable_show: Option<bool>,
    /// The error code of a failed task, which only V1.0 shows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_code: Option<String>,
}

/// A Kafka task. Every field is optional.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct KafkaTaskData {
    /// The task ID, unique in the instance. Default: generated from the seed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The kind of task, such as EXTEND.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<TaskName>,
    /// The name of the user who started the task.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_name: Option<String>,
    /// The ID of the user who started the task.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
    /// The parameters: JSON in a string.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub params: Option<String>,
    /// A fixed status. Without it, the task progresses to `outcome` as `progress` says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<TaskStatus>,
    /// The progress of a task without `status`. Default: the `progress` of the emulator.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub progress: Option<Progress>,
    /// The final state of a task without `status`.
    pub outcome: Outcome,
    /// The start time. Default: the time when the task is added.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_at: Option<DataTime>,
    /// The end time of a task with a `status`. Ignored without one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<DataTime>,
}

impl From<DcsTask> for DcsTaskData {
    /// Converts a task of a response. Its status becomes fixed, and an unreadable time is dropped.
    fn from(task: DcsTask) -> Self {
        Self {
            id: Some(task.id),
            name: task.name,
            user_name: task.user_name,
            user_id: task.user_id,
            params: task.params,
            details: task.details.map(Box::new),
            status: task.status,
            created_at: task.created_at.as_ref().and_then(DataTime::from_api),
            updated_at: task.updated_at.as_ref().and_then(DataTime::from_api),
            enable_show: task.enable_show,
            ..Self::default()
        }
    }
}

impl From<KafkaTask> for KafkaTaskData {
    /// Converts a task of a response. Its status becomes fixed, and an unreadable time is dropped.
    fn from(task: KafkaTask) -> Self {
        Self {
            id: Some(task.id),
            name: task.name,
            user_name: task.user_name,
            user_id: task.user_id,
            params: task.params,
            status: task.status,
            created_at: task.created_at.as_ref().and_then(DataTime::from_api),
            updated_at: task.updated_at.as_ref().and_then(DataTime::from_api),
            ..Self::default()
        }
    }
}

/// A point in time with millisecond resolution, written in JSON as RFC 3339.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, JsonSchema)]
pub struct DataTime(
    /// An RFC 3339 time, such as 2020-06-17T08:18:06.597Z.
    #[schemars(with = "String", extend("format" = "date-time"))]
    i64,
);

impl DataTime {
    /// Milliseconds since 1970-01-01 UTC.
    pub fn as_millisecond(self) -> i64 {
        self.0
    }

    pub(crate) fn from_millisecond(millis: i64) -> Self {
        Self(millis)
    }

    fn from_api(time: &hwtasks_api::Timestamp) -> Option<Self> {
        time.get().map(Self::from)
    }

    fn text(self) -> String {
        jiff::Timestamp::from_millisecond(self.0)
            .map_or_else(|_| self.0.to_string(), |time| format!("{time:.3}"))
    }
}

impl From<jiff::Timestamp> for DataTime {
    fn from(time: jiff::Timestamp) -> Self {
        Self(time.as_millisecond())
    }
}

impl fmt::Debug for DataTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text())
    }
}

impl Serialize for DataTime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text())
    }
}

impl<'de> Deserialize<'de> for DataTime {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;

        impl serde::de::Visitor<'_> for Visitor {
            type Value = DataTime;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a time in RFC 3339, such as \"2020-06-17T08:18:06.597Z\"")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<DataTime, E> {
                let time = text.parse::<jiff::Timestamp>().ok();
                let unexpected = serde::de::Unexpected::Str(text);
                time.map(DataTime::from)
                    .ok_or_else(|| E::invalid_value(unexpected, &self))
            }
        }

        deserializer.deserialize_str(Visitor)
    }
}

//! What the emulator can be told to hold: the shapes of a data file and of a task in the control API.

use std::fmt;

use hwtasks_api::dcs::{DcsTask, DetailsBody};
use hwtasks_api::kafka::KafkaTask;
use hwtasks_api::{TaskName, TaskStatus};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::progress::{Outcome, Progress};
use crate::quirks::Quirks;

mod check;
mod default;
mod load;
mod object;

pub use load::{DataError, load};
pub(crate) use object::Object;

/// A data file: the instances of both services and their tasks.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Data {
    /// How tasks without a `status` and without a `progress` of their own reach their end.
    pub progress: Progress,
    /// Which of the documents' odd forms to serve.
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
    /// Its id, unique among the DCS instances.
    pub instance_id: String,
    /// Its tasks, in any order.
    #[serde(default)]
    pub tasks: Vec<DcsTaskData>,
}

/// A Kafka instance.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct KafkaInstanceData {
    /// Its id, unique among the Kafka instances.
    pub instance_id: String,
    /// Its tasks, in any order.
    #[serde(default)]
    pub tasks: Vec<KafkaTaskData>,
}

/// A DCS task. Every field may be left out.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct DcsTaskData {
    /// Unique in the instance. Made from the seed if left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// What the task does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<TaskName>,
    /// Name of the user who started it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_name: Option<String>,
    /// Id of the user who started it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
    /// Its parameters, as text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub params: Option<String>,
    /// What it changes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub details: Option<Box<DetailsBody>>,
    /// Its status, which then stays. Left out, the task moves by `progress` to `outcome`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<TaskStatus>,
    /// How a task without `status` reaches its end; left out, as the emulator's other tasks do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub progress: Option<Progress>,
    /// How a task without `status` ends.
    pub outcome: Outcome,
    /// When it started. Left out: when it is added.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_at: Option<DataTime>,
    /// When it ended; of a task with a `status` only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<DataTime>,
    /// Whether its progress can be looked at step by step.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enable_show: Option<bool>,
    /// Why it failed; V1.0 alone shows it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_code: Option<String>,
}

/// A Kafka task. Every field may be left out.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct KafkaTaskData {
    /// Unique in the instance. Made from the seed if left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// What the task does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<TaskName>,
    /// Name of the user who started it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_name: Option<String>,
    /// Id of the user who started it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
    /// Its parameters: JSON, as text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub params: Option<String>,
    /// Its status, which then stays. Left out, the task moves by `progress` to `outcome`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<TaskStatus>,
    /// How a task without `status` reaches its end; left out, as the emulator's other tasks do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub progress: Option<Progress>,
    /// How a task without `status` ends.
    pub outcome: Outcome,
    /// When it started. Left out: when it is added.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_at: Option<DataTime>,
    /// When it ended; of a task with a `status` only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<DataTime>,
}

impl From<DcsTask> for DcsTaskData {
    /// A task as the service shows it, with the status it has. A time that is none is left out.
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
    /// A task as the service shows it, with the status it has. A time that is none is left out.
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

/// A point in time: RFC 3339 in JSON, kept to the millisecond, which is all that the services show.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, JsonSchema)]
pub struct DataTime(
    /// In RFC 3339, such as 2020-06-17T08:18:06.597Z.
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

//! The [`Task`] trait: the fields that the tasks of all operations share.

use std::any::Any;
use std::fmt;

use crate::dcs::{DcsTask, DcsTaskV1};
use crate::kafka::KafkaTask;
use crate::{TaskName, TaskStatus, Timestamp};

mod sealed {
    pub trait Sealed {}
}

/// The fields that the tasks of all operations share, for code that accepts any task.
///
/// An absent field and an empty one are both `None`: V1.0 writes `""` for an unset value. The trait
/// is sealed; [`DcsTask`], [`DcsTaskV1`] and [`KafkaTask`] implement it.
///
/// ```
/// use hwtasks_api::Task;
/// use hwtasks_api::kafka::KafkaTask;
///
/// fn line(task: &dyn Task) -> String {
///     let state = task.status().map_or("unknown", |status| status.as_str());
///     format!("{} is {state}", task.id())
/// }
///
/// assert_eq!(line(&KafkaTask::new("8abfa7b2")), "8abfa7b2 is unknown");
/// ```
pub trait Task: sealed::Sealed + Any + fmt::Debug + Send + Sync {
    /// ID of the task; `""` in the example of the V1.0 document.
    fn id(&self) -> &str;

    /// Kind of the task, such as `BindEip`.
    fn name(&self) -> Option<&TaskName>;

    /// State of the task, such as `SUCCESS`.
    fn status(&self) -> Option<&TaskStatus>;

    /// Time at which the task started.
    fn created_at(&self) -> Option<&Timestamp>;

    /// Time at which the task ended. Kafka also sets it while the task is still running.
    fn updated_at(&self) -> Option<&Timestamp>;
}

macro_rules! task {
    ($($task:ty),+) => {
        $(
            impl sealed::Sealed for $task {}

            impl Task for $task {
                fn id(&self) -> &str {
                    &self.id
                }

                fn name(&self) -> Option<&TaskName> {
                    self.name.as_ref().filter(|name| !name.as_str().is_empty())
                }

                fn status(&self) -> Option<&TaskStatus> {
                    self.status.as_ref().filter(|status| !status.as_str().is_empty())
                }

                fn created_at(&self) -> Option<&Timestamp> {
                    self.created_at.as_ref().filter(|time| !time.is_unset())
                }

                fn updated_at(&self) -> Option<&Timestamp> {
                    self.updated_at.as_ref().filter(|time| !time.is_unset())
                }
            }
        )+
    };
}

task!(DcsTask, DcsTaskV1, KafkaTask);

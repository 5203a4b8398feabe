//! What the tasks of every operation have in common.

use std::any::Any;
use std::fmt;

use crate::dcs::{DcsTask, DcsTaskV1};
use crate::kafka::KafkaTask;
use crate::{TaskName, TaskStatus, Timestamp};

mod sealed {
    pub trait Sealed {}
}

/// What the tasks of every operation have in common, for code that takes any of them.
///
/// A field that is absent and one that is `""`, by which the V1.0 document means "unset", are both
/// `None`. The trait is sealed: it is implemented by [`DcsTask`], [`DcsTaskV1`] and [`KafkaTask`].
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
    /// Identifies the task; `""` in the V1.0 document's example.
    fn id(&self) -> &str;

    /// What the task does.
    fn name(&self) -> Option<&TaskName>;

    /// How far the task has come.
    fn status(&self) -> Option<&TaskStatus>;

    /// When the task started.
    fn created_at(&self) -> Option<&Timestamp>;

    /// When the task ended; Kafka sets it while the task is still running, too.
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

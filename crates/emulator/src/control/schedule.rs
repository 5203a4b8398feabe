//! Task changes scheduled for just before a later request.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Control, ControlError, typed};
use crate::data::{DcsTaskData, KafkaTaskData};
use crate::operation::Service;
use crate::state::State;

/// A task change that the emulator makes just before a later request.
///
/// In JSON `{"before_request": 2, "service": "kafka", "instance_id": "i", "change": {"delete": {"task_id": "t"}}}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScheduledChange {
    /// The request that the change precedes, counted from now over the operations of both services: 1 is the next.
    pub before_request: u32,
    /// The service.
    pub service: Service,
    /// The instance.
    pub instance_id: String,
    /// The change to make.
    pub change: Change,
    /// Set by the emulator when the change failed; a failed change stays in the list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// A change of an instance's tasks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Change {
    /// Adds a task, as in a data file. Creates the instance if missing.
    Add(Value),
    /// Changes a task by a JSON merge patch of its data.
    Patch {
        /// The task ID.
        task_id: String,
        /// The merge patch (RFC 7386).
        patch: Value,
    },
    /// Deletes a task.
    Delete {
        /// The task ID.
        task_id: String,
    },
}

/// The changes that wait for their request, and those that failed.
#[derive(Debug, Default)]
pub(crate) struct Schedule {
    /// The number of waiting changes; 0 avoids taking the lock.
    waiting: AtomicUsize,
    changes: Mutex<Vec<ScheduledChange>>,
}

impl Schedule {
    /// Counts a request and returns the changes that are due, in the order they were scheduled.
    fn due(&self) -> Vec<ScheduledChange> {
        if self.waiting.load(Ordering::Acquire) == 0 {
            return Vec::new();
        }
        let mut changes = self.changes.lock();
        let mut due = Vec::new();
        changes.retain_mut(|scheduled| {
            if scheduled.error.is_some() {
                return true;
            }
            scheduled.before_request -= 1;
            let is_due = scheduled.before_request == 0;
            if is_due {
                due.push(scheduled.clone());
            }
            !is_due
        });
        self.waiting.store(changes.len(), Ordering::Release);
        due
    }

    fn push(&self, scheduled: ScheduledChange) {
        let mut changes = self.changes.lock();
        changes.push(scheduled);
        self.waiting.store(changes.len(), Ordering::Release);
    }

    pub(crate) fn clear(&self) {
        let mut changes = self.changes.lock();
        changes.clear();
        self.waiting.store(0, Ordering::Release);
    }
}

/// Makes the changes that are due before a request.
pub(crate) fn make_due(state: &Arc<State>) {
    for mut scheduled in state.schedule.due() {
        let control = Control::new(Arc::clone(state));
        if let Err(error) = control.make(&scheduled) {
            scheduled.error = Some(error.to_string());
            state.schedule.push(scheduled);
        }
    }
}

impl Control {
    /// Schedules a task change for just before a later request, so that a test controls what happens between two
    /// requests of a client. A change that fails stays in [`scheduled`](Self::scheduled) with its `error`.
    ///
    /// # Errors
    ///
    /// If `before_request` is 0, `error` is set, or the task to add is not valid task data.
    pub fn schedule(&self, scheduled: ScheduledChange) -> Result<(), ControlError> {
        if scheduled.before_request == 0 {
            return Err(ControlError::InvalidSchedule {
                field: "before_request",
                message: "must be 1 or more; 1 is the next request",
            });
        }
        if scheduled.error.is_some() {
            return Err(ControlError::InvalidSchedule {
                field: "error",
                message: "is set by the emulator and must be absent",
            });
        }
        if let Change::Add(task) = &scheduled.change {
            match scheduled.service {
                Service::Dcs => typed::<DcsTaskData>(task.clone()).map(drop)?,
                Service::Kafka => typed::<KafkaTaskData>(task.clone()).map(drop)?,
            }
        }
        self.state.schedule.push(scheduled);
        Ok(())
    }

    /// The scheduled changes that are still pending or have failed.
    pub fn scheduled(&self) -> Vec<ScheduledChange> {
        self.state.schedule.changes.lock().clone()
    }

    /// Cancels every scheduled change.
    pub fn clear_scheduled(&self) {
        self.state.schedule.clear();
    }

    fn make(&self, scheduled: &ScheduledChange) -> Result<(), ControlError> {
        let (service, instance) = (scheduled.service, scheduled.instance_id.as_str());
        match &scheduled.change {
            Change::Add(task) => match service {
                Service::Dcs => self.add_dcs_task(instance, typed(task.clone())?).map(drop),
                Service::Kafka => self
                    .add_kafka_task(instance, typed(task.clone())?)
                    .map(drop),
            },
            Change::Patch { task_id, patch } => self
                .change_task(service, instance, task_id, patch)
                .map(drop),
            Change::Delete { task_id } => self.delete_task(service, instance, task_id),
        }
    }
}

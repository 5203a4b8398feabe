//! Changes that are made later: just before the request that a test means.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Control, ControlError, typed};
use crate::data::{DcsTaskData, KafkaTaskData};
use crate::operation::Service;
use crate::state::State;

/// A change of an instance's tasks that is made just before a later request.
///
/// In JSON `{"before": 2, "service": "kafka", "instance_id": "i", "change": {"delete": {"task_id": "t"}}}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlannedChange {
    /// Before which request to an operation of either service, counted from now: 1 is the next.
    pub before: u32,
    /// The service.
    pub service: Service,
    /// The instance.
    pub instance_id: String,
    /// What is done.
    pub change: Change,
    /// Why it could not be made when its time came; it stays in the list then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// A change of an instance's tasks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Change {
    /// Adds a task, as in a data file; makes the instance if need be.
    Add(Value),
    /// Changes a task by a JSON merge patch of its data.
    Patch {
        /// The task.
        task_id: String,
        /// The patch.
        patch: Value,
    },
    /// Takes a task out.
    Delete {
        /// The task.
        task_id: String,
    },
}

/// The changes that wait for their request, and those that failed.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    /// Spares the lock when there are none.
    waiting: AtomicUsize,
    changes: Mutex<Vec<PlannedChange>>,
}

impl Plan {
    /// Counts a request, and gives the changes that are due, in the order they were planned.
    fn due(&self) -> Vec<PlannedChange> {
        if self.waiting.load(Ordering::Acquire) == 0 {
            return Vec::new();
        }
        let mut changes = self.changes.lock();
        let mut due = Vec::new();
        changes.retain_mut(|planned| {
            if planned.error.is_some() {
                return true;
            }
            planned.before -= 1;
            let is_due = planned.before == 0;
            if is_due {
                due.push(planned.clone());
            }
            !is_due
        });
        self.waiting.store(changes.len(), Ordering::Release);
        due
    }

    fn push(&self, planned: PlannedChange) {
        let mut changes = self.changes.lock();
        changes.push(planned);
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
    for mut planned in state.plan.due() {
        let control = Control::new(Arc::clone(state));
        if let Err(error) = control.make(&planned) {
            planned.error = Some(error.to_string());
            state.plan.push(planned);
        }
    }
}

impl Control {
    /// Plans a change of tasks for just before a later request, so that a test can tell what happens between two
    /// requests of a client. One that cannot be made when its time comes stays in [`planned`](Self::planned), with the
    /// reason.
    ///
    /// # Errors
    ///
    /// If `before` is 0, `error` is set, or a task to be added is none.
    pub fn plan(&self, planned: PlannedChange) -> Result<(), ControlError> {
        if planned.before == 0 {
            return Err(ControlError::BadPlan {
                field: "before",
                message: "is 0: it must be 1 or more, 1 for the next request",
            });
        }
        if planned.error.is_some() {
            return Err(ControlError::BadPlan {
                field: "error",
                message: "is the emulator's to set",
            });
        }
        if let Change::Add(task) = &planned.change {
            match planned.service {
                Service::Dcs => typed::<DcsTaskData>(task.clone()).map(drop)?,
                Service::Kafka => typed::<KafkaTaskData>(task.clone()).map(drop)?,
            }
        }
        self.state.plan.push(planned);
        Ok(())
    }

    /// The planned changes that are still to be made, and those that could not be.
    pub fn planned(&self) -> Vec<PlannedChange> {
        self.state.plan.changes.lock().clone()
    }

    /// Takes every planned change back.
    pub fn clear_planned(&self) {
        self.state.plan.clear();
    }

    fn make(&self, planned: &PlannedChange) -> Result<(), ControlError> {
        let (service, instance) = (planned.service, planned.instance_id.as_str());
        match &planned.change {
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

//! The handle that changes and inspects a running emulator.

use std::fmt;
use std::sync::Arc;

use jiff::SignedDuration;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::data::{DcsTaskData, KafkaTaskData, Object};
use crate::faults::{Fault, FaultError};
use crate::instances::InstanceAttributes;
use crate::operation::Service;
use crate::progress::Progress;
use crate::quirks::Quirks;
use crate::recorder::RecordedRequest;
use crate::state::State;
use crate::store::{Instance, Store, StoreError};
use crate::task::{Defaults, Task};

mod extract;
mod http;
mod lock;
mod schedule;

pub(crate) use http::router;
pub(crate) use lock::Locks;
pub use schedule::{Change, ScheduledChange};
pub(crate) use schedule::{Schedule, make_due};

/// Changes and inspects a running emulator. The control API under `/_emulator/` does the same over HTTP.
///
/// Clones control the same emulator. A handle stays usable after the emulator has stopped.
#[derive(Clone)]
pub struct Control {
    state: Arc<State>,
}

impl fmt::Debug for Control {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Control").finish_non_exhaustive()
    }
}

/// Why a change was rejected. Nothing was changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ControlError {
    /// The service has no such instance.
    #[error("{service} has no instance {instance:?}")]
    NoInstance {
        /// The service.
        service: Service,
        /// The requested ID.
        instance: String,
    },
    /// The instance has no such task.
    #[error("the instance {instance:?} of {service} has no task {task:?}")]
    NoTask {
        /// The service.
        service: Service,
        /// The instance.
        instance: String,
        /// The requested ID.
        task: String,
    },
    /// The ID of an instance or a task is empty.
    #[error("the ID of {0} is empty")]
    EmptyId(&'static str),
    /// The result of the change is not valid task data: a field is unknown or has the wrong type.
    #[error("invalid task data at {path}: {message}")]
    BadChange {
        /// The JSON path of the field.
        path: String,
        /// The problem with the field.
        message: String,
    },
    /// A field of the scheduled change is invalid.
    #[error("the scheduled change's {field} {message}")]
    InvalidSchedule {
        /// The field.
        field: &'static str,
        /// The problem with the field.
        message: &'static str,
    },
    /// The task was not stored.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// An instance and its number of tasks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct InstanceSummary {
    /// The service.
    pub service: Service,
    /// The instance ID.
    pub instance_id: String,
    /// The number of its tasks.
    pub tasks: usize,
}

impl Control {
    pub(crate) fn new(state: Arc<State>) -> Self {
        Self { state }
    }

    /// Restores the state after the start: tasks, quirks, progress, seeds, the number of refusals that
    /// lock a key, and the system clock. Clears faults, the schedule and recorded requests, and unlocks every key.
    ///
    /// A task whose data has no `created_at` starts again, now. A manual clock keeps its time.
    pub fn reset(&self) {
        self.state.reset();
    }

    /// Sets the seed of the task IDs generated from now on.
    pub fn seed(&self, seed: u64) {
        self.state.ids.set_seed(seed);
    }

    /// Moves the clock of task progress and of the times of new tasks, at most to the first or last time that
    /// [`jiff::Timestamp`] holds. Signatures are checked against another clock.
    pub fn advance(&self, by: SignedDuration) {
        self.state.clock.advance(by);
    }

    /// Sets the progress of tasks without their own `status` and `progress`.
    pub fn set_progress(&self, progress: Progress) {
        self.state.store.write().progress = progress;
    }

    /// The progress of tasks without their own `status` and `progress`.
    pub fn progress(&self) -> Progress {
        self.state.store.read().progress
    }

    /// Sets the quirks.
    pub fn set_quirks(&self, quirks: Quirks) {
        self.state.store.write().quirks = quirks;
    }

    /// The current quirks.
    pub fn quirks(&self) -> Quirks {
        self.state.store.read().quirks
    }

    /// All instances of both services.
    pub fn instances(&self) -> Vec<InstanceSummary> {
        let store = self.state.store.read();
        let of = |service| {
            let instances = store.of(service).iter();
            instances.map(move |(id, instance)| InstanceSummary {
                service,
                instance_id: id.clone(),
                tasks: instance.len(),
            })
        };
        of(Service::Dcs).chain(of(Service::Kafka)).collect()
    }

    /// The attributes of an instance. Fields with a default value are `None`.
    ///
    /// # Errors
    ///
    /// [`ControlError::NoInstance`] if the instance does not exist.
    pub fn instance_attributes(
        &self,
        service: Service,
        instance: &str,
    ) -> Result<InstanceAttributes, ControlError> {
        let store = self.state.store.read();
        let found = store.instance(service, instance);
        let attributes = found.map(|found| found.attributes.clone());
        attributes.ok_or_else(|| no_instance(service, instance))
    }

    /// Replaces the attributes of an instance, creating the instance if missing. Its tasks stay.
    ///
    /// # Errors
    ///
    /// [`ControlError::EmptyId`] if the ID is empty.
    pub fn set_instance_attributes(
        &self,
        service: Service,
        instance: &str,
        attributes: InstanceAttributes,
    ) -> Result<(), ControlError> {
        if instance.is_empty() {
            return Err(ControlError::EmptyId("the instance"));
        }
        let mut store = self.state.store.write();
        store.instance_mut(service, instance).attributes = attributes;
        Ok(())
    }

    /// Deletes an instance and its tasks.
    ///
    /// # Errors
    ///
    /// [`ControlError::NoInstance`] if the instance does not exist.
    pub fn delete_instance(&self, service: Service, instance: &str) -> Result<(), ControlError> {
        let deleted = self.state.store.write().remove(service, instance);
        deleted
            .then_some(())
            .ok_or_else(|| no_instance(service, instance))
    }

    /// Adds a task to a DCS instance, creating the instance if missing. Returns the task ID.
    ///
    /// # Errors
    ///
    /// [`ControlError`] if an ID is empty or the instance already has a task with this ID.
    pub fn add_dcs_task(&self, instance: &str, task: DcsTaskData) -> Result<String, ControlError> {
        self.add(Service::Dcs, instance, |defaults| Task::dcs(task, defaults))
    }

    /// Adds a task to a Kafka instance, creating the instance if missing. Returns the task ID.
    ///
    /// # Errors
    ///
    /// [`ControlError`] if an ID is empty or the instance already has a task with this ID.
    pub fn add_kafka_task(
        &self,
        instance: &str,
        task: KafkaTaskData,
    ) -> Result<String, ControlError> {
        self.add(Service::Kafka, instance, |defaults| {
            Task::kafka(task, defaults)
        })
    }

    /// Deletes a task.
    ///
    /// # Errors
    ///
    /// [`ControlError`] if the instance or the task does not exist.
    pub fn delete_task(
        &self,
        service: Service,
        instance: &str,
        id: &str,
    ) -> Result<(), ControlError> {
        let mut store = self.state.store.write();
        // Find it first: getting a mutable instance copies one that is shared with the pristine store.
        find(&store, service, instance, id)?;
        self.existing(&mut store, service, instance)?.remove(id);
        Ok(())
    }

    /// The task as in a data file. A pending task has no `status`, but its `progress` and `outcome`.
    ///
    /// # Errors
    ///
    /// [`ControlError`] if the instance or the task does not exist.
    pub fn task(&self, service: Service, instance: &str, id: &str) -> Result<Value, ControlError> {
        let store = self.state.store.read();
        let task = find(&store, service, instance, id)?;
        let context = self.state.read_context(&store, false);
        let data = match service {
            Service::Dcs => {
                serde_json::to_value(task.to_dcs_data(context).map_err(StoreError::Json)?)
            }
            Service::Kafka => {
                serde_json::to_value(task.to_kafka_data(context).map_err(StoreError::Json)?)
            }
        };
        Ok(data.map_err(StoreError::Json)?)
    }

    /// Changes a task by a JSON merge patch (RFC 7386) of its data: `{"status": "FAILED"}`, `{"details": null}`.
    ///
    /// A task without a `status` restarts its progress by polls. `{"created_at": null}` restarts its progress by time. Returns
    /// the changed data.
    ///
    /// # Errors
    ///
    /// [`ControlError`] if the instance or the task does not exist, or the result is not valid task data. Nothing is
    /// changed.
    pub fn change_task(
        &self,
        service: Service,
        instance: &str,
        id: &str,
        patch: &Value,
    ) -> Result<Value, ControlError> {
        let mut data = self.task(service, instance, id)?;
        merge(&mut data, patch);
        let new_id = || self.state.ids.hex();
        let defaults = self.defaults(&new_id);
        let task = match service {
            Service::Dcs => Task::dcs(typed(data)?, defaults),
            Service::Kafka => Task::kafka(typed(data)?, defaults),
        };
        let task = task.map_err(StoreError::Json)?;
        let new_id = task.id().to_owned();
        if new_id.is_empty() {
            return Err(ControlError::EmptyId("the task"));
        }
        let mut store = self.state.store.write();
        let taken = new_id != id && find(&store, service, instance, &new_id).is_ok();
        if taken {
            return Err(ControlError::Store(StoreError::DuplicateTask {
                instance: instance.to_owned(),
                id: new_id,
            }));
        }
        find(&store, service, instance, id)?;
        let tasks = self.existing(&mut store, service, instance)?;
        tasks.remove(id);
        tasks
            .add(task)
            .map_err(|error| StoreError::new(instance, error))?;
        drop(store);
        self.task(service, instance, &new_id)
    }

    /// Adds a fault to the end of the queue.
    ///
    /// # Errors
    ///
    /// [`FaultError`] if a field has an invalid value.
    pub fn add_fault(&self, fault: Fault) -> Result<(), FaultError> {
        self.state.faults.add(fault)
    }

    /// The pending faults, each with the number of remaining requests.
    pub fn faults(&self) -> Vec<Fault> {
        self.state.faults.list()
    }

    /// Removes all pending faults.
    pub fn clear_faults(&self) {
        self.state.faults.clear();
    }

    /// The most recent requests to the services, oldest first, without secrets. Requests to the control API are not
    /// recorded.
    pub fn requests(&self) -> Vec<RecordedRequest> {
        self.state.recorder.requests()
    }

    /// Clears the recorded requests.
    pub fn clear_requests(&self) {
        self.state.recorder.clear();
    }

    fn defaults<'a>(&self, id: &'a dyn Fn() -> String) -> Defaults<'a> {
        Defaults {
            id,
            now: self.state.clock.millis(),
        }
    }

    fn add(
        &self,
        service: Service,
        instance: &str,
        task: impl FnOnce(Defaults<'_>) -> Result<Task, serde_json::Error>,
    ) -> Result<String, ControlError> {
        if instance.is_empty() {
            return Err(ControlError::EmptyId("the instance"));
        }
        let new_id = || self.state.ids.hex();
        let task = task(self.defaults(&new_id)).map_err(StoreError::Json)?;
        let id = task.id().to_owned();
        if id.is_empty() {
            return Err(ControlError::EmptyId("the task"));
        }
        let mut store = self.state.store.write();
        let added = store.instance_mut(service, instance).add(task);
        added.map_err(|error| StoreError::new(instance, error))?;
        Ok(id)
    }

    fn existing<'s>(
        &self,
        store: &'s mut Store,
        service: Service,
        instance: &str,
    ) -> Result<&'s mut Instance, ControlError> {
        let found = store.existing_mut(service, instance);
        found.ok_or_else(|| no_instance(service, instance))
    }
}

fn no_instance(service: Service, instance: &str) -> ControlError {
    ControlError::NoInstance {
        service,
        instance: instance.to_owned(),
    }
}

fn find<'s>(
    store: &'s Store,
    service: Service,
    instance: &str,
    id: &str,
) -> Result<&'s Task, ControlError> {
    let found = store.instance(service, instance);
    let tasks = found.ok_or_else(|| no_instance(service, instance))?;
    tasks.get(id).ok_or_else(|| ControlError::NoTask {
        service,
        instance: instance.to_owned(),
        task: id.to_owned(),
    })
}

fn typed<T: DeserializeOwned>(data: Value) -> Result<T, ControlError> {
    let typed = serde_path_to_error::deserialize(data).map(|Object(typed)| typed);
    typed.map_err(|error| ControlError::BadChange {
        path: format!("$.{}", error.path()),
        message: error.into_inner().to_string(),
    })
}

/// Applies a JSON merge patch (RFC 7386).
fn merge(target: &mut Value, patch: &Value) {
    let Value::Object(patch) = patch else {
        *target = patch.clone();
        return;
    };
    if !target.is_object() {
        *target = Value::Object(serde_json::Map::new());
    }
    let Value::Object(target) = target else {
        return;
    };
    for (name, value) in patch {
        if value.is_null() {
            target.remove(name);
        } else {
            merge(target.entry(name.clone()).or_insert(Value::Null), value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn merge_example_of_rfc_7386_matches() {
        let mut value = json!({"title": "Goodbye!", "author": {"given": "John", "family": "Doe"}, "tags": ["a"]});
        merge(
            &mut value,
            &json!({"title": "Hello!", "author": {"family": null}, "tags": ["b"], "phone": {"a": {"b": null}}}),
        );
        assert_eq!(
            value,
            json!({"title": "Hello!", "author": {"given": "John"}, "tags": ["b"], "phone": {"a": {}}})
        );
    }
}

//! The handle that seeds, changes and watches a running emulator.

use std::fmt;
use std::sync::Arc;

use jiff::SignedDuration;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::data::{DcsTaskData, KafkaTaskData, Object};
use crate::faults::{Fault, FaultError};
use crate::operation::Service;
use crate::progress::Progress;
use crate::quirks::Quirks;
use crate::recorder::RecordedRequest;
use crate::state::State;
use crate::store::{Instance, Store, StoreError};
use crate::task::{Defaults, Task};

mod http;
mod schedule;

pub(crate) use http::router;
pub use schedule::{Change, ScheduledChange};
pub(crate) use schedule::{Schedule, make_due};

/// Changes a running emulator from inside the process; `/_emulator/` does the same over HTTP, on both listeners.
///
/// Clones control the same emulator, also after it was stopped.
#[derive(Clone)]
pub struct Control {
    state: Arc<State>,
}

impl fmt::Debug for Control {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Control").finish_non_exhaustive()
    }
}

/// Why a change was refused. Nothing was changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ControlError {
    /// The service has no such instance.
    #[error("{service} has no instance {instance:?}")]
    NoInstance {
        /// The service.
        service: Service,
        /// The id asked for.
        instance: String,
    },
    /// The instance has no such task.
    #[error("the instance {instance:?} of {service} has no task {task:?}")]
    NoTask {
        /// The service.
        service: Service,
        /// The instance.
        instance: String,
        /// The id asked for.
        task: String,
    },
    /// An instance or a task cannot have an empty id.
    #[error("the id of {0} is empty")]
    EmptyId(&'static str),
    /// The changed task is none: a field does not exist, or has another type.
    #[error("the task cannot become that: at {path}: {message}")]
    BadChange {
        /// The JSON path of the field.
        path: String,
        /// What is wrong with it.
        message: String,
    },
    /// A field of the scheduled change is invalid.
    #[error("the scheduled change's {field} {message}")]
    InvalidSchedule {
        /// The field.
        field: &'static str,
        /// What is wrong with it.
        message: &'static str,
    },
    /// The task cannot be stored.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What an instance is called and how many tasks it has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct InstanceSummary {
    /// The service.
    pub service: Service,
    /// The id of the instance.
    pub instance_id: String,
    /// How many tasks it has.
    pub tasks: usize,
}

impl Control {
    pub(crate) fn new(state: Arc<State>) -> Self {
        Self { state }
    }

    /// Goes back to how it was at the start: tasks, quirks and progress, no faults, nothing scheduled or recorded, the same next ids,
    /// and no advance of a system clock.
    pub fn reset(&self) {
        self.state.reset();
    }

    /// Lets the ids of the tasks added from now on follow from `seed`.
    pub fn seed(&self, seed: u64) {
        self.state.ids.set_seed(seed);
    }

    /// Moves the clock by which tasks progress and new tasks are dated. Signatures go by another.
    pub fn advance(&self, by: SignedDuration) {
        self.state.clock.advance(by);
    }

    /// Sets how tasks without a status and a progress of their own reach their end.
    pub fn set_progress(&self, progress: Progress) {
        self.state.store.write().progress = progress;
    }

    /// How tasks without a status and a progress of their own reach their end.
    pub fn progress(&self) -> Progress {
        self.state.store.read().progress
    }

    /// Sets which of the documents' odd forms are served.
    pub fn set_quirks(&self, quirks: Quirks) {
        self.state.store.write().quirks = quirks;
    }

    /// Which of the documents' odd forms are served.
    pub fn quirks(&self) -> Quirks {
        self.state.store.read().quirks
    }

    /// Every instance.
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

    /// Adds a task to a DCS instance, which is made if there is none. Returns the task's id.
    ///
    /// # Errors
    ///
    /// If an id is empty, or the instance has a task of this id.
    pub fn add_dcs_task(&self, instance: &str, task: DcsTaskData) -> Result<String, ControlError> {
        self.add(Service::Dcs, instance, |defaults| Task::dcs(task, defaults))
    }

    /// Adds a task to a Kafka instance, which is made if there is none. Returns the task's id.
    ///
    /// # Errors
    ///
    /// If an id is empty, or the instance has a task of this id.
    pub fn add_kafka_task(
        &self,
        instance: &str,
        task: KafkaTaskData,
    ) -> Result<String, ControlError> {
        self.add(Service::Kafka, instance, |defaults| {
            Task::kafka(task, defaults)
        })
    }

    /// Takes a task out.
    ///
    /// # Errors
    ///
    /// If there is no such instance or task.
    pub fn delete_task(
        &self,
        service: Service,
        instance: &str,
        id: &str,
    ) -> Result<(), ControlError> {
        let mut store = self.state.store.write();
        // Looked up first, so that an instance shared with the pristine store is not copied in vain.
        find(&store, service, instance, id)?;
        self.existing(&mut store, service, instance)?.remove(id);
        Ok(())
    }

    /// The task as data. A task on its way has no status in it, but its progress and outcome.
    ///
    /// # Errors
    ///
    /// If there is no such instance or task.
    pub fn task(&self, service: Service, instance: &str, id: &str) -> Result<Value, ControlError> {
        let store = self.state.store.read();
        let task = find(&store, service, instance, id)?;
        let look = self.state.look(&store, false);
        let data = match service {
            Service::Dcs => serde_json::to_value(task.to_dcs_data(look).map_err(StoreError::Json)?),
            Service::Kafka => {
                serde_json::to_value(task.to_kafka_data(look).map_err(StoreError::Json)?)
            }
        };
        Ok(data.map_err(StoreError::Json)?)
    }

    /// Changes a task by a JSON merge patch (RFC 7386) of its data: `{"status": "FAILED"}`, `{"details": null}`.
    ///
    /// A task without a status starts its way anew.
    ///
    /// # Errors
    ///
    /// If there is no such instance or task, or the patch makes no task of it; then nothing changes.
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

    /// Adds a fault behind those that wait.
    ///
    /// # Errors
    ///
    /// If a value of it makes no sense.
    pub fn add_fault(&self, fault: Fault) -> Result<(), FaultError> {
        self.state.faults.add(fault)
    }

    /// The faults that wait for a request, with how many each still waits for.
    pub fn faults(&self) -> Vec<Fault> {
        self.state.faults.list()
    }

    /// Takes every waiting fault back.
    pub fn clear_faults(&self) {
        self.state.faults.clear();
    }

    /// The last requests to the services, oldest first, without their secrets. Those to the control are not among them.
    pub fn requests(&self) -> Vec<RecordedRequest> {
        self.state.recorder.requests()
    }

    /// Forgets the recorded requests.
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
        found.ok_or_else(|| ControlError::NoInstance {
            service,
            instance: instance.to_owned(),
        })
    }
}

fn find<'s>(
    store: &'s Store,
    service: Service,
    instance: &str,
    id: &str,
) -> Result<&'s Task, ControlError> {
    let found = store.instance(service, instance);
    let tasks = found.ok_or_else(|| ControlError::NoInstance {
        service,
        instance: instance.to_owned(),
    })?;
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

/// JSON merge patch, RFC 7386.
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
    fn merges_as_the_rfc_shows() {
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

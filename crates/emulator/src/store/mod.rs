//! The instances of both services.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::data::Data;
use crate::ids::Ids;
use crate::instances::InstanceAttributes;
use crate::operation::Service;
use crate::progress::Progress;
use crate::quirks::Quirks;
use crate::task::{Defaults, Task};

mod instance;

pub(crate) use instance::{Instance, NotAdded, Page};

/// The instances, the default progress and the quirks. Clones share an instance until one of them changes it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Store {
    dcs: BTreeMap<String, Arc<Instance>>,
    kafka: BTreeMap<String, Arc<Instance>>,
    pub(crate) progress: Progress,
    pub(crate) quirks: Quirks,
}

/// Why data was not stored.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// Two tasks of one instance have the same ID.
    #[error("the instance {instance:?} already has a task {id:?}")]
    DuplicateTask {
        /// The instance.
        instance: String,
        /// The duplicate ID.
        id: String,
    },
    /// Two instances of one service have the same ID.
    #[error("{service} already has an instance {instance:?}")]
    DuplicateInstance {
        /// The service.
        service: Service,
        /// The duplicate ID.
        instance: String,
    },
    /// The instance has received the maximum of 2³² tasks.
    #[error("the instance {0:?} is full")]
    Full(String),
    /// A task cannot be serialized as JSON.
    #[error("cannot serialize the task as JSON: {0}")]
    Json(#[from] serde_json::Error),
}

impl StoreError {
    pub(crate) fn new(instance: &str, error: NotAdded) -> Self {
        let instance = instance.to_owned();
        match error {
            NotAdded::Duplicate(id) => Self::DuplicateTask { instance, id },
            NotAdded::Full => Self::Full(instance),
        }
    }
}

fn make<T>(
    id: &str,
    attributes: InstanceAttributes,
    tasks: Vec<T>,
    task: impl Fn(T) -> Result<Task, serde_json::Error>,
) -> Result<Arc<Instance>, StoreError> {
    let tasks = tasks.into_iter().map(task).collect::<Result<_, _>>()?;
    let mut instance = Instance::new(tasks).map_err(|error| StoreError::new(id, error))?;
    instance.attributes = attributes;
    Ok(Arc::new(instance))
}

impl Store {
    /// Creates a store. Missing task IDs come from `ids`, missing times are `now` (milliseconds since 1970 UTC).
    pub(crate) fn new(data: Data, ids: &Ids, now: i64) -> Result<Self, StoreError> {
        let defaults = Defaults {
            id: &|| ids.hex(),
            now,
        };
        let mut store = Self {
            progress: data.progress,
            quirks: data.quirks,
            ..Self::default()
        };
        for given in data.dcs {
            let id = given.instance_id;
            let instance = make(&id, given.attributes, given.tasks, |task| {
                Task::dcs(task, defaults)
            })?;
            store.put(Service::Dcs, id, instance)?;
        }
        for given in data.kafka {
            let id = given.instance_id;
            let instance = make(&id, given.attributes, given.tasks, |task| {
                Task::kafka(task, defaults)
            })?;
            store.put(Service::Kafka, id, instance)?;
        }
        Ok(store)
    }

    fn put(
        &mut self,
        service: Service,
        id: String,
        instance: Arc<Instance>,
    ) -> Result<(), StoreError> {
        match self.of_mut(service).insert(id.clone(), instance) {
            None => Ok(()),
            Some(_) => Err(StoreError::DuplicateInstance {
                service,
                instance: id,
            }),
        }
    }

    /// The instances of a service, by ID.
    pub(crate) fn of(&self, service: Service) -> &BTreeMap<String, Arc<Instance>> {
        match service {
            Service::Dcs => &self.dcs,
            Service::Kafka => &self.kafka,
        }
    }

    fn of_mut(&mut self, service: Service) -> &mut BTreeMap<String, Arc<Instance>> {
        match service {
            Service::Dcs => &mut self.dcs,
            Service::Kafka => &mut self.kafka,
        }
    }

    pub(crate) fn instance(&self, service: Service, id: &str) -> Option<&Instance> {
        self.of(service).get(id).map(Arc::as_ref)
    }

    /// Removes an instance and its tasks. Returns whether it existed.
    pub(crate) fn remove(&mut self, service: Service, id: &str) -> bool {
        self.of_mut(service).remove(id).is_some()
    }

    /// A mutable instance, created if missing.
    pub(crate) fn instance_mut(&mut self, service: Service, id: &str) -> &mut Instance {
        let instances = self.of_mut(service);
        Arc::make_mut(instances.entry(id.to_owned()).or_default())
    }

    /// A mutable instance, if it exists.
    pub(crate) fn existing_mut(&mut self, service: Service, id: &str) -> Option<&mut Instance> {
        self.of_mut(service).get_mut(id).map(Arc::make_mut)
    }

    /// This store as if it had been created at `now` (milliseconds since 1970 UTC). Restarts the progress by reads of
    /// every task, and begins the tasks without a time of their own again.
    pub(crate) fn restarted(&self, now: i64) -> Self {
        let mut store = self.clone();
        for service in [Service::Dcs, Service::Kafka] {
            for (id, instance) in store.of_mut(service) {
                instance.restart();
                match instance.restarted(service, now) {
                    None => {}
                    Some(Ok(restarted)) => *instance = Arc::new(restarted),
                    // Each task was serialized once before, when the store was created.
                    Some(Err(error)) => tracing::error!(%error, %id, "cannot restart an instance"),
                }
            }
        }
        store
    }
}

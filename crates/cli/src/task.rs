//! A task of any operation, in the form that is printed.

mod change;

use std::sync::Arc;

use hwtasks::{Task, TaskStatus};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::instances::Instance;

/// A task of an instance: its JSON, and the fields that a table shows.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct TaskRow {
    pub(crate) instance: Arc<Instance>,
    /// The service, the instance, and the fields of the task.
    pub(crate) json: Value,
    pub(crate) id: String,
    pub(crate) name: Option<String>,
    pub(crate) status: Option<TaskStatus>,
    pub(crate) created: Time,
    pub(crate) updated: Time,
}

/// A time of a task: valid, not parsable, or missing.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Time {
    At(Timestamp),
    Unparsed(String),
    Missing,
}

impl Time {
    fn of(time: Option<&hwtasks::Timestamp>) -> Self {
        match time.map(|time| (time.get(), time)) {
            Some((Some(time), _)) => Self::At(time),
            Some((None, text)) => Self::Unparsed(text.to_string()),
            None => Self::Missing,
        }
    }

    pub(crate) fn get(&self) -> Option<Timestamp> {
        match self {
            Self::At(time) => Some(*time),
            Self::Unparsed(_) | Self::Missing => None,
        }
    }
}

impl TaskRow {
    pub(crate) fn new<T: Task + Serialize>(instance: &Arc<Instance>, task: &T) -> Self {
        let mut json = Map::new();
        json.insert("service".to_owned(), instance.service.as_str().into());
        json.insert("instance_id".to_owned(), instance.id.clone().into());
        if let Some(name) = &instance.name {
            json.insert("instance_name".to_owned(), name.clone().into());
        }
        // Serializing these types cannot fail.
        if let Ok(Value::Object(fields)) = serde_json::to_value(task) {
            for (name, value) in fields {
                json.entry(name).or_insert(value);
            }
        }
        Self {
            instance: Arc::clone(instance),
            json: json.into(),
            id: task.id().to_owned(),
            name: task.name().map(|name| name.as_str().to_owned()),
            status: task.status().cloned(),
            created: Time::of(task.created_at()),
            updated: Time::of(task.updated_at()),
        }
    }

    /// Whether the task is in a state, in whatever case the service writes it.
    pub(crate) fn is_in(&self, status: &TaskStatus) -> bool {
        let found = self.status.as_ref();
        found.is_some_and(|found| found.as_str().eq_ignore_ascii_case(status.as_str()))
    }

    /// Whether the task has a state that this version knows.
    pub(crate) fn has_known_status(&self) -> bool {
        let status = self.status.as_ref().map(TaskStatus::as_str);
        let is_known = |status: &str| {
            let mut known = TaskStatus::KNOWN.iter();
            known.any(|(known, _)| known.eq_ignore_ascii_case(status))
        };
        status.is_some_and(is_known)
    }

    /// Whether the task has ended, successfully or not.
    pub(crate) fn has_ended(&self) -> bool {
        self.status.as_ref().is_some_and(TaskStatus::is_terminal)
    }

    /// What the task changes, such as `0.125 -> 0.25 GB`; empty where the task does not say.
    pub(crate) fn change(&self) -> String {
        change::text(&self.json)
    }

    /// The state, as messages name it.
    pub(crate) fn shown_status(&self) -> &str {
        self.status.as_ref().map_or("-", TaskStatus::as_str)
    }
}

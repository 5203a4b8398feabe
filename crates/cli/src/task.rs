//! One task of any operation, as it is printed.

use hwtasks::{Task, TaskStatus};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

/// A task: as JSON, and what a table shows of it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Entry {
    pub(crate) json: Value,
    pub(crate) id: String,
    pub(crate) name: Option<String>,
    pub(crate) status: Option<TaskStatus>,
    pub(crate) created: Time,
    pub(crate) updated: Time,
}

/// A time of a task: one that can be read, one that cannot, or none.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Time {
    At(Timestamp),
    Odd(String),
    Unset,
}

impl Time {
    fn of(time: Option<&hwtasks::Timestamp>) -> Self {
        match time.map(|time| (time.get(), time)) {
            Some((Some(time), _)) => Self::At(time),
            Some((None, text)) => Self::Odd(text.to_string()),
            None => Self::Unset,
        }
    }

    pub(crate) fn get(&self) -> Option<Timestamp> {
        match self {
            Self::At(time) => Some(*time),
            Self::Odd(_) | Self::Unset => None,
        }
    }
}

impl Entry {
    pub(crate) fn of<T: Task + Serialize>(task: &T) -> Self {
        Self {
            // The types write themselves as JSON objects and cannot fail.
            json: serde_json::to_value(task).unwrap_or_default(),
            id: task.id().to_owned(),
            name: task.name().map(|name| name.as_str().to_owned()),
            status: task.status().cloned(),
            created: Time::of(task.created_at()),
            updated: Time::of(task.updated_at()),
        }
    }

    /// A text of the task's body.
    pub(crate) fn text(&self, key: &str) -> Option<&str> {
        self.json.get(key)?.as_str().filter(|text| !text.is_empty())
    }

    /// Whether the task has ended, well or not.
    pub(crate) fn has_ended(&self) -> bool {
        self.status.as_ref().is_some_and(TaskStatus::is_terminal)
    }
}

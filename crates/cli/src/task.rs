//! A task of any operation, in the form that is printed.

use hwtasks::{Task, TaskStatus};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

/// A task: its JSON, and the fields that a table shows.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct TaskRow {
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
    pub(crate) fn new<T: Task + Serialize>(task: &T) -> Self {
        Self {
            // Serializing these types cannot fail.
            json: serde_json::to_value(task).unwrap_or_default(),
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
}

//! Waits for a task of which only the name is known.

use std::fmt;

use hwtasks_api::{Task, TaskName};

use crate::list::ListItem;
use crate::request::Request;
use crate::wait::Wait;
use crate::wait::find::Target;

/// Builder of a wait for the newest task with a name. Call [`since`](Self::since) to get the [`Wait`].
///
/// Made by `wait_by_name` of [`Dcs`](crate::Dcs) and [`Kafka`](crate::Kafka).
#[must_use = "it is no wait before `since` is called"]
pub struct WaitByName<T> {
    since: Box<dyn FnOnce(Result<jiff::Timestamp, String>) -> Wait<T> + Send>,
    name: TaskName,
}

impl<T: Task + Clone + PartialEq> WaitByName<T> {
    pub(crate) fn new(list: Request, name: TaskName) -> Self
    where
        T: ListItem,
    {
        let wanted = name.clone();
        let since = move |since| Wait::of(list, Target::Named(wanted, since));
        Self {
            since: Box::new(since),
            name,
        }
    }

    /// Waits for the newest task of the name that began at this time or later, by the clock of the
    /// service. Take the time before the operation that starts the task is called.
    ///
    /// It may take the [grace period](Wait::not_found_grace) to appear. Once the wait has found a task, it
    /// keeps that task, even if a newer one with the same name starts. It ignores tasks without a start
    /// time, because they may be old.
    pub fn since<S>(self, time: S) -> Wait<T>
    where
        S: TryInto<jiff::Timestamp, Error: fmt::Display>,
    {
        (self.since)(time.try_into().map_err(|error| error.to_string()))
    }
}

impl<T> fmt::Debug for WaitByName<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WaitByName")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

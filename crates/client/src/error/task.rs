//! Errors of a wait, with the task of the wait.

use std::any::Any;
use std::sync::Arc;
use std::time::Duration;

use hwtasks_api::Task;
use hwtasks_api::dcs::DcsTask;
use hwtasks_api::kafka::KafkaTask;

use super::{Error, ErrorKind, Reason, WaitTarget, one_line};

impl Error {
    pub(crate) fn task_failed(task: impl Task) -> Self {
        let message = format!("{} has ended as {}", name(&task), state(&task));
        let mut error = Self::new(ErrorKind::TaskFailed, message);
        error.0.task = Some(Arc::new(task));
        error
    }

    pub(crate) fn task_not_found(target: WaitTarget, grace: Duration) -> Self {
        let message = format!("{} was not found for {grace:?}", describe(&target));
        let error = Self::new(ErrorKind::TaskNotFound, message);
        error.with_reason(Reason::TaskNotFound { target, grace })
    }

    pub(crate) fn wait_timed_out<T>(target: WaitTarget, timeout: Duration, last: Option<&T>) -> Self
    where
        T: Task + Clone,
    {
        let last_state = match last {
            Some(task) => format!("{} is {}", name(task), state(task)),
            None => format!("{} was not seen", describe(&target)),
        };
        let message = format!("after waiting for {timeout:?}, {last_state}");
        let error = Self::new(ErrorKind::WaitTimedOut, message).with_task(last);
        error.with_reason(Reason::WaitTimedOut { target, timeout })
    }

    /// Adds the task as it was last seen.
    pub(crate) fn with_task<T: Task + Clone>(mut self, task: Option<&T>) -> Self {
        if let Some(task) = task {
            self.0.task = Some(Arc::new(task.clone()));
        }
        self
    }

    /// Adds the error that caused this one, with its number of attempts.
    pub(crate) fn with_source(mut self, error: Self) -> Self {
        self.0.attempts = error.0.attempts;
        self.0.source = Some(Arc::new(error));
        self
    }

    /// Whether the task or its instance does not exist, or not yet.
    pub(crate) fn is_not_there(&self) -> bool {
        self.is_not_found() || (self.is_bad_request() && self.has_code("DMS.00400070"))
    }

    /// The task as last seen by the wait that ended in this error.
    ///
    /// ```no_run
    /// # async fn example(client: hwtasks::Client) {
    /// if let Err(error) = client.kafka().wait("instance", "task").await {
    ///     if let Some(task) = error.task() {
    ///         println!("{} is {:?}", task.id(), task.status());
    ///     }
    /// }
    /// # }
    /// ```
    pub fn task(&self) -> Option<&dyn Task> {
        self.0.task.as_deref()
    }

    /// The [`task`](Self::task), if it is a DCS task.
    pub fn dcs_task(&self) -> Option<&DcsTask> {
        self.task_as()
    }

    /// The [`task`](Self::task), if it is a Kafka task.
    pub fn kafka_task(&self) -> Option<&KafkaTask> {
        self.task_as()
    }

    fn task_as<T: Task>(&self) -> Option<&T> {
        let task: &dyn Any = self.task()?;
        task.downcast_ref()
    }

    /// The task of a wait ended as FAILED, CANCELLED or DELETED; [`task`](Self::task) returns it.
    ///
    /// # Troubleshooting
    ///
    /// The `params` and `details` of a task say what it was to change. The API does not report why it
    /// failed; see the Huawei Cloud console.
    pub fn is_task_failed(&self) -> bool {
        self.kind() == ErrorKind::TaskFailed
    }

    /// The timeout of a wait passed before the task ended; [`task`](Self::task) returns it as last
    /// seen.
    ///
    /// # Troubleshooting
    ///
    /// The task keeps running. Wait for it again, or raise [`Wait::timeout`](crate::Wait::timeout).
    pub fn is_wait_timed_out(&self) -> bool {
        self.kind() == ErrorKind::WaitTimedOut
    }
}

fn describe(target: &WaitTarget) -> String {
    one_line(&match target {
        WaitTarget::Id { id } => format!("task {id}"),
        WaitTarget::Name { name, since } => match since {
            Some(since) => format!("a task {name} started since {since}"),
            None => format!("a task {name}"),
        },
    })
}

fn name(task: &impl Task) -> String {
    match task.name() {
        Some(name) => one_line(&format!("task {} ({name})", task.id())),
        None => one_line(&format!("task {}", task.id())),
    }
}

fn state(task: &impl Task) -> String {
    task.status().map_or_else(
        || "in no known state".to_owned(),
        |status| one_line(status.as_str()),
    )
}

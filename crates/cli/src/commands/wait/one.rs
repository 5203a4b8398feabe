//! A wait for one task.

use std::error::Error as _;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::stream::{BoxStream, StreamExt as _, TryStreamExt as _};
use hwtasks::{Client, Error, ErrorKind, Reason, Task, WaitTarget};
use jiff::{SignedDuration, Timestamp};

use super::Wait;
use crate::commands::show;
use crate::connect::Connection;
use crate::error::{CliError, Exit};
use crate::instances::Instance;
use crate::options::{Format, Global, Service};
use crate::output::Output;
use crate::progress::{ObservedClock, Progress};
use crate::runtime;
use crate::task::TaskRow;
use crate::terminal::{Verbosity, printable};
use crate::time::{self, Bound, TimeArg};

/// The default of --since.
const SINCE: TimeArg = TimeArg::Ago(SignedDuration::from_mins(5));

/// The task to wait for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Target<'a> {
    /// The task with this ID.
    Task(&'a str),
    /// The newest task with this name.
    Name(&'a str),
}

/// Waits for a task of an instance; `last` is its last known state.
pub(super) async fn run(
    wait: &Wait,
    service: Service,
    (instance, target): (&str, Target<'_>),
    global: &Global,
    interrupted: &mut Pin<&mut impl Future<Output = ()>>,
    last: &mut Option<TaskRow>,
) -> Result<(), CliError> {
    let output = Output::new(global)?;
    let since = wait.since.as_ref().unwrap_or(&SINCE);
    let since = since.resolve(Bound::Since, Timestamp::now(), output.zone())?;
    // Messages show whole seconds.
    let since = Timestamp::from_second(since.as_second()).unwrap_or(since);
    let clock = ObservedClock::default();
    // --timeout bounds the whole wait; each poll has a call's default timeout.
    let opened = Connection::open_with(global, |builder| {
        builder
            .time_source(clock.clone())
            .timeout(super::CALL_TIMEOUT)
    });
    let connection = opened.await?;
    let instance = connection.instance(service, instance);
    let instance = runtime::unless(interrupted, runtime::not_begun, instance).await?;
    connection.then(match target {
        Target::Task(_) => "the same request again, until the task has ended",
        Target::Name(_) => "the same request again, until a task with this name has ended",
    });
    let place = connection.place(&instance);
    let progress = Progress::waiting(global.verbosity(), &clock);
    let running = RunningWait {
        wait,
        target,
        instance,
        since,
        output,
        progress,
        verbosity: global.verbosity(),
        last: None,
        known: last,
    };
    let changes = running.changes(&connection.client, global.timeout);
    let done = running.run(changes, interrupted).await;
    done.map_err(|failure| match failure.exit() {
        Exit::Api => failure.at(place),
        _ => failure,
    })
}

/// A wait in progress.
struct RunningWait<'a> {
    wait: &'a Wait,
    target: Target<'a>,
    instance: Arc<Instance>,
    since: Timestamp,
    output: Output,
    progress: Progress,
    verbosity: Verbosity,
    last: Option<TaskRow>,
    /// The last known state, for the caller.
    known: &'a mut Option<TaskRow>,
}

impl RunningWait<'_> {
    fn changes(
        &self,
        client: &Client,
        timeout: Option<Duration>,
    ) -> BoxStream<'static, Result<TaskRow, Error>> {
        let (instance, since) = (self.instance.id.as_str(), self.since);
        match (self.instance.service, self.target) {
            (Service::Dcs, Target::Task(task)) => {
                self.with_intervals(client.dcs().wait(instance, task), timeout)
            }
            (Service::Kafka, Target::Task(task)) => {
                self.with_intervals(client.kafka().wait(instance, task), timeout)
            }
            (Service::Dcs, Target::Name(name)) => self.with_intervals(
                client.dcs().wait_by_name(instance, name).since(since),
                timeout,
            ),
            (Service::Kafka, Target::Name(name)) => self.with_intervals(
                client.kafka().wait_by_name(instance, name).since(since),
                timeout,
            ),
        }
    }

    fn with_intervals<T>(
        &self,
        mut wait: hwtasks::Wait<T>,
        timeout: Option<Duration>,
    ) -> BoxStream<'static, Result<TaskRow, Error>>
    where
        T: Task + Clone + PartialEq + serde::Serialize,
    {
        if let Some(timeout) = timeout {
            wait = wait.timeout(timeout);
        }
        if let Some((initial, max)) = self.wait.intervals() {
            wait = wait.initial_interval(initial).max_interval(max);
        }
        let instance = Arc::clone(&self.instance);
        wait.map_ok(move |task| TaskRow::new(&instance, &task))
            .boxed()
    }

    /// The task in words, before it has been found.
    fn target_description(&self) -> String {
        match self.target {
            Target::Task(task) => format!("task {task}"),
            Target::Name(name) => format!("a task {name}"),
        }
    }

    async fn run(
        mut self,
        mut changes: BoxStream<'static, Result<TaskRow, Error>>,
        interrupted: &mut Pin<&mut impl Future<Output = ()>>,
    ) -> Result<(), CliError> {
        loop {
            self.progress.set_message(self.state());
            let change = tokio::select! {
                change = changes.try_next() => change,
                () = &mut *interrupted => return self.stopped(),
            };
            match change {
                Ok(Some(task)) => self.changed(task)?,
                Ok(None) => return self.ended(),
                Err(error) => return self.failed(error),
            }
        }
    }

    fn changed(&mut self, task: TaskRow) -> Result<(), CliError> {
        if self.output.format == Format::Ndjson && self.output.query.is_none() {
            let output = &mut self.output;
            let printed = self.progress.suspend(|| output.line(&task.json));
            // The exit code reports the task's result even when no one reads the output.
            CliError::ignore_broken_pipe(printed)?;
        }
        self.explain_unknown_state(&task);
        *self.known = Some(task.clone());
        self.last = Some(task);
        Ok(())
    }

    /// Says once that a state is unknown, so that a new one is not waited out in silence.
    fn explain_unknown_state(&self, task: &TaskRow) {
        let is_new = self
            .last
            .as_ref()
            .is_none_or(|last| last.status != task.status);
        if is_new && !task.has_known_status() {
            let state = match &task.status {
                Some(status) => format!("the state {status}, which is unknown"),
                None => "no state".to_owned(),
            };
            let hint = format!("the task has {state}; the wait goes on until it ends or times out");
            self.progress.suspend(|| self.output.hint(&hint));
        }
    }

    /// Prints the task's last state, unless it has been printed.
    fn ended(mut self) -> Result<(), CliError> {
        let state = self.state();
        drop(self.progress);
        let printed = match self.last.take() {
            Some(_) if self.output.format == Format::Ndjson && self.output.query.is_none() => {
                Ok(())
            }
            Some(task) => show::print(&mut self.output, task),
            None => Ok(()),
        };
        CliError::ignore_broken_pipe(printed).inspect_err(|_| self.output.hint(&state))
    }

    fn failed(mut self, error: Error) -> Result<(), CliError> {
        let task = match (error.dcs_task(), error.kafka_task()) {
            (Some(task), _) => Some(TaskRow::new(&self.instance, task)),
            (_, Some(task)) => Some(TaskRow::new(&self.instance, task)),
            _ => None,
        };
        let is_gone = task.is_some() && is_not_found(&error);
        let unseen = matches!(
            error.kind(),
            ErrorKind::WaitTimedOut | ErrorKind::TaskNotFound
        ) && task.is_none();
        let named = match error.reason() {
            Some(
                Reason::WaitTimedOut {
                    target: WaitTarget::Name { name, .. },
                    timeout: limit,
                    ..
                }
                | Reason::TaskNotFound {
                    target: WaitTarget::Name { name, .. },
                    grace: limit,
                    ..
                },
            ) if unseen => Some(self.not_found_message(name.as_str(), *limit)),
            _ => None,
        };
        let operation = error.operation();
        let mut failure = CliError::from(error);
        if let Some(message) = named {
            let operation = operation
                .map(|name| format!("{name}: "))
                .unwrap_or_default();
            failure = failure.with_message(operation + &message);
        }
        if unseen {
            failure = failure.with_help(self.not_found_help());
        }
        if is_gone && let Some(task) = &task {
            let gone = format!("{} and is not found any more", described(task, "was"));
            let message = match failure.exit() {
                Exit::TimedOut => format!("the wait timed out: {gone}"),
                _ => gone,
            };
            failure = failure.with_message(message).with_help(format!(
                "the task or its instance may have been deleted: `hwtasks {} list {}` lists the tasks",
                self.instance.service.as_str(),
                self.instance.id
            ));
        } else if failure.exit() == Exit::TimedOut
            && let Some(task) = task.as_ref().filter(|task| !task.has_known_status())
        {
            failure = failure.with_help(format!(
                "{}, which is no known state: see the task in the Huawei Cloud console",
                described(task, "is")
            ));
        }
        if failure.exit() == Exit::TaskFailed {
            failure = failure.with_help(
                "the API does not report the reason; see the task in the Huawei Cloud console",
            );
        }
        let verbosity = self.verbosity;
        let seen = match task {
            Some(task) if self.last.as_ref() != Some(&task) => self.changed(task),
            _ => Ok(()),
        };
        if let Err(unprinted) = seen.and_then(|()| self.ended()) {
            // The task's result takes precedence over an output error.
            unprinted.report(verbosity);
        }
        Err(failure)
    }

    /// The message for a task that was not found by its name, with --since in the zone of the output.
    fn not_found_message(&self, name: &str, limit: Duration) -> String {
        let zone = self.output.zone();
        let (local, offset) = (
            time::local(zone, self.since),
            time::offset(zone, self.since),
        );
        format!("a task {name} started since {local} {offset} was not found within {limit:?}")
    }

    /// The help for a task that was not found.
    fn not_found_help(&self) -> String {
        let service = self.instance.service.as_str();
        let what = match self.target {
            Target::Name(_) => "name and --since",
            Target::Task(_) => "ID",
        };
        format!(
            "check the task's {what}: `hwtasks {service} list {}`; then the instance, the region \
             and the project",
            self.instance.id
        )
    }

    fn stopped(self) -> Result<(), CliError> {
        let state = match &self.last {
            Some(_) => format!("{}; it continues to run", self.state()),
            None => self.state(),
        };
        drop(self.progress);
        Err(CliError::new(Exit::Interrupted, state))
    }

    /// The task's state, in words.
    fn state(&self) -> String {
        let Some(task) = &self.last else {
            return format!("{} has not been found yet", self.target_description());
        };
        described(task, "is")
    }
}

/// The task and its state, in words.
pub(super) fn summary(task: &TaskRow) -> String {
    described(task, "is")
}

/// The task and its state, in words.
fn described(task: &TaskRow, verb: &str) -> String {
    let name = task
        .name
        .as_deref()
        .map(|name| format!(" ({name})"))
        .unwrap_or_default();
    let status = task
        .status
        .as_ref()
        .map_or("in no known state", |status| status.as_str());
    printable(&format!("task {}{name} {verb} {status}", task.id))
}

/// Whether the last poll did not find the task.
fn is_not_found(error: &Error) -> bool {
    let source = error
        .source()
        .and_then(|source| source.downcast_ref::<Error>());
    let kinds = [Some(error), source].map(|error| error.map(Error::kind));
    kinds.contains(&Some(ErrorKind::TaskNotFound))
}

//! `hwtasks wait`: waits for a task to end.

use std::error::Error as _;
use std::pin::pin;
use std::time::Duration;

use clap::Args;
use clap::builder::NonEmptyStringValueParser;
use futures_util::stream::{BoxStream, StreamExt as _, TryStreamExt as _};
use hwtasks::{Client, Error, ErrorKind, Reason, Task, WaitTarget};
use jiff::{SignedDuration, Timestamp};

use crate::commands::{check_intervals, no_raw, show};
use crate::connect::Connection;
use crate::error::{CliError, Exit};
use crate::options::{Format, Global, Service};
use crate::output::Output;
use crate::progress::{ObservedClock, Progress};
use crate::runtime;
use crate::task::TaskRow;
use crate::terminal::{Verbosity, printable};
use crate::time::{self, Bound, TimeArg};

/// The client's default pause before the second poll.
const INITIAL_INTERVAL: Duration = Duration::from_secs(2);
/// The default of --since.
const SINCE: TimeArg = TimeArg::Ago(SignedDuration::from_mins(5));

#[derive(Args)]
#[command(
    after_help = "The task is printed when the wait ends; with -o ndjson, at each change. \
    Exits with 0 when the task succeeded, 1 when it failed, and 124 when the wait timed out."
)]
pub(crate) struct Wait {
    /// ID of the instance
    instance: String,
    #[command(flatten)]
    target: Target,
    /// With --name: only tasks that started since this time; same formats as --since of `list`
    /// [default: 5m]
    #[arg(long, value_name = "TIME", value_parser = time::time_arg, allow_hyphen_values = true)]
    #[arg(requires = "name", conflicts_with = "task")]
    since: Option<TimeArg>,
    /// Pause between polls, constant unless --max-interval is set; default: 2s, growing to 30s
    #[arg(long, value_name = "DURATION", value_parser = time::duration, allow_hyphen_values = true)]
    interval: Option<Duration>,
    /// Longest pause between polls: it grows from --interval (default: 2s) by half at each poll
    #[arg(long, value_name = "DURATION", value_parser = time::duration, allow_hyphen_values = true)]
    max_interval: Option<Duration>,
}

/// The task to wait for.
#[derive(Args)]
#[group(required = true, multiple = false)]
struct Target {
    /// ID of the task
    task: Option<String>,
    /// Wait for the newest task with exactly this name; it may take a minute to appear
    ///
    /// Set --since to a time before the task started. A task that has already ended counts too.
    #[arg(long, value_name = "NAME", value_parser = NonEmptyStringValueParser::new())]
    name: Option<String>,
}

impl Wait {
    pub(crate) fn run(&self, service: Service, global: &Global) -> Result<(), CliError> {
        no_raw(global)?;
        check_intervals(self.interval, self.max_interval)?;
        let output = Output::new(global)?;
        let since = self.since.as_ref().unwrap_or(&SINCE);
        let since = since.resolve(Bound::Since, Timestamp::now(), output.zone())?;
        // Messages show whole seconds.
        let since = Timestamp::from_second(since.as_second()).unwrap_or(since);
        runtime::block_on(async {
            // Before the progress is drawn, which an interruption has to erase.
            let interrupted = runtime::interrupted();
            let clock = ObservedClock::default();
            // --timeout bounds the whole wait; each poll has a call's default timeout.
            let opened = Connection::open_with(global, |builder| {
                builder
                    .time_source(clock.clone())
                    .timeout(Duration::from_secs(120))
            });
            let connection = opened.await?;
            let place = connection.place(service, &self.instance);
            let changes = self.changes(service, &connection.client, since, global.timeout);
            let progress = Progress::waiting(global.verbosity(), &clock);
            let wait = RunningWait {
                wait: self,
                service,
                since,
                output,
                progress,
                verbosity: global.verbosity(),
                last: None,
            };
            wait.run(changes, interrupted)
                .await
                .map_err(|failure| match failure.exit() {
                    Exit::Api => failure.at(place),
                    _ => failure,
                })
        })
    }

    fn changes(
        &self,
        service: Service,
        client: &Client,
        since: Timestamp,
        timeout: Option<Duration>,
    ) -> BoxStream<'static, Result<TaskRow, Error>> {
        let instance = self.instance.as_str();
        // clap requires one of the two.
        let task = self.target.task.as_deref().unwrap_or_default();
        match (service, self.target.name.as_deref()) {
            (Service::Dcs, None) => self.with_intervals(client.dcs().wait(instance, task), timeout),
            (Service::Kafka, None) => {
                self.with_intervals(client.kafka().wait(instance, task), timeout)
            }
            (Service::Dcs, Some(name)) => self.with_intervals(
                client.dcs().wait_by_name(instance, name).since(since),
                timeout,
            ),
            (Service::Kafka, Some(name)) => self.with_intervals(
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
        if let Some((initial, max)) = self.intervals() {
            wait = wait.initial_interval(initial).max_interval(max);
        }
        wait.map_ok(|task| TaskRow::new(&task)).boxed()
    }

    /// The first and the longest pause between polls; `None` for the client's defaults.
    fn intervals(&self) -> Option<(Duration, Duration)> {
        match (self.interval, self.max_interval) {
            (None, None) => None,
            (Some(interval), None) => Some((interval, interval)),
            (None, Some(max)) => Some((INITIAL_INTERVAL.min(max), max)),
            (Some(interval), Some(max)) => Some((interval, max)),
        }
    }

    /// The task in words, before it has been found.
    fn target_description(&self) -> String {
        match (&self.target.task, &self.target.name) {
            (Some(task), _) => format!("task {task}"),
            (None, name) => format!("a task {}", name.as_deref().unwrap_or_default()),
        }
    }
}

/// A wait in progress.
struct RunningWait<'a> {
    wait: &'a Wait,
    service: Service,
    since: Timestamp,
    output: Output,
    progress: Progress,
    verbosity: Verbosity,
    last: Option<TaskRow>,
}

impl RunningWait<'_> {
    async fn run(
        mut self,
        mut changes: BoxStream<'static, Result<TaskRow, Error>>,
        interrupted: impl Future<Output = ()>,
    ) -> Result<(), CliError> {
        let mut interrupted = pin!(interrupted);
        loop {
            self.progress.set_message(self.state());
            let change = tokio::select! {
                change = changes.try_next() => change,
                () = &mut interrupted => return self.stopped(),
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
            Some(task) => show::print(&mut self.output, &self.wait.instance, task),
            None => Ok(()),
        };
        CliError::ignore_broken_pipe(printed).inspect_err(|_| self.output.hint(&state))
    }

    fn failed(mut self, error: Error) -> Result<(), CliError> {
        let task = match (error.dcs_task(), error.kafka_task()) {
            (Some(task), _) => Some(TaskRow::new(task)),
            (_, Some(task)) => Some(TaskRow::new(task)),
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
                self.service_name(),
                self.wait.instance
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

    fn service_name(&self) -> &'static str {
        match self.service {
            Service::Dcs => "dcs",
            Service::Kafka => "kafka",
        }
    }

    /// The help for a task that was not found.
    fn not_found_help(&self) -> String {
        let service = self.service_name();
        let what = match self.wait.target.name {
            Some(_) => "name and --since",
            None => "ID",
        };
        format!(
            "check the task's {what}: `hwtasks {service} list {}`; then the instance, the region \
             and the project",
            self.wait.instance
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
            return format!("{} has not been found yet", self.wait.target_description());
        };
        described(task, "is")
    }
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

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Program {
        #[command(flatten)]
        wait: Wait,
    }

    #[test]
    fn intervals_follow_the_flags() {
        let seconds = Duration::from_secs;
        for (args, intervals) in [
            (&[][..], None),
            (&["--interval=5s"], Some((seconds(5), seconds(5)))),
            (&["--max-interval=9s"], Some((seconds(2), seconds(9)))),
            (&["--max-interval=1s"], Some((seconds(1), seconds(1)))),
            (
                &["--interval=5s", "--max-interval=9s"],
                Some((seconds(5), seconds(9))),
            ),
        ] {
            let words = ["wait", "i", "t"].iter().chain(args);
            let program = Program::try_parse_from(words).unwrap();
            assert_eq!(program.wait.intervals(), intervals, "{args:?}");
        }
    }
}

//! `hwtasks wait`: waits for a task to end.

use std::pin::pin;
use std::time::Duration;

use clap::Args;
use clap::builder::NonEmptyStringValueParser;
use futures_util::stream::{BoxStream, StreamExt as _, TryStreamExt as _};
use hwtasks::{Client, Error, ErrorKind, Task};
use jiff::{SignedDuration, Timestamp};

use crate::args::{Global, Service, Verbosity};
use crate::commands::{check_intervals, no_raw, show};
use crate::connect::Connection;
use crate::failure::{Exit, Failure};
use crate::output::{Format, Output};
use crate::progress::{Pace, Progress};
use crate::runtime;
use crate::task::Entry;
use crate::time::{self, Moment};

/// The client's default pause before the second poll.
const INITIAL_INTERVAL: Duration = Duration::from_secs(2);
/// Since when a task of a name is looked for when nothing is said.
const SINCE: Moment = Moment::Ago(SignedDuration::from_mins(5));

#[derive(Args)]
#[command(
    after_help = "The task is printed when the wait ends; with -o ndjson, at each change. \
    Exits with 0 when the task succeeded, 1 when it failed, and 124 when the wait timed out."
)]
pub(crate) struct Wait {
    /// The instance's ID
    instance: String,
    #[command(flatten)]
    target: Target,
    /// With --name, only a task that started since this time, given as for `list` [default: 5m]
    #[arg(long, value_name = "TIME", value_parser = time::moment, allow_hyphen_values = true)]
    #[arg(requires = "name", conflicts_with = "task")]
    since: Option<Moment>,
    /// Pause between polls, which stays the same unless --max-interval is given; default: it grows from
    /// 2s to 30s
    #[arg(long, value_name = "DURATION", value_parser = time::duration)]
    interval: Option<Duration>,
    /// Longest pause between polls: it grows from --interval (default: 2s) by half at each poll
    #[arg(long, value_name = "DURATION", value_parser = time::duration)]
    max_interval: Option<Duration>,
}

/// Which task is meant.
#[derive(Args)]
#[group(required = true, multiple = false)]
struct Target {
    /// The task's ID
    task: Option<String>,
    /// Wait for the newest task of exactly this name instead; it may take a minute to appear
    ///
    /// Set --since to a time before the task started. A task that has already ended counts too.
    #[arg(long, value_name = "NAME", value_parser = NonEmptyStringValueParser::new())]
    name: Option<String>,
}

impl Wait {
    pub(crate) fn run(&self, service: Service, global: &Global) -> Result<(), Failure> {
        no_raw(global)?;
        check_intervals(self.interval, self.max_interval)?;
        let output = Output::new(global)?;
        let since = self.since.as_ref().unwrap_or(&SINCE);
        let since = since.resolve("--since", Timestamp::now(), output.zone())?;
        // Down to the second, in which it is told.
        let since = Timestamp::from_second(since.as_second()).unwrap_or(since);
        runtime::block_on(async {
            // Before anything is drawn, which an interruption has to clear.
            let interrupted = runtime::interrupted();
            let pace = Pace::default();
            // The flag is the wait's here; each of its looks has the time that a call has.
            let opened = Connection::open_with(global, |builder| {
                builder
                    .time_source(pace.clone())
                    .timeout(Duration::from_secs(120))
            });
            let connection = opened.await?;
            let place = connection.place(service, &self.instance);
            let changes = self.changes(service, &connection.client, since, global.timeout);
            let progress = Progress::waiting(global.verbosity(), &pace);
            let watch = Watching {
                wait: self,
                service,
                since,
                output,
                progress,
                verbosity: global.verbosity(),
                last: None,
            };
            watch
                .run(changes, interrupted)
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
    ) -> BoxStream<'static, Result<Entry, Error>> {
        let instance = self.instance.as_str();
        // clap demands one of the two.
        let task = self.target.task.as_deref().unwrap_or_default();
        match (service, self.target.name.as_deref()) {
            (Service::Dcs, None) => self.paced(client.dcs().wait(instance, task), timeout),
            (Service::Kafka, None) => self.paced(client.kafka().wait(instance, task), timeout),
            (Service::Dcs, Some(name)) => self.paced(
                client.dcs().wait_by_name(instance, name).since(since),
                timeout,
            ),
            (Service::Kafka, Some(name)) => self.paced(
                client.kafka().wait_by_name(instance, name).since(since),
                timeout,
            ),
        }
    }

    fn paced<T>(
        &self,
        mut wait: hwtasks::Wait<T>,
        timeout: Option<Duration>,
    ) -> BoxStream<'static, Result<Entry, Error>>
    where
        T: Task + Clone + PartialEq + serde::Serialize,
    {
        if let Some(timeout) = timeout {
            wait = wait.timeout(timeout);
        }
        if let Some((initial, max)) = self.intervals() {
            wait = wait.initial_interval(initial).max_interval(max);
        }
        wait.map_ok(|task| Entry::of(&task)).boxed()
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

    /// The task that is waited for, before it has been seen.
    fn wanted(&self) -> String {
        match (&self.target.task, &self.target.name) {
            (Some(task), _) => format!("task {task}"),
            (None, name) => format!("a task {}", name.as_deref().unwrap_or_default()),
        }
    }
}

/// A wait that is under way.
struct Watching<'a> {
    wait: &'a Wait,
    service: Service,
    since: Timestamp,
    output: Output,
    progress: Progress,
    verbosity: Verbosity,
    last: Option<Entry>,
}

impl Watching<'_> {
    async fn run(
        mut self,
        mut changes: BoxStream<'static, Result<Entry, Error>>,
        interrupted: impl Future<Output = ()>,
    ) -> Result<(), Failure> {
        let mut interrupted = pin!(interrupted);
        loop {
            self.progress.say(self.state());
            let change = tokio::select! {
                change = changes.try_next() => change,
                () = &mut interrupted => return self.stopped(),
            };
            match change {
                Ok(Some(task)) => self.seen(task)?,
                Ok(None) => return self.ended(),
                Err(error) => return self.failed(error),
            }
        }
    }

    fn seen(&mut self, task: Entry) -> Result<(), Failure> {
        if self.output.format == Format::Ndjson && self.output.query.is_none() {
            let output = &mut self.output;
            let printed = self.progress.aside(|| output.line(&task.json));
            // How the task ends is told by the exit code, whoever reads this.
            Failure::unless_closed(printed)?;
        }
        self.last = Some(task);
        Ok(())
    }

    /// Prints the task as it was last seen, unless it has been printed.
    fn ended(mut self) -> Result<(), Failure> {
        let state = self.state();
        drop(self.progress);
        let printed = match self.last.take() {
            Some(_) if self.output.format == Format::Ndjson && self.output.query.is_none() => {
                Ok(())
            }
            Some(task) => show::print(&mut self.output, &self.wait.instance, task),
            None => Ok(()),
        };
        Failure::unless_closed(printed).inspect_err(|_| self.output.hint(&state))
    }

    fn failed(mut self, error: Error) -> Result<(), Failure> {
        let task = match (error.dcs_task(), error.kafka_task()) {
            (Some(task), _) => Some(Entry::of(task)),
            (_, Some(task)) => Some(Entry::of(task)),
            _ => None,
        };
        let unseen = matches!(
            error.kind(),
            ErrorKind::WaitTimedOut | ErrorKind::TaskNotFound
        ) && task.is_none();
        let zone = self.output.zone();
        let (local, offset) = (
            time::local(zone, self.since),
            time::offset(zone, self.since),
        );
        let since = format!("{local} {offset}");
        let mut failure = Failure::from(error).reworded(&self.since.to_string(), &since);
        if unseen {
            failure = failure.advice(self.unseen());
        }
        if failure.exit() == Exit::TaskFailed {
            failure = failure.advice(
                "the API does not report the reason; see the task in the Huawei Cloud console",
            );
        }
        let verbosity = self.verbosity;
        let seen = match task {
            Some(task) if self.last.as_ref() != Some(&task) => self.seen(task),
            _ => Ok(()),
        };
        if let Err(unprinted) = seen.and_then(|()| self.ended()) {
            // What became of the task counts for more.
            unprinted.report(verbosity);
        }
        Err(failure)
    }

    /// What to do when the task has not been seen.
    fn unseen(&self) -> String {
        let service = match self.service {
            Service::Dcs => "dcs",
            Service::Kafka => "kafka",
        };
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

    fn stopped(self) -> Result<(), Failure> {
        let state = match &self.last {
            Some(_) => format!("{}; it continues to run", self.state()),
            None => self.state(),
        };
        drop(self.progress);
        Err(Failure::new(Exit::Interrupted, state))
    }

    /// What is known of the task, for people.
    fn state(&self) -> String {
        let Some(task) = &self.last else {
            return format!("{} has not been found yet", self.wait.wanted());
        };
        let name = task
            .name
            .as_deref()
            .map(|name| format!(" ({name})"))
            .unwrap_or_default();
        let status = task
            .status
            .as_ref()
            .map_or("in no known state", |status| status.as_str());
        crate::output::printable(&format!("task {}{name} is {status}", task.id))
    }
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

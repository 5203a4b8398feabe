//! A wait until no task runs on many instances.

use std::collections::BTreeSet;
use std::pin::{Pin, pin};
use std::time::{Duration, Instant};

use hwtasks::{Error, TaskStatus};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::{CALL_TIMEOUT, INITIAL_INTERVAL, MAX_INTERVAL, Wait};
use crate::connect::Connection;
use crate::error::{CliError, Exit};
use crate::fleet::poller::{Change, ChangeKind, Polled, Poller};
use crate::fleet::{Pace, Source, quota_interval};
use crate::hook::Hook;
use crate::list_operation::Window;
use crate::options::{Format, Global, Service};
use crate::output::{Layout, Output, TaskTable, json as to_json, machine};
use crate::progress::{ObservedClock, Progress};
use crate::runtime;
use crate::task::TaskRow;
use crate::time::Bound;

/// The default of --timeout.
const TIMEOUT: Duration = Duration::from_secs(30 * 60);
/// How many instances are polled at the same time.
const CONCURRENCY: usize = 16;
/// How many instances the environment of the command names.
const MAX_NAMED: usize = 100;

/// Waits until the instances are idle.
pub(super) fn run(
    wait: &Wait,
    service: Service,
    source: &Source<'_>,
    global: &Global,
    hook: Option<&Hook>,
) -> Result<(), CliError> {
    let mut output = Output::new(global)?;
    let since = wait.since.as_ref();
    let since = since.map(|since| since.resolve(Bound::Since, Timestamp::now(), output.zone()));
    let since = since.transpose()?;
    runtime::block_on(async {
        let mut interrupted = pin!(runtime::interrupted());
        let clock = ObservedClock::default();
        let opened = Connection::open_with(global, |builder| {
            builder.time_source(clock.clone()).timeout(CALL_TIMEOUT)
        });
        let connection = opened.await?;
        let verbosity = global.verbosity();
        let found = source.instances(service, &connection, &output, verbosity);
        let found = runtime::unless(&mut interrupted, runtime::not_begun, found).await?;
        if let Some(dry_run) = &connection.dry_run {
            let client = &connection.client;
            dry_run
                .tasks(service, client, &found, Window::default())
                .await?;
            dry_run
                .then("the same requests again for each instance that is not idle, until all are");
            return dry_run.finish();
        }
        let checked = connection.check();
        runtime::unless(&mut interrupted, runtime::not_begun, checked).await?;
        let progress = Progress::fleet(verbosity, found.len(), &clock);
        let running = RunningWait {
            wait,
            poller: Poller::new(service, connection.client.clone(), found, CONCURRENCY),
            counted: BTreeSet::new(),
            since,
            output: &mut output,
            polls: 0,
        };
        let timeout = global.timeout.unwrap_or(TIMEOUT);
        let (ended, result) = running
            .run(&progress, &clock, timeout, &mut interrupted)
            .await;
        drop(progress);
        let place = connection.service_place(service);
        let done = ended.map_err(|failure| match failure.exit() {
            Exit::Api => failure.at(place),
            _ => failure,
        });
        let Some(hook) = hook else {
            return done;
        };
        let mut variables = super::outcome(done.as_ref().err());
        variables.extend(result.variables);
        super::finish(done, hook.run(variables, &result.json), &mut interrupted).await
    })
}

/// A wait in progress.
struct RunningWait<'a> {
    wait: &'a Wait,
    poller: Poller,
    /// The tasks that count, by instance and ID.
    counted: BTreeSet<(String, String)>,
    since: Option<Timestamp>,
    output: &'a mut Output,
    polls: u32,
}

/// The result of a wait, for the command at its end.
struct WaitResult {
    variables: Vec<(&'static str, String)>,
    json: Value,
}

/// What the tasks that count have come to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Tally {
    instances: usize,
    idle: usize,
    lost: usize,
    running: usize,
    succeeded: usize,
    failed: usize,
    /// Whether an instance had tasks that count, and is idle.
    has_finished_one: bool,
}

impl RunningWait<'_> {
    async fn run(
        mut self,
        progress: &Progress,
        clock: &ObservedClock,
        timeout: Duration,
        interrupted: &mut Pin<&mut impl Future<Output = ()>>,
    ) -> (Result<(), CliError>, WaitResult) {
        let deadline = Instant::now() + timeout;
        let chosen = self.wait.intervals();
        let mut interval = chosen.map_or(INITIAL_INTERVAL, |(first, _)| first);
        let mut pace = Pace::new(Instant::now());
        let ended = loop {
            let polled = tokio::select! {
                biased;
                () = &mut *interrupted => break Err(self.stopped()),
                polled = self.poll() => polled,
            };
            self.polls += 1;
            let changes = match polled {
                Ok(changes) => changes,
                Err(error) => break Err(CliError::from(error).after(&self.state())),
            };
            if let Err(failure) = progress.suspend(|| self.changed(changes)) {
                break Err(failure);
            }
            let tally = self.tally();
            progress.set_position(tally.idle + tally.lost);
            progress.set_message(format!(
                "{} running, {} failed",
                tally.running, tally.failed
            ));
            if self.is_done(tally) {
                break Ok(());
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break Err(CliError::new(
                    Exit::TimedOut,
                    format!("the wait timed out: {}", self.state()),
                )
                .with_help("the tasks continue to run: wait again, or raise --timeout"));
            }
            // The last poll is at the end.
            let pause = pace.pause(Instant::now(), interval, Duration::ZERO);
            let pause = hwtasks::TimeSource::sleep(clock, pause.min(left));
            tokio::select! {
                biased;
                () = &mut *interrupted => break Err(self.stopped()),
                () = pause => {}
            }
            let polled = tally.instances - tally.idle - tally.lost;
            let max = match chosen {
                Some((_, max)) => max,
                None => quota_interval(polled).max(MAX_INTERVAL),
            };
            interval = (interval.saturating_mul(3) / 2)
                .min(max)
                .max(Duration::from_millis(1));
        };
        let result = self.result();
        // The result is printed where the progress was.
        let ended = progress.suspend(|| self.ended(ended, &result));
        (ended, result)
    }

    /// Polls the instances that may still have running tasks.
    async fn poll(&mut self) -> Result<Vec<Change>, Error> {
        let name = self.wait.name.as_deref();
        self.poller
            .poll(|state| !is_idle(state, name) && !state.is_lost())
            .await
    }

    /// Counts the tasks that have changed, and prints them where the format prints changes.
    fn changed(&mut self, changes: Vec<Change>) -> Result<(), CliError> {
        for Change { task, kind } in changes {
            let is_new = match kind {
                ChangeKind::Found if task.has_ended() => {
                    let started = task.created.get();
                    self.since
                        .is_some_and(|since| started.is_some_and(|at| at >= since))
                }
                _ => true,
            };
            if !is_new || !is_named(&task, self.wait.name.as_deref()) {
                continue;
            }
            self.counted
                .insert((task.instance.id.clone(), task.id.clone()));
            if self.output.format == Format::Ndjson && self.output.query.is_none() {
                // The exit code reports the result even when no one reads the output.
                CliError::ignore_broken_pipe(self.output.line(&task.json))?;
            }
        }
        Ok(())
    }

    /// The tasks of an instance that count.
    fn counted<'s>(&'s self, state: &'s Polled) -> impl Iterator<Item = &'s TaskRow> {
        let is_counted = |task: &&TaskRow| {
            let key = (task.instance.id.clone(), task.id.clone());
            self.counted.contains(&key)
        };
        state.tasks.values().filter(is_counted)
    }

    fn tally(&self) -> Tally {
        let mut tally = Tally::default();
        let name = self.wait.name.as_deref();
        for state in self.poller.states() {
            let is_idle = is_idle(state, name);
            tally.instances += 1;
            tally.idle += usize::from(is_idle);
            tally.lost += usize::from(state.is_lost());
            for task in self.counted(state) {
                tally.has_finished_one |= is_idle;
                match (task.has_ended(), task.is_in(&TaskStatus::Success)) {
                    (false, _) => tally.running += 1,
                    (true, true) => tally.succeeded += 1,
                    (true, false) => tally.failed += 1,
                }
            }
        }
        tally
    }

    fn is_done(&self, tally: Tally) -> bool {
        let all = tally.idle + tally.lost == tally.instances;
        let one = self.wait.any && tally.has_finished_one;
        all || one || self.wait.fail_fast && tally.failed > 0
    }

    /// How far the wait is, in words.
    fn state(&self) -> String {
        let tally = self.tally();
        let count = |count: usize, what: &str| (count > 0).then(|| format!("{count} {what}"));
        let mut parts = vec![format!(
            "{} of {} instances idle",
            tally.idle, tally.instances
        )];
        parts.extend(count(tally.running, "running"));
        parts.extend(count(tally.succeeded, "succeeded"));
        parts.extend(count(tally.failed, "failed"));
        parts.extend(count(tally.lost, "unreadable"));
        parts.join(", ")
    }

    fn stopped(&self) -> CliError {
        let polls = if self.polls == 1 { "poll" } else { "polls" };
        let message = format!("after {} {polls}: {}", self.polls, self.state());
        CliError::new(Exit::Interrupted, message)
    }

    /// The result for programs.
    fn result(&self) -> WaitResult {
        let tally = self.tally();
        let name = self.wait.name.as_deref();
        let instances = self
            .poller
            .states()
            .iter()
            .map(|state| machine::WaitedInstance {
                service: state.instance.service,
                instance_id: state.instance.id.clone(),
                instance_name: state.instance.name.clone(),
                idle: is_idle(state, name),
                tasks: self.counted(state).map(|task| task.json.clone()).collect(),
                error: state.error.as_ref().map(machine::SweepError::new),
            });
        let json = to_json(machine::WaitedInstances {
            instances: instances.collect(),
            running: tally.running,
            succeeded: tally.succeeded,
            failed: tally.failed,
            complete: tally.idle == tally.instances,
        });
        let failed = self.poller.states().iter().filter(|state| {
            let mut counted = self.counted(state);
            state.is_lost()
                || counted.any(|task| task.has_ended() && !task.is_in(&TaskStatus::Success))
        });
        let failed: Vec<&str> = failed
            .take(MAX_NAMED)
            .map(|state| state.instance.id.as_str())
            .collect();
        WaitResult {
            variables: vec![
                ("HWTASKS_SUMMARY", self.state()),
                ("HWTASKS_FAILED_TASKS", tally.failed.to_string()),
                ("HWTASKS_FAILED_INSTANCES", failed.join(" ")),
            ],
            json: json.unwrap_or_else(|_| json!(null)),
        }
    }

    /// Prints the result, and says how the wait ended: by the worst result.
    fn ended(mut self, ended: Result<(), CliError>, result: &WaitResult) -> Result<(), CliError> {
        let tally = self.tally();
        let state = self.state();
        let printed = CliError::ignore_broken_pipe(self.print(result));
        let worst = match ended {
            Err(failure) if failure.exit() != Exit::TimedOut => Err(failure),
            _ if tally.failed > 0 => Err(CliError::new(Exit::TaskFailed, state).with_help(
                "the API does not report the reason; see the tasks in the Huawei Cloud console",
            )),
            Err(failure) => Err(failure),
            Ok(()) if tally.lost > 0 => Err(CliError::new(Exit::SomeFailed, state)
                .with_help("the error of each instance that cannot be read is above")),
            Ok(()) => {
                self.output.hint(&state);
                return printed;
            }
        };
        if let Err(unprinted) = printed {
            unprinted.report(crate::terminal::Verbosity::default());
        }
        worst
    }

    fn print(&mut self, result: &WaitResult) -> Result<(), CliError> {
        for state in self.poller.states() {
            if let Some(error) = &state.error {
                let failure = CliError::from(error.clone());
                self.output.error(&state.instance.to_string(), &failure);
            }
        }
        if self.output.is_streamed() && self.output.format == Format::Ndjson {
            return Ok(());
        }
        let states = self.poller.states().iter();
        let tasks: Vec<TaskRow> = states
            .flat_map(|state| self.counted(state))
            .cloned()
            .collect();
        if self.output.is_streamed() {
            let mut text = self.output.stream_header()?;
            for task in &tasks {
                text.push_str(&self.output.stream_line(task)?);
            }
            return self.output.bytes(text.as_bytes());
        }
        match (self.output.format, &self.output.query) {
            (Format::Table, None) if tasks.is_empty() => Ok(()),
            (Format::Table, None) => {
                let table = TaskTable::new(self.output, Layout::Fleet).render(&tasks);
                self.output.table(&table)
            }
            _ => self.output.value(&result.json),
        }
    }
}

/// Whether an instance has been read, and no task with this name is running.
fn is_idle(state: &Polled, name: Option<&str>) -> bool {
    state.is_read && !state.running().any(|task| is_named(task, name))
}

fn is_named(task: &TaskRow, name: Option<&str>) -> bool {
    name.is_none_or(|name| task.name.as_deref() == Some(name))
}

//! A watch of one instance.

use std::collections::HashMap;
use std::pin::pin;
use std::sync::Arc;
use std::time::Instant;

use futures_util::stream::{StreamExt as _, TryStreamExt as _};
use hwtasks::Error;

use super::events::Events;
use super::tolerance::Tolerance;
use super::view::View;
use super::{Watch, stopped};
use crate::connect::Connection;
use crate::error::CliError;
use crate::fleet::Pace;
use crate::fleet::poller::{Change, ChangeKind};
use crate::instances::Instance;
use crate::list_operation::{ListOperation, Window};
use crate::options::{Global, Service};
use crate::output::{Layout, Output};
use crate::runtime;
use crate::task::TaskRow;

/// How many tasks a poll reads to find those that a filter matches.
const MAX_TASKS_FILTERED: u32 = 200;

pub(super) fn run(
    watch: &Watch,
    service: Service,
    argument: &str,
    mut window: Window,
    output: &mut Output,
    global: &Global,
) -> Result<(), CliError> {
    // A filter may match few of many tasks; a poll must not read the whole history for them.
    let max_read = match (watch.filter.matches_all(), window.since) {
        (true, _) => watch.limit,
        (false, None) => MAX_TASKS_FILTERED.max(watch.limit),
        (false, Some(_)) => u32::MAX,
    };
    window.page = Some(max_read);
    if !watch.filter.matches_all() && window.since.is_none() {
        output.hint(&format!(
            "each poll reads the newest {max_read} tasks; with --since, all tasks since then"
        ));
    }
    runtime::block_on(async {
        let mut interrupted = pin!(runtime::interrupted());
        let connection = Connection::open(global).await?;
        let instance = connection.instance(service, argument);
        let instance = runtime::unless(&mut interrupted, runtime::not_begun, instance).await?;
        connection.then("the same request again at each interval, until interrupted");
        let place = connection.place(&instance);
        let title = format!("{} instance {instance}", service.title());
        let interval = watch.interval();
        let mut view = View::new(output, title, Layout::Instance, interval);
        let mut events = Events::new(&watch.exec_on, &watch.command);
        let mut polls = 0;
        let mut previous: Option<Vec<TaskRow>> = None;
        let mut tolerance = Tolerance::new(Instant::now());
        let mut pace = Pace::new(Instant::now());
        loop {
            let polled = tokio::select! {
                biased;
                () = &mut interrupted => return stopped(polls),
                polled = poll(watch, &instance, &connection, window, max_read) => polled,
            };
            tolerance.found |= polled.is_ok();
            let mut requested = None;
            let polled = polled.map(Some).or_else(|error| {
                match tolerance.covers(&error, Instant::now()) {
                    true => {
                        requested = error.retry_after();
                        view.note(error);
                        Ok(None)
                    }
                    false => Err(CliError::from(error).at_instance(&place, argument)),
                }
            })?;
            view.interval = match polled == previous {
                true => watch.next_interval(interval, view.interval),
                false => interval,
            };
            if let Some(tasks) = &polled {
                if events.have_disturbed() {
                    view.disturbed();
                }
                view.show(tasks)?;
                events.send(changes(previous.as_deref(), tasks));
                previous = polled;
            }
            polls += 1;
            let requested = requested.unwrap_or_default();
            let pause = pace.pause(Instant::now(), view.interval, requested);
            tokio::select! {
                biased;
                () = &mut interrupted => return stopped(polls),
                () = tokio::time::sleep(pause) => {}
            }
        }
    })
}

async fn poll(
    watch: &Watch,
    instance: &Arc<Instance>,
    connection: &Connection,
    window: Window,
    max_read: u32,
) -> Result<Vec<TaskRow>, Error> {
    let count = |number| usize::try_from(number).unwrap_or(usize::MAX);
    let source = ListOperation::current(instance.service);
    let tasks = source.tasks(&connection.client, instance, window);
    tasks
        .take(count(max_read))
        .try_filter(|task| std::future::ready(watch.filter.matches(task)))
        .take(count(watch.limit))
        .try_collect()
        .await
}

/// What has changed since the previous poll.
fn changes(previous: Option<&[TaskRow]>, tasks: &[TaskRow]) -> Vec<Change> {
    let Some(previous) = previous else {
        return Vec::new();
    };
    let known = previous.iter().map(|task| (task.id.as_str(), task));
    let known: HashMap<&str, &TaskRow> = known.collect();
    // The oldest first.
    let changed = tasks.iter().rev().filter_map(|task| {
        let kind = match known.get(task.id.as_str()) {
            Some(known) if *known == task => return None,
            _ if task.has_ended() => ChangeKind::Ended,
            Some(_) => ChangeKind::Changed,
            None => ChangeKind::Started,
        };
        let task = task.clone();
        Some(Change { task, kind })
    });
    changed.collect()
}

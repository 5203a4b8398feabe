//! A watch of many instances: what runs, and what ended lately.

use std::collections::HashSet;
use std::pin::pin;
use std::time::{Duration, Instant};

use super::events::Events;
use super::tolerance::Tolerance;
use super::view::View;
use super::{INTERVAL, Watch, stopped};
use crate::connect::Connection;
use crate::error::CliError;
use crate::fleet::poller::{Change, Poller};
use crate::fleet::{Pace, Source, quota_interval};
use crate::list_operation::Window;
use crate::options::{Global, Service};
use crate::output::{Layout, Output};
use crate::runtime;
use crate::task::TaskRow;

/// How many instances are polled at the same time.
const CONCURRENCY: usize = 16;
/// How often the instances of the project are listed.
const LIST_INTERVAL: Duration = Duration::from_secs(10 * 60);
/// How many errors of instances are printed after a poll.
const MAX_ERRORS: usize = 5;

pub(super) fn run(
    watch: &Watch,
    service: Service,
    source: &Source<'_>,
    window: Window,
    output: &mut Output,
    global: &Global,
) -> Result<(), CliError> {
    let verbosity = global.verbosity();
    runtime::block_on(async {
        let mut interrupted = pin!(runtime::interrupted());
        let connection = Connection::open(global).await?;
        let found = source.instances(service, &connection, output, verbosity);
        let found = runtime::unless(&mut interrupted, runtime::not_begun, found).await?;
        if let Some(dry_run) = &connection.dry_run {
            let first = Window {
                since: window.since,
                ..Window::default()
            };
            dry_run
                .tasks(service, &connection.client, &found, first)
                .await?;
            dry_run.then("at each interval, the tasks that may have changed, until interrupted");
            return dry_run.finish();
        }
        let place = connection.service_place(service);
        let interval = match watch.interval {
            Some(interval) => interval,
            None => quota_interval(found.len()).max(INTERVAL),
        };
        if watch.interval.is_none() && interval > INTERVAL {
            output.hint(&format!(
                "polling {} instances every {interval:?}; --interval sets another time",
                found.len()
            ));
        }
        let mut poller = Poller::new(service, connection.client.clone(), found, CONCURRENCY)
            .since(window.since)
            .keep(watch.recent);
        let mut fleet = Fleet {
            watch,
            window,
            failing: HashSet::new(),
        };
        let mut view = View::new(output, String::new(), Layout::Fleet, interval);
        let mut events = Events::new(&watch.exec_on, &watch.command);
        let mut tolerance = Tolerance::new(Instant::now());
        let mut listed = Instant::now();
        let mut polls = 0;
        let mut pace = Pace::new(Instant::now());
        loop {
            let polled = tokio::select! {
                biased;
                () = &mut interrupted => return stopped(polls),
                polled = poller.poll(|_| true) => polled,
            };
            tolerance.found |= polled.is_ok();
            match polled {
                Ok(changes) => {
                    let changes: Vec<Change> = changes
                        .into_iter()
                        .filter(|one| fleet.shows(&one.task))
                        .collect();
                    view.interval = match changes.is_empty() {
                        true => watch.next_interval(interval, view.interval),
                        false => interval,
                    };
                    fleet.say_errors(&poller, &mut view);
                    if events.have_disturbed() {
                        view.disturbed();
                    }
                    view.title = fleet.title(service, &poller);
                    view.show(&fleet.tasks(&poller))?;
                    events.send(changes);
                }
                Err(error) if tolerance.covers(&error, Instant::now()) => view.note(error),
                Err(error) => return Err(CliError::from(error).at(place)),
            }
            polls += 1;
            let pause = pace.pause(Instant::now(), view.interval, Duration::ZERO);
            tokio::select! {
                biased;
                () = &mut interrupted => return stopped(polls),
                () = tokio::time::sleep(pause) => {}
            }
            if matches!(source, Source::All(_)) && listed.elapsed() >= LIST_INTERVAL {
                listed = Instant::now();
                let found = source.list(service, &connection);
                let found = tokio::select! {
                    biased;
                    () = &mut interrupted => return stopped(polls),
                    found = found => found,
                };
                match found {
                    Ok(found) => poller.set_instances(found),
                    Err(error) => view.note(error),
                }
            }
        }
    })
}

/// What a watch shows of many instances.
struct Fleet<'a> {
    watch: &'a Watch,
    window: Window,
    /// The instances whose error has been said.
    failing: HashSet<String>,
}

impl Fleet<'_> {
    fn shows(&self, task: &TaskRow) -> bool {
        let started = task.created.get();
        let until = self.window.until;
        let in_time = until.is_none_or(|until| started.is_some_and(|at| at <= until));
        in_time && self.watch.filter.matches(task)
    }

    /// The running tasks, then the ended ones; the newest of each first.
    fn tasks(&self, poller: &Poller) -> Vec<TaskRow> {
        let states = poller.states().iter();
        let tasks = states.flat_map(|state| state.tasks.values());
        let mut tasks: Vec<TaskRow> = tasks.filter(|task| self.shows(task)).cloned().collect();
        tasks.sort_by(|a, b| {
            let by_state = a.has_ended().cmp(&b.has_ended());
            let by_time = b.created.get().cmp(&a.created.get());
            let by_id = (&a.instance.id, &a.id).cmp(&(&b.instance.id, &b.id));
            by_state.then(by_time).then(by_id)
        });
        tasks
    }

    fn title(&self, service: Service, poller: &Poller) -> String {
        let states = poller.states();
        let running: usize = states.iter().map(|state| state.running().count()).sum();
        let mut title = format!(
            "{} {} instances, {running} running",
            states.len(),
            service.title()
        );
        let failing = states.iter().filter(|state| state.error.is_some()).count();
        if failing > 0 {
            title.push_str(&format!(", {failing} unreadable"));
        }
        title
    }

    /// Says why instances cannot be read, once for each.
    fn say_errors(&mut self, poller: &Poller, view: &mut View<'_>) {
        let states = poller.states().iter();
        let failing = states.filter_map(|state| Some((&state.instance, state.error.as_ref()?)));
        let failing: Vec<_> = failing.collect();
        let is_new = |id: &str| !self.failing.contains(id);
        let new: Vec<_> = failing.iter().filter(|(of, _)| is_new(&of.id)).collect();
        for (instance, error) in new.iter().take(MAX_ERRORS) {
            view.warn(&format!("error: {instance}: {error}; polling again"));
        }
        if let more @ 1.. = new.len().saturating_sub(MAX_ERRORS) {
            view.warn(&format!("and the errors of {more} more instances"));
        }
        self.failing = failing.iter().map(|(of, _)| of.id.clone()).collect();
    }
}

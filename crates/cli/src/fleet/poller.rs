//! The tasks of many instances, as they change from poll to poll.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use futures_util::TryStreamExt as _;
use hwtasks::{Client, Error};
use jiff::{SignedDuration, Timestamp};

use crate::instances::Instance;
use crate::list_operation::{ListOperation, Window};
use crate::options::Service;
use crate::task::TaskRow;

/// How much earlier than the last poll a new task may have started: clocks differ, and a task may take
/// a minute to appear.
const MARGIN: SignedDuration = SignedDuration::from_mins(10);

/// A change of a task from one poll to the next.
#[derive(Clone, Debug)]
pub(crate) struct Change {
    pub(crate) task: TaskRow,
    pub(crate) kind: ChangeKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ChangeKind {
    /// The first poll of its instance found it.
    Found,
    /// It is new.
    Started,
    /// It has changed, and has not ended.
    Changed,
    /// It has ended.
    Ended,
    /// It was running, and is not listed any more.
    Gone,
}

/// An instance as of the last poll.
#[derive(Debug)]
pub(crate) struct Polled {
    pub(crate) instance: Arc<Instance>,
    /// The running tasks, and those that ended lately, by ID.
    pub(crate) tasks: BTreeMap<String, TaskRow>,
    /// Why the last poll failed.
    pub(crate) error: Option<Error>,
    /// Whether any poll has succeeded.
    pub(crate) is_read: bool,
}

impl Polled {
    pub(crate) fn new(instance: Arc<Instance>) -> Self {
        Self {
            instance,
            tasks: BTreeMap::new(),
            error: None,
            is_read: false,
        }
    }

    pub(crate) fn running(&self) -> impl Iterator<Item = &TaskRow> {
        self.tasks.values().filter(|task| !task.has_ended())
    }

    /// Whether the instance can never be read: it does not exist, for example.
    pub(crate) fn is_lost(&self) -> bool {
        self.error
            .as_ref()
            .is_some_and(|error| !error.is_retryable())
    }
}

/// Polls the tasks of many instances of a service: first all tasks, then those that may have changed.
pub(crate) struct Poller {
    service: Service,
    client: Client,
    concurrency: usize,
    /// Only tasks that started since then, from the first poll on.
    since: Option<Timestamp>,
    /// How long tasks are kept after they have ended.
    keep: SignedDuration,
    states: Vec<Polled>,
    by_id: HashMap<String, usize>,
    last: Option<Timestamp>,
}

impl Poller {
    pub(crate) fn new(
        service: Service,
        client: Client,
        instances: Vec<Arc<Instance>>,
        concurrency: usize,
    ) -> Self {
        let mut poller = Self {
            service,
            client,
            concurrency,
            since: None,
            keep: SignedDuration::MAX,
            states: Vec::new(),
            by_id: HashMap::new(),
            last: None,
        };
        poller.set_instances(instances);
        poller
    }

    /// Reads only tasks that started since then.
    pub(crate) fn since(mut self, since: Option<Timestamp>) -> Self {
        self.since = since;
        self
    }

    /// Forgets tasks that ended longer ago.
    pub(crate) fn keep(mut self, keep: Duration) -> Self {
        self.keep = SignedDuration::try_from(keep).unwrap_or(SignedDuration::MAX);
        self
    }

    /// Replaces the instances; those that stay keep their tasks.
    pub(crate) fn set_instances(&mut self, instances: Vec<Arc<Instance>>) {
        let known = std::mem::take(&mut self.states);
        let known = known.into_iter().map(|one| (one.instance.id.clone(), one));
        let mut known: HashMap<String, Polled> = known.collect();
        let state = |instance: Arc<Instance>| match known.remove(&instance.id) {
            Some(known) => known,
            None => Polled::new(instance),
        };
        self.states = instances.into_iter().map(state).collect();
        let ids = self.states.iter().enumerate();
        self.by_id = ids.map(|(at, one)| (one.instance.id.clone(), at)).collect();
    }

    pub(crate) fn states(&self) -> &[Polled] {
        &self.states
    }

    /// Polls the instances that `selects` accepts. The error is that of a sweep that ended early, such as
    /// refused credentials.
    pub(crate) async fn poll(
        &mut self,
        selects: impl Fn(&Polled) -> bool,
    ) -> Result<Vec<Change>, Error> {
        let now = Timestamp::now();
        let (again, new): (Vec<_>, Vec<_>) = self
            .states
            .iter()
            .filter(|state| selects(state))
            .partition(|state| state.is_read);
        let since = self.window(&again, now);
        let ids = |states: Vec<&Polled>| -> Vec<_> {
            let instances = states.iter().map(|state| Arc::clone(&state.instance));
            instances.collect()
        };
        let parts = [(ids(new), self.since), (ids(again), since)];
        let mut changes = Vec::new();
        for (instances, since) in parts {
            if instances.is_empty() {
                continue;
            }
            let window = Window {
                since,
                ..Window::default()
            };
            let mut results = ListOperation::sweep(
                self.service,
                &self.client,
                &instances,
                window,
                self.concurrency,
            );
            while let Some((instance, result)) = results.try_next().await? {
                let Some(state) = self
                    .by_id
                    .get(&instance.id)
                    .and_then(|at| self.states.get_mut(*at))
                else {
                    continue;
                };
                match result {
                    Ok(tasks) => changes.extend(update(state, tasks, since, now, self.keep)),
                    Err(error) => state.error = Some(error),
                }
            }
        }
        self.last = Some(now);
        Ok(changes)
    }

    /// From when on tasks may be new or have changed since the last poll.
    fn window(&self, states: &[&Polled], now: Timestamp) -> Option<Timestamp> {
        let last = self.last.unwrap_or(now);
        let mut since = last.checked_sub(MARGIN).ok()?;
        for task in states.iter().flat_map(|state| state.running()) {
            // A task without a time can be anywhere.
            since = since.min(task.created.get()?);
        }
        Some(self.since.map_or(since, |first| since.max(first)))
    }
}

/// Updates an instance with the tasks of a poll that began with a time.
fn update(
    state: &mut Polled,
    tasks: Vec<TaskRow>,
    since: Option<Timestamp>,
    now: Timestamp,
    keep: SignedDuration,
) -> Vec<Change> {
    let is_first = !std::mem::replace(&mut state.is_read, true);
    state.error = None;
    let is_kept = |task: &TaskRow| {
        let at = task.updated.get().or(task.created.get());
        !task.has_ended() || at.is_none_or(|at| now.duration_since(at) <= keep)
    };
    let mut changes = Vec::new();
    let mut listed: BTreeMap<&str, ()> = BTreeMap::new();
    for task in &tasks {
        listed.insert(&task.id, ());
    }
    let is_gone = |task: &TaskRow| {
        let was_listed = since.is_none_or(|since| task.created.get().is_some_and(|at| at >= since));
        !task.has_ended() && was_listed && !listed.contains_key(task.id.as_str())
    };
    let gone: Vec<String> = state
        .tasks
        .values()
        .filter(|task| is_gone(task))
        .map(|task| task.id.clone())
        .collect();
    drop(listed);
    for id in gone {
        if let Some(task) = state.tasks.remove(&id) {
            let kind = ChangeKind::Gone;
            changes.push(Change { task, kind });
        }
    }
    state.tasks.retain(|_, task| is_kept(task));
    for task in tasks {
        let known = state.tasks.get(&task.id);
        let kind = match known {
            Some(known) if *known == task => continue,
            _ if is_first => ChangeKind::Found,
            // It ended longer ago than tasks are kept.
            None if !is_kept(&task) => continue,
            _ if task.has_ended() => ChangeKind::Ended,
            None => ChangeKind::Started,
            Some(_) => ChangeKind::Changed,
        };
        if is_kept(&task) {
            state.tasks.insert(task.id.clone(), task.clone());
            changes.push(Change { task, kind });
        }
    }
    changes
}

#[cfg(test)]
mod tests {
    use hwtasks::KafkaTask;
    use serde_json::json;

    use super::*;

    fn task(id: &str, status: &str, minute: u8) -> TaskRow {
        let json = json!({ "id": id, "status": status,
            "created_at": format!("2026-01-01T00:{minute:02}:00Z") });
        let task: KafkaTask = serde_json::from_value(json).unwrap();
        TaskRow::new(&Instance::new(Service::Kafka, "i"), &task)
    }

    fn kinds(changes: &[Change]) -> Vec<(&str, ChangeKind)> {
        let kinds = changes.iter().map(|one| (one.task.id.as_str(), one.kind));
        kinds.collect()
    }

    #[test]
    fn update_says_what_has_changed() {
        let now = "2026-01-01T00:30:00Z".parse().unwrap();
        let keep = SignedDuration::from_mins(20);
        let mut state = Polled::new(Instance::new(Service::Kafka, "i"));
        let first = vec![
            task("a", "EXECUTING", 1),
            task("b", "EXECUTING", 2),
            task("c", "EXECUTING", 20),
            task("old", "SUCCESS", 3),
        ];
        let changes = update(&mut state, first, None, now, keep);
        let found = ["a", "b", "c"].map(|id| (id, ChangeKind::Found));
        assert_eq!(kinds(&changes), found);
        let since = Some("2026-01-01T00:02:00Z".parse().unwrap());
        let second = vec![
            task("b", "FAILED", 20),
            task("d", "CREATED", 21),
            task("e", "SUCCESS", 22),
            task("old", "SUCCESS", 3),
        ];
        let changes = update(&mut state, second.clone(), since, now, keep);
        let expected = [
            ("c", ChangeKind::Gone),
            ("b", ChangeKind::Ended),
            ("d", ChangeKind::Started),
            ("e", ChangeKind::Ended),
        ];
        assert_eq!(kinds(&changes), expected);
        // `a` started before the window, so nothing is known of it.
        let running: Vec<_> = state.running().map(|task| task.id.as_str()).collect();
        assert_eq!(running, ["a", "d"]);
        let changes = update(&mut state, second, since, now, keep);
        assert!(changes.is_empty(), "{changes:?}");
        let third = vec![task("a", "SUCCESS", 20), task("d", "EXECUTING", 21)];
        let changes = update(&mut state, third, None, now, keep);
        let expected = [("a", ChangeKind::Ended), ("d", ChangeKind::Changed)];
        assert_eq!(kinds(&changes), expected);
    }
}

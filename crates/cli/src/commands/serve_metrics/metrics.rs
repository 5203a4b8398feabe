//! The metrics, and their text format.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use hwtasks::TaskStatus;
use jiff::Timestamp;

use crate::fleet::poller::{Change, ChangeKind, Polled};
use crate::options::Service;
use crate::task::TaskRow;

/// The upper bounds of the duration histogram, in seconds.
const BUCKETS: [f64; 9] = [
    1.0, 5.0, 15.0, 60.0, 300.0, 900.0, 3600.0, 14_400.0, 86_400.0,
];

/// Labels with their values, in the order in which they are written.
type Labels = Vec<(&'static str, String)>;

/// All metrics.
#[derive(Default)]
pub(super) struct Metrics(Mutex<Families>);

#[derive(Default)]
struct Families {
    /// What the last poll of each service found.
    services: BTreeMap<&'static str, Found>,
    ended: BTreeMap<Labels, u64>,
    durations: BTreeMap<Labels, Histogram>,
    polls: BTreeMap<&'static str, Polls>,
}

/// What a poll found.
#[derive(Default)]
struct Found {
    instances: usize,
    unreadable: usize,
    tasks: BTreeMap<Labels, u64>,
    oldest_running: BTreeMap<Labels, f64>,
    last_failure: BTreeMap<Labels, f64>,
}

#[derive(Default)]
struct Polls {
    is_successful: bool,
    took: Duration,
    last_success: Option<f64>,
    succeeded: u64,
    failed: u64,
}

#[derive(Default)]
struct Histogram {
    buckets: [u64; BUCKETS.len()],
    count: u64,
    sum: f64,
}

impl Metrics {
    fn families(&self) -> MutexGuard<'_, Families> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes over what a poll of a service found.
    pub(super) fn polled(
        &self,
        service: Service,
        states: &[Polled],
        changes: &[Change],
        now: Timestamp,
    ) {
        let mut families = self.families();
        let mut found = Found {
            instances: states.len(),
            ..Found::default()
        };
        for state in states {
            found.unreadable += usize::from(state.error.is_some());
            for task in state.tasks.values() {
                found.add(task);
            }
        }
        families.services.insert(service.as_str(), found);
        for Change { task, kind } in changes {
            if *kind != ChangeKind::Ended {
                continue;
            }
            *families.ended.entry(of_task(task)).or_default() += 1;
            let started = task.created.get();
            let ended = task.updated.get().unwrap_or(now);
            if let Some(started) = started {
                let took = seconds(ended) - seconds(started);
                let labels = vec![
                    ("service", service.as_str().to_owned()),
                    ("name", task.name.clone().unwrap_or_default()),
                    ("status", task.shown_status().to_owned()),
                ];
                families
                    .durations
                    .entry(labels)
                    .or_default()
                    .add(took.max(0.0));
            }
        }
    }

    /// Counts a poll of a service.
    pub(super) fn ended(
        &self,
        service: Service,
        is_successful: bool,
        took: Duration,
        now: Timestamp,
    ) {
        let mut families = self.families();
        let polls = families.polls.entry(service.as_str()).or_default();
        polls.is_successful = is_successful;
        polls.took = took;
        if is_successful {
            polls.succeeded += 1;
            polls.last_success = Some(seconds(now));
        } else {
            polls.failed += 1;
        }
    }

    /// The metrics in the text format of Prometheus.
    pub(super) fn text(&self) -> String {
        let families = self.families();
        let mut text = Text::default();
        text.family(
            "hwtasks_build_info",
            "gauge",
            "The version of the program; always 1.",
        );
        let version = vec![("version", env!("CARGO_PKG_VERSION").to_owned())];
        text.sample("hwtasks_build_info", &version, 1.0);
        families.write_found(&mut text);
        families.write_ended(&mut text);
        families.write_polls(&mut text);
        text.0
    }
}

impl Found {
    fn add(&mut self, task: &TaskRow) {
        *self.tasks.entry(of_task(task)).or_default() += 1;
        let started = task.created.get().map(seconds);
        if let (false, Some(started)) = (task.has_ended(), started) {
            let oldest = self
                .oldest_running
                .entry(of_instance(task))
                .or_insert(started);
            *oldest = oldest.min(started);
        }
        let ended = task.updated.get().map(seconds);
        if let (true, Some(ended)) = (task.is_in(&TaskStatus::Failed), ended) {
            let last = self.last_failure.entry(of_instance(task)).or_insert(ended);
            *last = last.max(ended);
        }
    }
}

impl Families {
    fn write_found(&self, text: &mut Text) {
        let of = |service: &str| vec![("service", service.to_owned())];
        text.family(
            "hwtasks_instances",
            "gauge",
            "Instances of the last successful poll.",
        );
        for (service, found) in &self.services {
            text.sample("hwtasks_instances", &of(service), found.instances);
        }
        text.family(
            "hwtasks_instances_unreadable",
            "gauge",
            "Instances whose tasks the last poll could not list.",
        );
        for (service, found) in &self.services {
            text.sample(
                "hwtasks_instances_unreadable",
                &of(service),
                found.unreadable,
            );
        }
        text.family(
            "hwtasks_tasks",
            "gauge",
            "Tasks that run, or that ended within the time of --recent.",
        );
        for (labels, count) in self.services.values().flat_map(|found| &found.tasks) {
            text.sample("hwtasks_tasks", labels, *count);
        }
        let oldest = "hwtasks_oldest_running_task_start_timestamp_seconds";
        text.family(
            oldest,
            "gauge",
            "When the oldest running task of an instance started.",
        );
        for (labels, at) in self
            .services
            .values()
            .flat_map(|found| &found.oldest_running)
        {
            text.sample(oldest, labels, *at);
        }
        let failure = "hwtasks_last_failure_timestamp_seconds";
        text.family(
            failure,
            "gauge",
            "When the last failed task of an instance ended.",
        );
        for (labels, at) in self.services.values().flat_map(|found| &found.last_failure) {
            text.sample(failure, labels, *at);
        }
    }

    fn write_ended(&self, text: &mut Text) {
        text.family(
            "hwtasks_tasks_ended_total",
            "counter",
            "Tasks that ended since the program started.",
        );
        for (labels, count) in &self.ended {
            text.sample("hwtasks_tasks_ended_total", labels, *count);
        }
        let name = "hwtasks_task_duration_seconds";
        text.family(
            name,
            "histogram",
            "How long the tasks took that ended since the program started.",
        );
        for (labels, histogram) in &self.durations {
            let bounds = BUCKETS
                .iter()
                .map(f64::to_string)
                .chain(["+Inf".to_owned()]);
            let counts = histogram.buckets.iter().copied().chain([histogram.count]);
            for (bound, count) in bounds.zip(counts) {
                let mut labels = labels.clone();
                labels.push(("le", bound));
                text.sample(&format!("{name}_bucket"), &labels, count);
            }
            text.sample(&format!("{name}_sum"), labels, histogram.sum);
            text.sample(&format!("{name}_count"), labels, histogram.count);
        }
    }

    fn write_polls(&self, text: &mut Text) {
        let of = |service: &str| vec![("service", service.to_owned())];
        text.family(
            "hwtasks_poll_success",
            "gauge",
            "Whether the last poll succeeded.",
        );
        for (service, polls) in &self.polls {
            text.sample(
                "hwtasks_poll_success",
                &of(service),
                u8::from(polls.is_successful),
            );
        }
        text.family(
            "hwtasks_poll_duration_seconds",
            "gauge",
            "How long the last poll took.",
        );
        for (service, polls) in &self.polls {
            let took = polls.took.as_secs_f64();
            text.sample("hwtasks_poll_duration_seconds", &of(service), took);
        }
        let last = "hwtasks_last_successful_poll_timestamp_seconds";
        text.family(last, "gauge", "When the last successful poll ended.");
        for (service, polls) in &self.polls {
            if let Some(at) = polls.last_success {
                text.sample(last, &of(service), at);
            }
        }
        text.family("hwtasks_polls_total", "counter", "Polls, by their result.");
        for (service, polls) in &self.polls {
            for (result, count) in [("success", polls.succeeded), ("failure", polls.failed)] {
                let mut labels = of(service);
                labels.push(("result", result.to_owned()));
                text.sample("hwtasks_polls_total", &labels, count);
            }
        }
    }
}

impl Histogram {
    fn add(&mut self, value: f64) {
        self.count += 1;
        self.sum += value;
        for (bucket, bound) in self.buckets.iter_mut().zip(BUCKETS) {
            *bucket += u64::from(value <= bound);
        }
    }
}

/// The text format, version 0.0.4.
#[derive(Default)]
struct Text(String);

impl Text {
    fn family(&mut self, name: &str, kind: &str, help: &str) {
        // Writing to a String cannot fail.
        let _ = writeln!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}");
    }

    fn sample(&mut self, name: &str, labels: &Labels, value: impl std::fmt::Display) {
        self.0.push_str(name);
        for (at, (label, value)) in labels.iter().enumerate() {
            let open = if at == 0 { '{' } else { ',' };
            let value = value
                .replace('\\', "\\\\")
                .replace('"', "\\\"")
                .replace('\n', "\\n");
            let _ = write!(self.0, "{open}{label}=\"{value}\"");
        }
        let _ = writeln!(self.0, "}} {value}");
    }
}

fn seconds(at: Timestamp) -> f64 {
    at.as_duration().as_secs_f64()
}

/// The labels of an instance. Prometheus itself sets the label `instance`.
fn of_instance(task: &TaskRow) -> Labels {
    let instance = &task.instance;
    vec![
        ("service", instance.service.as_str().to_owned()),
        ("instance_id", instance.id.clone()),
        ("instance_name", instance.name.clone().unwrap_or_default()),
    ]
}

fn of_task(task: &TaskRow) -> Labels {
    let mut labels = of_instance(task);
    labels.push(("name", task.name.clone().unwrap_or_default()));
    labels.push(("status", task.shown_status().to_owned()));
    labels
}

#[cfg(test)]
mod tests {
    use hwtasks::DcsTask;
    use serde_json::json;

    use super::*;
    use crate::instances::Instance;

    #[test]
    fn text_of_metrics_is_as_recorded() {
        let name = Some("o\"r\\d\ners".to_owned());
        let instance = Instance::with_name(Service::Dcs, "i", name);
        let task = |id: &str, status: &str, updated: u8| {
            let json = json!({ "id": id, "name": "EXTEND", "status": status,
                "created_at": "2026-01-01T00:00:00Z",
                "updated_at": format!("2026-01-01T00:00:{updated:02}Z") });
            let task: DcsTask = serde_json::from_value(json).unwrap();
            TaskRow::new(&instance, &task)
        };
        let tasks = [
            task("a", "EXECUTING", 3),
            task("b", "FAILED", 7),
            task("c", "FAILED", 4),
        ];
        let changes = tasks.iter().map(|task| Change {
            task: task.clone(),
            kind: match task.has_ended() {
                true => ChangeKind::Ended,
                false => ChangeKind::Started,
            },
        });
        let changes: Vec<_> = changes.collect();
        let mut state = Polled::new(std::sync::Arc::clone(&instance));
        state.tasks = tasks.map(|task| (task.id.clone(), task)).into();
        let metrics = Metrics::default();
        let now = "2026-01-01T00:01:00Z".parse().unwrap();
        metrics.polled(Service::Dcs, &[state], &changes, now);
        metrics.ended(Service::Dcs, true, Duration::from_millis(250), now);
        metrics.ended(Service::Kafka, false, Duration::from_millis(50), now);
        let version = format!("version=\"{}\"", env!("CARGO_PKG_VERSION"));
        let text = metrics.text().replace(&version, "version=\"VERSION\"");
        insta::assert_snapshot!(text);
    }
}

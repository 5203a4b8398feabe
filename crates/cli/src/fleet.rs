//! The instances of a command that reads many: given, read from a file, or all of the project.

pub(crate) mod poller;

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::Args;
use futures_util::TryStreamExt as _;
use hwtasks::Error;

use crate::connect::Connection;
use crate::error::CliError;
use crate::instances::glob::Glob;
use crate::instances::{self, Engine, Instance, InstanceFilter};
use crate::options::Service;
use crate::output::Output;
use crate::progress::Progress;
use crate::terminal::Verbosity;

/// The flags that select all instances of the project.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct AllInstances {
    /// All instances of the project, as the service lists them
    #[arg(long)]
    pub(crate) all_instances: bool,
    /// With --all-instances: only instances with this name; * stands for any characters, ? for one
    #[arg(long, value_name = "PATTERN", requires = "all_instances")]
    instance_name: Option<Glob>,
}

/// A command of Kafka that reads many instances.
#[derive(Args)]
pub(crate) struct WithEngine<C: Args> {
    #[command(flatten)]
    pub(crate) command: C,
    /// With --all-instances: the engine of the instances
    #[arg(long, value_name = "ENGINE", default_value = "kafka")]
    pub(crate) engine: Engine,
}

/// Where the instances of a command come from.
#[derive(Clone, Debug)]
pub(crate) enum Source<'a> {
    /// IDs, or names as `@NAME`.
    Given(&'a [String]),
    /// A file, or standard input for `-`.
    File(&'a Path),
    /// The project.
    All(InstanceFilter),
}

impl AllInstances {
    /// The filter of the instances, if the flags select all of the project.
    pub(crate) fn filter(&self, engine: Engine) -> Option<InstanceFilter> {
        self.all_instances.then(|| InstanceFilter {
            engine,
            name: self.instance_name.clone(),
            ..InstanceFilter::default()
        })
    }
}

impl Source<'_> {
    /// Finds the instances, each once.
    pub(crate) async fn instances(
        &self,
        service: Service,
        connection: &Connection,
        output: &Output,
        verbosity: Verbosity,
    ) -> Result<Vec<Arc<Instance>>, CliError> {
        match self {
            Self::Given(arguments) => {
                let mut found: Vec<Arc<Instance>> = Vec::new();
                for argument in *arguments {
                    let instance = connection.instance(service, argument).await?;
                    if found.iter().all(|known| known.id != instance.id) {
                        found.push(instance);
                    }
                }
                Ok(found)
            }
            Self::File(file) => instances::read(service, file, output).await,
            Self::All(filter) => {
                if let Some(dry_run) = &connection.dry_run {
                    return dry_run.instances(service, &connection.client, filter).await;
                }
                let progress = Progress::spinner(verbosity, "listing instances".to_owned());
                let listed = instances::list(service, &connection.client, filter);
                let listed = listed.map_ok(|found| found.instance).try_collect().await;
                drop(progress);
                let listed: Vec<_> = listed
                    .map_err(|error| CliError::from(error).at(connection.service_place(service)))?;
                if listed.is_empty() {
                    output.hint(match filter.name {
                        Some(_) => "no instance has a name that --instance-name matches",
                        None => "the project has no instances",
                    });
                }
                Ok(listed)
            }
        }
    }

    /// The instances of the project; none if they come from elsewhere.
    pub(crate) async fn list(
        &self,
        service: Service,
        connection: &Connection,
    ) -> Result<Vec<Arc<Instance>>, Error> {
        let Self::All(filter) = self else {
            return Ok(Vec::new());
        };
        let listed = instances::list(service, &connection.client, filter);
        listed.map_ok(|found| found.instance).try_collect().await
    }
}

/// The pace of polls: they start an interval apart. A poll that takes longer delays the next one, and no
/// poll is made up for.
pub(crate) struct Pace {
    /// The start of the current poll.
    started: Instant,
}

impl Pace {
    /// The first poll starts now.
    pub(crate) fn new(now: Instant) -> Self {
        Self { started: now }
    }

    /// The pause from now until the next poll, which lasts at least as long as the service has asked for.
    pub(crate) fn pause(&mut self, now: Instant, interval: Duration, least: Duration) -> Duration {
        let since_start = now.saturating_duration_since(self.started);
        let pause = interval.saturating_sub(since_start).max(least);
        self.started = now.checked_add(pause).unwrap_or(now);
        pause
    }
}

/// How often so many instances can be polled: the service allows 200 requests in 5 minutes.
pub(crate) fn quota_interval(instances: usize) -> Duration {
    let instances = u32::try_from(instances).unwrap_or(u32::MAX);
    Duration::from_millis(1500).saturating_mul(instances)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The starts of polls that take this long, in seconds since the first.
    fn starts(taken: &[u64], interval: u64, least: u64) -> Vec<u64> {
        let first = Instant::now();
        let mut pace = Pace::new(first);
        let mut now = first;
        let starts = taken.iter().map(|taken| {
            now += Duration::from_secs(*taken);
            now += pace.pause(
                now,
                Duration::from_secs(interval),
                Duration::from_secs(least),
            );
            now.duration_since(first).as_secs()
        });
        starts.collect()
    }

    #[test]
    fn polls_start_an_interval_apart() {
        assert_eq!(starts(&[0, 2, 4, 5], 5, 0), [5, 10, 15, 20]);
        // Twelve in a minute, although each takes a third of the interval.
        assert_eq!(starts(&[2; 12], 5, 0).last(), Some(&60));
    }

    #[test]
    fn slow_poll_delays_the_next_and_none_is_made_up_for() {
        assert_eq!(starts(&[1, 17, 1, 1], 5, 0), [5, 22, 27, 32]);
    }

    #[test]
    fn pause_is_at_least_as_long_as_requested() {
        assert_eq!(starts(&[2, 2], 5, 9), [11, 22]);
        let mut pace = Pace::new(Instant::now());
        let endless = pace.pause(Instant::now(), Duration::MAX, Duration::ZERO);
        assert!(endless > Duration::from_secs(1 << 40));
    }
}

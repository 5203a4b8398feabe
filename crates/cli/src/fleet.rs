//! The instances of a command that reads many: given, read from a file, or all of the project.

pub(crate) mod poller;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

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
                let progress = Progress::spinner(verbosity, "listing instances".to_owned());
                let listed = instances::list(service, &connection.client, filter);
                let listed = listed.map_ok(|found| found.instance).try_collect().await;
                drop(progress);
                let listed: Vec<_> = listed
                    .map_err(|error| CliError::from(error).at(connection.service_place(service)))?;
                if listed.is_empty() {
                    output.hint(match filter.name {
                        Some(_) => "no instance has a name of --instance-name",
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

/// How often so many instances can be polled: the service allows 200 requests in 5 minutes.
pub(crate) fn quota_interval(instances: usize) -> Duration {
    let instances = u32::try_from(instances).unwrap_or(u32::MAX);
    Duration::from_millis(1500).saturating_mul(instances)
}

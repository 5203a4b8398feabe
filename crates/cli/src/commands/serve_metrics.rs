//! `hwtasks serve-metrics`: the tasks of all instances as metrics for Prometheus.

mod metrics;
mod server;

use std::net::{Ipv4Addr, SocketAddr};
use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::Args;
use futures_util::future::try_join_all;
use jiff::Timestamp;
use tokio::net::TcpListener;

use crate::commands::no_raw;
use crate::connect::Connection;
use crate::error::{CliError, Exit};
use crate::fleet::poller::Poller;
use crate::fleet::{Pace, Source, quota_interval};
use crate::instances::glob::Glob;
use crate::instances::{Engine, InstanceFilter};
use crate::list_operation::Window;
use crate::options::{Global, Service};
use crate::output::Output;
use crate::runtime;
use metrics::Metrics;

/// The shortest time between polls by default.
const INTERVAL: Duration = Duration::from_secs(60);
/// How many instances of a service are polled at the same time.
const CONCURRENCY: usize = 16;
/// How often the instances of the project are listed.
const LIST_INTERVAL: Duration = Duration::from_secs(10 * 60);

#[derive(Args)]
#[command(
    after_help = "Metrics: hwtasks_tasks (by service, instance, name and status), \
    hwtasks_tasks_ended_total, hwtasks_task_duration_seconds (a histogram), \
    hwtasks_oldest_running_task_start_timestamp_seconds, hwtasks_last_failure_timestamp_seconds, \
    hwtasks_instances, hwtasks_instances_unreadable, hwtasks_poll_success, \
    hwtasks_poll_duration_seconds, hwtasks_last_successful_poll_timestamp_seconds and \
    hwtasks_polls_total.\n\n\
    A scrape sends no request to the service: it reads the result of the last poll. Three alert rules \
    are in crates/cli/contrib/alerts.yaml of the repository."
)]
pub(crate) struct ServeMetrics {
    /// Address to listen on; port 0 selects a free port
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:9837", value_parser = address)]
    listen: SocketAddr,
    /// Allow an address that other machines can reach: names of instances, tasks and states become
    /// readable without credentials
    #[arg(long)]
    expose_to_network: bool,
    /// Services whose instances are polled [default: dcs,kafka]
    #[arg(long, value_name = "SERVICE", value_delimiter = ',')]
    service: Vec<Service>,
    /// Only instances with this name; * stands for any characters, ? for one
    #[arg(long, value_name = "PATTERN")]
    instance_name: Option<Glob>,
    /// Time from the start of a poll to the start of the next [default: 1m, or 1.5s for each instance if
    /// that is longer, as the service allows 200 requests in 5 minutes]
    #[arg(long, value_name = "DURATION", value_parser = crate::time::duration)]
    #[arg(allow_hyphen_values = true)]
    interval: Option<Duration>,
    /// Count in hwtasks_tasks the running tasks, and those that ended within this time
    #[arg(long, value_name = "DURATION", default_value = "24h", value_parser = crate::time::duration)]
    #[arg(allow_hyphen_values = true)]
    recent: Duration,
}

/// Reads an IP address or `localhost`, and a port.
fn address(text: &str) -> Result<SocketAddr, String> {
    let local = text
        .strip_prefix("localhost:")
        .and_then(|port| port.parse().ok());
    let local = local.map(|port| SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
    let address = local.or_else(|| text.parse().ok());
    address.ok_or_else(|| {
        "give an IP address or localhost, and a port: 127.0.0.1:9837, [::1]:0".to_owned()
    })
}

impl ServeMetrics {
    pub(crate) fn run(&self, global: &Global) -> Result<(), CliError> {
        no_raw(global)?;
        if !self.listen.ip().is_loopback() && !self.expose_to_network {
            return Err(CliError::bad_input(format!(
                "--listen {}: other machines can reach this address",
                self.listen
            ))
            .with_help("listen on 127.0.0.1, or add --expose-to-network"));
        }
        let output = Output::new(global)?;
        let services = match self.service.is_empty() {
            true => vec![Service::Dcs, Service::Kafka],
            false => self.service.clone(),
        };
        runtime::block_on(async {
            let mut interrupted = pin!(runtime::interrupted());
            let connection = Connection::open(global).await?;
            if let Some(dry_run) = &connection.dry_run {
                for service in services {
                    let client = &connection.client;
                    let found = dry_run.instances(service, client, &self.filter()).await?;
                    let window = Window::default();
                    dry_run.tasks(service, client, &found, window).await?;
                }
                dry_run
                    .then("at each interval, the tasks that may have changed, until interrupted");
                return dry_run.finish();
            }
            let checked = connection.check();
            runtime::unless(&mut interrupted, runtime::not_begun, checked).await?;
            let metrics = Arc::new(Metrics::default());
            let listener = TcpListener::bind(self.listen).await.map_err(|error| {
                CliError::new(
                    Exit::Api,
                    format!("cannot listen on {}: {error}", self.listen),
                )
                .with_help("choose another address with --listen")
            })?;
            let address = listener.local_addr().unwrap_or(self.listen);
            output.hint(&format!("serving http://{address}/metrics; Ctrl-C ends"));
            let polls = services
                .iter()
                .map(|service| self.poll(*service, &connection, &metrics));
            tokio::select! {
                biased;
                () = &mut interrupted => Ok(()),
                ended = try_join_all(polls) => ended.map(|_| ()),
                () = server::serve(listener, &metrics) => Ok(()),
            }
        })
    }

    /// The instances that are polled.
    fn filter(&self) -> InstanceFilter {
        InstanceFilter {
            engine: Engine::default(),
            name: self.instance_name.clone(),
            ..InstanceFilter::default()
        }
    }

    /// Polls the instances of a service until the first poll fails for good.
    async fn poll(
        &self,
        service: Service,
        connection: &Connection,
        metrics: &Metrics,
    ) -> Result<(), CliError> {
        let source = Source::All(self.filter());
        let client = connection.client.clone();
        let mut poller = Poller::new(service, client, Vec::new(), CONCURRENCY).keep(self.recent);
        let mut listed: Option<Instant> = None;
        let mut succeeded = false;
        let mut pace = Pace::new(Instant::now());
        loop {
            let started = Instant::now();
            let is_due = listed.is_none_or(|at| at.elapsed() >= LIST_INTERVAL);
            let result = async {
                if is_due {
                    poller.set_instances(source.list(service, connection).await?);
                    listed = Some(Instant::now());
                }
                poller.poll(|_| true).await
            };
            let result = result.await;
            match &result {
                Ok(changes) => {
                    succeeded = true;
                    metrics.polled(service, poller.states(), changes, Timestamp::now());
                }
                Err(error) if !succeeded && !error.is_retryable() => {
                    let place = connection.service_place(service);
                    return Err(CliError::from(error.clone()).at(place));
                }
                Err(error) => say_failed_poll(service, error),
            }
            metrics.ended(service, result.is_ok(), started.elapsed(), Timestamp::now());
            let interval = match self.interval {
                Some(interval) => interval,
                None => quota_interval(poller.states().len()).max(INTERVAL),
            };
            tokio::time::sleep(pace.pause(Instant::now(), interval, Duration::ZERO)).await;
        }
    }
}

/// Says on standard error why a poll failed; the next one may succeed.
fn say_failed_poll(service: Service, error: &hwtasks::Error) {
    let failure = CliError::new(
        Exit::Api,
        format!("{}: {error}; polling again", service.as_str()),
    );
    failure.report(crate::terminal::Verbosity::default());
}

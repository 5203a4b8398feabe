//! `hwtasks sweep`: the tasks of many instances.

mod report;
mod summary;

use std::path::{Path, PathBuf};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::Instant;

use clap::Args;
use futures_util::StreamExt as _;
use hwtasks::Error;

use crate::commands::no_raw;
use crate::connect::Connection;
use crate::error::{CliError, Exit};
use crate::filter::Filter;
use crate::fleet::{AllInstances, Source};
use crate::instances::{self, Engine, Instance, Shard};
use crate::list_operation::{ListOperation, Window};
use crate::options::{Global, Service};
use crate::output::{ColumnsFlag, Output};
use crate::progress::Progress;
use crate::runtime;
use crate::task::TaskRow;
use crate::terminal::Verbosity;

pub(crate) use report::{InstanceError, Report, Rows, ShardOf, Shown};

#[derive(Args)]
#[command(
    after_help = "Each instance is printed when it is done, in no particular order: a line of a table, or \
    with -o json and ndjson its tasks or its error. With a flag that selects tasks, the table has a row \
    for each task that matches, and -o json and ndjson leave out instances without one; left_out is their \
    number. Instances that failed are never left out.\n\n\
    The exit code is 4 when some instances failed. When the service throttles (429), the whole sweep slows \
    down. When it refuses the credentials, denies every instance alike or throttles for 15 minutes, the \
    sweep ends early: the results so far are printed, and the exit code is 3. -o json, yaml and --query \
    print everything at the end; the other formats print each result when it is there.\n\n\
    To distribute the instances over the Pods of a Kubernetes indexed Job with `completions: 8`, \
    give each Pod --shard '$(JOB_COMPLETION_INDEX)/8'."
)]
pub(crate) struct Sweep {
    /// File with the instances, or - for standard input [default: -]
    ///
    /// Either text with one instance ID per line, where a # at the start of a line or after a blank starts
    /// a comment; or JSON: an array of IDs, or a list of instances as `hwtasks dcs instances -o json` and
    /// the official `hcloud` print it.
    #[arg(conflicts_with = "all_instances")]
    file: Option<PathBuf>,
    #[command(flatten)]
    all: AllInstances,
    #[command(flatten)]
    filter: Filter,
    #[command(flatten)]
    columns: ColumnsFlag,
    /// Number of instances that are queried at the same time
    #[arg(short, long, value_name = "NUMBER", default_value_t = 16)]
    #[arg(value_parser = clap::value_parser!(u16).range(1..=1024), allow_hyphen_values = true)]
    concurrency: u16,
    /// Query only the instances of shard I of N, with I from 0 to N-1; each instance is in exactly one
    /// shard
    ///
    /// An instance's shard is the SipHash-2-4 of its ID, with a key of zeros, modulo N. `hwtasks
    /// merge` joins the outputs of all shards. The last line of
    /// -o ndjson then says whether the shard is complete.
    #[arg(long, value_name = "I/N", value_parser = instances::shard, allow_hyphen_values = true)]
    shard: Option<Shard>,
}

impl Sweep {
    pub(crate) fn run(
        &self,
        service: Service,
        engine: Engine,
        global: &Global,
    ) -> Result<(), CliError> {
        no_raw(global)?;
        let mut output = Output::new(global)?;
        output.choose_columns(&self.columns, global)?;
        let window = self.filter.window(&output)?;
        let source = match (&self.file, self.all.filter(engine)) {
            (_, Some(filter)) => Source::All(filter),
            (Some(file), None) => Source::File(file),
            (None, None) => Source::File(Path::new("-")),
        };
        let verbosity = global.verbosity();
        runtime::block_on(async {
            let mut interrupted = pin!(runtime::interrupted());
            let connection = match source {
                // A file that cannot be read is said before a missing configuration.
                Source::File(file) => {
                    let read = instances::read(service, file, &output);
                    let read = runtime::unless(&mut interrupted, runtime::not_begun, read).await?;
                    (Connection::open(global).await?, read)
                }
                source => {
                    let connection = Connection::open(global).await?;
                    let listed = source.instances(service, &connection, &output, verbosity);
                    let listed =
                        runtime::unless(&mut interrupted, runtime::not_begun, listed).await?;
                    (connection, listed)
                }
            };
            let (connection, mut instances) = connection;
            let total = instances.len();
            if let Some(shard) = self.shard {
                instances.retain(|instance| shard.has(&instance.id));
            }
            if let Some(dry_run) = &connection.dry_run {
                let client = &connection.client;
                dry_run.tasks(service, client, &instances, window).await?;
                dry_run.then("further pages, if a response does not have everything");
                return dry_run.finish();
            }
            let shown = Shown {
                rows: match self.filter.is_empty() && self.columns.is_empty() {
                    true => Rows::Instances,
                    false => Rows::Tasks,
                },
                with_empty: self.filter.is_empty(),
            };
            let part = self.shard.map(|shard| ShardOf { shard, total });
            let report = Report::new(output, service, &instances, shown, part);
            let sweep = RunningSweep {
                sweep: self,
                connection,
                service,
                window,
                report,
                started: Instant::now(),
                authenticated: false,
                verbosity,
            };
            sweep.run(&instances, &mut interrupted).await
        })
    }
}

/// A sweep in progress.
struct RunningSweep<'a> {
    sweep: &'a Sweep,
    connection: Connection,
    service: Service,
    window: Window,
    report: Report,
    started: Instant,
    /// Whether the service has accepted the credentials for any instance.
    authenticated: bool,
    verbosity: Verbosity,
}

impl RunningSweep<'_> {
    async fn run(
        mut self,
        instances: &[Arc<Instance>],
        interrupted: &mut Pin<&mut impl Future<Output = ()>>,
    ) -> Result<(), CliError> {
        // An error of the credentials is not an error of each instance.
        runtime::unless(interrupted, || self.interrupted(), self.connection.check()).await?;
        let failures = self.report.failures();
        let progress = Progress::bar(self.verbosity, instances.len(), failures);
        let concurrency = usize::from(self.sweep.concurrency);
        let (client, window) = (&self.connection.client, self.window);
        // The first instance is queried alone: more rejected requests would lock the access key.
        let mut results =
            ListOperation::sweep(self.service, client, instances, window, concurrency);
        let mut header_printed = false;
        loop {
            let next = tokio::select! {
                next = results.next() => next,
                () = &mut *interrupted => {
                    drop(progress);
                    self.unfinished()?;
                    return Err(self.interrupted());
                }
            };
            let next = match next.transpose() {
                Ok(next) => next,
                Err(error) => {
                    drop(progress);
                    self.unfinished()?;
                    return Err(CliError::from(error).after(&self.summary()));
                }
            };
            if let Some((instance, Err(error))) = &next
                && error.is_unauthorized()
                && !self.authenticated
            {
                drop(progress);
                if header_printed {
                    self.unfinished()?;
                }
                let place = self.connection.place(instance);
                return Err(CliError::from(error.clone()).at(place));
            }
            let report = &mut self.report;
            if !std::mem::replace(&mut header_printed, true) {
                CliError::ignore_broken_pipe(progress.suspend(|| report.begin()))?;
            }
            let Some((instance, mut found)) = next else {
                break;
            };
            if let Ok(tasks) = &mut found {
                tasks.retain(|task| self.sweep.filter.matches(task));
            }
            self.authenticated |= is_authenticated(&found);
            // The exit code reports failures even when no one reads the output.
            CliError::ignore_broken_pipe(
                progress.suspend(|| report.instance(&instance, found.map_err(Into::into))),
            )?;
            progress.advance();
            progress.set_message(report.failures());
        }
        drop(progress);
        self.finished()
    }

    fn interrupted(&self) -> CliError {
        CliError::new(Exit::Interrupted, self.summary())
    }

    /// Prints the results of a sweep that stops early.
    fn unfinished(&mut self) -> Result<(), CliError> {
        CliError::ignore_broken_pipe(self.report.finish(false))
    }

    fn finished(mut self) -> Result<(), CliError> {
        let printed = CliError::ignore_broken_pipe(self.report.finish(true));
        let summary = self.summary();
        if !self.report.has_failures() {
            self.report.hint(&summary);
            return printed;
        }
        // Failed instances take precedence over an output error.
        let advice = match printed {
            Ok(()) => "the error of each failed instance is above; -o ndjson prints it in full",
            Err(unprinted) => {
                unprinted.report(self.verbosity);
                "-o ndjson prints the tasks or the error of each instance when it is done"
            }
        };
        Err(CliError::new(Exit::SomeFailed, summary).with_help(advice))
    }

    fn summary(&self) -> String {
        self.report.summary(self.started.elapsed())
    }
}

/// Whether the service has accepted the credentials; a 429 or 5xx does not tell.
fn is_authenticated(found: &Result<Vec<TaskRow>, Error>) -> bool {
    match found {
        Ok(_) => true,
        Err(error) => error.status().is_some() && !error.is_unauthorized() && !error.is_retryable(),
    }
}

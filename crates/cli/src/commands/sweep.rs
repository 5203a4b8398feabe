//! `hwtasks sweep`: the tasks of many instances.

mod report;

use std::path::PathBuf;
use std::pin::pin;
use std::time::Instant;

use clap::Args;
use futures_util::TryStreamExt as _;
use hwtasks::Error;

use crate::args::{Global, Service};
use crate::commands::list::Filter;
use crate::commands::no_raw;
use crate::connect::Connection;
use crate::failure::{Exit, Failure};
use crate::instances::{self, Shard};
use crate::output::Output;
use crate::progress::Progress;
use crate::runtime;
use crate::source::Source;
use crate::task::Entry;

use report::Report;

#[derive(Args)]
#[command(
    after_help = "Instances are printed as they are done, in no order. Exits with 4 when some \
    of them failed: with -o json and ndjson each has its tasks or its error.\n\n\
    To share the instances among the Pods of a Kubernetes indexed Job with `completions: 8`, give \
    each --shard '$(JOB_COMPLETION_INDEX)/8'."
)]
pub(crate) struct Sweep {
    service: Service,
    /// A file with one instance ID a line, and comments after #; - is standard input
    #[arg(default_value = "-")]
    file: PathBuf,
    #[command(flatten)]
    filter: Filter,
    /// How many instances are asked at once
    #[arg(short, long, value_name = "NUMBER", default_value_t = 16)]
    #[arg(value_parser = clap::value_parser!(u16).range(1..=1024))]
    concurrency: u16,
    /// Ask only the instances of shard I of N, I from 0 to N-1; N machines so take each exactly once
    ///
    /// An instance's shard is the SipHash-2-4 of its ID, with a key of zeros, modulo N.
    #[arg(long, value_name = "I/N", value_parser = instances::shard)]
    shard: Option<Shard>,
}

impl Sweep {
    pub(crate) fn run(&self, global: &Global) -> Result<(), Failure> {
        no_raw(global)?;
        let output = Output::new(global)?;
        let window = self.filter.window(&output)?;
        let mut instances = instances::read(&self.file, &output)?;
        if let Some(shard) = self.shard {
            instances.retain(|instance| shard.has(instance));
        }
        let mut report = Report::new(output, self.service, instances.len());
        let source = Source::of(self.service);
        runtime::block_on(async {
            // What is wrong with the credentials is not wrong with each instance.
            let connection = Connection::open(global).await?;
            let mut interrupted = pin!(runtime::interrupted());
            let started = Instant::now();
            tokio::select! {
                // First, so that it is listened for before anything is drawn.
                biased;
                () = &mut interrupted => {
                    return Err(Failure::new(Exit::Interrupted, report.summary(started.elapsed())));
                }
                checked = connection.check() => checked?,
            }
            let progress = Progress::bar(global.verbosity(), instances.len(), report.failures());
            let client = &connection.client;
            let tasks = |instance: String| async move {
                let tasks = source.tasks(client, &instance, window);
                let taken = tasks.try_filter(|task| std::future::ready(self.filter.takes(task)));
                taken.try_collect::<Vec<Entry>>().await
            };
            let sweep = hwtasks::sweep(instances).concurrency(usize::from(self.concurrency));
            let swept = sweep.call::<_, _, Vec<Entry>, Error>(tasks);
            let mut swept = pin!(swept);
            progress.aside(|| report.begin())?;
            loop {
                let next = tokio::select! {
                    next = swept.next() => next,
                    () = &mut interrupted => {
                        drop(progress);
                        report.finish(false)?;
                        return Err(Failure::new(Exit::Interrupted, report.summary(started.elapsed())));
                    }
                };
                let Some((instance, result)) = next else {
                    break;
                };
                progress.aside(|| report.instance(instance, result))?;
                progress.step();
                progress.say(report.failures());
            }
            drop(progress);
            report.finish(true)?;
            let summary = report.summary(started.elapsed());
            match report.has_failures() {
                true => Err(Failure::new(Exit::SomeFailed, summary)
                    .advice("each failed instance has its error above; -o ndjson prints it whole")),
                false => {
                    report.hint(&summary);
                    Ok(())
                }
            }
        })
    }
}

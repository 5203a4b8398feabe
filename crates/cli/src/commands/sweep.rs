//! `hwtasks sweep`: the tasks of many instances.

mod report;

use std::path::PathBuf;
use std::pin::{Pin, pin};
use std::time::Instant;

use clap::Args;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use hwtasks::Error;

use crate::args::{Global, Service, Verbosity};
use crate::commands::no_raw;
use crate::connect::Connection;
use crate::failure::{Exit, Failure};
use crate::filter::Filter;
use crate::instances::{self, Shard};
use crate::output::Output;
use crate::progress::Progress;
use crate::runtime;
use crate::source::{Source, Window};
use crate::task::Entry;

use report::Report;

#[derive(Args)]
#[command(
    after_help = "Each instance is printed when it is done, in no particular order. The exit code is 4 \
    when some instances failed; -o json and ndjson print the tasks or the error of each. -o json, yaml \
    and --query buffer all results until the end; -o ndjson, csv and table do not.\n\n\
    To distribute the instances over the Pods of a Kubernetes indexed Job with `completions: 8`, \
    give each Pod --shard '$(JOB_COMPLETION_INDEX)/8'."
)]
pub(crate) struct Sweep {
    /// File with one instance ID per line, or - for standard input; a # at the start of a line or after
    /// a blank starts a comment
    #[arg(default_value = "-")]
    file: PathBuf,
    #[command(flatten)]
    filter: Filter,
    /// Number of instances that are queried at the same time
    #[arg(short, long, value_name = "NUMBER", default_value_t = 16)]
    #[arg(value_parser = clap::value_parser!(u16).range(1..=1024))]
    concurrency: u16,
    /// Query only the instances of shard I of N, with I from 0 to N-1; each instance is in exactly one
    /// shard
    ///
    /// An instance's shard is the SipHash-2-4 of its ID, with a key of zeros, modulo N.
    #[arg(long, value_name = "I/N", value_parser = instances::shard)]
    shard: Option<Shard>,
}

impl Sweep {
    pub(crate) fn run(&self, service: Service, global: &Global) -> Result<(), Failure> {
        no_raw(global)?;
        let output = Output::new(global)?;
        let window = self.filter.window(&output)?;
        runtime::block_on(async {
            let mut interrupted = pin!(runtime::interrupted());
            let mut instances = tokio::select! {
                instances = instances::read(&self.file, &output) => instances?,
                () = &mut interrupted => {
                    return Err(Failure::new(Exit::Interrupted, "before the first request"));
                }
            };
            if let Some(shard) = self.shard {
                instances.retain(|instance| shard.has(instance));
            }
            let report = Report::new(output, service, instances.len());
            let under_way = UnderWay {
                sweep: self,
                service,
                window,
                report,
                started: Instant::now(),
                let_in: false,
                verbosity: global.verbosity(),
            };
            under_way.run(global, instances, &mut interrupted).await
        })
    }
}

/// A sweep that has begun.
struct UnderWay<'a> {
    sweep: &'a Sweep,
    service: Service,
    window: Window,
    report: Report,
    started: Instant,
    /// Whether the service has answered anybody otherwise than by refusing the keys or the token.
    let_in: bool,
    verbosity: Verbosity,
}

type Found = Result<Vec<Entry>, Error>;

impl UnderWay<'_> {
    async fn run(
        mut self,
        global: &Global,
        instances: Vec<String>,
        interrupted: &mut Pin<&mut impl Future<Output = ()>>,
    ) -> Result<(), Failure> {
        // What is wrong with the credentials is not wrong with each instance.
        let connection = Connection::open(global).await?;
        tokio::select! {
            // First, so that it is listened for before anything is drawn.
            biased;
            () = &mut *interrupted => return Err(self.interrupted()),
            checked = connection.check() => checked?,
        }
        let failures = self.report.failures();
        let progress = Progress::bar(self.verbosity, instances.len(), failures);
        let (client, sweep, window) = (&connection.client, self.sweep, self.window);
        let source = Source::of(self.service);
        let tasks = |instance: String| async move {
            let tasks = source.tasks(client, &instance, window);
            let taken = tasks.try_filter(|task| std::future::ready(sweep.filter.takes(task)));
            let found = taken.try_collect::<Vec<Entry>>().await;
            (instance, found)
        };
        let mut instances = instances.into_iter();
        // One alone comes first: where the keys are refused, more refusals would lock them.
        let first = stream::iter(instances.next()).then(tasks);
        let rest = stream::iter(instances).map(tasks);
        let rest = rest.buffer_unordered(usize::from(sweep.concurrency));
        let mut results = pin!(first.chain(rest));
        let mut begun = false;
        loop {
            let next = tokio::select! {
                next = results.next() => next,
                () = &mut *interrupted => {
                    drop(progress);
                    self.unfinished()?;
                    return Err(self.interrupted());
                }
            };
            if let Some((instance, Err(error))) = &next
                && error.is_unauthorized()
                && !self.let_in
            {
                drop(progress);
                if begun {
                    self.unfinished()?;
                }
                let place = connection.place(self.service, instance);
                return Err(Failure::from(error.clone()).at(place));
            }
            let report = &mut self.report;
            if !std::mem::replace(&mut begun, true) {
                Failure::unless_closed(progress.aside(|| report.begin()))?;
            }
            let Some((instance, found)) = next else {
                break;
            };
            self.let_in |= is_let_in(&found);
            // Whether all have answered is told by the exit code, whoever reads this.
            Failure::unless_closed(progress.aside(|| report.instance(instance, found)))?;
            progress.step();
            progress.say(report.failures());
        }
        drop(progress);
        self.finished()
    }

    fn interrupted(&self) -> Failure {
        Failure::new(Exit::Interrupted, self.summary())
    }

    /// Prints what there is of a sweep that stops before its end.
    fn unfinished(&mut self) -> Result<(), Failure> {
        Failure::unless_closed(self.report.finish(false))
    }

    fn finished(mut self) -> Result<(), Failure> {
        let printed = Failure::unless_closed(self.report.finish(true));
        let summary = self.summary();
        if !self.report.has_failures() {
            self.report.hint(&summary);
            return printed;
        }
        // That instances failed counts for more than that they could not be printed.
        let advice = match printed {
            Ok(()) => "each failed instance has its error above; -o ndjson prints it whole",
            Err(unprinted) => {
                unprinted.report(self.verbosity);
                "-o ndjson prints each instance as it is done, with its tasks or its error"
            }
        };
        Err(Failure::new(Exit::SomeFailed, summary).advice(advice))
    }

    fn summary(&self) -> String {
        self.report.summary(self.started.elapsed())
    }
}

fn is_let_in(found: &Found) -> bool {
    match found {
        Ok(_) => true,
        Err(error) => error.status().is_some() && !error.is_unauthorized(),
    }
}

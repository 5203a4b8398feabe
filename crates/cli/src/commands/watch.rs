//! `hwtasks watch`: the tasks of one or many instances, as they change.

mod events;
mod many;
mod one;
mod tolerance;
mod view;

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use crate::commands::{check_intervals, no_raw};
use crate::complete;
use crate::error::{CliError, Exit};
use crate::filter::Filter;
use crate::fleet::{AllInstances, Source};
use crate::instances::Engine;
use crate::options::{Format, Global, Service};
use crate::output::{ColumnsFlag, Output};
use crate::time;

/// The default of --interval for one instance, and the shortest for many.
const INTERVAL: Duration = Duration::from_secs(5);

#[derive(Args)]
#[command(
    after_help = "A terminal shows a table that is redrawn at each poll; of many instances, it has the \
    tasks that run and those that ended lately (--recent). Elsewhere, and with -o ndjson, csv or text, each \
    task is printed when it first appears and at each change.\n\n\
    COMMAND runs once for each event, one at a time. Its environment has HWTASKS_EVENT, \
    HWTASKS_SERVICE, HWTASKS_INSTANCE_ID, HWTASKS_INSTANCE_NAME, HWTASKS_TASK_ID, HWTASKS_TASK_NAME, \
    HWTASKS_TASK_STATUS and HWTASKS_TASK_CHANGE, and its standard input is the task as JSON. Tasks that \
    the first poll finds are no events."
)]
pub(crate) struct Watch {
    /// ID of the instance, or its name as @NAME; several for a table of many instances
    #[arg(value_name = "INSTANCE", add = complete::instances())]
    instances: Vec<String>,
    /// File with the instances, or - for standard input, in the forms that `sweep` reads
    #[arg(short, long, value_name = "FILE", conflicts_with = "all_instances")]
    file: Option<PathBuf>,
    #[command(flatten)]
    all: AllInstances,
    #[command(flatten)]
    filter: Filter,
    #[command(flatten)]
    columns: ColumnsFlag,
    /// Number of newest tasks to watch, of one instance. With --status or --name but without --since,
    /// only the newest 200 tasks are read
    #[arg(short, long, value_name = "NUMBER", default_value_t = 20)]
    #[arg(value_parser = clap::value_parser!(u32).range(1..=1000), allow_hyphen_values = true)]
    limit: u32,
    /// Of many instances: also show tasks that ended within this time
    #[arg(long, value_name = "DURATION", default_value = "1h", value_parser = time::duration)]
    #[arg(allow_hyphen_values = true)]
    recent: Duration,
    /// Time from the start of a poll to the start of the next; a poll that takes longer delays it
    /// [default: 5s; for many instances 1.5s for each, as the service allows 200 requests in 5 minutes]
    #[arg(long, value_name = "DURATION", value_parser = time::duration, allow_hyphen_values = true)]
    interval: Option<Duration>,
    /// Longest --interval, which grows by half while nothing changes [default: --interval]
    #[arg(long, value_name = "DURATION", value_parser = time::duration, allow_hyphen_values = true)]
    max_interval: Option<Duration>,
    /// Events at which COMMAND runs
    #[arg(
        long,
        value_name = "EVENT",
        value_delimiter = ',',
        requires = "command"
    )]
    exec_on: Vec<events::Event>,
    /// Command that runs at each event of --exec-on
    #[arg(last = true, value_name = "COMMAND", requires = "exec_on")]
    command: Vec<OsString>,
}

impl Watch {
    pub(crate) fn run(
        &self,
        service: Service,
        engine: Engine,
        global: &Global,
    ) -> Result<(), CliError> {
        no_raw(global)?;
        check_intervals(Some(self.interval()), self.max_interval)?;
        let mut output = Output::new(global)?;
        if output.query.is_some() || matches!(output.format, Format::Json | Format::Yaml) {
            return Err(
                CliError::bad_input("a watch never ends, so it cannot print one document")
                    .with_help("use -o table, ndjson, csv or text, without --query"),
            );
        }
        output.choose_columns(&self.columns, global)?;
        let window = self.filter.window(&output)?;
        let source = match (
            self.instances.as_slice(),
            &self.file,
            self.all.filter(engine),
        ) {
            ([instance], None, None) => {
                return one::run(self, service, instance, window, &mut output, global);
            }
            ([], None, None) => {
                return Err(CliError::bad_input("the instance is missing")
                    .with_help("give its ID or @NAME, -f FILE, or --all-instances"));
            }
            ([], None, Some(filter)) => Source::All(filter),
            ([], Some(file), _) => Source::File(file),
            (given, None, None) => Source::Given(given),
            _ => {
                return Err(CliError::bad_input(
                    "instances as arguments, -f and --all-instances cannot be used together",
                )
                .with_help("leave all but one of them out"));
            }
        };
        many::run(self, service, &source, window, &mut output, global)
    }

    fn interval(&self) -> Duration {
        self.interval.unwrap_or(INTERVAL)
    }

    /// The interval after a poll without a change.
    fn next_interval(&self, first: Duration, interval: Duration) -> Duration {
        let max = self.max_interval.unwrap_or(first);
        (interval.saturating_mul(3) / 2).min(max)
    }
}

fn stopped(polls: u32) -> Result<(), CliError> {
    let polls = match polls {
        1 => "1 poll".to_owned(),
        polls => format!("{polls} polls"),
    };
    Err(CliError::new(Exit::Interrupted, format!("after {polls}")))
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Program {
        #[command(flatten)]
        watch: Watch,
    }

    #[test]
    fn interval_without_change_grows_to_max_interval() {
        let watch = |args: &[&str]| {
            let words = ["watch", "i"].iter().chain(args);
            Program::try_parse_from(words).unwrap().watch
        };
        let seconds = Duration::from_secs;
        let fixed = watch(&["--interval=4s"]);
        assert_eq!(
            fixed.next_interval(seconds(4), fixed.interval()),
            seconds(4)
        );
        let growing = watch(&["--interval=4s", "--max-interval=7s"]);
        let second = growing.next_interval(seconds(4), growing.interval());
        assert_eq!(second, seconds(6));
        assert_eq!(growing.next_interval(seconds(4), second), seconds(7));
    }
}

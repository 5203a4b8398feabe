//! `hwtasks wait`: waits for a task to end, or for many instances to be idle.

mod many;
mod one;

use std::ffi::OsString;
use std::path::PathBuf;
use std::pin::pin;
use std::time::Duration;

use clap::Args;
use clap::builder::NonEmptyStringValueParser;
use serde_json::json;

use crate::commands::{check_intervals, no_raw};
use crate::complete;
use crate::error::{CliError, Exit};
use crate::fleet::{AllInstances, Source};
use crate::hook::{self, Hook};
use crate::instances::Engine;
use crate::options::{Global, Service};
use crate::runtime;
use crate::suggested;
use crate::time::{self, TimeArg};
use one::Target;

/// The client's default pause before the second poll.
const INITIAL_INTERVAL: Duration = Duration::from_secs(2);
/// The client's default longest pause between polls.
const MAX_INTERVAL: Duration = Duration::from_secs(30);
/// The timeout of a call; --timeout bounds the whole wait.
const CALL_TIMEOUT: Duration = Duration::from_secs(120);

#[derive(Args)]
#[command(
    after_help = "The task is printed when the wait ends; with -o ndjson, at each change. \
    Exits with 0 when the task succeeded, 1 when it failed, and 124 when the wait timed out.\n\n\
    With --until-idle, the tasks count that run when the wait begins, or that start later. The exit code \
    is that of the worst result: 1 when a task failed, else 124, else 4 when an instance cannot be read.\n\n\
    COMMAND runs at the end. Its environment has HWTASKS_RESULT (success, failed, timeout or error), \
    HWTASKS_EXIT_CODE and HWTASKS_SUMMARY. For one task, it also has HWTASKS_TASK_ID, \
    HWTASKS_TASK_NAME, HWTASKS_TASK_STATUS and HWTASKS_INSTANCE_ID; for many instances, \
    HWTASKS_FAILED_TASKS (their number) and HWTASKS_FAILED_INSTANCES (their IDs). Its standard input is \
    the result as JSON."
)]
pub(crate) struct Wait {
    /// The instance, as its ID or @NAME, and the ID of the task. With --until-idle: any number of
    /// instances
    #[arg(value_name = "INSTANCE", value_parser = NonEmptyStringValueParser::new())]
    #[arg(add = complete::instances())]
    arguments: Vec<String>,
    /// Wait for the newest task with exactly this name; it may take a minute to appear
    ///
    /// Set --since to a time before the task started. A task that has already ended counts too. With
    /// --until-idle, only tasks with this name count.
    #[arg(long, value_name = "NAME", value_parser = suggested::task_name())]
    #[arg(hide_possible_values = true)]
    name: Option<String>,
    /// Wait until no task runs on the instances
    #[arg(long)]
    until_idle: bool,
    /// With --until-idle: end when all instances are idle (the default)
    #[arg(long, requires = "until_idle", conflicts_with = "any")]
    all: bool,
    /// With --until-idle: end when the tasks of one instance have ended
    #[arg(long, requires = "until_idle")]
    any: bool,
    /// With --until-idle: end when a task fails
    #[arg(long, requires = "until_idle")]
    fail_fast: bool,
    /// With --until-idle: file with the instances, or - for standard input, in the forms that `sweep` reads
    #[arg(short, long, value_name = "FILE", requires = "until_idle")]
    #[arg(conflicts_with = "all_instances")]
    file: Option<PathBuf>,
    #[command(flatten)]
    instances: AllInstances,
    /// With --name: only tasks that started since this time; same formats as --since of `list`
    /// [default: 5m]. With --until-idle: ended tasks that started since then count too
    #[arg(long, value_name = "TIME", value_parser = time::time_arg, allow_hyphen_values = true)]
    since: Option<TimeArg>,
    /// Pause between polls, constant unless --max-interval is set; with --until-idle, the time from the
    /// start of a poll to the start of the next. Default: 2s, growing to 30s; with --until-idle to 1.5s
    /// for each instance that is not idle, if that is longer
    #[arg(long, value_name = "DURATION", value_parser = time::duration, allow_hyphen_values = true)]
    interval: Option<Duration>,
    /// Longest pause between polls: it grows from --interval (default: 2s) by half at each poll
    #[arg(long, value_name = "DURATION", value_parser = time::duration, allow_hyphen_values = true)]
    max_interval: Option<Duration>,
    /// Command that runs at the end, with the result in its environment
    #[arg(last = true, value_name = "COMMAND")]
    command: Vec<OsString>,
}

impl Wait {
    pub(crate) fn run(
        &self,
        service: Service,
        engine: Engine,
        global: &Global,
    ) -> Result<(), CliError> {
        no_raw(global)?;
        check_intervals(self.interval, self.max_interval)?;
        // A dry run has no result.
        let hook = Hook::new(&self.command).filter(|_| !global.dry_run);
        match self.until_idle {
            true => {
                let source = self.source(engine)?;
                many::run(self, service, &source, global, hook.as_ref())
            }
            false => self.run_one(service, global, hook.as_ref()),
        }
    }

    fn run_one(
        &self,
        service: Service,
        global: &Global,
        hook: Option<&Hook>,
    ) -> Result<(), CliError> {
        let target = self.target()?;
        runtime::block_on(async {
            // Before the progress is drawn, which an interruption has to erase.
            let mut interrupted = pin!(runtime::interrupted());
            let mut last = None;
            let done = one::run(self, service, target, global, &mut interrupted, &mut last).await;
            let Some(hook) = hook else {
                return done;
            };
            let mut variables = outcome(done.as_ref().err());
            let summary = last.as_ref().map(one::summary);
            variables.push(("HWTASKS_SUMMARY", summary.unwrap_or_default()));
            variables.extend(last.iter().flat_map(hook::of_task));
            let input = last.map_or(json!(null), |task| task.json);
            finish(done, hook.run(variables, &input), &mut interrupted).await
        })
    }

    /// The instance and the task of a wait for one.
    fn target(&self) -> Result<(&str, Target<'_>), CliError> {
        let refused = |message: &str, help: &str| Err(CliError::bad_input(message).with_help(help));
        if self.instances.all_instances {
            return refused("--all-instances needs --until-idle", "add --until-idle");
        }
        if self.since.is_some() && self.name.is_none() {
            return refused(
                "--since needs --name or --until-idle",
                "leave it out: a task with an ID is found whenever it started",
            );
        }
        match (self.arguments.as_slice(), &self.name) {
            ([instance, task], None) => Ok((instance, Target::Task(task))),
            ([instance], Some(name)) => Ok((instance, Target::Name(name))),
            ([_], None) => refused(
                "the task is missing",
                "give its ID, or --name NAME, or --until-idle to wait for all tasks of the instance",
            ),
            ([], _) => refused(
                "the instance is missing",
                "give its ID, or @NAME, and the ID of the task",
            ),
            ([_, _], Some(_)) => refused(
                "--name and the ID of a task cannot be used together",
                "leave one of them out",
            ),
            _ => refused(
                "there are more arguments than an instance and a task",
                "give --until-idle to wait for many instances",
            ),
        }
    }

    /// Where the instances of a wait for many come from.
    fn source(&self, engine: Engine) -> Result<Source<'_>, CliError> {
        let all = self.instances.filter(engine);
        match (self.arguments.as_slice(), &self.file, all) {
            ([], None, None) => Err(CliError::bad_input("the instances are missing")
                .with_help("give their IDs or @NAMEs, -f FILE, or --all-instances")),
            ([], None, Some(filter)) => Ok(Source::All(filter)),
            ([], Some(file), _) => Ok(Source::File(file)),
            (given, None, None) => Ok(Source::Given(given)),
            _ => Err(CliError::bad_input(
                "instances as arguments, -f and --all-instances cannot be used together",
            )
            .with_help("leave all but one of them out")),
        }
    }

    /// The first and the longest pause between polls; `None` for the client's defaults.
    fn intervals(&self) -> Option<(Duration, Duration)> {
        match (self.interval, self.max_interval) {
            (None, None) => None,
            (Some(interval), None) => Some((interval, interval)),
            (None, Some(max)) => Some((INITIAL_INTERVAL.min(max), max)),
            (Some(interval), Some(max)) => Some((interval, max)),
        }
    }
}

/// The result of a wait as environment variables.
fn outcome(failure: Option<&CliError>) -> hook::Variables {
    let exit = failure.map(CliError::exit);
    let result = match exit {
        None => "success",
        Some(Exit::TaskFailed) => "failed",
        Some(Exit::TimedOut) => "timeout",
        Some(_) => "error",
    };
    let code = exit.map_or(0, |exit| exit as u8);
    vec![
        ("HWTASKS_RESULT", result.to_owned()),
        ("HWTASKS_EXIT_CODE", code.to_string()),
    ]
}

/// Runs the command at the end of a wait. The result of the wait takes precedence over the command's.
async fn finish(
    done: Result<(), CliError>,
    command: impl Future<Output = Result<(), CliError>>,
    interrupted: &mut std::pin::Pin<&mut impl Future<Output = ()>>,
) -> Result<(), CliError> {
    if done
        .as_ref()
        .is_err_and(|failure| failure.exit() == Exit::Interrupted)
    {
        return done;
    }
    let stopped = || CliError::new(Exit::Interrupted, "before the command ended");
    let ran = runtime::unless(interrupted, stopped, command).await;
    match (done, ran) {
        (Err(failure), Err(ran)) => {
            ran.report(crate::terminal::Verbosity::default());
            Err(failure)
        }
        (Err(failure), Ok(())) => Err(failure),
        (Ok(()), ran) => ran,
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Program {
        #[command(flatten)]
        wait: Wait,
    }

    #[test]
    fn intervals_follow_the_flags() {
        let seconds = Duration::from_secs;
        for (args, intervals) in [
            (&[][..], None),
            (&["--interval=5s"], Some((seconds(5), seconds(5)))),
            (&["--max-interval=9s"], Some((seconds(2), seconds(9)))),
            (&["--max-interval=1s"], Some((seconds(1), seconds(1)))),
            (
                &["--interval=5s", "--max-interval=9s"],
                Some((seconds(5), seconds(9))),
            ),
        ] {
            let words = ["wait", "i", "t"].iter().chain(args);
            let program = Program::try_parse_from(words).unwrap();
            assert_eq!(program.wait.intervals(), intervals, "{args:?}");
        }
    }
}

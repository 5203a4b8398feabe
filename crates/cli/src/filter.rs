//! The flags of `list`, `watch` and `sweep` that select tasks.

use clap::Args;
use hwtasks::TaskStatus;
use jiff::Timestamp;

use crate::error::CliError;
use crate::list_operation::Window;
use crate::output::Output;
use crate::suggest;
use crate::suggested;
use crate::task::TaskRow;
use crate::time::{self, Bound, TimeArg};

/// What people call the states of --running.
const RUNNING: &str = "running";

/// Selects tasks of an instance.
#[derive(Args)]
pub(crate) struct Filter {
    /// Only tasks that started since this time: how long ago (2h, 3d), RFC 3339, or a local time
    /// (yesterday, "yesterday 22:00", 02:00, 2020-05-15, "2020-05-15 11:19"; UTC with --utc)
    ///
    /// `today` and `yesterday` begin at 00:00 of the local time zone. A time of day alone is the last one:
    /// of today, or of yesterday if it is not yet so late. `now` is the current time.
    #[arg(long, value_name = "TIME", value_parser = time::time_arg, allow_hyphen_values = true)]
    since: Option<TimeArg>,
    /// Only tasks that started up to this time; same formats as --since
    #[arg(long, value_name = "TIME", value_parser = time::time_arg, allow_hyphen_values = true)]
    until: Option<TimeArg>,
    /// Only tasks in these states (case-insensitive), such as FAILED or FAILED,CANCELLED; may be
    /// repeated
    #[arg(long, value_name = "STATE", value_delimiter = ',')]
    #[arg(value_parser = suggested::status(), hide_possible_values = true)]
    status: Vec<String>,
    /// Only tasks that have not ended; with --failed or --status, also those
    #[arg(long)]
    running: bool,
    /// Only tasks that failed; with --running or --status, also those
    #[arg(long)]
    failed: bool,
    /// Accept states in --status that this version does not know
    #[arg(long, requires = "status")]
    any_status: bool,
    /// Only tasks with this name (case-insensitive), such as bindInstancePublicIp; may be repeated
    #[arg(long, value_name = "NAME", value_parser = suggested::task_name())]
    #[arg(hide_possible_values = true)]
    name: Vec<String>,
}

impl Filter {
    /// The time window of the request.
    pub(crate) fn window(&self, output: &Output) -> Result<Window, CliError> {
        let (now, zone) = (Timestamp::now(), output.zone());
        let resolve = |bound: Bound, moment: &Option<TimeArg>| -> Result<_, CliError> {
            let Some(moment) = moment else {
                return Ok(None);
            };
            let at = moment.resolve(bound, now, zone)?;
            if let Some(why) = moment.ambiguity(now, zone) {
                let (time, offset) = (time::local(zone, at), time::offset(zone, at));
                output.hint(&format!(
                    "{} {why}; it is read as {time} {offset}",
                    bound.flag()
                ));
            }
            Ok(Some(at))
        };
        self.check_states(output)?;
        let since = resolve(Bound::Since, &self.since)?;
        let until = resolve(Bound::Until, &self.until)?;
        if let (Some(since), Some(until)) = (since, until)
            && until < since
        {
            let (since, until) = (time::rounded(since), time::rounded(until));
            return Err(CliError::bad_input(format!(
                "--until ({until}) is before --since ({since})"
            ))
            .with_help("swap them"));
        }
        Ok(Window {
            since,
            until,
            page: None,
        })
    }

    /// Refuses a state that is unknown: it matches no task, and is probably misspelled.
    fn check_states(&self, output: &Output) -> Result<(), CliError> {
        let known = TaskStatus::KNOWN.iter().map(|(known, _)| *known);
        let known: Vec<&str> = known.collect();
        let is_known =
            |state: &&String| known.iter().any(|known| known.eq_ignore_ascii_case(state));
        for state in self.status.iter().filter(|state| !is_known(state)) {
            let all = known.join(", ");
            if !self.any_status {
                let meant = known.iter().copied().chain([RUNNING]);
                let meant = match suggest::closest(state, meant) {
                    Some(RUNNING) => "did you mean --running? ".to_owned(),
                    _ => suggest::question(state, known.iter().copied()),
                };
                return Err(
                    CliError::bad_input(format!("--status {state} is not a known state"))
                        .with_help(format!(
                            "{meant}the states are {all}; --any-status accepts others"
                        )),
                );
            }
            output.hint(&format!("--status {state} is not a known state: {all}"));
        }
        Ok(())
    }

    pub(crate) fn matches(&self, task: &TaskRow) -> bool {
        let any = |wanted: &[String], found: Option<&str>| {
            wanted.is_empty()
                || found.is_some_and(|found| {
                    wanted
                        .iter()
                        .any(|wanted| wanted.eq_ignore_ascii_case(found))
                })
        };
        let in_any_state = !self.running && !self.failed && self.status.is_empty();
        let in_state = in_any_state
            || self.running && !task.has_ended()
            || self.failed && task.is_in(&TaskStatus::Failed)
            || !self.status.is_empty() && any(&self.status, Some(task.shown_status()));
        in_state && any(&self.name, task.name.as_deref())
    }

    /// Whether every task of the time window matches.
    pub(crate) fn matches_all(&self) -> bool {
        self.status.is_empty() && self.name.is_empty() && !self.running && !self.failed
    }

    /// Whether every task matches, whenever it started.
    pub(crate) fn is_empty(&self) -> bool {
        self.matches_all() && self.since.is_none() && self.until.is_none()
    }
}

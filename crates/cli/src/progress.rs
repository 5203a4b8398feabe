//! Progress on standard error, drawn only when that is a terminal.

mod edge;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use hwtasks::{Sleep, SystemTimeSource, TimeSource};
use indicatif::{HumanDuration, ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

use crate::args::Verbosity;
use edge::Edge;

/// How often what is drawn moves.
const TICK: Duration = Duration::from_millis(100);
/// How often it is drawn at most.
const HERTZ: u8 = 20;
const WAIT: &str = "{spinner} {msg}, {elapsed} so far, {next}";
const BAR: &str = "{bar:20} {pos}/{len} instances, {rate}, {msg}, {eta} left";

/// A spinner or a bar. Nothing of it is left when it is dropped.
pub(crate) struct Progress(ProgressBar);

impl Progress {
    fn new(bar: ProgressBar, verbosity: Verbosity, style: ProgressStyle) -> Self {
        // What is logged would tear it.
        let target = match Edge::stderr() {
            Some(edge) if !verbosity.quiet && verbosity.verbose <= 1 => {
                ProgressDrawTarget::term_like_with_hz(Box::new(edge), HERTZ)
            }
            _ => ProgressDrawTarget::hidden(),
        };
        bar.set_draw_target(target);
        bar.set_style(style);
        if !bar.is_hidden() {
            bar.enable_steady_tick(TICK);
        }
        Self(bar)
    }

    /// A spinner that says when the next poll is due.
    pub(crate) fn waiting(verbosity: Verbosity, pace: &Pace) -> Self {
        let pace = pace.clone();
        let next = move |_: &ProgressState, out: &mut dyn std::fmt::Write| {
            // What is drawn takes every write.
            let _ = match pace.left() {
                Some(left) => write!(out, "next poll in {:.0}s", left.as_secs_f64().ceil()),
                None => out.write_str("polling"),
            };
        };
        let elapsed = |state: &ProgressState, out: &mut dyn std::fmt::Write| {
            let _ = write!(out, "{}s", state.elapsed().as_secs());
        };
        let style = style(WAIT)
            .with_key("next", next)
            .with_key("elapsed", elapsed);
        Self::new(ProgressBar::new_spinner(), verbosity, style)
    }

    /// A bar over so many instances.
    pub(crate) fn bar(verbosity: Verbosity, instances: usize, message: String) -> Self {
        let rate = |state: &ProgressState, out: &mut dyn std::fmt::Write| {
            let _ = write!(out, "{:.0}/s", state.per_sec());
        };
        let eta = |state: &ProgressState, out: &mut dyn std::fmt::Write| {
            let _ = write!(out, "{:#}", HumanDuration(state.eta()));
        };
        let length = u64::try_from(instances).unwrap_or(u64::MAX);
        let style = style(BAR).with_key("rate", rate).with_key("eta", eta);
        Self::new(
            ProgressBar::new(length).with_message(message),
            verbosity,
            style,
        )
    }

    pub(crate) fn say(&self, message: String) {
        self.0.set_message(message);
    }

    pub(crate) fn step(&self) {
        self.0.inc(1);
    }

    /// Does something that prints, with nothing drawn meanwhile.
    pub(crate) fn aside<T>(&self, print: impl FnOnce() -> T) -> T {
        self.0.suspend(print)
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

/// The templates are constants; one that indicatif refused would be drawn as its default.
fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_spinner())
}

/// The system's clock, which knows until when a client sleeps.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pace {
    clock: SystemTimeSource,
    until: Arc<Mutex<Option<Instant>>>,
}

impl Pace {
    /// How long the client goes on sleeping; `None` when it does not.
    fn left(&self) -> Option<Duration> {
        let until = *self.until.lock().unwrap_or_else(PoisonError::into_inner);
        until.map(|until| until.saturating_duration_since(Instant::now()))
    }

    fn set(&self, until: Option<Instant>) {
        *self.until.lock().unwrap_or_else(PoisonError::into_inner) = until;
    }
}

impl TimeSource for Pace {
    fn now(&self) -> jiff::Timestamp {
        self.clock.now()
    }

    fn elapsed(&self) -> Duration {
        self.clock.elapsed()
    }

    fn sleep(&self, duration: Duration) -> Sleep {
        let pace = self.clone();
        Box::pin(async move {
            pace.set(Instant::now().checked_add(duration));
            pace.clock.sleep(duration).await;
            pace.set(None);
        })
    }
}

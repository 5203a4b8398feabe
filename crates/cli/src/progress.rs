//! Progress on standard error, drawn only when that is a terminal.

mod inset_terminal;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use hwtasks::{Sleep, SystemTimeSource, TimeSource};
use indicatif::{HumanDuration, ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

use crate::terminal::Verbosity;
use inset_terminal::InsetTerminal;

/// Pause between two frames of the spinner.
const TICK: Duration = Duration::from_millis(100);
/// Most draws per second.
const DRAWS_PER_SECOND: u8 = 20;
const WAIT: &str = "{spinner} {msg}, {elapsed} so far, {next}";
const FLEET: &str = "{bar:20} {pos}/{len} idle, {msg}, {elapsed} so far, {next}";
const SPINNER: &str = "{spinner} {msg}";
const BAR: &str = "{bar:20} {pos}/{len} instances, {rate}, {msg}, {eta} left";

/// A spinner or a bar, which is erased when it is dropped.
pub(crate) struct Progress(ProgressBar);

impl Progress {
    fn new(bar: ProgressBar, verbosity: Verbosity, style: ProgressStyle) -> Self {
        // Log lines would break it.
        let target = match InsetTerminal::stderr() {
            Some(terminal) if !verbosity.quiet && verbosity.verbose <= 1 => {
                ProgressDrawTarget::term_like_with_hz(Box::new(terminal), DRAWS_PER_SECOND)
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

    /// A spinner with the time until the next poll.
    pub(crate) fn waiting(verbosity: Verbosity, clock: &ObservedClock) -> Self {
        let style = with_polls(WAIT, clock);
        Self::new(ProgressBar::new_spinner(), verbosity, style)
    }

    /// A bar over this many instances, with the time until the next poll.
    pub(crate) fn fleet(verbosity: Verbosity, instances: usize, clock: &ObservedClock) -> Self {
        let length = u64::try_from(instances).unwrap_or(u64::MAX);
        let bar = ProgressBar::new(length).with_message("reading");
        Self::new(bar, verbosity, with_polls(FLEET, clock))
    }

    /// A spinner with a message.
    pub(crate) fn spinner(verbosity: Verbosity, message: String) -> Self {
        let spinner = ProgressBar::new_spinner().with_message(message);
        Self::new(spinner, verbosity, style(SPINNER))
    }

    /// A bar over this many instances.
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

    pub(crate) fn set_message(&self, message: String) {
        self.0.set_message(message);
    }

    pub(crate) fn set_position(&self, position: usize) {
        self.0
            .set_position(u64::try_from(position).unwrap_or(u64::MAX));
    }

    pub(crate) fn advance(&self) {
        self.0.inc(1);
    }

    /// Runs something that prints, with the progress hidden meanwhile.
    pub(crate) fn suspend<T>(&self, print: impl FnOnce() -> T) -> T {
        self.0.suspend(print)
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

/// A template with the time since the start and until the next poll.
fn with_polls(template: &str, clock: &ObservedClock) -> ProgressStyle {
    let clock = clock.clone();
    let next = move |_: &ProgressState, out: &mut dyn std::fmt::Write| {
        // A write to the drawing cannot fail.
        let _ = match clock.remaining() {
            Some(rest) => write!(out, "next poll in {:.0}s", rest.as_secs_f64().ceil()),
            None => out.write_str("polling"),
        };
    };
    let elapsed = |state: &ProgressState, out: &mut dyn std::fmt::Write| {
        let _ = write!(out, "{}s", state.elapsed().as_secs());
    };
    style(template)
        .with_key("next", next)
        .with_key("elapsed", elapsed)
}

/// The templates are constants; one that indicatif refused would be drawn as its default.
fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_spinner())
}

/// The system clock, which records until when a client sleeps.
#[derive(Clone, Debug, Default)]
pub(crate) struct ObservedClock {
    system: SystemTimeSource,
    until: Arc<Mutex<Option<Instant>>>,
}

impl ObservedClock {
    /// The rest of the client's sleep; `None` when it does not sleep.
    fn remaining(&self) -> Option<Duration> {
        let until = *self.until.lock().unwrap_or_else(PoisonError::into_inner);
        until.map(|until| until.saturating_duration_since(Instant::now()))
    }

    fn set(&self, until: Option<Instant>) {
        *self.until.lock().unwrap_or_else(PoisonError::into_inner) = until;
    }
}

impl TimeSource for ObservedClock {
    fn now(&self) -> jiff::Timestamp {
        self.system.now()
    }

    fn elapsed(&self) -> Duration {
        self.system.elapsed()
    }

    fn sleep(&self, duration: Duration) -> Sleep {
        let clock = self.clone();
        Box::pin(async move {
            clock.set(Instant::now().checked_add(duration));
            clock.system.sleep(duration).await;
            clock.set(None);
        })
    }
}

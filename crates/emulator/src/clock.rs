//! The time the emulator goes by.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::{SignedDuration, Timestamp};

/// A clock that can be set: the system's, or one that stands still until it is advanced.
///
/// Clones are the same clock. Whole milliseconds.
#[derive(Clone, Debug)]
pub struct Clock {
    ticks: bool,
    /// Milliseconds to add to the system's time, or since 1970 if the clock stands still.
    millis: Arc<AtomicI64>,
}

impl Clock {
    /// The system's clock.
    pub fn system() -> Self {
        Self {
            ticks: true,
            millis: Arc::default(),
        }
    }

    /// A clock that stands at `time`.
    pub fn manual(time: Timestamp) -> Self {
        Self {
            ticks: false,
            millis: Arc::new(AtomicI64::new(time.as_millisecond())),
        }
    }

    /// What it shows, in milliseconds since 1970-01-01 UTC.
    pub(crate) fn millis(&self) -> i64 {
        let base = if self.ticks {
            Timestamp::now().as_millisecond()
        } else {
            0
        };
        base.saturating_add(self.millis.load(Ordering::Relaxed))
    }

    /// What it shows.
    pub fn now(&self) -> Timestamp {
        let clamped = |millis: i64| {
            if millis < 0 {
                Timestamp::MIN
            } else {
                Timestamp::MAX
            }
        };
        let millis = self.millis();
        Timestamp::from_millisecond(millis).unwrap_or_else(|_| clamped(millis))
    }

    /// Whether it shows the system's time.
    pub(crate) fn is_system(&self) -> bool {
        self.ticks && self.millis.load(Ordering::Relaxed) == 0
    }

    /// Moves it, forward or back. A system clock goes on from there.
    pub fn advance(&self, by: SignedDuration) {
        let by = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
        let add = |millis: i64| Some(millis.saturating_add(by));
        // The closure never declines.
        let _ = self
            .millis
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, add);
    }

    /// Undoes every advance of a system clock; a manual clock keeps its time.
    pub(crate) fn reset(&self) {
        if self.ticks {
            self.millis.store(0, Ordering::Relaxed);
        }
    }
}

/// A time as HTTP writes it.
pub(crate) fn http_date(time: Timestamp) -> String {
    time.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manual_clock_moves_when_told() {
        let clock = Clock::manual("2020-06-17T08:00:00Z".parse().unwrap());
        let same = clock.clone();
        same.advance(SignedDuration::from_secs(90));
        assert_eq!(clock.now().to_string(), "2020-06-17T08:01:30Z");
        clock.advance(SignedDuration::MAX);
        assert_eq!(clock.now(), Timestamp::MAX);
    }

    #[test]
    fn a_system_clock_runs_on_from_where_it_was_put() {
        let clock = Clock::system();
        clock.advance(SignedDuration::from_hours(1));
        let ahead = clock.now().duration_since(Timestamp::now());
        assert!(ahead > SignedDuration::from_mins(59), "{ahead}");
        clock.reset();
        let ahead = clock.now().duration_since(Timestamp::now());
        assert!(ahead < SignedDuration::from_mins(1), "{ahead}");
    }
}

//! The emulator's clocks.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::{SignedDuration, Timestamp};

/// An adjustable clock: the system clock plus an offset, or a manual clock that moves only by [`advance`](Self::advance).
///
/// Clones share the same time. The resolution is one millisecond.
#[derive(Clone, Debug)]
pub struct Clock {
    ticks: bool,
    /// The offset from the system clock in milliseconds, or the time of a manual clock in milliseconds since 1970 UTC.
    millis: Arc<AtomicI64>,
}

impl Clock {
    /// Creates a clock that follows the system clock.
    pub fn system() -> Self {
        Self {
            ticks: true,
            millis: Arc::default(),
        }
    }

    /// Creates a manual clock that shows `time`.
    pub fn manual(time: Timestamp) -> Self {
        Self {
            ticks: false,
            millis: Arc::new(AtomicI64::new(time.as_millisecond())),
        }
    }

    /// The current time in milliseconds since 1970-01-01 UTC, at most the last one that [`Timestamp`] holds.
    pub(crate) fn millis(&self) -> i64 {
        let millis = self
            .base()
            .saturating_add(self.millis.load(Ordering::Relaxed));
        millis.clamp(
            Timestamp::MIN.as_millisecond(),
            Timestamp::MAX.as_millisecond(),
        )
    }

    /// The time that the offset is added to.
    fn base(&self) -> i64 {
        if self.ticks {
            Timestamp::now().as_millisecond()
        } else {
            0
        }
    }

    /// The current time.
    pub fn now(&self) -> Timestamp {
        let millis = self.millis();
        // Only the bounds, whose fractions of a millisecond are cut, can be out of range.
        Timestamp::from_millisecond(millis).unwrap_or(if millis < 0 {
            Timestamp::MIN
        } else {
            Timestamp::MAX
        })
    }

    /// Whether the clock shows the unmodified system time.
    pub(crate) fn is_system(&self) -> bool {
        self.ticks && self.millis.load(Ordering::Relaxed) == 0
    }

    /// Moves the clock by `by` and returns the new time, unless [`Timestamp`] cannot hold it.
    pub(crate) fn try_advance(&self, by: SignedDuration) -> Result<Timestamp, ClockOverflow> {
        let by = i64::try_from(by.as_millis()).map_err(|_| ClockOverflow)?;
        let base = self.base();
        let mut time = Timestamp::UNIX_EPOCH;
        let moved = |millis: i64| {
            let moved = millis.checked_add(by)?;
            time = Timestamp::from_millisecond(base.checked_add(moved)?).ok()?;
            Some(moved)
        };
        let update = self
            .millis
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, moved);
        update.map(|_| time).map_err(|_| ClockOverflow)
    }

    /// Moves the clock by `by`, which may be negative. A system clock keeps running from the new time.
    ///
    /// The clock stops at the first and the last time that [`Timestamp`] holds.
    pub fn advance(&self, by: SignedDuration) {
        let by = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
        let add = |millis: i64| Some(millis.saturating_add(by));
        // The closure never declines.
        let _ = self
            .millis
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, add);
    }

    /// Removes the offset of a system clock. A manual clock keeps its time.
    pub(crate) fn reset(&self) {
        if self.ticks {
            self.millis.store(0, Ordering::Relaxed);
        }
    }
}

/// A clock was not moved, because [`Timestamp`] cannot hold the new time.
#[derive(Debug, thiserror::Error)]
#[error("advance_millis: the clock would leave the years -9999 to 9999; it was not moved")]
pub(crate) struct ClockOverflow;

/// Formats a time as an HTTP date (RFC 9110, IMF-fixdate).
pub(crate) fn http_date(time: Timestamp) -> String {
    time.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn manual_clock_advanced_shows_new_time() {
        let clock = Clock::manual("2020-06-17T08:00:00Z".parse().unwrap());
        let same = clock.clone();
        same.advance(SignedDuration::from_secs(90));
        assert_eq!(clock.now().to_string(), "2020-06-17T08:01:30Z");
        clock.advance(SignedDuration::MAX);
        assert_eq!(clock.now(), Timestamp::MAX);
    }

    #[test]
    fn try_advance_past_the_last_time_moves_nothing() {
        let clock = Clock::manual("2020-06-17T08:00:00Z".parse().unwrap());
        let millis = SignedDuration::from_millis;
        for by in [i64::MAX, i64::MIN, 253_402_207_201_000].map(millis) {
            assert!(clock.try_advance(by).is_err(), "{by}");
        }
        assert!(clock.try_advance(SignedDuration::MAX).is_err());
        assert_eq!(clock.now().to_string(), "2020-06-17T08:00:00Z");
        let time = clock.try_advance(millis(-90_000)).unwrap();
        assert_eq!(time.to_string(), "2020-06-17T07:58:30Z");
        assert_eq!(clock.now(), time);
    }

    #[test]
    fn system_clock_advanced_keeps_offset_until_reset() {
        let clock = Clock::system();
        clock.advance(SignedDuration::from_hours(1));
        let ahead = clock.now().duration_since(Timestamp::now());
        assert!(ahead > SignedDuration::from_mins(59), "{ahead}");
        clock.reset();
        let ahead = clock.now().duration_since(Timestamp::now());
        assert!(ahead < SignedDuration::from_mins(1), "{ahead}");
    }
}

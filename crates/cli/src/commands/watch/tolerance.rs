//! Which errors end a watch.

use std::time::{Duration, Instant};

use hwtasks::Error;

/// How long a watch tolerates a 5xx before its first successful poll; the default of a wait.
const GRACE: Duration = Duration::from_secs(60);

/// Which errors a watch tolerates: all transient ones once a poll has succeeded. Before, a 429 always
/// and, for the grace period, the others of a service that responds.
pub(super) struct Tolerance {
    started: Instant,
    pub(super) found: bool,
    responded: bool,
}

impl Tolerance {
    pub(super) fn new(started: Instant) -> Self {
        Self {
            started,
            found: false,
            responded: false,
        }
    }

    pub(super) fn covers(&mut self, error: &Error, now: Instant) -> bool {
        self.responded |= error.status().is_some();
        let in_grace = self.responded && now.saturating_duration_since(self.started) < GRACE;
        error.is_throttled() || error.is_retryable() && (self.found || in_grace)
    }
}

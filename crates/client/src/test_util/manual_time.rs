//! A time source that tests control.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::transport::time::{Sleep, TimeSource};

/// A time source that moves only by [`advance`](Self::advance) and by sleeping. Clones share the time.
///
/// A sleep moves the clock and returns immediately, so a test of a long wait takes no real time:
///
/// ```
/// use std::time::Duration;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let emulator = hwtasks_emulator::Emulator::start().await?;
/// let time = hwtasks::ManualTimeSource::new("2026-01-02T03:04:05Z".parse()?);
/// let client = hwtasks::Client::builder()
///     .kafka_endpoint(emulator.kafka_url())
///     .project_id(hwtasks_emulator::PROJECT_ID)
///     .token(hwtasks_emulator::TOKEN)
///     .time_source(time.clone())
///     .build()?;
/// let wait = client.kafka().wait("5560df16-cebf-4473-95c4-d1b573c16e79", "not-there-at-all");
/// let error = wait.await.expect_err("no such task");
/// assert!(error.is_not_found());
/// assert_eq!(time.sleeps().first(), Some(&Duration::from_secs(2)));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct ManualTimeSource(Arc<Mutex<Clock>>);

#[derive(Debug)]
struct Clock {
    now: Timestamp,
    elapsed: Duration,
    sleeps: Vec<Duration>,
}

impl ManualTimeSource {
    /// Creates a time source that starts at this time.
    pub fn new(now: Timestamp) -> Self {
        Self(Arc::new(Mutex::new(Clock {
            now,
            elapsed: Duration::ZERO,
            sleeps: Vec::new(),
        })))
    }

    /// The durations of all sleeps, in order.
    pub fn sleeps(&self) -> Vec<Duration> {
        self.clock().sleeps.clone()
    }

    /// Moves the clock forward. [`now`](TimeSource::now) saturates at [`Timestamp::MAX`].
    pub fn advance(&self, duration: Duration) {
        self.clock().advance(duration);
    }

    fn clock(&self) -> MutexGuard<'_, Clock> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Clock {
    fn advance(&mut self, duration: Duration) {
        let signed = SignedDuration::try_from(duration).unwrap_or(SignedDuration::MAX);
        self.now = self.now.checked_add(signed).unwrap_or(Timestamp::MAX);
        self.elapsed = self.elapsed.saturating_add(duration);
    }
}

impl TimeSource for ManualTimeSource {
    fn now(&self) -> Timestamp {
        self.clock().now
    }

    fn elapsed(&self) -> Duration {
        self.clock().elapsed
    }

    /// Moves the clock when it is called, not when the future is awaited.
    fn sleep(&self, duration: Duration) -> Sleep {
        let mut clock = self.clock();
        clock.advance(duration);
        clock.sleeps.push(duration);
        Box::pin(std::future::ready(()))
    }
}

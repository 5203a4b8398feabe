//! A clock for tests.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::time::{Sleep, TimeSource};

/// A clock that stands still until somebody sleeps, and then jumps. Clones are the same clock.
///
/// Sleeping takes no real time, so that a test of a long wait ends at once:
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
/// assert_eq!(time.slept().first(), Some(&Duration::from_secs(2)));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct ManualTimeSource(Arc<Mutex<Passed>>);

#[derive(Debug)]
struct Passed {
    now: Timestamp,
    elapsed: Duration,
    slept: Vec<Duration>,
}

impl ManualTimeSource {
    /// A clock that shows this time.
    pub fn new(now: Timestamp) -> Self {
        Self(Arc::new(Mutex::new(Passed {
            now,
            elapsed: Duration::ZERO,
            slept: Vec::new(),
        })))
    }

    /// Every sleep, in order.
    pub fn slept(&self) -> Vec<Duration> {
        self.passed().slept.clone()
    }

    /// Lets time pass: of the day, up to the last that can be shown, and since the beginning.
    pub fn pass(&self, duration: Duration) {
        self.passed().by(duration);
    }

    fn passed(&self) -> MutexGuard<'_, Passed> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Passed {
    fn by(&mut self, duration: Duration) {
        let signed = SignedDuration::try_from(duration).unwrap_or(SignedDuration::MAX);
        self.now = self.now.checked_add(signed).unwrap_or(Timestamp::MAX);
        self.elapsed = self.elapsed.saturating_add(duration);
    }
}

impl TimeSource for ManualTimeSource {
    fn now(&self) -> Timestamp {
        self.passed().now
    }

    fn elapsed(&self) -> Duration {
        self.passed().elapsed
    }

    /// Jumps when it is called, not when the future is awaited.
    fn sleep(&self, duration: Duration) -> Sleep {
        let mut passed = self.passed();
        passed.by(duration);
        passed.slept.push(duration);
        Box::pin(std::future::ready(()))
    }
}

//! Where the client gets the time from, and how it waits.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

/// A future that ends when its time has come.
pub type Sleep = Pin<Box<dyn Future<Output = ()> + Send>>;

/// The clock of a client: what the time is, how much of it has passed, and how to wait.
///
/// Injected by [`ClientBuilder::time_source`](crate::ClientBuilder::time_source), so that tests of
/// retries, expiring credentials and waiting take no real time.
pub trait TimeSource: fmt::Debug + Send + Sync {
    /// The time of day, which signatures and expiry dates are made of.
    fn now(&self) -> jiff::Timestamp;

    /// Time passed since some moment in the past. Never goes backwards, whatever the time of day
    /// does; deadlines are measured with it.
    fn elapsed(&self) -> Duration;

    /// Waits.
    fn sleep(&self, duration: Duration) -> Sleep;
}

/// A shared [`TimeSource`].
pub type SharedTimeSource = Arc<dyn TimeSource>;

/// The system's clock, waiting by tokio's timer.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemTimeSource(());

/// One moment for the whole process, so that clients can share what happened when.
static STARTED: LazyLock<Instant> = LazyLock::new(Instant::now);

impl SystemTimeSource {
    /// The system's clock.
    pub fn new() -> Self {
        Self::default()
    }
}

impl TimeSource for SystemTimeSource {
    fn now(&self) -> jiff::Timestamp {
        jiff::Timestamp::now()
    }

    fn elapsed(&self) -> Duration {
        STARTED.elapsed()
    }

    fn sleep(&self, duration: Duration) -> Sleep {
        Box::pin(tokio::time::sleep(duration))
    }
}

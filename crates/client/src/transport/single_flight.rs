//! Deduplicates concurrent calls (single-flight).

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Runs one call at a time. Callers that waited for it share its result, success or failure.
///
/// If the running caller is dropped, so is its call, and the next caller in line runs its own.
#[derive(Debug)]
pub(crate) struct SingleFlight<T> {
    lock: tokio::sync::Mutex<()>,
    completed: Mutex<Completed<T>>,
}

#[derive(Debug)]
struct Completed<T> {
    runs: u64,
    last: Option<T>,
}

impl<T> Default for SingleFlight<T> {
    fn default() -> Self {
        Self {
            lock: tokio::sync::Mutex::default(),
            completed: Mutex::new(Completed {
                runs: 0,
                last: None,
            }),
        }
    }
}

impl<T: Clone> SingleFlight<T> {
    /// Runs `work`, or waits for a running call and returns its result.
    pub(crate) async fn run(&self, work: impl Future<Output = T>) -> T {
        let before = self.completed().runs;
        let _lock = self.lock.lock().await;
        {
            let completed = self.completed();
            if let Some(shared) = completed.last.as_ref().filter(|_| completed.runs != before) {
                return shared.clone();
            }
        }
        let result = work.await;
        let mut completed = self.completed();
        completed.runs += 1;
        completed.last = Some(result.clone());
        result
    }

    /// Whether a call is running.
    pub(crate) fn is_in_flight(&self) -> bool {
        self.lock.try_lock().is_err()
    }

    fn completed(&self) -> MutexGuard<'_, Completed<T>> {
        self.completed
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

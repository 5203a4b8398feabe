//! Doing a thing once for all who want it at the same time.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Lets one run at a time; whoever waited for it shares how it ended, good or bad.
///
/// A run whose caller goes away is dropped, and the next in line runs instead.
#[derive(Debug)]
pub(crate) struct Flight<T> {
    turn: tokio::sync::Mutex<()>,
    ended: Mutex<Ended<T>>,
}

#[derive(Debug)]
struct Ended<T> {
    runs: u64,
    last: Option<T>,
}

impl<T> Default for Flight<T> {
    fn default() -> Self {
        Self {
            turn: tokio::sync::Mutex::default(),
            ended: Mutex::new(Ended {
                runs: 0,
                last: None,
            }),
        }
    }
}

impl<T: Clone> Flight<T> {
    /// Runs `work`, or waits for the one that is running and takes what came of it.
    pub(crate) async fn run(&self, work: impl Future<Output = T>) -> T {
        let asked = self.ended().runs;
        let _turn = self.turn.lock().await;
        {
            let ended = self.ended();
            if let Some(shared) = ended.last.as_ref().filter(|_| ended.runs != asked) {
                return shared.clone();
            }
        }
        let result = work.await;
        let mut ended = self.ended();
        ended.runs += 1;
        ended.last = Some(result.clone());
        result
    }

    /// Whether somebody is running now.
    pub(crate) fn is_busy(&self) -> bool {
        self.turn.try_lock().is_err()
    }

    fn ended(&self) -> MutexGuard<'_, Ended<T>> {
        self.ended.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

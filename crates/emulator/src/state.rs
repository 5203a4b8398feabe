//! The state that the listeners and the control API share.

use std::time::Duration;

use parking_lot::RwLock;

use crate::auth::{AuthConfig, AuthError, Received};
use crate::clock::Clock;
use crate::control::{Locks, Schedule};
use crate::faults::Faults;
use crate::ids::Ids;
use crate::pending_task::ReadContext;
use crate::recorder::Recorder;
use crate::store::Store;

pub(crate) struct State {
    pub(crate) store: RwLock<Store>,
    /// The store after a reset. It shares unchanged instances with `store`.
    pub(crate) pristine: Store,
    pub(crate) auth: AuthConfig,
    /// The clock of task progress and of new tasks.
    pub(crate) clock: Clock,
    /// The clock that signatures are checked against.
    pub(crate) gateway_clock: Clock,
    pub(crate) faults: Faults,
    pub(crate) locks: Locks,
    pub(crate) schedule: Schedule,
    pub(crate) recorder: Recorder,
    /// Generates task IDs.
    pub(crate) ids: Ids,
    /// Separate from `ids`, so that task IDs do not depend on the number of requests.
    pub(crate) request_ids: Ids,
    pub(crate) seed: u64,
    pub(crate) lenient: bool,
    /// How long a client may take to send a body.
    pub(crate) receive_timeout: Duration,
}

impl State {
    /// The context of a read at this time.
    pub(crate) fn read_context(&self, store: &Store, advances: bool) -> ReadContext {
        ReadContext {
            now: self.clock.millis(),
            progress: store.progress,
            advances,
        }
    }

    /// Checks the credentials of a request, and counts the refused ones of each access key.
    pub(crate) fn authenticate(&self, request: &Received<'_>) -> Result<(), Box<AuthError>> {
        let (access_key, checked) = self.auth.check(request, self.gateway_clock.now());
        let is_locked = access_key.is_some_and(|key| {
            self.locks
                .is_locked(key, checked.is_ok(), self.clock.millis())
        });
        match is_locked {
            true => Err(Box::new(AuthError::KeyLocked)),
            false => checked,
        }
    }

    pub(crate) fn reset(&self) {
        // The clock first: the tasks begin at its time.
        self.clock.reset();
        let store = self.pristine.restarted(self.clock.millis());
        *self.store.write() = store;
        self.faults.clear();
        self.locks.reset();
        self.schedule.clear();
        self.recorder.clear();
        self.ids.set_seed(self.seed);
        self.request_ids.set_seed(!self.seed);
    }
}

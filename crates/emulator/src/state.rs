//! The state that the listeners and the control API share.

use std::time::Duration;

use parking_lot::RwLock;

use crate::auth::AuthConfig;
use crate::clock::Clock;
use crate::control::Schedule;
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

    pub(crate) fn reset(&self) {
        // The clock first: the tasks begin at its time.
        self.clock.reset();
        let store = self.pristine.restarted(self.clock.millis());
        *self.store.write() = store;
        self.faults.clear();
        self.schedule.clear();
        self.recorder.clear();
        self.ids.set_seed(self.seed);
        self.request_ids.set_seed(!self.seed);
    }
}

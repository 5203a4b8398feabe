//! What both listeners and the control share.

use parking_lot::RwLock;

use crate::auth::AuthConfig;
use crate::clock::Clock;
use crate::control::Schedule;
use crate::faults::Faults;
use crate::ids::Ids;
use crate::progress::Look;
use crate::recorder::Recorder;
use crate::store::Store;

pub(crate) struct State {
    pub(crate) store: RwLock<Store>,
    /// What a reset goes back to; shares every instance that was not changed.
    pub(crate) pristine: Store,
    pub(crate) auth: AuthConfig,
    /// Moves tasks.
    pub(crate) clock: Clock,
    /// Judges the age of signatures.
    pub(crate) gateway_clock: Clock,
    pub(crate) faults: Faults,
    pub(crate) schedule: Schedule,
    pub(crate) recorder: Recorder,
    /// For tasks.
    pub(crate) ids: Ids,
    /// Separate, so that the ids of tasks do not depend on how many requests came between.
    pub(crate) request_ids: Ids,
    pub(crate) seed: u64,
    pub(crate) lenient: bool,
}

impl State {
    /// How a task is looked at now.
    pub(crate) fn look(&self, store: &Store, counts: bool) -> Look {
        Look {
            now: self.clock.millis(),
            progress: store.progress,
            counts,
        }
    }

    pub(crate) fn reset(&self) {
        *self.store.write() = self.pristine.clone();
        self.pristine.restart();
        self.faults.clear();
        self.schedule.clear();
        self.recorder.clear();
        self.ids.set_seed(self.seed);
        self.clock.reset();
    }
}

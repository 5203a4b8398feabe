//! Locked access keys: the gateway rejects a key after a number of refused requests.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};

use super::Control;

/// How long an access key stays locked.
const LOCKED_FOR: SignedDuration = SignedDuration::from_mins(5);

/// Counts the refused requests of each access key.
#[derive(Default)]
pub(crate) struct Locks {
    /// The number after the start.
    initial: u32,
    counted: Mutex<Counted>,
}

#[derive(Default)]
struct Counted {
    /// 0: no key is locked.
    after: u32,
    refused: BTreeMap<String, Refused>,
}

/// The refused requests of a key since the last accepted one.
struct Refused {
    count: u32,
    last_millis: i64,
}

impl Refused {
    fn is_locked(&self, after: u32, now_millis: i64) -> bool {
        let passed = now_millis.saturating_sub(self.last_millis);
        after > 0 && self.count >= after && i128::from(passed) < LOCKED_FOR.as_millis()
    }
}

impl Locks {
    pub(crate) fn new(after: u32) -> Self {
        let locks = Self {
            initial: after,
            ..Self::default()
        };
        locks.set(after);
        locks
    }

    pub(crate) fn reset(&self) {
        self.set(self.initial);
    }

    fn set(&self, after: u32) {
        *self.counted.lock() = Counted {
            after,
            refused: BTreeMap::new(),
        };
    }

    /// Counts a request of a known access key; whether the key is locked. The lock also rejects a correct signature.
    pub(crate) fn is_locked(&self, access_key: &str, is_accepted: bool, now_millis: i64) -> bool {
        let mut counted = self.counted.lock();
        let Counted { after, refused } = &mut *counted;
        if *after == 0 {
            return false;
        }
        if let Some(before) = refused.get(access_key) {
            if before.is_locked(*after, now_millis) {
                return true;
            }
            if is_accepted || before.count >= *after {
                refused.remove(access_key);
            }
        }
        if !is_accepted {
            let kept = refused.entry(access_key.to_owned()).or_insert(Refused {
                count: 0,
                last_millis: now_millis,
            });
            kept.count += 1;
            kept.last_millis = now_millis;
        }
        false
    }
}

/// Whether the emulator locks access keys, and which are locked.
#[derive(Serialize)]
pub(super) struct LockState {
    after_refusals: u32,
    locked: Vec<String>,
}

/// The body that sets the lock.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SetLock {
    pub(super) after_refusals: u32,
}

impl Control {
    /// Sets the number of consecutive refused requests that lock an access key; 0 locks none.
    ///
    /// Unlocks every key. [`Builder::lock_after_refusals`](crate::Builder::lock_after_refusals) says what a lock does.
    pub fn set_lock_after_refusals(&self, refusals: u32) {
        self.state.locks.set(refusals);
    }

    /// The number of consecutive refused requests that lock an access key; 0 locks none.
    pub fn lock_after_refusals(&self) -> u32 {
        self.state.locks.counted.lock().after
    }

    /// The access keys that are locked now, in order.
    pub fn locked_access_keys(&self) -> Vec<String> {
        let now = self.state.clock.millis();
        let counted = self.state.locks.counted.lock();
        let locked = counted
            .refused
            .iter()
            .filter(|(_, refused)| refused.is_locked(counted.after, now));
        locked.map(|(key, _)| key.clone()).collect()
    }

    pub(super) fn lock_state(&self) -> LockState {
        LockState {
            after_refusals: self.lock_after_refusals(),
            locked: self.locked_access_keys(),
        }
    }
}

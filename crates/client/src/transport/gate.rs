//! Holds requests back once the service has refused the credentials, because refusals lock a key.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::SignedDuration;
use reqwest::StatusCode;
use tokio::sync::Notify;
use tokio::time::timeout;

use crate::credentials::Credentials;
use crate::error::Error;
use crate::error::classify::is_authorized_status;
use crate::transport::response::RawResponse;
use crate::transport::time::TimeSource;

/// How long no request follows a final refusal; a locked key is locked for as long.
const HOLD: Duration = Duration::from_secs(5 * 60);

/// Lets requests pass until one is refused, then one call alone until the service accepts it.
///
/// The first refused call leads: it signs by the service's clock or fetches other credentials, and
/// sends once more. Meanwhile every other call waits. If the leader is accepted, the gate opens. If it
/// had nothing to correct, the next call probes alone. After the second refusal, calls end with the kept
/// refusal for five minutes, then the next call probes.
#[derive(Default)]
pub(crate) struct Gate {
    /// Twice the number of recoveries, plus 1 while the gate is closed: a request that passes an open
    /// gate reads nothing else.
    word: AtomicU64,
    phase: Mutex<Phase>,
    changed: Notify,
}

#[derive(Default)]
enum Phase {
    #[default]
    Open,
    /// One call leads.
    Recovering(Kept),
    /// No call leads, and none but a probe sends before this moment of the client's clock.
    Held(Kept, Duration),
}

/// A refusal, for the calls that send nothing because of it.
#[derive(Clone)]
struct Kept {
    refusal: RawResponse,
    clock_skew: Option<SignedDuration>,
    /// The refused credentials, once their call has ended.
    rejected: Option<Credentials>,
    /// Whether one call was refused that could correct nothing, and the next one may probe.
    may_probe: bool,
}

/// A call's way through the gate. A leader that is dropped without a decision hands over to the next
/// call.
pub(crate) struct Pass<'a> {
    /// `None` for requests without credentials.
    gate: Option<&'a Gate>,
    recoveries: u64,
    leads: bool,
}

/// What a refused call does next.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Turn {
    /// It decides for all.
    Lead,
    /// Another call was accepted meanwhile: send once more.
    Follow,
    /// Its refusal is final.
    End,
}

/// How a call has passed.
pub(crate) enum Entry {
    Free,
    /// Alone, after a final refusal. The credentials were refused five minutes ago.
    Probe(Option<Credentials>),
}

enum Entered {
    Passed(Entry),
    Refused(Box<Error>),
    Waits,
}

impl Gate {
    pub(crate) fn pass(&self, has_credentials: bool) -> Pass<'_> {
        Pass {
            gate: has_credentials.then_some(self),
            recoveries: 0,
            leads: false,
        }
    }

    fn is_closed(&self) -> bool {
        self.word.load(Ordering::Acquire) & 1 == 1
    }

    fn recoveries(&self) -> u64 {
        self.word.load(Ordering::Acquire) >> 1
    }

    /// Whether the last refusal is final, so that no request is sent for now.
    pub(crate) fn is_shut(&self, time: &dyn TimeSource) -> bool {
        let is_final = |phase: &Phase| match phase {
            Phase::Held(kept, until) => !kept.may_probe && time.elapsed() < *until,
            Phase::Open | Phase::Recovering(_) => false,
        };
        self.is_closed() && is_final(&self.phase())
    }

    fn phase(&self) -> MutexGuard<'_, Phase> {
        self.phase.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the phase, which the caller has locked, and wakes the waiting calls.
    fn set(&self, phase: &mut Phase, new: Phase, recoveries: u64) {
        let closed = u64::from(!matches!(new, Phase::Open));
        *phase = new;
        self.word.store(recoveries << 1 | closed, Ordering::Release);
        self.changed.notify_waiters();
    }
}

impl Pass<'_> {
    /// Passes the gate, or waits until it can; an error when the service refused the credentials less
    /// than five minutes ago.
    pub(crate) async fn enter(
        &mut self,
        time: &dyn TimeSource,
        within: Duration,
    ) -> Result<Entry, Error> {
        let Some(gate) = self.gate else {
            return Ok(Entry::Free);
        };
        let word = gate.word.load(Ordering::Acquire);
        if self.leads || word & 1 == 0 {
            self.recoveries = word >> 1;
            return Ok(Entry::Free);
        }
        let entered = async {
            loop {
                let mut changed = std::pin::pin!(gate.changed.notified());
                changed.as_mut().enable();
                match self.try_enter(gate, time) {
                    Entered::Passed(entry) => return Ok(entry),
                    Entered::Refused(error) => return Err(*error),
                    Entered::Waits => changed.await,
                }
            }
        };
        match timeout(within, entered).await {
            Ok(entered) => entered,
            Err(elapsed) => Err(Error::timed_out("new credentials", elapsed)),
        }
    }

    fn try_enter(&mut self, gate: &Gate, time: &dyn TimeSource) -> Entered {
        let mut phase = gate.phase();
        self.recoveries = gate.recoveries();
        match &*phase {
            Phase::Open => Entered::Passed(Entry::Free),
            Phase::Recovering(_) => Entered::Waits,
            Phase::Held(kept, until) => {
                let is_over = time.elapsed() >= *until;
                if !is_over && !kept.may_probe {
                    let error = Error::refused_before(kept.refusal.clone(), kept.clock_skew);
                    return Entered::Refused(Box::new(error));
                }
                let mut kept = kept.clone();
                let rejected = kept.rejected.take();
                let entry = match (is_over, rejected) {
                    (true, Some(rejected)) => Entry::Probe(Some(rejected)),
                    _ if kept.may_probe => Entry::Probe(None),
                    _ => Entry::Free,
                };
                kept.may_probe = matches!(entry, Entry::Probe(_));
                self.leads = true;
                gate.set(&mut phase, Phase::Recovering(kept), self.recoveries);
                Entered::Passed(entry)
            }
        }
    }

    /// Whether the credentials fetched since the call entered may still be sent.
    pub(crate) fn is_valid(&self) -> bool {
        let same =
            |gate: &Gate| self.leads || gate.word.load(Ordering::Acquire) == self.recoveries << 1;
        self.gate.is_none_or(same)
    }

    /// Whether a refused call leads, once no other does.
    pub(crate) async fn refused(
        &mut self,
        response: &RawResponse,
        time: &dyn TimeSource,
        within: Duration,
    ) -> Turn {
        let Some(gate) = self.gate.filter(|_| !self.leads) else {
            return Turn::Lead;
        };
        let turn = async {
            loop {
                let mut changed = std::pin::pin!(gate.changed.notified());
                changed.as_mut().enable();
                match self.try_lead(gate, response, time) {
                    Some(turn) => return turn,
                    None => changed.await,
                }
            }
        };
        timeout(within, turn).await.unwrap_or(Turn::End)
    }

    fn try_lead(
        &mut self,
        gate: &Gate,
        response: &RawResponse,
        time: &dyn TimeSource,
    ) -> Option<Turn> {
        let mut phase = gate.phase();
        match &*phase {
            Phase::Open if gate.recoveries() != self.recoveries => return Some(Turn::Follow),
            Phase::Recovering(_) => return None,
            Phase::Held(_, until) if time.elapsed() < *until => return Some(Turn::End),
            Phase::Open | Phase::Held(..) => {}
        }
        self.leads = true;
        let kept = Kept {
            refusal: response.clone(),
            clock_skew: None,
            rejected: None,
            may_probe: false,
        };
        let recoveries = gate.recoveries();
        gate.set(&mut phase, Phase::Recovering(kept), recoveries);
        Some(Turn::Lead)
    }

    /// Opens the gate, if the status of a response shows that the credentials were accepted.
    pub(crate) fn received(&mut self, status: StatusCode) {
        let Some(gate) = self.gate.filter(|gate| self.leads || gate.is_closed()) else {
            return;
        };
        if !is_authorized_status(status) {
            return;
        }
        let mut phase = gate.phase();
        let recoveries = gate.recoveries();
        if std::mem::take(&mut self.leads) {
            gate.set(&mut phase, Phase::Open, recoveries + 1);
        } else if matches!(&*phase, Phase::Held(kept, _) if !kept.may_probe)
            && recoveries == self.recoveries
        {
            // A request that was sent before the first refusal leaves the decision to the probe.
            gate.set(&mut phase, Phase::Open, recoveries);
        }
    }

    /// Keeps a final refusal for five minutes, for this call and all others but a probe.
    pub(crate) fn hold(
        &mut self,
        refusal: &RawResponse,
        clock_skew: Option<SignedDuration>,
        rejected: Option<Credentials>,
        may_probe: bool,
        time: &dyn TimeSource,
    ) {
        let kept = Kept {
            refusal: refusal.clone(),
            clock_skew,
            rejected,
            may_probe,
        };
        self.step_down(|_| Phase::Held(kept, time.elapsed().saturating_add(HOLD)));
    }

    /// The clock skew of a final refusal that is kept.
    pub(crate) fn kept_clock_skew(&self) -> Option<SignedDuration> {
        match &*self.gate?.phase() {
            Phase::Held(kept, _) => kept.clock_skew,
            _ => None,
        }
    }

    fn step_down(&mut self, next: impl FnOnce(Phase) -> Phase) {
        let Some(gate) = self.gate.filter(|_| std::mem::take(&mut self.leads)) else {
            return;
        };
        let mut phase = gate.phase();
        let next = next(std::mem::take(&mut *phase));
        let recoveries = gate.recoveries();
        gate.set(&mut phase, next, recoveries);
    }
}

impl Drop for Pass<'_> {
    fn drop(&mut self) {
        self.step_down(|phase| match phase {
            Phase::Recovering(kept) => Phase::Held(kept, Duration::ZERO),
            phase => phase,
        });
    }
}

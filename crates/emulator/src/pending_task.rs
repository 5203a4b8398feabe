//! The state of an unfinished task.

use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};

use crate::progress::{Outcome, Progress};

/// The phase of a pending task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    Created,
    Executing,
    Ended(Outcome),
}

impl Phase {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Created => "CREATED",
            Self::Executing => "EXECUTING",
            Self::Ended(Outcome::Success) => "SUCCESS",
            Self::Ended(Outcome::Failed) => "FAILED",
        }
    }
}

/// A task without a fixed status: it progresses to its outcome.
#[derive(Debug)]
pub(crate) struct PendingTask {
    /// `None`: the default of the emulator at the time of the read.
    pub(crate) progress: Option<Progress>,
    pub(crate) outcome: Outcome,
    polls: AtomicU32,
    /// When a read last changed the phase, in milliseconds since 1970 UTC; 0 if none did.
    changed: AtomicI64,
}

impl Clone for PendingTask {
    fn clone(&self) -> Self {
        Self {
            polls: AtomicU32::new(self.polls.load(Ordering::Relaxed)),
            changed: AtomicI64::new(self.changed.load(Ordering::Relaxed)),
            ..*self
        }
    }
}

/// The context in which a task is read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ReadContext {
    /// Milliseconds since 1970 UTC.
    pub(crate) now: i64,
    /// The policy of tasks without their own.
    pub(crate) progress: Progress,
    /// Whether the read advances tasks. Reads by the control API do not.
    pub(crate) advances: bool,
}

impl PendingTask {
    pub(crate) fn new(progress: Option<Progress>, outcome: Outcome) -> Self {
        Self {
            progress,
            outcome,
            polls: AtomicU32::new(0),
            changed: AtomicI64::new(0),
        }
    }

    /// Restarts the progress by reads.
    pub(crate) fn restart(&self) {
        self.polls.store(0, Ordering::Relaxed);
        self.changed.store(0, Ordering::Relaxed);
    }

    /// The phase of the task, and when it began in milliseconds since 1970 UTC.
    pub(crate) fn phase_at(&self, created: i64, context: ReadContext) -> (Phase, i64) {
        let ended = Phase::Ended(self.outcome);
        match self.progress.unwrap_or(context.progress) {
            Progress::Immediate => (ended, created),
            Progress::AfterPolls { polls } => self.phase_by_polls(polls, created, context),
            Progress::AfterDuration { millis } => {
                let whole = i64::try_from(millis).unwrap_or(i64::MAX);
                let (half, whole) = (
                    created.saturating_add(whole / 2),
                    created.saturating_add(whole),
                );
                if context.now >= whole {
                    (ended, whole)
                } else if context.now >= half {
                    (Phase::Executing, half)
                } else {
                    (Phase::Created, created)
                }
            }
        }
    }

    fn phase_by_polls(&self, unfinished: u32, created: i64, context: ReadContext) -> (Phase, i64) {
        let before = if context.advances {
            let add = |polls: u32| polls.checked_add(1);
            let update = self
                .polls
                .fetch_update(Ordering::Relaxed, Ordering::Relaxed, add);
            update.unwrap_or_else(|full| full)
        } else {
            self.polls.load(Ordering::Relaxed)
        };
        let phase = match before {
            _ if before >= unfinished => Phase::Ended(self.outcome),
            0 => Phase::Created,
            _ => Phase::Executing,
        };
        let just_moved =
            context.advances && (before == unfinished || (before == 1 && before < unfinished));
        if just_moved && before > 0 {
            self.changed.store(context.now, Ordering::Relaxed);
        }
        let changed = self.changed.load(Ordering::Relaxed);
        (phase, if changed == 0 { created } else { changed })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn statuses(progress: Progress, outcome: Outcome, times: &[i64]) -> Vec<&'static str> {
        let pending = PendingTask::new(None, outcome);
        let context = |&now: &i64| ReadContext {
            now,
            progress,
            advances: true,
        };
        times
            .iter()
            .map(|now| pending.phase_at(1_000, context(now)).0.as_str())
            .collect()
    }

    #[test]
    fn phase_immediate_is_ended() {
        assert_eq!(
            statuses(Progress::Immediate, Outcome::Failed, &[1_000]),
            ["FAILED"]
        );
    }

    #[test]
    fn phase_after_polls_counts_reads() {
        let of = |polls| {
            statuses(
                Progress::AfterPolls { polls },
                Outcome::Success,
                &[1_000; 5],
            )
            .join(" ")
        };
        assert_eq!(of(0), "SUCCESS SUCCESS SUCCESS SUCCESS SUCCESS");
        assert_eq!(of(1), "CREATED SUCCESS SUCCESS SUCCESS SUCCESS");
        assert_eq!(of(3), "CREATED EXECUTING EXECUTING SUCCESS SUCCESS");
    }

    #[test]
    fn phase_after_duration_follows_clock() {
        let of = |times: &[i64]| {
            statuses(
                Progress::AfterDuration { millis: 10 },
                Outcome::Failed,
                times,
            )
        };
        assert_eq!(
            of(&[0, 1_000, 1_004, 1_005, 1_009, 1_010]),
            [
                "CREATED",
                "CREATED",
                "CREATED",
                "EXECUTING",
                "EXECUTING",
                "FAILED"
            ]
        );
    }

    #[test]
    fn phase_by_polls_keeps_time_of_last_change() {
        let pending = PendingTask::new(Some(Progress::AfterPolls { polls: 2 }), Outcome::Success);
        let changed_at = |now, advances| {
            pending
                .phase_at(
                    1_000,
                    ReadContext {
                        now,
                        progress: Progress::Immediate,
                        advances,
                    },
                )
                .1
        };
        assert_eq!(changed_at(2_000, true), 1_000);
        assert_eq!(changed_at(3_000, true), 3_000);
        assert_eq!(changed_at(3_500, false), 3_000);
        assert_eq!(changed_at(4_000, true), 4_000);
        assert_eq!(changed_at(5_000, true), 4_000);
        pending.restart();
        assert_eq!(changed_at(6_000, true), 1_000);
    }

    #[test]
    fn phase_read_without_advancing_changes_nothing() {
        let pending = PendingTask::new(Some(Progress::AfterPolls { polls: 1 }), Outcome::Success);
        let peek = ReadContext {
            now: 0,
            progress: Progress::Immediate,
            advances: false,
        };
        for _ in 0..3 {
            assert_eq!(pending.phase_at(0, peek).0, Phase::Created);
        }
    }
}

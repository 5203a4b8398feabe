//! How a task gets from CREATED to its end.

use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// When a task that was given no status reaches its end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "when", rename_all = "snake_case", deny_unknown_fields)]
pub enum Progress {
    /// The task has already ended when it is first read.
    #[default]
    Immediate,
    /// The task is unfinished in its first `polls` responses: CREATED in the first, EXECUTING in the others. The next
    /// response shows it ended. Every response that contains the task counts, lists included.
    AfterPolls {
        /// How many responses show the task unfinished; 0 is the same as `Immediate`.
        polls: u32,
    },
    /// The task ends this long after its `created_at`: CREATED for the first half, EXECUTING for the second.
    AfterDuration {
        /// How long, in milliseconds of the emulator's clock.
        millis: u64,
    },
}

/// How a task ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Outcome {
    /// Well.
    #[default]
    Success,
    /// Not well.
    Failed,
}

/// Where a moving task stands.
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

/// A task on its way.
#[derive(Debug)]
pub(crate) struct Moving {
    /// `None`: the emulator's own, which may change.
    pub(crate) progress: Option<Progress>,
    pub(crate) outcome: Outcome,
    polls: AtomicU32,
    /// When the phase last changed by a read; 0 if it never did. Milliseconds since 1970.
    changed: AtomicI64,
}

impl Clone for Moving {
    fn clone(&self) -> Self {
        Self {
            polls: AtomicU32::new(self.polls.load(Ordering::Relaxed)),
            changed: AtomicI64::new(self.changed.load(Ordering::Relaxed)),
            ..*self
        }
    }
}

/// What a look at a task needs to know.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Look {
    /// Milliseconds since 1970.
    pub(crate) now: i64,
    /// For tasks without a policy of their own.
    pub(crate) progress: Progress,
    /// Whether this is a read that moves tasks on; a look by the control API is not.
    pub(crate) counts: bool,
}

impl Moving {
    pub(crate) fn new(progress: Option<Progress>, outcome: Outcome) -> Self {
        Self {
            progress,
            outcome,
            polls: AtomicU32::new(0),
            changed: AtomicI64::new(0),
        }
    }

    /// Forgets every read.
    pub(crate) fn restart(&self) {
        self.polls.store(0, Ordering::Relaxed);
        self.changed.store(0, Ordering::Relaxed);
    }

    /// Where the task stands, and since when (milliseconds since 1970).
    pub(crate) fn look(&self, created: i64, look: Look) -> (Phase, i64) {
        let ended = Phase::Ended(self.outcome);
        match self.progress.unwrap_or(look.progress) {
            Progress::Immediate => (ended, created),
            Progress::AfterPolls { polls } => self.look_by_polls(polls, created, look),
            Progress::AfterDuration { millis } => {
                let whole = i64::try_from(millis).unwrap_or(i64::MAX);
                let (half, whole) = (
                    created.saturating_add(whole / 2),
                    created.saturating_add(whole),
                );
                if look.now >= whole {
                    (ended, whole)
                } else if look.now >= half {
                    (Phase::Executing, half)
                } else {
                    (Phase::Created, created)
                }
            }
        }
    }

    fn look_by_polls(&self, unfinished: u32, created: i64, look: Look) -> (Phase, i64) {
        let before = if look.counts {
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
            look.counts && (before == unfinished || (before == 1 && before < unfinished));
        if just_moved && before > 0 {
            self.changed.store(look.now, Ordering::Relaxed);
        }
        let changed = self.changed.load(Ordering::Relaxed);
        (phase, if changed == 0 { created } else { changed })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn statuses(progress: Progress, outcome: Outcome, times: &[i64]) -> Vec<&'static str> {
        let moving = Moving::new(None, outcome);
        let look = |&now: &i64| Look {
            now,
            progress,
            counts: true,
        };
        times
            .iter()
            .map(|now| moving.look(1_000, look(now)).0.as_str())
            .collect()
    }

    #[test]
    fn immediate() {
        assert_eq!(
            statuses(Progress::Immediate, Outcome::Failed, &[1_000]),
            ["FAILED"]
        );
    }

    #[test]
    fn after_polls() {
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
    fn after_duration() {
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
    fn the_time_of_the_last_change_is_kept() {
        let moving = Moving::new(Some(Progress::AfterPolls { polls: 2 }), Outcome::Success);
        let look = |now, counts| {
            moving
                .look(
                    1_000,
                    Look {
                        now,
                        progress: Progress::Immediate,
                        counts,
                    },
                )
                .1
        };
        assert_eq!(look(2_000, true), 1_000);
        assert_eq!(look(3_000, true), 3_000);
        assert_eq!(look(3_500, false), 3_000);
        assert_eq!(look(4_000, true), 4_000);
        assert_eq!(look(5_000, true), 4_000);
        moving.restart();
        assert_eq!(look(6_000, true), 1_000);
    }

    #[test]
    fn a_look_that_does_not_count_moves_nothing() {
        let moving = Moving::new(Some(Progress::AfterPolls { polls: 1 }), Outcome::Success);
        let peek = Look {
            now: 0,
            progress: Progress::Immediate,
            counts: false,
        };
        for _ in 0..3 {
            assert_eq!(moving.look(0, peek).0, Phase::Created);
        }
    }
}

//! The progress policy and the outcome of tasks.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// When a task without a `status` reaches its end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "when", rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Progress {
    /// The task has already ended when it is first read.
    #[default]
    Immediate,
    /// The task is unfinished in its first `polls` responses: CREATED in the first, EXECUTING in the others. The next
    /// response shows it ended. Every response that contains the task counts, lists included.
    AfterPolls {
        /// The number of responses that show the task unfinished. 0 is the same as `Immediate`.
        polls: u32,
    },
    /// The task ends this long after its `created_at`: CREATED for the first half, EXECUTING for the second.
    AfterDuration {
        /// The duration in milliseconds of the emulator's clock.
        millis: u64,
    },
}

/// The final state of a task.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[non_exhaustive]
pub enum Outcome {
    /// The task ends in SUCCESS.
    #[default]
    Success,
    /// The task ends in FAILED.
    Failed,
}

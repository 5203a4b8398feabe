//! Switches for the response forms in the official documents that contradict their tables.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Response forms in the official documents that contradict their own tables, each switched on separately.
///
/// All are off by default: then every field has the type that its table documents.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Quirks {
    /// `task_count` as a JSON number, as in the DCS V2 examples, instead of a string. Applies to all operations.
    pub numeric_count: bool,
    /// `old_capacity` and `new_capacity` as JSON numbers, as in the DCS V2 examples. Applies to DCS V2.
    pub numeric_capacities: bool,
    /// `status`, `created_at` and `updated_at` of the page's first task beside `tasks` and absent from every task, as in
    /// the Chinese and the English DCS V2 example. Applies to DCS V2.
    pub state_beside_tasks: bool,
    /// `new_cahce_mode` for `new_cache_mode`, as in the Chinese DCS V2 example. Applies to DCS V2.
    pub misspelt_key: bool,
    /// `details` as null, as in the example of a related operation. Applies to DCS V2.
    pub null_details: bool,
    /// `""` in every field of a task except its times, as in the V1.0 example. Applies to DCS V1.0.
    pub blank_v1: bool,
}

impl Quirks {
    /// The forms of the Chinese DCS V2 document (2021).
    pub const CHINESE_DCS: Self = Self {
        misspelt_key: true,
        ..Self::ENGLISH_DCS
    };

    /// The forms of the English DCS V2 document (2022).
    pub const ENGLISH_DCS: Self = Self {
        numeric_count: true,
        numeric_capacities: true,
        state_beside_tasks: true,
        misspelt_key: false,
        null_details: false,
        blank_v1: false,
    };
}

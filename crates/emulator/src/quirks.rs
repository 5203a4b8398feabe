//! The odd forms the documents show, to be switched on one by one.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Which of the documents' odd forms to serve. None by default: then every field has the type its table documents.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Quirks {
    /// `task_count` as a JSON number, as in the DCS V2 examples, instead of a string. All operations.
    pub numeric_count: bool,
    /// `old_capacity` and `new_capacity` as JSON numbers, as in the DCS V2 examples. DCS V2 only.
    pub numeric_capacities: bool,
    /// `status`, `created_at` and `updated_at` of the page's first task beside `tasks`, and in no task, as in the
    /// Chinese and the English DCS V2 example. DCS V2 only.
    pub state_beside_tasks: bool,
    /// `new_cahce_mode` for `new_cache_mode`, as in the Chinese DCS V2 example. DCS V2 only.
    pub misspelt_key: bool,
    /// `details` as null, as in the example of a sister operation. DCS V2 only.
    pub null_details: bool,
    /// `""` for every field of a task but its times, as in the V1.0 example. DCS V1.0 only.
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

//! Path parameters of the operations.

use serde::{Deserialize, Serialize};

/// Path parameters of the instance lists.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
#[cfg_attr(feature = "openapi", into_params(parameter_in = Path))]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
pub struct ProjectPath {
    /// ID of the project that owns the instances: 32 hexadecimal digits, or a UUID as in the examples.
    #[cfg_attr(
        feature = "openapi",
        param(example = "a4d31cb6-3d72-4fdc-8ec9-6e3a41e47f71")
    )]
    pub project_id: String,
}

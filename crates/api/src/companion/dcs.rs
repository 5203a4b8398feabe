//! Bodies and query parameters of the DCS instance list.

use serde::{Deserialize, Serialize};

use crate::body::{OtherMembers, body};

/// Page of the DCS instances of a project.
#[derive(Clone, Default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct DcsInstanceList {
    /// Number of instances that match the filters, on all pages.
    pub instance_num: Option<i64>,
    /// The instances of this page.
    pub instances: Vec<DcsInstance>,
    #[cfg_attr(feature = "openapi", schema(ignore))]
    #[cfg_attr(feature = "json-schema", schemars(skip))]
    other: OtherMembers,
}

body!(DcsInstanceList {
    instance_num,
    instances
});

impl DcsInstanceList {
    /// Creates a list of these instances, which are all that match.
    pub fn new(instances: Vec<DcsInstance>) -> Self {
        Self {
            instance_num: i64::try_from(instances.len()).ok(),
            instances,
            ..Self::default()
        }
    }
}

/// One of the DCS instances of a project.
#[derive(Clone, Default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct DcsInstance {
    /// ID of the instance.
    #[cfg_attr(
        feature = "openapi",
        schema(examples("5560df16-cebf-4473-95c4-d1b573c16e79"))
    )]
    pub instance_id: String,
    /// Name of the instance.
    pub name: Option<String>,
    /// State of the instance, such as `RUNNING`.
    pub status: Option<String>,
    /// Cache engine, such as `Redis`.
    pub engine: Option<String>,
    /// Version of the engine, such as `5.0`.
    pub engine_version: Option<String>,
    /// Memory in gigabytes. A fraction of a gigabyte is not shown here.
    pub capacity: Option<i64>,
    #[cfg_attr(feature = "openapi", schema(ignore))]
    #[cfg_attr(feature = "json-schema", schemars(skip))]
    other: OtherMembers,
}

body!(DcsInstance {
    instance_id,
    name,
    status,
    engine,
    engine_version,
    capacity
});

impl DcsInstance {
    /// Creates an instance with this ID and no other field.
    pub fn new(instance_id: impl Into<String>) -> Self {
        Self {
            instance_id: instance_id.into(),
            ..Self::default()
        }
    }
}

/// Query parameters of the DCS instance list: the page and the filters.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
#[cfg_attr(feature = "openapi", into_params(parameter_in = Query))]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
pub struct ListDcsInstancesQuery {
    /// Number of instances before the page. 0 is the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(
        feature = "openapi",
        param(minimum = 0, default = 0, example = 0, nullable = false)
    )]
    pub offset: Option<u32>,
    /// Maximum number of instances in the page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(
        feature = "openapi",
        param(
            minimum = 1,
            maximum = 1000,
            default = 10,
            example = 10,
            nullable = false
        )
    )]
    pub limit: Option<u32>,
    /// Name, or a part of it, of the instances to list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", param(nullable = false))]
    pub name: Option<String>,
    /// State of the instances to list, such as `RUNNING`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", param(nullable = false))]
    pub status: Option<String>,
}

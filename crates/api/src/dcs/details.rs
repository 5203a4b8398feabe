//! [`DetailsBody`]: the values that a DCS task changes.

use serde::de::MapAccess;
use serde_json::Value;

use crate::Capacity;
use crate::body::{Field, OtherMembers, body, read_object};

/// Values that a DCS task changes. Each field is set only by the kinds of task that change it.
///
/// The official documents list the first eight fields. The other fields come from newer official
/// API definitions.
#[derive(Clone, Default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "json-schema", schemars(transform = declare_misspelled))]
#[non_exhaustive]
pub struct DetailsBody {
    /// Capacity before the change, in gigabytes. Set when the specification changes.
    pub old_capacity: Option<Capacity>,
    /// Capacity after the change, in gigabytes. Set when the specification changes.
    pub new_capacity: Option<Capacity>,
    /// Whether public access is enabled. Set when public access is enabled.
    pub enable_public_ip: Option<bool>,
    /// ID of the public IP address. Set when public access is enabled.
    pub public_ip_id: Option<String>,
    /// The public IP address. Set when public access is enabled.
    pub public_ip_address: Option<String>,
    /// Whether SSL is enabled. Set when SSL is enabled.
    pub enable_ssl: Option<bool>,
    /// Cache mode before the change. Set when the specification changes.
    pub old_cache_mode: Option<String>,
    /// Cache mode after the change. Set when the specification changes.
    pub new_cache_mode: Option<String>,
    /// Specification code before the change. Newer API definitions only, like all fields below.
    pub old_resource_spec_code: Option<String>,
    /// Specification code after the change.
    pub new_resource_spec_code: Option<String>,
    /// Number of replicas before the change.
    pub old_replica_num: Option<i64>,
    /// Number of replicas after the change.
    pub new_replica_num: Option<i64>,
    /// Cache type before the change.
    pub old_cache_type: Option<String>,
    /// Cache type after the change.
    pub new_cache_type: Option<String>,
    /// IP address of the replica.
    pub replica_ip: Option<String>,
    /// Availability zone of the replica.
    pub replica_az: Option<String>,
    /// Name of the shard (the documents call it group).
    pub group_name: Option<String>,
    /// Port before the change.
    pub old_port: Option<i64>,
    /// Port after the change.
    pub new_port: Option<i64>,
    /// Whether only the billing mode changes.
    pub is_only_adjust_charging: Option<bool>,
    /// Name of the account that the task applies to.
    pub account_name: Option<String>,
    /// Source IP address.
    pub source_ip: Option<String>,
    /// Target IP address.
    pub target_ip: Option<String>,
    /// Name of the node that the task applies to.
    pub node_name: Option<String>,
    /// Commands that the task renames.
    pub rename_commands: Option<Vec<String>>,
    /// Number of configuration entries that change.
    pub updated_config_length: Option<i64>,
    #[cfg_attr(feature = "openapi", schema(ignore))]
    #[cfg_attr(feature = "json-schema", schemars(skip))]
    other: OtherMembers,
}

body!(DetailsBody {
    old_capacity,
    new_capacity,
    enable_public_ip,
    public_ip_id,
    public_ip_address,
    enable_ssl,
    old_cache_mode,
    new_cache_mode: "new_cahce_mode",
    old_resource_spec_code,
    new_resource_spec_code,
    old_replica_num,
    new_replica_num,
    old_cache_type,
    new_cache_type,
    replica_ip,
    replica_az,
    group_name,
    old_port,
    new_port,
    is_only_adjust_charging,
    account_name,
    source_ip,
    target_ip,
    node_name,
    rename_commands,
    updated_config_length
});

impl Field for DetailsBody {
    fn read_map<'de, A>(field: &mut Option<Self>, map: A) -> Result<Option<Value>, A::Error>
    where
        A: MapAccess<'de>,
    {
        read_object(field, map)
    }
}

/// A misspelled key of the Chinese example, declared in the documents as deprecated.
#[cfg(any(feature = "openapi", feature = "json-schema"))]
pub(crate) const MISSPELLED: &str = "new_cahce_mode";
#[cfg(any(feature = "openapi", feature = "json-schema"))]
pub(crate) const MISSPELLED_DESCRIPTION: &str = "Misspelling of `new_cache_mode` in the Chinese \
    example. Read it as `new_cache_mode`; the first of the two counts.";

#[cfg(feature = "json-schema")]
fn declare_misspelled(schema: &mut schemars::Schema) {
    let properties = schema.get_mut("properties");
    if let Some(properties) = properties.and_then(serde_json::Value::as_object_mut) {
        let misspelled = serde_json::json!({
            "description": MISSPELLED_DESCRIPTION,
            "type": ["string", "null"],
            "deprecated": true,
        });
        properties.insert(MISSPELLED.to_owned(), misspelled);
    }
}

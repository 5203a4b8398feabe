//! [`DetailsBody`]: the values that a DCS task changes.

use serde::{Deserialize, Deserializer, Serialize};

use crate::Capacity;
use crate::scalar::convert;
use crate::scalar::spelling::{Spelled, Spellings};

/// Values that a DCS task changes. Each field is set only by the kinds of task that change it.
///
/// The official documents list the first eight fields. The other fields come from newer official
/// API definitions.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "json-schema", schemars(transform = declare_misspelled))]
#[non_exhaustive]
pub struct DetailsBody {
    /// Capacity before the change, in gigabytes. Set when the specification changes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub old_capacity: Option<Capacity>,
    /// Capacity after the change, in gigabytes. Set when the specification changes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub new_capacity: Option<Capacity>,
    /// Whether public access is enabled. Set when public access is enabled.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "convert::boolean_or_null"
    )]
    pub enable_public_ip: Option<bool>,
    /// ID of the public IP address. Set when public access is enabled.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "convert::text_or_null"
    )]
    pub public_ip_id: Option<String>,
    /// The public IP address. Set when public access is enabled.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "convert::text_or_null"
    )]
    pub public_ip_address: Option<String>,
    /// Whether SSL is enabled. Set when SSL is enabled.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "convert::boolean_or_null"
    )]
    pub enable_ssl: Option<bool>,
    /// Cache mode before the change. Set when the specification changes.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "convert::text_or_null"
    )]
    pub old_cache_mode: Option<String>,
    /// Cache mode after the change. Set when the specification changes.
    #[serde(
        default,
        alias = "new_cahce_mode",
        skip_serializing_if = "Option::is_none",
        deserialize_with = "convert::text_or_null"
    )]
    pub new_cache_mode: Option<String>,
    /// Specification code before the change. Newer API definitions only, like all fields below.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "convert::text_or_null"
    )]
    pub old_resource_spec_code: Option<String>,
    /// Specification code after the change.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "convert::text_or_null"
    )]
    pub new_resource_spec_code: Option<String>,
    /// Number of replicas before the change.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "convert::integer_or_null"
    )]
    pub old_replica_num: Option<i64>,
    /// Number of replicas after the change.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "convert::integer_or_null"
    )]
    pub new_replica_num: Option<i64>,
    /// Cache type before the change.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "convert::text_or_null"
    )]
    pub old_cache_type: Option<String>,
    /// Cache type after the change.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "convert::text_or_null"
    )]
    pub new_cache_type: Option<String>,
    /// IP address of the replica.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "convert::text_or_null"
    )]
    pub replica_ip: Option<String>,
    /// Availability zone of the replica.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "convert::text_or_null"
    )]
    pub replica_az: Option<String>,
    /// Name of the shard (the documents call it group).
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "convert::text_or_null"
    )]
    pub group_name: Option<String>,
    /// Port before the change.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "convert::integer_or_null"
    )]
    pub old_port: Option<i64>,
    /// Port after the change.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "convert::integer_or_null"
    )]
    pub new_port: Option<i64>,
    /// Whether only the billing mode changes.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "convert::boolean_or_null"
    )]
    pub is_only_adjust_charging: Option<bool>,
    /// Name of the account that the task applies to.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "convert::text_or_null"
    )]
    pub account_name: Option<String>,
    /// Source IP address.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "convert::text_or_null"
    )]
    pub source_ip: Option<String>,
    /// Target IP address.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "convert::text_or_null"
    )]
    pub target_ip: Option<String>,
    /// Name of the node that the task applies to.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "convert::text_or_null"
    )]
    pub node_name: Option<String>,
    /// Commands that the task renames.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "convert::texts_or_null"
    )]
    pub rename_commands: Option<Vec<String>>,
    /// Number of configuration entries that change.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "convert::integer_or_null"
    )]
    pub updated_config_length: Option<i64>,
}

/// The misspelled key of the Chinese example. A service that corrects it may send both for a while.
const SPELLINGS: Spellings = &[("new_cache_mode", "new_cahce_mode")];

pub(super) fn details_or_null<'de, D>(deserializer: D) -> Result<Option<DetailsBody>, D::Error>
where
    D: Deserializer<'de>,
{
    deserializer.deserialize_any(convert::OrNull(Spelled::new(SPELLINGS)))
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

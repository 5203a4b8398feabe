//! The instance lists of both services: attributes, query, filters and bodies.

use std::collections::BTreeMap;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::operation::Service;
use crate::query::{self, BadParameter};
use crate::store::Instance;

/// The attributes of an instance, which the instance lists show. Every field is optional.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct InstanceAttributes {
    /// The name. Default: the engine and the first eight characters of the instance ID, such as `kafka-abcdef01`; for DCS
    /// `dcs-abcdef01`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The status. Default: `RUNNING`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// The engine: `Redis` or `Memcached` for DCS, `kafka`, `rabbitmq` or `rocketmq` for DMS. Default: `Redis`, `kafka`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub engine: Option<String>,
    /// The version of the engine. Default: that of the default engine; none for other engines.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub engine_version: Option<String>,
    /// The capacity in GB, which only DCS shows. Default: 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub capacity: Option<u32>,
    /// The specification, which only DMS shows. Default: that of the default engine; none for other engines.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub specification: Option<String>,
}

impl InstanceAttributes {
    pub(crate) fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// The length of the part of an instance ID that a default name contains.
const NAME_ID_CHARS: usize = 8;

/// An instance as the lists show it.
#[derive(Serialize)]
struct ShownInstance<'a> {
    instance_id: &'a str,
    name: String,
    status: &'a str,
    engine: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    engine_version: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    capacity: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    specification: Option<&'a str>,
}

impl<'a> ShownInstance<'a> {
    fn new(service: Service, id: &'a str, attributes: &'a InstanceAttributes) -> Self {
        let (default_engine, version, specification) = match service {
            Service::Dcs => ("Redis", "5.0", None),
            Service::Kafka => ("kafka", "2.7", Some("100MB")),
        };
        let engine = attributes.engine.as_deref().unwrap_or(default_engine);
        let is_default_engine = engine == default_engine;
        let name = attributes.name.clone().unwrap_or_else(|| {
            let prefix = match service {
                Service::Dcs => "dcs",
                Service::Kafka => engine,
            };
            let start: String = id.chars().take(NAME_ID_CHARS).collect();
            format!("{prefix}-{start}")
        });
        let engine_version = attributes.engine_version.as_deref();
        let shows_specification = service == Service::Kafka;
        let given = attributes.specification.as_deref();
        Self {
            instance_id: id,
            name,
            status: attributes.status.as_deref().unwrap_or("RUNNING"),
            engine,
            engine_version: engine_version.or(is_default_engine.then_some(version)),
            capacity: (service == Service::Dcs).then(|| attributes.capacity.unwrap_or(1)),
            specification: given
                .or(specification.filter(|_| is_default_engine))
                .filter(|_| shows_specification),
        }
    }
}

/// The body of a response.
#[derive(Serialize)]
struct InstanceList<'a> {
    instance_num: usize,
    instances: Vec<ShownInstance<'a>>,
}

/// The requested page and filters. An absent or empty filter accepts every instance.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct InstanceQuery {
    skip: u64,
    limit: u64,
    name: String,
    /// Whether `name` is the whole name instead of a part of it.
    is_exact_name: bool,
    status: String,
    engine: Option<String>,
}

const ENGINES: [&str; 3] = ["kafka", "rabbitmq", "rocketmq"];

/// Parses the query of an instance list. With `lenient`, unknown and repeated names are accepted.
pub(crate) fn parse(
    service: Service,
    query: &str,
    lenient: bool,
) -> Result<InstanceQuery, BadParameter> {
    let mut parsed = InstanceQuery::default();
    let max_limit = match service {
        Service::Dcs => 1000,
        Service::Kafka => 50,
    };
    let [offset, limit, name, status] = match service {
        Service::Dcs => query::parameters(["offset", "limit", "name", "status"], query, lenient)?,
        Service::Kafka => {
            let known = [
                "offset",
                "limit",
                "name",
                "status",
                "engine",
                "exact_match_name",
            ];
            let [offset, limit, name, status, engine, exact] =
                query::parameters(known, query, lenient)?;
            let engine = engine.filter(|engine| !engine.is_empty());
            let engine = engine.unwrap_or("kafka".into());
            if !ENGINES.contains(&&*engine) {
                let problem = format!("it must be one of {}", ENGINES.join(", "));
                return Err(query::bad("engine", problem));
            }
            parsed.engine = Some(engine.into_owned());
            parsed.is_exact_name = match exact.as_deref() {
                Some("true") => true,
                Some("false" | "") | None => false,
                Some(_) => return Err(query::bad("exact_match_name", "it must be true or false")),
            };
            [offset, limit, name, status]
        }
    };
    if let Some(value) = offset {
        parsed.skip = query::number("offset", &value, 0..=u64::MAX)?;
    }
    parsed.limit = match limit {
        Some(value) => query::number("limit", &value, 1..=max_limit)?,
        None => query::DEFAULT_LIMIT,
    };
    parsed.name = name.unwrap_or_default().into_owned();
    parsed.status = status.unwrap_or_default().into_owned();
    Ok(parsed)
}

impl InstanceQuery {
    fn accepts(&self, instance: &ShownInstance<'_>) -> bool {
        let has_name = if self.is_exact_name && !self.name.is_empty() {
            instance.name == self.name
        } else {
            instance.name.contains(&self.name)
        };
        let has_status = self.status.is_empty() || instance.status == self.status;
        let engine = self.engine.as_deref();
        has_name && has_status && engine.is_none_or(|engine| engine == instance.engine)
    }
}

/// Serializes a page of the instances, in the order of their IDs.
pub(crate) fn list(
    service: Service,
    instances: &BTreeMap<String, Arc<Instance>>,
    query: &InstanceQuery,
) -> Result<Vec<u8>, serde_json::Error> {
    let count = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
    let (skip, limit) = (count(query.skip), count(query.limit));
    let mut body = InstanceList {
        instance_num: 0,
        instances: Vec::new(),
    };
    for (id, instance) in instances {
        let shown = ShownInstance::new(service, id, &instance.attributes);
        if !query.accepts(&shown) {
            continue;
        }
        if body.instance_num >= skip && body.instances.len() < limit {
            body.instances.push(shown);
        }
        body.instance_num += 1;
    }
    serde_json::to_vec(&body)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(service: Service, query: &str) -> String {
        let bad = parse(service, query, false).unwrap_err();
        format!("{}: {}", bad.name, bad.problem)
    }

    #[test]
    fn parse_without_parameters_uses_documented_defaults() {
        let dcs = parse(Service::Dcs, "", false).unwrap();
        assert_eq!((dcs.skip, dcs.limit, dcs.engine), (0, 10, None));
        let dms = parse(Service::Kafka, "", false).unwrap();
        assert_eq!((dms.skip, dms.limit), (0, 10));
        assert_eq!(dms.engine.as_deref(), Some("kafka"));
    }

    #[test]
    fn parse_invalid_parameter_names_it() {
        assert_eq!(
            error(Service::Dcs, "limit=1001"),
            "limit: it must be from 1 to 1000"
        );
        assert_eq!(
            error(Service::Kafka, "limit=51"),
            "limit: it must be from 1 to 50"
        );
        assert_eq!(
            error(Service::Dcs, "engine=Redis"),
            "engine: unknown parameter; expected offset, limit, name, status"
        );
        assert_eq!(
            error(Service::Kafka, "engine=redis"),
            "engine: it must be one of kafka, rabbitmq, rocketmq"
        );
        assert_eq!(
            error(Service::Kafka, "exact_match_name=yes"),
            "exact_match_name: it must be true or false"
        );
    }
}

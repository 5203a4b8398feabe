//! What a task changes, in a few words.

use serde_json::{Map, Value};

/// The members of a task that describe the change: an object, or an object as text.
const DESCRIPTIONS: [&str; 2] = ["details", "params"];
/// The prefixes of the value before a change; the value after it has the prefix `new_`.
const BEFORE: [&str; 2] = ["old_", "origin_"];
const AFTER: &str = "new_";
/// The member whose values are in gigabytes.
const CAPACITY: &str = "capacity";

/// The change that a task describes; empty if it describes none.
pub(super) fn text(task: &Value) -> String {
    let Some(task) = task.as_object() else {
        return String::new();
    };
    let mut parts = pairs(task);
    for name in DESCRIPTIONS {
        let described = match task.get(name) {
            Some(Value::String(text)) => serde_json::from_str(text).ok(),
            described => described.cloned(),
        };
        if let Some(Value::Object(described)) = described {
            parts.extend(pairs(&described));
            parts.extend(public_address(&described));
            parts.extend(settings(&described));
        }
    }
    parts.join(", ")
}

/// The values that have changed, `old_capacity` and `new_capacity` for example.
fn pairs(fields: &Map<String, Value>) -> Vec<String> {
    let mut parts = Vec::new();
    for (key, after) in fields {
        let Some(what) = key.strip_prefix(AFTER) else {
            continue;
        };
        let before = BEFORE
            .iter()
            .find_map(|prefix| fields.get(&format!("{prefix}{what}")));
        let (before, after) = (before.map(plain).unwrap_or_default(), plain(after));
        let label = match what {
            CAPACITY => String::new(),
            what => format!("{} ", what.replace('_', " ")),
        };
        let unit = if what == CAPACITY { " GB" } else { "" };
        match (before.is_empty(), after.is_empty()) {
            (_, true) => {}
            (true, false) => parts.push(format!("{label}{after}{unit}")),
            (false, false) if before == after => {}
            (false, false) => parts.push(format!("{label}{before} -> {after}{unit}")),
        }
    }
    parts
}

/// The public address that is bound or released.
fn public_address(fields: &Map<String, Value>) -> Option<String> {
    let address = fields.get("public_ip_address").and_then(Value::as_str);
    match (fields.get("enable_public_ip"), address) {
        (Some(Value::Bool(false)), _) => Some("no public IP".to_owned()),
        (_, Some(address)) if !address.is_empty() => Some(format!("public IP {address}")),
        _ => None,
    }
}

/// The settings that are changed.
fn settings(fields: &Map<String, Value>) -> Vec<String> {
    let settings = fields.get("updated_configs").and_then(Value::as_object);
    let settings = settings.into_iter().flatten();
    settings
        .map(|(name, value)| format!("{name} = {}", plain(value)))
        .collect()
}

fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.trim().to_owned(),
        value => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn change_of_each_kind_of_task_is_said() {
        for (task, change) in [
            (
                json!({ "details": { "old_capacity": "0.125", "new_capacity": "0.25",
                    "old_cache_mode": "ha", "new_cache_mode": "ha" } }),
                "0.125 -> 0.25 GB",
            ),
            (json!({ "old_capacity": 2, "new_capacity": 4 }), "2 -> 4 GB"),
            (json!({ "details": { "new_capacity": 4 } }), "4 GB"),
            (
                json!({ "details": { "old_port": 6379, "new_port": 6380 } }),
                "port 6379 -> 6380",
            ),
            (
                json!({ "details": { "enable_public_ip": true, "public_ip_address": "203.0.113.7" } }),
                "public IP 203.0.113.7",
            ),
            (
                json!({ "params": "{\"enable_public_ip\":false}" }),
                "no public IP",
            ),
            (
                json!({ "params": "{\"old_auto_status\":false,\"new_auto_status\":true}" }),
                "auto status false -> true",
            ),
            (
                json!({ "params": "{\"new_retention_policy\":\"time_base\",\
                    \"origin_retention_policy\":\"produce_reject\"}" }),
                "retention policy produce_reject -> time_base",
            ),
            (
                json!({ "params": "{\"updated_configs\":{\"max.connections.per.ip\":\"1000\"}}" }),
                "max.connections.per.ip = 1000",
            ),
            (json!({ "params": "not JSON", "details": null }), ""),
            (json!({ "details": { "new_port": null } }), ""),
            (json!([]), ""),
        ] {
            assert_eq!(text(&task), change, "{task}");
        }
    }
}

//! Property tests of the tolerant types: no loss, no panic, errors with a reason.

mod bodies;
mod conversions;
mod kept;
mod odd_members;
mod times;

use proptest::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Any text, often one that resembles a number, a time or a documented name.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[-+]?[0-9]{1,20}(\\.[0-9]{1,3})?([eE][-+]?[0-9]{1,2})?",
        "[0-9]{13,15}",
        "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{3})?Z",
        prop::sample::select(vec![
            "", " ", "SUCCESS", "success", "EXTEND", "true", "null", "NaN", "inf"
        ])
        .prop_map(str::to_owned),
    ]
}

/// A double that JSON can hold.
fn finite() -> impl Strategy<Value = f64> {
    use prop::num::f64::{NEGATIVE, NORMAL, POSITIVE, SUBNORMAL, ZERO};
    prop_oneof![
        POSITIVE | NEGATIVE | NORMAL | SUBNORMAL | ZERO,
        // Sizes and counts as a body may hold them.
        (0..10_000_u32).prop_map(|eighths| f64::from(eighths) / 8.0),
    ]
}

/// Any JSON number.
fn number() -> impl Strategy<Value = Value> {
    prop_oneof![
        any::<u64>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        finite().prop_map(Value::from),
    ]
}

/// Any JSON string or number.
fn string_or_number() -> impl Strategy<Value = Value> {
    prop_oneof![text().prop_map(Value::from), number()]
}

/// Deserializes and serializes a value.
fn again<T: DeserializeOwned + Serialize>(value: &Value) -> Result<Value, serde_json::Error> {
    serde_json::to_value(T::deserialize(value)?)
}

/// Deserializes and serializes JSON text.
fn text_again<T: DeserializeOwned + Serialize>(json: &str) -> Result<String, serde_json::Error> {
    serde_json::to_string(&serde_json::from_str::<T>(json)?)
}

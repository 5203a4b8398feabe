//! What `-o json`, `-o ndjson` and `-o yaml` print: stable, and described by a JSON Schema.
//!
//! Keys are never renamed or taken away; new ones may be added.

use hwtasks_api::dcs::{DcsTask, DcsTaskV1};
use hwtasks_api::kafka::KafkaTask;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use crate::args::Service;

/// What the commands print with `-o json` and `-o yaml`, and on each line of `-o ndjson`.
#[derive(JsonSchema)]
#[schemars(untagged, title = "Output of hwtasks")]
#[expect(dead_code, reason = "it is a schema, and never a value")]
enum Document {
    List(List),
    Task(Task),
}

/// `dcs list` and `kafka list` print one; with `-o ndjson`, a line for each of its tasks.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct List {
    /// The service that was asked.
    pub(crate) service: Service,
    /// The instance that was asked about.
    pub(crate) instance_id: String,
    /// The tasks, in the order of the service.
    #[schemars(with = "Vec<Task>")]
    pub(crate) tasks: Vec<Value>,
    /// Whether there are more tasks than `--limit` let through.
    pub(crate) more: bool,
}

/// `kafka show` and `wait` print one: a task as the operation's document describes it.
#[derive(JsonSchema)]
#[schemars(untagged)]
#[expect(dead_code, reason = "it is a schema, and never a value")]
enum Task {
    /// A task of Kafka.
    Kafka(KafkaTask),
    /// A task of DCS.
    Dcs(DcsTask),
    /// A task of DCS by the withdrawn V1.0, with `--api v1`.
    DcsV1(DcsTaskV1),
}

/// The JSON Schema of all of it.
pub(crate) fn schema() -> Value {
    schemars::schema_for!(Document).to_value()
}

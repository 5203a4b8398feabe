//! What `-o json`, `-o ndjson` and `-o yaml` print: stable, and described by a JSON Schema, which has the
//! columns of `-o csv` as well.
//!
//! Keys are never renamed or taken away; new ones may be added.

use hwtasks_api::dcs::{DcsTask, DcsTaskV1};
use hwtasks_api::kafka::KafkaTask;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};

use super::records::{CHECK, TASK};
use crate::args::Service;

/// What the commands print with `-o json` and `-o yaml`, and on each line of `-o ndjson`.
#[derive(JsonSchema)]
#[schemars(untagged, title = "Output of hwtasks")]
#[expect(
    dead_code,
    clippy::large_enum_variant,
    reason = "it is a schema, and never a value"
)]
enum Document {
    List(List),
    Task(Task),
    Sweep(Sweep),
    Swept(Swept),
    Health(Health),
    Check(Check),
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
#[expect(
    dead_code,
    clippy::large_enum_variant,
    reason = "it is a schema, and never a value"
)]
enum Task {
    /// A task of Kafka.
    Kafka(KafkaTask),
    /// A task of DCS.
    Dcs(DcsTask),
    /// A task of DCS by the withdrawn V1.0, with `--api v1`.
    DcsV1(DcsTaskV1),
}

/// `sweep` prints one.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Sweep {
    /// The service that was asked.
    pub(crate) service: Service,
    /// The instances, in the order in which they were done.
    pub(crate) instances: Vec<Swept>,
    /// How many of them failed.
    pub(crate) failed: usize,
    /// Whether all instances were asked; false when the sweep was interrupted.
    pub(crate) complete: bool,
}

/// An instance of a sweep, with its tasks or an error: a line of `sweep -o ndjson`.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(untagged)]
pub(crate) enum Swept {
    /// The instance has answered.
    Done {
        /// The instance that was asked about.
        instance_id: String,
        /// Its tasks.
        #[schemars(with = "Vec<Task>")]
        tasks: Vec<Value>,
    },
    /// The instance's tasks are not known.
    Failed {
        /// The instance that was asked about.
        instance_id: String,
        /// Why they are not known.
        error: SweepError,
    },
}

/// Why an instance of a sweep failed.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct SweepError {
    /// What went wrong, for people.
    pub(crate) message: String,
    /// The HTTP status of the answer, when one came.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) status: Option<u16>,
    /// The code of the service or the gateway, such as `DMS.00404022`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) code: Option<String>,
    /// Identifies the request in the logs of the service.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) request_id: Option<String>,
    /// How often the call was attempted.
    pub(crate) attempts: u32,
}

/// `doctor` prints one.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Health {
    /// Whether no check has failed.
    pub(crate) ok: bool,
    /// The checks, in the order in which they were made.
    pub(crate) checks: Vec<Check>,
}

/// A line of `doctor -o ndjson`: one thing that was looked at.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Check {
    /// What was looked at, such as `credentials`.
    pub(crate) name: String,
    /// What came of it.
    pub(crate) state: State,
    /// What was found, for people.
    pub(crate) message: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String", default)]
    pub(crate) advice: Option<String>,
    /// Identifies the request that failed in the logs of the service.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String", default)]
    pub(crate) request_id: Option<String>,
    /// What it failed of, the nearest cause first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) causes: Vec<String>,
}

/// What came of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum State {
    /// All right.
    Ok,
    /// It works, and should be looked after.
    Warning,
    /// It does not work.
    Failed,
    /// It was not tried.
    Skipped,
}

/// The JSON Schema of all of it.
pub(crate) fn schema() -> Value {
    let mut schema = schemars::schema_for!(Document).to_value();
    if let Some(schema) = schema.as_object_mut() {
        schema.insert(
            "x-csv".to_owned(),
            json!({
                "description": "The columns of -o csv; new ones may be added at the end. Values \
                    that are no text are JSON, and what a task does not have is empty.",
                "list, show, wait, watch and sweep": TASK,
                "doctor": CHECK,
            }),
        );
    }
    schema
}

//! The output of `-o json`, `-o ndjson` and `-o yaml`, and its JSON Schema with the columns of `-o csv`.
//!
//! The output is stable: keys are never renamed or removed; new ones may be added.

use hwtasks::Error;
use hwtasks_api::dcs::{DcsTask, DcsTaskV1};
use hwtasks_api::kafka::KafkaTask;
use hwtasks_api::{DcsInstance, DmsInstance};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::records::{CHECK, INSTANCE, TASK};
use crate::instances;
use crate::options::Service;
use crate::task::TaskRow;

/// The output of the commands with `-o json` and `-o yaml`, and each line of `-o ndjson`.
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
    SweepResult(SweepResult),
    SweepEnd(SweepEnd),
    WaitedInstances(WaitedInstances),
    Instances(Instances),
    Instance(Instance),
    Health(Health),
    Check(Check),
}

/// `dcs list` and `kafka list` print one; with `-o ndjson`, a line for each of its tasks.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct List {
    /// The service.
    pub(crate) service: Service,
    /// The ID of the instance.
    pub(crate) instance_id: String,
    /// The name of the instance, where it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String", default)]
    pub(crate) instance_name: Option<String>,
    /// The tasks, in the order of the service.
    #[schemars(with = "Vec<Task>")]
    pub(crate) tasks: Vec<Value>,
    /// Whether there are more tasks than `--limit`.
    pub(crate) more: bool,
}

/// `show` and `wait` print one: a task as the operation's document describes it, and where it belongs.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "it is a schema, and never a value")]
struct Task {
    /// The service.
    service: Service,
    /// The ID of the instance.
    instance_id: String,
    /// The name of the instance, where it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String", default)]
    instance_name: Option<String>,
    #[serde(flatten)]
    task: AnyTask,
}

/// A task as the operation's document describes it.
#[derive(JsonSchema)]
#[schemars(untagged)]
#[expect(
    dead_code,
    clippy::large_enum_variant,
    reason = "it is a schema, and never a value"
)]
enum AnyTask {
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
    /// The service.
    pub(crate) service: Service,
    /// The shard, such as `0/8`, if the sweep was one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String", default)]
    pub(crate) shard: Option<String>,
    /// The number of instances of all shards, if the sweep was one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "usize", default)]
    pub(crate) total: Option<usize>,
    /// The instances, in the order in which they were done.
    pub(crate) instances: Vec<SweepResult>,
    /// How many instances are not among them: with a flag that selects tasks, those without a task that
    /// matches.
    pub(crate) left_out: usize,
    /// How many of them failed.
    pub(crate) failed: usize,
    /// Whether all instances were queried; false when the sweep was interrupted or ended early.
    pub(crate) complete: bool,
}

/// An instance of a sweep with its tasks or an error; a line of `sweep -o ndjson`.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(untagged)]
pub(crate) enum SweepResult {
    /// The tasks of the instance were listed.
    Done {
        /// The service.
        service: Service,
        /// The ID of the instance.
        instance_id: String,
        /// The name of the instance, where it is known.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schemars(with = "String", default)]
        instance_name: Option<String>,
        /// Its tasks.
        #[schemars(with = "Vec<Task>")]
        tasks: Vec<Value>,
    },
    /// The tasks could not be listed.
    Failed {
        /// The service.
        service: Service,
        /// The ID of the instance.
        instance_id: String,
        /// The name of the instance, where it is known.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schemars(with = "String", default)]
        instance_name: Option<String>,
        /// Why they could not be listed.
        error: SweepError,
    },
}

/// The last line of `sweep --shard -o ndjson`: without it, the shard is not whole.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct SweepEnd {
    /// The service.
    pub(crate) service: Service,
    /// The shard, such as `0/8`.
    pub(crate) shard: String,
    /// The number of instances of all shards.
    pub(crate) total: usize,
    /// How many instances of this shard were queried.
    pub(crate) done: usize,
    /// How many of them have no line: with a flag that selects tasks, those without a task that matches.
    pub(crate) left_out: usize,
    /// How many of them failed.
    pub(crate) failed: usize,
    /// Whether all instances of the shard were queried.
    pub(crate) complete: bool,
}

/// Why an instance of a sweep failed.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(crate) struct SweepError {
    /// What went wrong, in words.
    pub(crate) message: String,
    /// The HTTP status of the response, if there was one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) status: Option<u16>,
    /// The code of the service or the gateway, such as `DMS.00404022`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) code: Option<String>,
    /// Identifies the request in the logs of the service.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) request_id: Option<String>,
    /// The number of attempts.
    pub(crate) attempts: u32,
}

impl SweepResult {
    /// The result of an instance.
    pub(crate) fn new(
        instance: &instances::Instance,
        result: Result<Vec<TaskRow>, SweepError>,
    ) -> Self {
        let service = instance.service;
        let (instance_id, instance_name) = (instance.id.clone(), instance.name.clone());
        match result {
            Ok(tasks) => Self::Done {
                service,
                instance_id,
                instance_name,
                tasks: tasks.into_iter().map(|task| task.json).collect(),
            },
            Err(error) => Self::Failed {
                service,
                instance_id,
                instance_name,
                error,
            },
        }
    }
}

impl SweepError {
    pub(crate) fn new(error: &Error) -> Self {
        Self {
            message: error.to_string(),
            status: error.status().map(|status| status.as_u16()),
            code: error.code(),
            request_id: error.request_id().map(str::to_owned),
            attempts: error.attempts(),
        }
    }
}

/// `wait --until-idle` prints one; with `-o ndjson`, a line for each change of a task.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct WaitedInstances {
    /// The instances, in the order in which they were given or listed.
    pub(crate) instances: Vec<WaitedInstance>,
    /// How many tasks still run.
    pub(crate) running: usize,
    /// How many tasks succeeded.
    pub(crate) succeeded: usize,
    /// How many tasks ended otherwise.
    pub(crate) failed: usize,
    /// Whether all instances are idle.
    pub(crate) complete: bool,
}

/// An instance of `wait --until-idle`.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct WaitedInstance {
    /// The service.
    pub(crate) service: Service,
    /// The ID of the instance.
    pub(crate) instance_id: String,
    /// The name of the instance, where it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String", default)]
    pub(crate) instance_name: Option<String>,
    /// Whether no task is running.
    pub(crate) idle: bool,
    /// The tasks that ran during the wait.
    #[schemars(with = "Vec<Task>")]
    pub(crate) tasks: Vec<Value>,
    /// Why the instance could not be read, if the last poll failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "SweepError", default)]
    pub(crate) error: Option<SweepError>,
}

/// `instances` prints one; with `-o ndjson`, a line for each instance.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Instances {
    /// The service.
    pub(crate) service: Service,
    /// The instances, in the order of the service.
    #[schemars(with = "Vec<Instance>")]
    pub(crate) instances: Vec<Value>,
}

/// An instance as the service lists it.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "it is a schema, and never a value")]
struct Instance {
    /// The service.
    service: Service,
    #[serde(flatten)]
    instance: AnyInstance,
}

/// An instance as the operation's document describes it.
#[derive(JsonSchema)]
#[schemars(untagged)]
#[expect(dead_code, reason = "it is a schema, and never a value")]
enum AnyInstance {
    /// An instance of DMS.
    Dms(DmsInstance),
    /// An instance of DCS.
    Dcs(DcsInstance),
}

/// `doctor` prints one.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Health {
    /// Whether no check has failed.
    pub(crate) ok: bool,
    /// The checks, in the order in which they were made.
    pub(crate) checks: Vec<Check>,
}

/// One check; a line of `doctor -o ndjson`.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Check {
    /// What was checked, such as `credentials`.
    pub(crate) name: String,
    /// The result.
    pub(crate) state: State,
    /// What was found, in words.
    pub(crate) message: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String", default)]
    pub(crate) advice: Option<String>,
    /// Identifies the request that failed in the logs of the service.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String", default)]
    pub(crate) request_id: Option<String>,
    /// The causes of the failure, the nearest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) causes: Vec<String>,
}

/// The result of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum State {
    /// It works.
    Ok,
    /// It works, and should be fixed.
    Warning,
    /// It does not work.
    Failed,
    /// It was not checked.
    Skipped,
}

/// The JSON Schema of the output.
pub(crate) fn schema() -> Value {
    let mut schema = schemars::schema_for!(Document).to_value();
    if let Some(schema) = schema.as_object_mut() {
        schema.insert(
            "x-csv".to_owned(),
            json!({
                "description": "The columns of -o csv and -o text; new ones may be added at the end. Values \
                    other than text are JSON; missing fields are empty.",
                "list, show, wait, watch and sweep": TASK,
                "instances": INSTANCE,
                "doctor": CHECK,
            }),
        );
    }
    schema
}

//! The default data: the examples of the official documents, and a plausible history.

use hwtasks_api::dcs::{DcsTaskList, DcsTaskListV1, DetailsBody};
use hwtasks_api::kafka::KafkaTaskList;
use hwtasks_api::{Capacity, TaskName, TaskStatus, examples};
use serde::de::DeserializeOwned;

use super::{Data, DataTime, DcsInstanceData, DcsTaskData, KafkaInstanceData, KafkaTaskData};
use crate::ids::Ids;
use crate::instances::InstanceAttributes;
use crate::progress::{Outcome, Progress};
use crate::well_known::{INSTANCE_ID, MOVING_INSTANCE_ID};

/// The seed of the history, which is the same in every run and on every machine.
const HISTORY_SEED: u64 = 0x0068_7774_6173_6b73;
/// The start of the history, 2024-01-01T00:00:00Z, in milliseconds since 1970 UTC.
const HISTORY_START: i64 = 1_704_067_200_000;
const HOUR_MILLIS: u64 = 3_600_000;
const HISTORY_INSTANCES_PER_SERVICE: usize = 3;
const HISTORY_TASKS_PER_INSTANCE: usize = 60;

/// The tasks that start with the emulator, and their outcomes.
const MOVING_TASKS: [(&str, Outcome); 2] = [
    ("ends-well", Outcome::Success),
    ("ends-badly", Outcome::Failed),
];
const MOVING_PROGRESS: Progress = Progress::AfterDuration { millis: 5000 };

impl Data {
    /// The examples of the official documents with their IDs, and a history of 360 tasks on six more instances.
    ///
    /// The example instance of Kafka has four tasks, as many as the list example counts. Its page of two tasks from the
    /// second one is that example. The example instance of DCS has the task of the V2 example, and one with the times of
    /// the V1.0 example.
    ///
    /// The instance `moving` of each service has a task `ends-well` and a task `ends-badly`. Both start with the emulator
    /// and end five seconds later.
    pub fn examples() -> Self {
        let ids = Ids::new(HISTORY_SEED);
        let mut dcs = vec![DcsInstanceData {
            instance_id: INSTANCE_ID.to_owned(),
            attributes: InstanceAttributes::default(),
            tasks: dcs_examples(&ids),
        }];
        let mut kafka = vec![KafkaInstanceData {
            instance_id: INSTANCE_ID.to_owned(),
            attributes: InstanceAttributes::default(),
            tasks: kafka_examples(&ids),
        }];
        for _ in 0..HISTORY_INSTANCES_PER_SERVICE {
            dcs.push(DcsInstanceData {
                instance_id: ids.uuid(),
                attributes: InstanceAttributes::default(),
                tasks: history(&ids, dcs_task),
            });
            kafka.push(KafkaInstanceData {
                instance_id: ids.uuid(),
                attributes: InstanceAttributes::default(),
                tasks: history(&ids, kafka_task),
            });
        }
        dcs.push(DcsInstanceData {
            instance_id: MOVING_INSTANCE_ID.to_owned(),
            attributes: InstanceAttributes::default(),
            tasks: MOVING_TASKS
                .map(|(id, outcome)| DcsTaskData {
                    id: Some(id.to_owned()),
                    name: Some(TaskName::Extend),
                    user_name: Some("dcs_user_0".to_owned()),
                    progress: Some(MOVING_PROGRESS),
                    outcome,
                    ..DcsTaskData::default()
                })
                .into(),
        });
        kafka.push(KafkaInstanceData {
            instance_id: MOVING_INSTANCE_ID.to_owned(),
            attributes: InstanceAttributes::default(),
            tasks: MOVING_TASKS
                .map(|(id, outcome)| KafkaTaskData {
                    id: Some(id.to_owned()),
                    name: Some(TaskName::BindInstancePublicIp),
                    user_name: Some("dms_user_0".to_owned()),
                    progress: Some(MOVING_PROGRESS),
                    outcome,
                    ..KafkaTaskData::default()
                })
                .into(),
        });
        Self {
            dcs,
            kafka,
            ..Self::default()
        }
    }
}

/// Deserializes an example body. Tests of hwtasks-api verify that every example is valid.
fn read<T: DeserializeOwned + Default>(body: &str) -> T {
    serde_json::from_str(body).unwrap_or_default()
}

fn dcs_examples(ids: &Ids) -> Vec<DcsTaskData> {
    let v2: DcsTaskList = read(examples::DCS_LIST_EN.body);
    let v1: DcsTaskListV1 = read(examples::DCS_V1_LIST.body);
    // The example has the status and the times of the task beside `tasks`, and capacities as numbers.
    let (status, created, updated) = (v2.status, v2.created_at, v2.updated_at);
    let as_text = |capacity: Option<Capacity>| capacity.map(|c| Capacity::from(c.to_string()));
    let documented = v2.tasks.into_iter().map(|mut task| {
        task.status = status.clone();
        task.created_at = created.clone();
        task.updated_at = updated.clone();
        if let Some(details) = &mut task.details {
            details.old_capacity = as_text(details.old_capacity.take());
            details.new_capacity = as_text(details.new_capacity.take());
        }
        DcsTaskData::from(task)
    });
    // The V1.0 example has only times; the other fields are made up in its style.
    let older = v1.tasks.into_iter().map(|task| DcsTaskData {
        id: Some(ids.hex()),
        name: Some(TaskName::BindEip),
        status: Some(TaskStatus::Success),
        user_name: Some("paas_dcs_a00421997_02".to_owned()),
        user_id: Some("d53977d1adfb49c5b025ba7d33a13fd7".to_owned()),
        created_at: task.created_at.as_ref().and_then(DataTime::from_api),
        updated_at: task.updated_at.as_ref().and_then(DataTime::from_api),
        ..DcsTaskData::default()
    });
    documented.chain(older).collect()
}

fn kafka_examples(ids: &Ids) -> Vec<KafkaTaskData> {
    let list: KafkaTaskList = read(examples::KAFKA_LIST.body);
    let show: KafkaTaskList = read(examples::KAFKA_SHOW.body);
    let documented = show.tasks.into_iter().chain(list.tasks);
    let mut tasks: Vec<_> = documented.map(KafkaTaskData::from).collect();
    // The list example counts four tasks and shows two; this one is older than the others.
    let before = tasks.iter().filter_map(|task| task.created_at).min();
    let day_before = before.map_or(HISTORY_START, DataTime::as_millisecond) - 86_400_000;
    tasks.push(KafkaTaskData {
        id: Some(ids.hex()),
        name: Some(TaskName::KafkaConfigModify),
        user_name: Some("paas_dms".to_owned()),
        user_id: Some("3df5acbc24a54fadb62a043c9000a307".to_owned()),
        params: Some(r#"{"updated_configs":{"max.connections.per.ip":"1000"}}"#.to_owned()),
        status: Some(TaskStatus::Success),
        created_at: Some(DataTime::from_millisecond(day_before)),
        updated_at: Some(DataTime::from_millisecond(day_before + 4_211)),
        ..KafkaTaskData::default()
    });
    tasks
}

/// The times, status and user of a task of the history.
struct Span {
    created: DataTime,
    updated: DataTime,
    status: TaskStatus,
    user: u64,
}

fn history<T>(ids: &Ids, task: impl Fn(&Ids, Span) -> T) -> Vec<T> {
    let mut time = HISTORY_START;
    let mut tasks = Vec::with_capacity(HISTORY_TASKS_PER_INSTANCE);
    for _ in 0..HISTORY_TASKS_PER_INSTANCE {
        let pause = HOUR_MILLIS + ids.below(96 * HOUR_MILLIS);
        time += i64::try_from(pause).unwrap_or_default();
        let duration = i64::try_from(800 + ids.below(240_000)).unwrap_or_default();
        let span = Span {
            created: DataTime::from_millisecond(time),
            updated: DataTime::from_millisecond(time + duration),
            status: match ids.below(12) {
                0 => TaskStatus::Failed,
                _ => TaskStatus::Success,
            },
            user: ids.below(3),
        };
        tasks.push(task(ids, span));
    }
    tasks
}

fn user_id(user: u64) -> String {
    Ids::new(user).hex()
}

fn dcs_task(ids: &Ids, span: Span) -> DcsTaskData {
    let mut details = DetailsBody::default();
    let name = match ids.below(6) {
        0 | 1 => {
            details.old_capacity = Some(Capacity::from("1"));
            details.new_capacity = Some(Capacity::from("2"));
            details.old_cache_mode = Some("ha".to_owned());
            details.new_cache_mode = Some("ha".to_owned());
            TaskName::Extend
        }
        2 => {
            let host = ids.below(250) + 1;
            details.enable_public_ip = Some(true);
            details.public_ip_id = Some(ids.uuid());
            details.public_ip_address = Some(format!("203.0.113.{host}"));
            TaskName::BindEip
        }
        3 => {
            details.group_name = Some("group-0".to_owned());
            details.replica_az = Some("az01".to_owned());
            details.replica_ip = Some(format!("192.168.0.{}", ids.below(250) + 1));
            TaskName::AddReplica
        }
        4 => {
            details.old_port = Some(6379);
            details.new_port = Some(6380);
            TaskName::UpdatePort
        }
        _ => TaskName::AddWhitelist,
    };
    let failed = span.status == TaskStatus::Failed;
    DcsTaskData {
        id: Some(ids.hex()),
        name: Some(name),
        user_name: Some(format!("dcs_user_{}", span.user)),
        user_id: Some(user_id(span.user)),
        details: Some(Box::new(details)),
        status: Some(span.status),
        created_at: Some(span.created),
        updated_at: Some(span.updated),
        error_code: failed.then(|| "111400842".to_owned()),
        ..DcsTaskData::default()
    }
}

fn kafka_task(ids: &Ids, span: Span) -> KafkaTaskData {
    let (name, params) = match ids.below(4) {
        0 => (
            TaskName::ModifyAutoTopic,
            r#"{"old_auto_status":false,"new_auto_status":true}"#.to_owned(),
        ),
        1 => (
            TaskName::ChangeRetentionPolicy,
            r#"{"new_retention_policy":"time_base","origin_retention_policy":"produce_reject"}"#
                .to_owned(),
        ),
        2 => (
            TaskName::BindInstancePublicIp,
            format!(
                r#"{{"public_ip_id":"{}","public_ip_address":"203.0.113.{}","enable_public_ip":true}}"#,
                ids.uuid(),
                ids.below(250) + 1
            ),
        ),
        _ => (
            TaskName::UnbindInstancePublicIp,
            r#"{"enable_public_ip":false}"#.to_owned(),
        ),
    };
    KafkaTaskData {
        id: Some(ids.hex()),
        name: Some(name),
        user_name: Some(format!("dms_user_{}", span.user)),
        user_id: Some(user_id(span.user)),
        params: Some(params),
        status: Some(span.status),
        created_at: Some(span.created),
        updated_at: Some(span.updated),
        ..KafkaTaskData::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn default_data_is_reproducible() {
        let data = Data::examples();
        assert_eq!(data, Data::examples());
        let dcs: usize = data.dcs.iter().map(|instance| instance.tasks.len()).sum();
        let kafka: usize = data.kafka.iter().map(|instance| instance.tasks.len()).sum();
        let history = HISTORY_INSTANCES_PER_SERVICE * HISTORY_TASKS_PER_INSTANCE;
        assert_eq!((dcs, kafka), (4 + history, 6 + history));
        assert_eq!(
            data.kafka[0].tasks[0].id.as_deref(),
            Some("8abfa7b272adc5b40172b73130065ae7")
        );
        let json = serde_json::to_string(&data).unwrap();
        assert_eq!(serde_json::from_str::<Data>(&json).unwrap(), data);
    }
}

//! A fleet of instances with recent tasks.

use hwtasks_api::dcs::DetailsBody;
use hwtasks_api::{Capacity, TaskName, TaskStatus};

use super::{Data, DataTime, DcsInstanceData, DcsTaskData, KafkaInstanceData, KafkaTaskData};
use crate::ids::Ids;
use crate::instances::InstanceAttributes;
use crate::progress::{Outcome, Progress};

/// The seed of the fleet, which has the same instances in every run and on every machine.
const FLEET_SEED: u64 = 0x666c_6565_7400_0001;
const MINUTE_MILLIS: u64 = 60_000;
/// The age of the oldest task.
const MAX_AGE_MINUTES: u64 = 48 * 60;
/// The most ended tasks of an instance.
const MAX_ENDED: u64 = 6;
/// One instance in so many has a running task.
const RUNNING_PER: u64 = 16;
/// The shortest and the longest time until a running task ends, in milliseconds.
const RUNNING_MILLIS: (u64, u64) = (3_000, 9_000);
const GROUPS: [&str; 4] = ["orders", "sessions", "carts", "search"];
const USERS: [&str; 3] = ["alice", "bob", "ops-bot"];

impl Data {
    /// A fleet: so many instances of each service, with names such as `orders-0001` and tasks of the 48 hours before `now`.
    ///
    /// One instance in 16 has a task that runs when the emulator starts, and ends within 12 seconds. The last of these tasks
    /// fails; there is always one. The instances and their tasks are the same for the same arguments.
    pub fn fleet(instances: usize, now: jiff::Timestamp) -> Self {
        let ids = Ids::new(FLEET_SEED);
        let now = DataTime::from(now).as_millisecond();
        let last_running = (0..instances).rfind(|number| is_running(*number));
        let outcome = |number| match Some(number) == last_running {
            true => Outcome::Failed,
            false => Outcome::Success,
        };
        let dcs = (0..instances).map(|number| {
            let mut tasks: Vec<DcsTaskData> =
                ended(&ids, now).map(|past| dcs_task(&ids, &past)).collect();
            if is_running(number) {
                tasks.push(DcsTaskData {
                    id: Some(ids.hex()),
                    name: Some(TaskName::Extend),
                    user_name: Some(user(&ids)),
                    details: Some(Box::new(resize(&ids))),
                    progress: Some(running(&ids)),
                    outcome: outcome(number),
                    ..DcsTaskData::default()
                });
            }
            DcsInstanceData {
                instance_id: ids.uuid(),
                attributes: attributes(number),
                tasks,
            }
        });
        let dcs = dcs.collect();
        let kafka = (0..instances).map(|number| {
            let mut tasks: Vec<KafkaTaskData> = ended(&ids, now)
                .map(|past| kafka_task(&ids, &past))
                .collect();
            if is_running(number) {
                tasks.push(KafkaTaskData {
                    id: Some(ids.hex()),
                    name: Some(TaskName::KafkaConfigModify),
                    user_name: Some(user(&ids)),
                    params: Some(settings(&ids)),
                    progress: Some(running(&ids)),
                    outcome: outcome(number),
                    ..KafkaTaskData::default()
                });
            }
            KafkaInstanceData {
                instance_id: ids.uuid(),
                attributes: attributes(number),
                tasks,
            }
        });
        let kafka = kafka.collect();
        Self {
            dcs,
            kafka,
            ..Self::default()
        }
    }
}

/// Whether an instance has a running task.
fn is_running(number: usize) -> bool {
    u64::try_from(number).is_ok_and(|number| number % RUNNING_PER == 0)
}

fn running(ids: &Ids) -> Progress {
    let (least, more) = RUNNING_MILLIS;
    Progress::AfterDuration {
        millis: least + ids.below(more),
    }
}

fn attributes(number: usize) -> InstanceAttributes {
    let group = GROUPS.get(number % GROUPS.len()).unwrap_or(&GROUPS[0]);
    InstanceAttributes {
        name: Some(format!("{group}-{number:04}")),
        ..InstanceAttributes::default()
    }
}

/// When a task ran, how it ended, and who started it.
struct Past {
    created: DataTime,
    updated: DataTime,
    status: TaskStatus,
    user: String,
}

/// The tasks of an instance that have ended.
fn ended(ids: &Ids, now: i64) -> impl Iterator<Item = Past> {
    let count = ids.below(MAX_ENDED + 1);
    (0..count).map(move |_| {
        let age = (15 + ids.below(MAX_AGE_MINUTES - 15)) * MINUTE_MILLIS + ids.below(MINUTE_MILLIS);
        let duration = 800 + ids.below(10 * MINUTE_MILLIS);
        let created = now - i64::try_from(age).unwrap_or_default();
        let updated = created + i64::try_from(duration).unwrap_or_default();
        Past {
            created: DataTime::from_millisecond(created),
            updated: DataTime::from_millisecond(updated),
            status: match ids.below(24) {
                0 => TaskStatus::Failed,
                _ => TaskStatus::Success,
            },
            user: user(ids),
        }
    })
}

fn user(ids: &Ids) -> String {
    let at = usize::try_from(ids.below(3)).unwrap_or_default();
    USERS.get(at).unwrap_or(&USERS[0]).to_string()
}

/// The capacities of a resize.
fn resize(ids: &Ids) -> DetailsBody {
    let capacities = ["0.125", "0.25", "0.5", "1", "2", "4", "8"];
    let at = usize::try_from(ids.below(6)).unwrap_or_default();
    let mut pair = capacities.iter().skip(at).map(|gb| Capacity::from(*gb));
    let mut details = DetailsBody::default();
    details.old_capacity = pair.next();
    details.new_capacity = pair.next();
    details
}

fn dcs_task(ids: &Ids, past: &Past) -> DcsTaskData {
    let (name, details) = match ids.below(3) {
        0 => (TaskName::Extend, resize(ids)),
        1 => {
            let mut details = DetailsBody::default();
            details.enable_public_ip = Some(true);
            details.public_ip_address = Some(format!("203.0.113.{}", ids.below(250) + 1));
            (TaskName::BindEip, details)
        }
        _ => {
            let mut details = DetailsBody::default();
            details.old_port = Some(6379);
            details.new_port = Some(6380);
            (TaskName::UpdatePort, details)
        }
    };
    DcsTaskData {
        id: Some(ids.hex()),
        name: Some(name),
        user_name: Some(past.user.clone()),
        details: Some(Box::new(details)),
        status: Some(past.status.clone()),
        created_at: Some(past.created),
        updated_at: Some(past.updated),
        ..DcsTaskData::default()
    }
}

fn settings(ids: &Ids) -> String {
    let connections = (ids.below(9) + 1) * 100;
    format!(r#"{{"updated_configs":{{"max.connections.per.ip":"{connections}"}}}}"#)
}

fn kafka_task(ids: &Ids, past: &Past) -> KafkaTaskData {
    let (name, params) = match ids.below(3) {
        0 => (TaskName::KafkaConfigModify, settings(ids)),
        1 => (
            TaskName::BindInstancePublicIp,
            format!(
                r#"{{"public_ip_address":"203.0.113.{}","enable_public_ip":true}}"#,
                ids.below(250) + 1
            ),
        ),
        _ => (
            TaskName::ModifyAutoTopic,
            r#"{"old_auto_status":false,"new_auto_status":true}"#.to_owned(),
        ),
    };
    KafkaTaskData {
        id: Some(ids.hex()),
        name: Some(name),
        user_name: Some(past.user.clone()),
        params: Some(params),
        status: Some(past.status.clone()),
        created_at: Some(past.created),
        updated_at: Some(past.updated),
        ..KafkaTaskData::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fleet_has_running_tasks_and_one_that_fails() {
        let now = jiff::Timestamp::UNIX_EPOCH;
        let data = Data::fleet(200, now);
        assert_eq!(data, Data::fleet(200, now));
        data.check_ids().unwrap();
        assert_eq!((data.dcs.len(), data.kafka.len()), (200, 200));
        let tasks = data.dcs.iter().flat_map(|instance| &instance.tasks);
        let running: Vec<_> = tasks.filter(|task| task.status.is_none()).collect();
        assert_eq!(running.len(), 13);
        let failing = |task: &&&DcsTaskData| task.outcome == Outcome::Failed;
        assert_eq!(running.iter().filter(failing).count(), 1);
        assert_eq!(
            data.dcs[1].attributes.name.as_deref(),
            Some("sessions-0001")
        );
    }
}

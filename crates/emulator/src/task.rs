//! A stored task.
//!
//! A task is stored as the JSON that its type in hwtasks-api serializes to, so a page is built by copying. For a pending
//! task, the status and the times are added to each response.

use hwtasks_api::dcs::{DcsTask, DcsTaskV1};
use hwtasks_api::kafka::KafkaTask;
use hwtasks_api::{Capacity, ErrorCode, TaskName, TaskStatus};
use jiff::Timestamp;
use serde::Serialize;

use crate::data::{DataTime, DcsTaskData, KafkaTaskData};
use crate::operation::Service;
use crate::pending_task::{PendingTask, ReadContext};
use crate::progress::Progress;

/// V1.0's error code of a failed task without one: "The job failed".
const JOB_FAILED: &str = "111400842";

/// A task of either service.
#[derive(Clone, Debug)]
pub(crate) struct Task {
    id: Box<str>,
    /// The task as JSON. For a pending task, the object ends before `status` and has no closing brace.
    json: Box<str>,
    /// Milliseconds since 1970.
    created: i64,
    /// `None` if the task has a fixed status.
    pending: Option<Box<PendingTask>>,
    /// What the JSON does not hold.
    extra: Option<Box<Extra>>,
}

#[derive(Clone, Debug)]
struct Extra {
    /// A DCS field that follows the status of a pending task.
    enable_show: Option<bool>,
    /// A DCS field that only V1.0 shows.
    error_code: Option<Box<str>>,
    /// Whether `created` is the time when the task was added. A reset adds the task again.
    undated: bool,
}

impl Extra {
    fn boxed(self) -> Option<Box<Self>> {
        let holds_something =
            self.undated || self.enable_show.is_some() || self.error_code.is_some();
        holds_something.then(|| Box::new(self))
    }
}

/// The ID and time of tasks without their own.
#[derive(Clone, Copy)]
pub(crate) struct Defaults<'a> {
    pub(crate) id: &'a dyn Fn() -> String,
    /// Milliseconds since 1970.
    pub(crate) now: i64,
}

fn api_time(millis: i64) -> hwtasks_api::Timestamp {
    Timestamp::from_millisecond(millis)
        .unwrap_or(Timestamp::MAX)
        .into()
}

/// Serializes a task, without the closing brace unless `whole`.
fn json<T: Serialize>(task: &T, whole: bool) -> Result<Box<str>, serde_json::Error> {
    let mut json = serde_json::to_string(task)?;
    if !whole {
        json.pop();
    }
    Ok(json.into_boxed_str())
}

impl Task {
    pub(crate) fn dcs(
        data: DcsTaskData,
        defaults: Defaults<'_>,
    ) -> Result<Self, serde_json::Error> {
        let id = data.id.unwrap_or_else(defaults.id);
        let undated = data.created_at.is_none();
        let created = data
            .created_at
            .map_or(defaults.now, DataTime::as_millisecond);
        let fixed = data.status.is_some();
        let mut task = DcsTask::new(id.clone());
        task.name = data.name;
        task.user_name = data.user_name;
        task.user_id = data.user_id;
        task.params = data.params;
        task.details = data.details.map(|details| *details);
        if fixed {
            task.status = data.status;
            task.created_at = Some(api_time(created));
            task.updated_at = data.updated_at.map(|time| api_time(time.as_millisecond()));
            task.enable_show = data.enable_show;
        }
        let extra = Extra {
            enable_show: data.enable_show.filter(|_| !fixed),
            error_code: data.error_code.map(String::into_boxed_str),
            undated,
        };
        Ok(Self {
            id: id.into_boxed_str(),
            json: json(&task, fixed)?,
            created,
            pending: (!fixed).then(|| Box::new(PendingTask::new(data.progress, data.outcome))),
            extra: extra.boxed(),
        })
    }

    pub(crate) fn kafka(
        data: KafkaTaskData,
        defaults: Defaults<'_>,
    ) -> Result<Self, serde_json::Error> {
        let id = data.id.unwrap_or_else(defaults.id);
        let undated = data.created_at.is_none();
        let created = data
            .created_at
            .map_or(defaults.now, DataTime::as_millisecond);
        let fixed = data.status.is_some();
        let mut task = KafkaTask::new(id.clone());
        task.name = data.name;
        task.user_name = data.user_name;
        task.user_id = data.user_id;
        task.params = data.params;
        if fixed {
            task.status = data.status;
            task.created_at = Some(api_time(created));
            task.updated_at = data.updated_at.map(|time| api_time(time.as_millisecond()));
        }
        Ok(Self {
            id: id.into_boxed_str(),
            json: json(&task, fixed)?,
            created,
            pending: (!fixed).then(|| Box::new(PendingTask::new(data.progress, data.outcome))),
            extra: Extra {
                enable_show: None,
                error_code: None,
                undated,
            }
            .boxed(),
        })
    }

    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    /// Milliseconds since 1970.
    pub(crate) fn created(&self) -> i64 {
        self.created
    }

    /// An estimate of the bytes that [`write`](Self::write) appends, including a comma.
    pub(crate) fn size_estimate(&self) -> usize {
        let state = if self.pending.is_some() { 128 } else { 0 };
        self.json.len() + state + 1
    }

    /// Whether the task began when it was added, because its data has no time.
    pub(crate) fn is_undated(&self) -> bool {
        self.extra.as_ref().is_some_and(|extra| extra.undated)
    }

    /// Restarts the progress by reads.
    pub(crate) fn restart(&self) {
        if let Some(pending) = &self.pending {
            pending.restart();
        }
    }

    /// An undated task as if it had been added at `now` (milliseconds since 1970 UTC).
    pub(crate) fn restarted(&self, service: Service, now: i64) -> Result<Self, serde_json::Error> {
        let context = ReadContext {
            now,
            progress: Progress::Immediate,
            advances: false,
        };
        let defaults = Defaults {
            id: &String::new,
            now,
        };
        match service {
            Service::Dcs => {
                let mut data = self.to_dcs_data(context)?;
                data.created_at = None;
                Self::dcs(data, defaults)
            }
            Service::Kafka => {
                let mut data = self.to_kafka_data(context)?;
                data.created_at = None;
                Self::kafka(data, defaults)
            }
        }
    }

    /// Appends the task's JSON, equal to the serialization of its type in hwtasks-api.
    pub(crate) fn write(&self, out: &mut Vec<u8>, context: ReadContext) {
        out.extend_from_slice(self.json.as_bytes());
        let Some(pending) = &self.pending else {
            return;
        };
        let (phase, updated) = pending.phase_at(self.created, context);
        // Neither a phase nor a time contains a character that JSON escapes.
        let state = format!(
            r#","status":"{}","created_at":"{}","updated_at":"{}""#,
            phase.as_str(),
            api_time(self.created),
            api_time(updated)
        );
        out.extend_from_slice(state.as_bytes());
        if let Some(enable_show) = self.extra.as_ref().and_then(|extra| extra.enable_show) {
            let shown: &[u8] = if enable_show { b"true" } else { b"false" };
            out.extend_from_slice(b",\"enable_show\":");
            out.extend_from_slice(shown);
        }
        out.push(b'}');
    }

    /// The task in DCS V2's form.
    pub(crate) fn to_dcs(&self, context: ReadContext) -> Result<DcsTask, serde_json::Error> {
        self.parse(context)
    }

    /// The task in Kafka's form.
    pub(crate) fn to_kafka(&self, context: ReadContext) -> Result<KafkaTask, serde_json::Error> {
        self.parse(context)
    }

    fn parse<T: serde::de::DeserializeOwned>(
        &self,
        context: ReadContext,
    ) -> Result<T, serde_json::Error> {
        let mut json = Vec::with_capacity(self.json.len() + 128);
        self.write(&mut json, context);
        serde_json::from_slice(&json)
    }

    /// The task in DCS V1.0's form, with `""` in fields that do not apply.
    pub(crate) fn to_dcs_v1(&self, context: ReadContext) -> Result<DcsTaskV1, serde_json::Error> {
        let task = self.to_dcs(context)?;
        let details = task.details.unwrap_or_default();
        let given = self
            .extra
            .as_ref()
            .and_then(|extra| extra.error_code.as_deref());
        let failed = task.status == Some(TaskStatus::Failed);
        let error_code = given.unwrap_or(if failed { JOB_FAILED } else { "" });
        let mut v1 = DcsTaskV1::new(task.id);
        v1.name = Some(task.name.unwrap_or_default());
        v1.params = Some(task.params.unwrap_or_default());
        v1.status = task.status;
        v1.user_name = Some(task.user_name.unwrap_or_default());
        v1.user_id = Some(task.user_id.unwrap_or_default());
        v1.error_code = Some(ErrorCode::from(error_code));
        v1.created_at = task.created_at;
        v1.updated_at = task.updated_at;
        v1.old_capacity = Some(details.old_capacity.unwrap_or_else(|| Capacity::from("")));
        v1.new_capacity = Some(details.new_capacity.unwrap_or_else(|| Capacity::from("")));
        Ok(v1)
    }

    /// The data that recreates this task. A pending task restarts.
    pub(crate) fn to_dcs_data(
        &self,
        context: ReadContext,
    ) -> Result<DcsTaskData, serde_json::Error> {
        let mut data = DcsTaskData::from(self.to_dcs(context)?);
        if let Some(extra) = &self.extra {
            data.error_code = extra.error_code.as_deref().map(str::to_owned);
        }
        if let Some(pending) = &self.pending {
            (data.status, data.updated_at) = (None, None);
            (data.progress, data.outcome) = (pending.progress, pending.outcome);
        }
        Ok(data)
    }

    /// The data that recreates this task. A pending task restarts.
    pub(crate) fn to_kafka_data(
        &self,
        context: ReadContext,
    ) -> Result<KafkaTaskData, serde_json::Error> {
        let mut data = KafkaTaskData::from(self.to_kafka(context)?);
        if let Some(pending) = &self.pending {
            (data.status, data.updated_at) = (None, None);
            (data.progress, data.outcome) = (pending.progress, pending.outcome);
        }
        Ok(data)
    }
}

/// Sets the fields that the quirk `blank_v1` shows as `""`.
pub(crate) fn blank(task: &mut DcsTaskV1) {
    task.id.clear();
    task.name = Some(TaskName::default());
    task.params = Some(String::new());
    task.status = Some(TaskStatus::default());
    task.user_name = Some(String::new());
    task.user_id = Some(String::new());
    task.error_code = Some(ErrorCode::from(""));
    task.old_capacity = Some(Capacity::from(""));
    task.new_capacity = Some(Capacity::from(""));
}

#[cfg(test)]
mod tests {
    use super::*;
    use hwtasks_api::dcs::DcsTaskList;
    use hwtasks_api::examples;
    use hwtasks_api::kafka::KafkaTaskList;

    const CONTEXT: ReadContext = ReadContext {
        now: 0,
        progress: Progress::Immediate,
        advances: false,
    };

    fn defaults() -> Defaults<'static> {
        Defaults {
            id: &|| "made".to_owned(),
            now: 0,
        }
    }

    fn written(task: &Task) -> String {
        let mut out = Vec::new();
        task.write(&mut out, CONTEXT);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn write_fixed_task_equals_serialization() {
        let newer: DcsTaskList = serde_json::from_str(examples::DCS_LIST_NEWER.body).unwrap();
        let kafka: KafkaTaskList = serde_json::from_str(examples::KAFKA_LIST.body).unwrap();
        for expected in newer.tasks {
            let task = Task::dcs(DcsTaskData::from(expected.clone()), defaults()).unwrap();
            assert_eq!(written(&task), serde_json::to_string(&expected).unwrap());
            assert_eq!(task.to_dcs(CONTEXT).unwrap(), expected);
        }
        for expected in kafka.tasks {
            let task = Task::kafka(KafkaTaskData::from(expected.clone()), defaults()).unwrap();
            assert_eq!(written(&task), serde_json::to_string(&expected).unwrap());
            assert_eq!(task.to_kafka(CONTEXT).unwrap(), expected);
        }
    }

    #[test]
    fn write_special_characters_escapes_them() {
        let data = KafkaTaskData {
            id: Some("a\"b\\c\n".to_owned()),
            params: Some("{\"k\":\"任务\"}".to_owned()),
            status: Some(TaskStatus::from("\"?\"")),
            ..KafkaTaskData::default()
        };
        let task = Task::kafka(data.clone(), defaults()).unwrap();
        let back = task.to_kafka(CONTEXT).unwrap();
        assert_eq!(Some(back.id), data.id);
        assert_eq!(back.params, data.params);
        assert_eq!(back.status, data.status);
    }

    #[test]
    fn write_pending_task_equals_fixed_task() {
        let mut data = DcsTaskData {
            id: Some("x".to_owned()),
            enable_show: Some(true),
            created_at: Some(DataTime::from_millisecond(1_592_381_886_597)),
            ..DcsTaskData::default()
        };
        let pending = Task::dcs(data.clone(), defaults()).unwrap();
        data.status = Some(TaskStatus::Success);
        data.updated_at = data.created_at;
        assert_eq!(
            written(&pending),
            written(&Task::dcs(data, defaults()).unwrap())
        );
    }

    #[test]
    fn to_dcs_v1_shows_error_code_and_empty_fields() {
        let data = DcsTaskData {
            id: Some("x".to_owned()),
            status: Some(TaskStatus::Failed),
            ..DcsTaskData::default()
        };
        let v1 = Task::dcs(data, defaults())
            .unwrap()
            .to_dcs_v1(CONTEXT)
            .unwrap();
        let json = serde_json::to_value(&v1).unwrap();
        assert_eq!(json["error_code"], JOB_FAILED);
        assert_eq!(json["old_capacity"], "");
        assert_eq!(json["user_name"], "");
    }
}

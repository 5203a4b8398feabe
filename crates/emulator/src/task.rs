//! One task as the emulator keeps it.
//!
//! What never changes is kept as the JSON that the task's type in hwtasks-api serialises to, so that a page is put
//! together by copying; only the status and the times are written at each answer.

use hwtasks_api::dcs::{DcsTask, DcsTaskV1};
use hwtasks_api::kafka::KafkaTask;
use hwtasks_api::{Capacity, ErrorCode, TaskName, TaskStatus};
use jiff::Timestamp;
use jiff::tz::Offset;
use serde::Serialize;

use crate::data::{DataTime, DcsTaskData, KafkaTaskData};
use crate::progress::{Look, Moving, Outcome};

/// The job failed: what V1.0 shows of a failed task that was given no error code.
const JOB_FAILED: &str = "111400842";

/// A task of either service.
#[derive(Clone, Debug)]
pub(crate) struct Task {
    id: Box<str>,
    /// The object up to, and without, the status: `{"id":"…",…`.
    head: Box<str>,
    /// Milliseconds since 1970.
    created: i64,
    course: Course,
    /// Fields that DCS alone has and that follow the status, or that V1.0 alone shows.
    extra: Option<Box<Extra>>,
}

#[derive(Clone, Debug)]
enum Course {
    /// With `updated_at`, in milliseconds since 1970.
    Fixed(TaskStatus, Option<i64>),
    Moving(Box<Moving>),
}

#[derive(Clone, Debug)]
struct Extra {
    enable_show: Option<bool>,
    error_code: Option<Box<str>>,
}

/// The status of a task at a look, and its times.
struct State<'a> {
    status: &'a str,
    created: i64,
    updated: Option<i64>,
}

/// What a task without an id or a time is given.
#[derive(Clone, Copy)]
pub(crate) struct Defaults<'a> {
    pub(crate) id: &'a dyn Fn() -> String,
    /// Milliseconds since 1970.
    pub(crate) now: i64,
}

fn head<T: Serialize>(task: &T) -> Result<Box<str>, serde_json::Error> {
    let mut json = serde_json::to_string(task)?;
    json.pop();
    Ok(json.into_boxed_str())
}

fn course(
    status: Option<TaskStatus>,
    updated: Option<DataTime>,
    moving: (Option<crate::progress::Progress>, Outcome),
) -> Course {
    match status {
        Some(status) => Course::Fixed(status, updated.map(DataTime::as_millisecond)),
        None => Course::Moving(Box::new(Moving::new(moving.0, moving.1))),
    }
}

impl Task {
    pub(crate) fn dcs(
        data: DcsTaskData,
        defaults: Defaults<'_>,
    ) -> Result<Self, serde_json::Error> {
        let id = data.id.unwrap_or_else(defaults.id);
        let mut task = DcsTask::new(id.clone());
        task.name = data.name;
        task.user_name = data.user_name;
        task.user_id = data.user_id;
        task.params = data.params;
        task.details = data.details.map(|details| *details);
        let has_extra = data.enable_show.is_some() || data.error_code.is_some();
        let extra = Extra {
            enable_show: data.enable_show,
            error_code: data.error_code.map(String::into_boxed_str),
        };
        Ok(Self {
            id: id.into_boxed_str(),
            head: head(&task)?,
            created: data
                .created_at
                .map_or(defaults.now, DataTime::as_millisecond),
            course: course(data.status, data.updated_at, (data.progress, data.outcome)),
            extra: has_extra.then(|| Box::new(extra)),
        })
    }

    pub(crate) fn kafka(
        data: KafkaTaskData,
        defaults: Defaults<'_>,
    ) -> Result<Self, serde_json::Error> {
        let id = data.id.unwrap_or_else(defaults.id);
        let mut task = KafkaTask::new(id.clone());
        task.name = data.name;
        task.user_name = data.user_name;
        task.user_id = data.user_id;
        task.params = data.params;
        Ok(Self {
            id: id.into_boxed_str(),
            head: head(&task)?,
            created: data
                .created_at
                .map_or(defaults.now, DataTime::as_millisecond),
            course: course(data.status, data.updated_at, (data.progress, data.outcome)),
            extra: None,
        })
    }

    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    /// Milliseconds since 1970.
    pub(crate) fn created(&self) -> i64 {
        self.created
    }

    /// Forgets every read.
    pub(crate) fn restart(&self) {
        if let Course::Moving(moving) = &self.course {
            moving.restart();
        }
    }

    fn state(&self, look: Look) -> State<'_> {
        match &self.course {
            Course::Fixed(status, updated) => State {
                status: status.as_str(),
                created: self.created,
                updated: *updated,
            },
            Course::Moving(moving) => {
                let (phase, updated) = moving.look(self.created, look);
                State {
                    status: phase.as_str(),
                    created: self.created,
                    updated: Some(updated),
                }
            }
        }
    }

    /// Appends the task's JSON, as its type in hwtasks-api would serialise it.
    pub(crate) fn write(&self, out: &mut Vec<u8>, look: Look) -> Result<(), serde_json::Error> {
        let state = self.state(look);
        out.extend_from_slice(self.head.as_bytes());
        out.extend_from_slice(b",\"status\":");
        serde_json::to_writer(&mut *out, state.status)?;
        out.extend_from_slice(b",\"created_at\":\"");
        push_time(out, state.created);
        out.push(b'"');
        if let Some(updated) = state.updated {
            out.extend_from_slice(b",\"updated_at\":\"");
            push_time(out, updated);
            out.push(b'"');
        }
        if let Some(enable_show) = self.extra.as_ref().and_then(|extra| extra.enable_show) {
            out.extend_from_slice(b",\"enable_show\":");
            out.extend_from_slice(if enable_show { b"true" } else { b"false" });
        }
        out.push(b'}');
        Ok(())
    }

    /// The task as DCS V2 shows it.
    pub(crate) fn to_dcs(&self, look: Look) -> Result<DcsTask, serde_json::Error> {
        self.parse(look)
    }

    /// The task as Kafka shows it.
    pub(crate) fn to_kafka(&self, look: Look) -> Result<KafkaTask, serde_json::Error> {
        self.parse(look)
    }

    fn parse<T: serde::de::DeserializeOwned>(&self, look: Look) -> Result<T, serde_json::Error> {
        let mut json = Vec::with_capacity(self.head.len() + 128);
        self.write(&mut json, look)?;
        serde_json::from_slice(&json)
    }

    /// The task as DCS V1.0 shows it: `""` for what does not apply.
    pub(crate) fn to_dcs_v1(&self, look: Look) -> Result<DcsTaskV1, serde_json::Error> {
        let task = self.to_dcs(look)?;
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

    /// What would make this task again; a moving one starts anew.
    pub(crate) fn to_dcs_data(&self, look: Look) -> Result<DcsTaskData, serde_json::Error> {
        let mut data = DcsTaskData::from(self.to_dcs(look)?);
        if let Some(extra) = &self.extra {
            data.error_code = extra.error_code.as_deref().map(str::to_owned);
        }
        if let Course::Moving(moving) = &self.course {
            (data.status, data.updated_at) = (None, None);
            (data.progress, data.outcome) = (moving.progress, moving.outcome);
        }
        Ok(data)
    }

    /// What would make this task again; a moving one starts anew.
    pub(crate) fn to_kafka_data(&self, look: Look) -> Result<KafkaTaskData, serde_json::Error> {
        let mut data = KafkaTaskData::from(self.to_kafka(look)?);
        if let Course::Moving(moving) = &self.course {
            (data.status, data.updated_at) = (None, None);
            (data.progress, data.outcome) = (moving.progress, moving.outcome);
        }
        Ok(data)
    }
}

/// The names that V1.0 shows as `""` under the quirk of that name.
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

/// `2020-06-17T08:18:06.597Z`. By hand: a page of a thousand tasks has two thousand.
fn push_time(out: &mut Vec<u8>, millis: i64) {
    let time = Timestamp::from_millisecond(millis).unwrap_or(Timestamp::MAX);
    let civil = Offset::UTC.to_datetime(time);
    let Ok(year) = u16::try_from(civil.year()) else {
        // A year before 0 has its own notation.
        out.extend_from_slice(format!("{time:.3}").as_bytes());
        return;
    };
    let two = |number: i8| {
        let number = number.unsigned_abs();
        [b'0' + number / 10, b'0' + number % 10]
    };
    let digit = |number: u16| b'0' + u8::try_from(number % 10).unwrap_or_default();
    let sub = civil.millisecond().unsigned_abs();
    let [mo1, mo2] = two(civil.month());
    let [d1, d2] = two(civil.day());
    let [h1, h2] = two(civil.hour());
    let [mi1, mi2] = two(civil.minute());
    let [s1, s2] = two(civil.second());
    out.extend_from_slice(&[
        digit(year / 1000),
        digit(year / 100),
        digit(year / 10),
        digit(year),
        b'-',
        mo1,
        mo2,
        b'-',
        d1,
        d2,
        b'T',
        h1,
        h2,
        b':',
        mi1,
        mi2,
        b':',
        s1,
        s2,
        b'.',
        digit(sub / 100),
        digit(sub / 10),
        digit(sub),
        b'Z',
    ]);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::progress::Progress;
    use hwtasks_api::dcs::DcsTaskList;
    use hwtasks_api::examples;
    use hwtasks_api::kafka::KafkaTaskList;

    const LOOK: Look = Look {
        now: 0,
        progress: Progress::AtOnce,
        counts: false,
    };

    fn defaults() -> Defaults<'static> {
        Defaults {
            id: &|| "made".to_owned(),
            now: 0,
        }
    }

    fn written(task: &Task) -> String {
        let mut out = Vec::new();
        task.write(&mut out, LOOK).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn writes_what_the_type_serialises_to() {
        let newer: DcsTaskList = serde_json::from_str(examples::DCS_LIST_NEWER.body).unwrap();
        let kafka: KafkaTaskList = serde_json::from_str(examples::KAFKA_LIST.body).unwrap();
        for expected in newer.tasks {
            let task = Task::dcs(DcsTaskData::from(expected.clone()), defaults()).unwrap();
            assert_eq!(written(&task), serde_json::to_string(&expected).unwrap());
            assert_eq!(task.to_dcs(LOOK).unwrap(), expected);
        }
        for expected in kafka.tasks {
            let task = Task::kafka(KafkaTaskData::from(expected.clone()), defaults()).unwrap();
            assert_eq!(written(&task), serde_json::to_string(&expected).unwrap());
            assert_eq!(task.to_kafka(LOOK).unwrap(), expected);
        }
    }

    #[test]
    fn odd_text_is_escaped() {
        let data = KafkaTaskData {
            id: Some("a\"b\\c\n".to_owned()),
            params: Some("{\"k\":\"任务\"}".to_owned()),
            status: Some(TaskStatus::from("\"?\"")),
            ..KafkaTaskData::default()
        };
        let task = Task::kafka(data.clone(), defaults()).unwrap();
        let back = task.to_kafka(LOOK).unwrap();
        assert_eq!(Some(back.id), data.id);
        assert_eq!(back.params, data.params);
        assert_eq!(back.status, data.status);
    }

    #[test]
    fn times_are_written_as_jiff_writes_them() {
        for millis in [
            0,
            -1,
            1_592_381_886_597,
            253_402_207_199_999,
            -62_167_219_200_000,
            -99_999_999_999_999,
        ] {
            let mut out = Vec::new();
            push_time(&mut out, millis);
            let expected = Timestamp::from_millisecond(millis).unwrap();
            assert_eq!(String::from_utf8(out).unwrap(), format!("{expected:.3}"));
        }
    }

    #[test]
    fn v1_shows_what_v2_keeps_in_details_and_empty_text_for_the_rest() {
        let data = DcsTaskData {
            id: Some("x".to_owned()),
            status: Some(TaskStatus::Failed),
            ..DcsTaskData::default()
        };
        let v1 = Task::dcs(data, defaults())
            .unwrap()
            .to_dcs_v1(LOOK)
            .unwrap();
        let json = serde_json::to_value(&v1).unwrap();
        assert_eq!(json["error_code"], JOB_FAILED);
        assert_eq!(json["old_capacity"], "");
        assert_eq!(json["user_name"], "");
    }
}

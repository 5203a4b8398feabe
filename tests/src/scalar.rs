//! A scalar in its member of a body, as `tests/conformance/README.md` defines it.

use hwtasks_api::dcs::{DcsTaskList, DcsTaskListV1};
use serde::Deserialize;
use serde_json::Value;

/// The kind of a scalar.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// `created_at` of a task.
    Time,
    /// `task_count`.
    Count,
    /// `old_capacity` of `details`.
    Capacity,
    /// `old_port` of `details`.
    Integer,
    /// `enable_show` of a task.
    Boolean,
    /// `user_name` of a task.
    Text,
    /// `error_code` of a V1 task.
    Code,
}

/// A scalar that was decoded.
#[derive(Debug, PartialEq)]
pub struct Scalar {
    /// The value; null where the scalar stands for none.
    pub value: Value,
    /// The member as it is written back; `None` where it is not written.
    pub written: Option<Value>,
}

impl Kind {
    /// Every kind, by its name in the corpus.
    pub const ALL: [(&str, Self); 7] = [
        ("time", Self::Time),
        ("count", Self::Count),
        ("capacity", Self::Capacity),
        ("integer", Self::Integer),
        ("boolean", Self::Boolean),
        ("text", Self::Text),
        ("code", Self::Code),
    ];

    /// Returns whether a value of another JSON type is converted, and written as converted.
    pub fn is_converted(self) -> bool {
        matches!(self, Self::Integer | Self::Boolean | Self::Text)
    }

    /// Returns a body that has the scalar, and the pointer to it.
    pub fn body(self, json: &str) -> (String, &'static str) {
        let task = |member: &str| format!(r#"{{"tasks":[{{"id":"a",{member}}}]}}"#);
        match self {
            Self::Time => {
                let body = task(&format!(r#""created_at":{json}"#));
                (body, "/tasks/0/created_at")
            }
            Self::Count => (
                format!(r#"{{"task_count":{json},"tasks":[]}}"#),
                "/task_count",
            ),
            Self::Capacity => {
                let body = task(&format!(r#""details":{{"old_capacity":{json}}}"#));
                (body, "/tasks/0/details/old_capacity")
            }
            Self::Integer => {
                let body = task(&format!(r#""details":{{"old_port":{json}}}"#));
                (body, "/tasks/0/details/old_port")
            }
            Self::Boolean => {
                let body = task(&format!(r#""enable_show":{json}"#));
                (body, "/tasks/0/enable_show")
            }
            Self::Text => {
                let body = task(&format!(r#""user_name":{json}"#));
                (body, "/tasks/0/user_name")
            }
            Self::Code => {
                let body = task(&format!(r#""error_code":{json}"#));
                (body, "/tasks/0/error_code")
            }
        }
    }

    /// Decodes a scalar in its body.
    ///
    /// # Errors
    ///
    /// If the body is refused.
    pub fn decode(self, json: &str) -> serde_json::Result<Scalar> {
        let (body, at) = self.body(json);
        if self == Self::Code {
            let list: DcsTaskListV1 = serde_json::from_str(&body)?;
            let code = list.tasks.first().and_then(|task| task.error_code.as_ref());
            let value = code.map(|code| code.to_text().into()).unwrap_or_default();
            let written = serde_json::to_value(&list)?.pointer(at).cloned();
            return Ok(Scalar { value, written });
        }
        let list: DcsTaskList = serde_json::from_str(&body)?;
        let value = self.value(&list).unwrap_or_default();
        let written = serde_json::to_value(&list)?.pointer(at).cloned();
        Ok(Scalar { value, written })
    }

    fn value(self, list: &DcsTaskList) -> Option<Value> {
        if self == Self::Count {
            let count = list.task_count.as_ref()?.get()?;
            return Some(count.to_string().into());
        }
        let task = list.tasks.first()?;
        let details = || task.details.as_ref();
        Some(match self {
            Self::Time => format!("{:.3}", task.created_at.as_ref()?.get()?).into(),
            Self::Capacity => details()?.old_capacity.as_ref()?.gigabytes()?.into(),
            Self::Integer => details()?.old_port?.to_string().into(),
            Self::Boolean => task.enable_show?.into(),
            Self::Text => task.user_name.as_deref()?.into(),
            Self::Count | Self::Code => return None,
        })
    }
}

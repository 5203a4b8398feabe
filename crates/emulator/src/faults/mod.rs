//! Faults on demand: what to do wrong, for which operation, how many times.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};

use parking_lot::Mutex;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

use crate::operation::Operation;

mod bodies;
mod effect;
mod gzip;

pub(crate) use effect::{alter, replace};

/// A fault that the next requests meet.
///
/// In JSON one flat object: `{"operation": "ListDcsTasks", "count": 2, "kind": "status", "status": 429}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// The operation that has it; any, if left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation: Option<Operation>,
    /// How many requests meet it; one, if left out.
    pub count: u32,
    /// What goes wrong.
    #[serde(flatten)]
    pub kind: FaultKind,
}

impl<'de> Deserialize<'de> for Fault {
    // By hand: a flattened field would let misspelt names pass.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut fields = Map::deserialize(deserializer)?;
        let operation = fields.remove("operation").map(Operation::deserialize);
        let count = fields.remove("count").map(u32::deserialize);
        let named = |name, error| D::Error::custom(format_args!("{name}: {error}"));
        let operation = operation.transpose().map_err(|e| named("operation", e))?;
        let count = count
            .transpose()
            .map_err(|e| named("count", e))?
            .unwrap_or(1);
        let extra = fields.keys().find(|name| *name != "kind").cloned();
        let kind = FaultKind::deserialize(Value::Object(fields)).map_err(D::Error::custom)?;
        // serde checks the names of variants with fields, and not of those without.
        if let (Some(name), true) = (extra, kind.has_no_fields()) {
            return Err(D::Error::unknown_field(
                &name,
                &["operation", "count", "kind"],
            ));
        }
        Ok(Self {
            operation,
            count,
            kind,
        })
    }
}

impl Fault {
    /// A fault that the next request meets, whatever its operation.
    pub fn new(kind: FaultKind) -> Self {
        Self {
            operation: None,
            count: 1,
            kind,
        }
    }

    /// For this operation only.
    #[must_use]
    pub fn on(mut self, operation: Operation) -> Self {
        self.operation = Some(operation);
        self
    }

    /// For so many requests.
    #[must_use]
    pub fn times(mut self, count: u32) -> Self {
        self.count = count;
        self
    }
}

/// What goes wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum FaultKind {
    /// This status, with the gateway's body.
    Status {
        /// The HTTP status, from 400 to 599.
        status: u16,
        /// The value of `Retry-After`: seconds, or an HTTP date; no such header, if left out.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        retry_after: Option<String>,
        /// The `error_code`; one that fits the status, if left out.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        error_code: Option<String>,
    },
    /// The right answer, late.
    Delay {
        /// How late, in milliseconds.
        millis: u64,
    },
    /// The right answer, its body in pieces with a pause before each.
    SlowBody {
        /// The size of a piece in bytes; 16, if left out.
        #[serde(default = "slow_chunk")]
        chunk: u32,
        /// The pause, in milliseconds.
        millis: u64,
    },
    /// The connection is reset, without an answer.
    ResetBeforeAnswer,
    /// The connection is reset in the middle of the right answer's body.
    ResetMidBody,
    /// Half of the right answer's body, as if it were whole.
    TruncatedJson,
    /// Status 502 with a proxy's HTML.
    HtmlBadGateway,
    /// Status 200 with an empty body.
    EmptyOk,
    /// The right answer, its content type another.
    WrongContentType {
        /// The value of `Content-Type`; `text/html`, if left out.
        #[serde(default = "html")]
        content_type: String,
    },
    /// Status 307 to another host.
    Redirect {
        /// The value of `Location`; a host that cannot exist, if left out.
        #[serde(default = "elsewhere")]
        location: String,
    },
    /// Status 200 with a body of JSON that is very large.
    GiganticBody {
        /// At least so many bytes; 256 MiB, if left out.
        #[serde(default = "gigantic")]
        bytes: u64,
    },
    /// Status 200 with a small compressed body that becomes very large.
    GzipBomb {
        /// So many bytes once decompressed, to the next MiB; 1 GiB, if left out.
        #[serde(default = "bomb")]
        bytes: u64,
    },
    /// The right answer, with bytes in a string that are not UTF-8.
    BadUtf8,
    /// The right answer, its `Date` header wrong.
    SkewedDate {
        /// How far ahead, in seconds; negative: behind.
        seconds: i64,
    },
}

impl FaultKind {
    fn has_no_fields(&self) -> bool {
        matches!(
            self,
            Self::ResetBeforeAnswer
                | Self::ResetMidBody
                | Self::TruncatedJson
                | Self::HtmlBadGateway
                | Self::EmptyOk
                | Self::BadUtf8
        )
    }
}

fn slow_chunk() -> u32 {
    16
}

fn html() -> String {
    "text/html".to_owned()
}

fn elsewhere() -> String {
    "http://another-host.invalid/v2/elsewhere".to_owned()
}

fn gigantic() -> u64 {
    256 << 20
}

fn bomb() -> u64 {
    1 << 30
}

/// Why a fault was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the fault's {field} is {value}: {why}")]
pub struct FaultError {
    field: &'static str,
    value: String,
    why: &'static str,
}

impl Fault {
    /// Finds what the types do not.
    pub(crate) fn check(&self) -> Result<(), FaultError> {
        let bad = |field, value: &dyn std::fmt::Debug, why| {
            let value = format!("{value:?}");
            Err(FaultError { field, value, why })
        };
        let is_header = |text: &str| axum::http::HeaderValue::from_str(text).is_ok();
        const HEADER: &str = "it must fit in an HTTP header";
        match &self.kind {
            _ if self.count == 0 => bad("count", &0, "it must be 1 or more"),
            FaultKind::Status { status, .. } if !(400..600).contains(status) => {
                bad("status", status, "it must be from 400 to 599")
            }
            FaultKind::Status {
                retry_after: Some(text),
                ..
            } if !is_header(text) => bad("retry_after", text, HEADER),
            FaultKind::GiganticBody { bytes } | FaultKind::GzipBomb { bytes }
                if *bytes > 1 << 40 =>
            {
                bad("bytes", bytes, "it must be at most a TiB")
            }
            FaultKind::SlowBody { chunk: 0, .. } => bad("chunk", &0, "it must be 1 or more"),
            FaultKind::WrongContentType { content_type } if !is_header(content_type) => {
                bad("content_type", content_type, HEADER)
            }
            FaultKind::Redirect { location } if !is_header(location) => {
                bad("location", location, HEADER)
            }
            _ => Ok(()),
        }
    }
}

/// The faults that wait for a request.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    /// Spares the lock when there are none.
    waiting: AtomicUsize,
    queue: Mutex<VecDeque<Fault>>,
}

impl Faults {
    pub(crate) fn add(&self, fault: Fault) -> Result<(), FaultError> {
        fault.check()?;
        let mut queue = self.queue.lock();
        queue.push_back(fault);
        self.waiting.store(queue.len(), Ordering::Release);
        Ok(())
    }

    /// The oldest fault for this operation, used up by one.
    pub(crate) fn take(&self, operation: Operation) -> Option<FaultKind> {
        if self.waiting.load(Ordering::Acquire) == 0 {
            return None;
        }
        let mut queue = self.queue.lock();
        let meets = |fault: &Fault| fault.operation.is_none_or(|only| only == operation);
        let at = queue.iter().position(meets)?;
        let fault = queue.get_mut(at)?;
        fault.count = fault.count.saturating_sub(1);
        let kind = fault.kind.clone();
        if fault.count == 0 {
            queue.remove(at);
        }
        self.waiting.store(queue.len(), Ordering::Release);
        Some(kind)
    }

    pub(crate) fn clear(&self) {
        let mut queue = self.queue.lock();
        queue.clear();
        self.waiting.store(0, Ordering::Release);
    }

    pub(crate) fn list(&self) -> Vec<Fault> {
        self.queue.lock().iter().cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_operation_takes_its_own_as_often_as_told() {
        let faults = Faults::default();
        let kafka = Fault::new(FaultKind::EmptyOk)
            .on(Operation::ListKafkaTasks)
            .times(2);
        faults.add(kafka).unwrap();
        faults.add(Fault::new(FaultKind::BadUtf8)).unwrap();
        assert_eq!(
            faults.take(Operation::ListDcsTasks),
            Some(FaultKind::BadUtf8)
        );
        assert_eq!(faults.take(Operation::ListDcsTasks), None);
        assert_eq!(
            faults.take(Operation::ListKafkaTasks),
            Some(FaultKind::EmptyOk)
        );
        assert_eq!(faults.list().len(), 1);
        assert_eq!(
            faults.take(Operation::ListKafkaTasks),
            Some(FaultKind::EmptyOk)
        );
        assert_eq!(faults.take(Operation::ListKafkaTasks), None);
    }

    #[test]
    fn a_fault_that_makes_no_sense_is_refused() {
        let refused = |json: &str| {
            let fault: Fault = serde_json::from_str(json).unwrap();
            Faults::default().add(fault).unwrap_err().to_string()
        };
        assert!(refused(r#"{"kind":"empty_ok","count":0}"#).starts_with("the fault's count is 0"));
        assert!(
            refused(r#"{"kind":"status","status":200}"#).starts_with("the fault's status is 200")
        );
        assert!(refused(r#"{"kind":"redirect","location":"a\nb"}"#).contains("location"));
        for misspelt in [
            r#"{"kind":"empty_ok","cout":1}"#,
            r#"{"kind":"status","status":429,"retry":"1"}"#,
            r#"{"kind":"nothing"}"#,
            r#"{"count":1}"#,
            r#"{"kind":"empty_ok","operation":"List"}"#,
        ] {
            assert!(
                serde_json::from_str::<Fault>(misspelt).is_err(),
                "{misspelt}"
            );
        }
    }

    #[test]
    fn json_there_and_back() {
        let fault = Fault::new(FaultKind::SkewedDate { seconds: -5 }).on(Operation::ListDcsTasks);
        let json = serde_json::to_string(&fault).unwrap();
        assert_eq!(serde_json::from_str::<Fault>(&json).unwrap(), fault);
    }
}

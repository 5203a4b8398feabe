//! Fault injection: the queue of faults and their validation.

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

/// A fault that applies to the next matching requests.
///
/// The JSON form is one flat object: `{"operation": "ListDcsTasks", "count": 2, "kind": "status", "status": 429}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// The affected operation. Default: any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation: Option<Operation>,
    /// The number of affected requests. Default: 1.
    pub count: u32,
    /// The kind of fault.
    #[serde(flatten)]
    pub kind: FaultKind,
}

impl<'de> Deserialize<'de> for Fault {
    // Hand-written because serde accepts unknown fields beside a flattened one.
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
        // serde rejects unknown fields of variants with fields only.
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
    /// Creates a fault for the next request of any operation.
    pub fn new(kind: FaultKind) -> Self {
        Self {
            operation: None,
            count: 1,
            kind,
        }
    }

    /// Limits the fault to one operation.
    #[must_use]
    pub fn on(mut self, operation: Operation) -> Self {
        self.operation = Some(operation);
        self
    }

    /// Sets the number of affected requests.
    #[must_use]
    pub fn times(mut self, count: u32) -> Self {
        self.count = count;
        self
    }
}

/// The kinds of faults.
///
/// The *regular* response is the one that the request would get without the fault.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum FaultKind {
    /// An error status with the gateway's error body.
    Status {
        /// The HTTP status, from 400 to 599.
        status: u16,
        /// The value of `Retry-After`: seconds or an HTTP date. Default: no such header.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        retry_after: Option<String>,
        /// The `error_code`. Default: the gateway's code for the status.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        error_code: Option<String>,
    },
    /// The regular response, delayed.
    Delay {
        /// The delay in milliseconds.
        millis: u64,
    },
    /// The regular response, its body sent in chunks with a pause before each.
    SlowBody {
        /// The size of a chunk in bytes. Default: 16.
        #[serde(default = "slow_chunk")]
        chunk: u32,
        /// The pause before each chunk in milliseconds.
        millis: u64,
    },
    /// A connection reset before the response.
    ResetBeforeResponse,
    /// A connection reset in the middle of the regular response's body.
    ResetMidBody,
    /// The first half of the regular response's body, with a matching `Content-Length`.
    TruncatedJson,
    /// Status 502 with the HTML page of a proxy.
    HtmlBadGateway,
    /// Status 200 with an empty body.
    EmptyOk,
    /// The regular response with another `Content-Type`.
    WrongContentType {
        /// The value of `Content-Type`. Default: `text/html`.
        #[serde(default = "html")]
        content_type: String,
    },
    /// Status 307 to another host.
    Redirect {
        /// The value of `Location`. Default: a URL of a nonexistent host.
        #[serde(default = "elsewhere")]
        location: String,
    },
    /// Status 200 with a very large JSON body.
    GiganticBody {
        /// The minimum size of the body in bytes. Default: 256 MiB.
        #[serde(default = "gigantic")]
        bytes: u64,
    },
    /// Status 200 with a small gzip body that decompresses to very large JSON.
    GzipBomb {
        /// The minimum decompressed size in bytes. Default: 1 GiB.
        #[serde(default = "bomb")]
        bytes: u64,
    },
    /// The regular response with invalid UTF-8 inside a string.
    BadUtf8,
    /// The regular response with a wrong `Date` header.
    SkewedDate {
        /// The offset of `Date` in seconds; negative for the past.
        seconds: i64,
    },
}

impl FaultKind {
    fn has_no_fields(&self) -> bool {
        matches!(
            self,
            Self::ResetBeforeResponse
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

/// Why a fault was rejected: a field has an invalid value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("invalid fault: {field} is {value}, but {why}")]
pub struct FaultError {
    field: &'static str,
    value: String,
    why: &'static str,
}

impl Fault {
    /// Checks the values that their types do not restrict.
    pub(crate) fn check(&self) -> Result<(), FaultError> {
        let bad = |field, value: &dyn std::fmt::Debug, why| {
            let value = format!("{value:?}");
            Err(FaultError { field, value, why })
        };
        let is_header = |text: &str| axum::http::HeaderValue::from_str(text).is_ok();
        const HEADER: &str = "it must be a valid HTTP header value";
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
                bad("bytes", bytes, "it must be at most 1 TiB")
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

/// The queue of pending faults.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    /// The length of the queue; 0 avoids taking the lock.
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

    /// Takes one use of the oldest fault that applies to the operation.
    pub(crate) fn take(&self, operation: Operation) -> Option<FaultKind> {
        if self.waiting.load(Ordering::Acquire) == 0 {
            return None;
        }
        let mut queue = self.queue.lock();
        let applies = |fault: &Fault| fault.operation.is_none_or(|only| only == operation);
        let at = queue.iter().position(applies)?;
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
    fn faults_taken_match_operation_and_count() {
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
    fn fault_with_invalid_value_is_rejected() {
        let error = |json: &str| {
            let fault: Fault = serde_json::from_str(json).unwrap();
            Faults::default().add(fault).unwrap_err().to_string()
        };
        assert_eq!(
            error(r#"{"kind":"empty_ok","count":0}"#),
            "invalid fault: count is 0, but it must be 1 or more"
        );
        assert_eq!(
            error(r#"{"kind":"status","status":200}"#),
            "invalid fault: status is 200, but it must be from 400 to 599"
        );
        assert!(error(r#"{"kind":"redirect","location":"a\nb"}"#).contains("location"));
    }

    #[test]
    fn fault_with_unknown_field_is_rejected() {
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
    fn fault_survives_json_round_trip() {
        let fault = Fault::new(FaultKind::SkewedDate { seconds: -5 }).on(Operation::ListDcsTasks);
        let json = serde_json::to_string(&fault).unwrap();
        assert_eq!(serde_json::from_str::<Fault>(&json).unwrap(), fault);
    }
}

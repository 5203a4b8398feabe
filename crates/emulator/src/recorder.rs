//! The log of the most recent requests, without secrets.

use std::collections::VecDeque;

use axum::http::{HeaderMap, Method};
use parking_lot::Mutex;
use serde::Serialize;

use crate::data::DataTime;
use crate::operation::{Operation, Service};

/// A recorded request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct RecordedRequest {
    /// The sequence number, starting at 1 after every reset or clear.
    pub number: u64,
    /// The time of arrival, by the emulator's clock.
    pub at: DataTime,
    /// The service whose listener received the request.
    pub service: Service,
    /// The operation, or `None` if no operation has this path.
    pub operation: Option<Operation>,
    /// The HTTP method.
    pub method: String,
    /// The request target: path and query as received.
    pub target: String,
    /// The headers in the order received, with names in lower case.
    ///
    /// The values of `x-auth-token`, `x-security-token`, `cookie`, `proxy-authorization` and of an `authorization`
    /// header of unknown form are `[redacted]`. Of an SDK-HMAC-SHA256 header, only the signature is.
    pub headers: Vec<(String, String)>,
    /// The status of the response, or `None` if none was sent yet or the connection was reset.
    pub status: Option<u16>,
}

impl RecordedRequest {
    /// The first value of the header `name`, compared without case.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        let found = headers.find(|(n, _)| n.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }
}

/// The maximum number of recorded requests. The oldest are dropped first.
pub const MAX_RECORDED_REQUESTS: usize = 10_000;

#[derive(Debug, Default)]
pub(crate) struct Recorder {
    log: Mutex<Log>,
}

#[derive(Debug, Default)]
struct Log {
    entries: VecDeque<Entry>,
    /// The number of requests dropped before the first entry.
    dropped: u64,
}

/// A compact record. [`Entry::to_request`] expands it on demand.
#[derive(Debug)]
struct Entry {
    millis: i64,
    service: Service,
    operation: Option<Operation>,
    method: Method,
    /// The target, and then a line `name: value` for each header.
    text: String,
    status: Option<u16>,
}

impl Recorder {
    /// Records a request and returns its number for [`finish`](Self::finish).
    pub(crate) fn begin(
        &self,
        service: Service,
        operation: Option<Operation>,
        request: (&Method, &str, &HeaderMap),
        millis: i64,
    ) -> u64 {
        let (method, target, headers) = request;
        let mut log = self.log.lock();
        let mut text = String::new();
        if log.entries.len() == MAX_RECORDED_REQUESTS {
            // The new entry reuses the buffer of the dropped one.
            text = log
                .entries
                .pop_front()
                .map(|entry| entry.text)
                .unwrap_or_default();
            text.clear();
            log.dropped += 1;
        }
        text.push_str(target);
        push_lines(&mut text, headers);
        log.entries.push_back(Entry {
            millis,
            service,
            operation,
            method: method.clone(),
            text,
            status: None,
        });
        log.dropped + log.entries.len() as u64
    }

    /// Records the status of the response, if the request is still in the log.
    pub(crate) fn finish(&self, number: u64, status: u16) {
        let mut log = self.log.lock();
        let at = number
            .checked_sub(log.dropped + 1)
            .and_then(|at| usize::try_from(at).ok());
        if let Some(entry) = at.and_then(|at| log.entries.get_mut(at)) {
            entry.status = Some(status);
        }
    }

    pub(crate) fn clear(&self) {
        *self.log.lock() = Log::default();
    }

    /// The recorded requests, oldest first.
    pub(crate) fn requests(&self) -> Vec<RecordedRequest> {
        let log = self.log.lock();
        let numbered = log.entries.iter().zip(log.dropped + 1..);
        numbered
            .map(|(entry, number)| entry.to_request(number))
            .collect()
    }
}

impl Entry {
    fn to_request(&self, number: u64) -> RecordedRequest {
        let split = |line: &str| {
            let (name, value) = line.split_once(": ").unwrap_or((line, ""));
            (name.to_owned(), value.to_owned())
        };
        let (target, headers) = self.text.split_once('\n').unwrap_or((&self.text, ""));
        RecordedRequest {
            number,
            at: DataTime::from_millisecond(self.millis),
            service: self.service,
            operation: self.operation,
            method: self.method.to_string(),
            target: target.to_owned(),
            headers: headers.lines().map(split).collect(),
            status: self.status,
        }
    }
}

fn push_lines(text: &mut String, headers: &HeaderMap) {
    let length: usize = headers
        .iter()
        .map(|(n, v)| n.as_str().len() + v.len() + 3)
        .sum();
    text.reserve(length + 1);
    for (name, value) in headers {
        text.push('\n');
        text.push_str(name.as_str());
        text.push_str(": ");
        match (name.as_str(), std::str::from_utf8(value.as_bytes())) {
            ("authorization", Ok(value)) => match value.split_once("Signature=") {
                Some((shown, _)) if shown.starts_with(hwtasks_signer::ALGORITHM) => {
                    text.push_str(shown);
                    text.push_str("Signature=[redacted]");
                }
                _ => text.push_str("[redacted]"),
            },
            (
                "authorization"
                | "x-auth-token"
                | "x-security-token"
                | "cookie"
                | "proxy-authorization",
                _,
            ) => text.push_str("[redacted]"),
            (_, Ok(value)) => text.push_str(value),
            (_, Err(_)) => text.push_str(&String::from_utf8_lossy(value.as_bytes())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn begin(recorder: &Recorder, target: &str) -> u64 {
        recorder.begin(
            Service::Dcs,
            None,
            (&Method::GET, target, &HeaderMap::new()),
            0,
        )
    }

    #[test]
    fn recorder_full_drops_oldest_and_matches_late_responses() {
        let recorder = Recorder::default();
        let first = begin(&recorder, "/first");
        for i in 0..MAX_RECORDED_REQUESTS {
            begin(&recorder, &format!("/{i}"));
        }
        recorder.finish(first, 500);
        recorder.finish(3, 200);
        let requests = recorder.requests();
        assert_eq!(requests.len(), MAX_RECORDED_REQUESTS);
        assert_eq!((requests[0].number, requests[0].target.as_str()), (2, "/0"));
        assert_eq!(
            requests
                .iter()
                .filter(|request| request.status.is_some())
                .count(),
            1
        );
        assert_eq!(requests[1].status, Some(200));
        recorder.clear();
        recorder.finish(3, 200);
        assert!(recorder.requests().is_empty());
    }

    #[test]
    fn recorded_headers_hide_secrets() {
        let mut headers = HeaderMap::new();
        let signature = "SDK-HMAC-SHA256 Access=AK, SignedHeaders=host, Signature=hidden";
        for (name, value) in [
            ("authorization", signature),
            ("authorization", "hidden"),
            ("x-auth-token", "hidden"),
            ("x-security-token", "hidden"),
            ("cookie", "hidden"),
            ("x-sdk-date", "shown: yes"),
        ] {
            headers.append(name, value.parse().unwrap());
        }
        let recorder = Recorder::default();
        recorder.begin(Service::Kafka, None, (&Method::GET, "/", &headers), 0);
        let request = recorder.requests().remove(0);
        assert!(!format!("{recorder:?} {request:?}").contains("hidden"));
        assert_eq!(request.header("X-Sdk-Date"), Some("shown: yes"));
        assert_eq!(
            request.header("authorization"),
            Some("SDK-HMAC-SHA256 Access=AK, SignedHeaders=host, Signature=[redacted]")
        );
    }
}

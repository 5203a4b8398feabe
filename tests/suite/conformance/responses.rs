//! `responses.json`: what each answer becomes.

use std::collections::BTreeMap;

use hwtasks::Error;
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};

use super::call::{Call, Operation, Success};
use super::file::{Case, cases, report, repository, same};
use super::normal;
use super::wire::{Reply, Wire};
use crate::server::{PROJECT, TOKEN};

const FILE: &str = "responses.json";

/// How much of a body an error keeps.
const KEPT_BODY: usize = 64 * 1024;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Response {
    call: Call,
    answer: Answer,
    expect: Expect,
}

/// An answer as the corpus writes it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Answer {
    status: u16,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    body: Option<String>,
    body_json: Option<Value>,
    body_base64: Option<String>,
    body_file: Option<String>,
}

impl Answer {
    /// The bytes of the body on the wire.
    fn body(&self) -> Vec<u8> {
        match (
            &self.body,
            &self.body_json,
            &self.body_base64,
            &self.body_file,
        ) {
            (None, None, None, None) => Vec::new(),
            (Some(text), None, None, None) => text.clone().into_bytes(),
            (None, Some(value), None, None) => value.to_string().into_bytes(),
            (None, None, Some(text), None) => base64(text),
            (None, None, None, Some(file)) => {
                std::fs::read(repository(file)).unwrap_or_else(|e| panic!("{file}: {e}"))
            }
            _ => panic!("an answer has two bodies: {self:?}"),
        }
    }

    pub(super) fn reply(&self) -> Reply {
        let headers = self.headers.iter().map(|(n, v)| (n.clone(), v.clone()));
        Reply {
            status: self.status,
            headers: headers.collect(),
            body: self.body(),
        }
    }
}

fn base64(text: &str) -> Vec<u8> {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD
        .decode(text)
        .expect("base64")
}

/// What a call comes to: a result or an error.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Expect {
    list: Option<Value>,
    task: Option<Value>,
    /// What the typed value is written back as, where that is not the body.
    written: Option<Value>,
    request_id: Option<String>,
    error: Option<ExpectedError>,
    /// How many requests are sent.
    requests: Option<usize>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ExpectedError {
    kind: String,
    status: Option<u16>,
    code: Option<String>,
    message: Option<String>,
    request_id: Option<String>,
    /// Not compared where it is absent; `null` is the whole body.
    #[serde(default, deserialize_with = "present")]
    path: Option<Option<String>>,
    is: Vec<String>,
}

fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<String>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

impl Expect {
    pub(super) fn check(&self, outcome: &Result<Success, Error>) -> Result<(), String> {
        match (&self.error, outcome) {
            (Some(expected), Err(error)) => expected.check(error),
            (None, Ok(success)) => {
                let expected = match (&self.list, &self.task) {
                    (Some(list), None) => json!({ "list": list }),
                    (None, Some(task)) => json!({ "task": task }),
                    _ => panic!("either a list or a task is expected"),
                };
                if !normal::equal(&success.normal, &expected) {
                    same("normalised", &success.normal, &expected)?;
                }
                same("request_id", &success.request_id, &self.request_id)
            }
            (Some(_), Ok(success)) => Err(format!("it is a success: {}", success.normal)),
            (None, Err(error)) => Err(format!("it is an error: {error:#}")),
        }
    }
}

impl ExpectedError {
    fn check(&self, error: &Error) -> Result<(), String> {
        same("kind", &normal::kind(error.kind()), &self.kind)?;
        same("status", &error.status().map(|s| s.as_u16()), &self.status)?;
        same("code", &error.code(), &self.code)?;
        same("message", &error.message(), &self.message.as_deref())?;
        same(
            "request_id",
            &error.request_id(),
            &self.request_id.as_deref(),
        )?;
        if let Some(path) = &self.path {
            same("path", &error.path(), &path.as_deref())?;
        }
        let is: Vec<_> = self.is.iter().map(String::as_str).collect();
        same("is", &normal::predicates(error), &is)
    }
}

/// Nothing was lost: the bytes are those that came, and the typed value says all of it.
fn check_kept(case: &Response, success: &Success) -> Result<(), String> {
    let sent = case.answer.body();
    let compressed = case.answer.headers.contains_key("content-encoding");
    if !compressed {
        same("raw", &success.raw, &sent)?;
    }
    let body: Value = serde_json::from_slice(&success.raw).expect("JSON");
    let body = match case.call.operation {
        Operation::ShowKafkaTask => &body["tasks"][0],
        _ => &body,
    };
    let written = case.expect.written.as_ref().unwrap_or(body);
    normal::kept(&success.written, written, Some(body)).map_err(|why| format!("written: {why}"))
}

async fn run(case: &Response, http: &reqwest::Client) -> Result<(), String> {
    let wire = Wire::replying(vec![case.answer.reply()]).await;
    let client = hwtasks::Client::builder()
        .http_client(http.clone())
        .retry_policy(hwtasks::RetryPolicy::none())
        .dcs_endpoint(wire.url())
        .kafka_endpoint(wire.url())
        .project_id(PROJECT)
        .token(TOKEN);
    let client = client.build().expect("a client of loopback");
    let outcome = case.call.send(&client).await;
    case.expect.check(&outcome)?;
    match &outcome {
        Ok(success) => check_kept(case, success)?,
        Err(error) => {
            let mut body = case.answer.body();
            body.truncate(KEPT_BODY);
            let kept = error.body().map(|body| body.to_vec());
            same("body", &kept, &Some(body))?;
        }
    }
    same(
        "requests",
        &wire.take().len(),
        &case.expect.requests.unwrap_or(1),
    )
}

#[tokio::test]
async fn every_answer_becomes_what_the_corpus_says() {
    let http = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .expect("an HTTP client");
    let cases: Vec<Case<Response>> = cases(FILE);
    let mut failures = Vec::new();
    for case in &cases {
        if let Err(why) = run(&case.of, &http).await {
            failures.push(format!("{}: {why}", case.name));
        }
    }
    report(FILE, cases.len(), &failures);
}

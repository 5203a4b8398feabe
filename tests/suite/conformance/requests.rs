//! `requests.json`: what each call sends, or why nothing is sent.

use std::collections::BTreeMap;

use hwtasks::{Error, ErrorKind};
use serde::Deserialize;

use super::call::{Call, Settings};
use super::file::{Case, cases, report, same};
use super::normal;
use super::wire::{Head, Reply, Wire};

const FILE: &str = "requests.json";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Request {
    client: Settings,
    call: Call,
    expect: Expect,
}

#[derive(Deserialize)]
#[serde(untagged, deny_unknown_fields)]
enum Expect {
    Sent {
        method: String,
        target: String,
        #[serde(default)]
        headers: BTreeMap<String, String>,
        #[serde(default)]
        absent: Vec<String>,
    },
    Refused {
        error: Refusal,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Refusal {
    kind: String,
    parameter: String,
}

/// How the messages of Rust name a parameter.
fn words(parameter: &str) -> &str {
    match parameter {
        "ak" => "access key",
        "instance_id" => "the instance ID ",
        "project_id" => "the project ID ",
        "sk" => "secret key",
        "task_id" => "the task ID ",
        other => other,
    }
}

async fn run(case: &Request, http: &reqwest::Client, wire: &Wire) -> Result<(), String> {
    let call = async {
        let client = case.client.through_a_proxy(http.clone()).build()?;
        case.call.send(&client).await
    };
    let answer = call.await;
    let sent = wire.take();
    match &case.expect {
        Expect::Sent {
            method,
            target,
            headers,
            absent,
        } => {
            let [head] = &sent[..] else {
                return Err(format!("{} requests: {:?}", sent.len(), answer.err()));
            };
            same("method", &head.method, method)?;
            same("target", &head.target, target)?;
            check_headers(head, headers, absent)
        }
        Expect::Refused { error } => {
            let refused = answer.err().ok_or("it is not refused")?;
            check_refusal(&refused, error)?;
            same("requests", &sent.len(), &0)
        }
    }
}

pub(super) fn check_headers(
    head: &Head,
    headers: &BTreeMap<String, String>,
    absent: &[String],
) -> Result<(), String> {
    for (name, value) in headers {
        same(name, &head.header(name), &Some(value.as_str()))?;
    }
    for name in absent {
        same(name, &head.header(name), &None)?;
    }
    Ok(())
}

fn check_refusal(refused: &Error, expected: &Refusal) -> Result<(), String> {
    same("kind", &normal::kind(refused.kind()), &expected.kind)?;
    same("attempts", &refused.attempts(), &0)?;
    let said = refused.to_string().contains(words(&expected.parameter));
    same(
        &format!("{} is named in {refused}", expected.parameter),
        &said,
        &true,
    )
}

#[tokio::test]
async fn every_call_sends_what_the_corpus_says() {
    let body = br#"{"tasks":[]}"#.to_vec();
    let wire = Wire::replying(vec![Reply {
        status: 200,
        headers: vec![],
        body,
    }])
    .await;
    let proxy = reqwest::Proxy::all(wire.url()).expect("a proxy");
    let http = reqwest::Client::builder().proxy(proxy).build();
    let http = http.expect("an HTTP client");
    let cases: Vec<Case<Request>> = cases(FILE);
    let mut failures = Vec::new();
    for case in &cases {
        if let Err(why) = run(&case.of, &http, &wire).await {
            failures.push(format!("{}: {why}", case.name));
        }
    }
    report(FILE, cases.len(), &failures);
}

#[test]
fn the_kinds_are_those_of_the_error() {
    assert_eq!(normal::kind(ErrorKind::InvalidInput), "invalid_input");
    assert_eq!(normal::kind(ErrorKind::Api), "api");
}

//! `requests.json`: what each call sends, or why nothing is sent.

use hwtasks::Error;
use serde::Deserialize;

use super::call::{Call, Settings};
use super::file::{Ran, run_all, same};
use super::outcome::Sent;
use super::wire::{Reply, Wire};
use hwtasks_tests::normal;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Request {
    client: Settings,
    call: Call,
    expect: Expect,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expect {
    error: Option<Refusal>,
    method: Option<String>,
    target: Option<String>,
    #[serde(default)]
    headers: std::collections::BTreeMap<String, String>,
    #[serde(default)]
    absent: Vec<String>,
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

async fn run(case: &Request, http: &reqwest::Client, wire: &Wire) -> Ran {
    let call = async {
        let client = case.client.through_a_proxy(http.clone()).build()?;
        case.call.send(&client).await
    };
    let outcome = call.await;
    let sent = wire.take();
    let expect = &case.expect;
    if let Some(expected) = &expect.error {
        let refused = outcome.err().ok_or("it is not refused")?;
        check_refusal(&refused, expected)?;
        for secret in case.client.secrets() {
            let shown = format!("{refused:?}{refused:#}").contains(secret);
            same("a secret is shown", &shown, &false)?;
        }
        same("requests", &sent.len(), &0)?;
        return Ok(Some(refused.to_string()));
    }
    let [head] = &sent[..] else {
        return Err(format!("{} requests: {:?}", sent.len(), outcome.err()));
    };
    same("method", &Some(&head.method), &expect.method.as_ref())?;
    same("target", &Some(&head.target), &expect.target.as_ref())?;
    let sent = Sent {
        headers: expect.headers.clone(),
        absent: expect.absent.clone(),
    };
    sent.check(head)?;
    Ok(None)
}

fn check_refusal(refused: &Error, expected: &Refusal) -> Result<(), String> {
    same("kind", &normal::kind(refused.kind()), &expected.kind)?;
    same("attempts", &refused.attempts(), &0)?;
    match refused.to_string().contains(words(&expected.parameter)) {
        true => Ok(()),
        false => Err(format!("{} is not named: {refused}", expected.parameter)),
    }
}

#[tokio::test]
async fn every_call_sends_what_the_corpus_says() {
    let wire = Wire::replying(vec![Reply {
        status: 200,
        headers: vec![],
        body: br#"{"tasks":[],"instances":[]}"#.to_vec(),
        head: None,
        connection: None,
    }])
    .await;
    let proxy = reqwest::Proxy::all(wire.url()).expect("the proxy URL is valid");
    let http = reqwest::Client::builder().proxy(proxy).build();
    let http = http.expect("the HTTP client can be built");
    let run = async |case: &Request| run(case, &http, &wire).await;
    insta::assert_snapshot!(run_all("requests.json", run).await);
}

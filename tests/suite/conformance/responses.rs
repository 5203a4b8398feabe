//! `responses.json`: what each response becomes.

use serde::Deserialize;
use serde_json::Value;

use super::call::{Call, Operation, Settings, Success};
use super::file::{Ran, run_all, same};
use super::outcome::Expect;
use super::scripted_response::ScriptedResponse;
use super::wire::Wire;
use hwtasks_tests::normal;

/// How much of a body an error keeps.
const KEPT_BODY: usize = 64 * 1024;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Response {
    call: Call,
    response: ScriptedResponse,
    expect: Expect,
}

/// Nothing was lost: the bytes are those that came, and the typed value says all of it.
fn check_kept(case: &Response, success: &Success) -> Result<(), String> {
    if !case.response.is_compressed() {
        same("raw", &success.raw, &case.response.body())?;
    }
    let json = success.raw.strip_prefix(b"\xef\xbb\xbf");
    let body: Value = serde_json::from_slice(json.unwrap_or(&success.raw)).expect("it is JSON");
    let body = match case.call.operation {
        Operation::ShowKafkaTask => &body["tasks"][0],
        _ => &body,
    };
    let written = case.expect.written.as_ref().unwrap_or(body);
    normal::kept(&success.written, written, Some(body)).map_err(|why| format!("written: {why}"))
}

async fn run(case: &Response, http: &reqwest::Client) -> Ran {
    let wire = Wire::replying(vec![case.response.reply()]).await;
    let client = Settings::default()
        .on(&wire.url(), http)
        .retry_policy(hwtasks::RetryPolicy::disabled());
    let client = client.build().expect("it builds");
    let outcome = case.call.send(&client).await;
    case.expect.check(&outcome)?;
    match &outcome {
        Ok(success) => check_kept(case, success)?,
        Err(error) => {
            let mut body = case.response.body();
            body.truncate(KEPT_BODY);
            let kept = error.body().map(|body| body.to_vec());
            if case.response.is_cut() {
                let kept = kept.unwrap_or_default();
                same("start of the body", &body.starts_with(&kept), &true)?;
            } else if error.status().is_some() && !case.response.is_compressed() {
                same("body", &kept, &Some(body))?;
            }
        }
    }
    case.expect.check_sent(&wire.take())?;
    Ok(outcome.err().map(|error| error.to_string()))
}

#[tokio::test]
async fn every_response_becomes_what_the_corpus_says() {
    let http = super::http();
    let run = async |case: &Response| run(case, &http).await;
    insta::assert_snapshot!(run_all("responses.json", run).await);
}

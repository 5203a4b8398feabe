//! `retries.json` and `refusals.json`: which calls are sent again, how often, and how long the client
//! waits between attempts.

use std::sync::atomic::Ordering;
use std::time::Duration;

use hwtasks::CachedProvider;
use serde::Deserialize;

use super::call::{Call, Settings};
use super::file::{Ran, run_all, same};
use super::outcome::{Expect, WaitMs, check_waits};
use super::scripted_response::ScriptedResponse;
use super::wire::Wire;
use crate::support::server::clock;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Retry {
    #[serde(default)]
    client: Settings,
    call: Call,
    /// How often the call is made, one after the other.
    #[serde(default = "once")]
    calls: u32,
    /// By how much the clock advances before each call but the first.
    #[serde(default)]
    pause_ms: u64,
    /// One after the other, the last one for ever; when there is none, nobody listens.
    responses: Vec<ScriptedResponse>,
    /// Whether the client goes by the system's clock; its waits are then not compared.
    #[serde(default)]
    real_time: bool,
    expect: Expect,
}

fn once() -> u32 {
    1
}

async fn run(case: &Retry, http: &reqwest::Client) -> Ran {
    let wire = Wire::replying(case.responses.iter().map(ScriptedResponse::reply).collect()).await;
    let url = match case.responses.is_empty() {
        true => crate::support::unused_port(),
        false => wire.url(),
    };
    let time = clock(case.client.now());
    let mut builder = case.client.on(&url, http);
    let provider = case.client.provider();
    if let Some(provider) = &provider {
        let cached = CachedProvider::new(provider.clone()).time_source(time.clone());
        builder = builder.credentials(cached);
    }
    if !case.real_time {
        builder = builder.time_source(time.clone());
    }
    let client = builder.build().map_err(|error| error.to_string())?;
    for _ in 1..case.calls {
        // What became of it shows in what the last one sends.
        let _ = case.call.send(&client).await;
        time.advance(Duration::from_millis(case.pause_ms));
    }
    let outcome = case.call.send(&client).await;
    case.expect.check(&outcome)?;
    case.expect.check_sent(&wire.take())?;
    if let Some(fetches) = case.expect.fetches {
        let provider = provider.expect("the case has a provider");
        same(
            "fetches",
            &provider.fetches.load(Ordering::SeqCst),
            &fetches,
        )?;
    }
    match &case.expect.waits_ms {
        Some(waits) => check_waits(&time.sleeps(), waits)?,
        None if case.real_time => {}
        None => return Err("the case does not say the waits".to_owned()),
    }
    Ok(outcome
        .err()
        .map(|error| error.to_string().replace(&url, "ENDPOINT")))
}

#[tokio::test]
async fn every_script_of_responses_ends_as_the_corpus_says() {
    let http = super::http();
    let run = async |case: &Retry| run(case, &http).await;
    insta::assert_snapshot!(run_all("retries.json", run).await);
}

#[tokio::test]
async fn every_refusal_ends_as_the_corpus_says() {
    let http = super::http();
    let run = async |case: &Retry| run(case, &http).await;
    insta::assert_snapshot!(run_all("refusals.json", run).await);
}

#[test]
fn wrong_wait_is_reported() {
    let second = [Duration::from_secs(1)];
    assert_eq!(check_waits(&second, &[WaitMs::Exactly(1000)]), Ok(()));
    let between = |at_least, at_most| WaitMs::Between { at_least, at_most };
    assert_eq!(check_waits(&second, &[between(1000, 1000)]), Ok(()));
    for other in [
        &[WaitMs::Exactly(999)][..],
        &[between(0, 900)],
        &[between(1001, 2000)],
        &[],
        &[WaitMs::Exactly(1000), WaitMs::Exactly(1000)],
    ] {
        assert!(check_waits(&second, other).is_err(), "{other:?}");
    }
}

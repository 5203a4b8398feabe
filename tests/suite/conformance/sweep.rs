//! `sweep.json`: the results of the instances of a sweep, its pace, and its early end.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use hwtasks::{Error, Sweep, Task};
use serde::Deserialize;
use tokio::sync::Notify;

use super::call::Settings;
use super::file::{Ran, run_all, same};
use super::outcome::ExpectedError;
use super::scripted_response::ScriptedResponse;
use super::wire::{Head, Reply, Wire};
use crate::support::server::clock;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    client: Settings,
    instances: Instances,
    concurrency: usize,
    #[serde(default)]
    barrier: usize,
    #[serde(default)]
    first: Vec<First>,
    responses: BTreeMap<String, Vec<ScriptedResponse>>,
    expect: Expect,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Instances {
    Number(usize),
    Named(Vec<String>),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct First {
    #[serde(default = "one")]
    times: usize,
    response: ScriptedResponse,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expect {
    #[serde(default)]
    results: BTreeMap<String, ExpectedResult>,
    listed: Amount,
    #[serde(default)]
    failed: Amount,
    failure: Option<ExpectedError>,
    error: Option<ExpectedError>,
    requests: Amount,
    together: Option<Amount>,
    together_after_first: Option<Amount>,
    pauses_ms: Option<Vec<Amount>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum ExpectedResult {
    Tasks(Vec<String>),
    Error(Box<ExpectedError>),
}

/// A number: exact, or within bounds.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(untagged)]
enum Amount {
    Exactly(u64),
    Within {
        at_least: Option<u64>,
        at_most: Option<u64>,
    },
}

impl Default for Amount {
    fn default() -> Self {
        Self::Exactly(0)
    }
}

impl Amount {
    fn check(self, what: &str, found: u64) -> Result<(), String> {
        let fits = match self {
            Self::Exactly(number) => found == number,
            Self::Within { at_least, at_most } => {
                (at_least.unwrap_or(0)..=at_most.unwrap_or(u64::MAX)).contains(&found)
            }
        };
        match fits {
            true => Ok(()),
            false => Err(format!("{what}: found {found}, expected {self:?}")),
        }
    }
}

fn one() -> usize {
    1
}

fn number(count: usize) -> u64 {
    u64::try_from(count).expect("it is small")
}

/// The fake service: its script, and what it has received.
struct Service {
    first: Vec<Reply>,
    responses: BTreeMap<String, Vec<Reply>>,
    barrier: usize,
    state: Mutex<Received>,
    arrived: Notify,
}

#[derive(Default)]
struct Received {
    requests: usize,
    together: usize,
    most: usize,
    most_after_first: usize,
    of: BTreeMap<String, usize>,
}

impl Service {
    fn new(case: &Case) -> Self {
        let replies = |of: &[ScriptedResponse]| of.iter().map(ScriptedResponse::reply).collect();
        let first = case.first.iter();
        Self {
            first: first
                .flat_map(|first| std::iter::repeat_n(first.response.reply(), first.times))
                .collect(),
            responses: case
                .responses
                .iter()
                .map(|(instance, of)| (instance.clone(), replies(of)))
                .collect(),
            barrier: case.barrier,
            state: Mutex::default(),
            arrived: Notify::new(),
        }
    }

    async fn respond(&self, head: &Head) -> Reply {
        let segments: Vec<_> = head.target.split('/').collect();
        let at = segments.iter().position(|segment| *segment == "instances");
        let instance = segments[at.expect("the path names the instance") + 1];
        let reply = {
            let mut state = self.state.lock().expect("no one panicked");
            state.requests += 1;
            state.together += 1;
            state.most = state.most.max(state.together);
            if state.requests > self.first.len() {
                state.most_after_first = state.most_after_first.max(state.together);
            }
            self.reply(&mut state, instance)
        };
        self.arrived.notify_waiters();
        self.hold().await;
        reply
    }

    fn reply(&self, state: &mut Received, instance: &str) -> Reply {
        if let Some(reply) = self.first.get(state.requests - 1) {
            return reply.clone();
        }
        let script = self.responses.get(instance);
        let script = script.or_else(|| self.responses.get("*"));
        let script = script.expect("the case has responses of the instance");
        let nth = state.of.entry(instance.to_owned()).or_default();
        *nth += 1;
        let reply = script.get(*nth - 1).or(script.last());
        reply.expect("there is a response").clone()
    }

    /// Waits until the requests of the barrier are there, and lets others arrive.
    async fn hold(&self) {
        loop {
            let arrived = self.arrived.notified();
            if self.state.lock().expect("no one panicked").requests >= self.barrier {
                break;
            }
            arrived.await;
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
        self.state.lock().expect("no one panicked").together -= 1;
    }
}

async fn run(case: &Case, http: &reqwest::Client) -> Ran {
    let mut ended = None;
    for service in ["dcs", "kafka"] {
        let of = |why| format!("{service}: {why}");
        let script = Arc::new(Service::new(case));
        let fake = Arc::clone(&script);
        let wire = Wire::responding(move |head| {
            let fake = Arc::clone(&fake);
            Box::pin(async move { fake.respond(&head).await })
        })
        .await;
        let time = clock(case.client.now());
        let builder = case.client.on(&wire.url(), http);
        let client = builder.time_source(time.clone()).build();
        let client = client.map_err(|error| error.to_string())?;
        let instances = match &case.instances {
            Instances::Number(count) => (0..*count).map(|n| format!("i-{n}")).collect(),
            Instances::Named(named) => named.clone(),
        };
        let given = instances.len();
        let outcome = match service {
            "dcs" => read(client.dcs().sweep(instances), case.concurrency).await,
            _ => read(client.kafka().sweep(instances), case.concurrency).await,
        };
        ended = case.expect.check(outcome, given).map_err(of)?;
        {
            let state = script.state.lock().expect("no one panicked");
            let expect = &case.expect;
            let amounts = [
                ("requests", Some(expect.requests), state.requests),
                ("together", expect.together, state.most),
                (
                    "together_after_first",
                    expect.together_after_first,
                    state.most_after_first,
                ),
            ];
            for (what, amount, found) in amounts {
                if let Some(amount) = amount {
                    amount.check(what, number(found)).map_err(of)?;
                }
            }
        }
        if let Some(pauses) = &case.expect.pauses_ms {
            let slept = time.sleeps();
            same("pauses", &slept.len(), &pauses.len()).map_err(of)?;
            for (pause, slept) in pauses.iter().zip(slept) {
                let millis = u64::try_from(slept.as_millis()).expect("it is short");
                pause.check("pause", millis).map_err(of)?;
            }
        }
    }
    Ok(ended)
}

#[derive(Default)]
struct Outcome {
    results: Vec<(String, Result<Vec<String>, Error>)>,
    end: Option<Error>,
}

async fn read<T: Task + Send + 'static>(sweep: Sweep<T>, concurrency: usize) -> Outcome {
    let mut sweep = sweep.concurrency(concurrency);
    let mut outcome = Outcome::default();
    while let Some(item) = sweep.next().await {
        assert!(outcome.end.is_none(), "an item comes after the error");
        match item {
            Ok(done) => {
                let tasks = done
                    .result
                    .map(|tasks| tasks.iter().map(|task| task.id().to_owned()).collect());
                outcome.results.push((done.instance_id, tasks));
            }
            Err(error) => outcome.end = Some(error),
        }
    }
    outcome
}

impl Expect {
    fn check(&self, outcome: Outcome, given: usize) -> Result<Option<String>, String> {
        let (mut listed, mut failed) = (0, 0);
        for (instance, result) in &outcome.results {
            let named = self.results.get(instance);
            let of = |why| format!("{instance}: {why}");
            match (result, named) {
                (Ok(tasks), Some(ExpectedResult::Tasks(ids))) => {
                    same("tasks", tasks, ids).map_err(of)?;
                }
                (Err(error), Some(ExpectedResult::Error(expected))) => {
                    expected.check(error).map_err(of)?;
                }
                (result, Some(_)) => return Err(of(format!("it is {result:?}"))),
                (Err(error), None) => {
                    if let Some(failure) = &self.failure {
                        failure.check(error).map_err(of)?;
                    }
                }
                (Ok(_), None) => {}
            }
            *(if result.is_ok() {
                &mut listed
            } else {
                &mut failed
            }) += 1;
        }
        self.listed.check("listed", listed)?;
        self.failed.check("failed", failed)?;
        match (&self.error, &outcome.end) {
            (None, None) => same("results", &outcome.results.len(), &given)?,
            (Some(expected), Some(error)) => expected.check(error)?,
            (_, end) => return Err(format!("it ends with {end:?}")),
        }
        Ok(outcome.end.map(|error| error.to_string()))
    }
}

#[tokio::test]
async fn every_sweep_has_the_results_of_the_corpus() {
    let http = super::http();
    let run = async |case: &Case| run(case, &http).await;
    insta::assert_snapshot!(run_all("sweep.json", run).await);
}

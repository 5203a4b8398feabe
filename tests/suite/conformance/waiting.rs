//! `waiting.json`: waiting for a task to end.

use std::time::Duration;

use hwtasks::{Error, Wait};
use hwtasks_api::Task;
use hwtasks_emulator::Service;
use serde::Deserialize;
use serde_json::Value;

use super::call::time;
use super::file::{Ran, run_all, same};
use super::outcome::{ExpectedError, WaitMs, check_task, check_waits};
use super::script::{Scene, Script};
use hwtasks_tests::normal;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Waiting {
    script: Script,
    wait: What,
    expect: Expect,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct What {
    /// Every one of them is asked, each with a script of its own.
    services: Vec<Service>,
    instance_id: String,
    task_id: Option<String>,
    name: Option<String>,
    since: Option<String>,
    initial_interval_ms: Option<u64>,
    max_interval_ms: Option<u64>,
    timeout_ms: Option<u64>,
    not_found_grace_ms: Option<u64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expect {
    /// Some members of the task, normalised.
    task: Option<Value>,
    /// The states of the task each time it is seen changed; the wait is then read as a stream.
    states: Option<Vec<Option<String>>>,
    error: Option<ExpectedError>,
    waits_ms: Vec<WaitMs>,
    requests: Option<usize>,
}

impl What {
    fn set<T: Task + Clone + PartialEq>(&self, mut wait: Wait<T>) -> Wait<T> {
        let millis = Duration::from_millis;
        if let Some(initial) = self.initial_interval_ms {
            wait = wait.initial_interval(millis(initial));
        }
        if let Some(max) = self.max_interval_ms {
            wait = wait.max_interval(millis(max));
        }
        if let Some(timeout) = self.timeout_ms {
            wait = wait.timeout(millis(timeout));
        }
        if let Some(grace) = self.not_found_grace_ms {
            wait = wait.not_found_grace(millis(grace));
        }
        wait
    }
}

/// Waits, and gives the states seen and the task, normalised.
async fn finish<T: Task + Clone + PartialEq>(
    mut wait: Wait<T>,
    streamed: bool,
    task: fn(&T) -> Value,
) -> (Vec<Option<String>>, Result<Value, Error>) {
    let mut states = Vec::new();
    if !streamed {
        return (states, wait.await.map(|ended| task(&ended)));
    }
    let mut last = None;
    while let Some(seen) = wait.next().await {
        match seen {
            Ok(seen) => {
                states.push(seen.status().map(|status| status.as_str().to_owned()));
                last = Some(task(&seen));
            }
            Err(error) => return (states, Err(error)),
        }
    }
    (states, Ok(last.expect("there is a task")))
}

async fn wait(
    case: &Waiting,
    service: Service,
    scene: &Scene,
) -> (Vec<Option<String>>, Result<Value, Error>) {
    macro_rules! wait {
        ($service:expr, $task:path) => {{
            let (service, what) = ($service, &case.wait);
            let instance = what.instance_id.as_str();
            let wait = match (&what.task_id, &what.name) {
                (Some(id), None) => service.wait(instance, id),
                (None, Some(name)) => {
                    let since = time(what.since.as_deref().expect("the case has since"));
                    service.wait_by_name(instance, name.as_str()).since(since)
                }
                _ => panic!("either a task_id or a name is waited for"),
            };
            finish(what.set(wait), case.expect.states.is_some(), $task).await
        }};
    }

    match service {
        Service::Dcs => wait!(scene.client.dcs(), normal::dcs_task),
        Service::Kafka => wait!(scene.client.kafka(), normal::kafka_task),
    }
}

async fn run(case: &Waiting, service: Service, http: &reqwest::Client) -> Ran {
    let instance = &case.wait.instance_id;
    let scene = case.script.begin(service, Some(instance), http).await;
    let (states, outcome) = wait(case, service, &scene).await;
    let expect = &case.expect;
    match (&expect.task, &expect.error, &outcome) {
        (Some(expected), None, Ok(task)) => check_task(task, expected)?,
        (None, Some(expected), Err(error)) => expected.check(error)?,
        (Some(_), None, Err(error)) => return Err(format!("it ends in an error: {error:#}")),
        (None, Some(_), Ok(task)) => return Err(format!("it ends well: {task}")),
        _ => return Err("either a task or an error is expected".to_owned()),
    }
    if let Some(expected) = &expect.states {
        same("states", &states, expected)?;
    }
    check_waits(&scene.time.sleeps(), &expect.waits_ms)?;
    if let Some(requests) = expect.requests {
        same("requests", &scene.requests(), &requests)?;
    }
    scene.check_played()?;
    Ok(outcome.err().map(|error| error.to_string()))
}

#[tokio::test]
async fn every_wait_ends_as_the_corpus_says() {
    let http = super::http();
    let run = async |case: &Waiting| {
        let mut lines = Vec::new();
        for service in &case.wait.services {
            let ran = run(case, *service, &http).await;
            lines.extend(ran.map_err(|why| format!("{service}: {why}"))?);
        }
        Ok(Some(lines.join("\n    ")).filter(|lines| !lines.is_empty()))
    };
    insta::assert_snapshot!(run_all("waiting.json", run).await);
}

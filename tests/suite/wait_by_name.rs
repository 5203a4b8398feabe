//! Waiting for a task of which only the name is known, besides what the corpus says.

use std::time::Duration;

use hwtasks::{Client, ErrorKind, ManualTimeSource};
use serde_json::json;

use crate::support::script::{FakeService, Tasks, task};
use crate::support::server::{INSTANCE, clock};

const SINCE: &str = "2020-06-17T08:00:00.5004Z";

fn since() -> jiff::Timestamp {
    SINCE.parse().expect("it is a time")
}

fn client(scripted: &FakeService, time: &ManualTimeSource) -> Client {
    let builder = scripted.builder().time_source(time.clone());
    builder.build().expect("it builds")
}

/// The IDs that both services' waits for EXTEND end with.
async fn both(
    tasks: fn() -> Tasks,
    step: fn(usize, &mut Tasks),
) -> [Result<String, hwtasks::Error>; 2] {
    let mut found = Vec::new();
    for kafka in [true, false] {
        let step = move |n, tasks: &mut Tasks, _: &_| {
            step(n, tasks);
            None
        };
        let scripted = FakeService::scripted(tasks(), step).await;
        let client = client(&scripted, &clock(SINCE));
        found.push(if kafka {
            let wait = client
                .kafka()
                .wait_by_name(INSTANCE, "EXTEND")
                .since(since());
            wait.await.map(|task| task.id)
        } else {
            let wait = client.dcs().wait_by_name(INSTANCE, "EXTEND").since(since());
            wait.await.map(|task| task.id)
        });
    }
    found.try_into().expect("two tasks are found")
}

#[tokio::test]
async fn task_started_in_the_same_millisecond_is_found() {
    let tasks = || vec![task("now", "EXTEND", "SUCCESS", "2020-06-17T08:00:00.500Z")];
    for found in both(tasks, |_, _| {}).await {
        assert_eq!(found.expect("the task is found"), "now");
    }
}

#[tokio::test]
async fn kafka_polls_by_id_once_the_task_is_known() {
    let step = |n, tasks: &mut Tasks, _: &_| {
        if n == 3 {
            tasks[0]["status"] = json!("SUCCESS");
        }
        None
    };
    let tasks = vec![task(
        "new",
        "EXTEND",
        "EXECUTING",
        "2020-06-17T08:00:01.000Z",
    )];
    let scripted = FakeService::scripted(tasks, step).await;
    let client = client(&scripted, &clock(SINCE));
    client
        .kafka()
        .wait_by_name(INSTANCE, "EXTEND")
        .since(since())
        .await
        .expect("the task ends");
    let asked = scripted.targets();
    assert!(asked[0].contains("begin_time=20200617080000"), "{asked:?}");
    assert_eq!(asked[1..], ["new", "new"]);
}

#[tokio::test]
async fn invalid_since_is_refused() {
    let scripted = FakeService::fixed(vec![]).await;
    let wait = scripted.client().kafka().wait_by_name(INSTANCE, "EXTEND");
    let past = std::time::SystemTime::UNIX_EPOCH + Duration::from_secs(u64::from(u32::MAX) * 1000);
    let error = wait.since(past).await.expect_err("no such time");
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    assert_eq!(scripted.request_count(), 0);
}

#[tokio::test]
async fn empty_name_is_refused() {
    let scripted = FakeService::fixed(vec![]).await;
    let wait = scripted.client().kafka().wait_by_name(INSTANCE, "");
    let error = wait.since(since()).await.expect_err("no such name");
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    assert!(error.to_string().contains("the name is empty"), "{error}");
    assert_eq!(scripted.request_count(), 0);
}

//! Waiting for a task of which only the name is known.

use std::time::Duration;

use hwtasks::{Client, ErrorKind, ManualTimeSource};
use serde_json::json;

use crate::script::{Scripted, Tasks, task};
use crate::server::{INSTANCE, clock};

const SINCE: &str = "2020-06-17T08:00:00.5004Z";

fn since() -> jiff::Timestamp {
    SINCE.parse().expect("a time")
}

fn client(scripted: &Scripted, time: &ManualTimeSource) -> Client {
    let builder = scripted.builder().time_source(time.clone());
    builder.build().expect("a client")
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
        let scripted = Scripted::start(tasks(), step).await;
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
    found.try_into().expect("two")
}

#[tokio::test]
async fn an_old_task_of_the_name_is_not_taken() {
    // In the same second, which the query cannot tell apart, and longer ago.
    let old = || {
        vec![
            task(
                "same-second",
                "EXTEND",
                "SUCCESS",
                "2020-06-17T08:00:00.499Z",
            ),
            task("old", "EXTEND", "FAILED", "2020-06-16T08:00:00.000Z"),
            json!({ "id": "timeless", "name": "EXTEND", "status": "SUCCESS" }),
        ]
    };
    let appears = |n, tasks: &mut Tasks| {
        if n == 3 {
            tasks.insert(
                0,
                task("other", "BindEip", "FAILED", "2020-06-17T08:00:02.000Z"),
            );
            tasks.insert(
                0,
                task("new", "EXTEND", "SUCCESS", "2020-06-17T08:00:01.000Z"),
            );
        }
    };
    for found in both(old, appears).await {
        assert_eq!(found.expect("the new one"), "new");
    }
}

#[tokio::test]
async fn a_task_begun_in_the_very_millisecond_is_taken() {
    let tasks = || vec![task("now", "EXTEND", "SUCCESS", "2020-06-17T08:00:00.500Z")];
    for found in both(tasks, |_, _| {}).await {
        assert_eq!(found.expect("the task"), "now");
    }
}

#[tokio::test]
async fn the_newest_is_taken_and_kept() {
    // In no order of time, because no document promises one.
    let tasks = || {
        vec![
            task("first", "EXTEND", "SUCCESS", "2020-06-17T08:00:01.000Z"),
            task("newest", "EXTEND", "EXECUTING", "2020-06-17T08:00:03.000Z"),
            task("second", "EXTEND", "FAILED", "2020-06-17T08:00:02.000Z"),
        ]
    };
    let step = |n, tasks: &mut Tasks| match n {
        2 => tasks.insert(
            0,
            task("later", "EXTEND", "FAILED", "2020-06-17T08:00:09.000Z"),
        ),
        4 => tasks[2]["status"] = json!("SUCCESS"),
        _ => {}
    };
    for found in both(tasks, step).await {
        assert_eq!(found.expect("it ends well"), "newest");
    }
}

#[tokio::test]
async fn a_task_of_the_name_may_take_its_time_to_appear_but_not_for_ever() {
    let scripted = Scripted::still(vec![]).await;
    let time = clock(SINCE);
    let wait = client(&scripted, &time)
        .kafka()
        .wait_by_name(INSTANCE, "EXTEND")
        .since(since());
    let error = wait.await.expect_err("it never appears");
    assert_eq!(error.kind(), ErrorKind::TaskNotFound);
    assert_eq!(
        time.slept().iter().sum::<Duration>(),
        Duration::from_secs(60)
    );
    insta::assert_snapshot!(error, @"ListKafkaTasks: a task EXTEND begun since 2020-06-17T08:00:00.5004Z was not found for 60s");

    let time = clock(SINCE);
    let wait = client(&scripted, &time)
        .dcs()
        .wait_by_name(INSTANCE, "EXTEND")
        .since(since());
    let error = wait
        .timeout(Duration::from_secs(20))
        .await
        .expect_err("no time");
    assert!(error.is_wait_timed_out() && error.task().is_none());
}

#[tokio::test]
async fn kafka_is_asked_for_the_task_once_it_is_known() {
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
    let scripted = Scripted::start(tasks, step).await;
    let client = client(&scripted, &clock(SINCE));
    client
        .kafka()
        .wait_by_name(INSTANCE, "EXTEND")
        .since(since())
        .await
        .expect("it ends");
    let asked = scripted.asked();
    assert!(asked[0].contains("begin_time=20200617080000"), "{asked:?}");
    assert_eq!(asked[1..], ["new", "new"]);
}

#[tokio::test]
async fn a_time_that_is_none_is_refused() {
    let scripted = Scripted::still(vec![]).await;
    let wait = scripted.client().kafka().wait_by_name(INSTANCE, "EXTEND");
    let past = std::time::SystemTime::UNIX_EPOCH + Duration::from_secs(u64::from(u32::MAX) * 1000);
    let error = wait.since(past).await.expect_err("no such time");
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    assert_eq!(scripted.asked().len(), 0);
}

//! Waiting for a task to end, besides what the corpus says: `tests/conformance/waiting.json`.

use std::future::IntoFuture as _;
use std::sync::Arc;
use std::time::Duration;

use futures_util::TryStreamExt as _;
use hwtasks::{Client, ManualTimeSource, RetryPolicy, Sleep, TimeSource};
use serde_json::{Value, json};
use wiremock::ResponseTemplate;

use crate::support::script::{FakeService, Tasks, json_response, minimal_task, task};
use crate::support::server::{INSTANCE, TASK, clock};

pub(crate) const NOW: &str = "2020-06-17T08:00:00Z";
const BEGAN: &str = "2020-06-17T08:00:00.597Z";

pub(crate) fn secs(seconds: f64) -> Duration {
    Duration::from_secs_f64(seconds)
}

pub(crate) fn executing() -> Value {
    task(TASK, "EXTEND", "EXECUTING", BEGAN)
}

pub(crate) fn client(scripted: &FakeService, time: &ManualTimeSource) -> Client {
    let builder = scripted.builder().time_source(time.clone());
    builder.build().expect("it builds")
}

/// One task, whose state before each response is the next of these, and then the last for ever.
async fn task_with_states(states: &'static [&'static str]) -> FakeService {
    let mut states = states.iter();
    let step = move |_, tasks: &mut Tasks, _: &_| {
        if let Some(state) = states.next() {
            tasks[0]["status"] = json!(state);
        }
        None
    };
    FakeService::scripted(vec![executing()], step).await
}

#[tokio::test]
async fn error_task_has_the_type_of_its_service() {
    let scripted = task_with_states(&["FAILED"]).await;
    let client = client(&scripted, &clock(NOW));
    let error = client.kafka().wait(INSTANCE, TASK).await;
    let error = error.expect_err("the task failed");
    assert_eq!(error.task().map(|task| task.id()), Some(TASK));
    assert!(error.kafka_task().is_some() && error.dcs_task().is_none());
    let error = client.dcs().wait(INSTANCE, TASK).await;
    let error = error.expect_err("the task failed");
    assert!(error.dcs_task().is_some() && error.kafka_task().is_none());
}

#[tokio::test]
async fn missing_task_error_has_the_last_response() {
    let scripted = FakeService::fixed(vec![minimal_task(1)]).await;
    let client = client(&scripted, &clock(NOW));
    let error = client.kafka().wait(INSTANCE, TASK).await;
    let error = error.expect_err("the task does not exist");
    insta::assert_snapshot!(format!("{error:#}"), @r#"ShowKafkaTask: task 8abfa7b272adc5b40172b73130065ae7 was not found for 60s: ShowKafkaTask: the service returned 404 Not Found, DMS.00404022: the body (application/json) begins: {"error_code":"DMS.00404022"}"#);
}

#[tokio::test]
async fn default_timeout_ends_the_wait_after_half_an_hour() {
    let scripted = task_with_states(&["EXECUTING"]).await;
    let time = clock(NOW);
    let error = client(&scripted, &time).kafka().wait(INSTANCE, TASK).await;
    let error = error.expect_err("the call times out");
    assert!(error.is_wait_timed_out());
    assert_eq!(
        error.kafka_task().and_then(|task| task.status.clone()),
        Some("EXECUTING".into())
    );
    let slept = time.sleeps();
    assert_eq!(slept.iter().sum::<Duration>(), secs(1798.0));
    assert_eq!(slept.iter().max(), Some(&secs(30.0)));
    assert_eq!(scripted.request_count(), slept.len() + 1);
    insta::assert_snapshot!(error, @"ShowKafkaTask: after waiting for 1800s, task 8abfa7b272adc5b40172b73130065ae7 (EXTEND) is EXECUTING");
}

#[tokio::test]
async fn final_poll_leaves_time_for_its_response() {
    for (timeout, expected) in [
        (10.0, vec![2.0, 3.0, 4.0]),
        (1.0, vec![0.9]),
        (2.0, vec![1.8]),
    ] {
        let scripted = task_with_states(&["EXECUTING"]).await;
        let time = clock(NOW);
        let client = client(&scripted, &time);
        let wait = client.dcs().wait(INSTANCE, TASK).timeout(secs(timeout));
        assert!(wait.await.expect_err("too short").is_wait_timed_out());
        let expected: Vec<_> = expected.into_iter().map(secs).collect();
        assert_eq!(time.sleeps(), expected, "{timeout}");
    }
}

#[tokio::test]
async fn poll_is_cut_by_the_wait_timeout() {
    let time = clock(NOW);
    let clock = time.clone();
    let step = move |n, _: &mut Tasks, _: &_| {
        (n > 1).then(|| {
            clock.advance(secs(8.0));
            ResponseTemplate::new(503).insert_header("Retry-After", "1")
        })
    };
    let scripted = FakeService::scripted(vec![executing()], step).await;
    let client = scripted.builder().time_source(time.clone());
    let client = client.retry_policy(RetryPolicy::default().with_max_attempts(9));
    let client = client.build().expect("it builds");
    let wait = client.kafka().wait(INSTANCE, TASK).timeout(secs(10.0));
    let error = wait.await.expect_err("the timeout is over");
    assert!(error.is_wait_timed_out(), "{error:?}");
    assert_eq!(error.task().map(|task| task.id()), Some(TASK));
    // The wait has ended before the second attempt, which the call's own timeout would allow.
    assert_eq!(scripted.request_count(), 2);
    assert_eq!(time.sleeps(), [secs(2.0)]);
}

#[tokio::test]
async fn wait_stream_yields_each_change_once() {
    let scripted =
        task_with_states(&["CREATED", "CREATED", "EXECUTING", "EXECUTING", "SUCCESS"]).await;
    let client = client(&scripted, &clock(NOW));
    let wait = client.kafka().wait(INSTANCE, TASK);
    let states: Vec<_> = wait
        .map_ok(|task| task.status.map(|s| s.to_string()))
        .try_collect()
        .await
        .unwrap();
    let states: Vec<_> = states.into_iter().flatten().collect();
    assert_eq!(states, ["CREATED", "EXECUTING", "SUCCESS"]);
}

#[tokio::test]
async fn wait_stream_ends_after_the_failure() {
    let scripted = task_with_states(&["EXECUTING", "FAILED"]).await;
    let client = client(&scripted, &clock(NOW));
    let mut wait = client.dcs().wait(INSTANCE, TASK);
    assert!(wait.next().await.expect("it changes").is_ok());
    assert!(
        wait.next()
            .await
            .expect("the stream yields the failure")
            .expect_err("the task failed")
            .is_task_failed()
    );
    assert!(wait.next().await.is_none());
    assert!(wait.next().await.is_none());
    assert_eq!(scripted.request_count(), 2);
}

#[tokio::test]
async fn wait_future_continues_a_started_stream() {
    let scripted = task_with_states(&["CREATED", "EXECUTING", "SUCCESS"]).await;
    let client = client(&scripted, &clock(NOW));
    let mut wait = client.kafka().wait(INSTANCE, TASK);
    wait.next()
        .await
        .expect("it changes")
        .expect("there is a task");
    let task = wait.await.expect("the task ends");
    assert_eq!(task.status, Some("SUCCESS".into()));
}

/// A clock whose sleeps never end, and tell when they begin.
#[derive(Debug)]
struct Asleep(Arc<tokio::sync::Notify>);

impl TimeSource for Asleep {
    fn now(&self) -> jiff::Timestamp {
        NOW.parse().expect("it is a time")
    }

    fn elapsed(&self) -> Duration {
        Duration::ZERO
    }

    fn sleep(&self, _: Duration) -> Sleep {
        self.0.notify_one();
        Box::pin(std::future::pending())
    }
}

#[tokio::test]
async fn dropping_the_future_cancels_the_wait() {
    let scripted = task_with_states(&["EXECUTING"]).await;
    let asleep = Arc::new(tokio::sync::Notify::new());
    let client = scripted
        .builder()
        .time_source(Asleep(asleep.clone()))
        .build()
        .unwrap();
    tokio::select! {
        ended = client.kafka().wait(INSTANCE, TASK).into_future() => panic!("{ended:?}"),
        () = asleep.notified() => {}
    }
    drop(client);
    assert_eq!(scripted.request_count(), 1);
    // Nothing is left that holds the clock, and could go on.
    assert_eq!(Arc::strong_count(&asleep), 1);
}

/// Thirty finished tasks, and then the one that is waited for.
fn thirty_and_executing() -> Tasks {
    (0..30).map(minimal_task).chain([executing()]).collect()
}

#[tokio::test]
async fn dcs_polls_the_window_around_the_tasks_start() {
    let step = |n, tasks: &mut Tasks, _: &_| {
        if n == 3 {
            tasks[30]["status"] = json!("SUCCESS");
        }
        None
    };
    let scripted = FakeService::scripted(thirty_and_executing(), step).await;
    client(&scripted, &clock(NOW))
        .dcs()
        .wait(INSTANCE, TASK)
        .await
        .expect("the task ends");
    let asked = scripted.targets();
    assert_eq!(asked.len(), 3);
    assert!(!asked[0].contains("time="), "{asked:?}");
    for query in &asked[1..] {
        assert!(query.contains("start_time=20200617075959"), "{query}");
        assert!(query.contains("end_time=20200617080002"), "{query}");
    }
}

#[tokio::test]
async fn dcs_window_without_the_task_is_tried_once() {
    // A service that understands times in another way.
    let step = |n, tasks: &mut Tasks, request: &wiremock::Request| {
        if n == 5 {
            tasks[30]["status"] = json!("SUCCESS");
        }
        let windowed = request
            .url
            .query()
            .is_some_and(|query| query.contains("time="));
        windowed.then(|| json_response(200, json!({ "tasks": [] })))
    };
    let scripted = FakeService::scripted(thirty_and_executing(), step).await;
    client(&scripted, &clock(NOW))
        .dcs()
        .wait(INSTANCE, TASK)
        .await
        .expect("the task ends");
    let windowed = scripted
        .targets()
        .iter()
        .filter(|asked| asked.contains("time="))
        .count();
    assert_eq!((scripted.request_count(), windowed), (5, 1));
}

#[tokio::test]
async fn dcs_poll_reads_a_bounded_number_of_pages() {
    let scripted = FakeService::fixed((0..21_000).map(minimal_task).collect()).await;
    let client = client(&scripted, &clock(NOW));
    let error = client
        .dcs()
        .wait(INSTANCE, TASK)
        .not_found_grace(Duration::ZERO)
        .await;
    assert!(error.expect_err("the task does not exist").is_not_found());
    assert_eq!(scripted.request_count(), 20);
}

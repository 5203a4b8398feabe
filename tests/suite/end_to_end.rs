//! Signed calls, lists and waits, with the emulator on the other side.

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use hwtasks::{
    Client, ClientBuilder, Credentials, Environment, ProvideCredentials, Provided, RetryPolicy,
};
use hwtasks_emulator::{
    ACCESS_KEY, Clock, Data, DataTime, DcsInstanceData, DcsTaskData, Emulator, Fault, FaultKind,
    INSTANCE_ID, KafkaInstanceData, KafkaTaskData, Outcome, Progress, TEMPORARY_ACCESS_KEY,
    TEMPORARY_SECRET_KEY, TEMPORARY_SECURITY_TOKEN, TOKEN,
};

use crate::support::emulated::{Emulated, NOW, keys};

fn refused(status: u16, code: &str, times: u32) -> Fault {
    Fault::new(FaultKind::Status {
        status,
        retry_after: None,
        error_code: Some(code.to_owned()),
    })
    .times(times)
}

/// The variables that the emulator prints at its start.
pub(crate) fn printed_variables(site: &Emulated) -> [(&'static str, String); 6] {
    site.emulator.variables()
}

fn configured_without(site: &Emulated, left_out: &str) -> Client {
    let variables = printed_variables(site).into_iter();
    let variables = variables.filter(|(name, _)| *name != left_out);
    let builder = ClientBuilder::from_environment(Environment::from_vars(variables));
    let builder = builder.time_source(site.time.clone());
    builder.build().expect("it builds")
}

#[tokio::test]
async fn every_kind_of_credentials_is_accepted() {
    let site = Emulated::start().await;
    let temporary = Credentials::keys(TEMPORARY_ACCESS_KEY, TEMPORARY_SECRET_KEY)
        .with_security_token(TEMPORARY_SECURITY_TOKEN);
    let given = |credentials| site.builder(credentials).build().expect("it builds");
    for (client, authorized_by) in [
        (given(keys()), Some(ACCESS_KEY)),
        (given(temporary), Some(TEMPORARY_ACCESS_KEY)),
        (given(Credentials::token(TOKEN)), None),
        (configured_without(&site, ""), None),
        (configured_without(&site, "HWTASKS_TOKEN"), Some(ACCESS_KEY)),
    ] {
        site.control.clear_requests();
        let tasks = client
            .kafka()
            .list(INSTANCE_ID)
            .await
            .expect("the Kafka list succeeds");
        let task = tasks.tasks[0].id.clone();
        let shown = client.kafka().show(INSTANCE_ID, &task).await;
        assert_eq!(shown.expect("there is a task").id, task);
        let v2 = client
            .dcs()
            .list(INSTANCE_ID)
            .await
            .expect("the V2 list succeeds");
        let v1 = client
            .dcs()
            .list_v1(INSTANCE_ID)
            .await
            .expect("the V1.0 list succeeds");
        assert_eq!(v2.tasks.len(), v1.tasks.len());
        let requests = site.control.requests();
        assert_eq!(requests.len(), 4);
        for request in requests {
            assert_eq!(request.status, Some(200));
            let signed = request.header("authorization").unwrap_or_default();
            match authorized_by {
                Some(key) => assert!(signed.contains(key), "{signed}"),
                None => assert_eq!(
                    (signed, request.header("x-auth-token").is_some()),
                    ("", true)
                ),
            }
        }
    }
    let wrong = given(Credentials::keys(ACCESS_KEY, "another-secret"));
    let error = wrong.kafka().list(INSTANCE_ID).await;
    assert!(error.expect_err("it fails").is_unauthorized());
}

#[tokio::test]
async fn concurrent_calls_with_a_wrong_clock_recover() {
    // Two hours behind the gateway's.
    let gateway = Clock::manual("2026-01-02T05:04:05Z".parse().expect("it is a time"));
    let builder = Emulator::builder().clock(gateway.clone());
    let site = Emulated::start_with(builder.gateway_clock(gateway)).await;
    let client = site.signing();
    let calls = (0..20).map(|_| async { client.kafka().list(INSTANCE_ID).await });
    for response in futures_util::future::join_all(calls).await {
        response.expect("signed again by the service's clock");
    }
    let sent = site.control.requests().len();
    assert!(sent > 21, "they were not under way together: {sent}");
    client
        .kafka()
        .list(INSTANCE_ID)
        .await
        .expect("the clock is corrected");
    assert_eq!(site.control.requests().len(), sent + 1);
}

#[tokio::test]
async fn repeated_429_is_retried_or_reported() {
    let storm = |times| async move {
        let site = Emulated::start().await;
        let fault = refused(429, "APIGW.0308", times);
        site.control.add_fault(fault).expect("it is valid");
        let client = site
            .builder(keys())
            .retry_policy(RetryPolicy::default().with_max_attempts(6))
            .build()
            .expect("it builds");
        let calls = (0..8).map(|_| async { client.kafka().list(INSTANCE_ID).await });
        let responses = futures_util::future::join_all(calls).await;
        (responses, site.control.requests().len())
    };
    // Five of them cannot be the six attempts of one call.
    let (responses, requests) = storm(5).await;
    assert!(responses.iter().all(Result::is_ok), "{responses:?}");
    assert_eq!(requests, 8 + 5);

    let (responses, requests) = storm(u32::MAX).await;
    for response in responses {
        let error = response.expect_err("the call times out");
        assert!(error.is_throttled(), "{error:?}");
        assert_eq!(error.attempts(), 6);
    }
    assert_eq!(requests, 8 * 6);
}

/// A token until it is forgotten, then keys.
#[derive(Clone, Debug, Default)]
struct Renewing(Arc<AtomicBool>);

impl ProvideCredentials for Renewing {
    fn name(&self) -> Cow<'static, str> {
        "renewing".into()
    }

    fn provide(&self) -> Provided<'_> {
        Box::pin(async {
            Ok(match self.0.load(Ordering::Relaxed) {
                false => Credentials::token(TOKEN),
                true => keys(),
            })
        })
    }

    fn invalidate(&self, rejected: &Credentials) {
        assert!(rejected.is_token());
        self.0.store(true, Ordering::Relaxed);
    }
}

#[tokio::test]
async fn token_rejected_between_pages_is_refreshed() {
    let site = Emulated::start().await;
    let client = site
        .builder(Renewing::default())
        .build()
        .expect("it builds");
    let all = client
        .kafka()
        .list(INSTANCE_ID)
        .await
        .expect("it succeeds")
        .tasks
        .len();
    site.control.clear_requests();
    let mut pages = client.kafka().list(INSTANCE_ID).limit(2).pages();
    let mut seen = pages
        .next()
        .await
        .expect("the page is read")
        .expect("the call succeeds")
        .tasks
        .len();
    let fault = refused(401, "APIGW.0307", 1);
    site.control.add_fault(fault).expect("it is valid");
    while let Some(page) = pages.next().await {
        seen += page.expect("the call succeeds").tasks.len();
    }
    assert_eq!(seen, all);
    let requests = site.control.requests();
    let statuses: Vec<_> = requests.iter().filter_map(|r| r.status).collect();
    assert_eq!(statuses[..3], [200, 401, 200]);
    assert_eq!(requests[1].target, requests[2].target);
    let signed = |at: usize| requests[at].header("authorization").is_some();
    assert!(!signed(1) && signed(2));
}

const MANY: usize = 10_000;

fn created(i: usize) -> Option<DataTime> {
    let base: jiff::Timestamp = NOW.parse().expect("it is a time");
    let millis = jiff::SignedDuration::from_millis(i64::try_from(i).expect("the number is small"));
    Some((base - jiff::SignedDuration::from_hours(1) + millis).into())
}

fn many() -> Data {
    let id = |i| Some(format!("task-{i}"));
    let dcs = (0..MANY).map(|i| DcsTaskData {
        id: id(i),
        created_at: created(i),
        ..DcsTaskData::default()
    });
    let kafka = (0..MANY).map(|i| KafkaTaskData {
        id: id(i),
        created_at: created(i),
        ..KafkaTaskData::default()
    });
    Data {
        dcs: vec![DcsInstanceData {
            instance_id: INSTANCE_ID.to_owned(),
            tasks: dcs.collect(),
            ..DcsInstanceData::default()
        }],
        kafka: vec![KafkaInstanceData {
            instance_id: INSTANCE_ID.to_owned(),
            tasks: kafka.collect(),
            ..KafkaInstanceData::default()
        }],
        ..Data::default()
    }
}

#[tokio::test]
async fn ten_thousand_tasks_are_all_read_while_tasks_are_added() {
    let site = Emulated::start_as(Emulator::builder().data(many())).await;
    let client = site.signing();
    let add = |page: usize| {
        // In front of all, behind all, and in the middle.
        for i in [2 * MANY + page, 0, MANY / 2] {
            let created_at = created(i);
            let task = DcsTaskData {
                created_at,
                ..DcsTaskData::default()
            };
            site.control
                .add_dcs_task(INSTANCE_ID, task)
                .expect("the task is added");
            let task = KafkaTaskData {
                created_at,
                ..KafkaTaskData::default()
            };
            let added = site.control.add_kafka_task(INSTANCE_ID, task);
            added.expect("the task is added");
        }
    };
    macro_rules! read {
        ($pages:expr, $least:literal) => {
            let mut pages = $pages;
            let (mut ids, mut met) = (HashSet::new(), 0);
            while let Some(page) = pages.next().await {
                met += 1;
                for task in &page.expect("the page is read").tasks {
                    assert!(ids.insert(task.id.clone()), "{} twice", task.id);
                }
                add(met);
            }
            let missing = (0..MANY).find(|i| !ids.contains(&format!("task-{i}")));
            assert_eq!(missing, None);
            assert!(met >= $least, "{met} pages");
        };
    }
    read!(client.dcs().list(INSTANCE_ID).pages(), 10);
    read!(client.dcs().list_v1(INSTANCE_ID).pages(), 100);
    read!(client.kafka().list(INSTANCE_ID).pages(), 100);
}

/// A task on each service.
fn add(site: &Emulated, progress: Progress, outcome: Outcome) -> (String, String) {
    let dcs = DcsTaskData {
        progress: Some(progress),
        outcome,
        ..DcsTaskData::default()
    };
    let kafka = KafkaTaskData {
        progress: Some(progress),
        outcome,
        ..KafkaTaskData::default()
    };
    let dcs = site.control.add_dcs_task(INSTANCE_ID, dcs);
    let kafka = site.control.add_kafka_task(INSTANCE_ID, kafka);
    (
        dcs.expect("the task is added"),
        kafka.expect("the task is added"),
    )
}

#[tokio::test]
async fn wait_task_ending_immediately_or_after_polls_succeeds() {
    for (progress, slept) in [
        (Progress::Immediate, &[][..]),
        (Progress::AfterPolls { polls: 3 }, &[2.0, 3.0, 4.5]),
    ] {
        let slept: Vec<_> = slept.iter().map(|s| Duration::from_secs_f64(*s)).collect();
        let site = Emulated::start().await;
        let (dcs, kafka) = add(&site, progress, Outcome::Success);
        let client = site.signing();
        let ended = client.kafka().wait(INSTANCE_ID, &kafka).await;
        assert_eq!(ended.expect("the task ends successfully").id, kafka);
        assert_eq!(site.time.sleeps(), slept);
        let ended = client.dcs().wait(INSTANCE_ID, &dcs).await;
        assert_eq!(ended.expect("the task ends successfully").id, dcs);
        assert_eq!(site.time.sleeps(), [&slept[..], &slept[..]].concat());
    }
}

#[tokio::test]
async fn wait_task_ending_after_a_duration_succeeds() {
    let site = Emulated::start().await;
    let progress = Progress::AfterDuration { millis: 60_000 };
    let (dcs, kafka) = add(&site, progress, Outcome::Success);
    let client = site.signing();
    let mut dcs = client.dcs().wait(INSTANCE_ID, dcs);
    let mut kafka = client.kafka().wait(INSTANCE_ID, kafka);
    for expected in ["CREATED", "EXECUTING", "SUCCESS"] {
        let changed = dcs
            .next()
            .await
            .expect("a change")
            .expect("the wait goes on");
        assert_eq!(changed.status, Some(expected.into()));
        let changed = kafka
            .next()
            .await
            .expect("a change")
            .expect("the wait goes on");
        assert_eq!(changed.status, Some(expected.into()));
        site.control.advance(jiff::SignedDuration::from_secs(30));
    }
    assert!(dcs.next().await.is_none() && kafka.next().await.is_none());
}

#[tokio::test]
async fn wait_failed_task_is_an_error_with_the_task() {
    let site = Emulated::start().await;
    let progress = Progress::AfterPolls { polls: 2 };
    let (dcs, kafka) = add(&site, progress, Outcome::Failed);
    let client = site.signing();
    let error = client.kafka().wait(INSTANCE_ID, &kafka).await;
    let error = error.expect_err("the call fails");
    assert!(error.is_task_failed(), "{error:?}");
    assert_eq!(error.kafka_task().map(|task| &task.id), Some(&kafka));
    let error = client.dcs().wait(INSTANCE_ID, &dcs).await;
    let error = error.expect_err("the call fails");
    assert!(error.is_task_failed(), "{error:?}");
    assert_eq!(error.dcs_task().map(|task| &task.id), Some(&dcs));
}

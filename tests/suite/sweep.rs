//! Sweeps: the tasks of many instances.

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::{StreamExt as _, TryStreamExt as _};
use hwtasks::{Client, CredentialsError, ProvideCredentials, Provided};
use wiremock::ResponseTemplate;

use crate::support::script::{FakeService, minimal_task};
use crate::support::server::{INSTANCE, PROJECT};

/// Credentials that count the calls in flight, and then fail them before anything is sent.
#[derive(Clone, Debug)]
struct Gauge {
    now: Arc<AtomicUsize>,
    most: Arc<AtomicUsize>,
    calls: Arc<AtomicUsize>,
    /// How many turns of the runtime the nth call takes.
    turns: fn(usize) -> usize,
}

impl Gauge {
    fn new(turns: fn(usize) -> usize) -> Self {
        Self {
            now: Arc::default(),
            most: Arc::default(),
            calls: Arc::default(),
            turns,
        }
    }

    fn client(&self) -> Client {
        let builder = Client::builder()
            .kafka_endpoint("http://127.0.0.1:9")
            .project_id(PROJECT);
        let client = builder.credentials(self.clone()).build();
        client.expect("it builds")
    }

    fn most(&self) -> usize {
        self.most.load(Ordering::SeqCst)
    }
}

impl ProvideCredentials for Gauge {
    fn name(&self) -> Cow<'static, str> {
        "gauge".into()
    }

    fn provide(&self) -> Provided<'_> {
        Box::pin(async {
            let now = self.now.fetch_add(1, Ordering::SeqCst) + 1;
            self.most.fetch_max(now, Ordering::SeqCst);
            let call = self.calls.fetch_add(1, Ordering::SeqCst);
            for _ in 0..(self.turns)(call) {
                tokio::task::yield_now().await;
            }
            self.now.fetch_sub(1, Ordering::SeqCst);
            Err(CredentialsError::invalid_configuration(format!(
                "call {call}"
            )))
        })
    }
}

#[tokio::test]
async fn concurrency_limits_the_calls_in_flight() {
    for (concurrency, most) in [(64, 64), (1, 1), (0, 1)] {
        let gauge = Gauge::new(|call| call % 7);
        let instances = (0..2_000).map(|i| i.to_string());
        let sweep = gauge.client().kafka().sweep(instances);
        let results: Vec<_> = sweep
            .concurrency(concurrency)
            .try_collect()
            .await
            .expect("it does not end early");
        assert_eq!(gauge.most(), most);
        assert_eq!(results.len(), 2_000);
        assert!(results.iter().all(|done| {
            let error = done.result.as_ref().expect_err("there are none");
            error.is_credentials()
        }));
        let instances: HashSet<_> = results.into_iter().map(|done| done.instance_id).collect();
        assert_eq!(instances.len(), 2_000);
    }
}

#[tokio::test]
async fn sweep_yields_instances_as_they_finish() {
    let gauge = Gauge::new(|call| [6, 0, 3][call]);
    let sweep = gauge.client().kafka().sweep(["6", "0", "3"]);
    let results: Vec<_> = sweep.concurrency(3).map(Result::unwrap).collect().await;
    let order: Vec<_> = results.into_iter().map(|done| done.instance_id).collect();
    assert_eq!(order, ["0", "3", "6"]);
}

#[tokio::test]
async fn sweep_takes_instances_lazily() {
    let taken = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&taken);
    let counted = (0..1_000_000_000_usize).map(move |i| {
        counter.fetch_add(1, Ordering::SeqCst);
        i.to_string()
    });
    let gauge = Gauge::new(|call| call % 7);
    let mut sweep = gauge.client().kafka().sweep(counted).concurrency(8);
    assert_eq!(taken.load(Ordering::SeqCst), 0);
    for done in 1..=100 {
        let done_one = sweep.next().await.expect("the sweep yields an instance");
        assert!(done_one.is_ok());
        let taken = taken.load(Ordering::SeqCst);
        assert!(
            (done..done + 8).contains(&taken),
            "{taken} taken when {done} were done"
        );
    }
}

#[tokio::test]
async fn a_failed_instance_does_not_end_the_sweep() {
    let step = |_, _: &mut Vec<_>, request: &wiremock::Request| {
        let broken = request.url.path().contains("broken");
        broken.then(|| ResponseTemplate::new(403))
    };
    let scripted = FakeService::scripted((0..3).map(minimal_task).collect(), step).await;
    let client = scripted.client();
    let instances: Vec<_> = (0..50)
        .map(|i| {
            if i % 5 == 0 {
                format!("broken-{i}")
            } else {
                format!("instance-{i}")
            }
        })
        .collect();
    let sweep = client.dcs().sweep(instances.clone()).concurrency(6);
    let results: Vec<_> = sweep.map(Result::unwrap).collect().await;
    assert_eq!(results.len(), 50);
    for done in &results {
        let instance = &done.instance_id;
        match &done.result {
            Ok(tasks) => assert!(instance.starts_with("instance") && tasks.len() == 3),
            Err(error) => assert!(instance.starts_with("broken") && error.is_forbidden()),
        }
    }
    let failed = results.iter().filter(|done| done.result.is_err()).count();
    assert_eq!(failed, 10);

    let sweep = client.kafka().sweep(instances).concurrency(6);
    let results: Vec<_> = sweep.map(Result::unwrap).collect().await;
    let failed = results.iter().filter(|done| done.result.is_err()).count();
    assert_eq!((results.len(), failed), (50, 10));
}

#[tokio::test]
async fn each_instance_comes_with_all_its_tasks() {
    let scripted = FakeService::fixed((0..250).map(minimal_task).collect()).await;
    let mut sweep = scripted.client().kafka().sweep([INSTANCE]);
    let done = sweep.next().await.expect("the sweep yields the instance");
    let done = done.expect("it does not end early");
    assert_eq!(
        (&*done.instance_id, done.result.expect("it succeeds").len()),
        (INSTANCE, 250)
    );
    assert!(sweep.next().await.is_none());
    assert!(sweep.next().await.is_none());
}

#[tokio::test]
async fn the_bounds_are_those_of_each_list() {
    let scripted = FakeService::fixed((0..250).map(minimal_task).collect()).await;
    let since: jiff::Timestamp = "2020-06-17T08:00:00Z".parse().expect("it is a time");
    let sweep = scripted.client().dcs().sweep(["a", "b"]);
    let sweep = sweep.since(since).until(since).concurrency(0);
    let results: Vec<_> = sweep.map(Result::unwrap).collect().await;
    assert!(
        results
            .iter()
            .all(|done| matches!(&done.result, Ok(tasks) if tasks.is_empty()))
    );
    let asked = scripted.targets();
    let (last, bounds) = (asked.last().expect("there is a request"), "20200617080000");
    assert!(
        last.contains(&format!("start_time={bounds}"))
            && last.contains(&format!("end_time={bounds}"))
    );
    assert_eq!(results.len(), 2);
}

/// The instances whose requests a service receives in a sweep with `first_alone`, and the sweep's results.
async fn sweep_alone(first: ResponseTemplate) -> (usize, Vec<Result<bool, hwtasks::Error>>) {
    let service = wiremock::MockServer::start().await;
    let slowly = first.set_delay(std::time::Duration::from_millis(50));
    let page = ResponseTemplate::new(200).set_body_json(serde_json::json!({ "tasks": [] }));
    let any = || wiremock::Mock::given(wiremock::matchers::any());
    any()
        .respond_with(slowly)
        .up_to_n_times(1)
        .with_priority(1)
        .mount(&service)
        .await;
    any().respond_with(page).mount(&service).await;
    let client = Client::builder()
        .kafka_endpoint(service.uri())
        .project_id(PROJECT)
        .token("t")
        .build()
        .expect("it builds");
    let mut sweep = client.kafka().sweep(["a", "b", "c", "d"]).concurrency(4);
    sweep = sweep.first_alone();
    let results = sweep.map(|done| Ok(done?.result.is_ok())).collect().await;
    let sent = service.received_requests().await;
    (sent.expect("requests are recorded").len(), results)
}

#[tokio::test]
async fn first_alone_ends_the_sweep_after_one_refused_request() {
    let refusal = serde_json::json!({ "error_code": "APIGW.0301", "error_msg": "no" });
    let (sent, results) = sweep_alone(ResponseTemplate::new(401).set_body_json(refusal)).await;
    assert_eq!((sent, results.len()), (1, 2));
    assert!(matches!(results[0], Ok(false)));
    assert!(matches!(&results[1], Err(error) if error.is_unauthorized()));
}

#[tokio::test]
async fn first_alone_goes_on_once_a_response_proves_the_credentials() {
    for status in [200, 404] {
        let body = serde_json::json!({ "tasks": [] });
        let (sent, results) = sweep_alone(ResponseTemplate::new(status).set_body_json(body)).await;
        assert_eq!(sent, 4);
        let failed = results.iter().filter(|done| matches!(done, Ok(false)));
        assert_eq!(
            (results.len(), failed.count()),
            (4, usize::from(status == 404))
        );
        assert!(results.iter().all(Result::is_ok));
    }
}

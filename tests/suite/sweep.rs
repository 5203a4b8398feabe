//! The same question to many instances.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::{StreamExt as _, stream};
use hwtasks::{Error, sweep, sweep_stream};
use wiremock::ResponseTemplate;

use crate::support::script::{FakeService, minimal_task};
use crate::support::server::INSTANCE;

#[derive(Clone, Default)]
struct Gauge {
    now: Arc<AtomicUsize>,
    most: Arc<AtomicUsize>,
}

impl Gauge {
    /// A call that lasts a few turns of the runtime, more for some instances than for others.
    async fn call(self, instance: usize) -> Result<usize, Error> {
        let now = self.now.fetch_add(1, Ordering::SeqCst) + 1;
        self.most.fetch_max(now, Ordering::SeqCst);
        for _ in 0..instance % 7 {
            tokio::task::yield_now().await;
        }
        self.now.fetch_sub(1, Ordering::SeqCst);
        Ok(instance * 2)
    }

    fn most(&self) -> usize {
        self.most.load(Ordering::SeqCst)
    }
}

#[tokio::test]
async fn two_thousand_instances_a_few_at_a_time() {
    for (concurrency, most) in [(64, 64), (1, 1), (0, 1)] {
        let gauge = Gauge::default();
        let calls = gauge.clone();
        let swept = sweep(0..2_000).concurrency(concurrency);
        let swept: Vec<_> = swept.call(|i| calls.clone().call(i)).collect().await;
        assert_eq!(gauge.most(), most);
        assert_eq!(swept.len(), 2_000);
        assert!(
            swept
                .iter()
                .all(|(i, doubled)| matches!(doubled, Ok(n) if *n == i * 2))
        );
        let instances: HashSet<_> = swept.iter().map(|(i, _)| *i).collect();
        assert_eq!(instances.len(), 2_000);
    }
}

#[tokio::test]
async fn instances_come_as_they_finish() {
    let swept = sweep([6, 0, 3]).concurrency(3);
    let swept: Vec<_> = swept.call(|i| Gauge::default().call(i)).collect().await;
    let order: Vec<_> = swept.into_iter().map(|(i, _)| i).collect();
    assert_eq!(order, [0, 3, 6]);
}

#[tokio::test]
async fn instances_are_taken_only_as_calls_begin() {
    let taken = AtomicUsize::new(0);
    let counted = (0..1_000_000_000_usize).inspect(|_| {
        taken.fetch_add(1, Ordering::SeqCst);
    });
    let mut swept = sweep(counted)
        .concurrency(8)
        .call(|i| Gauge::default().call(i));
    assert_eq!(taken.load(Ordering::SeqCst), 0);
    for done in 1..=100 {
        let (_, result) = swept.next().await.expect("an instance");
        result.expect("its result");
        let taken = taken.load(Ordering::SeqCst);
        assert!(
            (done..done + 8).contains(&taken),
            "{taken} taken when {done} were done"
        );
    }
    drop(swept);

    let endless = stream::iter(0..).inspect(|_| {
        taken.fetch_add(1, Ordering::SeqCst);
    });
    taken.store(0, Ordering::SeqCst);
    let swept = sweep_stream(endless)
        .concurrency(4)
        .call(|i| Gauge::default().call(i));
    assert_eq!(swept.take(10).count().await, 10);
    assert!(taken.load(Ordering::SeqCst) <= 14);
}

#[tokio::test]
async fn the_failure_of_an_instance_is_its_own() {
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
    let swept = sweep(instances.clone()).concurrency(6);
    let swept: Vec<_> = swept.call(|i| client.dcs().list(i)).collect().await;
    assert_eq!(swept.len(), 50);
    for (instance, result) in &swept {
        match result {
            Ok(list) => assert!(instance.starts_with("instance") && list.tasks.len() == 3),
            Err(error) => assert!(instance.starts_with("broken") && error.is_forbidden()),
        }
    }
    let failed = swept.iter().filter(|(_, result)| result.is_err()).count();
    assert_eq!(failed, 10);

    let swept: Vec<_> = client
        .kafka()
        .sweep(instances)
        .concurrency(6)
        .collect()
        .await;
    let failed = swept.iter().filter(|(_, result)| result.is_err()).count();
    assert_eq!((swept.len(), failed), (50, 10));
}

#[tokio::test]
async fn a_sweep_of_tasks_has_all_of_them() {
    let scripted = FakeService::fixed((0..250).map(minimal_task).collect()).await;
    let client = scripted.client();
    let since: jiff::Timestamp = "2020-06-17T08:00:00Z".parse().expect("a time");
    let mut swept = client.kafka().sweep([INSTANCE]);
    let (instance, tasks) = swept.next().await.expect("the instance");
    assert_eq!(
        (&*instance, tasks.expect("its tasks").len()),
        (INSTANCE, 250)
    );
    assert!(swept.next().await.is_none());
    assert!(swept.next().await.is_none());

    let swept = client
        .dcs()
        .sweep(["a", "b"])
        .since(since)
        .until(since)
        .concurrency(0);
    let swept: Vec<_> = swept.collect().await;
    assert!(
        swept
            .iter()
            .all(|(_, tasks)| matches!(tasks, Ok(tasks) if tasks.is_empty()))
    );
    let asked = scripted.targets();
    let (last, bounds) = (asked.last().expect("it was asked"), "20200617080000");
    assert!(
        last.contains(&format!("start_time={bounds}"))
            && last.contains(&format!("end_time={bounds}"))
    );
    assert_eq!(swept.len(), 2);
}

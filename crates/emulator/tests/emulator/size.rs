//! That pages come from an index: a large instance costs what a small one costs.

use std::time::{Duration, Instant};

use hwtasks_emulator::{
    Data, DataTime, DcsInstanceData, DcsTaskData, Emulator, KafkaInstanceData, KafkaTaskData,
};

use crate::site::{Site, tasks_of};

fn data(small: i64, large: i64) -> Data {
    let time = |i: i64| {
        Some(DataTime::from(
            jiff::Timestamp::from_second(1_700_000_000 + i).unwrap(),
        ))
    };
    let dcs = |instance: &str, tasks: i64| DcsInstanceData {
        instance_id: instance.to_owned(),
        tasks: (0..tasks)
            .map(|i| DcsTaskData {
                id: Some(format!("{i:032x}")),
                status: Some("SUCCESS".into()),
                created_at: time(i),
                ..DcsTaskData::default()
            })
            .collect(),
    };
    let kafka = KafkaInstanceData {
        instance_id: "large".to_owned(),
        tasks: (0..large)
            .map(|i| KafkaTaskData {
                id: Some(format!("{i:032x}")),
                created_at: time(i),
                ..KafkaTaskData::default()
            })
            .collect(),
    };
    Data {
        dcs: vec![dcs("small", small), dcs("large", large)],
        kafka: vec![kafka],
        ..Data::default()
    }
}

/// The quickest of several: what it costs when nothing else runs.
async fn quickest(site: &Site, target: &str) -> Duration {
    let mut best = Duration::MAX;
    for _ in 0..30 {
        let begun = Instant::now();
        let response = site
            .request(hwtasks_emulator::Service::Dcs, target)
            .send()
            .await
            .unwrap();
        response.bytes().await.unwrap();
        best = best.min(begun.elapsed());
    }
    best
}

#[tokio::test]
async fn a_page_of_many_costs_what_a_page_of_few_costs() {
    let site = Site::of(Emulator::builder().data(data(1_000, 100_000))).await;
    let page = |instance: &str, query: &str| format!("{}?limit=1000{query}", tasks_of(instance));
    let small = quickest(&site, &page("small", "")).await;
    for query in [
        "",
        "&offset=99000",
        "&offset=50000",
        "&start_time=20231115000000&end_time=20231115010000",
    ] {
        let large = quickest(&site, &page("large", query)).await;
        // A scan would be a hundred times as much.
        assert!(large < small * 10, "{query}: {large:?} against {small:?}");
    }
}

#[tokio::test]
async fn the_last_of_many_is_found() {
    let site = Site::of(Emulator::builder().data(data(1, 100_000))).await;
    let oldest = format!("{:032x}", 0);
    let last = site
        .kafka(&format!("{}?start=100000", tasks_of("large")))
        .await;
    assert_eq!(last.ids(), std::slice::from_ref(&oldest));
    let shown = site.kafka(&format!("{}/{oldest}", tasks_of("large"))).await;
    assert_eq!(shown.ids(), [oldest]);
    let window = "start_time=20231114221320&end_time=20231114221329";
    let window = site.dcs(&format!("{}?{window}", tasks_of("large"))).await;
    assert_eq!(window.json()["task_count"], "10");
}

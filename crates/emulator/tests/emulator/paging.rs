//! The three dialects of paging and time windows.

use hwtasks_emulator::{
    Data, DataTime, DcsInstanceData, DcsTaskData, Emulator, KafkaInstanceData, KafkaTaskData,
    Service,
};

use crate::fixture::{Fixture, tasks_of};

/// `t00` … `t24`, a minute apart, from 2024-01-01T00:00:00.500Z.
fn minutes<T>(task: impl Fn(String, DataTime) -> T) -> Vec<T> {
    let begin: jiff::Timestamp = "2024-01-01T00:00:00.500Z".parse().unwrap();
    let at = |i: i64| DataTime::from(begin + jiff::SignedDuration::from_mins(i));
    (0..25).map(|i| task(format!("t{i:02}"), at(i))).collect()
}

async fn fixture() -> Fixture {
    let dcs = DcsInstanceData {
        instance_id: "i".to_owned(),
        tasks: minutes(|id, time| DcsTaskData {
            id: Some(id),
            created_at: Some(time),
            ..DcsTaskData::default()
        }),
        ..DcsInstanceData::default()
    };
    let kafka = KafkaInstanceData {
        instance_id: "i".to_owned(),
        tasks: minutes(|id, time| KafkaTaskData {
            id: Some(id),
            created_at: Some(time),
            ..KafkaTaskData::default()
        }),
        ..KafkaInstanceData::default()
    };
    let data = Data {
        dcs: vec![dcs],
        kafka: vec![kafka],
        ..Data::default()
    };
    Fixture::with(Emulator::builder().data(data)).await
}

/// The first and the last ID of a page, its length, and its `task_count`.
async fn page(
    fixture: &Fixture,
    service: Service,
    version: &str,
    query: &str,
) -> (String, usize, String) {
    let target = format!("{}{query}", tasks_of("i").replace("v2", version));
    let response = fixture.get(service, &target).await;
    assert_eq!(response.status, 200, "{response:?}");
    let ids = response.ids();
    let ends = match (ids.first(), ids.last()) {
        (Some(first), Some(last)) => format!("{first}..{last}"),
        _ => String::new(),
    };
    (
        ends,
        ids.len(),
        response.json()["task_count"].as_str().unwrap().to_owned(),
    )
}

fn expect(ends: &str, len: usize, count: &str) -> (String, usize, String) {
    (ends.to_owned(), len, count.to_owned())
}

#[tokio::test]
async fn v1_and_kafka_positions_start_at_one() {
    let fixture = fixture().await;
    for (service, version) in [(Service::Dcs, "v1.0"), (Service::Kafka, "v2")] {
        let of = async |query: &str| page(&fixture, service, version, query).await;
        assert_eq!(of("").await, expect("t24..t15", 10, "25"));
        assert_eq!(of("?start=1").await, expect("t24..t15", 10, "25"));
        assert_eq!(of("?start=11&limit=10").await, expect("t14..t05", 10, "25"));
        assert_eq!(of("?start=21&limit=10").await, expect("t04..t00", 5, "25"));
        assert_eq!(of("?start=26").await, expect("", 0, "25"));
        assert_eq!(of("?start=25&limit=1").await, expect("t00..t00", 1, "25"));
    }
}

#[tokio::test]
async fn v2_offset_starts_at_zero() {
    let fixture = fixture().await;
    let of = async |query: &str| page(&fixture, Service::Dcs, "v2", query).await;
    assert_eq!(of("").await, expect("t24..t15", 10, "25"));
    assert_eq!(of("?offset=3&limit=2").await, expect("t21..t20", 2, "25"));
    assert_eq!(
        of("?offset=20&limit=1000").await,
        expect("t04..t00", 5, "25")
    );
    assert_eq!(of("?offset=25").await, expect("", 0, "25"));
    assert_eq!(
        of("?offset=18446744073709551616").await,
        expect("", 0, "25")
    );
}

#[tokio::test]
async fn time_window_includes_both_bounds_by_whole_seconds() {
    let fixture = fixture().await;
    for (service, version, begin, end) in [
        (Service::Dcs, "v1.0", "beginTime", "endTime"),
        (Service::Dcs, "v2", "start_time", "end_time"),
        (Service::Kafka, "v2", "begin_time", "end_time"),
    ] {
        let of = async |query: String| page(&fixture, service, version, &query).await;
        assert_eq!(
            of(format!("?{begin}=20240101002000")).await,
            expect("t24..t20", 5, "5")
        );
        assert_eq!(
            of(format!("?{begin}=20240101002001")).await,
            expect("t24..t21", 4, "4")
        );
        assert_eq!(
            of(format!("?{end}=20240101000400")).await,
            expect("t04..t00", 5, "5")
        );
        assert_eq!(
            of(format!("?{end}=20240101000359")).await,
            expect("t03..t00", 4, "4")
        );
        let both = format!("?{begin}=20240101000100&{end}=20240101000300&limit=2");
        assert_eq!(of(both).await, expect("t03..t02", 2, "3"));
        let turned = format!("?{begin}=20240101000300&{end}=20240101000100");
        assert_eq!(of(turned).await, expect("", 0, "0"));
    }
}

#[tokio::test]
async fn pages_followed_contain_every_task_once() {
    let fixture = fixture().await;
    for limit in [1, 7, 25] {
        let mut seen = Vec::new();
        loop {
            let target = format!("{}?offset={}&limit={limit}", tasks_of("i"), seen.len());
            let ids = fixture.dcs(&target).await.ids();
            if ids.is_empty() {
                break;
            }
            seen.extend(ids);
        }
        let newest_first: Vec<_> = (0..25).rev().map(|i| format!("t{i:02}")).collect();
        assert_eq!(seen, newest_first);
    }
}

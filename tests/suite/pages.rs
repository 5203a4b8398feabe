//! Lists read page by page while tasks come and go, besides what the corpus says:
//! `tests/conformance/paging.json`.

use std::collections::HashSet;

use futures_util::TryStreamExt as _;
use hwtasks::{Client, Error, ErrorKind};
use hwtasks_api::examples::DCS_V1_LIST;
use proptest::prelude::*;
use serde_json::json;
use wiremock::ResponseTemplate;

use crate::support::script::{FakeService, Tasks, minimal_task};
use crate::support::server::{INSTANCE, Server, json as body};

#[derive(Clone, Copy, Debug)]
enum Dialect {
    V1,
    V2,
    Kafka,
}

const DIALECTS: [Dialect; 3] = [Dialect::V1, Dialect::V2, Dialect::Kafka];

/// The IDs that a stream of items yields, in order.
async fn ids(client: &Client, dialect: Dialect, limit: Option<u32>) -> Result<Vec<String>, Error> {
    macro_rules! ids {
        ($request:expr) => {{
            let mut request = $request;
            if let Some(limit) = limit {
                request = request.limit(limit);
            }
            request.items().map_ok(|task| task.id).try_collect().await
        }};
    }
    match dialect {
        Dialect::V1 => ids!(client.dcs().list_v1(INSTANCE)),
        Dialect::V2 => ids!(client.dcs().list(INSTANCE)),
        Dialect::Kafka => ids!(client.kafka().list(INSTANCE)),
    }
}

fn named(tasks: impl IntoIterator<Item = usize>) -> Vec<String> {
    tasks.into_iter().map(|n| format!("task-{n}")).collect()
}

#[tokio::test]
async fn positions_start_as_each_dialect_documents() {
    let positions = [
        (Dialect::V1, "start", ["1", "3", "5"]),
        (Dialect::V2, "offset", ["0", "2", "4"]),
        (Dialect::Kafka, "start", ["1", "3", "5"]),
    ];
    for (dialect, name, positions) in positions {
        let scripted = FakeService::fixed((0..6).map(minimal_task).collect()).await;
        let ids = ids(&scripted.client(), dialect, Some(3)).await;
        assert_eq!(ids.expect("it succeeds"), named(0..6), "{dialect:?}");
        let mut asked = scripted.targets();
        for query in &mut asked {
            // The two parameters come in either order.
            let pairs = query.trim_start_matches("tasks?");
            let mut pairs: Vec<_> = pairs.split('&').collect();
            pairs.sort_by_key(|pair| pair.starts_with("limit"));
            *query = pairs.join("&");
        }
        let expected = positions.map(|position| format!("{name}={position}&limit=3"));
        assert_eq!(asked, expected, "{dialect:?}");
    }
}

#[tokio::test]
async fn default_page_size_is_the_documented_maximum() {
    let sizes = [
        (Dialect::V1, 100),
        (Dialect::V2, 1000),
        (Dialect::Kafka, 100),
    ];
    for (dialect, size) in sizes {
        let scripted = FakeService::fixed(vec![minimal_task(1)]).await;
        ids(&scripted.client(), dialect, None)
            .await
            .expect("it succeeds");
        let [asked] = <[_; 1]>::try_from(scripted.targets()).expect("a short page ends the list");
        assert!(asked.contains(&format!("limit={size}")), "{asked}");
    }
}

#[tokio::test]
async fn page_size_of_one_is_sent_as_two() {
    let scripted = FakeService::fixed((0..4).map(minimal_task).collect()).await;
    let all = ids(&scripted.client(), Dialect::Kafka, Some(1)).await;
    assert_eq!(all.expect("it succeeds"), named(0..4));
    assert!(
        scripted
            .targets()
            .iter()
            .all(|asked| asked.contains("limit=2"))
    );
}

#[tokio::test]
async fn task_count_never_ends_the_list() {
    let counts = [
        |_, _| json!(0),
        |_, page| json!(page),
        |total, _| json!(total),
        |_, _| json!("9999"),
        |_, _| json!("many"),
        |_, _| json!(null),
    ];
    for count in counts {
        for dialect in DIALECTS {
            let scripted = FakeService::fixed((0..25).map(minimal_task).collect()).await;
            let scripted = scripted.with_count(count);
            let ids = ids(&scripted.client(), dialect, Some(10)).await;
            assert_eq!(ids.expect("it succeeds"), named(0..25));
        }
    }
}

#[tokio::test]
async fn pages_shorter_than_the_limit_are_read_to_the_end() {
    for dialect in DIALECTS {
        let scripted = FakeService::fixed((0..95).map(minimal_task).collect()).await;
        let scripted = scripted.with_page_limit(10);
        let ids = ids(&scripted.client(), dialect, Some(50)).await;
        assert_eq!(ids.expect("it succeeds"), named(0..95), "{dialect:?}");
    }
}

#[tokio::test]
async fn pages_yield_each_task_once_with_the_raw_body() {
    let scripted = FakeService::fixed((0..5).map(minimal_task).collect()).await;
    let client = scripted.client();
    let pages: Vec<_> = (client.kafka().list(INSTANCE).limit(3).pages())
        .try_collect()
        .await
        .expect("every page is read");
    let held: Vec<_> = pages.iter().map(|page| page.tasks.len()).collect();
    assert_eq!(held, [3, 2]);
    let raw: serde_json::Value = serde_json::from_slice(pages[1].raw_body()).expect("it is JSON");
    assert_eq!(raw["tasks"].as_array().map(Vec::len), Some(3));
}

#[tokio::test]
async fn pages_of_an_empty_list_are_one_empty_page() {
    let mut none = FakeService::fixed(vec![])
        .await
        .client()
        .dcs()
        .list(INSTANCE)
        .pages();
    let page = none.next().await.expect("there is a page").expect("a page");
    assert!(page.tasks.is_empty());
    assert!(none.next().await.is_none());
    assert!(none.next().await.is_none());
}

#[tokio::test]
async fn stream_ends_after_an_error() {
    let script = |n, _: &mut Tasks, _: &_| (n == 2).then(|| ResponseTemplate::new(403));
    let scripted = FakeService::scripted((0..20).map(minimal_task).collect(), script).await;
    let mut tasks = scripted.client().kafka().list(INSTANCE).limit(10).items();
    for n in 0..10 {
        let task = tasks
            .next()
            .await
            .expect("there is a task")
            .expect("a task");
        assert_eq!(task.id, format!("task-{n}"));
    }
    let error = tasks
        .next()
        .await
        .expect("there is an item")
        .expect_err("an error");
    assert!(error.is_forbidden());
    assert!(tasks.next().await.is_none());
    assert!(tasks.next().await.is_none());
    assert_eq!(scripted.request_count(), 2);
}

#[tokio::test]
async fn documented_task_without_an_id_is_listed() {
    let server = Server::serving(DCS_V1_LIST.body).await;
    let found = ids(&server.client(), Dialect::V1, None).await;
    assert_eq!(found.expect("it succeeds"), [""]);
}

#[tokio::test]
async fn tasks_without_an_id_differ_by_their_fields() {
    let without_id =
        |n: usize| json!({ "id": "", "created_at": format!("2018-11-22T03:57:{n:02}Z") });
    let scripted = FakeService::fixed((0..25).map(without_id).collect()).await;
    let found = ids(&scripted.client(), Dialect::V1, Some(10)).await;
    assert_eq!(found.expect("it succeeds").len(), 25);
}

#[tokio::test]
async fn equal_tasks_without_an_id_on_one_page_are_all_listed() {
    let equal = vec![json!({ "id": "" }); 5];
    let scripted = FakeService::fixed(equal).await;
    let found = ids(&scripted.client(), Dialect::V1, Some(10)).await;
    assert_eq!(found.expect("it succeeds").len(), 5);
}

#[tokio::test]
async fn page_of_equal_tasks_that_repeats_is_an_error() {
    let page = json!({ "tasks": vec![json!({ "id": "" }); 5] }).to_string();
    let server = Server::responding(body(200, &page)).await;
    let error = ids(&server.client(), Dialect::V1, Some(5)).await;
    assert_eq!(error.expect_err("no end").kind(), ErrorKind::Unexpected);
}

#[tokio::test]
async fn paging_ten_thousand_tasks_while_tasks_are_added() {
    for (dialect, limit, pages) in [
        (Dialect::V1, 100, 103),
        (Dialect::V2, 1000, 12),
        (Dialect::Kafka, 100, 103),
    ] {
        let mut added = 10_000;
        let script = move |_, tasks: &mut Tasks, _: &_| {
            for _ in 0..2 {
                tasks.insert(0, minimal_task(added));
                added += 1;
            }
            None
        };
        let scripted = FakeService::scripted((0..10_000).map(minimal_task).collect(), script).await;
        let ids = ids(&scripted.client(), dialect, Some(limit)).await.unwrap();
        let distinct: HashSet<_> = ids.iter().collect();
        assert_eq!(distinct.len(), ids.len(), "{dialect:?}");
        assert!(named(0..10_000).iter().all(|id| distinct.contains(id)));
        let asked = scripted.request_count();
        assert!(asked <= pages + 2, "{asked} requests in {dialect:?}");
    }
}

/// What happens to the list before a response.
#[derive(Clone, Debug)]
enum Event {
    Begin(usize),
    Insert(usize),
    Delete(usize, usize),
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        (1_usize..6).prop_map(Event::Begin),
        any::<usize>().prop_map(Event::Insert),
        (any::<usize>(), 1_usize..8).prop_map(|(at, many)| Event::Delete(at, many)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..Default::default() })]

    #[test]
    fn paging_with_changes_has_no_duplicates_and_no_gaps(
        first in 0_usize..50,
        limit in 1_u32..9,
        script in prop::collection::vec(prop::collection::vec(event(), 0..4), 0..25),
        dialect in prop::sample::select(&DIALECTS),
        count in 0_usize..3,
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let mut next = first;
            let steps = script.clone();
            let step = move |asked: usize, tasks: &mut Tasks, _: &_| {
                // What was there for the first request is what counts.
                for event in asked.checked_sub(2).and_then(|n| steps.get(n)).into_iter().flatten() {
                    let length = tasks.len();
                    match *event {
                        Event::Begin(many) => for _ in 0..many {
                            tasks.insert(0, minimal_task(next));
                            next += 1;
                        },
                        Event::Insert(at) => {
                            tasks.insert(at % (length + 1), minimal_task(next));
                            next += 1;
                        }
                        Event::Delete(at, many) => {
                            let at = at % (length + 1);
                            tasks.drain(at..length.min(at + many));
                        }
                    }
                }
                None
            };
            let scripted = FakeService::scripted((0..first).map(minimal_task).collect(), step).await;
            let scripted = scripted.with_count(match count {
                0 => |total, _| json!(total),
                1 => |_, page| json!(page),
                _ => |_, _| json!("1000000"),
            });
            let ids = ids(&scripted.client(), dialect, Some(limit)).await.expect("it succeeds");
            let distinct: HashSet<_> = ids.iter().cloned().collect();
            assert_eq!(distinct.len(), ids.len(), "{ids:?}");
            let remaining = scripted.tasks();
            for id in named(0..first) {
                let stayed = remaining.iter().any(|task| task["id"] == id.as_str());
                assert!(!stayed || distinct.contains(&id), "{id} of {first}: {:?}", scripted.targets());
            }
        });
    }
}

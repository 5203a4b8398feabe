//! The control API and `Control`.

use hwtasks_emulator::{INSTANCE_ID, Service, TOKEN};
use serde_json::{Value, json};

use crate::fixture::{Fixture, RawResponse, tasks, tasks_of};

fn assert_rejected(response: &RawResponse, status: u16, words: &str) {
    assert_eq!(response.status, status, "{response:?}");
    let error = response.json()["error"].as_str().unwrap().to_owned();
    assert!(error.contains(words), "{error}");
}

#[tokio::test]
async fn health_is_served_on_both_listeners() {
    let fixture = Fixture::start().await;
    for service in [Service::Dcs, Service::Kafka] {
        let url = format!("{}/_emulator/health", fixture.url(service));
        let health = RawResponse::read(fixture.http.get(url).send().await.unwrap())
            .await
            .json();
        assert_eq!(health["status"], "ok");
        assert_eq!(health["tasks"], 370);
        assert_eq!(health["version"], env!("CARGO_PKG_VERSION"));
    }
}

#[tokio::test]
async fn tasks_are_added_changed_and_deleted() {
    let fixture = Fixture::start().await;
    let task = json!({
        "id": "t1", "name": "EXTEND", "status": "EXECUTING", "created_at": "2024-05-01T12:00:00+02:00",
        "details": { "old_capacity": "1", "new_capacity": "2" }, "error_code": "111400842"
    });
    let added = fixture
        .control("POST", "tasks/dcs/new-instance", Some(task))
        .await;
    assert_eq!((added.status, added.json()), (201, json!({ "id": "t1" })));
    let shown = fixture.dcs(&tasks_of("new-instance")).await.json()["tasks"][0].clone();
    assert_eq!(
        shown,
        json!({
            "id": "t1", "name": "EXTEND", "status": "EXECUTING", "created_at": "2024-05-01T10:00:00.000Z",
            "details": { "old_capacity": "1", "new_capacity": "2" }
        })
    );

    let path = "tasks/dcs/new-instance/t1";
    let patch = json!({ "status": "FAILED", "details": { "old_capacity": null, "new_capacity": 4 }, "enable_show": true });
    let changed = fixture.control("PATCH", path, Some(patch)).await;
    assert_eq!(changed.status, 200, "{changed:?}");
    assert_eq!(
        changed.json(),
        fixture.control("GET", path, None).await.json()
    );
    let shown = fixture.dcs(&tasks_of("new-instance")).await.json()["tasks"][0].clone();
    assert_eq!(shown["details"], json!({ "new_capacity": 4 }));
    assert_eq!(
        (&shown["status"], &shown["enable_show"]),
        (&json!("FAILED"), &json!(true))
    );
    let v1 = fixture
        .dcs(&tasks_of("new-instance").replace("v2", "v1.0"))
        .await
        .json();
    assert_eq!(v1["tasks"][0]["error_code"], "111400842");

    assert_eq!(fixture.control("DELETE", path, None).await.status, 204);
    assert_rejected(
        &fixture.control("DELETE", path, None).await,
        404,
        "no task \"t1\"",
    );
    assert_eq!(
        fixture.dcs(&tasks_of("new-instance")).await.json()["task_count"],
        "0"
    );
}

#[tokio::test]
async fn task_changed_moves_to_new_place_and_id() {
    let fixture = Fixture::start().await;
    let control = fixture.emulator.control();
    let id = "8abfa7b372160bfd017216560af83e6e";
    let patch = json!({ "id": "renamed", "created_at": "2024-01-01T00:00:00Z" });
    control
        .change_task(Service::Kafka, INSTANCE_ID, id, &patch)
        .unwrap();
    let response = fixture.kafka(&tasks("v2")).await;
    assert_eq!(response.ids()[0], "renamed");
    assert_eq!(response.ids().len(), 4);
    assert_eq!(
        fixture.kafka(&format!("{}/{id}", tasks("v2"))).await.status,
        400
    );
    // An ID in use is rejected, and nothing changes.
    let taken = json!({ "id": "8abfa7b272adc5b40172b73130065ae7" });
    let error = control
        .change_task(Service::Kafka, INSTANCE_ID, "renamed", &taken)
        .unwrap_err();
    assert!(error.to_string().contains("already has a task"), "{error}");
    assert_eq!(fixture.kafka(&tasks("v2")).await.ids()[0], "renamed");
}

#[tokio::test]
async fn invalid_control_request_returns_located_error() {
    let fixture = Fixture::start().await;
    let post = async |path: &str, body: &str| {
        let url = format!("{}/_emulator/{path}", fixture.emulator.dcs_url());
        RawResponse::read(
            fixture
                .http
                .post(url)
                .body(body.to_owned())
                .send()
                .await
                .unwrap(),
        )
        .await
    };
    let before = fixture.control("GET", "tasks", None).await.json();
    let tasks = "tasks/dcs/i";
    assert_rejected(
        &post(tasks, "{\n\"stat\": 1}").await,
        400,
        "at $.stat: unknown field `stat`",
    );
    assert_rejected(
        &post(tasks, "{\"created_at\":\n\"soon\"}").await,
        400,
        "$.created_at: invalid value: string \"soon\", expected a time in RFC 3339",
    );
    assert_rejected(&post(tasks, "{").await, 400, "line 1 column 1");
    assert_rejected(&post(tasks, "[]").await, 400, "expected an object");
    assert_rejected(&post(tasks, "{} {}").await, 400, "trailing characters");
    assert_rejected(
        &post(tasks, "{\"id\": \"\"}").await,
        400,
        "the ID of the task is empty",
    );
    assert_rejected(
        &post("tasks/redis/i", "{}").await,
        404,
        "expected dcs or kafka",
    );
    assert_rejected(
        &post("faults", "{\"kind\": \"rain\"}").await,
        400,
        "unknown variant `rain`",
    );
    assert_rejected(
        &post("faults", "{\"kind\": \"status\", \"status\": 99}").await,
        400,
        "from 400 to 599",
    );
    assert_rejected(&post("seed", "{\"seed\": -1}").await, 400, "$.seed");
    assert_rejected(&post("nothing", "{}").await, 404, "unknown path");
    assert_rejected(
        &post("health", "{}").await,
        405,
        "does not allow this method",
    );
    let duplicate = format!("tasks/kafka/{INSTANCE_ID}");
    assert_rejected(
        &post(&duplicate, "{\"id\":\"8abfa7b272adc5b40172b73130065ae7\"}").await,
        409,
        "already has a task",
    );
    let change = format!("tasks/kafka/{INSTANCE_ID}/8abfa7b272adc5b40172b73130065ae7");
    assert_rejected(
        &fixture
            .control("PATCH", &change, Some(json!({ "params": 5 })))
            .await,
        400,
        "at $.params",
    );
    assert_rejected(
        &fixture.control("PATCH", &change, Some(json!("x"))).await,
        400,
        "expected an object",
    );
    assert_rejected(
        &fixture
            .control("PATCH", "tasks/kafka/x/y", Some(json!({})))
            .await,
        404,
        "no instance \"x\"",
    );
    assert_eq!(fixture.control("GET", "tasks", None).await.json(), before);
}

#[tokio::test]
async fn generated_ids_follow_seed() {
    let fixture = Fixture::start().await;
    let add = async || {
        fixture
            .control("POST", "tasks/kafka/i", Some(json!({})))
            .await
            .json()["id"]
            .clone()
    };
    let first = [add().await, add().await];
    assert_ne!(first[0], first[1]);
    assert_eq!(
        fixture
            .control("POST", "seed", Some(json!({ "seed": 42 })))
            .await
            .status,
        204
    );
    let seeded = add().await;
    assert_eq!(seeded, "bdd732262feb6e9528efe333b266f103");
    // A reset restores the first seed, regardless of requests in between.
    fixture.kafka(&tasks("v2")).await;
    assert_eq!(fixture.control("POST", "reset", None).await.status, 204);
    assert_eq!([add().await, add().await], first);
}

#[tokio::test]
async fn reset_restores_initial_state() {
    let fixture = Fixture::start().await;
    let before = fixture.control("GET", "tasks", None).await.json();
    let page = fixture.kafka(&tasks("v2")).await.body;
    let own = json!({ "id": "moving", "progress": { "when": "after_polls", "polls": 5 } });
    fixture
        .control("POST", &format!("tasks/kafka/{INSTANCE_ID}"), Some(own))
        .await;
    let documented = format!("tasks/kafka/{INSTANCE_ID}/8abfa7b272adc5b40172b73130065ae7");
    fixture.control("DELETE", &documented, None).await;
    fixture
        .control("PUT", "quirks", Some(json!({ "numeric_count": true })))
        .await;
    fixture
        .control(
            "PUT",
            "progress",
            Some(json!({ "when": "after_duration", "millis": 5 })),
        )
        .await;
    fixture
        .control(
            "POST",
            "clock",
            Some(json!({ "advance_millis": 86_400_000 })),
        )
        .await;
    fixture
        .control("POST", "faults", Some(json!({ "kind": "empty_ok" })))
        .await;
    let later = fixture.control("GET", "health", None).await.json()["time"].clone();

    assert_eq!(fixture.control("POST", "reset", None).await.status, 204);
    assert_eq!(fixture.control("GET", "tasks", None).await.json(), before);
    assert_eq!(
        fixture.control("GET", "faults", None).await.json(),
        json!([])
    );
    assert_eq!(
        fixture.control("GET", "requests", None).await.json(),
        json!([])
    );
    assert_eq!(
        fixture.control("GET", "progress", None).await.json(),
        json!({ "when": "immediate" })
    );
    assert_eq!(
        fixture.control("GET", "quirks", None).await.json()["numeric_count"],
        false
    );
    let now = fixture.control("GET", "health", None).await.json()["time"].clone();
    assert!(now.as_str() < later.as_str(), "{now} {later}");
    assert_eq!(fixture.kafka(&tasks("v2")).await.body, page);
}

#[tokio::test]
async fn reset_restarts_pending_tasks() {
    let data: hwtasks_emulator::Data = serde_json::from_value(json!({
        "progress": { "when": "after_polls", "polls": 1 },
        "kafka": [{ "instance_id": "i", "tasks": [{ "id": "t" }] }]
    }))
    .unwrap();
    let fixture = Fixture::with(hwtasks_emulator::Emulator::builder().data(data)).await;
    let status = async || fixture.kafka(&tasks_of("i")).await.json()["tasks"][0]["status"].clone();
    for _ in 0..2 {
        assert_eq!(status().await, "CREATED");
        assert_eq!(status().await, "SUCCESS");
        fixture.emulator.control().reset();
    }
}

#[tokio::test]
async fn requests_are_recorded_without_secrets() {
    let fixture = Fixture::start().await;
    let target = format!("{}?limit=1", tasks("v2"));
    fixture.dcs(&target).await;
    let keys = hwtasks_emulator::Credentials::new(
        hwtasks_emulator::ACCESS_KEY,
        hwtasks_emulator::SECRET_KEY,
    );
    fixture.signed(Service::Kafka, &target, &keys).await;
    fixture.dcs("/nowhere").await;
    let response = fixture.control("GET", "requests", None).await;
    assert!(!response.body.contains(TOKEN), "{}", response.body);
    let requests = response.json();
    let of = |i: usize, name: &str| requests[i][name].clone();
    assert_eq!(requests.as_array().map(Vec::len), Some(3));
    assert_eq!(
        (of(0, "number"), of(0, "service"), of(0, "operation")),
        (json!(1), json!("dcs"), json!("ListDcsTasks"))
    );
    assert_eq!(
        (of(0, "method"), of(0, "target"), of(0, "status")),
        (json!("GET"), json!(target), json!(200))
    );
    assert_eq!(
        (of(2, "operation"), of(2, "status")),
        (Value::Null, json!(404))
    );
    let headers =
        |i: usize| serde_json::from_value::<Vec<(String, String)>>(of(i, "headers")).unwrap();
    let header = |i: usize, name: &str| headers(i).into_iter().find(|(n, _)| n == name).unwrap().1;
    assert_eq!(header(0, "x-auth-token"), "[redacted]");
    let authorization = header(1, "authorization");
    assert!(
        authorization.starts_with(
            "SDK-HMAC-SHA256 Access=HWTASKSEMULATOR00000, SignedHeaders=host;x-sdk-date"
        )
    );
    assert!(
        authorization.ends_with("Signature=[redacted]"),
        "{authorization}"
    );
    assert_eq!(fixture.emulator.control().requests().len(), 3);
    assert_eq!(
        fixture.control("DELETE", "requests", None).await.status,
        204
    );
    assert!(fixture.emulator.control().requests().is_empty());
}

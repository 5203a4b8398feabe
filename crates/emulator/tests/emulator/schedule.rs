//! Scheduled changes.

use serde_json::{Value, json};

use crate::fixture::{Fixture, tasks_of};

fn scheduled(before_request: u32, change: Value) -> Value {
    json!({ "before_request": before_request, "service": "kafka", "instance_id": "i", "change": change })
}

#[tokio::test]
async fn scheduled_change_is_made_before_its_request() {
    let fixture = Fixture::start().await;
    let task = |id: &str, day: u32| json!({ "id": id, "status": "EXECUTING", "created_at": format!("2024-05-0{day}T00:00:00Z") });
    for (id, day) in [("a", 1), ("b", 2)] {
        let added = fixture
            .control("POST", "tasks/kafka/i", Some(task(id, day)))
            .await;
        assert_eq!(added.status, 201);
    }
    let schedule = [
        scheduled(2, json!({ "delete": { "task_id": "a" } })),
        scheduled(2, json!({ "add": task("c", 3) })),
        scheduled(
            3,
            json!({ "patch": { "task_id": "b", "patch": { "status": "SUCCESS" } } }),
        ),
        scheduled(
            3,
            json!({ "patch": { "task_id": "c", "patch": { "id": "d" } } }),
        ),
    ];
    for change in &schedule {
        let response = fixture
            .control("POST", "schedule", Some(change.clone()))
            .await;
        assert_eq!(response.status, 204, "{response:?}");
    }
    assert_eq!(
        fixture.control("GET", "schedule", None).await.json(),
        json!(schedule)
    );
    let list = async || fixture.kafka(&tasks_of("i")).await;
    assert_eq!(list().await.ids(), ["b", "a"]);
    // Requests to the control API and to unknown paths do not count.
    fixture.control("GET", "tasks", None).await;
    fixture.kafka("/nowhere").await;
    let left = fixture.control("GET", "schedule", None).await.json();
    assert_eq!(left[0]["before_request"], 1);
    // The other service's requests count.
    fixture.dcs(&tasks_of("i")).await;
    assert_eq!(
        fixture.control("GET", "tasks/kafka/i/a", None).await.status,
        404
    );
    let last = list().await;
    assert_eq!(last.ids(), ["d", "b"]);
    assert_eq!(last.json()["tasks"][1]["status"], "SUCCESS");
    assert_eq!(
        fixture.control("GET", "schedule", None).await.json(),
        json!([])
    );
}

#[tokio::test]
async fn scheduled_change_failed_stays_listed_with_error() {
    let fixture = Fixture::start().await;
    let change = scheduled(1, json!({ "delete": { "task_id": "nobody" } }));
    fixture.control("POST", "schedule", Some(change)).await;
    for _ in 0..3 {
        fixture.kafka(&tasks_of("i")).await;
        let left = fixture.control("GET", "schedule", None).await.json();
        assert_eq!(left.as_array().map(Vec::len), Some(1));
        let error = left[0]["error"].as_str().expect("a reason");
        assert!(error.contains("no instance \"i\""), "{error}");
    }
    assert_eq!(
        fixture.control("DELETE", "schedule", None).await.status,
        204
    );
    assert_eq!(
        fixture.control("GET", "schedule", None).await.json(),
        json!([])
    );
}

#[tokio::test]
async fn reset_or_delete_clears_schedule() {
    for forget in [("DELETE", "schedule"), ("POST", "reset")] {
        let fixture = Fixture::start().await;
        let change = scheduled(1, json!({ "add": { "id": "x" } }));
        fixture.control("POST", "schedule", Some(change)).await;
        assert_eq!(fixture.control(forget.0, forget.1, None).await.status, 204);
        assert_eq!(fixture.emulator.control().scheduled(), []);
        assert_eq!(fixture.kafka(&tasks_of("i")).await.status, 404);
    }
}

#[tokio::test]
async fn invalid_schedule_is_rejected_naming_field() {
    let fixture = Fixture::start().await;
    for (change, why) in [
        (
            scheduled(0, json!({ "add": {} })),
            "before_request must be 1 or more",
        ),
        (
            scheduled(1, json!({ "add": { "stauts": "SUCCESS" } })),
            "stauts",
        ),
        (scheduled(1, json!({ "move": {} })), "move"),
        (scheduled(1, json!({ "delete": {} })), "task_id"),
        (
            json!({ "before_request": 1, "service": "redis", "instance_id": "i", "change": { "add": {} } }),
            "redis",
        ),
        (
            json!({ "before_request": 1, "service": "dcs", "instance_id": "i", "change": { "add": {} }, "error": "x" }),
            "error is set by the emulator",
        ),
    ] {
        let response = fixture.control("POST", "schedule", Some(change)).await;
        assert_eq!(response.status, 400, "{response:?}");
        assert!(response.body.contains(why), "{response:?}");
        assert_eq!(fixture.emulator.control().scheduled(), []);
    }
}

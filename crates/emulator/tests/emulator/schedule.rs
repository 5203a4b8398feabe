//! Changes that are made just before a later request.

use serde_json::{Value, json};

use crate::site::{Site, tasks_of};

fn planned(before: u32, change: Value) -> Value {
    json!({ "before": before, "service": "kafka", "instance_id": "i", "change": change })
}

#[tokio::test]
async fn a_change_is_made_before_its_request() {
    let site = Site::start().await;
    let task = |id: &str, day: u32| json!({ "id": id, "status": "EXECUTING", "created_at": format!("2024-05-0{day}T00:00:00Z") });
    for (id, day) in [("a", 1), ("b", 2)] {
        let added = site
            .control("POST", "tasks/kafka/i", Some(task(id, day)))
            .await;
        assert_eq!(added.status, 201);
    }
    let plan = [
        planned(2, json!({ "delete": { "task_id": "a" } })),
        planned(2, json!({ "add": task("c", 3) })),
        planned(
            3,
            json!({ "patch": { "task_id": "b", "patch": { "status": "SUCCESS" } } }),
        ),
        planned(
            3,
            json!({ "patch": { "task_id": "c", "patch": { "id": "d" } } }),
        ),
    ];
    for change in &plan {
        let answer = site.control("POST", "changes", Some(change.clone())).await;
        assert_eq!(answer.status, 204, "{answer:?}");
    }
    assert_eq!(
        site.control("GET", "changes", None).await.json(),
        json!(plan)
    );
    let list = async || site.kafka(&tasks_of("i")).await;
    assert_eq!(list().await.ids(), ["b", "a"]);
    // A look by the control, and a path that is no operation's, are no requests to one.
    site.control("GET", "tasks", None).await;
    site.kafka("/nowhere").await;
    let left = site.control("GET", "changes", None).await.json();
    assert_eq!(left[0]["before"], 1);
    // The other service's requests count.
    site.dcs(&tasks_of("i")).await;
    assert_eq!(
        site.control("GET", "tasks/kafka/i/a", None).await.status,
        404
    );
    let last = list().await;
    assert_eq!(last.ids(), ["d", "b"]);
    assert_eq!(last.json()["tasks"][1]["status"], "SUCCESS");
    assert_eq!(site.control("GET", "changes", None).await.json(), json!([]));
}

#[tokio::test]
async fn a_change_that_cannot_be_made_stays_with_its_reason() {
    let site = Site::start().await;
    let change = planned(1, json!({ "delete": { "task_id": "nobody" } }));
    site.control("POST", "changes", Some(change)).await;
    for _ in 0..3 {
        site.kafka(&tasks_of("i")).await;
        let left = site.control("GET", "changes", None).await.json();
        assert_eq!(left.as_array().map(Vec::len), Some(1));
        let error = left[0]["error"].as_str().expect("a reason");
        assert!(error.contains("no instance \"i\""), "{error}");
    }
    assert_eq!(site.control("DELETE", "changes", None).await.status, 204);
    assert_eq!(site.control("GET", "changes", None).await.json(), json!([]));
}

#[tokio::test]
async fn a_reset_and_a_delete_forget_the_plan() {
    for forget in [("DELETE", "changes"), ("POST", "reset")] {
        let site = Site::start().await;
        let change = planned(1, json!({ "add": { "id": "x" } }));
        site.control("POST", "changes", Some(change)).await;
        assert_eq!(site.control(forget.0, forget.1, None).await.status, 204);
        assert_eq!(site.emulator.control().planned(), []);
        assert_eq!(site.kafka(&tasks_of("i")).await.status, 404);
    }
}

#[tokio::test]
async fn a_plan_that_makes_no_sense_is_refused() {
    let site = Site::start().await;
    for (change, why) in [
        (planned(0, json!({ "add": {} })), "before is 0"),
        (
            planned(1, json!({ "add": { "stauts": "SUCCESS" } })),
            "stauts",
        ),
        (planned(1, json!({ "move": {} })), "move"),
        (planned(1, json!({ "delete": {} })), "task_id"),
        (
            json!({ "before": 1, "service": "redis", "instance_id": "i", "change": { "add": {} } }),
            "redis",
        ),
        (
            json!({ "before": 1, "service": "dcs", "instance_id": "i", "change": { "add": {} }, "error": "x" }),
            "error is the emulator's",
        ),
    ] {
        let answer = site.control("POST", "changes", Some(change)).await;
        assert_eq!(answer.status, 400, "{answer:?}");
        assert!(answer.body.contains(why), "{answer:?}");
        assert_eq!(site.emulator.control().planned(), []);
    }
}

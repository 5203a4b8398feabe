//! Quirks, one at a time. As every response, each is validated against the committed document.

use hwtasks_emulator::{Quirks, Service};
use serde_json::{Value, json};

use crate::fixture::{Fixture, tasks};

async fn with(quirks: Quirks, service: Service, version: &str) -> Value {
    let fixture = Fixture::start().await;
    fixture.emulator.control().set_quirks(quirks);
    assert_eq!(fixture.emulator.control().quirks(), quirks);
    fixture
        .get(service, &format!("{}?limit=1", tasks(version)))
        .await
        .json()
}

#[tokio::test]
async fn numeric_count_shows_number() {
    let quirks = Quirks {
        numeric_count: true,
        ..Quirks::default()
    };
    assert_eq!(
        with(quirks, Service::Dcs, "v1.0").await["task_count"],
        json!(2)
    );
    assert_eq!(
        with(quirks, Service::Dcs, "v2").await["task_count"],
        json!(2)
    );
    assert_eq!(
        with(quirks, Service::Kafka, "v2").await["task_count"],
        json!(4)
    );
}

#[tokio::test]
async fn numeric_capacities_show_numbers() {
    let quirks = Quirks {
        numeric_capacities: true,
        ..Quirks::default()
    };
    let details = &with(quirks, Service::Dcs, "v2").await["tasks"][0]["details"];
    assert_eq!(details["old_capacity"], json!(0.125));
    assert_eq!(details["new_capacity"], json!(0.25));
}

#[tokio::test]
async fn state_beside_tasks_moves_state_out_of_tasks() {
    let quirks = Quirks {
        state_beside_tasks: true,
        ..Quirks::default()
    };
    let list = with(quirks, Service::Dcs, "v2").await;
    assert_eq!(list["status"], "SUCCESS");
    assert_eq!(list["created_at"], "2020-06-17T08:18:06.597Z");
    assert_eq!(list["updated_at"], "2020-06-17T08:18:10.106Z");
    let task = list["tasks"][0].as_object().unwrap();
    assert!(
        ["status", "created_at", "updated_at"]
            .iter()
            .all(|name| !task.contains_key(*name))
    );
}

#[tokio::test]
async fn misspelt_key_replaces_new_cache_mode() {
    let quirks = Quirks {
        misspelt_key: true,
        ..Quirks::default()
    };
    let list = with(quirks, Service::Dcs, "v2").await;
    let details = list["tasks"][0]["details"].as_object().unwrap();
    assert_eq!(details["new_cahce_mode"], "single");
    assert!(!details.contains_key("new_cache_mode"));
}

#[tokio::test]
async fn null_details_shows_null() {
    let quirks = Quirks {
        null_details: true,
        ..Quirks::default()
    };
    let list = with(quirks, Service::Dcs, "v2").await;
    assert_eq!(list["tasks"][0].get("details"), Some(&Value::Null));
}

#[tokio::test]
async fn kafka_ignores_dcs_quirks() {
    let quirks = Quirks {
        blank_v1: true,
        ..Quirks::CHINESE_DCS
    };
    let mut list = with(quirks, Service::Kafka, "v2").await;
    assert_eq!(list["task_count"], json!(4));
    list["task_count"] = json!("4");
    assert_eq!(list, with(Quirks::default(), Service::Kafka, "v2").await);
}

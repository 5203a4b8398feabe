//! The examples of the official documents, from the default data.

use hwtasks_api::examples;
use hwtasks_emulator::Quirks;
use serde_json::{Value, json};

use crate::fixture::{Fixture, tasks};

fn parsed(body: &str) -> Value {
    serde_json::from_str(body).unwrap()
}

#[tokio::test]
async fn kafka_list_equals_documented_example() {
    let fixture = Fixture::start().await;
    let response = fixture
        .kafka(&format!("{}?start=2&limit=2", tasks("v2")))
        .await;
    assert_eq!(response.json(), parsed(examples::KAFKA_LIST.body));
}

#[tokio::test]
async fn kafka_show_equals_documented_example() {
    let fixture = Fixture::start().await;
    let id = "8abfa7b272adc5b40172b73130065ae7";
    let response = fixture.kafka(&format!("{}/{id}", tasks("v2"))).await;
    assert_eq!(response.json(), parsed(examples::KAFKA_SHOW.body));
}

/// The time window of the documented request example.
const WINDOW: &str = "start_time=20200609160000&end_time=20200617155959";

#[tokio::test]
async fn dcs_list_equals_example_with_types_of_table() {
    let fixture = Fixture::start().await;
    let response = fixture
        .dcs(&format!("{}?offset=0&limit=10&{WINDOW}", tasks("v2")))
        .await;
    let mut expected = parsed(examples::DCS_LIST_EN.body);
    expected["task_count"] = json!("1");
    for name in ["status", "created_at", "updated_at"] {
        expected["tasks"][0][name] = expected.as_object_mut().unwrap().remove(name).unwrap();
    }
    expected["tasks"][0]["details"]["old_capacity"] = json!("0.125");
    expected["tasks"][0]["details"]["new_capacity"] = json!("0.25");
    assert_eq!(response.json(), expected);
}

#[tokio::test]
async fn dcs_list_with_quirks_equals_each_example() {
    let fixture = Fixture::start().await;
    for (quirks, example) in [
        (Quirks::ENGLISH_DCS, examples::DCS_LIST_EN),
        (Quirks::CHINESE_DCS, examples::DCS_LIST_ZH),
    ] {
        fixture.emulator.control().set_quirks(quirks);
        let response = fixture.dcs(&format!("{}?{WINDOW}", tasks("v2"))).await;
        assert_eq!(response.json(), parsed(example.body), "{}", example.name);
    }
}

#[tokio::test]
async fn dcs_v1_list_with_quirk_equals_example() {
    let fixture = Fixture::start().await;
    fixture.emulator.control().set_quirks(Quirks {
        blank_v1: true,
        ..Quirks::default()
    });
    let response = fixture
        .dcs(&format!("{}?endTime=20181231235959", tasks("v1.0")))
        .await;
    assert_eq!(response.json(), parsed(examples::DCS_V1_LIST.body));
}

#[tokio::test]
async fn dcs_v1_list_shows_v2_tasks_in_v1_form() {
    let fixture = Fixture::start().await;
    let response = fixture.dcs(&format!("{}?limit=1", tasks("v1.0"))).await;
    assert_eq!(
        response.json(),
        json!({
            "tasks": [{
                "id": "8abf6e1e72c12e7c0172c15b508500aa",
                "name": "ChangeInstanceSpec",
                "params": "",
                "status": "SUCCESS",
                "user_name": "paas_dcs_a00421997_02",
                "user_id": "d53977d1adfb49c5b025ba7d33a13fd7",
                "error_code": "",
                "created_at": "2020-06-17T08:18:06.597Z",
                "updated_at": "2020-06-17T08:18:10.106Z",
                "old_capacity": "0.125",
                "new_capacity": "0.25"
            }],
            "task_count": "2"
        })
    );
}

#[tokio::test]
async fn default_data_lists_every_task_of_every_instance() {
    let fixture = Fixture::start().await;
    let control = fixture.emulator.control();
    let instances = control.instances();
    assert_eq!(instances.len(), 10);
    for instance in instances {
        let target = format!(
            "{}?limit=100",
            crate::fixture::tasks_of(&instance.instance_id)
        );
        let response = fixture.get(instance.service, &target).await;
        let shown = response.ids().len();
        assert_eq!(shown, instance.tasks, "{instance:?}");
        assert_eq!(response.json()["task_count"], instance.tasks.to_string());
    }
}

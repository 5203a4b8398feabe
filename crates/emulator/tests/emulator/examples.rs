//! The documents' own bodies, from the default data.

use hwtasks_api::examples;
use hwtasks_emulator::Quirks;
use serde_json::{Value, json};

use crate::site::{Site, tasks};

fn parsed(body: &str) -> Value {
    serde_json::from_str(body).unwrap()
}

#[tokio::test]
async fn kafka_list() {
    let site = Site::start().await;
    let answer = site
        .kafka(&format!("{}?start=2&limit=2", tasks("v2")))
        .await;
    assert_eq!(answer.json(), parsed(examples::KAFKA_LIST.body));
}

#[tokio::test]
async fn kafka_show() {
    let site = Site::start().await;
    let id = "8abfa7b272adc5b40172b73130065ae7";
    let answer = site.kafka(&format!("{}/{id}", tasks("v2"))).await;
    assert_eq!(answer.json(), parsed(examples::KAFKA_SHOW.body));
}

/// The window of the documents' request example.
const WINDOW: &str = "start_time=20200609160000&end_time=20200617155959";

#[tokio::test]
async fn dcs_list_as_its_tables_type_it() {
    let site = Site::start().await;
    let answer = site
        .dcs(&format!("{}?offset=0&limit=10&{WINDOW}", tasks("v2")))
        .await;
    let mut expected = parsed(examples::DCS_LIST_EN.body);
    expected["task_count"] = json!("1");
    for name in ["status", "created_at", "updated_at"] {
        expected["tasks"][0][name] = expected.as_object_mut().unwrap().remove(name).unwrap();
    }
    expected["tasks"][0]["details"]["old_capacity"] = json!("0.125");
    expected["tasks"][0]["details"]["new_capacity"] = json!("0.25");
    assert_eq!(answer.json(), expected);
}

#[tokio::test]
async fn dcs_list_with_the_quirks_of_each_document() {
    let site = Site::start().await;
    for (quirks, example) in [
        (Quirks::ENGLISH_DCS, examples::DCS_LIST_EN),
        (Quirks::CHINESE_DCS, examples::DCS_LIST_ZH),
    ] {
        site.emulator.control().set_quirks(quirks);
        let answer = site.dcs(&format!("{}?{WINDOW}", tasks("v2"))).await;
        assert_eq!(answer.json(), parsed(example.body), "{}", example.name);
    }
}

#[tokio::test]
async fn dcs_v1_list_with_its_quirk() {
    let site = Site::start().await;
    site.emulator.control().set_quirks(Quirks {
        blank_v1: true,
        ..Quirks::default()
    });
    let answer = site
        .dcs(&format!("{}?endTime=20181231235959", tasks("v1.0")))
        .await;
    assert_eq!(answer.json(), parsed(examples::DCS_V1_LIST.body));
}

#[tokio::test]
async fn dcs_v1_list_shows_the_same_tasks_in_its_own_form() {
    let site = Site::start().await;
    let answer = site.dcs(&format!("{}?limit=1", tasks("v1.0"))).await;
    assert_eq!(
        answer.json(),
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
async fn a_plausible_history_stands_on_further_instances() {
    let site = Site::start().await;
    let control = site.emulator.control();
    let instances = control.instances();
    assert_eq!(instances.len(), 10);
    for instance in instances {
        let target = format!("{}?limit=100", crate::site::tasks_of(&instance.instance_id));
        let answer = site.get(instance.service, &target).await;
        let shown = answer.ids().len();
        assert_eq!(shown, instance.tasks, "{instance:?}");
        assert_eq!(answer.json()["task_count"], instance.tasks.to_string());
    }
}

//! Tasks on their way, as a waiting client sees them.

use hwtasks_emulator::{
    Clock, DcsTaskData, Emulator, KafkaTaskData, MOVING_INSTANCE_ID, Outcome, Progress, Service,
};
use jiff::SignedDuration;

use crate::site::{Site, tasks_of};

async fn status(site: &Site, target: &str) -> String {
    let answer = site.kafka(target).await;
    answer.json()["tasks"][0]["status"]
        .as_str()
        .unwrap()
        .to_owned()
}

#[tokio::test]
async fn immediate_progress_ends_the_task_in_the_first_response() {
    let site = Site::start().await;
    let control = site.emulator.control();
    let id = control
        .add_kafka_task("i", KafkaTaskData::default())
        .unwrap();
    assert_eq!(
        status(&site, &format!("{}/{id}", tasks_of("i"))).await,
        "SUCCESS"
    );
}

#[tokio::test]
async fn after_polls_counts_lists_and_shows() {
    let site = Site::start().await;
    let control = site.emulator.control();
    control.set_progress(Progress::AfterPolls { polls: 3 });
    let task = KafkaTaskData {
        outcome: Outcome::Failed,
        ..KafkaTaskData::default()
    };
    let id = control.add_kafka_task("i", task).unwrap();
    let show = format!("{}/{id}", tasks_of("i"));
    assert_eq!(status(&site, &show).await, "CREATED");
    assert_eq!(status(&site, &tasks_of("i")).await, "EXECUTING");
    // What the control looks at does not count, nor does an answer without the task.
    control.task(Service::Kafka, "i", &id).unwrap();
    site.kafka(&format!("{}?start=2", tasks_of("i"))).await;
    assert_eq!(status(&site, &show).await, "EXECUTING");
    assert_eq!(status(&site, &show).await, "FAILED");
    assert_eq!(status(&site, &tasks_of("i")).await, "FAILED");
}

#[tokio::test]
async fn what_has_ended_changes_no_more() {
    let clock = Clock::manual("2024-05-01T12:00:00Z".parse().unwrap());
    let site = Site::of(Emulator::builder().clock(clock.clone())).await;
    for polls in 0..3 {
        let task = KafkaTaskData {
            progress: Some(Progress::AfterPolls { polls }),
            ..KafkaTaskData::default()
        };
        let instance = format!("i{polls}");
        site.emulator
            .control()
            .add_kafka_task(&instance, task)
            .unwrap();
        let look = async || {
            clock.advance(SignedDuration::from_secs(1));
            site.kafka(&tasks_of(&instance)).await.json()["tasks"][0].clone()
        };
        for _ in 0..polls {
            assert_ne!(look().await["status"], "SUCCESS");
        }
        let ended = look().await;
        assert_eq!(ended["status"], "SUCCESS");
        assert_eq!(look().await, ended);
        assert_eq!(look().await, ended);
    }
}

#[tokio::test]
async fn a_moving_instance_begins_with_the_emulator() {
    let clock = Clock::manual("2024-05-01T12:00:00Z".parse().unwrap());
    let site = Site::of(Emulator::builder().clock(clock.clone())).await;
    let states = async |service| {
        let answer = site
            .get(service, &tasks_of(MOVING_INSTANCE_ID))
            .await
            .json();
        let of = |id: &str| {
            let mut tasks = answer["tasks"].as_array().unwrap().iter();
            tasks.find(|task| task["id"] == id).unwrap()["status"].clone()
        };
        [of("ends-well"), of("ends-badly")]
    };
    for service in [Service::Dcs, Service::Kafka] {
        assert_eq!(states(service).await, ["CREATED", "CREATED"]);
    }
    clock.advance(SignedDuration::from_secs(4));
    assert_eq!(states(Service::Kafka).await, ["EXECUTING", "EXECUTING"]);
    clock.advance(SignedDuration::from_secs(1));
    for service in [Service::Dcs, Service::Kafka] {
        assert_eq!(states(service).await, ["SUCCESS", "FAILED"]);
    }
}

#[tokio::test]
async fn after_a_time_by_the_injected_clock() {
    let clock = Clock::manual("2024-05-01T12:00:00Z".parse().unwrap());
    let site = Site::of(Emulator::builder().clock(clock.clone())).await;
    let task = DcsTaskData {
        progress: Some(Progress::AfterDuration { millis: 60_000 }),
        ..DcsTaskData::default()
    };
    site.emulator.control().add_dcs_task("i", task).unwrap();
    let look = async || {
        let task = site.dcs(&tasks_of("i")).await.json()["tasks"][0].clone();
        assert_eq!(task["created_at"], "2024-05-01T12:00:00.000Z");
        [&task["status"], &task["updated_at"]]
            .map(|v| v.as_str().unwrap().to_owned())
            .join(" ")
    };
    assert_eq!(look().await, "CREATED 2024-05-01T12:00:00.000Z");
    clock.advance(SignedDuration::from_secs(30));
    assert_eq!(look().await, "EXECUTING 2024-05-01T12:00:30.000Z");
    clock.advance(SignedDuration::from_millis(29_999));
    assert_eq!(look().await, "EXECUTING 2024-05-01T12:00:30.000Z");
    site.emulator
        .control()
        .advance(SignedDuration::from_millis(1));
    assert_eq!(look().await, "SUCCESS 2024-05-01T12:01:00.000Z");
    clock.advance(SignedDuration::from_hours(24));
    assert_eq!(look().await, "SUCCESS 2024-05-01T12:01:00.000Z");
}

#[tokio::test]
async fn a_task_of_its_own_mind_beside_the_others() {
    let site = Site::start().await;
    let control = site.emulator.control();
    control.set_progress(Progress::AfterPolls { polls: 1 });
    let own = KafkaTaskData {
        id: Some("own".to_owned()),
        progress: Some(Progress::Immediate),
        ..KafkaTaskData::default()
    };
    let fixed = KafkaTaskData {
        id: Some("fixed".to_owned()),
        status: Some("WAITING".into()),
        ..KafkaTaskData::default()
    };
    control.add_kafka_task("i", own).unwrap();
    control.add_kafka_task("i", fixed).unwrap();
    for _ in 0..3 {
        assert_eq!(
            status(&site, &format!("{}/own", tasks_of("i"))).await,
            "SUCCESS"
        );
        assert_eq!(
            status(&site, &format!("{}/fixed", tasks_of("i"))).await,
            "WAITING"
        );
    }
}

#[tokio::test]
async fn v1_tells_why_a_task_failed() {
    let site = Site::start().await;
    let task = DcsTaskData {
        outcome: Outcome::Failed,
        ..DcsTaskData::default()
    };
    site.emulator.control().add_dcs_task("i", task).unwrap();
    let answer = site.dcs(&tasks_of("i").replace("v2", "v1.0")).await.json();
    assert_eq!(answer["tasks"][0]["status"], "FAILED");
    assert_eq!(answer["tasks"][0]["error_code"], "111400842");
}

//! Task progress, as a polling client sees it.

use hwtasks_emulator::{
    Clock, DcsTaskData, Emulator, KafkaTaskData, MOVING_INSTANCE_ID, Outcome, Progress, Service,
};
use jiff::SignedDuration;

use crate::fixture::{Fixture, tasks_of};

async fn status(fixture: &Fixture, target: &str) -> String {
    let response = fixture.kafka(target).await;
    response.json()["tasks"][0]["status"]
        .as_str()
        .unwrap()
        .to_owned()
}

#[tokio::test]
async fn task_immediate_is_ended_at_first_poll() {
    let fixture = Fixture::start().await;
    let control = fixture.emulator.control();
    let id = control
        .add_kafka_task("i", KafkaTaskData::default())
        .unwrap();
    assert_eq!(
        status(&fixture, &format!("{}/{id}", tasks_of("i"))).await,
        "SUCCESS"
    );
}

#[tokio::test]
async fn task_after_polls_counts_lists_and_shows() {
    let fixture = Fixture::start().await;
    let control = fixture.emulator.control();
    control.set_progress(Progress::AfterPolls { polls: 3 });
    let task = KafkaTaskData {
        outcome: Outcome::Failed,
        ..KafkaTaskData::default()
    };
    let id = control.add_kafka_task("i", task).unwrap();
    let show = format!("{}/{id}", tasks_of("i"));
    assert_eq!(status(&fixture, &show).await, "CREATED");
    assert_eq!(status(&fixture, &tasks_of("i")).await, "EXECUTING");
    // Reads by the control API and pages without the task do not count.
    control.task(Service::Kafka, "i", &id).unwrap();
    fixture.kafka(&format!("{}?start=2", tasks_of("i"))).await;
    assert_eq!(status(&fixture, &show).await, "EXECUTING");
    assert_eq!(status(&fixture, &show).await, "FAILED");
    assert_eq!(status(&fixture, &tasks_of("i")).await, "FAILED");
}

#[tokio::test]
async fn task_ended_never_changes_again() {
    let clock = Clock::manual("2024-05-01T12:00:00Z".parse().unwrap());
    let fixture = Fixture::with(Emulator::builder().clock(clock.clone())).await;
    for polls in 0..3 {
        let task = KafkaTaskData {
            progress: Some(Progress::AfterPolls { polls }),
            ..KafkaTaskData::default()
        };
        let instance = format!("i{polls}");
        fixture
            .emulator
            .control()
            .add_kafka_task(&instance, task)
            .unwrap();
        let poll = async || {
            clock.advance(SignedDuration::from_secs(1));
            fixture.kafka(&tasks_of(&instance)).await.json()["tasks"][0].clone()
        };
        for _ in 0..polls {
            assert_ne!(poll().await["status"], "SUCCESS");
        }
        let ended = poll().await;
        assert_eq!(ended["status"], "SUCCESS");
        assert_eq!(poll().await, ended);
        assert_eq!(poll().await, ended);
    }
}

#[tokio::test]
async fn moving_instance_starts_with_emulator() {
    let clock = Clock::manual("2024-05-01T12:00:00Z".parse().unwrap());
    let fixture = Fixture::with(Emulator::builder().clock(clock.clone())).await;
    let states = async |service| {
        let response = fixture
            .get(service, &tasks_of(MOVING_INSTANCE_ID))
            .await
            .json();
        let of = |id: &str| {
            let mut tasks = response["tasks"].as_array().unwrap().iter();
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
async fn task_after_duration_follows_injected_clock() {
    let clock = Clock::manual("2024-05-01T12:00:00Z".parse().unwrap());
    let fixture = Fixture::with(Emulator::builder().clock(clock.clone())).await;
    let task = DcsTaskData {
        progress: Some(Progress::AfterDuration { millis: 60_000 }),
        ..DcsTaskData::default()
    };
    fixture.emulator.control().add_dcs_task("i", task).unwrap();
    let poll = async || {
        let task = fixture.dcs(&tasks_of("i")).await.json()["tasks"][0].clone();
        assert_eq!(task["created_at"], "2024-05-01T12:00:00.000Z");
        [&task["status"], &task["updated_at"]]
            .map(|v| v.as_str().unwrap().to_owned())
            .join(" ")
    };
    assert_eq!(poll().await, "CREATED 2024-05-01T12:00:00.000Z");
    clock.advance(SignedDuration::from_secs(30));
    assert_eq!(poll().await, "EXECUTING 2024-05-01T12:00:30.000Z");
    clock.advance(SignedDuration::from_millis(29_999));
    assert_eq!(poll().await, "EXECUTING 2024-05-01T12:00:30.000Z");
    fixture
        .emulator
        .control()
        .advance(SignedDuration::from_millis(1));
    assert_eq!(poll().await, "SUCCESS 2024-05-01T12:01:00.000Z");
    clock.advance(SignedDuration::from_hours(24));
    assert_eq!(poll().await, "SUCCESS 2024-05-01T12:01:00.000Z");
}

#[tokio::test]
async fn task_progress_overrides_default() {
    let fixture = Fixture::start().await;
    let control = fixture.emulator.control();
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
            status(&fixture, &format!("{}/own", tasks_of("i"))).await,
            "SUCCESS"
        );
        assert_eq!(
            status(&fixture, &format!("{}/fixed", tasks_of("i"))).await,
            "WAITING"
        );
    }
}

#[tokio::test]
async fn v1_failed_task_shows_error_code() {
    let fixture = Fixture::start().await;
    let task = DcsTaskData {
        outcome: Outcome::Failed,
        ..DcsTaskData::default()
    };
    fixture.emulator.control().add_dcs_task("i", task).unwrap();
    let response = fixture
        .dcs(&tasks_of("i").replace("v2", "v1.0"))
        .await
        .json();
    assert_eq!(response["tasks"][0]["status"], "FAILED");
    assert_eq!(response["tasks"][0]["error_code"], "111400842");
}

//! Task progress, as a polling client sees it.

use hwtasks_emulator::{
    Clock, Data, DcsTaskData, Emulator, KafkaTaskData, MOVING_INSTANCE_ID, Outcome, Progress,
    Service,
};
use jiff::SignedDuration;
use serde_json::{Value, json};

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

#[tokio::test]
async fn reset_restarts_moving_instance() {
    let clock = Clock::manual("2024-05-01T12:00:00Z".parse().unwrap());
    let fixture = Fixture::with(Emulator::builder().clock(clock.clone())).await;
    for service in [Service::Dcs, Service::Kafka] {
        let target = tasks_of(MOVING_INSTANCE_ID);
        let states = async || {
            let response = fixture.get(service, &target).await.json();
            let tasks = response["tasks"].as_array().unwrap().iter();
            tasks
                .map(|task| task["status"].as_str().unwrap().to_owned())
                .collect::<Vec<_>>()
        };
        let begun = fixture.get(service, &target).await.body;
        // Each round is a test of its own in one process.
        for _ in 0..3 {
            assert_eq!(states().await, ["CREATED", "CREATED"]);
            clock.advance(SignedDuration::from_secs(3));
            assert_eq!(states().await, ["EXECUTING", "EXECUTING"]);
            clock.advance(SignedDuration::from_secs(2));
            assert_eq!(states().await, ["FAILED", "SUCCESS"]);
            clock.advance(SignedDuration::from_hours(1));
            fixture.emulator.control().reset();
        }
        // The same tasks in the same order, at the new time.
        let time = |body: &str| body.split(r#""created_at":""#).nth(1).unwrap()[..24].to_owned();
        let restarted = fixture.get(service, &target).await.body;
        assert!(time(&restarted) > time(&begun), "{restarted}");
        assert_eq!(restarted.replace(&time(&restarted), &time(&begun)), begun);
    }
}

#[tokio::test]
async fn reset_restarts_tasks_of_data_file() {
    let data: Data = serde_json::from_value(json!({
        "progress": { "when": "after_duration", "millis": 10 },
        "dcs": [{ "instance_id": "i", "tasks": [
            { "id": "fixed", "status": "WAITING", "enable_show": true, "error_code": "111400842" },
            { "id": "dated", "outcome": "FAILED", "created_at": "2024-05-01T12:00:00Z" },
            { "id": "own", "progress": { "when": "after_duration", "millis": 20 }, "enable_show": false }
        ]}]
    }))
    .unwrap();
    let clock = Clock::manual("2024-05-01T12:00:00Z".parse().unwrap());
    let builder = Emulator::builder().clock(clock.clone()).data(data);
    let fixture = Fixture::with(builder).await;
    let shown = async || {
        let response = fixture.dcs(&tasks_of("i")).await.json();
        let tasks = response["tasks"].as_array().unwrap().iter();
        let line = |task: &Value| {
            let of = |name: &str| task[name].as_str().unwrap_or("-").to_owned();
            format!("{} {} {}", of("id"), of("status"), of("created_at"))
        };
        tasks.map(line).collect::<Vec<_>>()
    };
    let noon = "2024-05-01T12:00:00.000Z";
    let begun = ["own CREATED", "dated CREATED", "fixed WAITING"].map(|t| format!("{t} {noon}"));
    assert_eq!(shown().await, begun);
    clock.advance(SignedDuration::from_mins(1));
    fixture.emulator.control().reset();
    let later = "2024-05-01T12:01:00.000Z";
    let expected = [
        format!("own CREATED {later}"),
        format!("fixed WAITING {later}"),
        format!("dated FAILED {noon}"),
    ];
    assert_eq!(shown().await, expected);
    let fixed = fixture.emulator.control().task(Service::Dcs, "i", "fixed");
    assert_eq!(fixed.unwrap()["error_code"], "111400842");
    // Tasks added after the start are gone, and changed ones are as they were.
    let control = fixture.emulator.control();
    control.add_dcs_task("i", DcsTaskData::default()).unwrap();
    let patch = json!({ "status": "SUCCESS" });
    control
        .change_task(Service::Dcs, "i", "own", &patch)
        .unwrap();
    control.reset();
    assert_eq!(shown().await, expected);
}

#[tokio::test]
async fn reset_repeats_request_ids() {
    let fixture = Fixture::start().await;
    let id = async || {
        let response = fixture.kafka(&tasks_of(MOVING_INSTANCE_ID)).await;
        response.header("x-request-id").to_owned()
    };
    let first = [id().await, id().await];
    fixture.emulator.control().reset();
    assert_eq!([id().await, id().await], first);
}

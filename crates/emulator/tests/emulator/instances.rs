//! The instance lists of both services.

use hwtasks_emulator::{
    Data, Emulator, Fault, FaultKind, INSTANCE_ID, Operation, PROJECT_ID, Service, TOKEN,
};
use serde_json::{Value, json};

use crate::fixture::{Fixture, RawResponse, tasks_of};

fn instances(query: &str) -> String {
    format!("/v2/{PROJECT_ID}/instances{query}")
}

async fn fixture() -> Fixture {
    let data: Data = serde_json::from_value(json!({
        "dcs": [
            { "instance_id": "c", "attributes": { "name": "cache-c", "status": "EXTENDING", "capacity": 4 } },
            { "instance_id": "a", "attributes": { "name": "cache-a", "engine": "Memcached", "engine_version": "1.5" } },
            { "instance_id": "b", "attributes": { "name": "session" }, "tasks": [{ "id": "t" }] }
        ],
        "kafka": [
            { "instance_id": "k1", "attributes": { "name": "events" } },
            { "instance_id": "k2", "attributes": { "name": "events-old", "status": "FROZEN", "specification": "300MB" } },
            { "instance_id": "r1", "attributes": { "engine": "rabbitmq", "engine_version": "3.8.35" } }
        ]
    }))
    .unwrap();
    Fixture::with(Emulator::builder().data(data)).await
}

/// The total and the IDs of a page.
async fn page(fixture: &Fixture, service: Service, query: &str) -> (u64, Vec<String>) {
    let response = fixture.get(service, &instances(query)).await;
    assert_eq!(response.status, 200, "{query}: {response:?}");
    let json = response.json();
    let list = json["instances"].as_array().unwrap().iter();
    let ids = list.map(|instance| instance["instance_id"].as_str().unwrap().to_owned());
    (json["instance_num"].as_u64().unwrap(), ids.collect())
}

fn expect(total: u64, ids: &[&str]) -> (u64, Vec<String>) {
    (total, ids.iter().map(|id| (*id).to_owned()).collect())
}

#[tokio::test]
async fn list_shows_attributes_and_defaults() {
    let fixture = fixture().await;
    assert_eq!(
        fixture.dcs(&instances("")).await.json(),
        json!({ "instance_num": 3, "instances": [
            { "instance_id": "a", "name": "cache-a", "status": "RUNNING", "engine": "Memcached",
              "engine_version": "1.5", "capacity": 1 },
            { "instance_id": "b", "name": "session", "status": "RUNNING", "engine": "Redis",
              "engine_version": "5.0", "capacity": 1 },
            { "instance_id": "c", "name": "cache-c", "status": "EXTENDING", "engine": "Redis",
              "engine_version": "5.0", "capacity": 4 },
        ]})
    );
    assert_eq!(
        fixture.kafka(&instances("")).await.json(),
        json!({ "instance_num": 2, "instances": [
            { "instance_id": "k1", "name": "events", "status": "RUNNING", "engine": "kafka",
              "engine_version": "2.7", "specification": "100MB" },
            { "instance_id": "k2", "name": "events-old", "status": "FROZEN", "engine": "kafka",
              "engine_version": "2.7", "specification": "300MB" },
        ]})
    );
    assert_eq!(
        fixture.kafka(&instances("?engine=rabbitmq")).await.json(),
        json!({ "instance_num": 1, "instances": [
            { "instance_id": "r1", "name": "rabbitmq-r1", "status": "RUNNING", "engine": "rabbitmq",
              "engine_version": "3.8.35" },
        ]})
    );
}

#[tokio::test]
async fn default_data_lists_every_instance_with_tasks() {
    let fixture = Fixture::start().await;
    for (service, prefix) in [(Service::Dcs, "dcs"), (Service::Kafka, "kafka")] {
        let (total, ids) = page(&fixture, service, "").await;
        assert_eq!((total, ids.len()), (5, 5));
        assert!(ids.iter().any(|id| id == INSTANCE_ID), "{ids:?}");
        for id in &ids {
            let tasks = fixture.get(service, &tasks_of(id)).await;
            assert_eq!(tasks.status, 200, "{id}");
        }
        let moving = fixture.get(service, &instances("?name=moving")).await;
        assert_eq!(
            moving.json()["instances"][0]["name"],
            format!("{prefix}-moving")
        );
    }
}

#[tokio::test]
async fn offset_and_limit_select_a_page() {
    let fixture = fixture().await;
    let dcs = async |query: &str| page(&fixture, Service::Dcs, query).await;
    assert_eq!(dcs("?limit=2").await, expect(3, &["a", "b"]));
    assert_eq!(dcs("?offset=2&limit=2").await, expect(3, &["c"]));
    assert_eq!(dcs("?offset=1&limit=1").await, expect(3, &["b"]));
    assert_eq!(dcs("?offset=3").await, expect(3, &[]));
    let past = "?offset=18446744073709551616&limit=1000";
    assert_eq!(dcs(past).await, expect(3, &[]));
    let kafka = async |query: &str| page(&fixture, Service::Kafka, query).await;
    assert_eq!(kafka("?offset=1&limit=50").await, expect(2, &["k2"]));
}

#[tokio::test]
async fn filters_select_instances_before_the_page() {
    let fixture = fixture().await;
    let dcs = async |query: &str| page(&fixture, Service::Dcs, query).await;
    assert_eq!(dcs("?name=cache").await, expect(2, &["a", "c"]));
    assert_eq!(dcs("?name=cache&offset=1").await, expect(2, &["c"]));
    assert_eq!(dcs("?name=ache-").await, expect(2, &["a", "c"]));
    assert_eq!(dcs("?name=Cache").await, expect(0, &[]));
    assert_eq!(dcs("?status=EXTENDING").await, expect(1, &["c"]));
    assert_eq!(dcs("?status=RUNNING&name=sess").await, expect(1, &["b"]));
    assert_eq!(dcs("?status=RUN").await, expect(0, &[]));
    assert_eq!(dcs("?name=&status=").await, expect(3, &["a", "b", "c"]));
    let kafka = async |query: &str| page(&fixture, Service::Kafka, query).await;
    assert_eq!(kafka("?name=events").await, expect(2, &["k1", "k2"]));
    let exact = "?name=events&exact_match_name=true";
    assert_eq!(kafka(exact).await, expect(1, &["k1"]));
    let fuzzy = "?name=events&exact_match_name=false";
    assert_eq!(kafka(fuzzy).await, expect(2, &["k1", "k2"]));
    assert_eq!(kafka("?engine=kafka").await, expect(2, &["k1", "k2"]));
    assert_eq!(kafka("?engine=rocketmq").await, expect(0, &[]));
    let other = "?engine=rabbitmq&status=RUNNING";
    assert_eq!(kafka(other).await, expect(1, &["r1"]));
}

#[tokio::test]
async fn invalid_query_parameter_returns_400_naming_it() {
    let fixture = fixture().await;
    for (service, code, query, name) in [
        (Service::Dcs, "DCS.4062", "offset=-1", "offset"),
        (Service::Dcs, "DCS.4062", "limit=0", "limit"),
        (Service::Dcs, "DCS.4062", "limit=1001", "limit"),
        (Service::Dcs, "DCS.4062", "start=1", "start"),
        (Service::Dcs, "DCS.4062", "name=a&name=b", "name"),
        (Service::Kafka, "DMS.00400062", "limit=51", "limit"),
        (Service::Kafka, "DMS.00400062", "engine=redis", "engine"),
        (
            Service::Kafka,
            "DMS.00400062",
            "exact_match_name=1",
            "exact_match_name",
        ),
    ] {
        let response = fixture.get(service, &instances(&format!("?{query}"))).await;
        let json = response.json();
        assert_eq!(
            (response.status, &json["error_code"]),
            (400, &json!(code)),
            "{query}"
        );
        let message = json["error_msg"].as_str().unwrap();
        assert!(
            message.contains(&format!("Invalid {name} parameter")),
            "{message}"
        );
    }
}

#[tokio::test]
async fn lenient_ignores_unknown_names() {
    let fixture = Fixture::with(Emulator::builder().lenient(true)).await;
    let query = "?include_failure=true&limit=1&limit=2";
    let (_, ids) = page(&fixture, Service::Kafka, query).await;
    assert_eq!(ids.len(), 2);
}

#[tokio::test]
async fn other_project_method_or_path_is_rejected() {
    let fixture = fixture().await;
    for (service, project_code, method_code) in [
        (Service::Dcs, "DCS.1004", "DCS.5001"),
        (Service::Kafka, "DMS.10240104", "DMS.00405001"),
    ] {
        for project in ["another-project", "%FF"] {
            let target = format!("/v2/{project}/instances");
            let response = fixture.get(service, &target).await;
            assert_eq!(response.status, 401, "{project}");
            assert_eq!(response.json()["error_code"], project_code);
        }
        let url = format!("{}{}", fixture.url(service), instances(""));
        let request = fixture.http.post(url).header("X-Auth-Token", TOKEN);
        let response = RawResponse::read(request.send().await.unwrap()).await;
        assert_eq!(response.status, 405);
        assert_eq!(response.json()["error_code"], method_code);
        for other in [
            instances("/"),
            instances("/a"),
            instances("").replace("v2", "v1.0"),
        ] {
            let response = fixture.get(service, &other).await;
            assert_eq!(response.status, 404, "{other}");
            assert_eq!(response.json()["error_code"], "APIGW.0101");
        }
    }
}

#[tokio::test]
async fn credentials_are_checked() {
    let fixture = fixture().await;
    let keys = hwtasks_emulator::Credentials::new(
        hwtasks_emulator::ACCESS_KEY,
        hwtasks_emulator::SECRET_KEY,
    );
    for service in [Service::Dcs, Service::Kafka] {
        let target = instances("?limit=1&name=e");
        assert_eq!(fixture.signed(service, &target, &keys).await.status, 200);
        let url = format!("{}{target}", fixture.url(service));
        let response = RawResponse::read(fixture.http.get(url).send().await.unwrap()).await;
        assert_eq!(response.status, 401);
        assert_eq!(response.json()["error_code"], "APIGW.0301");
    }
}

#[tokio::test]
async fn fault_and_recorder_name_the_operation() {
    let fixture = fixture().await;
    let control = fixture.emulator.control();
    let status = FaultKind::Status {
        status: 503,
        retry_after: None,
        error_code: None,
    };
    for operation in [Operation::ListDcsInstances, Operation::ListDmsInstances] {
        control
            .add_fault(Fault::new(status.clone()).on(operation))
            .unwrap();
        let service = operation.service();
        // The fault leaves other operations alone.
        let tasks = fixture.get(service, &tasks_of("x")).await;
        assert_eq!(tasks.status, 404);
        assert_eq!(fixture.get(service, &instances("")).await.status, 503);
        let last = control.requests().pop().unwrap();
        assert_eq!((last.operation, last.status), (Some(operation), Some(503)));
    }
    let named: Value = json!({ "kind": "empty_ok", "operation": "ListDmsInstances" });
    assert_eq!(
        fixture.control("POST", "faults", Some(named)).await.status,
        204
    );
    assert_eq!(fixture.kafka(&instances("")).await.body, "");
}

#[tokio::test]
async fn attributes_are_set_read_and_reset() {
    let fixture = fixture().await;
    let path = "instances/dcs/b";
    let attributes = json!({ "name": "renamed", "capacity": 8 });
    let put = fixture.control("PUT", path, Some(attributes.clone())).await;
    assert_eq!((put.status, put.body.as_str()), (204, ""));
    assert_eq!(fixture.control("GET", path, None).await.json(), attributes);
    let listed = fixture.dcs(&instances("?name=renamed")).await.json();
    assert_eq!(listed["instances"][0]["capacity"], 8);
    assert_eq!(fixture.dcs(&tasks_of("b")).await.ids(), ["t"]);

    let created = fixture.control("PUT", "instances/kafka/k3", Some(json!({})));
    assert_eq!(created.await.status, 204);
    let all = expect(3, &["k1", "k2", "k3"]);
    assert_eq!(page(&fixture, Service::Kafka, "").await, all);

    assert_eq!(fixture.control("POST", "reset", None).await.status, 204);
    assert_eq!(
        page(&fixture, Service::Dcs, "?name=session").await,
        expect(1, &["b"])
    );
    assert_eq!(page(&fixture, Service::Kafka, "").await.0, 2);
}

#[tokio::test]
async fn deleted_instance_is_listed_no_longer() {
    let fixture = fixture().await;
    let path = "instances/dcs/b";
    assert_eq!(fixture.control("DELETE", path, None).await.status, 204);
    assert_eq!(
        page(&fixture, Service::Dcs, "").await,
        expect(2, &["a", "c"])
    );
    assert_eq!(fixture.dcs(&tasks_of("b")).await.status, 404);
    for method in ["DELETE", "GET"] {
        let response = fixture.control(method, path, None).await;
        assert_eq!(response.status, 404);
        assert!(response.body.contains("no instance"), "{response:?}");
    }
}

#[tokio::test]
async fn unknown_attribute_is_rejected() {
    let fixture = fixture().await;
    let body = json!({ "nick": "x" });
    let response = fixture.control("PUT", "instances/dcs/b", Some(body)).await;
    assert_eq!(response.status, 400);
    assert!(response.body.contains("nick"), "{response:?}");
    let invalid = json!({ "dcs": [{ "instance_id": "b", "attributes": { "capacity": "2" } }] });
    assert!(serde_json::from_value::<Data>(invalid).is_err());
}

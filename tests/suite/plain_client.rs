//! The committed documents suffice: a client generated from them alone, types and all, decodes
//! every example.

use hwtasks_api::examples::{ALL, Example};
use serde::Serialize;
use serde_json::Value;

use crate::support::server::{INSTANCE, PROJECT, Server, TASK};

#[allow(
    missing_docs,
    unreachable_patterns,
    unused_imports,
    reason = "generated code"
)]
mod dcs {
    progenitor::generate_api!(spec = "../spec/3.0/dcs.json", interface = Builder);
}

#[allow(
    missing_docs,
    unreachable_patterns,
    unused_imports,
    reason = "generated code"
)]
mod kafka {
    progenitor::generate_api!(spec = "../spec/3.0/kafka.json", interface = Builder);
}

/// Each value the body has stands in what was decoded.
fn assert_decoded(example: &Example, decoded: impl Serialize) {
    let body: Value = serde_json::from_str(example.body).expect("it is JSON");
    let decoded = serde_json::to_value(decoded).expect("it is JSON");
    assert_has(example.name, &decoded, &body);
}

fn assert_has(at: &str, decoded: &Value, body: &Value) {
    match (decoded, body) {
        (Value::Object(decoded), Value::Object(body)) => {
            for (name, value) in body {
                assert_has(&format!("{at}.{name}"), &decoded[name], value);
            }
        }
        (Value::Array(decoded), Value::Array(body)) => {
            assert_eq!(decoded.len(), body.len(), "{at}");
            for (i, (decoded, body)) in decoded.iter().zip(body).enumerate() {
                assert_has(&format!("{at}[{i}]"), decoded, body);
            }
        }
        _ => assert_eq!(decoded, body, "{at}"),
    }
}

#[tokio::test]
async fn generated_plain_client_decodes_every_example() {
    for example in ALL {
        let server = Server::serving(example.body).await;
        let (dcs, kafka) = (
            dcs::Client::new(&server.url()),
            kafka::Client::new(&server.url()),
        );
        match example.operation_id {
            "ListDcsTasksV1" => {
                let call = dcs
                    .list_dcs_tasks_v1()
                    .project_id(PROJECT)
                    .instance_id(INSTANCE);
                assert_decoded(example, call.send().await.expect(example.name).into_inner());
            }
            "ListDcsTasks" => {
                let call = dcs
                    .list_dcs_tasks()
                    .project_id(PROJECT)
                    .instance_id(INSTANCE);
                let call = call.limit(10).start_time("20200609160000");
                assert_decoded(example, call.send().await.expect(example.name).into_inner());
            }
            "ListKafkaTasks" => {
                let call = kafka
                    .list_kafka_tasks()
                    .project_id(PROJECT)
                    .instance_id(INSTANCE);
                assert_decoded(example, call.send().await.expect(example.name).into_inner());
            }
            "ShowKafkaTask" => {
                let call = kafka
                    .show_kafka_task()
                    .project_id(PROJECT)
                    .instance_id(INSTANCE);
                let call = call.task_id(TASK);
                assert_decoded(example, call.send().await.expect(example.name).into_inner());
            }
            other => panic!("no call for {other}"),
        }
    }
}

#[tokio::test]
async fn generated_plain_client_decodes_unlisted_error() {
    let body = r#"{"error_code":"APIGW.0308","error_msg":"Slow down.","request_id":"a1"}"#;
    let server = Server::responding(crate::support::server::json(429, body)).await;
    let kafka = kafka::Client::new(&server.url());
    let call = kafka
        .list_kafka_tasks()
        .project_id(PROJECT)
        .instance_id(INSTANCE);
    match call.send().await {
        Err(kafka::Error::ErrorResponse(response)) => {
            assert_eq!(response.status(), 429);
            assert_eq!(response.request_id.as_deref(), Some("a1"));
        }
        other => panic!("{other:?}"),
    }
}

//! Reports what the generated clients make of each case.
#![deny(warnings)]

use std::error::Error;
use std::fs;

use serde::Deserialize;
use serde_json::{Value, json};

#[allow(
    unreachable_patterns,
    reason = "a documented 429 stands before 4XX, and progenitor writes an arm for each"
)]
mod dcs {
    progenitor::generate_api!(spec = "spec/3.0/dcs.json", interface = Builder);
}

#[allow(
    unreachable_patterns,
    reason = "a documented 429 stands before 4XX, and progenitor writes an arm for each"
)]
mod kafka {
    progenitor::generate_api!(spec = "spec/3.0/kafka.json", interface = Builder);
}

#[derive(Deserialize)]
struct Case {
    name: String,
    operation: String,
    parameters: Parameters,
    url: String,
    token: String,
}

#[derive(Deserialize)]
struct Parameters {
    project_id: String,
    instance_id: String,
    #[serde(default)]
    task_id: String,
}

/// What is reported of a call: the status and the body, written again from the generated type.
macro_rules! decoded {
    ($call:expr, $error:path) => {
        match $call.send().await {
            Ok(response) => json!({ "status": response.status().as_u16(), "decoded": response.into_inner() }),
            Err($error(response)) => {
                json!({ "status": response.status().as_u16(), "decoded": response.into_inner() })
            }
            Err(error) => json!({ "error": format!("{error:?}") }),
        }
    };
}

async fn call(case: &Case) -> Result<Value, Box<dyn Error>> {
    let mut headers = reqwest::header::HeaderMap::new();
    headers.insert("X-Auth-Token", case.token.parse()?);
    let http = reqwest::Client::builder()
        .default_headers(headers)
        .build()?;
    let dcs = dcs::Client::new_with_client(&case.url, http.clone());
    let kafka = kafka::Client::new_with_client(&case.url, http);
    let Parameters {
        project_id,
        instance_id,
        task_id,
    } = &case.parameters;
    Ok(match case.operation.as_str() {
        "ListDcsTasksV1" => decoded!(
            dcs.list_dcs_tasks_v1()
                .project_id(project_id)
                .instance_id(instance_id),
            dcs::Error::ErrorResponse
        ),
        "ListDcsTasks" => decoded!(
            dcs.list_dcs_tasks()
                .project_id(project_id)
                .instance_id(instance_id),
            dcs::Error::ErrorResponse
        ),
        "ListKafkaTasks" => decoded!(
            kafka
                .list_kafka_tasks()
                .project_id(project_id)
                .instance_id(instance_id),
            kafka::Error::ErrorResponse
        ),
        "ShowKafkaTask" => decoded!(
            kafka
                .show_kafka_task()
                .project_id(project_id)
                .instance_id(instance_id)
                .task_id(task_id),
            kafka::Error::ErrorResponse
        ),
        other => json!({ "error": format!("no call for {other}") }),
    })
}

fn main() -> Result<(), Box<dyn Error>> {
    let cases: Vec<Case> = serde_json::from_str(&fs::read_to_string("cases.json")?)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let mut report = String::new();
    for case in cases {
        let mut line = runtime
            .block_on(call(&case))
            .unwrap_or_else(|error| json!({ "error": error.to_string() }));
        line["name"] = case.name.into();
        report += &format!("{line}\n");
    }
    fs::write("decoded.jsonl", report)?;
    Ok(())
}

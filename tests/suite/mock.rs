//! The generated mocks of both services, as a user's tests would use them.

use httpmock::MockServer;
use hwtasks::{Client, DcsTaskList, ErrorResponse, KafkaTaskList, RetryPolicy};
use hwtasks_api::examples::{DCS_LIST_EN, KAFKA_SHOW};

use crate::support::server::{INSTANCE, PROJECT, TASK, TOKEN};

fn client(server: &MockServer) -> Client {
    let builder = Client::builder().retry_policy(RetryPolicy::disabled());
    let builder = builder.dcs_endpoint(server.base_url());
    let builder = builder.kafka_endpoint(server.base_url());
    let builder = builder.project_id(PROJECT).token(TOKEN);
    builder.build().expect("it builds")
}

#[tokio::test]
async fn mock_serves_the_dcs_operations() {
    use hwtasks::mock::dcs::MockServerExt as _;

    let server = MockServer::start_async().await;
    let list: DcsTaskList = serde_json::from_str(DCS_LIST_EN.body).expect("it succeeds");
    let mock = server.list_dcs_tasks(|when, then| {
        when.project_id(PROJECT).instance_id(INSTANCE).offset(3);
        then.ok(&list);
    });
    let request = client(&server).dcs().list(INSTANCE);
    assert_eq!(*request.clone().offset(3).await.expect("it succeeds"), list);
    mock.assert();
    let error = request
        .offset(4)
        .await
        .expect_err("the mock expects another request");
    assert!(error.is_not_found());
    mock.assert();
}

#[tokio::test]
async fn mock_serves_the_kafka_operations() {
    use hwtasks::mock::kafka::MockServerExt as _;

    let server = MockServer::start_async().await;
    let shown: KafkaTaskList = serde_json::from_str(KAFKA_SHOW.body).expect("it succeeds");
    let show = server.show_kafka_task(|when, then| {
        when.task_id(TASK);
        then.ok(&shown);
    });
    let body = r#"{ "error_code": "DMS.00403002", "error_msg": "forbidden" }"#;
    let body: ErrorResponse = serde_json::from_str(body).expect("the error body is decoded");
    let list = server.list_kafka_tasks(|_, then| {
        then.forbidden(&body);
    });
    let kafka = client(&server).kafka();
    let task = kafka.show(INSTANCE, TASK).await.expect("there is a task");
    assert_eq!([task.into_inner()], *shown.tasks);
    let error = kafka.list(INSTANCE).await.expect_err("forbidden");
    assert!(error.is_forbidden());
    assert_eq!(error.code().as_deref(), Some("DMS.00403002"));
    show.assert();
    list.assert();
}

//! Error responses: the code and the body of each service.

use hwtasks_emulator::{Emulator, PROJECT_ID, Service, TOKEN};
use serde_json::Value;

use crate::fixture::{Fixture, RawResponse, tasks, tasks_of};

/// Status, error code and message of either error body.
fn parsed_error(response: &RawResponse) -> (u16, String, String) {
    let json = response.json();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let (code, message) = match json.get("error") {
        Some(nested) => (text(&nested["code"]), text(&nested["message"])),
        None => (text(&json["error_code"]), text(&json["error_msg"])),
    };
    let nested = json.get("error").is_some();
    assert_eq!(
        nested,
        !code.contains('.') && json.get("error_code").is_none(),
        "{json}"
    );
    (response.status, code, message)
}

async fn expect(fixture: &Fixture, service: Service, target: &str, expected: (u16, &str, &str)) {
    let (status, code, message) = parsed_error(&fixture.get(service, target).await);
    assert_eq!(
        (status, code.as_str()),
        (expected.0, expected.1),
        "{target}: {message}"
    );
    assert!(message.contains(expected.2), "{target}: {message}");
}

#[tokio::test]
async fn unknown_instance_project_or_task_returns_service_error() {
    let fixture = Fixture::start().await;
    let v1 = |path: String| path.replace("/v2/", "/v1.0/");
    let elsewhere = |path: String| path.replace(PROJECT_ID, "another-project");
    let instance = "instance does not exist";
    let project = "Project ID does not match the token.";
    expect(
        &fixture,
        Service::Dcs,
        &v1(tasks_of("x")),
        (404, "111404022", instance),
    )
    .await;
    expect(
        &fixture,
        Service::Dcs,
        &tasks_of("x"),
        (404, "DCS.3022", "This DCS instance does not exist."),
    )
    .await;
    expect(
        &fixture,
        Service::Kafka,
        &tasks_of("x"),
        (404, "DMS.00404022", instance),
    )
    .await;
    expect(
        &fixture,
        Service::Dcs,
        &elsewhere(tasks("v1.0")),
        (401, "111401004", project),
    )
    .await;
    expect(
        &fixture,
        Service::Dcs,
        &elsewhere(tasks("v2")),
        (401, "DCS.1004", project),
    )
    .await;
    expect(
        &fixture,
        Service::Kafka,
        &elsewhere(tasks("v2")),
        (
            401,
            "DMS.10240104",
            "The project ID and token do not match.",
        ),
    )
    .await;
    let show = format!("{}/no-such-task", tasks("v2"));
    expect(
        &fixture,
        Service::Kafka,
        &show,
        (400, "DMS.00400070", "Invalid task ID format."),
    )
    .await;
    expect(
        &fixture,
        Service::Kafka,
        &format!("{}/x", tasks_of("x")),
        (404, "DMS.00404022", instance),
    )
    .await;
    // A segment that is not UTF-8, or has an encoded slash, names no instance.
    expect(
        &fixture,
        Service::Kafka,
        &tasks_of("%FF"),
        (404, "DMS.00404022", instance),
    )
    .await;
    expect(
        &fixture,
        Service::Dcs,
        &tasks_of("a%2Fb"),
        (404, "DCS.3022", instance),
    )
    .await;
}

#[tokio::test]
async fn invalid_query_parameter_returns_400_naming_it() {
    let fixture = Fixture::start().await;
    for (service, version, code, query, name) in [
        (Service::Dcs, "v1.0", "111400062", "start=0", "start"),
        (
            Service::Dcs,
            "v1.0",
            "111400062",
            "begin_time=20200101000000",
            "begin_time",
        ),
        (Service::Dcs, "v2", "DCS.4062", "limit=1001", "limit"),
        (Service::Dcs, "v2", "DCS.4062", "offset=one", "offset"),
        (
            Service::Dcs,
            "v2",
            "DCS.4062",
            "begin_time=20200101000000",
            "begin_time",
        ),
        (
            Service::Dcs,
            "v2",
            "DCS.4062",
            "end_time=2020-01-01",
            "end_time",
        ),
        (Service::Kafka, "v2", "DMS.00400062", "limit=0", "limit"),
        (Service::Kafka, "v2", "DMS.00400062", "offset=0", "offset"),
        (
            Service::Kafka,
            "v2",
            "DMS.00400062",
            "start=1&start=2",
            "start",
        ),
        (Service::Kafka, "v2", "DMS.00400062", "%E4%BB%BB=1", "任"),
    ] {
        let target = format!("{}?{query}", tasks(version));
        expect(
            &fixture,
            service,
            &target,
            (400, code, &format!("Invalid {name} parameter")),
        )
        .await;
    }
    let show = format!("{}/8abfa7b272adc5b40172b73130065ae7?limit=1", tasks("v2"));
    expect(
        &fixture,
        Service::Kafka,
        &show,
        (400, "DMS.00400062", "Invalid limit parameter"),
    )
    .await;
}

#[tokio::test]
async fn lenient_ignores_unknown_names_only() {
    let fixture = Fixture::with(Emulator::builder().lenient(true)).await;
    let ignored = format!("{}?begin_time=20990101000000&x=y", tasks("v2"));
    assert_eq!(fixture.dcs(&ignored).await.ids().len(), 2);
    let typed = format!("{}?limit=x", tasks("v2"));
    expect(&fixture, Service::Dcs, &typed, (400, "DCS.4062", "limit")).await;
}

#[tokio::test]
async fn other_method_returns_405() {
    let fixture = Fixture::start().await;
    for (service, version, code) in [
        (Service::Dcs, "v1.0", "111405001"),
        (Service::Dcs, "v2", "DCS.5001"),
        (Service::Kafka, "v2", "DMS.00405001"),
    ] {
        for method in ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "BREW"] {
            let url = format!("{}{}", fixture.url(service), tasks(version));
            let request = fixture.http.request(method.parse().unwrap(), url);
            let response =
                RawResponse::read(request.header("X-Auth-Token", TOKEN).send().await.unwrap())
                    .await;
            crate::spec::check(service, method, &tasks(version), &response);
            let (status, error_code, message) = parsed_error(&response);
            assert_eq!((status, error_code.as_str()), (405, code), "{method}");
            assert_eq!(message, "This request method is not allowed.");
            assert_eq!(response.header("allow"), "GET");
        }
        let url = format!("{}{}", fixture.url(service), tasks(version));
        let head = fixture
            .http
            .head(url)
            .header("X-Auth-Token", TOKEN)
            .send()
            .await
            .unwrap();
        assert_eq!(head.status(), 405);
    }
}

#[tokio::test]
async fn other_path_returns_gateway_404() {
    let fixture = Fixture::start().await;
    for (service, path) in [
        (Service::Kafka, tasks("v1.0")),
        (
            Service::Dcs,
            format!("{}/8abfa7b272adc5b40172b73130065ae7", tasks("v2")),
        ),
        (Service::Dcs, format!("{}/", tasks("v2"))),
        (Service::Kafka, "/".to_owned()),
        (Service::Kafka, "/v3/auth/tokens".to_owned()),
    ] {
        let response = fixture.get(service, &path).await;
        let (status, code, message) = parsed_error(&response);
        assert_eq!((status, code.as_str()), (404, "APIGW.0101"), "{path}");
        assert!(message.contains(&path), "{message}");
        assert_eq!(
            response.json()["request_id"],
            response.header("x-request-id")
        );
    }
}

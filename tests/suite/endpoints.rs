//! Which endpoints and projects a client can be built with.

use hwtasks::{Client, ErrorKind};

fn refusal(endpoint: &str) -> Option<String> {
    let built = Client::builder()
        .dcs_endpoint(endpoint)
        .project_id("p")
        .without_credentials()
        .build();
    built.err().map(|error| {
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        error.to_string()
    })
}

#[test]
fn https_and_loopback_endpoints_are_accepted() {
    for endpoint in [
        "https://dcs.cn-north-4.myhuaweicloud.com",
        "https://dcs.cn-north-4.myhuaweicloud.com/",
        "https://proxy.example/dcs",
        "http://127.0.0.1:8080",
        "http://127.8.8.8",
        "http://[::1]:8080",
        "http://localhost:8080",
    ] {
        assert_eq!(refusal(endpoint), None, "{endpoint}");
    }
}

#[test]
fn unsafe_endpoints_are_refused() {
    let refusals: Vec<String> = [
        "dcs.cn-north-4.myhuaweicloud.com",
        "http://dcs.cn-north-4.myhuaweicloud.com",
        "http://localhost.example",
        "http://127.0.0.1.example",
        "ftp://127.0.0.1",
        "https://host/?X-Auth-Token=secret",
        "https://dms.cn-north-4.myhuaweicloud.com/v2",
        "https://dms.cn-north-4.myhuaweicloud.com/v2/",
        "https://host/a%2Fb",
        "https://user:secret@host",
        "http://user:secret@host",
        "user:secret@host",
        "",
    ]
    .into_iter()
    .map(|endpoint| refusal(endpoint).unwrap_or_else(|| panic!("{endpoint} was taken")))
    .collect();
    assert!(!refusals.join("").contains("secret"));
    insta::assert_snapshot!(refusals.join("\n"), @r#"
    the endpoint "dcs.cn-north-4.myhuaweicloud.com" is not a URL: relative URL without a base
    the endpoint "http://dcs.cn-north-4.myhuaweicloud.com" is plain http: use https; or allow_plain_http of the builder, to send credentials in the clear
    the endpoint "http://localhost.example" is plain http: use https; or allow_plain_http of the builder, to send credentials in the clear
    the endpoint "http://127.0.0.1.example" is plain http: use https; or allow_plain_http of the builder, to send credentials in the clear
    the endpoint "ftp://127.0.0.1" is not a URL of https
    an endpoint with a query or a fragment is refused
    the endpoint "https://dms.cn-north-4.myhuaweicloud.com/v2" ends in the version of the API, which the client adds: leave it out
    the endpoint "https://dms.cn-north-4.myhuaweicloud.com/v2/" ends in the version of the API, which the client adds: leave it out
    the endpoint "https://host/a%2Fb" has a percent-encoded path
    an endpoint with a user name or password is refused
    an endpoint with a user name or password is refused
    an endpoint with a user name or password is refused
    the endpoint "" is not a URL: relative URL without a base
    "#);
}

#[test]
fn plain_http_is_accepted_when_allowed() {
    let builder = Client::builder()
        .dcs_endpoint("http://dcs.internal")
        .project_id("p")
        .without_credentials();
    assert!(builder.allow_plain_http(true).build().is_ok());
}

#[tokio::test]
async fn missing_credentials_project_and_endpoint_are_named() {
    let errors = [
        Client::builder()
            .dcs_endpoint("https://h")
            .build()
            .expect_err("there are no credentials")
            .to_string(),
        Client::builder()
            .dcs_endpoint("https://h")
            .without_credentials()
            .build()
            .expect_err("there is no project")
            .to_string(),
        Client::builder()
            .project_id("p")
            .build()
            .expect_err("no endpoint is set")
            .to_string(),
        Client::builder()
            .project_id("..")
            .dcs_endpoint("https://h")
            .build()
            .expect_err("the ID is a path segment")
            .to_string(),
        Client::builder()
            .project_id("p")
            .dcs_endpoint("https://h")
            .without_credentials()
            .build()
            .expect("a client of DCS can be built")
            .kafka()
            .list("i")
            .await
            .expect_err("no Kafka endpoint is set")
            .to_string(),
    ];
    insta::assert_snapshot!(errors.join("\n"), @r#"
    no credentials are set; set them with ClientBuilder::credentials or token, or call without_credentials to send requests without authorization
    no project ID is set; set it with ClientBuilder::project_id
    no endpoint is set; set one with ClientBuilder::region, dcs_endpoint or kafka_endpoint
    the project ID ".." would name another path
    ListKafkaTasks: no Kafka endpoint is set; set it with ClientBuilder::kafka_endpoint, or set the region
    "#);
}

#[test]
fn builder_debug_output_hides_endpoint_secrets() {
    for endpoint in [
        "https://user:secret@host",
        "https://host/?token=secret",
        "https://host/#secret",
    ] {
        let shown = format!("{:?}", Client::builder().dcs_endpoint(endpoint));
        assert!(!shown.contains("secret"), "{shown}");
    }
}

/// A test of requests, run once more where the system has a proxy that nobody responses at.
#[test]
fn system_proxy_is_not_used_for_loopback() {
    let closed = std::net::TcpListener::bind("127.0.0.1:0")
        .expect("a port can be bound")
        .local_addr();
    let proxy = format!("http://{}", closed.expect("the listener has an address"));
    let mut tests = std::process::Command::new(std::env::current_exe().expect("this program"));
    for name in ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"] {
        tests.env(name, &proxy);
    }
    let ran = tests
        .args(["--exact", "requests::request_sends_only_what_was_set"])
        .env_remove("NO_PROXY")
        .env_remove("no_proxy")
        .output()
        .expect("the test program runs");
    let printed = String::from_utf8_lossy(&ran.stdout);
    assert!(printed.contains("1 passed; 0 failed"), "{printed}");
}

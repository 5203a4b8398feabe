//! Credentials of each provider against the emulator, which checks signatures and the tokens of temporary keys.

use std::fmt::Write as _;

use hwtasks::{
    ClientBuilder, CredentialsError, Environment, EnvironmentProvider, IamPasswordProvider,
    MetadataProvider, ProfileProvider, ProvideCredentials,
};
use hwtasks_emulator::{AuthConfig, Emulator, INSTANCE_ID, PROJECT_ID, TOKEN};
use hwtasks_signer::Credentials as Keys;
use wiremock::matchers::{body_partial_json, method, path};
use wiremock::{Mock, MockServer};

use crate::support::emulated::Emulated;
use crate::support::server::json;

const AK: &str = "AKOFATEMPORARYKEYPAIR";
/// Contains characters that have a meaning in INI files.
const SK: &str = r"a\b%c==;d#e";
const SECURITY_TOKEN: &str = "a-security-token-that-nobody-may-see";

/// An emulator that accepts one pair of keys and their token.
async fn site() -> Emulated {
    let keys = Keys::new(AK, SK).with_security_token(SECURITY_TOKEN);
    let auth = AuthConfig::default().with_keys([keys]);
    Emulated::start_as(Emulator::builder().auth(auth)).await
}

async fn check(provider: impl ProvideCredentials + 'static) {
    let site = site().await;
    let client = site.builder(provider).build().expect("it builds");
    client
        .kafka()
        .list(INSTANCE_ID)
        .await
        .expect("the request is accepted");
    client
        .dcs()
        .list(INSTANCE_ID)
        .await
        .expect("the request is accepted");
    let requests = site.control.requests();
    assert_eq!(requests.len(), 2);
    assert!(requests.iter().all(|request| {
        let signed = request.header("authorization").unwrap_or_default();
        signed.contains(AK) && request.header("x-security-token").is_some()
    }));
}

#[tokio::test]
async fn environment_keys_sign_accepted_requests() {
    check(EnvironmentProvider::new(Environment::from_vars([
        ("HUAWEICLOUD_SDK_AK", AK),
        ("HUAWEICLOUD_SDK_SK", SK),
        ("HUAWEICLOUD_SDK_SECURITY_TOKEN", SECURITY_TOKEN),
    ])))
    .await;
}

#[tokio::test]
async fn profile_file_keys_sign_accepted_requests() {
    let home = tempfile::tempdir().expect("there is a folder");
    let folder = home.path().join(".huaweicloud");
    std::fs::create_dir(&folder).expect("it can be made");
    let text = format!("[basic]\nak = {AK}\nsk = {SK}\nsecurity_token = {SECURITY_TOKEN}\n");
    std::fs::write(folder.join("credentials"), text).expect("it is written");
    let environment = Environment::from_vars([("", ""); 0]).with_home(home.path());
    check(ProfileProvider::new(environment)).await;
}

#[tokio::test]
async fn metadata_service_keys_sign_accepted_requests() {
    let service = MockServer::start().await;
    let token = wiremock::ResponseTemplate::new(200).set_body_string("t");
    let mock = Mock::given(method("PUT")).respond_with(token);
    mock.mount(&service).await;
    let credential = serde_json::json!({
        "access": AK, "secret": SK, "securitytoken": SECURITY_TOKEN,
        "expires_at": "2026-01-03T03:04:05Z",
    });
    let keys = serde_json::json!({ "credential": credential }).to_string();
    let mock = Mock::given(path("/openstack/latest/securitykey")).respond_with(json(200, &keys));
    mock.mount(&service).await;
    let time = crate::support::server::clock(crate::support::emulated::NOW);
    check(
        MetadataProvider::new()
            .base_url(service.uri())
            .time_source(time),
    )
    .await;
}

#[tokio::test]
async fn password_token_is_accepted() {
    let iam = MockServer::start().await;
    let asked = serde_json::json!({ "auth": { "identity": { "methods": ["password"] } } });
    let body = r#"{"token":{"expires_at":"2026-01-03T03:04:05Z","project":{"id":"PROJECT"}}}"#;
    let response = json(201, &body.replace("PROJECT", PROJECT_ID));
    let mock = Mock::given(body_partial_json(asked));
    let mock = mock.respond_with(response.insert_header("X-Subject-Token", TOKEN));
    mock.mount(&iam).await;
    let site = Emulated::start().await;
    let provider = IamPasswordProvider::builder("user", "password", "domain")
        .region("cn-north-4")
        .endpoint(iam.uri())
        .time_source(site.time.clone())
        .build()
        .expect("the provider can be built");
    // The project is the token's.
    let client = hwtasks::Client::builder()
        .kafka_endpoint(site.emulator.kafka_url())
        .credentials(provider)
        .time_source(site.time.clone())
        .build()
        .expect("it builds");
    client
        .kafka()
        .list(INSTANCE_ID)
        .await
        .expect("the request is accepted");
    let requests = site.control.requests();
    assert!(requests[0].header("x-auth-token").is_some());
}

#[tokio::test]
async fn wrong_key_or_missing_token_is_rejected() {
    for (secret, token) in [("another", SECURITY_TOKEN), (SK, "another"), (SK, "")] {
        let site = site().await;
        let variables = [
            ("HUAWEICLOUD_SDK_AK", AK),
            ("HUAWEICLOUD_SDK_SK", secret),
            ("HUAWEICLOUD_SDK_SECURITY_TOKEN", token),
        ];
        let provider = EnvironmentProvider::new(Environment::from_vars(variables));
        let client = site.builder(provider).build().expect("it builds");
        let error = client
            .kafka()
            .list(INSTANCE_ID)
            .await
            .expect_err("it fails");
        assert!(error.is_unauthorized(), "{error}");
        // The clock is right, so the request is not retried.
        assert_eq!((error.attempts(), error.clock_skew()), (1, None), "{error}");
    }
}

#[test]
fn provider_debug_output_hides_endpoint_secrets() {
    let endpoint = "https://user:hunter2@iam.example";
    let builder = IamPasswordProvider::builder("user", "password", "domain").endpoint(endpoint);
    let metadata = MetadataProvider::new().base_url(endpoint);
    let variables = [("HWTASKS_METADATA_ENDPOINT", endpoint)];
    let environment = Environment::from_vars(variables);
    let chain = hwtasks::ProviderChain::official(&environment);
    let mut shown = String::new();
    write!(shown, "{builder:?} {metadata:?} {chain:?} {environment:?}").expect("it is written");
    let client = ClientBuilder::from_environment(environment).credentials(metadata);
    write!(shown, "{client:?}").expect("it is written");
    assert!(!shown.contains("hunter2"), "{shown}");
}

#[tokio::test(start_paused = true)]
async fn silent_metadata_service_times_out() {
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await;
    let silent = silent.expect("a port can be bound");
    let address = silent.local_addr().expect("the listener has an address");
    let provider = MetadataProvider::new().base_url(format!("http://{address}"));
    let begun = tokio::time::Instant::now();
    let error: CredentialsError = provider.provide().await.expect_err("the service is silent");
    assert!(begun.elapsed().as_secs() <= 18, "{:?}", begun.elapsed());
    assert!(error.to_string().contains("no response in time"), "{error}");
}

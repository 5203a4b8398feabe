//! Clients as an environment configures them; an injected one, never the tests' own.

use hwtasks::{ClientBuilder, Environment, Error, ErrorKind, Origin};
use hwtasks_api::examples::KAFKA_LIST;

use crate::support::server::{INSTANCE, PROJECT, Server, TOKEN, json};
use crate::support::unused_port;

const SK: &str = "sk-that-nobody-may-see";

/// A server, and variables that send everything to it.
async fn configured(variables: &[(&str, &str)]) -> (Server, Environment) {
    let server = Server::serving(KAFKA_LIST.body).await;
    let mut all = vec![
        ("HWTASKS_KAFKA_ENDPOINT", server.url()),
        ("HWTASKS_METADATA_ENDPOINT", server.url()),
        ("HUAWEICLOUD_SDK_IAM_ENDPOINT", server.url()),
    ];
    all.extend(variables.iter().map(|(k, v)| (*k, (*v).to_owned())));
    (server, Environment::from_vars(all))
}

#[tokio::test]
async fn environment_keys_and_project_are_used() {
    let (server, environment) = configured(&[
        ("HUAWEICLOUD_SDK_AK", "AKFROMENVIRONMENT"),
        ("HUAWEICLOUD_SDK_SK", SK),
        ("HUAWEICLOUD_SDK_PROJECT_ID", PROJECT),
    ])
    .await;
    let builder = ClientBuilder::from_environment(environment);
    let client = builder.load().await.expect("it builds");
    assert_eq!(client.project_id(), Some(PROJECT));
    assert!(!server.was_called().await);
    client.kafka().list(INSTANCE).await.expect("it succeeds");
    let request = server.request().await;
    let authorization = request.headers["authorization"]
        .to_str()
        .expect("it is text");
    assert!(authorization.contains("Access=AKFROMENVIRONMENT,"));
    assert!(request.url.path().contains(PROJECT));
}

/// A token, and keys that are invalid but not used.
const TOKEN_VARIABLES: [(&str, &str); 3] = [
    ("HWTASKS_TOKEN", TOKEN),
    ("HUAWEICLOUD_SDK_AK", "AK"),
    ("HUAWEICLOUD_SDK_PROJECT_ID", PROJECT),
];

#[tokio::test]
async fn token_variable_precedes_the_chain() {
    let (server, environment) = configured(&TOKEN_VARIABLES).await;
    let client = ClientBuilder::from_environment(environment)
        .build()
        .expect("it builds");
    client.kafka().list(INSTANCE).await.expect("it succeeds");
    assert_eq!(server.request().await.headers["x-auth-token"], TOKEN);
}

#[tokio::test]
async fn builder_token_and_project_precede_variables() {
    let (server, environment) = configured(&TOKEN_VARIABLES).await;
    let client = ClientBuilder::from_environment(environment)
        .token("another")
        .project_id("another")
        .build()
        .expect("it builds");
    client.kafka().list(INSTANCE).await.expect("it succeeds");
    let request = server.request().await;
    assert_eq!(request.headers["x-auth-token"], "another");
    assert!(request.url.path().starts_with("/v2/another/"));
}

#[test]
fn region_variables_first_name_wins() {
    let dcs = |variables: &[(&str, &str)]| {
        let variables = variables.iter().copied().chain([("HWTASKS_TOKEN", TOKEN)]);
        let builder = ClientBuilder::from_environment(Environment::from_vars(variables));
        let client = builder.build().expect("it builds");
        client.dcs_endpoint().expect("an endpoint").to_owned()
    };
    let official = ("HW_REGION_NAME", "cn-north-1");
    assert_eq!(dcs(&[official]), "https://dcs.cn-north-1.myhuaweicloud.com");
    assert_eq!(
        dcs(&[official, ("HWTASKS_REGION", "cn-north-4")]),
        "https://dcs.cn-north-4.myhuaweicloud.com"
    );
    // Empty is not set.
    assert_eq!(
        dcs(&[official, ("HWTASKS_REGION", "")]),
        "https://dcs.cn-north-1.myhuaweicloud.com"
    );
}

#[tokio::test]
async fn missing_credentials_error_names_every_provider() {
    let home = tempfile::tempdir().expect("there is a folder");
    let metadata = unused_port();
    let environment = Environment::from_vars([
        ("HWTASKS_REGION", "cn-north-4"),
        ("HWTASKS_METADATA_ENDPOINT", &metadata),
    ])
    .with_home(home.path());
    let builder = ClientBuilder::from_environment(environment);
    let error = builder.clone().load().await.expect_err("there are none");
    assert_eq!(error.kind(), ErrorKind::Credentials);
    assert!(error.is_credentials());
    let shown = |error: &Error| {
        error
            .to_string()
            .replace(&*home.path().to_string_lossy(), "HOME")
            .replace(&metadata, "METADATA")
    };
    insta::assert_snapshot!(shown(&error), @"no credentials: environment: HUAWEICLOUD_SDK_AK and HUAWEICLOUD_SDK_SK are not set; profile file: HOME/.huaweicloud/credentials does not exist; metadata service: not reachable at METADATA: GetMetadataToken: cannot connect to the endpoint");
    // A call says the same.
    let client = builder.build().expect("it builds");
    let error = client.dcs().list(INSTANCE).await.expect_err("it fails");
    assert_eq!(error.kind(), ErrorKind::Credentials);
    insta::assert_snapshot!(shown(&error), @"ListDcsTasks: no credentials: environment: HUAWEICLOUD_SDK_AK and HUAWEICLOUD_SDK_SK are not set; profile file: HOME/.huaweicloud/credentials does not exist; metadata service: not reachable at METADATA: GetMetadataToken: cannot connect to the endpoint");
    // Nothing was written.
    assert_eq!(home.path().read_dir().expect("it can be read").count(), 0);
}

#[tokio::test]
async fn invalid_provider_stops_the_chain() {
    let metadata = Server::responding(json(200, "{}")).await;
    let environment = Environment::from_vars([
        ("HWTASKS_REGION", "cn-north-4".to_owned()),
        ("HWTASKS_METADATA_ENDPOINT", metadata.url()),
        ("HUAWEICLOUD_SDK_SK", SK.to_owned()),
    ]);
    let builder = ClientBuilder::from_environment(environment);
    let error = builder.load().await.expect_err("the AK is missing");
    insta::assert_snapshot!(error, @"no credentials: environment: HUAWEICLOUD_SDK_SK is set and HUAWEICLOUD_SDK_AK is not: set both, or neither; the providers after it were not tried");
    assert!(!metadata.was_called().await);
}

#[test]
fn missing_or_invalid_setting_is_named_with_its_variable() {
    let refusal = |variables: &[(&str, &str)]| {
        let environment = Environment::from_vars(variables.iter().copied());
        let error = ClientBuilder::from_environment(environment)
            .build()
            .expect_err("the setting is invalid");
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        error.to_string()
    };
    let region = ("HWTASKS_REGION", "cn-north-4");
    let mut refusals = vec![
        refusal(&[]),
        refusal(&[("HWTASKS_REGION", "cn north 4")]),
        refusal(&[("HWTASKS_DCS_ENDPOINT", "http://dcs.example")]),
        refusal(&[region, ("HUAWEICLOUD_SDK_IAM_ENDPOINT", "iam.example")]),
        refusal(&[region, ("HUAWEICLOUD_SDK_PROJECT_ID", "..")]),
    ];
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStringExt as _;
        let odd = std::ffi::OsString::from_vec(b"secret\xff".to_vec());
        let environment = Environment::from_vars([("HWTASKS_TOKEN", odd)]);
        let built = ClientBuilder::from_environment(environment)
            .region("r")
            .build();
        refusals.push(built.expect_err("the variable is not Unicode").to_string());
    }
    assert!(!refusals.concat().contains("secret"));
    insta::assert_snapshot!(refusals.join("\n"), @r#"
    no region is set; set HWTASKS_REGION, ClientBuilder::region, or region in the profile file
    HWTASKS_REGION: "cn north 4" is not a region: give its ID, such as cn-north-4
    HWTASKS_DCS_ENDPOINT: the endpoint "http://dcs.example" is plain http: use https; or allow_plain_http of the builder, to send credentials in the clear
    HUAWEICLOUD_SDK_IAM_ENDPOINT: the endpoint "iam.example" is not a URL: relative URL without a base
    HUAWEICLOUD_SDK_PROJECT_ID: the project ID ".." would name another path
    HWTASKS_TOKEN is not valid Unicode
    "#);
}

#[test]
fn proxy_and_user_agent_are_validated_and_hidden() {
    let builder = || {
        hwtasks::Client::builder()
            .region("cn-north-4")
            .project_id("p")
            .without_credentials()
    };
    let proxied = builder().proxy("http://user:hunter2@proxy.example:3128");
    assert!(!format!("{proxied:?}").contains("hunter2"));
    let client = proxied.clone().build().expect("it builds");
    assert!(!format!("{client:?}").contains("hunter2"));
    let own = || reqwest::Client::new();
    let refusals: Vec<_> = [
        proxied.http_client(own()),
        builder().user_agent_suffix("a/1").http_client(own()),
        builder().proxy("http://user:hunter2@"),
        builder().user_agent_suffix("a\nb"),
    ]
    .into_iter()
    .map(|builder| {
        builder
            .build()
            .expect_err("the setting is invalid")
            .to_string()
    })
    .collect();
    assert!(!refusals.concat().contains("hunter2"));
    insta::assert_snapshot!(refusals.join("\n"), @"
    proxy and user_agent_suffix do not apply to http_client: configure them there
    proxy and user_agent_suffix do not apply to http_client: configure them there
    the proxy is not a URL, such as http://proxy.example:3128
    the user agent suffix is not printable ASCII
    ");
}

#[tokio::test]
async fn proxy_is_used_and_user_agent_has_the_suffix() {
    let proxy = Server::serving(KAFKA_LIST.body).await;
    let client = hwtasks::Client::builder()
        .kafka_endpoint("http://kafka.example")
        .allow_plain_http(true)
        .proxy(proxy.url())
        .user_agent_suffix("inventory/1.2")
        .project_id(PROJECT)
        .token(TOKEN)
        .build()
        .expect("it builds");
    client.kafka().list(INSTANCE).await.expect("it succeeds");
    let request = proxy.request().await;
    assert_eq!(request.headers["host"], "kafka.example");
    let user_agent = request.headers["user-agent"].to_str().expect("it is text");
    assert!(user_agent.starts_with("hwtasks/") && user_agent.ends_with(" inventory/1.2"));
}

fn variable(name: &str) -> Option<Origin> {
    Some(Origin::Variable(name.to_owned()))
}

/// An environment with a region, an endpoint of Kafka and a credentials file in `home`; and the file.
fn profile_environment(home: &std::path::Path) -> (Environment, String) {
    let file = home.join("credentials");
    std::fs::write(&file, "[work]\nak = AK\nsk = SK\nproject_id = P\n").expect("it is written");
    let file = file.display().to_string();
    let environment = Environment::from_vars([
        ("HUAWEICLOUD_SDK_CREDENTIALS_FILE", file.as_str()),
        ("HWTASKS_PROFILE", "work"),
        ("HW_REGION_NAME", "cn-north-4"),
        (
            "HUAWEICLOUD_SDK_REGION_KAFKA_CN_NORTH_4",
            "https://kafka.example",
        ),
    ]);
    (environment, file)
}

#[tokio::test]
async fn origins_of_an_environment_with_a_profile_name_variables_and_file() {
    let home = tempfile::tempdir().expect("there is a folder");
    let (environment, file) = profile_environment(home.path());
    let client = ClientBuilder::from_environment(environment)
        .build()
        .expect("the environment is complete");
    assert_eq!(client.region(), Some("cn-north-4"));
    let origins = client.origins();
    assert_eq!(origins.region, variable("HW_REGION_NAME"));
    assert_eq!(origins.dcs_endpoint, Some(Origin::Region));
    assert_eq!(
        origins.kafka_endpoint,
        variable("HUAWEICLOUD_SDK_REGION_KAFKA_CN_NORTH_4")
    );
    assert_eq!(origins.project_id, None);
    client.load().await.expect("it has keys");
    assert_eq!(client.origins().project_id, Some(Origin::Credentials));
    let credentials = client
        .credentials()
        .await
        .expect("it has keys")
        .expect("there are some");
    assert_eq!(
        credentials.provider(),
        Some(format!("{file} [work]").as_str())
    );
}

#[test]
fn origins_of_builder_settings_are_the_builder() {
    let home = tempfile::tempdir().expect("there is a folder");
    let (environment, _) = profile_environment(home.path());
    let builder = ClientBuilder::from_environment(environment);
    let client = builder
        .region("cn-north-1")
        .project_id("Q")
        .dcs_endpoint("https://dcs.example");
    let client = client.build().expect("it builds");
    let origins = client.origins();
    let builder = Some(Origin::Builder);
    assert_eq!(
        (&origins.region, &origins.dcs_endpoint),
        (&builder, &builder)
    );
    assert_eq!(origins.kafka_endpoint, Some(Origin::Region));
    assert_eq!(origins.project_id, builder);
}

#[tokio::test]
async fn origins_of_a_token_in_the_environment_name_its_variables() {
    let home = tempfile::tempdir().expect("there is a folder");
    let (environment, _) = profile_environment(home.path());
    let token = environment.with_variable("HWTASKS_TOKEN", TOKEN);
    let token = token.with_variable("HUAWEICLOUD_SDK_PROJECT_ID", PROJECT);
    let token = token.with_variable("HWTASKS_DCS_ENDPOINT", "https://dcs.example");
    let client = ClientBuilder::from_environment(token)
        .build()
        .expect("it builds");
    let origins = client.origins();
    assert_eq!(origins.dcs_endpoint, variable("HWTASKS_DCS_ENDPOINT"));
    assert_eq!(origins.project_id, variable("HUAWEICLOUD_SDK_PROJECT_ID"));
    let credentials = client
        .credentials()
        .await
        .expect("a token")
        .expect("there are some");
    assert_eq!(credentials.provider(), Some("HWTASKS_TOKEN"));
}

#[tokio::test]
async fn origin_of_keys_in_the_environment_names_both_variables() {
    let keys = Environment::from_vars([
        ("HWTASKS_REGION", "cn-north-4"),
        ("HUAWEICLOUD_SDK_AK", "AK"),
        ("HUAWEICLOUD_SDK_SK", SK),
    ]);
    let client = ClientBuilder::from_environment(keys)
        .build()
        .expect("it builds");
    let credentials = client
        .credentials()
        .await
        .expect("it has keys")
        .expect("there are some");
    assert_eq!(
        credentials.provider(),
        Some("HUAWEICLOUD_SDK_AK and HUAWEICLOUD_SDK_SK")
    );
}

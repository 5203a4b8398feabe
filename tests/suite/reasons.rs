//! Typed reasons of errors, and messages without the help for programmers.

use std::time::Duration;

use hwtasks::{
    Client, ClientBuilder, Credentials, CredentialsError, Environment, EnvironmentProvider, Error,
    ErrorKind, ProfileProvider, ProviderChain, Reason, UrlProblem, WaitTarget,
};

use crate::support::script::FakeService;
use crate::support::server::{INSTANCE, PROJECT, Server, clock, json};

fn from_vars(variables: &[(&str, &str)]) -> ClientBuilder {
    ClientBuilder::from_environment(Environment::from_vars(variables.iter().copied()))
}

fn refused(builder: ClientBuilder) -> Error {
    builder.build().expect_err("the configuration is invalid")
}

#[test]
fn environment_without_region_is_no_region() {
    let error = refused(from_vars(&[("HWTASKS_TOKEN", "t")]));
    assert!(matches!(error.reason(), Some(Reason::NoRegion)), "{error}");
    assert_eq!(error.summary().to_string(), "no region is set");
    assert!(
        error
            .help()
            .is_some_and(|help| help.contains("HWTASKS_REGION"))
    );
}

#[test]
fn builder_without_endpoints_is_no_endpoint() {
    let error = refused(Client::builder().project_id(PROJECT));
    let reason = error.reason();
    assert!(
        matches!(reason, Some(Reason::NoEndpoint { service: None, .. })),
        "{error}"
    );
}

#[tokio::test]
async fn call_without_the_endpoint_of_its_service_names_the_service() {
    let builder = Client::builder().project_id(PROJECT).without_credentials();
    let client = builder.kafka_endpoint("http://127.0.0.1:9").build();
    let error = client.expect("it builds").dcs().list(INSTANCE).await;
    let error = error.expect_err("no endpoint is set");
    let reason = error.reason();
    let expected = matches!(
        reason,
        Some(Reason::NoEndpoint {
            service: Some("DCS"),
            ..
        })
    );
    assert!(expected, "{error}");
}

#[tokio::test]
async fn missing_project_is_no_project() {
    let error = refused(Client::builder().region("cn-north-4").without_credentials());
    assert!(matches!(error.reason(), Some(Reason::NoProject)), "{error}");

    let builder = Client::builder().token("t");
    let client = builder.kafka_endpoint("http://127.0.0.1:9").build();
    let error = client.expect("it builds").kafka().list(INSTANCE).await;
    let error = error.expect_err("there is no project");
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    assert!(matches!(error.reason(), Some(Reason::NoProject)), "{error}");
}

#[tokio::test]
async fn projects_of_one_name_are_counted() {
    let two = r#"{"projects":[{"id":"a","name":"cn-north-4"},{"id":"b","name":"cn-north-4"}]}"#;
    for (body, expected) in [(two, 2), (r#"{"projects":[]}"#, 0)] {
        let server = Server::responding(json(200, body)).await;
        let builder = Client::builder().region("cn-north-4").token("t");
        let client = builder.iam_endpoint(server.url()).build();
        let error = client.expect("it builds").load().await;
        let error = error.expect_err("there is not exactly one project");
        let Some(Reason::AmbiguousProject { region, count, .. }) = error.reason() else {
            panic!("{error:?}");
        };
        assert_eq!((region.as_str(), *count), ("cn-north-4", expected));
    }
}

#[test]
fn invalid_url_has_its_problem_and_its_variable() {
    for (url, expected) in [
        ("dcs.example.com", UrlProblem::Malformed),
        ("http://dcs.example.com", UrlProblem::PlainHttp),
        ("ftp://dcs.example.com", UrlProblem::UnsupportedScheme),
        ("https://user@dcs.example.com", UrlProblem::UserInfo),
        ("https://dcs.example.com?a=b", UrlProblem::QueryOrFragment),
        ("https://dcs.example.com/%41", UrlProblem::EncodedPath),
        ("https://dcs.example.com/v2", UrlProblem::ApiVersion),
    ] {
        let given = refused(Client::builder().project_id(PROJECT).dcs_endpoint(url));
        let set = refused(from_vars(&[("HWTASKS_DCS_ENDPOINT", url)]).project_id(PROJECT));
        for (error, from) in [(given, None), (set, Some("HWTASKS_DCS_ENDPOINT"))] {
            let Some(Reason::InvalidUrl {
                problem, variable, ..
            }) = error.reason()
            else {
                panic!("{url}: {error:?}");
            };
            assert_eq!((*problem, variable.as_deref()), (expected, from), "{url}");
        }
    }
}

#[tokio::test]
async fn providers_without_credentials_are_all_named() {
    let home = tempfile::tempdir().expect("there is a folder");
    let none: [(&str, &str); 0] = [];
    let environment = Environment::from_vars(none).with_home(home.path());
    let chain = ProviderChain::new()
        .then(EnvironmentProvider::new(environment.clone()))
        .then(ProfileProvider::new(environment));
    let client = Client::builder().region("cn-north-4").credentials(chain);
    let error = client.build().expect("it builds").load().await;
    let error = error.expect_err("there are none");
    let Some(Reason::NoCredentials { providers, .. }) = error.reason() else {
        panic!("{error:?}");
    };
    let names: Vec<_> = providers.iter().map(|failure| &*failure.provider).collect();
    assert_eq!(names, ["environment", "profile file"]);
    let keys = ["HUAWEICLOUD_SDK_AK", "HUAWEICLOUD_SDK_SK"];
    assert_eq!(providers[0].error.variables(), keys);
    assert!(
        providers
            .iter()
            .all(|failure| failure.error.is_not_configured())
    );
}

#[tokio::test]
async fn failed_provider_is_the_last_one_named() {
    let home = tempfile::tempdir().expect("there is a folder");
    let environment = Environment::from_vars([("HWTASKS_PROFILE", "work")]);
    let environment = environment.with_home(home.path());
    let chain = ProviderChain::new()
        .then(EnvironmentProvider::new(environment.clone()))
        .then(ProfileProvider::new(environment))
        .then(Credentials::token("t"));
    let client = Client::builder().region("cn-north-4").credentials(chain);
    let error = client.build().expect("it builds").load().await;
    let error = error.expect_err("there are none");
    let Some(Reason::ProviderFailed {
        providers, skipped, ..
    }) = error.reason()
    else {
        panic!("{error:?}");
    };
    assert_eq!((providers.len(), *skipped), (2, 1));
    let failed = &providers[1];
    assert_eq!(failed.provider, "profile file");
    assert_eq!(failed.error.variables(), ["HWTASKS_PROFILE"]);
    assert!(
        failed
            .error
            .message()
            .ends_with("credentials does not exist")
    );
    assert_eq!(
        failed.error.help(),
        Some("create it, or unset HWTASKS_PROFILE")
    );
}

#[tokio::test]
async fn single_provider_is_named_like_a_chain_of_one() {
    #[derive(Debug)]
    struct Vault(fn(&'static str) -> CredentialsError);
    impl hwtasks::ProvideCredentials for Vault {
        fn name(&self) -> std::borrow::Cow<'static, str> {
            "vault".into()
        }
        fn provide(&self) -> hwtasks::Provided<'_> {
            Box::pin(async { Err((self.0)("it is sealed")) })
        }
    }
    for (vault, fails) in [
        (Vault(CredentialsError::not_configured), false),
        (Vault(CredentialsError::invalid_configuration), true),
    ] {
        let client = Client::builder().region("cn-north-4").credentials(vault);
        let error = client.build().expect("it builds").load().await;
        let error = error.expect_err("there are none");
        let providers = match error.reason() {
            Some(Reason::ProviderFailed {
                providers,
                skipped: 0,
                ..
            }) if fails => providers,
            Some(Reason::NoCredentials { providers, .. }) if !fails => providers,
            _ => panic!("{error:?}"),
        };
        assert_eq!(providers.len(), 1);
        assert_eq!(providers[0].provider, "vault");
        assert_eq!(providers[0].error.message(), "it is sealed");
    }
}

#[tokio::test]
async fn wait_without_its_task_has_target_and_grace() {
    let server = FakeService::fixed(vec![]).await;
    let time = clock("2020-06-17T08:00:00Z");
    let client = server
        .builder()
        .time_source(time)
        .build()
        .expect("it builds");
    let second = Duration::from_secs(1);
    let wait = client
        .kafka()
        .wait(INSTANCE, "8abfa7b272adc5b40172b73130065ae7");
    let error = wait
        .not_found_grace(second)
        .await
        .expect_err("no such task");
    let Some(Reason::TaskNotFound { target, grace, .. }) = error.reason() else {
        panic!("{error:?}");
    };
    assert!(
        matches!(target, WaitTarget::Id { id, .. } if id == "8abfa7b272adc5b40172b73130065ae7")
    );
    assert_eq!(*grace, second);
}

#[tokio::test]
async fn wait_by_name_timed_out_has_target_and_timeout() {
    let server = FakeService::fixed(vec![]).await;
    let start: jiff::Timestamp = "2020-06-17T08:00:00Z".parse().expect("it is a time");
    let client = server
        .builder()
        .time_source(clock("2020-06-17T08:00:00Z"))
        .build()
        .expect("it builds");
    let second = Duration::from_secs(1);
    let wait = client.dcs().wait_by_name(INSTANCE, "EXTEND").since(start);
    let error = wait.timeout(5 * second).await.expect_err("no such task");
    let Some(Reason::WaitTimedOut {
        target, timeout, ..
    }) = error.reason()
    else {
        panic!("{error:?}");
    };
    assert!(matches!(
        target,
        WaitTarget::Name { name, since, .. } if name.as_str() == "EXTEND" && *since == Some(start)
    ));
    assert_eq!(*timeout, 5 * second);
}

#[test]
fn argument_without_a_typed_reason_has_none() {
    let error = refused(Client::builder().region("not a region"));
    assert!(error.reason().is_none(), "{error:?}");
    assert_eq!(error.summary().to_string(), error.to_string());
}

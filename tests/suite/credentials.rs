//! Credentials from the environment, caches and chains of providers. No secret is shown.

use std::borrow::Cow;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use hwtasks::{
    CachedProvider, Credentials, CredentialsError, Environment, EnvironmentProvider,
    IamPasswordProvider, ManualTimeSource, MetadataProvider, ProfileProvider, ProvideCredentials,
    Provided, ProviderChain,
};

use crate::support::server::clock;

pub(crate) const NOW: &str = "2026-01-02T03:04:05Z";
pub(crate) const SK: &str = "sk-that-nobody-may-see";
const HOUR: Duration = Duration::from_secs(3600);

/// The error of a provider: whether it is merely not configured, and its message.
pub(crate) async fn refusal(provider: &impl ProvideCredentials) -> (bool, String) {
    let error = provider.provide().await.expect_err("there are none");
    assert!(!format!("{error:?}").contains(SK));
    (error.is_not_configured(), error.to_string())
}

fn environment(variables: &[(&str, &str)]) -> EnvironmentProvider {
    EnvironmentProvider::new(Environment::from_vars(variables.iter().copied()))
}

#[tokio::test]
async fn environment_provides_keys() {
    let keys = [("HUAWEICLOUD_SDK_AK", "AK"), ("HUAWEICLOUD_SDK_SK", SK)];
    let credentials = environment(&keys).provide().await.expect("it has keys");
    assert_eq!(credentials.access_key(), Some("AK"));
    assert_eq!(credentials.project_id(), None);
}

#[tokio::test]
async fn environment_provides_the_project_of_temporary_keys() {
    let variables = [
        ("HUAWEICLOUD_SDK_AK", "AK"),
        ("HUAWEICLOUD_SDK_SK", SK),
        ("HUAWEICLOUD_SDK_SECURITY_TOKEN", "t"),
        ("HUAWEICLOUD_SDK_PROJECT_ID", "p"),
    ];
    let credentials = environment(&variables)
        .provide()
        .await
        .expect("it has keys");
    assert_eq!(credentials.project_id(), Some("p"));
}

#[tokio::test]
async fn environment_half_a_pair_is_invalid_none_is_not_configured() {
    let (absent, message) = refusal(&environment(&[])).await;
    assert!(absent);
    let mut messages = vec![message];
    for half in [
        &[("HUAWEICLOUD_SDK_AK", "AK")][..],
        &[("HUAWEICLOUD_SDK_AK", "AK"), ("HUAWEICLOUD_SDK_SK", "")],
        &[("HUAWEICLOUD_SDK_SK", SK)],
    ] {
        let (absent, message) = refusal(&environment(half)).await;
        assert!(!absent);
        messages.push(message);
    }
    insta::assert_snapshot!(messages.join("\n"), @"
    HUAWEICLOUD_SDK_AK and HUAWEICLOUD_SDK_SK are not set
    HUAWEICLOUD_SDK_AK is set and HUAWEICLOUD_SDK_SK is not: set both, or neither
    HUAWEICLOUD_SDK_AK is set and HUAWEICLOUD_SDK_SK is not: set both, or neither
    HUAWEICLOUD_SDK_SK is set and HUAWEICLOUD_SDK_AK is not: set both, or neither
    ");
}

/// Returns the scripted results in order and counts the calls.
#[derive(Clone, Debug)]
struct ScriptedProvider {
    results: Arc<Mutex<Vec<Result<Credentials, CredentialsError>>>>,
    calls: Arc<AtomicUsize>,
}

impl ScriptedProvider {
    fn new(results: impl IntoIterator<Item = Result<Credentials, CredentialsError>>) -> Self {
        let mut results: Vec<_> = results.into_iter().collect();
        results.reverse();
        Self {
            results: Arc::new(Mutex::new(results)),
            calls: Arc::default(),
        }
    }

    fn call_count(&self) -> usize {
        self.calls.load(Ordering::SeqCst)
    }
}

impl ProvideCredentials for ScriptedProvider {
    fn name(&self) -> Cow<'static, str> {
        "script".into()
    }

    fn provide(&self) -> Provided<'_> {
        Box::pin(async {
            // Lets other callers run meanwhile.
            tokio::task::yield_now().await;
            self.calls.fetch_add(1, Ordering::SeqCst);
            let next = self.results.lock().expect("no one panicked").pop();
            next.unwrap_or_else(|| {
                Err(CredentialsError::invalid_configuration(
                    "the script is over",
                ))
            })
        })
    }
}

/// A token that lives for so many hours after [`NOW`].
fn token(name: &str, hours: i64) -> Credentials {
    let now: jiff::Timestamp = NOW.parse().expect("it is a time");
    let expiry = now + jiff::SignedDuration::from_hours(hours);
    // The project tells one token from the other.
    Credentials::token(name)
        .with_expiry(expiry)
        .with_project_id(name)
}

fn cached(script: &ScriptedProvider, time: &ManualTimeSource) -> CachedProvider {
    CachedProvider::new(script.clone())
        .refresh_before_expiry(HOUR)
        .time_source(time.clone())
}

async fn given(provider: &impl ProvideCredentials) -> Result<String, String> {
    let credentials = provider.provide().await.map_err(|e| e.to_string())?;
    Ok(credentials.project_id().expect("a name").to_owned())
}

#[tokio::test]
async fn cache_refreshes_shortly_before_expiry() {
    let script = ScriptedProvider::new([Ok(token("a", 24)), Ok(token("b", 48))]);
    let time = clock(NOW);
    let cached = cached(&script, &time);
    for _ in 0..3 {
        assert_eq!(given(&cached).await.as_deref(), Ok("a"));
    }
    time.advance(HOUR * 23 - Duration::from_secs(1));
    assert_eq!(given(&cached).await.as_deref(), Ok("a"));
    assert_eq!(script.call_count(), 1);
    time.advance(Duration::from_secs(1));
    assert_eq!(given(&cached).await.as_deref(), Ok("b"));
    assert_eq!(script.call_count(), 2);
}

#[tokio::test]
async fn cache_failed_early_refresh_keeps_the_credentials() {
    let fails = || Err(CredentialsError::invalid_configuration("not now"));
    let script = ScriptedProvider::new([Ok(token("a", 24)), fails(), fails(), fails()]);
    let time = clock(NOW);
    let cached = cached(&script, &time);
    given(&cached).await.expect("there is a token");
    time.advance(HOUR * 23);
    for asked in [2, 2] {
        assert_eq!(given(&cached).await.as_deref(), Ok("a"));
        assert_eq!(script.call_count(), asked);
    }
    time.advance(Duration::from_secs(61));
    assert_eq!(given(&cached).await.as_deref(), Ok("a"));
    assert_eq!(script.call_count(), 3);
    time.advance(HOUR);
    assert_eq!(given(&cached).await, Err("not now".to_owned()));
}

#[tokio::test]
async fn cache_short_lifetime_is_refreshed_at_half_and_expired_is_rejected() {
    let script = ScriptedProvider::new([Ok(token("a", 1)), Ok(token("b", 0)), Ok(token("c", -1))]);
    let time = clock(NOW);
    let cached = cached(&script, &time);
    given(&cached).await.expect("there is a token");
    time.advance(Duration::from_secs(29 * 60));
    assert_eq!(given(&cached).await.as_deref(), Ok("a"));
    assert_eq!(script.call_count(), 1);
    time.advance(Duration::from_secs(60));
    // The new one has expired already; the old one has not.
    assert_eq!(given(&cached).await.as_deref(), Ok("a"));
    assert_eq!(script.call_count(), 2);
    time.advance(HOUR);
    insta::assert_snapshot!(given(&cached).await.expect_err("the credentials have expired"), @"its credentials expired at 2026-01-02T02:04:05Z, and this machine's clock says 2026-01-02T04:34:05Z: check the clock");
}

#[tokio::test]
async fn cache_concurrent_callers_share_one_refresh() {
    let fails = || Err(CredentialsError::invalid_configuration("not now"));
    for first in [Ok(token("a", 24)), fails()] {
        let expected = first.is_ok();
        let script = ScriptedProvider::new([first, fails()]);
        let cached = Arc::new(cached(&script, &clock(NOW)));
        let mut calls = tokio::task::JoinSet::new();
        for _ in 0..50 {
            let cached = Arc::clone(&cached);
            calls.spawn(async move { given(&*cached).await.is_ok() });
        }
        let results = calls.join_all().await;
        assert_eq!(results, [expected; 50]);
        assert_eq!(script.call_count(), 1);
    }
}

#[tokio::test]
async fn cache_early_refresh_blocks_only_its_caller() {
    let script = ScriptedProvider::new([Ok(token("a", 24)), Ok(token("b", 48))]);
    let time = clock(NOW);
    let cached = cached(&script, &time);
    given(&cached).await.expect("there is a token");
    time.advance(HOUR * 23);
    let (renewing, other) = tokio::join!(given(&cached), given(&cached));
    assert_eq!((renewing.as_deref(), other.as_deref()), (Ok("b"), Ok("a")));
    assert_eq!(script.call_count(), 2);
}

#[tokio::test]
async fn cache_invalidates_only_the_rejected_credentials() {
    let script = ScriptedProvider::new([Ok(token("a", 24)), Ok(token("b", 24))]);
    let cached = cached(&script, &clock(NOW));
    given(&cached).await.expect("there is a token");
    cached.invalidate(&token("older", 24));
    assert_eq!(given(&cached).await.as_deref(), Ok("a"));
    cached.invalidate(&token("a", 24));
    assert_eq!(given(&cached).await.as_deref(), Ok("b"));
    cached.invalidate(&token("a", 24));
    assert_eq!(given(&cached).await.as_deref(), Ok("b"));
    assert_eq!(script.call_count(), 2);
}

#[tokio::test]
async fn cache_cancelled_refresh_is_made_by_the_next_caller() {
    let script = ScriptedProvider::new([Ok(token("a", 24))]);
    let cached = cached(&script, &clock(NOW));
    // Cancelled before the provider responds.
    tokio::select! {
        biased;
        _ = cached.provide() => panic!("the provider should still be pending"),
        () = std::future::ready(()) => {}
    }
    assert_eq!(given(&cached).await.as_deref(), Ok("a"));
}

fn not_configured(why: &str) -> ScriptedProvider {
    ScriptedProvider::new([Err(CredentialsError::not_configured(why))])
}

fn invalid() -> ScriptedProvider {
    ScriptedProvider::new([Err(CredentialsError::invalid_configuration("it is odd"))])
}

#[tokio::test]
async fn chain_stays_with_the_provider_that_had_credentials() {
    let last = ScriptedProvider::new([Ok(token("a", 24)), Ok(token("b", 24))]);
    let chain = ProviderChain::new()
        .then(not_configured("not here"))
        .then(last);
    assert_eq!(given(&chain).await.as_deref(), Ok("a"));
    // The script of the first provider is over: calling it again would fail.
    assert_eq!(given(&chain).await.as_deref(), Ok("b"));
}

#[tokio::test]
async fn chain_stops_at_an_invalid_provider() {
    let last = ScriptedProvider::new([Ok(token("c", 24))]);
    let chain = ProviderChain::new()
        .then(not_configured("not here"))
        .then(invalid())
        .then(last.clone());
    let (absent, message) = refusal(&chain).await;
    assert!(!absent);
    assert_eq!(last.call_count(), 0);
    insta::assert_snapshot!(message, @"script: not here; script: it is odd; the providers after it were not tried");
    let alone = ProviderChain::new().then(invalid());
    insta::assert_snapshot!(refusal(&alone).await.1, @"script: it is odd");
}

#[tokio::test]
async fn chain_without_credentials_names_every_provider() {
    let chain = ProviderChain::new()
        .then(not_configured("not here"))
        .then(not_configured("nor here"));
    let (absent, message) = refusal(&chain).await;
    assert!(absent);
    insta::assert_snapshot!(message, @"script: not here; script: nor here");
    let empty = ProviderChain::new();
    insta::assert_snapshot!(refusal(&empty).await.1, @"the provider chain is empty");
}

#[tokio::test]
async fn chain_restarts_when_its_provider_has_none() {
    let gone = || Err(CredentialsError::not_configured("gone"));
    let first = ScriptedProvider::new([gone(), Ok(token("a", 24))]);
    let second = ScriptedProvider::new([Ok(token("b", 24)), gone()]);
    let chain = ProviderChain::new().then(first).then(second);
    assert_eq!(given(&chain).await.as_deref(), Ok("b"));
    assert_eq!(given(&chain).await.as_deref(), Ok("a"));
}

#[tokio::test]
async fn credentials_debug_output_has_no_secret() {
    let variables = Environment::from_vars([
        ("HUAWEICLOUD_SDK_AK", "AK"),
        ("HUAWEICLOUD_SDK_SK", SK),
        ("HUAWEICLOUD_SDK_SECURITY_TOKEN", SK),
    ]);
    let provider = EnvironmentProvider::new(variables.clone());
    let cached = CachedProvider::new(provider.clone());
    let chain = ProviderChain::official(&variables);
    for provider in [&cached as &dyn ProvideCredentials, &chain] {
        provider.provide().await.expect("it has keys");
    }
    let password = IamPasswordProvider::builder("user", SK, "domain").region("cn-north-4");
    let shown = [
        format!("{variables:?} {provider:?} {chain:?} {password:?}"),
        format!(
            "{cached:#?} {:?}",
            provider.provide().await.expect("it has keys")
        ),
        format!("{:?}", password.build().expect("the provider can be built")),
        format!("{:?}", ProfileProvider::new(variables.clone())),
        format!("{:?}", MetadataProvider::new()),
        format!("{:?}", Credentials::token(SK)),
        format!("{:?}", hwtasks::ClientBuilder::from_environment(variables)),
    ]
    .concat();
    assert!(!shown.contains(SK), "{shown}");
    assert!(shown.contains("HUAWEICLOUD_SDK_SK"), "{shown}");
}

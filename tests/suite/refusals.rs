//! Refused credentials while many calls are under way: how many requests the service refuses. One call
//! after the other is in the corpus: `tests/conformance/refusals.json`.

use std::borrow::Cow;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::StreamExt as _;
use hwtasks::{
    CachedProvider, Client, ClientBuilder, Credentials, Error, ProvideCredentials, Provided, Reason,
};
use hwtasks_emulator::{ACCESS_KEY, Emulator, INSTANCE_ID};
use wiremock::matchers::{any, header};
use wiremock::{Mock, MockServer};

use crate::support::emulated::Emulated;
use crate::support::server::{INSTANCE, PROJECT, json};

const CALLS: usize = 100;
const AT_ONCE: usize = 10;
/// Long enough for ten requests to be under way before the first response.
const TOOK: Duration = Duration::from_millis(200);

/// Gives another token at each fetch: `token-0`, `token-1`.
#[derive(Clone, Debug, Default)]
struct Tokens(Arc<AtomicUsize>);

impl ProvideCredentials for Tokens {
    fn name(&self) -> Cow<'static, str> {
        "tokens".into()
    }

    fn provide(&self) -> Provided<'_> {
        let nth = self.0.fetch_add(1, Ordering::SeqCst);
        Box::pin(async move { Ok(Credentials::token(format!("token-{nth}"))) })
    }
}

/// A service that accepts one token, and the requests that it has refused.
struct Site {
    server: MockServer,
    tokens: Tokens,
}

impl Site {
    async fn accepting(token: &str) -> Self {
        let server = MockServer::start().await;
        let list = json(200, r#"{"tasks":[]}"#);
        Mock::given(header("X-Auth-Token", token))
            .respond_with(list)
            .with_priority(1)
            .mount(&server)
            .await;
        let refusal = json(401, r#"{"error_code":"APIGW.0301","error_msg":"no"}"#);
        Mock::given(any())
            .respond_with(refusal.set_delay(TOOK))
            .mount(&server)
            .await;
        let tokens = Tokens::default();
        Self { server, tokens }
    }

    fn builder(&self) -> ClientBuilder {
        Client::builder()
            .kafka_endpoint(self.server.uri())
            .project_id(PROJECT)
            .credentials(CachedProvider::new(self.tokens.clone()))
    }

    async fn refused(&self, accepted: &str) -> usize {
        let requests = self.server.received_requests().await.expect("it records");
        let refused = |request: &&wiremock::Request| request.headers["x-auth-token"] != accepted;
        requests.iter().filter(refused).count()
    }
}

/// The outcomes of a hundred calls, ten at a time.
async fn call(client: &Client) -> Vec<Result<(), Error>> {
    let calls = (0..CALLS).map(|_| {
        let call = client.kafka().list(INSTANCE);
        async move { call.await.map(|_| ()) }
    });
    futures_util::stream::iter(calls)
        .buffer_unordered(AT_ONCE)
        .collect()
        .await
}

#[tokio::test]
async fn refused_credentials_stop_all_but_the_requests_under_way_and_one() {
    let site = Site::accepting("none").await;
    let client = site.builder().build().expect("it builds");
    for outcome in call(&client).await {
        let error = outcome.expect_err("it is refused");
        assert!(error.is_unauthorized(), "{error:?}");
    }
    let refused = site.refused("none").await;
    assert!((2..=AT_ONCE + 1).contains(&refused), "{refused}");
    assert_eq!(site.tokens.0.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn refused_given_token_stops_all_but_the_requests_under_way_and_one() {
    let site = Site::accepting("none").await;
    let client = site.builder().token("given").build().expect("it builds");
    let outcomes = call(&client).await;
    assert!(outcomes.iter().all(Result::is_err));
    let refused = site.refused("none").await;
    assert!((2..=AT_ONCE + 1).contains(&refused), "{refused}");
}

#[tokio::test]
async fn refetched_credentials_carry_on_every_call() {
    let site = Site::accepting("token-1").await;
    let client = site.builder().build().expect("it builds");
    for outcome in call(&client).await {
        outcome.expect("it succeeds");
    }
    let refused = site.refused("token-1").await;
    assert!((1..=AT_ONCE).contains(&refused), "{refused}");
    assert_eq!(site.tokens.0.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn clients_of_one_provider_send_its_refused_credentials_no_more_than_one_client_does() {
    let site = Site::accepting("none").await;
    let builder = site.builder();
    let build = || builder.clone().build().expect("it builds");
    let clients = [build(), build()];
    for client in clients.iter().cycle().take(50) {
        let error = client.kafka().list(INSTANCE).await;
        let error = error.expect_err("it is refused");
        assert!(error.is_unauthorized(), "{error:?}");
    }
    assert_eq!(site.refused("none").await, 2);
    assert_eq!(site.tokens.0.load(Ordering::SeqCst), 2);

    // Another provider has its own count.
    let other = builder.clone().token("other").build().expect("it builds");
    other
        .kafka()
        .list(INSTANCE)
        .await
        .expect_err("it is refused");
    assert!(site.refused("none").await > 2);
}

#[tokio::test]
async fn clients_of_one_provider_stop_all_but_the_requests_under_way_and_one() {
    let site = Site::accepting("none").await;
    let builder = site.builder();
    let build = || builder.clone().build().expect("it builds");
    let (left, right) = (build(), build());
    let (left, right) = futures_util::join!(call(&left), call(&right));
    assert!(left.iter().chain(&right).all(Result::is_err));
    let refused = site.refused("none").await;
    assert!((2..=2 * AT_ONCE + 1).contains(&refused), "{refused}");
}

#[tokio::test]
async fn cancelled_leader_hands_over_to_the_next_call() {
    let site = Site::accepting("token-2").await;
    let client = site.builder().build().expect("it builds");
    // Cancelled while its second request, with the next token, is under way.
    let first = client.kafka().list(INSTANCE);
    let cancelled = tokio::time::timeout(TOOK * 3 / 2, async { first.await }).await;
    assert!(cancelled.is_err());
    assert_eq!(site.refused("token-2").await, 2);
    let second = client.kafka().list(INSTANCE).await;
    second.expect("it fetches the token that is accepted");
    assert_eq!(site.refused("token-2").await, 3);
}

#[tokio::test]
async fn waiting_calls_end_at_their_timeout() {
    let site = Site::accepting("none").await;
    let client = site
        .builder()
        .timeout(TOOK * 3 / 2)
        .build()
        .expect("it builds");
    let leader = client.kafka().list(INSTANCE);
    let leader = tokio::spawn(async move { leader.await.map(|_| ()) });
    tokio::time::sleep(TOOK * 5 / 4).await;
    let started = std::time::Instant::now();
    let client = &client;
    let late = client.kafka().list(INSTANCE).await.expect_err("it waits");
    assert!(started.elapsed() < TOOK * 3, "{late}");
    assert!(leader.await.expect("it ran").is_err());
}

#[tokio::test]
async fn wrong_secret_in_twenty_calls_does_not_lock_the_key() {
    let site = Emulated::start_as(Emulator::builder().lock_after_refusals(5)).await;
    let wrong = Credentials::keys(ACCESS_KEY, "not-the-secret");
    let client = site.builder(wrong).build().expect("it builds");
    for _ in 0..10 {
        let dcs = client.dcs().list(INSTANCE_ID).await.map(|_| ());
        let kafka = client.kafka().list(INSTANCE_ID).await.map(|_| ());
        for outcome in [dcs, kafka] {
            let error = outcome.expect_err("it is refused");
            assert!(
                matches!(error.reason(), Some(Reason::WrongSecretKey)),
                "{error:?}"
            );
        }
    }
    let refused = site.control.requests().len();
    assert!((1..5).contains(&refused), "{refused}");
    assert!(site.control.locked_access_keys().is_empty());
    let signed = site.signing().kafka().list(INSTANCE_ID).await;
    signed.expect("the key is not locked");
}

#[tokio::test]
async fn locked_key_is_refused_once_with_its_reason() {
    let site = Emulated::start_as(Emulator::builder().lock_after_refusals(1)).await;
    let wrong = Credentials::keys(ACCESS_KEY, "not-the-secret");
    let client = site.builder(wrong).build().expect("it builds");
    let first = client.kafka().list(INSTANCE_ID).await;
    first.expect_err("it is refused");
    assert_eq!(site.control.locked_access_keys(), [ACCESS_KEY]);
    site.control.clear_requests();
    let client = site.signing();
    for attempts in [1, 0, 0] {
        let error = client.kafka().list(INSTANCE_ID).await;
        let error = error.expect_err("the key is locked");
        assert!(
            matches!(error.reason(), Some(Reason::KeyLocked)),
            "{error:?}"
        );
        assert_eq!(error.attempts(), attempts);
    }
    assert_eq!(site.control.requests().len(), 1);
}

//! Authentication.

use hwtasks_emulator::{
    ACCESS_KEY, AuthConfig, Clock, Credentials, Emulator, PROJECT_ID, SECRET_KEY, Service,
    TEMPORARY_ACCESS_KEY, TEMPORARY_SECRET_KEY, TEMPORARY_SECURITY_TOKEN,
};
use hwtasks_signer::{SigningRequest, sign};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use crate::fixture::{Fixture, RawResponse, tasks};

fn keys() -> Credentials {
    Credentials::new(ACCESS_KEY, SECRET_KEY)
}

fn gateway(response: &RawResponse, code: &str, words: &str) {
    let json = response.json();
    assert_eq!(response.status, 401, "{json}");
    assert_eq!(json["error_code"], code, "{json}");
    assert!(
        json["error_msg"].as_str().unwrap().contains(words),
        "{json}"
    );
    assert_eq!(json["request_id"], response.header("x-request-id"));
}

#[tokio::test]
async fn signature_is_accepted_on_every_operation() {
    let fixture = Fixture::start().await;
    let show = format!("{}/8abfa7b272adc5b40172b73130065ae7", tasks("v2"));
    for (service, target) in [
        (Service::Dcs, tasks("v1.0")),
        (
            Service::Dcs,
            format!("{}?start_time=20200101000000&offset=0&limit=5", tasks("v2")),
        ),
        (Service::Kafka, format!("{}?start=1", tasks("v2"))),
        (Service::Kafka, show),
    ] {
        let response = fixture.signed(service, &target, &keys()).await;
        assert_eq!(response.status, 200, "{target}: {response:?}");
    }
}

#[tokio::test]
async fn temporary_keys_require_their_token() {
    let fixture = Fixture::start().await;
    let bare = Credentials::new(TEMPORARY_ACCESS_KEY, TEMPORARY_SECRET_KEY);
    let whole = bare
        .clone()
        .with_security_token(TEMPORARY_SECURITY_TOKEN)
        .with_project_id(PROJECT_ID);
    assert_eq!(
        fixture
            .signed(Service::Dcs, &tasks("v2"), &whole)
            .await
            .status,
        200
    );
    let other = bare.clone().with_security_token("another");
    for keys in [bare, other] {
        let response = fixture.signed(Service::Dcs, &tasks("v2"), &keys).await;
        gateway(&response, "APIGW.0301", "X-Security-Token");
    }
}

#[tokio::test]
async fn missing_or_wrong_credentials_return_401() {
    let fixture = Fixture::start().await;
    let url = format!("{}{}", fixture.emulator.kafka_url(), tasks("v2"));
    let ask = async |name: &str, value: &str| {
        let request = fixture.http.get(&url).header(name, value);
        RawResponse::read(request.send().await.unwrap()).await
    };
    gateway(&ask("x", "y").await, "APIGW.0301", "x-auth-token not found");
    gateway(
        &ask("X-Auth-Token", "").await,
        "APIGW.0301",
        "decrypt token fail",
    );
    gateway(
        &ask("X-Auth-Token", "hwtasks-emulator-tokem").await,
        "APIGW.0301",
        "decrypt token fail",
    );
    gateway(
        &ask("Authorization", "Bearer secret").await,
        "APIGW.0301",
        "\"Bearer\" is not supported",
    );
    let unknown = fixture
        .signed(
            Service::Dcs,
            &tasks("v2"),
            &Credentials::new("nobody", "sk"),
        )
        .await;
    gateway(
        &unknown,
        "APIGW.0301",
        "information: Get secretKey failed,ak:nobody,err:ak not exist",
    );
}

#[tokio::test]
async fn wrong_secret_returns_computed_canonical_request() {
    let fixture = Fixture::start().await;
    let target = format!("{}?limit=5&offset=0", tasks("v2"));
    let keys = Credentials::new(ACCESS_KEY, "not the secret");
    let response = fixture.signed(Service::Dcs, &target, &keys).await;
    gateway(&response, "APIGW.0301", "verify aksk signature fail");
    let host = fixture.emulator.dcs_url().replace("http://", "");
    let canonical = response
        .header("x-hwtasks-canonical-request")
        .replace("\\n", "\n");
    let expected = format!(
        "GET\n{}/\nlimit=5&offset=0\nhost:{host}\nx-sdk-date:",
        tasks("v2")
    );
    assert!(canonical.starts_with(&expected), "{canonical}");
    assert!(canonical.ends_with(
        "\n\nhost;x-sdk-date\ne3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    ));
    let string = response.header("x-hwtasks-string-to-sign");
    assert!(string.starts_with("SDK-HMAC-SHA256\\n20"), "{string}");
    assert_eq!(string.rsplit("\\n").next().map(str::len), Some(64));
}

#[tokio::test]
async fn signature_older_than_15_minutes_is_rejected() {
    let clock = Clock::manual("2020-06-17T08:00:00Z".parse().unwrap());
    let fixture = Fixture::with(Emulator::builder().gateway_clock(clock.clone())).await;
    let url = format!("{}{}", fixture.emulator.dcs_url(), tasks("v2"));
    let signed_at: Timestamp = "2020-06-17T08:00:00Z".parse().unwrap();
    let signed = sign(&SigningRequest::new("GET", &url), &keys(), signed_at).unwrap();
    let ask = async || {
        let headers = signed
            .headers()
            .fold(fixture.http.get(&url), |r, (n, v)| r.header(n, v));
        RawResponse::read(headers.send().await.unwrap()).await
    };
    clock.advance(SignedDuration::from_mins(15));
    assert_eq!(ask().await.status, 200);
    clock.advance(SignedDuration::from_secs(1));
    gateway(
        &ask().await,
        "APIGW.0301",
        "Incorrect IAM authentication information: calc aksk signature fail:signature expired, \
         signature time:20200617T080000Z,server time:20200617T081501Z",
    );
    clock.advance(SignedDuration::from_mins(-31));
    let ahead = ask().await;
    gateway(&ahead, "APIGW.0301", ",server time:20200617T074401Z");
    assert_eq!(ahead.header("date"), "Wed, 17 Jun 2020 07:44:01 GMT");
}

#[tokio::test]
async fn signed_header_changed_is_rejected() {
    let fixture = Fixture::start().await;
    let url = format!("{}{}", fixture.emulator.dcs_url(), tasks("v2"));
    let request = SigningRequest::new("GET", &url).header("X-Extra", "one");
    let signed = sign(&request, &keys(), Timestamp::now()).unwrap();
    for (extra, accepted) in [(Some("one"), true), (Some("two"), false), (None, false)] {
        let mut request = signed
            .headers()
            .fold(fixture.http.get(&url), |r, (n, v)| r.header(n, v));
        if let Some(extra) = extra {
            request = request.header("X-Extra", extra);
        }
        let response = RawResponse::read(request.send().await.unwrap()).await;
        assert_eq!(response.status == 200, accepted, "{extra:?}: {response:?}");
    }
}

#[tokio::test]
async fn body_changed_is_rejected() {
    let fixture = Fixture::start().await;
    let url = format!("{}{}", fixture.emulator.dcs_url(), tasks("v2"));
    let signed = sign(
        &SigningRequest::new("GET", &url).body(b"{}"),
        &keys(),
        Timestamp::now(),
    )
    .unwrap();
    for (body, status) in [("{}", 200), ("[]", 401)] {
        let request = signed
            .headers()
            .fold(fixture.http.get(&url), |r, (n, v)| r.header(n, v));
        let response = RawResponse::read(request.body(body).send().await.unwrap()).await;
        assert_eq!(response.status, status, "{response:?}");
    }
}

#[tokio::test]
async fn auth_config_replaces_keys_token_and_project() {
    let auth = AuthConfig::default()
        .with_keys([Credentials::new("mine", "my secret")])
        .with_token("my token")
        .with_project_id("my-project");
    let fixture = Fixture::with(Emulator::builder().auth(auth)).await;
    let target = tasks("v2").replace(PROJECT_ID, "my-project");
    let mine = Credentials::new("mine", "my secret");
    assert_eq!(
        fixture.signed(Service::Dcs, &target, &mine).await.status,
        200
    );
    gateway(
        &fixture.signed(Service::Dcs, &target, &keys()).await,
        "APIGW.0301",
        &format!("ak:{ACCESS_KEY},err:ak not exist"),
    );
    gateway(
        &fixture.dcs(&target).await,
        "APIGW.0301",
        "decrypt token fail",
    );
}

#[tokio::test]
async fn expired_token_returns_its_expiry() {
    let expiry: Timestamp = "2020-06-17T08:00:00.25Z".parse().unwrap();
    let clock = Clock::manual("2020-06-17T08:00:00Z".parse().unwrap());
    let builder = Emulator::builder()
        .auth(AuthConfig::default().with_token_expiry(expiry))
        .gateway_clock(clock.clone());
    let fixture = Fixture::with(builder).await;
    assert_eq!(fixture.dcs(&tasks("v2")).await.status, 200);
    clock.advance(SignedDuration::from_millis(250));
    gateway(
        &fixture.dcs(&tasks("v2")).await,
        "APIGW.0301",
        "information: token expires, expires_at: 2020-06-17T08:00:00.250000Z",
    );
}

/// The text of the refusal; `None` for an accepted request.
async fn refusal(fixture: &Fixture, keys: &Credentials) -> Option<String> {
    let response = fixture.signed(Service::Dcs, &tasks("v2"), keys).await;
    (response.status != 200).then(|| {
        let text = response.json()["error_msg"].as_str().unwrap().to_owned();
        gateway(&response, "APIGW.0301", &text);
        text
    })
}

const LOCKED: &str =
    "Incorrect IAM authentication information: AK access failed to reach the limit,forbidden";

#[tokio::test]
async fn refused_requests_lock_their_key_for_five_minutes() {
    let clock = Clock::manual("2020-06-17T08:00:00Z".parse().unwrap());
    let builder = Emulator::builder()
        .clock(clock.clone())
        .lock_after_refusals(3);
    let fixture = Fixture::with(builder).await;
    let wrong = Credentials::new(ACCESS_KEY, "not the secret");
    let other = Credentials::new(TEMPORARY_ACCESS_KEY, TEMPORARY_SECRET_KEY)
        .with_security_token(TEMPORARY_SECURITY_TOKEN);
    for _ in 0..2 {
        assert!(refusal(&fixture, &wrong).await.unwrap().contains("verify"));
    }
    assert_eq!(refusal(&fixture, &keys()).await, None);
    // An accepted request ends the count, and an unknown key has none.
    for _ in 0..3 {
        assert!(refusal(&fixture, &wrong).await.unwrap().contains("verify"));
        let unknown = Credentials::new("nobody", "sk");
        assert!(
            refusal(&fixture, &unknown)
                .await
                .unwrap()
                .contains("not exist")
        );
    }
    for keys in [&wrong, &keys()] {
        assert_eq!(refusal(&fixture, keys).await.as_deref(), Some(LOCKED));
    }
    assert_eq!(refusal(&fixture, &other).await, None);
    assert_eq!(fixture.dcs(&tasks("v2")).await.status, 200);
    // The rejected requests do not extend the lock.
    clock.advance(SignedDuration::from_mins(4));
    assert_eq!(refusal(&fixture, &keys()).await.as_deref(), Some(LOCKED));
    clock.advance(SignedDuration::from_mins(1));
    assert!(refusal(&fixture, &wrong).await.unwrap().contains("verify"));
    assert_eq!(refusal(&fixture, &keys()).await, None);
}

#[tokio::test]
async fn lock_is_set_and_shown_by_the_control_api() {
    let fixture = Fixture::start().await;
    let wrong = Credentials::new(ACCESS_KEY, "not the secret");
    let shown = async || fixture.control("GET", "lock", None).await.json();
    for _ in 0..7 {
        assert!(refusal(&fixture, &wrong).await.unwrap().contains("verify"));
    }
    assert_eq!(shown().await, json!({ "after_refusals": 0, "locked": [] }));
    let set = Some(json!({ "after_refusals": 1 }));
    assert_eq!(
        fixture.control("PUT", "lock", set.clone()).await.status,
        204
    );
    assert_eq!(refusal(&fixture, &keys()).await, None);
    refusal(&fixture, &wrong).await.unwrap();
    assert_eq!(
        shown().await,
        json!({ "after_refusals": 1, "locked": [ACCESS_KEY] })
    );
    assert_eq!(refusal(&fixture, &keys()).await.as_deref(), Some(LOCKED));
    // Setting it unlocks every key.
    fixture.control("PUT", "lock", set).await;
    assert_eq!(refusal(&fixture, &keys()).await, None);
    refusal(&fixture, &wrong).await.unwrap();
    fixture.control("POST", "reset", None).await;
    assert_eq!(shown().await, json!({ "after_refusals": 0, "locked": [] }));
    assert_eq!(refusal(&fixture, &keys()).await, None);
    for bad in [
        json!({ "after_refusals": -1 }),
        json!({ "after": 1 }),
        json!({}),
    ] {
        let rejected = fixture.control("PUT", "lock", Some(bad)).await;
        assert_eq!(rejected.status, 400, "{rejected:?}");
    }
}

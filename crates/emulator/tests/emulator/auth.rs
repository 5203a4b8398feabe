//! The gateway's checks.

use hwtasks_emulator::{
    ACCESS_KEY, AuthConfig, Clock, Credentials, Emulator, PROJECT_ID, SECRET_KEY, Service,
    TEMPORARY_ACCESS_KEY, TEMPORARY_SECRET_KEY, TEMPORARY_SECURITY_TOKEN,
};
use hwtasks_signer::{SigningRequest, sign};
use jiff::{SignedDuration, Timestamp};

use crate::site::{Answer, Site, tasks};

fn keys() -> Credentials {
    Credentials::new(ACCESS_KEY, SECRET_KEY)
}

fn gateway(answer: &Answer, code: &str, words: &str) {
    let json = answer.json();
    assert_eq!(answer.status, 401, "{json}");
    assert_eq!(json["error_code"], code, "{json}");
    assert!(
        json["error_msg"].as_str().unwrap().contains(words),
        "{json}"
    );
    assert_eq!(json["request_id"], answer.header("x-request-id"));
}

#[tokio::test]
async fn a_signature_is_accepted_on_every_operation() {
    let site = Site::start().await;
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
        let answer = site.signed(service, &target, &keys()).await;
        assert_eq!(answer.status, 200, "{target}: {answer:?}");
    }
}

#[tokio::test]
async fn temporary_keys_need_their_token() {
    let site = Site::start().await;
    let bare = Credentials::new(TEMPORARY_ACCESS_KEY, TEMPORARY_SECRET_KEY);
    let whole = bare
        .clone()
        .with_security_token(TEMPORARY_SECURITY_TOKEN)
        .with_project_id(PROJECT_ID);
    assert_eq!(
        site.signed(Service::Dcs, &tasks("v2"), &whole).await.status,
        200
    );
    let other = bare.clone().with_security_token("another");
    for keys in [bare, other] {
        let answer = site.signed(Service::Dcs, &tasks("v2"), &keys).await;
        gateway(&answer, "APIGW.0301", "X-Security-Token");
    }
}

#[tokio::test]
async fn nothing_or_the_wrong_thing_is_refused() {
    let site = Site::start().await;
    let url = format!("{}{}", site.emulator.kafka_url(), tasks("v2"));
    let ask = async |name: &str, value: &str| {
        let request = site.http.get(&url).header(name, value);
        Answer::of(request.send().await.unwrap()).await
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
    let unknown = site
        .signed(
            Service::Dcs,
            &tasks("v2"),
            &Credentials::new("nobody", "sk"),
        )
        .await;
    gateway(&unknown, "APIGW.0301", "\"nobody\" is not known");
}

#[tokio::test]
async fn a_wrong_secret_shows_what_the_emulator_computed() {
    let site = Site::start().await;
    let target = format!("{}?limit=5&offset=0", tasks("v2"));
    let keys = Credentials::new(ACCESS_KEY, "not the secret");
    let answer = site.signed(Service::Dcs, &target, &keys).await;
    gateway(&answer, "APIGW.0301", "verify aksk signature fail");
    let host = site.emulator.dcs_url().replace("http://", "");
    let canonical = answer
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
    let string = answer.header("x-hwtasks-string-to-sign");
    assert!(string.starts_with("SDK-HMAC-SHA256\\n20"), "{string}");
    assert_eq!(string.rsplit("\\n").next().map(str::len), Some(64));
}

#[tokio::test]
async fn a_signature_is_good_for_fifteen_minutes() {
    let clock = Clock::manual("2020-06-17T08:00:00Z".parse().unwrap());
    let site = Site::of(Emulator::builder().gateway_clock(clock.clone())).await;
    let url = format!("{}{}", site.emulator.dcs_url(), tasks("v2"));
    let signed_at: Timestamp = "2020-06-17T08:00:00Z".parse().unwrap();
    let signed = sign(&SigningRequest::new("GET", &url), &keys(), signed_at).unwrap();
    let ask = async || {
        let headers = signed
            .headers()
            .fold(site.http.get(&url), |r, (n, v)| r.header(n, v));
        Answer::of(headers.send().await.unwrap()).await
    };
    clock.advance(SignedDuration::from_mins(15));
    assert_eq!(ask().await.status, 200);
    clock.advance(SignedDuration::from_secs(1));
    gateway(&ask().await, "APIGW.0303", "set the client's clock");
    clock.advance(SignedDuration::from_mins(-31));
    let refused = ask().await;
    gateway(&refused, "APIGW.0303", "2020-06-17T07:44:01Z");
    assert_eq!(refused.header("date"), "Wed, 17 Jun 2020 07:44:01 GMT");
}

#[tokio::test]
async fn headers_that_are_signed_may_not_change() {
    let site = Site::start().await;
    let url = format!("{}{}", site.emulator.dcs_url(), tasks("v2"));
    let request = SigningRequest::new("GET", &url).header("X-Extra", "one");
    let signed = sign(&request, &keys(), Timestamp::now()).unwrap();
    for (extra, accepted) in [(Some("one"), true), (Some("two"), false), (None, false)] {
        let mut request = signed
            .headers()
            .fold(site.http.get(&url), |r, (n, v)| r.header(n, v));
        if let Some(extra) = extra {
            request = request.header("X-Extra", extra);
        }
        let answer = Answer::of(request.send().await.unwrap()).await;
        assert_eq!(answer.status == 200, accepted, "{extra:?}: {answer:?}");
    }
}

#[tokio::test]
async fn a_body_is_part_of_the_signature() {
    let site = Site::start().await;
    let url = format!("{}{}", site.emulator.dcs_url(), tasks("v2"));
    let signed = sign(
        &SigningRequest::new("GET", &url).body(b"{}"),
        &keys(),
        Timestamp::now(),
    )
    .unwrap();
    for (body, status) in [("{}", 200), ("[]", 401)] {
        let request = signed
            .headers()
            .fold(site.http.get(&url), |r, (n, v)| r.header(n, v));
        let answer = Answer::of(request.body(body).send().await.unwrap()).await;
        assert_eq!(answer.status, status, "{answer:?}");
    }
}

#[tokio::test]
async fn other_keys_and_another_project() {
    let auth = AuthConfig::default()
        .with_keys([Credentials::new("mine", "my secret")])
        .with_token("my token")
        .with_project_id("my-project");
    let site = Site::of(Emulator::builder().auth(auth)).await;
    let target = tasks("v2").replace(PROJECT_ID, "my-project");
    let mine = Credentials::new("mine", "my secret");
    assert_eq!(site.signed(Service::Dcs, &target, &mine).await.status, 200);
    gateway(
        &site.signed(Service::Dcs, &target, &keys()).await,
        "APIGW.0301",
        "is not known",
    );
    gateway(&site.dcs(&target).await, "APIGW.0301", "decrypt token fail");
}

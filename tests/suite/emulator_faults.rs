//! Every fault of the emulator, and what a signed call makes of it. The docs of `hwtasks::Error`
//! hold the same table.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use hwtasks::{Client, ClientBuilder, Error, ErrorKind, TimeSource as _};
use hwtasks_emulator::{Emulator, Fault, FaultKind, INSTANCE_ID, Operation, PROJECT_ID};

use crate::emulated::{Emulated, keys};
use crate::server::TASK;

/// The default timeout of a call.
const TIMEOUT: Duration = Duration::from_secs(120);
const FOREVER: u64 = 600_000;
const LARGE: u64 = 1 << 20;

enum Outcome {
    /// The answer without any fault, after so many attempts.
    Right(u32),
    /// An error after so many attempts.
    Wrong(u32, ErrorKind, fn(&Error) -> bool),
}

use Outcome::{Right, Wrong};

struct Row {
    fault: Fault,
    outcome: Outcome,
    settings: fn(ClientBuilder) -> ClientBuilder,
}

fn row(kind: FaultKind, times: u32, outcome: Outcome) -> Row {
    Row {
        fault: Fault::new(kind).times(times),
        outcome,
        settings: |builder| builder,
    }
}

impl Row {
    fn with(self, settings: fn(ClientBuilder) -> ClientBuilder) -> Self {
        Self { settings, ..self }
    }
}

fn status(status: u16) -> FaultKind {
    FaultKind::Status {
        status,
        retry_after: None,
        error_code: None,
    }
}

fn coded(status: u16, code: &str) -> FaultKind {
    FaultKind::Status {
        status,
        retry_after: None,
        error_code: Some(code.to_owned()),
    }
}

fn retry_after(status: u16, value: &str) -> FaultKind {
    FaultKind::Status {
        status,
        retry_after: Some(value.to_owned()),
        error_code: None,
    }
}

fn any(_: &Error) -> bool {
    true
}

fn hurried(builder: ClientBuilder) -> ClientBuilder {
    builder.attempt_timeout(Duration::from_millis(30))
}

fn patient(builder: ClientBuilder) -> ClientBuilder {
    builder.attempt_timeout(Duration::from_millis(300))
}

fn small(builder: ClientBuilder) -> ClientBuilder {
    builder.body_limit(64 << 10)
}

fn table() -> Vec<Row> {
    use ErrorKind::{Api, BodyTooLarge, Decode, Transport, Unexpected};
    use FaultKind::*;

    let mut rows = vec![
        row(status(400), 1, Wrong(1, Api, Error::is_bad_request)),
        row(status(401), 1, Wrong(1, Api, Error::is_unauthorized)),
        row(coded(401, "APIGW.0307"), 1, Right(2)),
        row(
            coded(401, "APIGW.0307"),
            2,
            Wrong(2, Api, Error::is_unauthorized),
        ),
        row(status(403), 1, Wrong(1, Api, Error::is_forbidden)),
        row(status(404), 1, Wrong(1, Api, Error::is_not_found)),
        row(status(409), 1, Wrong(1, Api, any)),
        row(status(408), 2, Right(3)),
        row(status(408), 3, Wrong(3, Api, any)),
        row(status(429), 2, Right(3)),
        row(status(429), 3, Wrong(3, Api, Error::is_throttled)),
        row(retry_after(429, "59"), 2, Right(3)),
        row(
            retry_after(503, "Fri, 02 Jan 2026 03:05:05 GMT"),
            2,
            Right(3),
        ),
        row(
            retry_after(429, "121"),
            1,
            Wrong(1, Api, Error::is_throttled),
        ),
        row(status(501), 1, Wrong(1, Api, Error::is_server_error)),
        row(Delay { millis: 2 }, 1, Right(1)),
        row(Delay { millis: FOREVER }, 1, Right(2)).with(patient),
        row(
            Delay { millis: FOREVER },
            3,
            Wrong(3, Transport, Error::is_timeout),
        )
        .with(hurried),
        row(slow(64, 1), 1, Right(1)),
        row(slow(16, FOREVER), 1, Right(2)).with(patient),
        row(slow(16, FOREVER), 3, Wrong(3, Transport, Error::is_timeout)).with(hurried),
        row(ResetBeforeAnswer, 2, Right(3)),
        row(ResetBeforeAnswer, 3, Wrong(3, Transport, is_broken)),
        row(ResetMidBody, 2, Right(3)),
        row(ResetMidBody, 3, Wrong(3, Transport, is_broken)),
        row(TruncatedJson, 1, Wrong(1, Decode, Error::is_decode)),
        row(EmptyOk, 1, Wrong(1, Decode, Error::is_decode)),
        row(BadUtf8, 1, Wrong(1, Decode, Error::is_decode)),
        row(HtmlBadGateway, 2, Right(3)),
        row(HtmlBadGateway, 3, Wrong(3, Api, Error::is_server_error)),
        row(wrong_type("text/html"), 1, Right(1)),
        row(redirect(), 1, Wrong(1, Unexpected, is_redirect)),
        row(
            GiganticBody { bytes: LARGE },
            1,
            Wrong(1, BodyTooLarge, any),
        )
        .with(small),
        row(GzipBomb { bytes: LARGE }, 1, Wrong(1, BodyTooLarge, any)).with(small),
        row(SkewedDate { seconds: 7200 }, 1, Right(1)),
    ];
    for code in [500, 502, 503, 504] {
        rows.push(row(status(code), 2, Right(3)));
        rows.push(row(status(code), 3, Wrong(3, Api, Error::is_server_error)));
    }
    rows
}

fn slow(chunk: u32, millis: u64) -> FaultKind {
    FaultKind::SlowBody { chunk, millis }
}

fn wrong_type(content_type: &str) -> FaultKind {
    FaultKind::WrongContentType {
        content_type: content_type.to_owned(),
    }
}

fn redirect() -> FaultKind {
    FaultKind::Redirect {
        location: "http://another-host.invalid/v2/elsewhere".to_owned(),
    }
}

fn is_broken(error: &Error) -> bool {
    !error.is_timeout() && !error.is_connect()
}

fn is_redirect(error: &Error) -> bool {
    error.status().is_some_and(|status| status == 307)
}

/// The body of the answer as it came.
async fn call(client: &Client, operation: Operation) -> Result<Vec<u8>, Error> {
    Ok(match operation {
        Operation::ListDcsTasks => client.dcs().list(INSTANCE_ID).await?.raw().to_vec(),
        Operation::ListDcsTasksV1 => client.dcs().list_v1(INSTANCE_ID).await?.raw().to_vec(),
        Operation::ListKafkaTasks => client.kafka().list(INSTANCE_ID).await?.raw().to_vec(),
        Operation::ShowKafkaTask => {
            let shown = client.kafka().show(INSTANCE_ID, TASK).await?;
            shown.raw().to_vec()
        }
    })
}

async fn meet(row: &Row, operation: Operation, http: &reqwest::Client) {
    let site = Emulated::start().await;
    // Setting up TLS takes long, so all share it; but who follows no redirect is hwtasks' own.
    let builder = match row.fault.kind {
        FaultKind::Redirect { .. } => site.builder(keys()),
        _ => site.builder(keys()).http_client(http.clone()),
    };
    let client = builder.clone().build().expect("a client");
    let right = call(&client, operation).await.expect("no fault");
    site.control.clear_requests();
    let fault = row.fault.clone().on(operation);
    let what = format!("{operation:?} {fault:?}");
    site.control.add_fault(fault).expect("a fault");

    let client = (row.settings)(builder).build();
    let answer = call(&client.expect("a client"), operation).await;
    let timed_out = matches!(&answer, Err(error) if error.is_timeout());
    let attempts = match (&row.outcome, answer) {
        (Right(attempts), Ok(answer)) => {
            assert_eq!(answer, right, "{what}");
            *attempts
        }
        (Wrong(attempts, kind, is), Err(error)) => {
            assert_eq!(error.kind(), *kind, "{what}: {error}");
            assert!(is(&error), "{what}: {error:?}");
            assert_eq!(error.attempts(), *attempts, "{what}: {error}");
            let name = format!("{operation:?}");
            assert_eq!(error.operation(), Some(name.as_str()), "{what}");
            *attempts
        }
        (_, answer) => panic!("{what}: {answer:?}"),
    };
    // Where no attempt was answered in time, the emulator may not have seen each.
    let asked = site.control.requests();
    if !timed_out {
        assert_eq!(asked.len(), attempts as usize, "{what}: {asked:?}");
        assert_eq!(site.control.faults(), [], "{what}");
    }
    assert!(site.time.elapsed() <= TIMEOUT, "{what}");
}

#[tokio::test]
async fn every_fault_ends_in_the_right_answer_or_in_its_error() {
    let http = reqwest::Client::new();
    for row in &table() {
        let meetings = Operation::ALL.map(|operation| meet(row, operation, &http));
        futures_util::future::join_all(meetings).await;
    }
}

#[test]
fn the_table_has_every_kind_of_fault() {
    let unknown = serde_json::from_str::<FaultKind>(r#"{"kind":"no such fault"}"#);
    let error = unknown.expect_err("there is none").to_string();
    let kinds: BTreeSet<&str> = error.split('`').skip(3).step_by(2).collect();
    let table = table();
    let met: Vec<_> = table
        .iter()
        .map(|row| serde_json::to_value(&row.fault).expect("JSON")["kind"].clone())
        .collect();
    let met: BTreeSet<&str> = met.iter().filter_map(|kind| kind.as_str()).collect();
    assert_eq!(met, kinds);
    assert!(kinds.len() > 12, "{kinds:?}");
}

#[tokio::test]
async fn a_call_ends_with_its_timeout_by_the_systems_clock() {
    let emulator = Emulator::start().await.expect("an emulator");
    let fault = Fault::new(FaultKind::Delay { millis: FOREVER }).times(3);
    emulator.control().add_fault(fault).expect("a fault");
    let client = Client::builder()
        .kafka_endpoint(emulator.kafka_url())
        .project_id(PROJECT_ID)
        .credentials(keys())
        .timeout(Duration::from_millis(50));
    let begun = Instant::now();
    let answer = client.build().expect("a client").kafka().list(INSTANCE_ID);
    let error = answer.await.expect_err("it never comes");
    assert!(error.is_timeout(), "{error:?}");
    assert_eq!(error.attempts(), 1);
    assert!(begun.elapsed() < Duration::from_millis(FOREVER / 20));
}

#[tokio::test]
async fn a_clock_that_is_off_is_mended_once_by_the_date_of_the_service() {
    for (seconds, mended) in [(0, true), (7200, false)] {
        let site = Emulated::start().await;
        site.time.pass(Duration::from_secs(3600));
        let fault = Fault::new(FaultKind::SkewedDate { seconds }).times(2);
        site.control.add_fault(fault).expect("a fault");
        let answer = site.signing().kafka().list(INSTANCE_ID).await;
        let statuses: Vec<_> = site.control.requests().iter().map(|r| r.status).collect();
        if mended {
            answer.expect("signed with the service's clock");
            assert_eq!(statuses, [Some(401), Some(200)]);
        } else {
            let error = answer.expect_err("its clock is wrong");
            assert!(error.is_unauthorized(), "{error:?}");
            assert_eq!(error.code().as_deref(), Some("APIGW.0303"));
            assert_eq!(error.attempts(), 2);
            let skew = Some(jiff::SignedDuration::from_secs(3600));
            assert_eq!(error.clock_skew(), skew);
            assert_eq!(statuses, [Some(401), Some(401)]);
        }
    }
}

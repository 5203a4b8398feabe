//! What a failing call leaves in logs and errors: what happened, by OpenTelemetry's names, and no
//! secret.

use std::io::Write;
use std::sync::{Arc, LazyLock, Mutex};

use ::tracing::Dispatch;
use ::tracing::dispatcher::DefaultGuard;
use hwtasks::{Credentials, Error};
use hwtasks_emulator::{
    Fault, FaultKind, INSTANCE_ID, TEMPORARY_ACCESS_KEY, TEMPORARY_SECRET_KEY,
    TEMPORARY_SECURITY_TOKEN, TOKEN,
};
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::fmt::format::FmtSpan;

use crate::support::emulated::Emulated;
use crate::support::server::{Server, json};

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("no one panicked").write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Log {
    fn text(&self) -> String {
        let bytes = self.0.lock().expect("no one panicked").clone();
        String::from_utf8(bytes).expect("it is text")
    }
}

static ANOTHER: LazyLock<Dispatch> = LazyLock::new(|| recording(Log::default()));

fn recording(log: Log) -> Dispatch {
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(LevelFilter::TRACE)
        .with_span_events(FmtSpan::FULL)
        .with_ansi(false)
        .with_writer(move || log.clone());
    Dispatch::new(subscriber.finish())
}

/// What this thread logs until the guard is dropped.
fn listen() -> (Log, DefaultGuard) {
    // With one dispatcher alone, a thread without any would settle what is logged on all threads.
    LazyLock::force(&ANOTHER);
    let log = Log::default();
    let guard = ::tracing::dispatcher::set_default(&recording(log.clone()));
    (log, guard)
}

/// All that was logged, and all that can be shown of what took part.
async fn shown(credentials: Credentials, fault: FaultKind) -> (String, String, Error) {
    let (log, _guard) = listen();

    let site = Emulated::start().await;
    let fault = Fault::new(fault).times(3);
    site.control.add_fault(fault).expect("it is valid");
    let builder = site.builder(credentials.clone());
    let client = builder.clone().build().expect("it builds");
    let list = client.kafka().list(INSTANCE_ID).limit(50);
    let asked = format!("{list:?}");
    let error = list.await.expect_err("the call fails");
    let debug = format!("{credentials:?} {builder:?} {client:?} {asked} {error:?}");
    let display = format!("{error} {error:#} {error:#?}");
    (log.text(), format!("{debug} {display}"), error)
}

fn temporary() -> Credentials {
    Credentials::keys(TEMPORARY_ACCESS_KEY, TEMPORARY_SECRET_KEY)
        .with_security_token(TEMPORARY_SECURITY_TOKEN)
}

#[tokio::test]
async fn logs_and_debug_output_have_no_secret() {
    let refused = FaultKind::Status {
        status: 401,
        retry_after: None,
        error_code: None,
    };
    for credentials in [temporary(), Credentials::token(TOKEN)] {
        for fault in [
            refused.clone(),
            FaultKind::ResetBeforeResponse,
            FaultKind::EmptyOk,
        ] {
            let (log, shown, _) = shown(credentials.clone(), fault).await;
            assert!(log.contains("ListKafkaTasks"), "{log}");
            for text in [log.to_lowercase(), shown.to_lowercase()] {
                for secret in [
                    TEMPORARY_SECRET_KEY,
                    TEMPORARY_SECURITY_TOKEN,
                    TOKEN,
                    "signature=",
                    "sdk-hmac-sha256",
                    "x-auth-token",
                    "x-security-token",
                ] {
                    let secret = secret.to_lowercase();
                    assert!(!text.contains(&secret), "{secret}: {text}");
                }
            }
        }
    }
}

#[tokio::test]
async fn logs_and_debug_output_have_no_signature() {
    let (log, _guard) = listen();
    let server = Server::responding(json(400, "{}")).await;
    let client = server.builder().credentials(temporary()).build();
    let client = client.expect("it builds");
    let error = client
        .kafka()
        .list(INSTANCE_ID)
        .await
        .expect_err("the call fails");
    let request = server.request().await;
    let signed = request.headers["authorization"]
        .to_str()
        .expect("it is text");
    let (_, signature) = signed.split_once("Signature=").expect("a signature");
    assert_eq!(signature.len(), 64);
    let shown = format!("{} {error:?} {error:#} {client:?}", log.text());
    assert!(shown.contains("ListKafkaTasks"));
    assert!(!shown.contains(signature), "{shown}");
}

#[tokio::test]
async fn spans_and_events_use_opentelemetry_names() {
    let unavailable = FaultKind::Status {
        status: 503,
        retry_after: None,
        error_code: None,
    };
    let (log, _, error) = shown(temporary(), unavailable).await;
    let responses: Vec<_> = log
        .lines()
        .filter(|line| line.contains(": response "))
        .collect();
    assert_eq!(responses.len(), 3, "{log}");
    let request_id = error
        .request_id()
        .expect("the error has the last request ID")
        .to_owned();
    assert!(responses[2].contains(&request_id), "{log}");
    for (resent, line) in responses.into_iter().enumerate() {
        for field in [
            "hwtasks{otel.kind=\"client\" operation=\"ListKafkaTasks\"",
            "http.request.method=\"GET\"",
            "server.address=\"127.0.0.1\"",
            "server.port=",
            "http.response.status_code=503",
            &format!("http.request.resend_count={resent}"),
            "http.client.request.duration=",
            "http.response.body.size=",
            "request_id=\"",
            "next=",
        ] {
            assert!(line.contains(field), "{field}: {line}");
        }
    }
    let (log, ..) = shown(temporary(), FaultKind::ResetBeforeResponse).await;
    let failed: Vec<_> = log
        .lines()
        .filter(|line| line.contains("failed: "))
        .collect();
    assert_eq!(failed.len(), 3, "{log}");
    assert!(failed[0].contains("error.type=Transport"), "{log}");
}

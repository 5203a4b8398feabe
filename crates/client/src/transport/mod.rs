//! The one place that sends: every operation of both services, and whatever is asked of IAM and of
//! the metadata service, goes through [`Call::run`].

pub(crate) mod auth;
pub(crate) mod http;
pub(crate) mod provider_http;
pub(crate) mod response;
pub(crate) mod retry;
pub(crate) mod single_flight;
pub(crate) mod time;

use std::fmt;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures_util::FutureExt as _;
use jiff::{SignedDuration, Timestamp};
use progenitor_client::{ClientHooks, Error as Failure, OperationInfo};
use reqwest::{Request, ResponseBuilderExt as _, StatusCode};
use serde::de::DeserializeOwned;
use tokio::time::timeout;
use tracing::Instrument as _;

use crate::credentials::{Credentials, CredentialsError, SharedProvider};
use crate::error::Error;
use crate::error::classify::is_signature_rejected;
use crate::generated;
use crate::interpret::{Generated, interpret};
use crate::list::params;
use crate::transport::auth::authorize;
use crate::transport::http::Http;
use crate::transport::response::{RawResponse, Response};
use crate::transport::retry::{Next, RetryPolicy, Tried};
use crate::transport::time::SharedTimeSource;

/// What every call of a client shares.
pub(crate) struct Transport {
    /// `None` sends requests without authorization.
    pub(crate) provider: Option<SharedProvider>,
    pub(crate) time: SharedTimeSource,
    pub(crate) retry: RetryPolicy,
    pub(crate) limits: Limits,
    pub(crate) http: Http,
    /// How far the service's clock is ahead of ours, in milliseconds, once it has said so.
    pub(crate) clock_skew: AtomicI64,
}

/// What a request may take.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// How long an attempt may take.
    pub(crate) attempt: Duration,
    /// How long a call may take with all its attempts.
    pub(crate) call: Duration,
    /// The largest body that is read, in bytes.
    pub(crate) body: usize,
}

impl Transport {
    pub(crate) fn new(
        provider: Option<SharedProvider>,
        time: SharedTimeSource,
        retry: RetryPolicy,
        limits: Limits,
        http: Http,
    ) -> Self {
        Self {
            provider,
            time,
            retry,
            limits,
            http,
            clock_skew: AtomicI64::new(0),
        }
    }
}

/// One call: its context, and what came back.
///
/// The generated code keeps neither the bytes of a response nor those of an error, so each call
/// carries a place for them.
#[derive(Clone)]
pub(crate) struct Call {
    operation: &'static str,
    transport: Arc<Transport>,
    /// When the call must have ended, by the transport's clock.
    deadline: Duration,
    outcome: Arc<Mutex<Option<Outcome>>>,
}

struct Outcome {
    result: Result<RawResponse, Error>,
    attempts: u32,
    /// How far the service's clock was ahead of ours, when it refused a signature for its date.
    clock_skew: Option<SignedDuration>,
}

/// What an attempt was authorized with; calls beside it may have changed that since.
#[derive(Default)]
struct Used {
    credentials: Option<Credentials>,
    /// How far the service's clock was taken to be ahead, in milliseconds.
    skew: i64,
}

impl Used {
    /// What the service's clock was taken to say when ours says `now`.
    fn time(&self, now: Timestamp) -> Timestamp {
        let skew = SignedDuration::from_millis(self.skew);
        now.checked_add(skew).unwrap_or(now)
    }
}

impl Transport {
    /// Valid credentials, fetched in this time; `None` when requests go without.
    pub(crate) async fn credentials(&self, within: Duration) -> Result<Option<Credentials>, Error> {
        let Some(provider) = &self.provider else {
            return Ok(None);
        };
        match provided(provider, within).await {
            Ok(credentials) => Ok(Some(credentials)),
            Err(error) => Err(Error::credentials(&provider.name(), error)),
        }
    }
}

/// The result of a provider within this time.
async fn provided(
    provider: &SharedProvider,
    within: Duration,
) -> Result<Credentials, CredentialsError> {
    let mut asked = provider.provide();
    if let Ok(given) = timeout(within / 2, &mut asked).await {
        return given;
    }
    // It may be renewing early: what it still keeps comes at once, and leaves time for the request.
    match provider.provide().now_or_never() {
        Some(Ok(kept)) => Ok(kept),
        _ => timeout(within / 2, asked)
            .await
            .unwrap_or_else(|_| Err(CredentialsError::slow(within))),
    }
}

impl Call {
    pub(crate) fn new(operation: &'static str, transport: Arc<Transport>) -> Self {
        let deadline = transport
            .time
            .elapsed()
            .saturating_add(transport.limits.call);
        Self {
            operation,
            transport,
            deadline,
            outcome: Arc::default(),
        }
    }

    /// A call that this one needs first, and that others may share: it has a timeout of its own.
    pub(crate) fn first(&self, operation: &'static str) -> Self {
        Self::new(operation, Arc::clone(&self.transport))
    }

    /// What the call's requests are authorized with.
    pub(crate) async fn credentials(&self) -> Result<Option<Credentials>, Error> {
        self.transport.credentials(self.left()).await
    }

    /// How much time the call has left.
    pub(crate) fn left(&self) -> Duration {
        self.deadline.saturating_sub(self.transport.time.elapsed())
    }

    /// Ends the call at this moment of the client's clock, if its timeout does not end it sooner.
    pub(crate) fn ending_at(mut self, deadline: Option<Duration>) -> Self {
        self.deadline = deadline.map_or(self.deadline, |end| end.min(self.deadline));
        self
    }

    /// Names the operation in an error that came before or after its request.
    pub(crate) fn check<T>(&self, result: Result<T, Error>) -> Result<T, Error> {
        result.map_err(|error| error.with_operation(self.operation))
    }

    fn outcome(&self) -> MutexGuard<'_, Option<Outcome>> {
        self.outcome.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sends a request and reads its response, of whatever status.
    pub(crate) async fn send<T>(
        &self,
        request: Request,
        read: impl FnOnce(RawResponse) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let Outcome {
            result,
            attempts,
            clock_skew,
        } = self.run(request).await;
        let result = result.and_then(read);
        self.check(result.map_err(|error| error.with_attempts(attempts, clock_skew)))
    }

    async fn run(&self, request: Request) -> Outcome {
        let span = tracing::debug_span!(
            "hwtasks",
            "otel.kind" = "client",
            operation = self.operation,
            "http.request.method" = request.method().as_str(),
            "server.address" = request.url().host_str(),
            "server.port" = request.url().port_or_known_default(),
        );
        self.attempts(request).instrument(span).await
    }

    async fn exec(&self, request: Request) -> reqwest::Result<reqwest::Response> {
        let url = request.url().clone();
        let outcome = self.run(request).await;
        // What failed is in the outcome, which `finish` asks first: the generated code gets an
        // response that no operation documents. The headers are in the outcome, too.
        let (status, body) = match &outcome.result {
            Ok(response) => (response.status, response.body.clone()),
            Err(_) => (StatusCode::NO_CONTENT, Bytes::new()),
        };
        *self.outcome() = Some(outcome);
        // Without the URL, reqwest would parse one of its own.
        let response = ::http::Response::builder().url(url);
        let mut response = response.body(reqwest::Body::from(body)).unwrap_or_default();
        *response.status_mut() = status;
        Ok(response.into())
    }

    /// Attempts until one is the outcome, or the call's time is up.
    async fn attempts(&self, mut request: Request) -> Outcome {
        // progenitor sends the version of the document, which no service knows.
        request.headers_mut().remove("api-version");
        params::restore_encoding(request.url_mut());

        let transport = &*self.transport;
        let mut attempts = 0;
        let mut tried = Tried::default();
        let mut refusal = None;
        loop {
            attempts += 1;
            let started = transport.time.elapsed();
            let mut used = Used::default();
            let result = self.attempt(&request, attempts, &mut used).await;
            let now = transport.time.now();
            let signed = used.time(now);
            let next = retry::decide(&transport.retry, attempts, tried, &result, now, signed);
            report(
                &result,
                attempts,
                transport.time.elapsed().saturating_sub(started),
                next,
            );
            let wait = match next {
                Next::Done => None,
                Next::After(wait) => Some(wait),
                Next::Reclock(skew) => {
                    let skew = i64::try_from(skew.as_millis()).unwrap_or_default();
                    transport.clock_skew.store(skew, Ordering::Relaxed);
                    tried.reclocked = Some((used.skew, skew));
                    Some(Duration::ZERO)
                }
                Next::Renew => {
                    tried.renewed = true;
                    if let (Some(provider), Some(rejected)) =
                        (&transport.provider, &used.credentials)
                    {
                        provider.invalidate(rejected);
                    }
                    Some(Duration::ZERO)
                }
            };
            match wait.filter(|wait| *wait < self.left()) {
                Some(wait) => {
                    if matches!(next, Next::After(_)) {
                        refusal = result.ok().or(refusal);
                    }
                    if !wait.is_zero() {
                        transport.time.sleep(wait).await;
                    }
                }
                None => {
                    let clock_skew = self.check_reclocked(tried, &result, now);
                    // Why it was attempted again says more than that the time was up.
                    let result = match (result, refusal) {
                        (Err(error), Some(response))
                            if error.is_timeout() && self.left().is_zero() =>
                        {
                            Ok(response)
                        }
                        (result, _) => result,
                    };
                    let unsent = matches!(&result, Err(error) if error.is_unsent());
                    return Outcome {
                        attempts: attempts - u32::from(unsent),
                        result,
                        clock_skew,
                    };
                }
            }
        }
    }

    /// How far the clock is off, when that is why the last signature was refused, too.
    ///
    /// The service's clock was no help then, and may not have been its own: what was signed with
    /// before is taken up again.
    fn check_reclocked(
        &self,
        tried: Tried,
        result: &Result<RawResponse, Error>,
        now: Timestamp,
    ) -> Option<SignedDuration> {
        let (former, tried) = tried.reclocked?;
        let response = result.as_ref().ok()?;
        if !is_signature_rejected(response) {
            return None;
        }
        // Unless another call has found out better.
        let kept = &self.transport.clock_skew;
        let _ = kept.compare_exchange(tried, former, Ordering::Relaxed, Ordering::Relaxed);
        retry::clock_skew(response, now)
    }

    async fn attempt(
        &self,
        request: &Request,
        attempts: u32,
        used: &mut Used,
    ) -> Result<RawResponse, Error> {
        let mut request = request
            .try_clone()
            .ok_or_else(|| Error::invalid_input("the request cannot be repeated"))?;
        used.credentials = self.credentials().await?;
        used.skew = self.transport.clock_skew.load(Ordering::Relaxed);
        if let Some(credentials) = &used.credentials {
            let time = used.time(self.transport.time.now());
            authorize(&mut request, credentials, time)?;
        }
        // What is left once the credentials are there.
        *request.timeout_mut() = Some(self.left().min(self.transport.limits.attempt));
        let http = self.transport.http.to(request.url())?;
        let mut response = http.execute(request).await.map_err(Error::transport)?;
        let status = response.status();
        let headers = std::mem::take(response.headers_mut());
        let body = self.read(response).await?;
        Ok(RawResponse {
            status,
            headers,
            body,
            attempts,
        })
    }

    async fn read(&self, mut response: reqwest::Response) -> Result<Bytes, Error> {
        let limit = self.transport.limits.body;
        // A length that was announced is not exceeded, and needs no copy; one that is not decoded has it.
        if let Some(length) = response.content_length()
            && length <= limit as u64
        {
            return response.bytes().await.map_err(Error::transport);
        }
        let mut body = BytesMut::new();
        while let Some(chunk) = response.chunk().await.map_err(Error::transport)? {
            if body.len() + chunk.len() > limit {
                return Err(Error::body_too_large(limit));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body.freeze())
    }

    /// Turns what the generated operation made of the response into the response of the call.
    pub(crate) fn finish<T>(&self, generated: Generated<T>) -> Result<Response<T>, Error>
    where
        T: DeserializeOwned,
    {
        let outcome = self.outcome().take();
        self.check(match outcome {
            Some(Outcome {
                result,
                attempts,
                clock_skew,
            }) => result
                .and_then(|response| interpret(response, generated))
                .map_err(|error| error.with_attempts(attempts, clock_skew)),
            None => Err(Error::invalid_input(match generated {
                Err(Failure::InvalidRequest(why)) => why,
                _ => "the request could not be built".to_owned(),
            })),
        })
    }
}

/// Tells how an attempt ended, by the names OpenTelemetry gives the facts of an HTTP client.
fn report(result: &Result<RawResponse, Error>, attempts: u32, took: Duration, next: Next) {
    let took = took.as_secs_f64();
    let resend_count = attempts - 1;
    match result {
        Ok(response) => tracing::debug!(
            "http.response.status_code" = response.status.as_u16(),
            "http.request.resend_count" = resend_count,
            "http.client.request.duration" = took,
            "http.response.body.size" = response.body.len(),
            request_id = response.request_id(),
            ?next,
            "answered"
        ),
        Err(error) => tracing::debug!(
            "error.type" = ?error.kind(),
            "http.request.resend_count" = resend_count,
            "http.client.request.duration" = took,
            ?next,
            "failed: {error:#}"
        ),
    }
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call")
            .field("operation", &self.operation)
            .finish_non_exhaustive()
    }
}

macro_rules! hooks {
    ($($client:ty),+) => {
        $(impl ClientHooks<Call> for $client {
            async fn exec(
                &self,
                request: Request,
                _: &OperationInfo,
            ) -> reqwest::Result<reqwest::Response> {
                self.inner.exec(request).await
            }
        })+
    };
}

hooks!(generated::dcs::Client, generated::kafka::Client);

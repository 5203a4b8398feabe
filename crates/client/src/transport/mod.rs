//! The one place that sends: every operation of both services, and whatever is asked of IAM and of
//! the metadata service, goes through [`Call::run`].

pub(crate) mod auth;
mod gate;
pub(crate) mod http;
pub(crate) mod provider_http;
mod recovery;
pub(crate) mod response;
pub(crate) mod retry;
pub(crate) mod single_flight;
pub(crate) mod time;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures_util::FutureExt as _;
use jiff::{SignedDuration, Timestamp};
use reqwest::{Request, StatusCode};
use tokio::time::{Instant, timeout, timeout_at};
use tracing::Instrument as _;

use crate::credentials::{Credentials, CredentialsError, SharedProvider};
use crate::error::Error;
use crate::transport::auth::authorize;
use crate::transport::gate::{Gate, Pass};
use crate::transport::http::HttpClients;
use crate::transport::recovery::AuthRecovery;
use crate::transport::response::RawResponse;
use crate::transport::retry::{RetryAction, RetryPolicy};
use crate::transport::time::SharedTimeSource;

/// What every call of a client shares.
pub(crate) struct Transport {
    /// `None` sends requests without authorization.
    pub(crate) provider: Option<SharedProvider>,
    pub(crate) time: SharedTimeSource,
    pub(crate) retry: RetryPolicy,
    pub(crate) limits: Limits,
    pub(crate) http: HttpClients,
    refusals: Arc<Refusals>,
}

/// What the refusals of one provider's credentials have taught, for every client that uses the provider.
#[derive(Default)]
pub(crate) struct Refusals {
    /// How far the service's clock is ahead of ours, in milliseconds, once it has said so.
    clock_skew: AtomicI64,
    gate: Gate,
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
        http: HttpClients,
        refusals: Arc<Refusals>,
    ) -> Self {
        Self {
            provider,
            time,
            retry,
            limits,
            http,
            refusals,
        }
    }
}

/// One call: its operation and its deadline.
pub(crate) struct Call {
    operation: &'static str,
    transport: Arc<Transport>,
    /// When the call must have ended, by the transport's clock.
    deadline: Duration,
    /// Whether a throttled request is retried here, and not by a wait or a sweep.
    retries_throttled: bool,
}

struct CallOutcome {
    result: Result<RawResponse, Error>,
    attempts: u32,
    /// How far the service's clock was ahead of ours, when it rejected a signature for its date.
    clock_skew: Option<SignedDuration>,
}

/// The credentials and clock skew of an attempt; concurrent calls may have changed them since.
#[derive(Default)]
struct AttemptContext {
    credentials: Option<Credentials>,
    /// The assumed lead of the service's clock, in milliseconds.
    skew: i64,
    /// The time in the signature; `None` without one.
    signed: Option<Timestamp>,
    is_sent: bool,
}

impl Transport {
    /// Whether the service has refused the credentials for good, so that no request is sent for now.
    pub(crate) fn is_shut(&self) -> bool {
        self.refusals.gate.is_shut(&*self.time)
    }

    /// Valid credentials, fetched in this time; `None` when requests go without.
    pub(crate) async fn credentials(&self, within: Duration) -> Result<Option<Credentials>, Error> {
        let Some(provider) = &self.provider else {
            return Ok(None);
        };
        match provided(provider, within).await {
            Ok(credentials) => {
                credentials.check()?;
                Ok(Some(credentials))
            }
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
    // It may be refreshing early: credentials still cached come at once and leave time for the request.
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
            retries_throttled: true,
        }
    }

    /// A call that this one needs first, and that others may share: it has a timeout of its own.
    pub(crate) fn prerequisite(&self, operation: &'static str) -> Self {
        Self::new(operation, Arc::clone(&self.transport))
    }

    /// The credentials of the call's requests; `None` when they are sent without.
    pub(crate) async fn credentials(&self) -> Result<Option<Credentials>, Error> {
        self.transport.credentials(self.time_remaining()).await
    }

    /// The time until the deadline of the call.
    pub(crate) fn time_remaining(&self) -> Duration {
        self.deadline.saturating_sub(self.transport.time.elapsed())
    }

    /// Makes it a poll, which ends at this moment of the client's clock, if its timeout does not end it
    /// sooner, and does not retry a 429.
    pub(crate) fn for_poll(mut self, deadline: Duration) -> Self {
        self.retries_throttled = false;
        self.deadline = self.deadline.min(deadline);
        self
    }

    /// Leaves the retry of a throttled request to the caller.
    pub(crate) fn without_throttle_retry(mut self) -> Self {
        self.retries_throttled = false;
        self
    }

    /// Adds the operation to an error.
    pub(crate) fn annotate<T>(&self, result: Result<T, Error>) -> Result<T, Error> {
        result.map_err(|error| error.with_operation(self.operation))
    }

    /// Sends a request and reads its response, of whatever status.
    pub(crate) async fn send<T>(
        &self,
        request: Request,
        read: impl FnOnce(RawResponse) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let CallOutcome {
            result,
            attempts,
            clock_skew,
        } = self.run(request).await;
        let result = result.and_then(read);
        self.annotate(result.map_err(|error| error.with_attempts(attempts, clock_skew)))
    }

    async fn run(&self, request: Request) -> CallOutcome {
        let span = tracing::debug_span!(
            "hwtasks",
            "otel.kind" = "client",
            operation = self.operation,
            "http.request.method" = request.method().as_str(),
            "url.path" = request.url().path(),
            "url.query" = request.url().query(),
            "server.address" = request.url().host_str(),
            "server.port" = request.url().port_or_known_default(),
        );
        self.run_attempts(request).instrument(span).await
    }

    /// Sends the request until an attempt decides the call or its deadline has passed.
    async fn run_attempts(&self, request: Request) -> CallOutcome {
        let transport = &*self.transport;
        let mut attempts = 0;
        let mut recovery = AuthRecovery::default();
        let mut pass = transport.refusals.gate.pass(transport.provider.is_some());
        let mut refusal = None;
        loop {
            attempts += 1;
            let started = transport.time.elapsed();
            let mut used = AttemptContext::default();
            let mut result = self
                .attempt(&request, attempts, &mut used, &mut recovery, &mut pass)
                .await;
            let now = transport.time.now();
            let left = self.time_remaining();
            let action = match &result {
                Ok(response) if response.status == StatusCode::UNAUTHORIZED => {
                    // Rare, and boxed so that every call is smaller.
                    Box::pin(self.recovery_action(&recovery, &used, response, &mut pass)).await
                }
                Ok(response)
                    if !self.retries_throttled
                        && response.status == StatusCode::TOO_MANY_REQUESTS =>
                {
                    RetryAction::Stop
                }
                result => {
                    if let Ok(response) = result {
                        pass.received(response.status);
                    }
                    retry::next_action(&transport.retry, attempts, result, now, left)
                }
            };
            report(
                &result,
                attempts,
                transport.time.elapsed().saturating_sub(started),
                action,
            );
            let wait = match action {
                RetryAction::Stop => None,
                RetryAction::RetryAfter(wait) => Some(wait),
                _ => {
                    let recovered =
                        Box::pin(self.recover(action, &mut recovery, &used, &mut result)).await;
                    recovered.then_some(Duration::ZERO)
                }
            };
            match wait.filter(|wait| *wait < self.time_remaining()) {
                Some(wait) => {
                    if matches!(action, RetryAction::RetryAfter(_)) {
                        refusal = result.ok().or(refusal);
                    }
                    if !wait.is_zero() {
                        transport.time.sleep(wait).await;
                    }
                }
                None => {
                    let clock_skew = match wait {
                        None => self.end(&recovery, used.credentials, &result, &mut pass),
                        Some(_) => None,
                    };
                    // The response that was retried says more than the timeout.
                    let result = match (result, refusal) {
                        (Err(error), Some(response))
                            if error.is_timeout() && self.time_remaining().is_zero() =>
                        {
                            Ok(response)
                        }
                        (result, _) => result,
                    };
                    return CallOutcome {
                        attempts: attempts - u32::from(!used.is_sent),
                        result,
                        clock_skew,
                    };
                }
            }
        }
    }

    async fn attempt(
        &self,
        request: &Request,
        attempts: u32,
        used: &mut AttemptContext,
        recovery: &mut AuthRecovery,
        pass: &mut Pass<'_>,
    ) -> Result<RawResponse, Error> {
        let mut request = copy(request)?;
        used.credentials = self.admitted(recovery, pass).await?;
        used.skew = self.transport.refusals.clock_skew.load(Ordering::Relaxed);
        if let Some(credentials) = &used.credentials {
            let now = self.transport.time.now();
            let skew = SignedDuration::from_millis(used.skew);
            let time = now.checked_add(skew).unwrap_or(now);
            authorize(&mut request, credentials, time)?;
            used.signed = Some(time).filter(|_| !credentials.is_token());
        }
        let http = self.transport.http.for_url(request.url())?;
        used.is_sent = true;
        // What is left once the credentials are there.
        let deadline = Instant::now() + self.time_remaining().min(self.transport.limits.attempt);
        let mut response = timeout_at(deadline, http.execute(request))
            .await
            .map_err(Error::no_response)?
            .map_err(Error::transport)?;
        let status = response.status();
        let headers = std::mem::take(response.headers_mut());
        let limit = self.transport.limits.body;
        // The status of an error decides; its body is what can be read.
        let body = match status.is_success() {
            true => {
                let body = timeout_at(deadline, self.read(response)).await;
                response::gunzipped(&headers, body.map_err(Error::no_response)??, limit)?
            }
            false => {
                let body = response::read_start(response, limit, deadline).await;
                response::gunzipped_start(&headers, body, limit)
            }
        };
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
}

/// A copy of a request without a timeout. `try_clone` makes room for one.
fn copy(request: &Request) -> Result<Request, Error> {
    if request.body().is_some() {
        let copy = request.try_clone();
        return copy.ok_or_else(|| Error::invalid_input("the request cannot be repeated"));
    }
    let mut copy = Request::new(request.method().clone(), request.url().clone());
    copy.headers_mut().clone_from(request.headers());
    Ok(copy)
}

/// Traces the end of an attempt, with the attribute names of OpenTelemetry.
fn report(result: &Result<RawResponse, Error>, attempts: u32, took: Duration, action: RetryAction) {
    let took = took.as_secs_f64();
    let resend_count = attempts - 1;
    match result {
        Ok(response) => tracing::debug!(
            "http.response.status_code" = response.status.as_u16(),
            "http.request.resend_count" = resend_count,
            "http.client.request.duration" = took,
            "http.response.body.size" = response.body.len(),
            request_id = response.request_id(),
            next = ?action,
            "response"
        ),
        Err(error) => tracing::debug!(
            "error.type" = ?error.kind(),
            "http.request.resend_count" = resend_count,
            "http.client.request.duration" = took,
            next = ?action,
            "failed: {error:#}"
        ),
    }
}

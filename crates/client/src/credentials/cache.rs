//! Caches credentials until shortly before they expire.

use std::borrow::Cow;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::{Credentials, CredentialsError, ProvideCredentials, Provided, SharedProvider};
use crate::transport::single_flight::SingleFlight;
use crate::transport::time::{SharedTimeSource, SystemTimeSource, TimeSource};

/// How long before expiry credentials are refreshed by default.
const REFRESH_BEFORE_EXPIRY: Duration = Duration::from_secs(15 * 60);
/// The delay after a failed early refresh before the next one.
const REFRESH_RETRY_DELAY: SignedDuration = SignedDuration::from_mins(1);
/// How long an early refresh may take.
const EARLY_REFRESH_TIMEOUT: Duration = Duration::from_secs(5);

/// Caches the credentials of another provider, and refreshes them shortly before they expire.
///
/// One refresh runs at a time. While the cached credentials are valid, other calls use them; once
/// they have expired, other calls wait for the refresh. An early refresh that fails or takes longer
/// than 5 seconds fails no call: the cached credentials stay in use, and the next refresh runs a
/// minute later.
#[derive(Debug)]
pub struct CachedProvider {
    inner: SharedProvider,
    time: SharedTimeSource,
    refresh_before_expiry: Duration,
    state: Mutex<State>,
    single_flight: SingleFlight<Result<Credentials, CredentialsError>>,
}

#[derive(Debug, Default)]
struct State {
    cached: Option<Cached>,
    /// A failure that another fetch would not fix, and until when to repeat it.
    failed: Option<(CredentialsError, Duration)>,
}

#[derive(Debug)]
struct Cached {
    credentials: Credentials,
    refresh_at: Option<Timestamp>,
}

impl CachedProvider {
    /// Caches the credentials of `inner` until 15 minutes before they expire. Credentials without an
    /// expiry stay cached until the service rejects them.
    pub fn new(inner: impl ProvideCredentials + 'static) -> Self {
        Self {
            inner: Arc::new(inner),
            time: Arc::new(SystemTimeSource::new()),
            refresh_before_expiry: REFRESH_BEFORE_EXPIRY,
            state: Mutex::default(),
            single_flight: SingleFlight::default(),
        }
    }

    /// Sets how long before expiry the credentials are refreshed. Default: 15 minutes. Credentials with
    /// less than twice that lifetime are refreshed halfway through it.
    #[must_use]
    pub fn refresh_before_expiry(mut self, before: Duration) -> Self {
        self.refresh_before_expiry = before;
        self
    }

    /// Sets the time source. Default: the system clock. For tests.
    #[must_use]
    pub fn time_source(mut self, time: impl TimeSource + 'static) -> Self {
        self.time = Arc::new(time);
        self
    }

    pub(crate) fn shared_time_source(mut self, time: SharedTimeSource) -> Self {
        self.time = time;
        self
    }

    async fn get(&self) -> Result<Credentials, CredentialsError> {
        let now = self.time.now();
        let (valid, failed) = {
            let state = self.state();
            let cached = state.cached.as_ref();
            if let Some(cached) =
                cached.filter(|cached| cached.refresh_at.is_none_or(|at| now < at))
            {
                return Ok(cached.credentials.clone());
            }
            let valid = cached.filter(|cached| is_valid(&cached.credentials, now));
            let failed = state.failed.as_ref();
            let failed = failed.filter(|(_, until)| self.time.elapsed() < *until);
            (
                valid.map(|cached| cached.credentials.clone()),
                failed.map(|(error, _)| error.clone()),
            )
        };
        match (valid, failed) {
            (Some(valid), failed) if failed.is_some() || self.single_flight.is_in_flight() => {
                Ok(valid)
            }
            (None, Some(error)) => Err(error),
            (Some(_), _) => {
                self.postpone(now);
                self.single_flight.run(self.refresh(true)).await
            }
            (None, _) => self.single_flight.run(self.refresh(false)).await,
        }
    }

    /// Postpones the next refresh before this one starts, because its caller may drop it.
    fn postpone(&self, now: Timestamp) {
        if let Some(cached) = &mut self.state().cached {
            cached.refresh_at = now.checked_add(REFRESH_RETRY_DELAY).ok();
        }
    }

    async fn refresh(&self, is_early: bool) -> Result<Credentials, CredentialsError> {
        let provided = self.inner.provide();
        let refreshed = match is_early {
            true => tokio::time::timeout(EARLY_REFRESH_TIMEOUT, provided)
                .await
                .unwrap_or_else(|_| Err(CredentialsError::slow(EARLY_REFRESH_TIMEOUT))),
            false => provided.await,
        };
        let now = self.time.now();
        let refreshed = refreshed.and_then(|new| match new.expires_at() {
            Some(expiry) if expiry <= now => Err(CredentialsError::invalid_configuration(format!(
                "its credentials expired at {expiry}, and this machine's clock says {now:.0}: check \
                 the clock"
            ))),
            _ => Ok(new),
        });
        let mut state = self.state();
        match refreshed {
            Ok(credentials) => {
                let refresh_at = credentials
                    .expires_at()
                    .map(|expiry| refresh_time(now, expiry, self.refresh_before_expiry));
                state.failed = None;
                state.cached = Some(Cached {
                    credentials: credentials.clone(),
                    refresh_at,
                });
                Ok(credentials)
            }
            Err(error) => {
                state.failed = error
                    .hold()
                    .map(|hold| (error.clone(), self.time.elapsed().saturating_add(hold)));
                let cached = state.cached.as_ref();
                match cached.filter(|cached| is_valid(&cached.credentials, now)) {
                    Some(cached) => {
                        tracing::warn!(
                            provider = %self.inner.name(),
                            "credentials were not refreshed, and are used until they expire: {error}"
                        );
                        Ok(cached.credentials.clone())
                    }
                    None => Err(error),
                }
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ProvideCredentials for CachedProvider {
    fn name(&self) -> Cow<'static, str> {
        self.inner.name()
    }

    fn provide(&self) -> Provided<'_> {
        Box::pin(self.get())
    }

    fn invalidate(&self, rejected: &Credentials) {
        let mut state = self.state();
        // Credentials that were refreshed in the meantime stay cached.
        if state
            .cached
            .as_ref()
            .is_some_and(|cached| cached.credentials.is_same(rejected))
        {
            state.cached = None;
        }
        drop(state);
        self.inner.invalidate(rejected);
    }
}

fn is_valid(credentials: &Credentials, now: Timestamp) -> bool {
    credentials.expires_at().is_none_or(|expiry| now < expiry)
}

/// Returns when to refresh credentials that were fetched at `now`.
fn refresh_time(now: Timestamp, expiry: Timestamp, before: Duration) -> Timestamp {
    let life = expiry.duration_since(now);
    let before = SignedDuration::try_from(before).unwrap_or(SignedDuration::MAX);
    expiry.checked_sub(before.min(life / 2)).unwrap_or(now)
}

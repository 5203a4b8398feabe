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
    early: Duration,
    state: Mutex<State>,
    flight: SingleFlight<Result<Credentials, CredentialsError>>,
}

#[derive(Debug, Default)]
struct State {
    kept: Option<Kept>,
    /// A failure that another call would repeat, and until when it is kept.
    failed: Option<(CredentialsError, Duration)>,
}

#[derive(Debug)]
struct Kept {
    credentials: Credentials,
    refresh_at: Option<Timestamp>,
}

impl CachedProvider {
    /// Caches the credentials of `inner` until 15 minutes before they expire, or for good when they have
    /// no expiry.
    pub fn new(inner: impl ProvideCredentials + 'static) -> Self {
        Self {
            inner: Arc::new(inner),
            time: Arc::new(SystemTimeSource::new()),
            early: REFRESH_BEFORE_EXPIRY,
            state: Mutex::default(),
            flight: SingleFlight::default(),
        }
    }

    /// Sets how long before expiry the credentials are refreshed; 15 minutes by default. Credentials
    /// valid for less than twice that are refreshed after half of their lifetime.
    #[must_use]
    pub fn refresh_before_expiry(mut self, early: Duration) -> Self {
        self.early = early;
        self
    }

    /// Where the time comes from; the system's clock by default. For tests.
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
            let kept = state.kept.as_ref();
            if let Some(kept) = kept.filter(|kept| kept.refresh_at.is_none_or(|at| now < at)) {
                return Ok(kept.credentials.clone());
            }
            let valid = kept.filter(|kept| is_valid(&kept.credentials, now));
            let failed = state.failed.as_ref();
            let failed = failed.filter(|(_, until)| self.time.elapsed() < *until);
            (
                valid.map(|kept| kept.credentials.clone()),
                failed.map(|(error, _)| error.clone()),
            )
        };
        match (valid, failed) {
            (Some(valid), failed) if failed.is_some() || self.flight.is_in_flight() => Ok(valid),
            (None, Some(error)) => Err(error),
            (Some(_), _) => {
                self.postpone(now);
                self.flight.run(self.refresh(true)).await
            }
            (None, _) => self.flight.run(self.refresh(false)).await,
        }
    }

    /// Postpones the next refresh before this one begins: its caller may be dropped before it ends.
    fn postpone(&self, now: Timestamp) {
        if let Some(kept) = &mut self.state().kept {
            kept.refresh_at = now.checked_add(REFRESH_RETRY_DELAY).ok();
        }
    }

    async fn refresh(&self, early: bool) -> Result<Credentials, CredentialsError> {
        let asked = self.inner.provide();
        let refreshed = match early {
            true => tokio::time::timeout(EARLY_REFRESH_TIMEOUT, asked)
                .await
                .unwrap_or_else(|_| Err(CredentialsError::slow(EARLY_REFRESH_TIMEOUT))),
            false => asked.await,
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
                    .map(|expiry| refresh_time(now, expiry, self.early));
                state.failed = None;
                state.kept = Some(Kept {
                    credentials: credentials.clone(),
                    refresh_at,
                });
                Ok(credentials)
            }
            Err(error) => {
                state.failed = error
                    .hold()
                    .map(|hold| (error.clone(), self.time.elapsed().saturating_add(hold)));
                let kept = state.kept.as_ref();
                match kept.filter(|kept| is_valid(&kept.credentials, now)) {
                    Some(kept) => {
                        tracing::warn!(
                            provider = %self.inner.name(),
                            "credentials were not refreshed, and are used until they expire: {error}"
                        );
                        Ok(kept.credentials.clone())
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
        // Credentials that were refreshed since stay.
        if state
            .kept
            .as_ref()
            .is_some_and(|kept| kept.credentials.is_same(rejected))
        {
            state.kept = None;
        }
        drop(state);
        self.inner.invalidate(rejected);
    }
}

fn is_valid(credentials: &Credentials, now: Timestamp) -> bool {
    credentials.expires_at().is_none_or(|expiry| now < expiry)
}

/// When credentials fetched at `now` are refreshed.
fn refresh_time(now: Timestamp, expiry: Timestamp, early: Duration) -> Timestamp {
    let life = expiry.duration_since(now);
    let early = SignedDuration::try_from(early).unwrap_or(SignedDuration::MAX);
    expiry.checked_sub(early.min(life / 2)).unwrap_or(now)
}

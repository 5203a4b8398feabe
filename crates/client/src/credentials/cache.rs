//! Credentials kept until shortly before they expire.

use std::borrow::Cow;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::{Credentials, CredentialsError, ProvideCredentials, Provided, SharedProvider};
use crate::transport::single_flight::Flight;
use crate::transport::time::{SharedTimeSource, SystemTimeSource, TimeSource};

/// How long before they expire credentials are renewed, unless told otherwise.
const EARLY: Duration = Duration::from_secs(15 * 60);
/// How long after a failed early renewal the next one is tried.
const AGAIN: SignedDuration = SignedDuration::from_mins(1);
/// How long an early renewal may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// Keeps what another provider gives, and asks it again shortly before that expires.
///
/// One renewal runs at a time: while credentials are still valid the others go on using them, and
/// once they are not the others wait for it. A renewal that fails early, or takes longer than 5
/// seconds, costs no call: the credentials that are still valid stay in use, and it is tried again a
/// minute later.
#[derive(Debug)]
pub struct CachedProvider {
    inner: SharedProvider,
    time: SharedTimeSource,
    early: Duration,
    state: Mutex<State>,
    flight: Flight<Result<Credentials, CredentialsError>>,
}

#[derive(Debug, Default)]
struct State {
    kept: Option<Kept>,
    /// A failure that asking again would not mend, and until when it is held.
    failed: Option<(CredentialsError, Duration)>,
}

#[derive(Debug)]
struct Kept {
    credentials: Credentials,
    renew_at: Option<Timestamp>,
}

impl CachedProvider {
    /// Keeps what `inner` gives until 15 minutes before it expires; for good when that is not known.
    pub fn new(inner: impl ProvideCredentials + 'static) -> Self {
        Self {
            inner: Arc::new(inner),
            time: Arc::new(SystemTimeSource::new()),
            early: EARLY,
            state: Mutex::default(),
            flight: Flight::default(),
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
            if let Some(kept) = kept.filter(|kept| kept.renew_at.is_none_or(|at| now < at)) {
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
            (Some(valid), failed) if failed.is_some() || self.flight.is_busy() => Ok(valid),
            (None, Some(error)) => Err(error),
            (Some(_), _) => {
                self.postpone(now);
                self.flight.run(self.renew(true)).await
            }
            (None, _) => self.flight.run(self.renew(false)).await,
        }
    }

    /// Puts the next renewal off, before this one begins: whoever asks may leave before it ends.
    fn postpone(&self, now: Timestamp) {
        if let Some(kept) = &mut self.state().kept {
            kept.renew_at = now.checked_add(AGAIN).ok();
        }
    }

    async fn renew(&self, early: bool) -> Result<Credentials, CredentialsError> {
        let asked = self.inner.provide();
        let renewed = match early {
            true => tokio::time::timeout(PATIENCE, asked)
                .await
                .unwrap_or_else(|_| Err(CredentialsError::slow(PATIENCE))),
            false => asked.await,
        };
        let now = self.time.now();
        let renewed = renewed.and_then(|new| match new.expires_at() {
            Some(expiry) if expiry <= now => Err(CredentialsError::invalid_configuration(format!(
                "its credentials expired at {expiry}, and this machine's clock says {now:.0}: check \
                 the clock"
            ))),
            _ => Ok(new),
        });
        let mut state = self.state();
        match renewed {
            Ok(credentials) => {
                let renew_at = credentials
                    .expires_at()
                    .map(|expiry| renewal(now, expiry, self.early));
                state.failed = None;
                state.kept = Some(Kept {
                    credentials: credentials.clone(),
                    renew_at,
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
                            "credentials were not renewed, and are used while they last: {error}"
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
        // Not what has been renewed since.
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

/// When credentials got at `now` are renewed.
fn renewal(now: Timestamp, expiry: Timestamp, early: Duration) -> Timestamp {
    let life = expiry.duration_since(now);
    let early = SignedDuration::try_from(early).unwrap_or(SignedDuration::MAX);
    expiry.checked_sub(early.min(life / 2)).unwrap_or(now)
}

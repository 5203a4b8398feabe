//! What a call does about a 401: it signs by the service's clock, or with other credentials.

use std::sync::atomic::Ordering;

use jiff::{SignedDuration, Timestamp};
use reqwest::StatusCode;

use super::gate::{Entry, Pass, Turn};
use super::response::RawResponse;
use super::retry::RetryAction;
use super::{AttemptContext, Call};
use crate::credentials::Credentials;
use crate::error::classify::Refusal;
use crate::error::{Error, Reason};

/// The corrections of authorization that a call has made. It sends once more at the most.
#[derive(Clone, Debug, Default)]
pub(crate) struct AuthRecovery {
    /// The clock skew used before the correction and the one since, in milliseconds.
    clock_skew_corrected: Option<(i64, i64)>,
    /// Whether the credentials were refused in the call before, and fetched again for that.
    is_probe: bool,
    is_resent: bool,
    /// What the provider gave in place of the refused credentials.
    fetched: Option<Credentials>,
}

/// What to do about a refusal at `now`, of a signature of the time `signed`.
fn action_after(
    recovery: &AuthRecovery,
    refusal: &Refusal,
    now: Timestamp,
    signed: Option<Timestamp>,
) -> RetryAction {
    if recovery.is_resent || matches!(refusal.reason, Some(Reason::KeyLocked)) {
        return RetryAction::Stop;
    }
    if let Some(time) = signed.and_then(|signed| refusal.service_time(signed)) {
        return RetryAction::CorrectClockSkew(time.duration_since(now));
    }
    match recovery.is_probe || refusal.says_expired() {
        true => RetryAction::Stop,
        false => RetryAction::RefreshCredentials,
    }
}

impl Call {
    /// The credentials of an attempt, once the service accepts credentials.
    pub(super) async fn admitted(
        &self,
        recovery: &mut AuthRecovery,
        pass: &mut Pass<'_>,
    ) -> Result<Option<Credentials>, Error> {
        loop {
            let entered = pass.enter(&*self.transport.time, self.time_remaining());
            if let Entry::Probe(rejected) = entered.await? {
                recovery.is_probe = true;
                if let Some(rejected) = &rejected {
                    // They were refused five minutes ago: the source may have others by now.
                    self.invalidate(rejected);
                }
            }
            let credentials = match recovery.fetched.take() {
                Some(fetched) => Some(fetched),
                None => self.credentials().await?,
            };
            if pass.is_valid() {
                return Ok(credentials);
            }
        }
    }

    /// What to do about a 401, once no other call is correcting the same.
    pub(super) async fn recovery_action(
        &self,
        recovery: &AuthRecovery,
        used: &AttemptContext,
        response: &RawResponse,
        pass: &mut Pass<'_>,
    ) -> RetryAction {
        if self.transport.provider.is_none() {
            return RetryAction::Stop;
        }
        let time = &*self.transport.time;
        let turn = pass.refused(response, time, self.time_remaining()).await;
        match turn {
            Turn::Lead => action_after(recovery, &Refusal::of(response), time.now(), used.signed),
            Turn::Follow if !recovery.is_resent => RetryAction::Resend,
            Turn::Follow | Turn::End => RetryAction::Stop,
        }
    }

    /// Corrects the clock skew or fetches credentials; whether the request is sent again.
    pub(super) async fn recover(
        &self,
        action: RetryAction,
        recovery: &mut AuthRecovery,
        used: &AttemptContext,
        result: &mut Result<RawResponse, Error>,
    ) -> bool {
        let rejected = used.credentials.as_ref();
        match (action, rejected) {
            (RetryAction::CorrectClockSkew(skew), _) => {
                let kept = &self.transport.refusals.clock_skew;
                let corrected = i64::try_from(skew.as_millis()).unwrap_or_default();
                kept.store(corrected, Ordering::Relaxed);
                recovery.clock_skew_corrected = Some((used.skew, corrected));
                let expired = result.as_ref().is_ok_and(|r| Refusal::of(r).says_expired());
                if let Some(rejected) = rejected
                    && (!expired || self.is_over(rejected, skew))
                {
                    self.invalidate(rejected);
                }
            }
            (RetryAction::RefreshCredentials, Some(rejected)) => {
                self.invalidate(rejected);
                match self.credentials().await {
                    Ok(Some(new)) if !new.is_same(rejected) => recovery.fetched = Some(new),
                    Ok(_) => return false,
                    Err(error) => {
                        *result = Err(error);
                        return false;
                    }
                }
            }
            (RetryAction::Resend, _) => {}
            _ => return false,
        }
        recovery.is_resent = true;
        true
    }

    /// Keeps a final refusal for the calls to come. Returns the clock skew, when the gateway refused the
    /// signature again after its correction.
    pub(super) fn end(
        &self,
        recovery: &AuthRecovery,
        used: Option<Credentials>,
        result: &Result<RawResponse, Error>,
        pass: &mut Pass<'_>,
    ) -> Option<SignedDuration> {
        let refused = |response: &&RawResponse| response.status == StatusCode::UNAUTHORIZED;
        let response = result.as_ref().ok().filter(refused)?;
        let clock_skew = match recovery.clock_skew_corrected {
            // That of the call that led, if another did.
            None => pass.kept_clock_skew(),
            Some((former, corrected)) => {
                // The `Date` may come from a proxy. Another call may have stored another skew.
                let (kept, relaxed) = (&self.transport.refusals.clock_skew, Ordering::Relaxed);
                let _ = kept.compare_exchange(corrected, former, relaxed, relaxed);
                Refusal::of(response).clock_skew(self.transport.time.now())
            }
        };
        let is_locked = || matches!(Refusal::of(response).reason, Some(Reason::KeyLocked));
        let may_probe = !recovery.is_resent && !recovery.is_probe && !is_locked();
        let time = &*self.transport.time;
        pass.hold(response, clock_skew, used, may_probe, time);
        clock_skew
    }

    /// Whether credentials are past their expiry by the service's clock, which is ahead by this.
    fn is_over(&self, credentials: &Credentials, skew: SignedDuration) -> bool {
        let time = self.transport.time.now().checked_add(skew);
        let expiry = credentials.expires_at();
        time.is_ok_and(|time| expiry.is_some_and(|expiry| expiry <= time))
    }

    fn invalidate(&self, rejected: &Credentials) {
        if let Some(provider) = &self.transport.provider {
            provider.invalidate(rejected);
        }
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    fn now() -> Timestamp {
        "2026-01-02T03:04:05Z".parse().unwrap()
    }

    fn next(recovery: &AuthRecovery, date: Option<&str>, body: &str) -> RetryAction {
        let headers = date.map(|date| (reqwest::header::DATE, date.parse().unwrap()));
        let response = RawResponse {
            attempts: 1,
            status: StatusCode::UNAUTHORIZED,
            headers: headers.into_iter().collect(),
            body: Bytes::copy_from_slice(body.as_bytes()),
        };
        action_after(recovery, &Refusal::of(&response), now(), Some(now()))
    }

    #[test]
    fn refused_call_is_sent_once_more_at_the_most() {
        let two_hours_on = Some("Fri, 02 Jan 2026 05:04:05 GMT");
        let corrected = RetryAction::CorrectClockSkew(SignedDuration::from_hours(2));
        let resent = AuthRecovery {
            is_resent: true,
            ..AuthRecovery::default()
        };
        let probed = AuthRecovery {
            is_probe: true,
            ..AuthRecovery::default()
        };
        for code in [
            "APIGW.0303",
            "APIG.0303",
            "APIGW.0301",
            "APIG.0301",
            "APIGW.0307",
        ] {
            let body = format!(r#"{{"error_code":"{code}"}}"#);
            let fresh = AuthRecovery::default();
            assert_eq!(next(&fresh, two_hours_on, &body), corrected, "{code}");
            assert_eq!(next(&probed, two_hours_on, &body), corrected, "{code}");
            assert_eq!(
                next(&resent, two_hours_on, &body),
                RetryAction::Stop,
                "{code}"
            );
            for on_time in [None, Some("Fri, 02 Jan 2026 03:08:05 GMT")] {
                let action = next(&fresh, on_time, &body);
                assert_eq!(action, RetryAction::RefreshCredentials, "{code}");
                assert_eq!(next(&probed, on_time, &body), RetryAction::Stop, "{code}");
            }
        }
        let locked = r#"{"error_code":"APIGW.0301","error_msg":"AK access failed to reach the limit,forbidden"}"#;
        assert_eq!(
            next(&AuthRecovery::default(), two_hours_on, locked),
            RetryAction::Stop
        );
        // A service's own code says nothing about a signature.
        let action = next(
            &AuthRecovery::default(),
            two_hours_on,
            r#"{"error_code":"DCS.1001"}"#,
        );
        assert_eq!(action, RetryAction::RefreshCredentials);
    }
}

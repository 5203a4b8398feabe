//! The pace of a sweep: how many requests it sends at the same time, and when it pauses or ends.

use std::fmt;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::future;
use jiff::Timestamp;
use reqwest::StatusCode;
use tokio::sync::Notify;

use crate::error::{Error, ErrorKind};
use crate::transport::Transport;
use crate::transport::retry::retry_after;

/// The first pause without `Retry-After`; it doubles with each pause in a row.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
/// The longest pause without `Retry-After`.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// How long a sweep goes on while the service throttles everything. Quotas are per five minutes.
const PATIENCE: Duration = Duration::from_secs(15 * 60);
/// How often a throttled request is sent.
const MAX_SENDS: u32 = 10;
/// The fewest equal responses 403 or 401 that end a sweep, if there is no other response.
const MIN_DENIED: usize = 5;

/// Paces the requests of a sweep, which wait in a queue for their permits.
pub(crate) struct Pace {
    transport: Arc<Transport>,
    queue: tokio::sync::Mutex<()>,
    /// Wakes the head of the queue after a response.
    responded: Notify,
    state: Mutex<State>,
}

/// The permit to send a request.
pub(crate) struct Permit<'a> {
    pace: &'a Pace,
    round: u64,
}

struct State {
    /// The concurrency of the sweep.
    widest: usize,
    /// How many requests may be in flight now.
    width: usize,
    in_flight: usize,
    /// Responses since the width has changed.
    responses: usize,
    /// Number of the pause. A throttled request of an earlier round does not slow down again.
    round: u64,
    pause: Option<Pause>,
    /// When the throttling began that no other response has interrupted.
    throttled_since: Option<Duration>,
    /// Pauses since then.
    pauses: u32,
    /// Whether requests are sent one at a time until the service accepts the credentials.
    alone: bool,
    /// The only response so far: 403 or 401 with this code, so many times.
    denied: Option<(Option<String>, usize)>,
    /// Whether there is another response.
    accepted: bool,
    end: Option<Error>,
}

struct Pause {
    began: Duration,
    end: Duration,
    /// The random part that is added to each wait of the pause.
    jitter: f64,
}

enum Next {
    Send(u64),
    Pause(Duration),
    Wait,
    End(Error),
}

/// The meaning of a response for the pace.
enum Signal {
    Accepted,
    Throttled(Option<Duration>),
    /// A 403 or 401 with this code.
    Denied(Option<String>),
    /// A failure that says nothing about credentials or quotas.
    Nothing,
}

impl Pace {
    pub(crate) fn new(transport: Arc<Transport>, concurrency: usize, alone: bool) -> Self {
        Self {
            transport,
            queue: tokio::sync::Mutex::default(),
            responded: Notify::new(),
            state: Mutex::new(State {
                widest: concurrency,
                width: concurrency,
                in_flight: 0,
                responses: 0,
                round: 0,
                pause: None,
                throttled_since: None,
                pauses: 0,
                alone,
                denied: None,
                accepted: false,
                end: None,
            }),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until a request may be sent. After the end, that is an error with no attempts.
    pub(crate) async fn permit(&self) -> Result<Permit<'_>, Error> {
        let _head = self.queue.lock().await;
        loop {
            let next = self.state().next(self.transport.time.elapsed());
            match next {
                Next::Send(round) => return Ok(Permit { pace: self, round }),
                Next::Pause(wait) => {
                    // A response may end the sweep meanwhile, or extend the pause.
                    let responded = pin!(self.responded.notified());
                    future::select(self.transport.time.sleep(wait), responded).await;
                }
                Next::Wait => self.responded.notified().await,
                Next::End(error) => return Err(error.with_attempts(0, None)),
            }
        }
    }

    /// The error that has ended the sweep before all instances were read.
    pub(crate) fn end(&self) -> Option<Error> {
        self.state().end.clone()
    }

    pub(crate) fn is_ended(&self) -> bool {
        self.state().end.is_some()
    }

    /// Whether a result is that of an instance whose request was not sent because of the end.
    pub(crate) fn is_unsent<T>(&self, result: &Result<T, Error>) -> bool {
        matches!(result, Err(error) if error.attempts() == 0
            && error.kind() == ErrorKind::Api
            && self.is_ended())
    }
}

impl Permit<'_> {
    /// Adapts the pace to a response. Returns whether the request must be sent again.
    pub(crate) fn settle<T>(&self, result: &Result<T, Error>, sends: u32) -> bool {
        let transport = &self.pace.transport;
        let signal = match result {
            Ok(_) => Signal::Accepted,
            Err(error) => Signal::of(error, transport.time.now()),
        };
        let refused = matches!(result, Err(error) if error.is_unauthorized());
        // The transport decides which refusal is final.
        let final_refusal = refused && transport.is_shut();
        let mut state = self.pace.state();
        if let Signal::Throttled(asked) = signal {
            let fits = state.throttle(self.round, asked, transport.time.elapsed());
            if !fits {
                state.end_with(result);
            }
            return fits && sends < MAX_SENDS && state.end.is_none();
        }
        let proven = !matches!(signal, Signal::Nothing);
        if proven {
            state.widen(self.round);
        }
        if final_refusal || refused && state.alone || state.is_denied_to_all(signal) {
            state.end_with(result);
        }
        state.alone &= !proven;
        false
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        self.pace.state().in_flight -= 1;
        self.pace.responded.notify_one();
    }
}

impl Signal {
    fn of(error: &Error, now: Timestamp) -> Self {
        if error.is_throttled() {
            let headers = error.headers();
            return Self::Throttled(headers.and_then(|headers| retry_after(headers, now)));
        }
        match error.status() {
            Some(StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) => Self::Denied(error.code()),
            Some(StatusCode::REQUEST_TIMEOUT) => Self::Nothing,
            Some(status) if status.is_success() || status.is_client_error() => Self::Accepted,
            _ => Self::Nothing,
        }
    }
}

impl State {
    /// What the head of the queue does. A request to send counts as in flight.
    fn next(&mut self, now: Duration) -> Next {
        if let Some(error) = &self.end {
            return Next::End(error.clone());
        }
        if let Some(pause) = &self.pause {
            let remaining = pause.end.saturating_sub(now);
            if !remaining.is_zero() {
                return Next::Pause(remaining);
            }
            self.pause = None;
        }
        let one_at_a_time = self.alone || self.denied.is_some() && !self.accepted;
        let width = if one_at_a_time { 1 } else { self.width };
        if self.in_flight >= width {
            return Next::Wait;
        }
        self.in_flight += 1;
        Next::Send(self.round)
    }

    /// Pauses all requests, and halves their number. Returns whether that is within the patience.
    fn throttle(&mut self, round: u64, asked: Option<Duration>, now: Duration) -> bool {
        let since = *self.throttled_since.get_or_insert(now);
        if round == self.round {
            self.round += 1;
            self.width = (self.width.min(self.in_flight) / 2).max(1);
            self.responses = 0;
            let doubled = FIRST_PAUSE.saturating_mul(1 << self.pauses.min(10));
            self.pauses += 1;
            let mut pause = Pause {
                began: now,
                end: now,
                jitter: fastrand::f64() / 10.0,
            };
            pause.extend(asked.unwrap_or_default().max(doubled.min(LONGEST_PAUSE)));
            self.pause = Some(pause);
        } else if let (Some(pause), Some(asked)) = (&mut self.pause, asked) {
            pause.extend(asked);
        }
        let end = self.pause.as_ref().map_or(now, |pause| pause.end);
        end.saturating_sub(since) <= PATIENCE
    }

    /// Counts a response that is not throttled: as many as the width raise it by one.
    fn widen(&mut self, round: u64) {
        if round != self.round {
            return;
        }
        self.throttled_since = None;
        self.pauses = 0;
        if self.width == self.widest {
            return;
        }
        self.responses += 1;
        if self.responses >= self.width {
            self.responses = 0;
            self.width += 1;
        }
    }

    /// Counts what a response says about the permission. Returns whether it is missing for all instances.
    fn is_denied_to_all(&mut self, signal: Signal) -> bool {
        let code = match signal {
            Signal::Throttled(_) | Signal::Nothing => return false,
            Signal::Denied(code) if !self.accepted => code,
            Signal::Denied(_) | Signal::Accepted => {
                self.accepted = true;
                return false;
            }
        };
        let (first, count) = self.denied.get_or_insert_with(|| (code.clone(), 0));
        *count += 1;
        self.accepted = *first != code;
        !self.accepted && *count >= self.widest.max(MIN_DENIED)
    }

    fn end_with<T>(&mut self, result: &Result<T, Error>) {
        if let (Err(error), None) = (result, &self.end) {
            self.end = Some(error.clone());
        }
    }
}

impl Pause {
    /// Lasts for at least this long since it began, plus the jitter.
    fn extend(&mut self, wait: Duration) {
        let millis = (wait.as_secs_f64() * (1.0 + self.jitter) * 1000.0).ceil();
        // Saturates: no wait is longer than the patience anyway.
        let wait = Duration::from_millis(millis as u64);
        self.end = self.end.max(self.began.saturating_add(wait));
    }
}

impl fmt::Debug for Pace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pace").finish_non_exhaustive()
    }
}

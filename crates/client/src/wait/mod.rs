//! Polls a task until it has ended.

pub(crate) mod by_name;
pub(crate) mod find;

use std::fmt;
use std::future::IntoFuture;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_util::future::BoxFuture;
use futures_util::stream::{self, BoxStream};
use futures_util::{Stream, StreamExt as _};
use hwtasks_api::Task;

use crate::error::{Error, WaitTarget};
use crate::list::ListItem;
use crate::request::Request;
use crate::transport::response::RawResponse;
use crate::transport::retry::{self, with_jitter};
use crate::transport::time::SharedTimeSource;
use crate::wait::find::{Find, Finder, Progress, Target};

/// How long before the timeout the final poll starts, at most: its response must arrive in time.
const FINAL_POLL_MARGIN: Duration = Duration::from_secs(2);

/// Waits for a task to end; made by `wait` of [`Dcs`](crate::Dcs) and [`Kafka`](crate::Kafka).
///
/// As a future, it resolves to the task when it succeeds. As a stream, it yields the task at each
/// change; the last item has the status SUCCESS. Dropping it stops polling, but not the task.
///
/// States are compared without regard to case; unknown or missing ones count as still running. Polling
/// starts at 2 s and backs off by 1.5x to 30 s, without jitter. The final poll starts shortly before the
/// timeout, so that its response can arrive in time: 2 seconds, a tenth of the timeout, or the initial
/// interval, whichever is least. No poll goes on past the timeout.
///
/// If the task is not found, polling continues for the grace period, measured from the start or from
/// when the task was last seen. Transient errors, such as a 503, are tolerated for the same period. A
/// 429 is tolerated until the timeout, and the next poll comes after its `Retry-After`. Any other error
/// ends the wait, and so does a service that cannot be reached at first.
///
/// # Errors
///
/// [`is_task_failed`](Error::is_task_failed) when the task ended as FAILED, CANCELLED or DELETED,
/// [`is_wait_timed_out`](Error::is_wait_timed_out), [`is_not_found`](Error::is_not_found) when the
/// grace period has passed; or the error of a poll. [`Error::task`] has the task as it was last seen.
///
/// ```
/// use std::time::Duration;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let emulator = hwtasks_emulator::Emulator::start().await?;
/// # let variables = hwtasks::Environment::from_vars(emulator.variables());
/// # let client = hwtasks::ClientBuilder::from_environment(variables).build()?;
/// let task = client
///     .kafka()
///     .wait("5560df16-cebf-4473-95c4-d1b573c16e79", "8abfa7b272adc5b40172b73130065ae7")
///     .timeout(Duration::from_secs(600))
///     .await?;
/// println!("{} ended at {:?}", task.id, task.updated_at);
///
/// let mut changes = client.dcs().wait("5560df16-cebf-4473-95c4-d1b573c16e79", "8abf6e1e72c12e7c0172c15b508500aa");
/// while let Some(task) = changes.next().await {
///     println!("{:?}", task?.status);
/// }
/// # Ok(())
/// # }
/// ```
#[must_use = "nothing is sent until it is awaited or polled"]
pub struct Wait<T> {
    state: State<T>,
    target: WaitTarget,
}

enum State<T> {
    Ready(Box<PollOptions<T>>),
    Running(BoxStream<'static, Result<T, Error>>),
    Over,
}

impl<T: Task + Clone + PartialEq> Wait<T> {
    pub(crate) fn new(list: Request, id: String) -> Self
    where
        T: ListItem,
    {
        Self::of(list, Target::Id(id))
    }

    fn of(list: Request, target: Target) -> Self
    where
        T: ListItem,
    {
        let time = list.context().time();
        let finder = Finder::<T>::new(list, target);
        let target = finder.target();
        let options = PollOptions {
            time,
            finder: Box::new(finder),
            initial_interval: Duration::from_secs(2),
            max_interval: Duration::from_secs(30),
            timeout: Duration::from_secs(30 * 60),
            not_found_grace: Duration::from_secs(60),
        };
        Self {
            state: State::Ready(Box::new(options)),
            target,
        }
    }

    fn set(mut self, set: impl FnOnce(&mut PollOptions<T>)) -> Self {
        if let State::Ready(options) = &mut self.state {
            set(options);
        }
        self
    }

    /// Sets the pause between the first two polls; 2 seconds by default, at least a millisecond. Each
    /// later pause is 1.5 times as long, up to [`max_interval`](Self::max_interval).
    ///
    /// Neither this nor another setting has an effect once the wait has begun.
    pub fn initial_interval(self, interval: Duration) -> Self {
        let interval = interval.max(Duration::from_millis(1));
        self.set(|options| options.initial_interval = interval)
    }

    /// Sets the longest pause between two polls; 30 seconds by default. A pause below
    /// [`initial_interval`](Self::initial_interval) counts as that.
    pub fn max_interval(self, interval: Duration) -> Self {
        self.set(|options| options.max_interval = interval)
    }

    /// Sets how long to wait at most; 30 minutes by default.
    pub fn timeout(self, timeout: Duration) -> Self {
        self.set(|options| options.timeout = timeout)
    }

    /// Sets how long the task may be missing before the wait ends with
    /// [`is_not_found`](Error::is_not_found); 60 seconds by default.
    pub fn not_found_grace(self, grace: Duration) -> Self {
        self.set(|options| options.not_found_grace = grace)
    }

    /// Returns the task at its next change, or `None` at the end. Same as `StreamExt::next`, without the
    /// import.
    pub async fn next(&mut self) -> Option<Result<T, Error>> {
        futures_util::StreamExt::next(self).await
    }
}

impl<T: Task + Clone + PartialEq> IntoFuture for Wait<T> {
    type Output = Result<T, Error>;
    type IntoFuture = BoxFuture<'static, Result<T, Error>>;

    /// The finished task.
    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            match self.state {
                State::Ready(options) => {
                    let mut poller = Poller::start(*options);
                    while poller.change().await? == PollEvent::Changed {}
                    poller.last.ok_or_else(already_over)
                }
                State::Running(mut changes) => {
                    let mut last = Err(already_over());
                    while let Some(task) = changes.next().await {
                        last = Ok(task?);
                    }
                    last
                }
                State::Over => Err(already_over()),
            }
        })
    }
}

fn already_over() -> Error {
    Error::invalid_input("the wait was over before it was awaited")
}

impl<T: Task + Clone + PartialEq> Stream for Wait<T> {
    type Item = Result<T, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            self.state = match std::mem::replace(&mut self.state, State::Over) {
                State::Ready(options) => State::Running(changes(*options)),
                State::Running(mut changes) => {
                    let polled = changes.poll_next_unpin(cx);
                    if !matches!(polled, Poll::Ready(None)) {
                        self.state = State::Running(changes);
                    }
                    return polled;
                }
                State::Over => return Poll::Ready(None),
            };
        }
    }
}

impl<T> Unpin for Wait<T> {}

impl<T> fmt::Debug for Wait<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Wait")
            .field("target", &self.target)
            .finish_non_exhaustive()
    }
}

fn changes<T>(options: PollOptions<T>) -> BoxStream<'static, Result<T, Error>>
where
    T: Task + Clone + PartialEq,
{
    let stream = stream::unfold(Some(Poller::start(options)), |poller| async {
        let mut poller = poller?;
        match poller.change().await {
            Ok(PollEvent::Changed) => Some((Ok(poller.last.clone()?), Some(poller))),
            Ok(PollEvent::Succeeded) => Some((Ok(poller.last?), None)),
            Err(error) => Some((Err(error), None)),
        }
    });
    stream.fuse().boxed()
}

/// The settings of a wait.
struct PollOptions<T> {
    time: SharedTimeSource,
    finder: Box<dyn Find<T>>,
    initial_interval: Duration,
    max_interval: Duration,
    timeout: Duration,
    not_found_grace: Duration,
}

/// A wait that has begun.
struct Poller<T> {
    options: PollOptions<T>,
    deadline: Duration,
    pause: Duration,
    /// When the task was last seen, or the wait began.
    seen_at: Duration,
    missing: bool,
    /// Why the service did not show the task at the last poll that it responded to.
    absent: Option<Error>,
    /// Whether the service has responded at all.
    responded: bool,
    /// Whether the last poll was throttled, which says nothing about the task.
    throttled: bool,
    /// The least pause before the next poll, as the service has requested it.
    requested: Duration,
    polled: bool,
    is_final_poll: bool,
    last: Option<T>,
    /// The response that showed it.
    response: Option<RawResponse>,
}

#[derive(PartialEq)]
enum PollEvent {
    /// The task has changed.
    Changed,
    /// The task has ended as SUCCESS.
    Succeeded,
}

impl<T: Task + Clone + PartialEq> Poller<T> {
    fn start(options: PollOptions<T>) -> Self {
        let now = options.time.elapsed();
        Self {
            deadline: now.saturating_add(options.timeout),
            pause: options.initial_interval,
            seen_at: now,
            missing: false,
            absent: None,
            responded: false,
            throttled: false,
            requested: Duration::ZERO,
            polled: false,
            is_final_poll: false,
            last: None,
            response: None,
            options,
        }
    }

    /// Polls until the task has changed, which is then `last`.
    async fn change(&mut self) -> Result<PollEvent, Error> {
        loop {
            self.sleep_until_next_poll().await?;
            let operation = self.options.finder.operation();
            let Some(task) = self.poll_once().await? else {
                continue;
            };
            match self.options.finder.progress(&task) {
                Progress::Running => {}
                Progress::Succeeded => {
                    self.last = Some(task);
                    return Ok(PollEvent::Succeeded);
                }
                Progress::Failed => {
                    return Err(self
                        .with_last_response(Error::task_failed(task))
                        .with_operation(operation));
                }
            }
            if self.last.as_ref() != Some(&task) {
                self.last = Some(task);
                return Ok(PollEvent::Changed);
            }
        }
    }

    /// Sleeps until the next poll; an error when the timeout has passed.
    async fn sleep_until_next_poll(&mut self) -> Result<(), Error> {
        if !std::mem::replace(&mut self.polled, true) {
            return Ok(());
        }
        let now = self.options.time.elapsed();
        let left = self.deadline.saturating_sub(now);
        if self.is_final_poll || left.is_zero() {
            return Err(self.timed_out());
        }
        let mut pause = self.pause;
        self.pause = pause
            .saturating_mul(3)
            .checked_div(2)
            .unwrap_or(pause)
            .min(self.options.max_interval.max(self.options.initial_interval));
        if !self.requested.is_zero() {
            let requested = std::mem::take(&mut self.requested);
            pause = with_jitter(pause.max(requested), left);
        }
        if self.missing {
            // A poll at the end of the grace period decides.
            let over = self.seen_at.saturating_add(self.options.not_found_grace);
            pause = pause.min(over.saturating_sub(now));
        }
        let reserve = FINAL_POLL_MARGIN
            .min(self.options.timeout / 10)
            .min(self.options.initial_interval);
        if pause.saturating_add(reserve) >= left {
            self.is_final_poll = true;
            pause = left.checked_sub(reserve).unwrap_or(left / 2);
        }
        self.options.time.sleep(pause).await;
        if std::mem::take(&mut self.throttled) {
            self.seen_at = self.options.time.elapsed();
        }
        Ok(())
    }

    /// The task, or `None` when that is no reason to end the wait.
    async fn poll_once(&mut self) -> Result<Option<T>, Error> {
        let found = self.options.finder.find(self.deadline).await;
        let now = self.options.time.elapsed();
        let over = now.saturating_sub(self.seen_at) >= self.options.not_found_grace;
        self.missing = !matches!(found, Ok(Some(_)));
        let error = match found {
            Ok(Some(found)) => {
                let (task, response) = found.split();
                (self.seen_at, self.responded, self.response) = (now, true, Some(response));
                self.absent = None;
                return Ok(Some(task));
            }
            Ok(None) => {
                self.responded = true;
                self.absent.insert(self.not_found()).clone()
            }
            Err(error) if error.is_not_there() => {
                self.responded = true;
                let error = self.not_found().with_source(error);
                self.absent.insert(error).clone()
            }
            Err(error) if error.is_retryable() => {
                self.responded |= error.status().is_some();
                self.throttled = error.is_throttled();
                self.missing = !self.throttled;
                let now_utc = self.options.time.now();
                let headers = error.headers();
                let requested = headers.and_then(|headers| retry::retry_after(headers, now_utc));
                self.requested = requested.unwrap_or_default();
                if now >= self.deadline || (self.is_final_poll && self.responded) {
                    return Err(self.timed_out().with_source(error));
                }
                if !self.responded {
                    return Err(error);
                }
                error
            }
            Err(error) => return Err(error.with_task(self.last.as_ref())),
        };
        if over && !self.throttled {
            return Err(error.with_task(self.last.as_ref()));
        }
        Ok(None)
    }

    fn not_found(&self) -> Error {
        let target = self.options.finder.target();
        Error::task_not_found(target, self.options.not_found_grace)
            .with_operation(self.options.finder.operation())
    }

    /// Adds the response that last showed the task.
    fn with_last_response(&self, error: Error) -> Error {
        match &self.response {
            Some(response) => error.with_raw_response(response.clone()),
            None => error,
        }
    }

    fn timed_out(&self) -> Error {
        let target = self.options.finder.target();
        let error = Error::wait_timed_out(target, self.options.timeout, self.last.as_ref());
        let error = match &self.absent {
            // The task is gone, or not yet there.
            Some(absent) if self.last.is_some() => error.with_source(absent.clone()),
            _ => error,
        };
        self.with_last_response(error)
            .with_operation(self.options.finder.operation())
    }
}

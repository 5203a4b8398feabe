//! The tasks of many instances, with a limited number of concurrent calls.

use std::fmt;
use std::future::ready;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{self, Poll};

use futures_util::future::BoxFuture;
use futures_util::stream::{self, BoxStream};
use futures_util::{Stream, StreamExt as _};

use crate::context::Context;
use crate::error::Error;
use crate::list::pace::Pace;
use crate::list::{ListItem, pager};
use crate::operation::Operation;
use crate::params::TimeBound;
use crate::request::Request;

/// The default number of concurrent calls.
const DEFAULT_CONCURRENCY: usize = 16;

/// Stream of the tasks of many instances; made by `sweep` of [`Dcs`](crate::Dcs) and
/// [`Kafka`](crate::Kafka).
///
/// The stream yields a [`SweepResult`] for each instance, in the order in which the instances are
/// done. A failed instance does not end the sweep. An ID is taken from the iterator only when its
/// call begins, and only the calls in flight are kept in memory. Each list is read as by
/// [`Items`](crate::Items).
///
/// # Throttling
///
/// A response 429 slows down the whole sweep: all its requests pause together, and half as many are
/// then sent at the same time. As many responses as that raise the number by one, up to the
/// concurrency. The pause is the time in `Retry-After`, and at least 1 second; without other responses
/// in between, that doubles with each pause, up to 30 seconds. Up to a tenth is added at random.
/// A throttled request is sent up to 10 times, whatever the [`RetryPolicy`](crate::RetryPolicy).
///
/// # Errors
///
/// The last item is an error when the sweep ends early, before all instances were read:
///
/// - The service refused the credentials (401) for good. After the first such response, the client
///   sends one request at a time. If the next is refused too, the sweep ends; if it is accepted, the
///   sweep goes on.
/// - All responses so far were 403 with the same code (or 401, for a client without credentials), and
///   there were as many as the concurrency, 5 at the least. After the first such response, the sweep
///   sends one request at a time.
/// - The service throttled every request for 15 minutes, or `Retry-After` says so.
///
/// Each instance that was read has its result before. An instance without a result was not read.
///
/// To make other calls for many instances, use `StreamExt::buffer_unordered` of `futures`.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let emulator = hwtasks_emulator::Emulator::start().await?;
/// # let variables = hwtasks::Environment::from_vars(emulator.variables());
/// # let client = hwtasks::ClientBuilder::from_environment(variables).build()?;
/// # let instances = vec![hwtasks_emulator::INSTANCE_ID.to_owned()];
/// let mut sweep = client.kafka().sweep(instances).concurrency(64);
/// while let Some(instance) = sweep.next().await {
///     let instance = instance?;
///     match instance.result {
///         Ok(tasks) => println!("{}: {} tasks", instance.instance_id, tasks.len()),
///         Err(error) => eprintln!("{}: {error}", instance.instance_id),
///     }
/// }
/// # Ok(())
/// # }
/// ```
#[must_use = "calls are made as the stream is polled"]
pub struct Sweep<T>(State<T>);

/// An instance of a [`Sweep`], and its tasks or the error of its call.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SweepResult<T> {
    /// The ID of the instance, as it was given to the sweep.
    pub instance_id: String,
    /// All tasks of the instance within the bounds of the sweep, or the error that ended its list.
    pub result: Result<Vec<T>, Error>,
}

enum State<T> {
    Ready(Box<Setup<T>>),
    Running(BoxStream<'static, Result<SweepResult<T>, Error>>),
    Over,
}

struct Setup<T> {
    context: Context,
    list: &'static Operation,
    read: Read<T>,
    instances: BoxStream<'static, String>,
    concurrency: usize,
    first_alone: bool,
    since: Option<TimeBound>,
    until: Option<TimeBound>,
}

/// Reads the whole list of a request.
type Read<T> = fn(Request) -> BoxFuture<'static, Result<Vec<T>, Error>>;

impl<T: Send + 'static> Sweep<T> {
    pub(crate) fn new<I>(context: &Context, list: &'static Operation, instances: I) -> Self
    where
        T: ListItem,
        I: IntoIterator<Item: Into<String> + 'static, IntoIter: Send + 'static>,
    {
        Self(State::Ready(Box::new(Setup {
            context: context.clone(),
            list,
            read: |request| Box::pin(pager::collect(request)),
            instances: stream::iter(instances).map(Into::into).boxed(),
            concurrency: DEFAULT_CONCURRENCY,
            first_alone: false,
            since: None,
            until: None,
        })))
    }

    fn set(mut self, set: impl FnOnce(&mut Setup<T>)) -> Self {
        if let State::Ready(setup) = &mut self.0 {
            set(setup);
        }
        self
    }

    /// Sets how many instances are read concurrently; 16 by default. 0 counts as 1.
    ///
    /// Neither this nor a bound has an effect once the sweep has begun.
    pub fn concurrency(self, calls: usize) -> Self {
        self.set(|setup| setup.concurrency = calls.max(1))
    }

    /// Sends one request at a time until the service has accepted one. If it refuses the credentials
    /// (401) first, the sweep ends at once. An access key is locked after five refused requests.
    ///
    /// A response 429 or 5xx is neither.
    pub fn first_alone(self) -> Self {
        self.set(|setup| setup.first_alone = true)
    }

    /// Restricts the sweep to tasks from this time on, rounded down to a second.
    pub fn since<S>(self, time: S) -> Self
    where
        S: TryInto<jiff::Timestamp, Error: fmt::Display>,
    {
        self.set(|setup| setup.since = Some(TimeBound::lower(time)))
    }

    /// Restricts the sweep to tasks up to this time, rounded up to a second.
    pub fn until<S>(self, time: S) -> Self
    where
        S: TryInto<jiff::Timestamp, Error: fmt::Display>,
    {
        self.set(|setup| setup.until = Some(TimeBound::upper(time)))
    }

    /// The next instance that is done, an error if the sweep ends early, or `None` at the end. Same as
    /// `StreamExt::next`, without the import.
    pub async fn next(&mut self) -> Option<Result<SweepResult<T>, Error>> {
        futures_util::StreamExt::next(self).await
    }
}

impl<T> Unpin for Sweep<T> {}

impl<T: Send + 'static> Stream for Sweep<T> {
    type Item = Result<SweepResult<T>, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            self.0 = match std::mem::replace(&mut self.0, State::Over) {
                State::Ready(setup) => State::Running(run(*setup)),
                State::Running(mut results) => {
                    let polled = results.poll_next_unpin(cx);
                    if !matches!(polled, Poll::Ready(None)) {
                        self.0 = State::Running(results);
                    }
                    return polled;
                }
                State::Over => return Poll::Ready(None),
            };
        }
    }
}

fn run<T: Send + 'static>(setup: Setup<T>) -> BoxStream<'static, Result<SweepResult<T>, Error>> {
    let Setup {
        context,
        list,
        read,
        mut instances,
        concurrency,
        first_alone,
        since,
        until,
    } = setup;
    let pace = Arc::new(Pace::new(
        Arc::clone(&context.transport),
        concurrency,
        first_alone,
    ));
    let (source, results, end) = (Arc::clone(&pace), Arc::clone(&pace), Arc::clone(&pace));
    let instances = stream::poll_fn(move |cx| match source.is_ended() {
        true => Poll::Ready(None),
        false => instances.poll_next_unpin(cx),
    });
    let calls = instances.map(move |instance_id| {
        let request = Request::new(&context, list, vec![instance_id.clone()]);
        let request = request.within(since.clone(), until.clone());
        let items = read(request.paced(Arc::clone(&pace)));
        async move {
            SweepResult {
                instance_id,
                result: items.await,
            }
        }
    });
    let results = calls
        .buffer_unordered(concurrency)
        .filter(move |done| ready(!results.is_unsent(&done.result)))
        .map(Ok);
    let end = stream::once(async move { end.end() });
    results
        .chain(end.filter_map(|end| ready(end.map(Err))))
        .boxed()
}

impl<T> fmt::Debug for Sweep<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sweep").finish_non_exhaustive()
    }
}

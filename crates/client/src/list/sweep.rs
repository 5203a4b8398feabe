//! The tasks of many instances, with a limited number of concurrent calls.

use std::fmt;
use std::pin::Pin;
use std::task::{self, Poll};

use futures_util::future::BoxFuture;
use futures_util::stream::{self, BoxStream};
use futures_util::{Stream, StreamExt as _};

use crate::context::Context;
use crate::error::Error;
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
    Running(BoxStream<'static, SweepResult<T>>),
    Over,
}

struct Setup<T> {
    context: Context,
    list: &'static Operation,
    read: Read<T>,
    instances: BoxStream<'static, String>,
    concurrency: usize,
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

    /// The next instance that is done, or `None` at the end. Same as `StreamExt::next`, without the
    /// import.
    pub async fn next(&mut self) -> Option<SweepResult<T>> {
        futures_util::StreamExt::next(self).await
    }
}

impl<T> Unpin for Sweep<T> {}

impl<T: Send + 'static> Stream for Sweep<T> {
    type Item = SweepResult<T>;

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

fn run<T: Send + 'static>(setup: Setup<T>) -> BoxStream<'static, SweepResult<T>> {
    let Setup {
        context,
        list,
        read,
        instances,
        concurrency,
        since,
        until,
    } = setup;
    let calls = instances.map(move |instance_id| {
        let request = Request::new(&context, list, vec![instance_id.clone()]);
        let items = read(request.within(since.clone(), until.clone()));
        async move {
            SweepResult {
                instance_id,
                result: items.await,
            }
        }
    });
    calls.buffer_unordered(concurrency).boxed()
}

impl<T> fmt::Debug for Sweep<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sweep").finish_non_exhaustive()
    }
}

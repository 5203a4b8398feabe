//! The tasks of many instances.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_util::future::BoxFuture;
use futures_util::stream::{self, BoxStream};
use futures_util::{Stream, StreamExt as _, TryStreamExt as _};

use crate::call::Bound;
use crate::error::Error;
use crate::pages::{self, ListRequest, TaskList};
use crate::sweep::{CONCURRENCY, Swept, sweep_stream};

/// The tasks of many instances, some instances at a time; made by `sweep` of [`Dcs`](crate::Dcs) and
/// [`Kafka`](crate::Kafka).
///
/// A stream: each instance comes with all its tasks, or with the error that kept them away, as its
/// last page arrives. A failure is that instance's, and the sweep goes on. Instances are taken from
/// what was given only as their calls begin, and no more is kept than the calls under way. What
/// [`Items`](crate::Items) says of a list holds for each.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let emulator = hwtasks_emulator::Emulator::start().await?;
/// # let variables = hwtasks::Environment::of(emulator.variables());
/// # let client = hwtasks::ClientBuilder::from_environment(variables).build()?;
/// # let instances = vec![hwtasks_emulator::INSTANCE_ID.to_owned()];
/// let mut sweep = client.kafka().sweep(instances).concurrency(64);
/// while let Some((instance, tasks)) = sweep.next().await {
///     match tasks {
///         Ok(tasks) => println!("{instance}: {} tasks", tasks.len()),
///         Err(error) => eprintln!("{instance}: {error}"),
///     }
/// }
/// # Ok(())
/// # }
/// ```
#[must_use = "calls are made as the stream is polled"]
pub struct SweepTasks<T>(State<T>);

enum State<T> {
    Ready(Box<Setup<T>>),
    Running(Swept<'static, String, Vec<T>>),
    Over,
}

struct Setup<T> {
    instances: BoxStream<'static, String>,
    list: List<T>,
    concurrency: usize,
    since: Bound,
    until: Bound,
}

type List<T> =
    Box<dyn FnMut(String, Bound, Bound) -> BoxFuture<'static, Result<Vec<T>, Error>> + Send>;

impl<T: Send + 'static> SweepTasks<T> {
    pub(crate) fn new<I, R>(
        instances: I,
        mut list: impl FnMut(String) -> R + Send + 'static,
    ) -> Self
    where
        I: IntoIterator<Item: Into<String> + 'static, IntoIter: Send + 'static>,
        R: ListRequest<List: TaskList<Task = T>>,
    {
        let list: List<T> = Box::new(move |instance, since, until| {
            let tasks = pages::items(list(instance).within(since, until));
            Box::pin(tasks.try_collect())
        });
        Self(State::Ready(Box::new(Setup {
            instances: stream::iter(instances).map(Into::into).boxed(),
            list,
            concurrency: CONCURRENCY,
            since: Bound::Open,
            until: Bound::Open,
        })))
    }

    fn set(mut self, set: impl FnOnce(&mut Setup<T>)) -> Self {
        if let State::Ready(setup) = &mut self.0 {
            set(setup);
        }
        self
    }

    /// How many instances are asked at once; 16 by default. 0 counts as 1.
    ///
    /// Once the sweep has begun, this changes nothing; nor do the bounds.
    pub fn concurrency(self, calls: usize) -> Self {
        self.set(|setup| setup.concurrency = calls)
    }

    /// Only tasks from this time on, to the whole second before.
    pub fn since<S>(self, time: S) -> Self
    where
        S: TryInto<jiff::Timestamp, Error: fmt::Display>,
    {
        self.set(|setup| setup.since = Bound::lower(time))
    }

    /// Only tasks up to this time, to the whole second after.
    pub fn until<S>(self, time: S) -> Self
    where
        S: TryInto<jiff::Timestamp, Error: fmt::Display>,
    {
        self.set(|setup| setup.until = Bound::upper(time))
    }

    /// The next instance that is done, or `None` at the end; that of `StreamExt`, without the
    /// import.
    pub async fn next(&mut self) -> Option<(String, Result<Vec<T>, Error>)> {
        futures_util::StreamExt::next(self).await
    }
}

impl<T> Unpin for SweepTasks<T> {}

impl<T: Send + 'static> Stream for SweepTasks<T> {
    type Item = (String, Result<Vec<T>, Error>);

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if let State::Ready(_) = self.0
            && let State::Ready(setup) = std::mem::replace(&mut self.0, State::Over)
        {
            let Setup {
                instances,
                mut list,
                concurrency,
                since,
                until,
            } = *setup;
            let list = move |instance| list(instance, since.clone(), until.clone());
            let sweep = sweep_stream(instances).concurrency(concurrency);
            self.0 = State::Running(sweep.call(list));
        }
        match &mut self.0 {
            State::Running(swept) => swept.poll_next_unpin(cx),
            State::Ready(_) | State::Over => Poll::Ready(None),
        }
    }
}

impl<T> fmt::Debug for SweepTasks<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SweepTasks").finish_non_exhaustive()
    }
}

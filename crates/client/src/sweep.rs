//! The same question to many instances.

use std::fmt;
use std::future::IntoFuture;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_util::stream::{self, BoxStream};
use futures_util::{Stream, StreamExt as _};

use crate::error::Error;

/// How many calls are under way at once when nothing is said.
pub(crate) const CONCURRENCY: usize = 16;

/// Asks many instances the same, some at a time.
///
/// `instances` is anything that can be iterated over, and is taken from only as calls begin;
/// [`sweep_stream`] takes a stream.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let emulator = hwtasks_emulator::Emulator::start().await?;
/// # let variables = hwtasks::Environment::of(emulator.variables());
/// # let client = hwtasks::ClientBuilder::from_environment(variables).build()?;
/// # let instances = vec![hwtasks_emulator::INSTANCE_ID.to_owned()];
/// let mut sweep = hwtasks::sweep(instances)
///     .concurrency(64)
///     .call(|instance| client.kafka().list(instance).limit(1));
/// while let Some((instance, newest)) = sweep.next().await {
///     match newest {
///         Ok(list) => println!("{instance}: {:?}", list.tasks.first()),
///         Err(error) => eprintln!("{instance}: {error}"),
///     }
/// }
/// # Ok(())
/// # }
/// ```
pub fn sweep<I: IntoIterator>(instances: I) -> Sweep<stream::Iter<I::IntoIter>> {
    sweep_stream(stream::iter(instances))
}

/// [`sweep`] of the instances that a stream yields, as it yields them.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let emulator = hwtasks_emulator::Emulator::start().await?;
/// # let variables = hwtasks::Environment::of(emulator.variables());
/// # let client = hwtasks::ClientBuilder::from_environment(variables).build()?;
/// use futures_util::StreamExt as _;
///
/// let instances = futures_util::stream::iter(["5560df16-cebf-4473-95c4-d1b573c16e79", "a8f4e3b1"]);
/// let sweep = hwtasks::sweep_stream(instances).call(|instance| client.dcs().list(instance));
/// println!("{} instances", sweep.count().await);
/// # Ok(())
/// # }
/// ```
pub fn sweep_stream<S: Stream>(instances: S) -> Sweep<S> {
    Sweep {
        instances,
        concurrency: CONCURRENCY,
    }
}

/// Many instances, and how many of them are asked at once; made by [`sweep`].
#[derive(Clone, Debug)]
#[must_use = "it asks nothing before `call`"]
pub struct Sweep<S> {
    instances: S,
    concurrency: usize,
}

impl<S: Stream> Sweep<S> {
    /// How many calls are under way at once; 16 by default. 0 counts as 1.
    pub fn concurrency(mut self, calls: usize) -> Self {
        self.concurrency = calls.max(1);
        self
    }

    /// Makes a call per instance: any request of this crate, or a future of your own.
    ///
    /// Each instance comes with the result of its call as that finishes, in no other order. A
    /// failure is the result of its instance, and the sweep goes on. Calls are made only as results
    /// are taken, and no more is kept than the calls under way.
    pub fn call<'a, F, C, T, E>(self, call: F) -> Swept<'a, S::Item, T, E>
    where
        S: Send + 'a,
        S::Item: Clone + Send + 'a,
        F: FnMut(S::Item) -> C + Send + 'a,
        C: IntoFuture<Output = Result<T, E>>,
        C::IntoFuture: Send + 'a,
        T: Send + 'a,
        E: Send + 'a,
    {
        let mut call = call;
        let calls = self.instances.map(move |instance| {
            let result = call(instance.clone()).into_future();
            async move { (instance, result.await) }
        });
        Swept(calls.buffer_unordered(self.concurrency).boxed())
    }
}

/// Each instance of a sweep with the result of its call, as they finish; made by [`Sweep::call`].
#[must_use = "calls are made as the stream is polled"]
pub struct Swept<'a, I, T, E = Error>(BoxStream<'a, (I, Result<T, E>)>);

impl<I, T, E> Swept<'_, I, T, E> {
    /// The next instance that has finished, or `None` at the end; that of `StreamExt`, without the
    /// import.
    pub async fn next(&mut self) -> Option<(I, Result<T, E>)> {
        self.0.next().await
    }
}

impl<I, T, E> Stream for Swept<'_, I, T, E> {
    type Item = (I, Result<T, E>);

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll_next_unpin(cx)
    }
}

impl<I, T, E> fmt::Debug for Swept<'_, I, T, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Swept").finish_non_exhaustive()
    }
}

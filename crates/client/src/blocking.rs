//! The client for programs that are not async.
//!
//! The same requests, sent by `send()` instead of `.await`, and lists as iterators:
//!
//! ```no_run
//! let client = hwtasks::blocking::Client::from_env()?;
//! let list = client.kafka().list("5560df16-cebf-4473-95c4-d1b573c16e79").limit(50).send()?;
//! println!("{} tasks", list.tasks.len());
//! for task in client.dcs().list("a8f4e3b1").items() {
//!     let task = task?;
//!     println!("{} {:?}", task.id, task.status);
//! }
//! # Ok::<(), hwtasks::Error>(())
//! ```
//!
//! Each is the async one in a [`Blocking`], driven on the calling thread by a tokio runtime that the
//! client and its clones share. Retries, deadlines and errors are the same.
//!
//! # Testing
//!
//! The emulator serves while its runtime runs: one of several threads, which no caller has to drive.
//!
//! ```
//! let runtime = tokio::runtime::Runtime::new()?;
//! let emulator = runtime.block_on(hwtasks_emulator::Emulator::start())?;
//! let environment = hwtasks::Environment::from_vars(emulator.variables());
//! let client = hwtasks::ClientBuilder::from_environment(environment).build_blocking()?;
//! let list = client.kafka().list(hwtasks_emulator::INSTANCE_ID).send()?;
//! # assert!(!list.tasks.is_empty());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Errors
//!
//! Inside an async context, blocking would stop all that the thread runs, so that every call is an
//! [`ErrorKind::InvalidInput`](crate::ErrorKind::InvalidInput) there and nothing is sent: await the
//! requests of [`hwtasks::Client`](crate::Client), or call from a thread of its own. The threads of
//! tokio's `spawn_blocking` count as async, because tokio does not tell them apart.

use std::fmt;
use std::future::{Future, IntoFuture};
use std::iter::FusedIterator;
use std::sync::Arc;

use futures_util::{Stream, StreamExt as _};
use hwtasks_api::Task;
use jiff::Timestamp;

use crate::config::builder::ClientBuilder;
use crate::error::Error;
use crate::list::sweep::{Sweep, SweepResult};
use crate::wait::Wait;
use crate::wait::by_name::WaitByName;

/// A client of both services. Cheap to clone; clones share connections.
///
/// ```
/// let client = hwtasks::blocking::Client::builder()
///     .kafka_endpoint("https://dms.cn-north-4.myhuaweicloud.com")
///     .project_id("a4d31cb6-3d72-4fdc-8ec9-6e3a41e47f71")
///     .token("MIIF...")
///     .build_blocking()?;
/// # Ok::<(), hwtasks::Error>(())
/// ```
pub type Client = Blocking<crate::Client>;

/// The operations of DCS; made by [`Client::dcs`].
pub type Dcs = Blocking<crate::Dcs>;

/// The operations of Kafka; made by [`Client::kafka`].
pub type Kafka = Blocking<crate::Kafka>;

/// Blocking wrapper of a client, service or request.
#[derive(Clone)]
#[must_use = "a request is sent by `send`"]
pub struct Blocking<R> {
    inner: R,
    runtime: Arc<Runtime>,
}

impl<R> Blocking<R> {
    pub(crate) fn map<S>(self, map: impl FnOnce(R) -> S) -> Blocking<S> {
        Blocking {
            inner: map(self.inner),
            runtime: self.runtime,
        }
    }

    pub(crate) fn make<S>(&self, make: impl FnOnce(&R) -> S) -> Blocking<S> {
        Blocking {
            inner: make(&self.inner),
            runtime: Arc::clone(&self.runtime),
        }
    }

    pub(crate) fn iterate<S>(self, stream: impl FnOnce(R) -> S) -> Iter<S> {
        Iter {
            stream: Some(stream(self.inner)),
            runtime: self.runtime,
        }
    }

    /// Borrows the wrapped async value, for methods that do no I/O: [`crate::Client::project_id`] and
    /// [`crate::Client::origins`] of a client.
    pub fn as_async(&self) -> &R {
        &self.inner
    }

    /// Unwraps the async value.
    pub fn into_async(self) -> R {
        self.inner
    }

    /// Sends the request and blocks until it completes.
    ///
    /// # Errors
    ///
    /// Those of the async request, and [`ErrorKind::InvalidInput`](crate::ErrorKind::InvalidInput) inside an
    /// async context.
    pub fn send<T>(self) -> Result<T, Error>
    where
        R: IntoFuture<Output = Result<T, Error>>,
    {
        self.runtime.run(self.inner.into_future())?
    }
}

impl<R: fmt::Debug> fmt::Debug for Blocking<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Blocking").field(&self.inner).finish()
    }
}

impl Client {
    /// Wraps an async client.
    ///
    /// Use a client that has sent no request yet, or keep its original runtime running: open
    /// connections belong to the runtime that opened them.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidInput`](crate::ErrorKind::InvalidInput) when the runtime cannot be
    /// created, for example because file descriptors are exhausted.
    pub fn new(client: crate::Client) -> Result<Self, Error> {
        Ok(Self {
            inner: client,
            runtime: Arc::new(Runtime::new()?),
        })
    }

    /// The builder of every client; [`build_blocking`](ClientBuilder::build_blocking) and
    /// [`load_blocking`](ClientBuilder::load_blocking) make it one that blocks.
    pub fn builder() -> ClientBuilder {
        ClientBuilder::default()
    }

    /// A client as the environment configures it, ready to call.
    ///
    /// Short for [`ClientBuilder::from_env`] and [`load_blocking`](ClientBuilder::load_blocking).
    ///
    /// # Errors
    ///
    /// As [`ClientBuilder::load_blocking`].
    pub fn from_env() -> Result<Self, Error> {
        ClientBuilder::from_env().load_blocking()
    }
}

impl ClientBuilder {
    /// [`build`](Self::build), for a client that blocks.
    ///
    /// # Errors
    ///
    /// As [`build`](Self::build) and [`blocking::Client::new`](Client::new).
    pub fn build_blocking(self) -> Result<Client, Error> {
        Client::new(self.build()?)
    }

    /// [`load`](Self::load), for a client that blocks.
    ///
    /// # Errors
    ///
    /// As [`load`](Self::load) and [`blocking::Client::new`](Client::new), and
    /// [`ErrorKind::InvalidInput`](crate::ErrorKind::InvalidInput) inside an async context.
    pub fn load_blocking(self) -> Result<Client, Error> {
        let runtime = Arc::new(Runtime::new()?);
        let inner = runtime.run(self.load())??;
        Ok(Client { inner, runtime })
    }
}

/// Gives a [`Blocking`] the settings of what it holds, under their names.
macro_rules! setting {
    ($([$($generic:tt)+])? $of:ident $(<$task:ident>)? {
        $($name:ident($($argument:ident: $type:ty),*);)+
    }) => {
        impl $(<$($generic)+>)? Blocking<$of $(<$task>)?> {
            $(
                #[doc = concat!("As [`", stringify!($name), "`](crate::", stringify!($of), "::",
                    stringify!($name), ") of the async one.")]
                pub fn $name(self, $($argument: $type),*) -> Self {
                    self.map(|inner| inner.$name($($argument),*))
                }
            )+
        }
    };
}

impl Blocking<crate::Client> {
    /// The operations of Distributed Cache Service (DCS).
    pub fn dcs(&self) -> Dcs {
        self.make(crate::Client::dcs)
    }

    /// The operations of Distributed Message Service (DMS) for Kafka.
    pub fn kafka(&self) -> Kafka {
        self.make(crate::Client::kafka)
    }
}

setting!([T: Task + Clone + PartialEq] Wait<T> {
    initial_interval(interval: std::time::Duration);
    max_interval(interval: std::time::Duration);
    timeout(timeout: std::time::Duration);
    not_found_grace(grace: std::time::Duration);
});
setting!([T: Send + 'static] Sweep<T> {
    concurrency(calls: usize);
    first_alone();
    since(time: impl TryInto<Timestamp, Error: fmt::Display>);
    until(time: impl TryInto<Timestamp, Error: fmt::Display>);
});

impl<T: Task + Clone + PartialEq> Blocking<Wait<T>> {
    /// Iterates over the task at each change; the last item has the status SUCCESS.
    ///
    /// ```no_run
    /// # fn example(client: hwtasks::blocking::Client) -> Result<(), hwtasks::Error> {
    /// for task in client.kafka().wait("5560df16", "8abfa7b272adc5b40172b73130065ae7").changes() {
    ///     println!("{:?}", task?.status);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn changes(self) -> Iter<Wait<T>> {
        self.iterate(|wait| wait)
    }
}

impl<T: Task + Clone + PartialEq> Blocking<WaitByName<T>> {
    /// Same as [`since`](WaitByName::since) of the async type.
    pub fn since(self, time: impl TryInto<Timestamp, Error: fmt::Display>) -> Blocking<Wait<T>> {
        self.map(|wait| wait.since(time))
    }
}

impl<T: Send + 'static> Blocking<Sweep<T>> {
    /// Calls `each` with the result of every instance, in the order in which they are done.
    ///
    /// Calls in flight make no progress while `each` runs.
    ///
    /// ```no_run
    /// # fn example(client: hwtasks::blocking::Client) -> Result<(), hwtasks::Error> {
    /// let sweep = client.kafka().sweep(["5560df16", "a8f4e3b1"]).concurrency(64);
    /// sweep.for_each(|instance| match instance.result {
    ///     Ok(tasks) => println!("{}: {} tasks", instance.instance_id, tasks.len()),
    ///     Err(error) => eprintln!("{}: {error}", instance.instance_id),
    /// })?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidInput`](crate::ErrorKind::InvalidInput) inside an async context, and the
    /// error of a sweep that [ends early](Sweep#errors); never that of an instance.
    pub fn for_each(mut self, mut each: impl FnMut(SweepResult<T>)) -> Result<(), Error> {
        while let Some(instance) = self.runtime.run(self.inner.next())? {
            each(instance?);
        }
        Ok(())
    }
}

/// Blocking iterator over an async stream.
///
/// It ends with the first error. Besides those of the stream, that is
/// [`ErrorKind::InvalidInput`](crate::ErrorKind::InvalidInput) inside an async context.
#[must_use = "requests are sent as it is iterated over"]
pub struct Iter<S> {
    stream: Option<S>,
    runtime: Arc<Runtime>,
}

impl<S, T> Iterator for Iter<S>
where
    S: Stream<Item = Result<T, Error>> + Unpin,
{
    type Item = Result<T, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        let next = self.runtime.run(self.stream.as_mut()?.next());
        let item = next.unwrap_or_else(|error| Some(Err(error)));
        if !matches!(item, Some(Ok(_))) {
            self.stream = None;
        }
        item
    }
}

impl<S, T> FusedIterator for Iter<S> where S: Stream<Item = Result<T, Error>> + Unpin {}

impl<S: fmt::Debug> fmt::Debug for Iter<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Iter").field(&self.stream).finish()
    }
}

/// A runtime that runs only while somebody waits.
struct Runtime(Option<tokio::runtime::Runtime>);

impl Runtime {
    fn new() -> Result<Self, Error> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| Error::invalid_input(format!("cannot set up a runtime: {error}")))?;
        Ok(Self(Some(runtime)))
    }

    fn run<T>(&self, future: impl Future<Output = T>) -> Result<T, Error> {
        // Where tokio would panic.
        let outside =
            tokio::runtime::Handle::try_current().is_err_and(|error| error.is_missing_context());
        match &self.0 {
            Some(runtime) if outside => Ok(runtime.block_on(future)),
            _ => Err(Error::invalid_input(
                "a blocking call inside an async context would stop every task of the thread; \
                 await the request of hwtasks::Client there, or call from a thread of its own, by \
                 std::thread::spawn (tokio's spawn_blocking counts as an async context too)",
            )),
        }
    }
}

impl Drop for Runtime {
    /// In the background, because inside an async context tokio would panic.
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

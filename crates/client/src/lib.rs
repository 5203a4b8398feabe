//! Client for the background tasks of Huawei Cloud DCS (Redis) and DMS for Kafka.
//!
//! Long operations on an instance run as background tasks: resize it, bind a public IP address,
//! change its configuration. This crate lists those tasks, shows one, and waits for one to finish.
//!
//! ```
//! # async fn example() -> Result<(), hwtasks::Error> {
//! let client = hwtasks::Client::from_env().await?;
//! let list = client.kafka().list("5560df16-cebf-4473-95c4-d1b573c16e79").limit(50).await?;
//! for task in &list.tasks {
//!     println!("{} {:?} {:?}", task.id, task.name, task.status);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! The operations are generated from the OpenAPI documents in `spec/`. The documents are generated
//! from the types of `hwtasks-api`, which this crate re-exports.
//!
//! # Requests
//!
//! The methods of [`Dcs`] and [`Kafka`] return requests. `.await` sends one; `.items()` and `.pages()`
//! read a whole list. A request, a [`Wait`] and a [`Sweep`] own what they need, so they can move to
//! another task. `tokio::spawn`, `join_all` and other functions that take a future take
//! `request.into_future()`. A dropped request is cancelled.
//!
//! ```
//! use std::future::IntoFuture as _;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let emulator = hwtasks_emulator::Emulator::start().await?;
//! # let variables = hwtasks::Environment::from_vars(emulator.variables());
//! # let client = hwtasks::ClientBuilder::from_environment(variables).build()?;
//! # let instance = hwtasks_emulator::INSTANCE_ID;
//! let list = tokio::spawn(client.kafka().list(instance).into_future());
//! let tasks: Vec<hwtasks::KafkaTask> = list.await??.into_inner().tasks;
//! # assert!(!tasks.is_empty());
//! # Ok(())
//! # }
//! ```
//!
//! # Runtime
//!
//! Requests need a tokio runtime of any flavor with timers and I/O: `#[tokio::main]` has both, and a
//! `runtime::Builder` after `enable_all`. Elsewhere tokio panics as a request is polled. `blocking`
//! brings its own runtime.
//!
//! # Logs
//!
//! The client writes to [`tracing`]: a span `hwtasks` for each call, with the operation, the URL and
//! the IDs in it, and an event for each attempt with its status, request ID, duration and what comes
//! next. The level is DEBUG; a failed early refresh of credentials is a WARN. No secret is written.
//! `RUST_LOG=hwtasks=debug` selects them.
//!
//! # Times
//!
//! The times in bodies are [`Timestamp`]s, which keep the text they came as;
//! [`get`](Timestamp::get) and [`parse`](Timestamp::parse) return a [`jiff::Timestamp`]. Arguments
//! take that, or a `SystemTime`.
//!
//! # Public dependencies
//!
//! `jiff` 0.2, `reqwest` 0.13 with `http` 1, `bytes` 1, `serde` 1 and `futures-core` 0.3 (`Stream`) are
//! part of this API. A new incompatible version of one of them is a new incompatible version of this
//! crate.
//!
//! # Features
//!
//! - `rustls` (default): TLS by rustls and `aws-lc-rs`, which is built by a C compiler. Without it, an
//!   https endpoint needs a [`ClientBuilder::http_client`] with TLS.
//! - `blocking`: `hwtasks::blocking`, the same client without `.await`.
//! - `test-util`: `ManualTimeSource`, a clock for tests whose sleeps take no time.
//!
//! # Testing
//!
//! Test a program that uses this crate with `hwtasks-emulator` as a dev-dependency. It serves the
//! operations on loopback, checks credentials, moves its tasks on and injects faults. Its default
//! features are those of its command line; without them it builds faster:
//!
//! ```toml
//! [dev-dependencies]
//! hwtasks-emulator = { git = "https://github.com/hwtasks/hwtasks", default-features = false }
//! ```
//!
//! ```
//! use hwtasks_emulator::{Emulator, INSTANCE_ID};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let emulator = Emulator::start().await?;
//! let environment = hwtasks::Environment::from_vars(emulator.variables());
//! let client = hwtasks::ClientBuilder::from_environment(environment).build()?;
//!
//! let list = client.kafka().list(INSTANCE_ID).await?;
//! assert!(!list.tasks.is_empty());
//! # Ok(())
//! # }
//! ```

#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

#[cfg(feature = "blocking")]
pub mod blocking;
mod client;
mod config;
mod context;
mod credentials;
mod decode;
mod error;
mod generated;
mod list;
mod operation;
mod params;
mod request;
#[cfg(any(feature = "test-util", feature = "__fuzzing"))]
mod test_util;
mod transport;
mod wait;

#[cfg(feature = "__fuzzing")]
#[doc(hidden)]
pub use test_util::fuzzing;

pub use client::Client;
pub use config::builder::ClientBuilder;
pub use config::environment::Environment;
pub use config::origin::{Origin, Origins};
pub use config::region::known_regions;
pub use credentials::{
    CachedProvider, Credentials, CredentialsError, EnvironmentProvider, IamPasswordProvider,
    IamPasswordProviderBuilder, MetadataProvider, ProfileProvider, ProvideCredentials, Provided,
    ProviderChain, SharedProvider,
};
#[doc(hidden)]
pub use error::is_invisible;
pub use error::{Error, ErrorKind, ProviderFailure, Reason, UrlProblem, WaitTarget};
pub use generated::*;
pub use hwtasks_api::{OtherMembers, Task, TimeError};
pub use list::pager::{Items, Pages};
pub use list::sweep::{Sweep, SweepResult};
#[cfg(feature = "test-util")]
pub use test_util::manual_time::ManualTimeSource;
pub use transport::response::Response;
pub use transport::retry::RetryPolicy;
pub use transport::time::{SharedTimeSource, Sleep, SystemTimeSource, TimeSource};
pub use wait::Wait;
pub use wait::by_name::WaitByName;

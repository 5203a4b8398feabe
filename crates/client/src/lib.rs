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
//! # Features
//!
//! - `rustls` (default): TLS by rustls.
//! - `blocking`: `hwtasks::blocking`, the same client without `.await`.
//! - `test-util`: `ManualTimeSource`, a clock for tests whose sleeps take no time, and `mock`, both
//!   services as httpmock mocks.

#[cfg(feature = "blocking")]
pub mod blocking;
mod client;
mod config;
mod credentials;
mod dcs;
mod error;
#[allow(
    clippy::all,
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    dead_code,
    missing_docs,
    unreachable_patterns,
    unreachable_pub,
    unused_imports,
    reason = "generated code"
)]
mod generated {
    #[rustfmt::skip]
    pub(crate) mod dcs;
    #[cfg(feature = "test-util")]
    #[rustfmt::skip]
    pub(crate) mod dcs_mock;
    #[rustfmt::skip]
    pub(crate) mod kafka;
    #[cfg(feature = "test-util")]
    #[rustfmt::skip]
    pub(crate) mod kafka_mock;
    #[rustfmt::skip]
    pub(crate) mod regions;
}
mod interpret;
mod kafka;
mod list;
#[cfg(feature = "test-util")]
pub mod mock;
mod request;
#[cfg(any(feature = "test-util", feature = "__fuzzing"))]
mod test_util;
mod transport;
mod wait;

// The generated table of regions uses this path.
use config::region;
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
pub use dcs::{Dcs, ListDcsTasks, ListDcsTasksV1};
pub use error::{Error, ErrorKind, ProviderFailure, Reason, UrlProblem, WaitTarget};
pub use hwtasks_api::dcs::{DcsTask, DcsTaskList, DcsTaskListV1, DcsTaskV1, DetailsBody};
pub use hwtasks_api::kafka::{KafkaTask, KafkaTaskList};
pub use hwtasks_api::{
    Capacity, CompactTime, ErrorCode, ErrorDetail, ErrorResponse, Task, TaskCount, TaskName,
    TaskStatus, TimeError, Timestamp,
};
pub use kafka::{Kafka, ListKafkaTasks, ShowKafkaTask};
pub use list::pager::{Items, Pages};
pub use list::sweep::{Sweep, SweepResult};
#[cfg(feature = "test-util")]
pub use test_util::manual_time::ManualTimeSource;
pub use transport::response::Response;
pub use transport::retry::RetryPolicy;
pub use transport::time::{SharedTimeSource, Sleep, SystemTimeSource, TimeSource};
pub use wait::Wait;
pub use wait::by_name::WaitByName;

//! An emulator of Huawei Cloud's background-task operations (DCS and DMS for Kafka) for tests and local development.
//!
//! The emulator implements the four documented task operations and the instance lists, verifies signatures and tokens, advances task states, and
//! injects faults. It listens on loopback, with one listener per service. [`Control`] changes and inspects a running
//! emulator in the same process. The control API under `/_emulator/` does so over HTTP, on either listener.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use hwtasks_emulator::{Emulator, KafkaTaskData, Progress};
//!
//! let emulator = Emulator::start().await?;
//! let control = emulator.control();
//! control.set_progress(Progress::AfterPolls { polls: 2 });
//! let id = control.add_kafka_task("my-instance", KafkaTaskData::default())?;
//!
//! // A client of emulator.kafka_url() now polls CREATED, EXECUTING and then SUCCESS.
//! assert!(emulator.kafka_url().starts_with("http://127.0.0.1:"));
//! assert_eq!(id.len(), 32);
//! # Ok(())
//! # }
//! ```
//!
//! `README.md` documents the control API. `differences.md` lists where the emulator may differ from the cloud.

#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

mod auth;
mod body;
mod clock;
mod control;
mod cors;
mod data;
#[cfg(feature = "docs")]
mod docs;
mod emulator;
mod errors;
mod faults;
mod ids;
mod instances;
mod listen;
mod operation;
mod pending_task;
#[cfg(feature = "program")]
pub mod program;
mod progress;
mod query;
mod quirks;
mod receive;
mod recorder;
mod service;
mod state;
mod store;
mod task;
mod well_known;

pub use auth::AuthConfig;
pub use clock::Clock;
pub use control::{Change, Control, ControlError, InstanceSummary, ScheduledChange};
pub use data::{
    Data, DataError, DataTime, DcsInstanceData, DcsTaskData, KafkaInstanceData, KafkaTaskData, load,
};
pub use emulator::{Builder, DEFAULT_RECEIVE_TIMEOUT, DEFAULT_SEED, Emulator, StartError};
pub use errors::{CANONICAL_REQUEST, REQUEST_ID, STRING_TO_SIGN};
pub use faults::{Fault, FaultError, FaultKind};
pub use hwtasks_signer::Credentials;
pub use instances::InstanceAttributes;
pub use operation::{Operation, Service};
pub use progress::{Outcome, Progress};
pub use quirks::Quirks;
pub use recorder::{MAX_RECORDED_REQUESTS, RecordedRequest};
pub use store::StoreError;
pub use well_known::{
    ACCESS_KEY, INSTANCE_ID, MOVING_INSTANCE_ID, PROJECT_ID, SECRET_KEY, TEMPORARY_ACCESS_KEY,
    TEMPORARY_SECRET_KEY, TEMPORARY_SECURITY_TOKEN, TOKEN,
};

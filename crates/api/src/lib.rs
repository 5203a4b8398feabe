//! Request and response types of four background-task operations of Huawei Cloud, and the OpenAPI
//! documents emitted from them.
//!
//! Long operations on a Distributed Cache Service (DCS) or Distributed Message Service (DMS) for
//! Kafka instance run as background tasks. The types here describe the operations that list and
//! show those tasks. They are the single source of the published documents and of every generated
//! client. They accept every response shape in the official documents and serialize back what they
//! read:
//!
//! ```
//! use hwtasks_api::kafka::KafkaTaskList;
//! use hwtasks_api::{TaskName, TaskStatus};
//!
//! let body = r#"{
//!     "task_count": "4",
//!     "tasks": [{
//!         "id": "8abfa7b372160bfd0172165864064079",
//!         "name": "modifyAutoTopic",
//!         "status": "EXECUTING",
//!         "created_at": "2020-05-15T03:19:51.046Z"
//!     }]
//! }"#;
//! let list: KafkaTaskList = serde_json::from_str(body)?;
//! let task = &list.tasks[0];
//! assert_eq!(task.name, Some(TaskName::ModifyAutoTopic));
//! assert_eq!(task.status, Some(TaskStatus::Executing));
//! # Ok::<(), serde_json::Error>(())
//! ```
//!
//! # Features
//!
//! No feature is on by default. Without features, the types depend only on serde, [`serde_json`] and [`jiff`].
//!
//! - `openapi`: `utoipa::ToSchema` on every type, and the OpenAPI 3.1 documents.
//! - `json-schema`: `schemars::JsonSchema` on every type.

#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

pub mod companion;
pub mod dcs;
pub mod kafka;

mod body;
mod error;
mod params;
mod path;
mod scalar;
mod task;

pub mod examples;
#[cfg(feature = "openapi")]
pub mod openapi;

pub use body::OtherMembers;
pub use companion::{DcsInstance, DcsInstanceList, DmsInstance, DmsInstanceList};
pub use dcs::{DcsTask, DcsTaskList, DcsTaskListV1, DcsTaskV1, DetailsBody};
pub use error::{ErrorDetail, ErrorResponse};
pub use kafka::{KafkaTask, KafkaTaskList};
pub use path::{InstancePath, TaskPath};
pub use scalar::{
    Capacity, CompactTime, ErrorCode, TaskCount, TaskName, TaskStatus, TimeError, Timestamp,
};
pub use task::Task;

//! Types of four background-task operations of Huawei Cloud, and the OpenAPI documents they emit.
//!
//! Distributed Cache Service (DCS) and Distributed Message Service (DMS) for Kafka each tell what
//! happens in the background to an instance. The types here are the single source of the published
//! documents and of every generated client. They read each form the official documents show, and
//! write back what they read:
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
//! None is on by default; the types then need serde and [`jiff`] alone.
//!
//! - `json`: accessors that parse the JSON text in a task's `params`.
//! - `openapi`: `utoipa::ToSchema` on every type, and the OpenAPI 3.1 documents.
//! - `json-schema`: `schemars::JsonSchema` on every type.

pub mod dcs;
pub mod kafka;

mod error;
#[cfg(feature = "json")]
mod params;
mod path;
mod scalar;
mod task;

pub mod examples;
#[cfg(feature = "openapi")]
pub mod openapi;

pub use error::{ErrorDetail, ErrorResponse};
pub use path::{InstancePath, TaskPath};
pub use scalar::{
    Capacity, CompactTime, ErrorCode, TaskCount, TaskName, TaskStatus, TimeError, Timestamp,
};
pub use task::Task;

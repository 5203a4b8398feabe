//! The OpenAPI 3.1 documents: one per service, and one that merges both.
//!
//! The V2 lists of DCS and Kafka have the same method and path on two hosts, which one document
//! cannot express. Therefore each service has its own document with the real paths, for client
//! generators. [`merged`] moves the version of the Kafka paths into a server of their path items,
//! for readers.
//!
//! ```
//! let dcs = hwtasks_api::openapi::dcs();
//! assert!(dcs.paths.paths.contains_key("/v2/{project_id}/instances/{instance_id}/tasks"));
//! ```

mod contract;
mod dcs;
mod kafka;
mod merge;
mod responses;
mod security;

pub use merge::{MergeError, merged};

use utoipa::OpenApi as _;

/// Returns the document of the DCS operations `ListDcsTasksV1` and `ListDcsTasks`.
pub fn dcs() -> utoipa::openapi::OpenApi {
    dcs::Document::openapi()
}

/// Returns the document of the Kafka operations `ListKafkaTasks` and `ShowKafkaTask`.
pub fn kafka() -> utoipa::openapi::OpenApi {
    kafka::Document::openapi()
}

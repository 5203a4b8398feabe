//! The OpenAPI 3.1 documents: one per service, and the published one that holds both.
//!
//! The V2 lists of DCS and Kafka are the same method and path on two hosts, which one document
//! cannot hold side by side. So each service has a document of its own, with its true paths, for
//! client generators; and [`merged`] moves the version of the Kafka paths into a server of their
//! path items, for readers.
//!
//! ```
//! let dcs = hwtasks_api::openapi::dcs();
//! assert!(dcs.paths.paths.contains_key("/v2/{project_id}/instances/{instance_id}/tasks"));
//! ```

mod dcs;
mod kafka;
mod merge;
mod responses;
mod security;

pub use merge::{MergeError, merged};

use utoipa::OpenApi as _;

/// The document of the DCS operations `ListDcsTasksV1` and `ListDcsTasks`.
pub fn dcs() -> utoipa::openapi::OpenApi {
    dcs::Document::openapi()
}

/// The document of the Kafka operations `ListKafkaTasks` and `ShowKafkaTask`.
pub fn kafka() -> utoipa::openapi::OpenApi {
    kafka::Document::openapi()
}

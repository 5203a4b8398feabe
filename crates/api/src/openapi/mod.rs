//! The OpenAPI 3.1 documents: one per service, and one that merges both.
//!
//! The V2 lists of DCS and Kafka have the same method and path on two hosts, which one document
//! cannot express. Therefore each service has its own document with the real paths, for client
//! generators. [`merged`] moves the version of the Kafka paths into a server of their path items,
//! for readers. [`documents`] returns all of them.
//!
//! ```
//! let dcs = hwtasks_api::openapi::dcs()?;
//! assert!(dcs["paths"].get("/v2/{project_id}/instances/{instance_id}/tasks").is_some());
//! # Ok::<(), hwtasks_api::openapi::DocumentError>(())
//! ```

mod companion;
mod components;
mod contract;
mod dcs;
mod external_docs;
mod kafka;
mod merge;
mod responses;
mod security;

use std::fmt;

use serde_json::Value;
use utoipa::OpenApi as _;

/// A document with its place below the folder `spec`.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Document {
    /// Path of the file below `spec`, without its extension.
    pub path: &'static str,
    /// The service whose operations it holds, as clients name it; `None` if it merges all services.
    pub service: Option<&'static str>,
    /// Whether it is published for readers and other generators. A companion document is not: it
    /// adds operations to a service for the clients of this project alone.
    pub is_published: bool,
    /// The document.
    pub json: Value,
}

impl Document {
    fn published(path: &'static str, service: Option<&'static str>, json: Value) -> Self {
        Self {
            path,
            service,
            is_published: true,
            json,
        }
    }

    fn companion(path: &'static str, service: &'static str, json: Value) -> Self {
        Self {
            path,
            service: Some(service),
            is_published: false,
            json,
        }
    }
}

/// Returns every document: the merged one, then the document of each service, then the companions.
///
/// # Errors
///
/// As [`merged`].
pub fn documents() -> Result<Vec<Document>, DocumentError> {
    Ok(vec![
        Document::published("openapi", None, merged()?),
        Document::published("dcs", Some("dcs"), dcs()?),
        Document::published("kafka", Some("kafka"), kafka()?),
        Document::companion(
            "companion/dcs",
            "dcs",
            finish(&companion::DcsDocument::openapi())?,
        ),
        Document::companion(
            "companion/kafka",
            "kafka",
            finish(&companion::DmsDocument::openapi())?,
        ),
    ])
}

/// Returns the document of the DCS operations `ListDcsTasksV1` and `ListDcsTasks`, as JSON.
///
/// # Errors
///
/// If the document cannot be serialized.
pub fn dcs() -> Result<Value, DocumentError> {
    finish(&dcs::Document::openapi())
}

/// Returns the document of the Kafka operations `ListKafkaTasks` and `ShowKafkaTask`, as JSON.
///
/// # Errors
///
/// If the document cannot be serialized.
pub fn kafka() -> Result<Value, DocumentError> {
    finish(&kafka::Document::openapi())
}

/// Returns the document of all four operations, as JSON: each path has the server of its service.
///
/// # Errors
///
/// If the documents of the services have the same path, or different components of the same name.
pub fn merged() -> Result<Value, DocumentError> {
    finish(&merge::merged()?)
}

/// Serializes a document, and adds the security schemes.
fn finish(document: &utoipa::openapi::OpenApi) -> Result<Value, DocumentError> {
    let mut document =
        serde_json::to_value(document).map_err(|error| DocumentError(error.to_string()))?;
    if let Some(Value::Object(components)) = document.get_mut("components") {
        components.insert("securitySchemes".to_owned(), security::schemes());
    }
    Ok(document)
}

/// A document that cannot be emitted, such as two documents that define a component differently.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentError(String);

impl fmt::Display for DocumentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for DocumentError {}

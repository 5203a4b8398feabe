//! Mocks of both services for [`httpmock`], for tests of programs that use this crate.
//!
//! The methods are generated from the documents, one for each operation. `when` matches its method, its
//! path and its parameters by their names in the documents. `then` returns each documented status.
//!
//! ```
//! use hwtasks::mock::kafka::MockServerExt as _;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let server = httpmock::MockServer::start_async().await;
//! let tasks = serde_json::from_str(r#"{ "tasks": [{ "id": "8abfa7b2" }] }"#)?;
//! let mock = server.list_kafka_tasks(|when, then| {
//!     when.instance_id("5560df16");
//!     then.ok(&tasks);
//! });
//!
//! let client = hwtasks::Client::builder()
//!     .kafka_endpoint(server.base_url())
//!     .project_id("a4d31cb6-3d72-4fdc-8ec9-6e3a41e47f71")
//!     .token("MIIF...")
//!     .build()?;
//! assert_eq!(*client.kafka().list("5560df16").await?, tasks);
//! mock.assert();
//! # Ok(())
//! # }
//! ```

/// The operations of DCS.
pub mod dcs {
    pub use crate::generated::dcs_mock::{MockServerExt, operations};
}

/// The operations of Kafka.
pub mod kafka {
    pub use crate::generated::kafka_mock::{MockServerExt, operations};
}

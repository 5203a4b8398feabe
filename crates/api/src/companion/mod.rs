//! Bodies and query parameters of the operations that the clients offer beside the four.
//!
//! The documents of these operations, `spec/companion`, are for the generator of the clients. They
//! are not published: the published documents hold the four task operations only.
//!
//! ```
//! use hwtasks_api::companion::DcsInstanceList;
//!
//! let body = r#"{"instance_num": 1, "instances": [{"instance_id": "5560df16", "status": "RUNNING"}]}"#;
//! let list: DcsInstanceList = serde_json::from_str(body)?;
//! assert_eq!(list.instances[0].status.as_deref(), Some("RUNNING"));
//! # Ok::<(), serde_json::Error>(())
//! ```

mod dcs;
mod dms;
mod path;

pub use dcs::{DcsInstance, DcsInstanceList, ListDcsInstancesQuery};
pub use dms::{DmsInstance, DmsInstanceList, ListDmsInstancesQuery};
pub use path::ProjectPath;

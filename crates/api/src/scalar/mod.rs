//! Tolerant scalars: types for values whose format the documents leave open or contradict.
//!
//! Each type accepts every format in the documents and serializes a value in the format in which it
//! was received. A JSON number beyond 64 bits is the one exception: it is read, and written, as a
//! double.

pub(crate) mod convert;
mod open_set;
#[cfg(any(feature = "openapi", feature = "json-schema"))]
mod schema;
mod string_or_number;
mod time;

pub use open_set::{TaskName, TaskStatus};
pub use string_or_number::{Capacity, ErrorCode, TaskCount};
pub use time::{CompactTime, TimeError, Timestamp};

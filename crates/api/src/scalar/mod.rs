//! Tolerant scalars: the values whose form the documents leave open or contradict.
//!
//! Each accepts every form the documents show, and is written back in the form it came in, so
//! reading a body and writing it again loses nothing. The one exception is JSON's own: a number
//! past 64 bits is a double to most parsers, and is written back as one.

pub(crate) mod convert;
mod open_set;
#[cfg(any(feature = "openapi", feature = "json-schema"))]
mod schema;
pub(crate) mod spelling;
mod string_or_number;
mod time;

pub use open_set::{TaskName, TaskStatus};
pub use string_or_number::{Capacity, ErrorCode, TaskCount};
pub use time::{CompactTime, TimeError, Timestamp};

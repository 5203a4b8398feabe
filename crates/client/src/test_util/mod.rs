//! Helpers for tests and fuzz targets.

#[cfg(feature = "__fuzzing")]
pub mod fuzzing;
#[cfg(feature = "test-util")]
pub(crate) mod manual_time;

//! What the tests of hwtasks share with its fuzz targets.

pub mod checks;

/// The README's Rust is compiled as a test.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
pub struct Readme;

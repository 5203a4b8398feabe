//! What the tests of hwtasks share with its fuzz targets and with the comparison of the languages.

pub mod checks;
pub mod differential;
pub mod normal;
pub mod scalar;

/// The README's Rust is compiled as a test.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
pub struct Readme;

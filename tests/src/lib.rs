//! Helpers that the tests of hwtasks share.

/// The README's Rust is compiled as a test.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
pub struct Readme;

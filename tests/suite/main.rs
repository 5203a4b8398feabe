//! Tests of hwtasks as a whole, one module a subject.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "that is how a helper of a test fails it"
)]

mod quirks;
mod scalars;
mod spec;
mod tables;

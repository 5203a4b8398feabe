//! Tests of hwtasks as a whole, one module a subject.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "that is how a helper of a test fails it"
)]

mod documents;
mod drift;
mod endpoints;
mod errors;
mod examples;
mod freshness;
mod plain;
mod quirks;
mod requests;
mod retries;
mod scalars;
mod server;
mod signing;
mod spec;
mod tables;

//! The emulator over HTTP on loopback. Every response of a task operation is validated against the committed documents.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a failed expectation ends the test"
)]

mod auth;
mod binary;
mod control;
mod cors;
mod data;
mod docs;
mod errors;
mod examples;
mod faults;
mod fixture;
mod instances;
mod lifecycle;
mod paging;
mod progress;
mod quirks;
mod receive;
mod schedule;
mod size;
mod spec;

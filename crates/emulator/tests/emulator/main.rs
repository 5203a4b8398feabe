//! The emulator over real HTTP on loopback. Every answer of an operation is held to the committed documents.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may stop where it stands"
)]

mod auth;
mod binary;
mod control;
mod data;
mod errors;
mod examples;
mod faults;
mod lifecycle;
mod paging;
mod progress;
mod quirks;
mod schedule;
mod site;
mod size;
mod spec;

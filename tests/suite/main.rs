//! Tests of hwtasks as a whole, one module a subject.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "that is how a helper of a test fails it"
)]

mod blocking;
mod conformance;
mod credentials;
mod credentials_iam;
mod credentials_metadata;
mod credentials_profile;
mod credentials_signed;
mod documents;
mod drift;
mod emulated;
mod emulator_calls;
mod emulator_faults;
mod endpoints;
mod errors;
mod examples;
mod freshness;
mod from_env;
mod fuzz_targets;
mod manual_time;
mod mock;
mod pages;
mod patience;
mod plain;
mod projects;
mod quirks;
mod readme;
mod regions;
mod requests;
mod scalars;
mod script;
mod server;
mod spec;
mod sweep;
mod tables;
mod tracing;
mod wait;
mod wait_by_name;

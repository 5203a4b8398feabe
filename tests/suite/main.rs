//! Tests of hwtasks as a whole, one module a subject.
//!
//! `support` has the fake services. Use the first that can show the behaviour:
//!
//! - `support::server::Server` returns canned responses: for one request, its response, and errors.
//! - `support::script::FakeService` has tasks, `fixed` or changed by a step (`scripted`): for pages, waits and sweeps.
//! - `support::emulated::Emulated` runs the emulator: for signatures, tokens, faults and scheduled changes.
//! - `conformance::wire::Wire` writes raw bytes to a socket: for the connection faults of the conformance corpus.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "that is how a helper of a test fails it"
)]

mod blocking;
mod clock_skew;
mod conformance;
mod credentials;
mod credentials_iam;
mod credentials_metadata;
mod credentials_profile;
mod credentials_signed;
mod deadlines;
mod document_changes;
mod document_tables;
mod documents;
mod end_to_end;
mod endpoints;
mod errors;
mod examples;
mod from_env;
mod fuzz_targets;
mod generated_files;
mod manual_time;
mod pages;
mod projects;
mod quirks;
mod readme;
mod reasons;
mod refusals;
mod regions;
mod requests;
mod scalars;
mod support;
mod sweep;
mod tidy;
mod tracing;
mod wait;
mod wait_by_name;

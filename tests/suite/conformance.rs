//! The corpus of `tests/conformance`, which every language runs, run against the Rust client.

mod call;
mod file;
mod normal;
mod requests;
mod responses;
mod wire;

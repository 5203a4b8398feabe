//! The corpus of `tests/conformance`, which every language runs, run against the Rust client.

mod call;
mod configuration;
mod faults;
mod file;
mod outcome;
mod paging;
mod proxies;
mod requests;
mod responses;
mod retries;
mod scalars;
mod script;
mod scripted_response;
mod sweep;
mod waiting;
pub(crate) mod wire;

/// The HTTP client that all cases share, because setting up TLS takes long.
fn http() -> reqwest::Client {
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .http1_max_headers(1000)
        .build()
        .expect("the HTTP client can be built")
}

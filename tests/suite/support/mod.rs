//! The fake services that the tests run against, and what a test needs to call them.

pub(crate) mod emulated;
pub(crate) mod script;
pub(crate) mod server;
pub(crate) mod spec;

use std::net::TcpListener;

/// The URL of a loopback port that refuses connections.
pub(crate) fn unused_port() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a loopback port can be bound");
    let address = listener
        .local_addr()
        .expect("a bound listener has an address");
    format!("http://{address}")
}

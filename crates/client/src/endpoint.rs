//! Which URLs a client sends to.

use std::net::IpAddr;

use reqwest::Url;

use crate::error::Error;

/// An endpoint without its last slash, checked.
pub(crate) fn base_url(endpoint: &str, allow_plain_http: bool) -> Result<String, Error> {
    // First, because every other message shows the endpoint.
    if endpoint.contains('@') {
        return Err(Error::invalid_input(
            "an endpoint with a user name or password is refused",
        ));
    }
    let refuse = |why: &str| Error::invalid_input(format!("the endpoint {endpoint:?} {why}"));
    let url = Url::parse(endpoint).map_err(|e| refuse(&format!("is not a URL: {e}")))?;
    match url.scheme() {
        "https" => {}
        "http" if allow_plain_http || is_loopback(&url) => {}
        "http" => {
            return Err(refuse(
                "is plain http: use https, or ClientBuilder::allow_plain_http to send the token in \
                 the clear",
            ));
        }
        _ => return Err(refuse("is not a URL of https")),
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(refuse("has a query or a fragment"));
    }
    if url.path().contains('%') {
        return Err(refuse("has a percent-encoded path"));
    }
    Ok(url.as_str().trim_end_matches('/').to_owned())
}

/// A path under a checked endpoint.
pub(crate) fn under(base: &str, path: &str) -> Result<Url, Error> {
    Url::parse(&format!("{base}{path}"))
        .map_err(|e| Error::invalid_input(format!("the endpoint {base:?} is not a URL: {e}")))
}

fn is_loopback(url: &Url) -> bool {
    let Some(host) = url.host_str() else {
        return false;
    };
    let address = host
        .trim_start_matches('[')
        .trim_end_matches(']')
        .parse::<IpAddr>();
    address.map_or(host == "localhost", |address| address.is_loopback())
}

//! Validates endpoints, and builds URLs from them.

use std::net::IpAddr;

use reqwest::Url;

use crate::error::{Error, Reason, UrlProblem};

/// Checks an endpoint, and returns it without trailing slashes.
pub(crate) fn base_url(endpoint: &str, allow_plain_http: bool) -> Result<String, Error> {
    // First, because the other messages show the endpoint, which here may contain a secret.
    if endpoint.contains('@') {
        let message = "an endpoint with a user name or password is refused";
        return Err(invalid(message, UrlProblem::UserInfo));
    }
    if endpoint.contains(['?', '#']) {
        let message = "an endpoint with a query or a fragment is refused";
        return Err(invalid(message, UrlProblem::QueryOrFragment));
    }
    let refuse = |problem, why: &str| invalid(format!("the endpoint {endpoint:?} {why}"), problem);
    let url = Url::parse(endpoint)
        .map_err(|e| refuse(UrlProblem::Malformed, &format!("is not a URL: {e}")))?;
    match url.scheme() {
        "https" => {}
        "http" if allow_plain_http || is_loopback(&url) => {}
        "http" => {
            let error = refuse(UrlProblem::PlainHttp, "is plain http: use https");
            return Err(error.with_help(
                "or allow_plain_http of the builder, to send credentials in the clear",
            ));
        }
        _ => {
            return Err(refuse(
                UrlProblem::UnsupportedScheme,
                "is not a URL of https",
            ));
        }
    }
    if url.path().contains('%') {
        return Err(refuse(
            UrlProblem::EncodedPath,
            "has a percent-encoded path",
        ));
    }
    let base = url.as_str().trim_end_matches('/');
    // The published Kafka document has the version in its server URL; this client has it in its paths.
    if ["/v2", "/v1.0"]
        .iter()
        .any(|version| base.ends_with(version))
    {
        return Err(refuse(
            UrlProblem::ApiVersion,
            "ends in the version of the API, which the client adds: leave it out",
        ));
    }
    Ok(base.to_owned())
}

fn invalid(message: impl Into<String>, problem: UrlProblem) -> Error {
    let variable = None;
    Error::invalid_input(message).with_reason(Reason::InvalidUrl { problem, variable })
}

/// The endpoint without what may be a secret, for `Debug`.
pub(crate) fn redacted(endpoint: &str) -> &str {
    if endpoint.contains(['@', '?', '#']) {
        "[not a plain URL]"
    } else {
        endpoint
    }
}

/// The URL of a path under a valid endpoint.
pub(crate) fn join(base: &str, path: &str) -> Result<Url, Error> {
    parse_url(&format!("{base}{path}"))
}

/// Parses a URL that begins with a valid endpoint.
pub(crate) fn parse_url(url: &str) -> Result<Url, Error> {
    Url::parse(url)
        .map_err(|e| Error::invalid_input(format!("{:?} is not a URL: {e}", redacted(url))))
}

/// Whether the host of a URL is this machine, which needs no proxy and no TLS.
pub(crate) fn is_loopback(url: &Url) -> bool {
    let Some(host) = url.host_str() else {
        return false;
    };
    let address = host
        .trim_start_matches('[')
        .trim_end_matches(']')
        .parse::<IpAddr>();
    address.map_or(host == "localhost", |address| address.is_loopback())
}

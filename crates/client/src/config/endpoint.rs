//! Which URLs a client sends to.

use std::net::IpAddr;

use reqwest::Url;

use crate::error::{Error, Reason, UrlProblem};

/// Checks an endpoint, and returns it without trailing slashes.
pub(crate) fn base_url(endpoint: &str, allow_plain_http: bool) -> Result<String, Error> {
    // First, because every other message shows the endpoint, which may hold a secret here.
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
    // The Kafka server of the published document ends so; the paths of this client begin with it.
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

/// An endpoint fit to be shown, whatever it holds.
pub(crate) fn redacted(endpoint: &str) -> &str {
    if endpoint.contains(['@', '?', '#']) {
        "[not a plain URL]"
    } else {
        endpoint
    }
}

/// A path under a checked endpoint.
pub(crate) fn join(base: &str, path: &str) -> Result<Url, Error> {
    Url::parse(&format!("{base}{path}"))
        .map_err(|e| Error::invalid_input(format!("the endpoint {base:?} is not a URL: {e}")))
}

/// Whether a URL is one of this machine: no proxy may come between, and plain `http` is safe.
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

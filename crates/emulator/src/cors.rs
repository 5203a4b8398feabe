//! Cross-origin requests: which pages may call the emulator from a browser.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::Response;
use serde_json::json;

use crate::errors;

/// The methods of the services and of the control API.
const METHODS: HeaderValue = HeaderValue::from_static("GET, POST, PUT, PATCH, DELETE");
/// The request headers of the clients. A browser sends others only if they are on its own short list.
const REQUEST_HEADERS: HeaderValue = HeaderValue::from_static(
    "X-Auth-Token, Authorization, X-Sdk-Date, X-Security-Token, X-Project-Id, Content-Type",
);
/// The response headers that a page may read.
const RESPONSE_HEADERS: HeaderValue = HeaderValue::from_static(
    "X-Request-Id, Retry-After, Date, X-Hwtasks-Canonical-Request, X-Hwtasks-String-To-Sign",
);
/// How many seconds a browser may keep the response to a preflight request.
const MAX_AGE: HeaderValue = HeaderValue::from_static("600");
const REQUEST_PRIVATE_NETWORK: HeaderName =
    HeaderName::from_static("access-control-request-private-network");
const ALLOW_PRIVATE_NETWORK: HeaderName =
    HeaderName::from_static("access-control-allow-private-network");

/// The origins whose pages may call the emulator.
#[derive(Clone, Debug, Default)]
pub(crate) struct Origins {
    any: bool,
    listed: Vec<String>,
}

impl Origins {
    /// Allows the pages of `origin`: `*` for every page, else one origin as a browser writes it.
    pub(crate) fn allow(&mut self, origin: &str) -> Result<(), &'static str> {
        if origin == "*" {
            self.any = true;
        } else {
            self.listed.push(normalized(origin)?);
        }
        Ok(())
    }

    pub(crate) fn is_empty(&self) -> bool {
        !self.any && self.listed.is_empty()
    }

    /// The value of `Access-Control-Allow-Origin`, if the origin of the request is allowed.
    fn allowed(&self, origin: &HeaderValue) -> Option<HeaderValue> {
        if self.any {
            return Some(HeaderValue::from_static("*"));
        }
        let listed = self.listed.iter();
        listed
            .map(String::as_bytes)
            .any(|listed| listed == origin.as_bytes())
            .then(|| origin.clone())
    }
}

/// Checks an origin, and writes it as browsers do: in lower case and without the default port.
pub(crate) fn normalized(origin: &str) -> Result<String, &'static str> {
    const FORM: &str = "expected an origin such as http://localhost:5173, `null` or `*`";
    if origin == "null" {
        return Ok(origin.to_owned());
    }
    let lower = origin.to_ascii_lowercase();
    let (scheme, authority) = lower.split_once("://").ok_or(FORM)?;
    if authority.contains(['/', '?', '#']) {
        return Err("an origin has no path: it ends after the host and the port");
    }
    if authority.contains('@') {
        return Err("an origin has no user name");
    }
    if authority.contains('*') {
        return Err("a part of an origin cannot be `*`");
    }
    if !lower.is_ascii() {
        return Err("the host must be written in ASCII, as browsers write it: xn--…");
    }
    let uri: Uri = lower.parse().map_err(|_| FORM)?;
    let host = uri.host().unwrap_or_default();
    let has_no_port = authority.len() == host.len();
    if host.is_empty() || !has_no_port && uri.port_u16().is_none() {
        return Err(FORM);
    }
    let default_port = match scheme {
        "http" => ":80",
        "https" => ":443",
        _ => "",
    };
    let authority = authority.strip_suffix(default_port).unwrap_or(authority);
    Ok(format!("{scheme}://{authority}"))
}

/// Responds to preflight requests, and lets the pages of allowed origins read every other response: errors and injected
/// faults too.
///
/// A request without an `Origin` passes. So does an `OPTIONS` request that is no preflight.
pub(crate) async fn cross_origin(
    State(origins): State<Arc<Origins>>,
    request: Request,
    next: Next,
) -> Response {
    let headers = request.headers();
    let origin = headers.get(header::ORIGIN).cloned();
    let allowed = origin.as_ref().and_then(|origin| origins.allowed(origin));
    let is_preflight = request.method() == Method::OPTIONS
        && origin.is_some()
        && headers.contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    let mut response = match (is_preflight, &allowed) {
        (false, _) => next.run(request).await,
        (true, Some(_)) => preflight(headers),
        (true, None) => refused(origin.as_ref()),
    };
    let headers = response.headers_mut();
    if let Some(allowed) = allowed {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, allowed);
        if !is_preflight {
            headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, RESPONSE_HEADERS);
        }
    }
    // A cache must not show the response for one origin to another.
    headers.append(header::VARY, HeaderValue::from_static("Origin"));
    response
}

fn preflight(request: &HeaderMap) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, METHODS);
    headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, REQUEST_HEADERS);
    headers.insert(header::ACCESS_CONTROL_MAX_AGE, MAX_AGE);
    if request.contains_key(REQUEST_PRIVATE_NETWORK) {
        // A page from elsewhere that calls this machine asks for it.
        headers.insert(ALLOW_PRIVATE_NETWORK, HeaderValue::from_static("true"));
    }
    response
}

/// The response to a preflight request of an origin that is not allowed. The browser's console shows its status.
fn refused(origin: Option<&HeaderValue>) -> Response {
    let shown = origin.map_or_else(String::new, |origin| {
        String::from_utf8_lossy(origin.as_bytes()).into_owned()
    });
    let error = format!(
        "the origin {shown} is not allowed: start the emulator with --allow-origin {shown}"
    );
    errors::json(StatusCode::FORBIDDEN, &json!({ "error": error }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn normalized_writes_origin_as_browsers_do() {
        for (origin, expected) in [
            ("http://localhost:5173", "http://localhost:5173"),
            ("HTTP://LocalHost:80", "http://localhost"),
            ("https://example.com:443", "https://example.com"),
            ("http://example.com:443", "http://example.com:443"),
            ("http://[::1]:3000", "http://[::1]:3000"),
            (
                "https://xn--bcher-kva.example",
                "https://xn--bcher-kva.example",
            ),
            ("chrome-extension://abcdef", "chrome-extension://abcdef"),
            ("null", "null"),
        ] {
            assert_eq!(normalized(origin).as_deref(), Ok(expected), "{origin}");
        }
    }

    #[test]
    fn normalized_of_no_origin_says_why() {
        for (origin, words) in [
            ("", "such as http://localhost:5173"),
            ("localhost:5173", "such as"),
            ("http://", "such as"),
            ("http://:80", "such as"),
            ("http://localhost:", "such as"),
            ("http://a b", "such as"),
            ("http://localhost:99999", "such as"),
            ("http://localhost/", "no path"),
            ("http://localhost?a", "no path"),
            ("http://user@localhost", "no user name"),
            ("http://*.example.com", "cannot be `*`"),
            ("http://bücher.example", "ASCII"),
        ] {
            let problem = normalized(origin).unwrap_err();
            assert!(problem.contains(words), "{origin}: {problem}");
        }
    }
}

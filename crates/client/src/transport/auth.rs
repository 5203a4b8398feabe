//! Authorizes requests: adds a token, or signs them.

use hwtasks_signer::{SigningRequest, sign};
use jiff::Timestamp;
use reqwest::Request;
use reqwest::header::{HeaderName, HeaderValue};
use secrecy::ExposeSecret;

use crate::credentials::{Credentials, Kind};
use crate::error::Error;

/// Authorizes a request with a token, or signs it for this time.
pub(crate) fn authorize(
    request: &mut Request,
    credentials: &Credentials,
    time: Timestamp,
) -> Result<(), Error> {
    match credentials.kind() {
        Kind::Token(token) if token.expose_secret().is_empty() => {
            Err(Error::invalid_input("the token is empty"))
        }
        Kind::Token(token) => {
            let value = secret(token.expose_secret(), "token")?;
            request.headers_mut().insert("x-auth-token", value);
            Ok(())
        }
        Kind::Keys(keys) => sign_request(request, keys, time),
    }
}

fn sign_request(
    request: &mut Request,
    keys: &hwtasks_signer::Credentials,
    time: Timestamp,
) -> Result<(), Error> {
    let method = request.method().clone();
    let signing = SigningRequest::new(method.as_str(), request.url().as_str());
    let signed = sign(&signing, keys, time)
        .map_err(|error| Error::invalid_input(format!("the request cannot be signed: {error}")))?;
    for (name, value) in signed.headers() {
        let name = HeaderName::from_bytes(name.as_bytes())
            .map_err(|_| Error::invalid_input("the signer made a header that cannot be sent"))?;
        // The URL says the host, and says it as it was signed.
        if name != reqwest::header::HOST {
            request
                .headers_mut()
                .insert(name, secret(value, "signature")?);
        }
    }
    let query = signed.request_target().split_once('?');
    let query = query.map(|(_, query)| query);
    // The client writes its queries as they are signed, so it seldom has to change one.
    if request.url().query() != query {
        request.url_mut().set_query(query);
    }
    Ok(())
}

/// A header that no log shows.
pub(crate) fn secret(value: &str, what: &str) -> Result<HeaderValue, Error> {
    let mut value = HeaderValue::from_str(value).map_err(|_| {
        Error::invalid_input(format!("the {what} has characters no header can carry"))
    })?;
    value.set_sensitive(true);
    Ok(value)
}

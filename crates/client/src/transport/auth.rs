//! What a request is authorized with: a token, or a signature over it.

use std::time::Duration;

use futures_util::FutureExt as _;
use hwtasks_signer::{SigningRequest, sign};
use jiff::Timestamp;
use reqwest::Request;
use reqwest::header::{HeaderName, HeaderValue};
use secrecy::ExposeSecret;
use tokio::time::timeout;

use crate::credentials::{Credentials, CredentialsError, Kind, SharedProvider};
use crate::error::Error;
use crate::transport::Transport;

impl Transport {
    /// Valid credentials, fetched in this time; `None` when requests go without.
    pub(crate) async fn credentials(&self, within: Duration) -> Result<Option<Credentials>, Error> {
        let Some(provider) = &self.provider else {
            return Ok(None);
        };
        match provided(provider, within).await {
            Ok(credentials) => Ok(Some(credentials)),
            Err(error) => Err(Error::credentials(&provider.name(), error)),
        }
    }
}

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
        keys => sign_request(request, keys, time),
    }
}

fn sign_request(request: &mut Request, keys: &Kind, time: Timestamp) -> Result<(), Error> {
    let Some(keys) = keys.signer() else {
        return Ok(());
    };
    let method = request.method().clone();
    let signing = SigningRequest::new(method.as_str(), request.url().as_str());
    let signed = sign(&signing, &keys, time)
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
    let query = signed
        .request_target()
        .split_once('?')
        .map(|(_, query)| query.to_owned());
    request.url_mut().set_query(query.as_deref());
    Ok(())
}

/// What a provider gives in this time.
async fn provided(
    provider: &SharedProvider,
    within: Duration,
) -> Result<Credentials, CredentialsError> {
    let mut asked = provider.provide();
    if let Ok(given) = timeout(within / 2, &mut asked).await {
        return given;
    }
    // It may be renewing early: what it still keeps comes at once, and leaves time for the request.
    match provider.provide().now_or_never() {
        Some(Ok(kept)) => Ok(kept),
        _ => timeout(within / 2, asked)
            .await
            .unwrap_or_else(|_| Err(CredentialsError::slow(within))),
    }
}

/// A header that no log shows.
pub(crate) fn secret(value: &str, what: &str) -> Result<HeaderValue, Error> {
    let mut value = HeaderValue::from_str(value).map_err(|_| {
        Error::invalid_input(format!("the {what} has characters no header can carry"))
    })?;
    value.set_sensitive(true);
    Ok(value)
}

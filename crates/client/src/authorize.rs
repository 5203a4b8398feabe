//! What a request is authorized with: a token, or a signature over it.

use std::sync::atomic::Ordering;
use std::time::Duration;

use hwtasks_signer::{SigningRequest, sign};
use jiff::SignedDuration;
use reqwest::Request;
use reqwest::header::{HeaderName, HeaderValue};
use secrecy::ExposeSecret;

use crate::credentials::{Credentials, CredentialsError, Kind};
use crate::error::Error;
use crate::transport::Transport;

impl Transport {
    /// Valid credentials, fetched in this time; `None` when requests go without.
    pub(crate) async fn credentials(&self, within: Duration) -> Result<Option<Credentials>, Error> {
        let Some(provider) = &self.provider else {
            return Ok(None);
        };
        let provided = tokio::time::timeout(within, provider.provide());
        let credentials = provided.await.unwrap_or_else(|_| {
            Err(CredentialsError::broken(format!(
                "it gave none in {:#}",
                SignedDuration::try_from(within).unwrap_or(SignedDuration::MAX)
            )))
        });
        match credentials {
            Ok(credentials) => Ok(Some(credentials)),
            Err(error) => Err(Error::credentials(&provider.name(), error)),
        }
    }

    pub(crate) fn authorize(
        &self,
        request: &mut Request,
        credentials: &Credentials,
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
            keys => self.sign(request, keys),
        }
    }

    fn sign(&self, request: &mut Request, keys: &Kind) -> Result<(), Error> {
        let Some(keys) = keys.signer() else {
            return Ok(());
        };
        let skew = self.clock_skew.load(Ordering::Relaxed);
        let now = self.time.now();
        let time = now
            .checked_add(SignedDuration::from_millis(skew))
            .unwrap_or(now);
        let method = request.method().clone();
        let signing = SigningRequest::new(method.as_str(), request.url().as_str());
        let signed = sign(&signing, &keys, time).map_err(|error| {
            Error::invalid_input(format!("the request cannot be signed: {error}"))
        })?;
        for (name, value) in signed.headers() {
            let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| {
                Error::invalid_input("the signer made a header that cannot be sent")
            })?;
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
}

/// A header that no log shows.
pub(crate) fn secret(value: &str, what: &str) -> Result<HeaderValue, Error> {
    let mut value = HeaderValue::from_str(value).map_err(|_| {
        Error::invalid_input(format!("the {what} has characters no header can carry"))
    })?;
    value.set_sensitive(true);
    Ok(value)
}

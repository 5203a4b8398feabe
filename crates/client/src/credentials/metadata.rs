//! Temporary keys from the metadata service of an Elastic Cloud Server (ECS).

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use reqwest::header::HeaderValue;
use reqwest::{Method, Request, StatusCode, Url};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use super::{CachedProvider, Credentials, CredentialsError, ProvideCredentials, Provided};
use crate::client;
use crate::config::endpoint::{base_url, join, redacted};
use crate::config::environment::Environment;
use crate::error::Error;
use crate::transport::Limits;
use crate::transport::http;
use crate::transport::provider_http::ProviderHttp;
use crate::transport::response::RawResponse;
use crate::transport::retry::RetryPolicy;
use crate::transport::time::{SharedTimeSource, SystemTimeSource, TimeSource};

const BASE_URL: &str = "http://169.254.169.254";
/// Where the service answers instead, such as an emulator's.
const ENDPOINT: &str = "HWTASKS_METADATA_ENDPOINT";
const TOKEN_PATH: &str = "/meta-data/latest/api/token";
const KEYS_PATH: &str = "/openstack/latest/securitykey";
/// How long a token of the service's second version is asked to live, in seconds.
const TOKEN_TTL: &str = "21600";
/// How long connecting, and an attempt as a whole, may take.
const TIMEOUT: Duration = Duration::from_secs(3);
/// What a fetch may take with all its attempts.
const FETCH_TIMEOUT: Duration = Duration::from_secs(15);
const EARLY: Duration = Duration::from_secs(40 * 60);
/// How long a machine without a metadata service is not asked again.
const ABSENT: Duration = Duration::from_secs(60);
const BODY_LIMIT: usize = 64 * 1024;

/// Temporary keys that the metadata service gives an Elastic Cloud Server (ECS) with an agency.
///
/// The service's second version is tried first, whose token keeps others from asking; a service that
/// gives no token is asked without. An attempt may take 3 seconds. The keys are kept, and renewed 40
/// minutes before they expire by one call while the others go on. Redirects are not followed, and no
/// proxy is used.
pub struct MetadataProvider {
    base: String,
    time: SharedTimeSource,
    cached: CachedProvider,
}

impl Default for MetadataProvider {
    fn default() -> Self {
        Self::new()
    }
}

impl MetadataProvider {
    /// Asks the metadata service of this machine.
    pub fn new() -> Self {
        Self::of(BASE_URL.to_owned(), Arc::new(SystemTimeSource::new()))
    }

    pub(crate) fn of_environment(environment: &Environment, time: SharedTimeSource) -> Self {
        // A variable that is not Unicode is no URL either, and is refused as such when it is used.
        let moved = environment.path(ENDPOINT);
        let base = moved.map(|url| url.to_string_lossy().into_owned());
        Self::of(base.unwrap_or_else(|| BASE_URL.to_owned()), time)
    }

    fn of(base: String, time: SharedTimeSource) -> Self {
        let service = Service {
            base: base.clone(),
            time: time.clone(),
        };
        let cached = CachedProvider::new(service)
            .refresh_before_expiry(EARLY)
            .shared_time_source(time.clone());
        Self { base, time, cached }
    }

    /// Where the service answers; `http://169.254.169.254` by default. For tests.
    #[must_use]
    pub fn base_url(self, url: impl Into<String>) -> Self {
        Self::of(url.into(), self.time)
    }

    /// Where the time comes from; the system's clock by default. For tests.
    #[must_use]
    pub fn time_source(self, time: impl TimeSource + 'static) -> Self {
        Self::of(self.base, Arc::new(time))
    }
}

impl fmt::Debug for MetadataProvider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MetadataProvider")
            .field("base", &redacted(&self.base))
            .finish_non_exhaustive()
    }
}

impl ProvideCredentials for MetadataProvider {
    fn name(&self) -> Cow<'static, str> {
        self.cached.name()
    }

    fn provide(&self) -> Provided<'_> {
        self.cached.provide()
    }

    fn invalidate(&self, rejected: &Credentials) {
        self.cached.invalidate(rejected);
    }
}

struct Service {
    base: String,
    time: SharedTimeSource,
}

impl fmt::Debug for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Service")
            .field("base", &redacted(&self.base))
            .finish_non_exhaustive()
    }
}

impl ProvideCredentials for Service {
    fn name(&self) -> Cow<'static, str> {
        "metadata service".into()
    }

    fn provide(&self) -> Provided<'_> {
        Box::pin(self.get())
    }
}

impl Service {
    async fn get(&self) -> Result<Credentials, CredentialsError> {
        let base = base_url(&self.base, true)?;
        let http = http::build(
            reqwest::Client::builder()
                .user_agent(client::USER_AGENT)
                .connect_timeout(TIMEOUT)
                .no_proxy(),
        )?;
        // A machine without the service is found out at once; one that has it is worth a retry.
        let once = self.channel(http.clone(), RetryPolicy::disabled());
        let channel = self.channel(http, RetryPolicy::default());

        let mut ask = Request::new(Method::PUT, join(&base, TOKEN_PATH)?);
        let ttl = HeaderValue::from_static(TOKEN_TTL);
        ask.headers_mut()
            .insert("x-metadata-token-ttl-seconds", ttl);
        let token = match once.send("GetMetadataToken", ask, Ok).await {
            Ok(response) if response.status == StatusCode::OK => token(&response),
            Ok(_) => None,
            // Through a container's network the response may not come back; without a token it does.
            Err(error) if error.is_timeout() && !error.is_connection_error() => None,
            Err(error) => {
                let message = format!("there is none at {base}: {error}");
                let absent = CredentialsError::not_configured(message).caused_as(&error.into());
                return Err(absent.held_for(ABSENT));
            }
        };

        let url = join(&base, KEYS_PATH)?;
        let response = channel
            .send("GetSecurityKey", asking(url, token.as_ref())?, Ok)
            .await?;
        match response.status {
            StatusCode::OK => keys(&response),
            StatusCode::NOT_FOUND => Err(CredentialsError::not_configured(
                "this machine has no agency, so there are no keys for it",
            )
            .held_for(ABSENT)),
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN if token.is_none() => {
                Err(CredentialsError::invalid_configuration(format!(
                    "it answered {} without a token, and gave no token: allow this machine or \
                     container to ask the metadata service",
                    response.status
                )))
            }
            status => Err(CredentialsError::invalid_configuration(format!(
                "it answered {status}"
            ))),
        }
    }

    fn channel(&self, http: reqwest::Client, retry: RetryPolicy) -> ProviderHttp {
        let limits = Limits {
            attempt: TIMEOUT,
            call: FETCH_TIMEOUT,
            body: BODY_LIMIT,
        };
        ProviderHttp::without_credentials(http, self.time.clone(), retry, limits)
    }
}

/// The token of a response, unless that is something no header can carry.
fn token(response: &RawResponse) -> Option<SecretString> {
    let text = std::str::from_utf8(&response.body).ok()?.trim();
    let fits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic());
    fits.then(|| SecretString::from(text))
}

fn asking(url: Url, token: Option<&SecretString>) -> Result<Request, CredentialsError> {
    let mut request = Request::new(Method::GET, url);
    if let Some(token) = token {
        let value = crate::transport::auth::secret(token.expose_secret(), "metadata token");
        let value = value?;
        request.headers_mut().insert("x-metadata-token", value);
    }
    Ok(request)
}

#[derive(Deserialize)]
struct Body {
    credential: Keys,
}

#[derive(Deserialize)]
struct Keys {
    access: String,
    secret: String,
    securitytoken: String,
    expires_at: String,
}

fn keys(response: &RawResponse) -> Result<Credentials, CredentialsError> {
    // The parser's message may show the secrets it found, so only its place is used.
    let Body { credential } = serde_json::from_slice(&response.body).map_err(|error| {
        CredentialsError::invalid_configuration(format!(
            "its answer is not the keys the document describes (line {}, column {})",
            error.line(),
            error.column()
        ))
    })?;
    let Keys {
        access,
        secret,
        securitytoken,
        expires_at,
    } = credential;
    if access.is_empty() || secret.is_empty() || securitytoken.is_empty() {
        return Err(CredentialsError::invalid_configuration(
            "its answer has an empty key",
        ));
    }
    let expiry = expires_at.parse().map_err(|_| {
        CredentialsError::invalid_configuration("its answer does not say when the keys expire")
    })?;
    Ok(Credentials::keys(access, secret)
        .with_security_token(securitytoken)
        .with_expiry(expiry))
}

impl From<Error> for CredentialsError {
    fn from(error: Error) -> Self {
        Self::of(error)
    }
}

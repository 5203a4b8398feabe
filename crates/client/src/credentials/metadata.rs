//! Provides temporary keys from the metadata service of an Elastic Cloud Server (ECS).

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use reqwest::header::HeaderValue;
use reqwest::{Method, Request, StatusCode, Url};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use super::check::secret_flaw;
use super::{
    CachedProvider, Credentials, CredentialsError, ProvideCredentials, Provided, SharedProvider,
};
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
/// The variable that overrides the base URL, for example with that of the emulator.
const ENDPOINT_VARIABLE: &str = "HWTASKS_METADATA_ENDPOINT";
/// The variable that turns the service off.
const DISABLED_VARIABLE: &str = "HWTASKS_METADATA_DISABLED";
const NAME: &str = "metadata service";
const TOKEN_PATH: &str = "/meta-data/latest/api/token";
const KEYS_PATH: &str = "/openstack/latest/securitykey";
/// Requested lifetime of a token of the second version of the service, in seconds.
const TOKEN_TTL: &str = "21600";
/// Timeout of connecting, and of an attempt as a whole.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(3);
/// Timeout of a request with all its attempts.
const FETCH_TIMEOUT: Duration = Duration::from_secs(15);
/// How long before their expiry the keys are refreshed.
const REFRESH_BEFORE_EXPIRY: Duration = Duration::from_secs(40 * 60);
/// How long the absence of a metadata service is cached.
const ABSENCE_HOLD: Duration = Duration::from_secs(60);
const BODY_LIMIT: usize = 64 * 1024;

/// Fetches temporary keys from the metadata service of an Elastic Cloud Server (ECS) with an agency.
///
/// The provider first requests a token of the second version of the service. If the service issues
/// none, it requests the keys without a token. The timeout of an attempt is 3 seconds.
///
/// The provider caches the keys, and refreshes them 40 minutes before they expire. One call refreshes
/// them while others use the cached keys. The provider follows no redirects, and uses no proxy.
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
    /// Creates a provider for the metadata service of this machine.
    pub fn new() -> Self {
        Self::at(BASE_URL.to_owned(), Arc::new(SystemTimeSource::new()))
    }

    /// The provider of the official chain; [`Disabled`] when a variable turns the service off.
    pub(crate) fn of_chain(environment: &Environment, time: SharedTimeSource) -> SharedProvider {
        match environment.get(DISABLED_VARIABLE) {
            Ok(None) => Arc::new(Self::from_environment(environment, time)),
            Ok(Some(value)) if ["0", "false"].contains(&&*value.to_ascii_lowercase()) => {
                Arc::new(Self::from_environment(environment, time))
            }
            Ok(Some(value)) if ["1", "true"].contains(&&*value.to_ascii_lowercase()) => {
                let message = format!("turned off by {DISABLED_VARIABLE}");
                Arc::new(Disabled(CredentialsError::not_configured(message)))
            }
            Ok(Some(value)) => {
                let message = format!("{DISABLED_VARIABLE} is {value:?}");
                let error = CredentialsError::invalid_configuration(message);
                Arc::new(Disabled(error.with_help("set it to 1 or 0")))
            }
            Err(message) => {
                let error = CredentialsError::invalid_configuration(message);
                Arc::new(Disabled(error))
            }
        }
    }

    fn from_environment(environment: &Environment, time: SharedTimeSource) -> Self {
        // A variable that is not Unicode is not a URL, and fails when it is used.
        let url = environment.path(ENDPOINT_VARIABLE);
        let base = url.map(|url| url.to_string_lossy().into_owned());
        Self::at(base.unwrap_or_else(|| BASE_URL.to_owned()), time)
    }

    fn at(base: String, time: SharedTimeSource) -> Self {
        let service = Service {
            base: base.clone(),
            time: time.clone(),
        };
        let cached = CachedProvider::new(service)
            .refresh_before_expiry(REFRESH_BEFORE_EXPIRY)
            .shared_time_source(time.clone());
        Self { base, time, cached }
    }

    /// Sets the base URL of the service. Default: `http://169.254.169.254`. For tests.
    #[must_use]
    pub fn base_url(self, url: impl Into<String>) -> Self {
        Self::at(url.into(), self.time)
    }

    /// Sets the time source. Default: the system clock. For tests.
    #[must_use]
    pub fn time_source(self, time: impl TimeSource + 'static) -> Self {
        Self::at(self.base, Arc::new(time))
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

/// Stands for a metadata service that is turned off.
#[derive(Debug)]
struct Disabled(CredentialsError);

impl ProvideCredentials for Disabled {
    fn name(&self) -> Cow<'static, str> {
        NAME.into()
    }

    fn provide(&self) -> Provided<'_> {
        Box::pin(std::future::ready(Err(self.0.clone())))
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
        NAME.into()
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
                .user_agent(http::USER_AGENT)
                .connect_timeout(ATTEMPT_TIMEOUT)
                .no_proxy(),
        )?;
        // Without retries first: most machines have no metadata service.
        let without_retries = self.http(http.clone(), RetryPolicy::disabled());
        let with_retries = self.http(http, RetryPolicy::default());

        let mut request = Request::new(Method::PUT, join(&base, TOKEN_PATH)?);
        let ttl = HeaderValue::from_static(TOKEN_TTL);
        request
            .headers_mut()
            .insert("x-metadata-token-ttl-seconds", ttl);
        let token = match without_retries.send("GetMetadataToken", request, Ok).await {
            Ok(response) if response.status == StatusCode::OK => token(&response),
            Ok(_) => None,
            // The hop limit of the response may not reach a container; the keys come without a token.
            Err(error) if error.is_timeout() && !error.is_connection_error() => None,
            Err(error) => {
                let message = format!("not reachable at {base}: {}", error.summary());
                let absent = CredentialsError::not_configured(message).with_cause_of(&error.into());
                return Err(absent.with_hold(ABSENCE_HOLD));
            }
        };

        let url = join(&base, KEYS_PATH)?;
        let response = with_retries
            .send("GetSecurityKey", keys_request(url, token.as_ref())?, Ok)
            .await?;
        match response.status {
            StatusCode::OK => keys(&response),
            StatusCode::NOT_FOUND => Err(CredentialsError::not_configured(
                "this machine has no agency, so there are no keys for it",
            )
            .with_hold(ABSENCE_HOLD)),
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN if token.is_none() => {
                Err(CredentialsError::invalid_configuration(format!(
                    "it returned {} without a token, and issued no token: allow this machine or \
                     container to use the metadata service",
                    response.status
                )))
            }
            status => Err(CredentialsError::invalid_configuration(format!(
                "it returned {status}"
            ))),
        }
    }

    fn http(&self, http: reqwest::Client, retry: RetryPolicy) -> ProviderHttp {
        let limits = Limits {
            attempt: ATTEMPT_TIMEOUT,
            call: FETCH_TIMEOUT,
            body: BODY_LIMIT,
        };
        ProviderHttp::without_credentials(http, self.time.clone(), retry, limits)
    }
}

/// Returns the token of a response; `None` when no header can carry it.
fn token(response: &RawResponse) -> Option<SecretString> {
    let text = std::str::from_utf8(&response.body).ok()?.trim();
    let fits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic());
    fits.then(|| SecretString::from(text))
}

fn keys_request(url: Url, token: Option<&SecretString>) -> Result<Request, CredentialsError> {
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
    // The message of the parser may contain secrets, so only its position is shown.
    let Body { credential } = serde_json::from_slice(response.json()).map_err(|error| {
        CredentialsError::invalid_configuration(format!(
            "its response does not hold the keys that the document describes (line {}, column {})",
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
    for (what, value) in [
        ("access key", &access),
        ("secret key", &secret),
        ("security token", &securitytoken),
    ] {
        if let Some(flaw) = secret_flaw(value) {
            return Err(CredentialsError::invalid_configuration(format!(
                "in its response, the {what} {flaw}"
            )));
        }
    }
    let expiry = expires_at.parse().map_err(|_| {
        CredentialsError::invalid_configuration("its response does not say when the keys expire")
    })?;
    Ok(Credentials::keys(access, secret)
        .with_security_token(securitytoken)
        .with_expiry(expiry))
}

impl From<Error> for CredentialsError {
    fn from(error: Error) -> Self {
        Self::from_request(error)
    }
}

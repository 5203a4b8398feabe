//! Provides a token from IAM, for the name and password of a user.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{CONTENT_TYPE, HeaderValue};
use reqwest::{Method, Request, StatusCode};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::json;

use super::check::{project_flaw, secret_flaw};
use super::{CachedProvider, Credentials, CredentialsError, ProvideCredentials, Provided};
use crate::config::endpoint::{base_url, is_loopback, join, redacted};
use crate::config::environment::Environment;
use crate::config::region::{Region, Service};
use crate::decode::decode;
use crate::error::Error;
use crate::transport::Limits;
use crate::transport::http;
use crate::transport::provider_http::ProviderHttp;
use crate::transport::response::RawResponse;
use crate::transport::retry::RetryPolicy;
use crate::transport::time::{SharedTimeSource, SystemTimeSource, TimeSource};

/// The path with the query that omits the catalog of all services from the body.
const PATH: &str = "/v3/auth/tokens?nocatalog=true";
const OPERATION: &str = "KeystoneCreateUserTokenByPassword";
/// How long before its expiry the token is refreshed.
const REFRESH_BEFORE_EXPIRY: Duration = Duration::from_secs(30 * 60);
/// How long a rejected password is not sent again: IAM locks a user after several failures.
const REJECTED_PASSWORD_HOLD: Duration = Duration::from_secs(5 * 60);
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(30);
const TIMEOUT: Duration = Duration::from_secs(60);
const BODY_LIMIT: usize = 1024 * 1024;

/// Fetches a token for the name and password of an IAM user.
///
/// A token is valid for 24 hours, and belongs to a project, whose ID comes with it. The provider caches
/// the token, and refreshes it 30 minutes before it expires, or when the service reports that it has
/// expired (`APIGW.0307`). Concurrent calls share one refresh.
///
/// A password that IAM rejects is not sent again for 5 minutes, because IAM locks a user after several
/// failures.
///
/// The provider is not part of the official chain. Prefer keys, which can be revoked one by one.
///
/// ```
/// use hwtasks::{Client, IamPasswordProvider};
///
/// let provider = IamPasswordProvider::builder("user", "password", "domain")
///     .region("cn-north-4")
///     .build()?;
/// let client = Client::builder().region("cn-north-4").credentials(provider).build()?;
/// # Ok::<(), hwtasks::Error>(())
/// ```
#[derive(Debug)]
pub struct IamPasswordProvider(CachedProvider);

/// Builds an [`IamPasswordProvider`].
#[derive(Clone)]
#[must_use = "a builder does nothing until `build` is called"]
pub struct IamPasswordProviderBuilder {
    user: String,
    password: SecretString,
    domain: String,
    region: Option<String>,
    project: Option<String>,
    endpoint: Option<String>,
    allow_plain_http: bool,
    time: Option<SharedTimeSource>,
    http: Option<reqwest::Client>,
}

impl IamPasswordProvider {
    /// Creates a builder for an IAM user: its name, its password, and its domain (account).
    pub fn builder(
        user: impl Into<String>,
        password: impl Into<String>,
        domain: impl Into<String>,
    ) -> IamPasswordProviderBuilder {
        IamPasswordProviderBuilder {
            user: user.into(),
            password: SecretString::from(password.into()),
            domain: domain.into(),
            region: None,
            project: None,
            endpoint: None,
            allow_plain_http: false,
            time: None,
            http: None,
        }
    }
}

impl IamPasswordProviderBuilder {
    /// Sets the region of IAM and of the project of the token. Required, unless
    /// [`endpoint`](Self::endpoint) and [`project`](Self::project) are set.
    pub fn region(mut self, region: impl Into<String>) -> Self {
        self.region = Some(region.into());
        self
    }

    /// Sets the name of the project of the token. Default: the ID of the region.
    pub fn project(mut self, name: impl Into<String>) -> Self {
        self.project = Some(name.into());
        self
    }

    /// Sets the endpoint of IAM. Default: that of the region.
    pub fn endpoint(mut self, url: impl Into<String>) -> Self {
        self.endpoint = Some(url.into());
        self
    }

    /// Allows plain `http` to hosts other than loopback, which sends the password in the clear. Default:
    /// `false`.
    pub fn allow_plain_http(mut self, allow: bool) -> Self {
        self.allow_plain_http = allow;
        self
    }

    /// Sets the time source. Default: the system clock. For tests.
    pub fn time_source(mut self, time: impl TimeSource + 'static) -> Self {
        self.time = Some(Arc::new(time));
        self
    }

    /// Sets the HTTP client, to configure TLS or proxies. It should not follow redirects: a redirect to
    /// another host would receive the password.
    pub fn http_client(mut self, client: reqwest::Client) -> Self {
        self.http = Some(client);
        self
    }

    /// Builds the provider. Sends nothing.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidInput`](crate::ErrorKind::InvalidInput) when the user, password, domain,
    /// endpoint or project is missing, or the endpoint is not an `https` URL (or an `http` URL to
    /// loopback).
    pub fn build(self) -> Result<IamPasswordProvider, Error> {
        let region = self.region.as_deref().map(Region::new).transpose()?;
        for (what, empty) in [
            ("user name", self.user.is_empty()),
            ("password", self.password.expose_secret().is_empty()),
            ("domain name", self.domain.is_empty()),
        ] {
            if empty {
                return Err(Error::invalid_input(format!("the {what} for IAM is empty")));
            }
        }
        let missing = |what: &str| {
            Error::invalid_input(format!(
                "no {what} for IAM is set; set IamPasswordProviderBuilder::region or {what}"
            ))
        };
        let endpoint = self
            .endpoint
            .or_else(|| Some(region.as_ref()?.endpoint(Service::Iam)))
            .ok_or_else(|| missing("endpoint"))?;
        let project = self
            .project
            .or_else(|| Some(region.as_ref()?.id().to_owned()))
            .ok_or_else(|| missing("project"))?;
        let time = self
            .time
            .unwrap_or_else(|| Arc::new(SystemTimeSource::new()));
        let endpoint = base_url(&endpoint, self.allow_plain_http)?;
        let http = match self.http {
            Some(http) => http,
            None => {
                let builder = reqwest::Client::builder().user_agent(http::USER_AGENT);
                http::build(match join(&endpoint, "")? {
                    url if is_loopback(&url) => builder.no_proxy(),
                    _ => {
                        http::with_proxies(builder, &Environment::system(), self.allow_plain_http)?
                    }
                })?
            }
        };
        let limits = Limits {
            attempt: ATTEMPT_TIMEOUT,
            call: TIMEOUT,
            body: BODY_LIMIT,
        };
        let password = Password {
            endpoint,
            user: self.user,
            password: self.password,
            domain: self.domain,
            project,
            http: ProviderHttp::without_credentials(
                http,
                time.clone(),
                RetryPolicy::default(),
                limits,
            ),
        };
        let cached = CachedProvider::new(password).refresh_before_expiry(REFRESH_BEFORE_EXPIRY);
        Ok(IamPasswordProvider(cached.shared_time_source(time)))
    }
}

impl fmt::Debug for IamPasswordProviderBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IamPasswordProviderBuilder")
            .field("user", &self.user)
            .field("domain", &self.domain)
            .field("region", &self.region)
            .field("project", &self.project)
            .field("endpoint", &self.endpoint.as_deref().map(redacted))
            .finish_non_exhaustive()
    }
}

impl ProvideCredentials for IamPasswordProvider {
    fn name(&self) -> Cow<'static, str> {
        self.0.name()
    }

    fn provide(&self) -> Provided<'_> {
        self.0.provide()
    }

    fn invalidate(&self, rejected: &Credentials) {
        self.0.invalidate(rejected);
    }
}

struct Password {
    endpoint: String,
    user: String,
    password: SecretString,
    domain: String,
    project: String,
    http: ProviderHttp,
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Password")
            .field("endpoint", &self.endpoint)
            .field("user", &self.user)
            .field("domain", &self.domain)
            .field("project", &self.project)
            .finish_non_exhaustive()
    }
}

impl ProvideCredentials for Password {
    fn name(&self) -> Cow<'static, str> {
        "IAM password".into()
    }

    fn provide(&self) -> Provided<'_> {
        Box::pin(self.get())
    }
}

#[derive(Deserialize)]
struct Body {
    token: Token,
}

#[derive(Deserialize)]
struct Token {
    expires_at: String,
    project: Option<Project>,
}

#[derive(Deserialize)]
struct Project {
    id: String,
}

impl Password {
    async fn get(&self) -> Result<Credentials, CredentialsError> {
        let read = |response: RawResponse| match response.status {
            StatusCode::CREATED => Ok(response),
            _ => Err(Error::from_status(response)),
        };
        let sent = self.http.send(OPERATION, self.request()?, read).await;
        let response = sent.map_err(|error| match error.is_unauthorized() {
            true => CredentialsError::from_request(error).with_hold(REJECTED_PASSWORD_HOLD),
            false => CredentialsError::from_request(error),
        })?;
        let token = response
            .headers
            .get("x-subject-token")
            .and_then(|value| value.to_str().ok())
            .filter(|token| !token.is_empty())
            .map(str::to_owned)
            .ok_or_else(|| {
                CredentialsError::invalid_configuration(
                    "the response of IAM has no token in X-Subject-Token",
                )
            })?;
        let Body { token: details } =
            decode(response).map_err(|error| error.with_operation(OPERATION))?;
        let expiry = details.expires_at.parse().map_err(|_| {
            CredentialsError::invalid_configuration(
                "the response of IAM does not say when the token expires",
            )
        })?;
        let project_id = details.project.as_ref().map(|project| &*project.id);
        let flaws = [
            ("token", secret_flaw(&token)),
            ("project ID", project_id.and_then(project_flaw)),
        ];
        if let Some((what, flaw)) = flaws
            .into_iter()
            .find_map(|(what, flaw)| Some((what, flaw?)))
        {
            return Err(CredentialsError::invalid_configuration(format!(
                "in the response of IAM, the {what} {flaw}"
            )));
        }
        let token = Credentials::token(token).with_expiry(expiry);
        Ok(match details.project {
            Some(project) => token.with_project_id(project.id),
            None => token,
        })
    }

    fn request(&self) -> Result<Request, Error> {
        let body = json!({ "auth": {
            "identity": {
                "methods": ["password"],
                "password": { "user": {
                    "name": self.user,
                    "password": self.password.expose_secret(),
                    "domain": { "name": self.domain },
                } },
            },
            "scope": { "project": { "name": self.project } },
        } });
        let mut request = Request::new(Method::POST, join(&self.endpoint, PATH)?);
        let json = HeaderValue::from_static("application/json;charset=utf8");
        request.headers_mut().insert(CONTENT_TYPE, json);
        *request.body_mut() = Some(body.to_string().into());
        Ok(request)
    }
}

//! The builder of the client.

use std::fmt;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};

use crate::client::{self, Client, Shared};
use crate::config::endpoint::{base_url, is_loopback, join, redacted};
use crate::config::environment::Environment;
use crate::config::origin::{Origin, Origins};
use crate::config::project::Project;
use crate::config::region::Region;
use crate::config::settings::{DCS, EnvSettings, KAFKA};
use crate::credentials::{Credentials, ProvideCredentials, SharedProvider};
use crate::error::{Error, Reason};
use crate::list::params;
use crate::transport::http::{self, HttpClients};
use crate::transport::retry::RetryPolicy;
use crate::transport::single_flight::SingleFlight;
use crate::transport::time::{SharedTimeSource, SystemTimeSource, TimeSource};
use crate::transport::{Limits, Transport};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(30);
const TIMEOUT: Duration = Duration::from_secs(120);
const PROJECT_ID: &str = "HUAWEICLOUD_SDK_PROJECT_ID";
const BODY_LIMIT: usize = 16 * 1024 * 1024;

/// Builds a [`Client`].
///
/// ```
/// use std::time::Duration;
/// use hwtasks::{Client, Credentials, RetryPolicy};
///
/// let client = Client::builder()
///     .region("cn-north-4")
///     .project_id("a4d31cb6-3d72-4fdc-8ec9-6e3a41e47f71")
///     .credentials(Credentials::keys("AK...", "SK..."))
///     .retry_policy(RetryPolicy::default().with_max_attempts(5))
///     .connect_timeout(Duration::from_secs(3))
///     .timeout(Duration::from_secs(60))
///     .build()?;
/// # Ok::<(), hwtasks::Error>(())
/// ```
#[derive(Clone, Default)]
pub struct ClientBuilder {
    dcs: Option<String>,
    kafka: Option<String>,
    project_id: Option<String>,
    provider: Option<SharedProvider>,
    time: Option<SharedTimeSource>,
    retry: RetryPolicy,
    connect_timeout: Option<Duration>,
    attempt_timeout: Option<Duration>,
    timeout: Option<Duration>,
    body_limit: Option<usize>,
    allow_plain_http: bool,
    http: Option<reqwest::Client>,
    region: Option<String>,
    iam: Option<String>,
    environment: Option<Environment>,
    /// May hold a password.
    proxy: Option<SecretString>,
    user_agent_suffix: Option<String>,
}

impl ClientBuilder {
    /// A builder that takes from the variables of this process, and from the home directory, what it
    /// is not told. The names are those of the official SDKs where these have one:
    ///
    /// | what | from |
    /// | --- | --- |
    /// | region | `HWTASKS_REGION`, else `HW_REGION_NAME` |
    /// | endpoints | `HWTASKS_DCS_ENDPOINT` and `HWTASKS_KAFKA_ENDPOINT`, else `HUAWEICLOUD_SDK_REGION_DCS_CN_NORTH_4` and `HUAWEICLOUD_SDK_REGION_KAFKA_CN_NORTH_4`, named after the region, else the region's own |
    /// | credentials | a token in `HWTASKS_TOKEN`, else the [official chain](crate::ProviderChain::official) |
    /// | project ID | `HUAWEICLOUD_SDK_PROJECT_ID`, else what the credentials were configured with, else the one project of IAM named like the region |
    /// | metadata service | `HWTASKS_METADATA_ENDPOINT`, else `http://169.254.169.254` |
    /// | IAM | `HUAWEICLOUD_SDK_IAM_ENDPOINT`, else what the credentials were configured with, else the region's own |
    ///
    /// An empty variable counts as not set, and what the builder's methods say wins. Nothing is read
    /// before [`build`](Self::build), and nothing is ever written.
    pub fn from_env() -> Self {
        Self::from_environment(Environment::system())
    }

    /// As [`from_env`](Self::from_env), with other variables and another home directory. For tests,
    /// and for programs that keep their configuration elsewhere.
    pub fn from_environment(environment: Environment) -> Self {
        Self {
            environment: Some(environment),
            ..Self::default()
        }
    }

    /// The region, by its ID: `cn-north-4`. Needed, unless the endpoints and the project ID are set.
    ///
    /// The endpoints are those the official SDKs know for it ([`known_regions`](crate::known_regions)),
    /// or else follow the pattern `https://dcs.{region}.myhuaweicloud.com`.
    pub fn region(mut self, id: impl Into<String>) -> Self {
        self.region = Some(id.into());
        self
    }

    /// The endpoint of IAM, where a project ID that is not set is looked up; the region's by default.
    pub fn iam_endpoint(mut self, url: impl Into<String>) -> Self {
        self.iam = Some(url.into());
        self
    }

    /// A proxy for all requests, such as `http://proxy.example:3128`; by default the system's, but
    /// none for endpoints on loopback.
    ///
    /// Credential providers do not use it: the metadata service is never asked through a proxy, and
    /// [`IamPasswordProvider`](crate::IamPasswordProvider) through the system's, or that of an HTTP
    /// client of its own.
    ///
    /// An own [`http_client`](Self::http_client) brings its own.
    pub fn proxy(mut self, url: impl Into<String>) -> Self {
        self.proxy = Some(SecretString::from(url.into()));
        self
    }

    /// What is added to the `User-Agent`, which says `hwtasks` and its version: the name and version
    /// of your program, `inventory/1.2`.
    ///
    /// An own [`http_client`](Self::http_client) brings its own.
    pub fn user_agent_suffix(mut self, suffix: impl Into<String>) -> Self {
        self.user_agent_suffix = Some(suffix.into());
        self
    }

    /// The endpoint of DCS, such as `https://dcs.cn-north-4.myhuaweicloud.com`; the region's by
    /// default.
    pub fn dcs_endpoint(mut self, url: impl Into<String>) -> Self {
        self.dcs = Some(url.into());
        self
    }

    /// The endpoint of DMS, such as `https://dms.cn-north-4.myhuaweicloud.com`; the region's by
    /// default.
    pub fn kafka_endpoint(mut self, url: impl Into<String>) -> Self {
        self.kafka = Some(url.into());
        self
    }

    /// The project the instances belong to. By default the one the credentials were configured with,
    /// or else the one that IAM has under the region's name, looked up at the first call.
    pub fn project_id(mut self, id: impl Into<String>) -> Self {
        self.project_id = Some(id.into());
        self
    }

    /// What authorizes the requests: [`Credentials`], or a provider that fetches them. Without it,
    /// requests are sent without authorization.
    pub fn credentials(mut self, provider: impl ProvideCredentials + 'static) -> Self {
        self.provider = Some(Arc::new(provider));
        self
    }

    /// An IAM token, sent as `X-Auth-Token`. It lives for 24 hours.
    ///
    /// Short for [`credentials`](Self::credentials) with [`Credentials::token`].
    pub fn token(self, token: impl Into<String>) -> Self {
        self.credentials(Credentials::token(token))
    }

    /// How long connecting may take; 10 seconds by default.
    ///
    /// An own [`http_client`](Self::http_client) brings its own.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = Some(timeout);
        self
    }

    /// How long an attempt may take, from connecting to the last byte; 30 seconds by default.
    pub fn attempt_timeout(mut self, timeout: Duration) -> Self {
        self.attempt_timeout = Some(timeout);
        self
    }

    /// How long a call may take with all its attempts and the waits between them; 120 seconds by
    /// default.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// How often a call is attempted, and how long it waits in between.
    pub fn retry_policy(mut self, policy: RetryPolicy) -> Self {
        self.retry = policy;
        self
    }

    /// Where the time comes from; the system's clock by default. For tests.
    pub fn time_source(mut self, time: impl TimeSource + 'static) -> Self {
        self.time = Some(Arc::new(time));
        self
    }

    /// The largest body that is read, in bytes; 16 MiB by default.
    pub fn body_limit(mut self, bytes: usize) -> Self {
        self.body_limit = Some(bytes);
        self
    }

    /// Allows plain `http` to hosts other than loopback: the token then crosses the network in the
    /// clear. Off by default.
    pub fn allow_plain_http(mut self, allow: bool) -> Self {
        self.allow_plain_http = allow;
        self
    }

    /// An own HTTP client, for TLS, proxies or connection pools of your own. It should follow no
    /// redirects: a redirect to another host would carry the token there.
    pub fn http_client(mut self, client: reqwest::Client) -> Self {
        self.http = Some(client);
        self
    }

    /// Builds the client, and fetches its credentials and the ID of its project at once: what is
    /// configured wrongly shows here and not in the first call.
    ///
    /// # Errors
    ///
    /// As [`build`](Self::build); [`ErrorKind::Credentials`](crate::ErrorKind::Credentials), naming
    /// every provider that was asked, when none has credentials; and what IAM answers when it is
    /// asked for the project ID.
    pub async fn load(self) -> Result<Client, Error> {
        let client = self.build()?;
        client.load().await?;
        Ok(client)
    }

    /// Builds the client. Nothing is sent yet.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidInput`](crate::ErrorKind::InvalidInput) when the project ID is missing
    /// and nothing could find it, or cannot stand in a path, no region and no endpoint is set, the
    /// region is not the ID of one, an endpoint is not a URL of `https` (or of `http` to loopback),
    /// a variable is not Unicode, or HTTP or TLS cannot be set up.
    pub fn build(self) -> Result<Client, Error> {
        let variables = EnvSettings::new(self.environment.clone());
        let region = match &self.region {
            Some(id) => Some((Region::new(id)?, Origin::Builder)),
            None => variables.region()?,
        };
        let (region, region_origin) = region.unzip();
        let project_id = match self.project_id.clone() {
            Some(id) => Some((id, Origin::Builder)),
            None => variables
                .get(PROJECT_ID)?
                .map(|id| (id, Origin::Variable(PROJECT_ID.to_owned()))),
        };
        if let Some((id, _)) = &project_id {
            params::path_segment("project ID", id)?;
        }
        let time = self
            .time
            .clone()
            .unwrap_or_else(|| Arc::new(SystemTimeSource::new()));
        let provider = match &self.provider {
            None => variables.provider(&time)?,
            given => given.clone(),
        };
        if project_id.is_none() && provider.is_none() {
            let error = Error::invalid_input("no project ID is set").with_reason(Reason::NoProject);
            return Err(error.with_help("set it with ClientBuilder::project_id"));
        }
        let allow = self.allow_plain_http;
        let dcs = variables.endpoint(self.dcs.as_deref(), region.as_ref(), DCS, allow)?;
        let kafka = variables.endpoint(self.kafka.as_deref(), region.as_ref(), KAFKA, allow)?;
        if dcs.is_none() && kafka.is_none() {
            let (what, help, reason) = match self.environment {
                Some(_) => (
                    "no region is set",
                    "set HWTASKS_REGION, or ClientBuilder::region",
                    Reason::NoRegion,
                ),
                None => (
                    "no endpoint is set",
                    "set one with ClientBuilder::region, dcs_endpoint or kafka_endpoint",
                    Reason::NoEndpoint { service: None },
                ),
            };
            let error = Error::invalid_input(what).with_help(help);
            return Err(error.with_reason(reason));
        }
        let (dcs, dcs_origin) = dcs.unzip();
        let (kafka, kafka_origin) = kafka.unzip();
        let iam = match &self.iam {
            Some(url) => Some(base_url(url, allow)?),
            None => variables.url("HUAWEICLOUD_SDK_IAM_ENDPOINT", allow)?,
        };
        let limits = Limits {
            attempt: self.attempt_timeout.unwrap_or(ATTEMPT_TIMEOUT),
            call: self.timeout.unwrap_or(TIMEOUT),
            body: self.body_limit.unwrap_or(BODY_LIMIT),
        };
        let retry = self.retry.clone();
        let loopback = [&dcs, &kafka]
            .into_iter()
            .flatten()
            .all(|url| join(url, "").is_ok_and(|url| is_loopback(&url)));
        let http = self.http(loopback)?;
        Ok(Client(Arc::new(Shared {
            dcs,
            kafka,
            project: Project {
                given: project_id,
                region,
                iam,
                allow_plain_http: allow,
                found: OnceLock::new(),
                flight: SingleFlight::default(),
            },
            origins: Origins {
                region: region_origin,
                dcs_endpoint: dcs_origin,
                kafka_endpoint: kafka_origin,
                project_id: None,
            },
            transport: Arc::new(Transport::new(provider, time, retry, limits, http)),
        })))
    }

    /// The HTTP clients, the first of them for endpoints of this machine when `loopback` is set.
    fn http(self, loopback: bool) -> Result<HttpClients, Error> {
        if let Some(http) = self.http {
            return match (self.proxy, self.user_agent_suffix) {
                (None, None) => Ok(HttpClients::single(http)),
                _ => Err(Error::invalid_input(
                    "an own http_client brings its own proxy and user agent: set them there",
                )),
            };
        }
        let user_agent = match self.user_agent_suffix {
            Some(suffix) => format!("{} {suffix}", client::USER_AGENT),
            None => client::USER_AGENT.to_owned(),
        };
        // Said here, because reqwest does not say what was wrong.
        if !user_agent
            .bytes()
            .all(|b| b == b' ' || b.is_ascii_graphic())
        {
            return Err(Error::invalid_input(
                "the user agent suffix has characters other than ASCII's printable ones",
            ));
        }
        let connect_timeout = self.connect_timeout.unwrap_or(CONNECT_TIMEOUT);
        let builder = move || {
            reqwest::Client::builder()
                .user_agent(&user_agent)
                .connect_timeout(connect_timeout)
        };
        match self.proxy {
            Some(url) => {
                // The error may show the URL, which may hold a password.
                let proxy = reqwest::Proxy::all(url.expose_secret()).map_err(|_| {
                    Error::invalid_input(
                        "the proxy is not a URL, such as http://proxy.example:3128",
                    )
                })?;
                Ok(HttpClients::single(http::build(builder().proxy(proxy))?))
            }
            None => HttpClients::split_loopback(
                loopback,
                Box::new(move |loopback| {
                    http::build(match loopback {
                        true => builder().no_proxy(),
                        false => builder(),
                    })
                }),
            ),
        }
    }
}

impl fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder")
            .field("dcs", &self.dcs.as_deref().map(redacted))
            .field("kafka", &self.kafka.as_deref().map(redacted))
            .field("region", &self.region)
            .field("project_id", &self.project_id)
            .field("credentials", &self.provider)
            .field("environment", &self.environment)
            .finish_non_exhaustive()
    }
}

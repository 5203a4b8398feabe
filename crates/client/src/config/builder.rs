//! The builder of the client.

use std::fmt;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};

use crate::client::Client;
use crate::config::endpoint::{base_url, is_loopback, join, redacted};
use crate::config::environment::Environment;
use crate::config::origin::{Origin, Origins};
use crate::config::project::Project;
use crate::config::proxy::parse_proxy;
use crate::config::region::Region;
use crate::config::settings::{DCS, EnvSettings, KAFKA};
use crate::context::{Context, Shared};
use crate::credentials::check::project_flaw;
use crate::credentials::{Credentials, ProvideCredentials, SharedProvider};
use crate::error::{Error, Reason};
use crate::params;
use crate::transport::http::{self, HttpClients};
use crate::transport::retry::RetryPolicy;
use crate::transport::single_flight::SingleFlight;
use crate::transport::time::{SharedTimeSource, SystemTimeSource, TimeSource};
use crate::transport::{Limits, Refusals, Transport};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(30);
const TIMEOUT: Duration = Duration::from_secs(120);
/// The longest timeout of an attempt, so that `Duration::MAX` is no moment after the last one.
const MAX_ATTEMPT_TIMEOUT: Duration = Duration::from_secs(365 * 24 * 60 * 60);
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
#[must_use = "a builder does nothing until `build` or `load` is called"]
pub struct ClientBuilder {
    dcs: Option<String>,
    kafka: Option<String>,
    project_id: Option<String>,
    provider: Option<SharedProvider>,
    /// Shared by the clients of this builder's clones, like the provider.
    refusals: Arc<Refusals>,
    time: Option<SharedTimeSource>,
    retry: RetryPolicy,
    connect_timeout: Option<Duration>,
    attempt_timeout: Option<Duration>,
    timeout: Option<Duration>,
    body_limit: Option<usize>,
    allow_plain_http: bool,
    without_credentials: bool,
    http: Option<reqwest::Client>,
    region: Option<String>,
    iam: Option<String>,
    environment: Option<Environment>,
    /// May hold a password.
    proxy: Option<SecretString>,
    user_agent_suffix: Option<String>,
}

impl ClientBuilder {
    /// Creates a builder that takes unset settings from the environment variables and the home directory
    /// of this process. The names are those of the official SDKs where these have one:
    ///
    /// | setting | from |
    /// | --- | --- |
    /// | region | `HWTASKS_REGION`, else `HW_REGION_NAME`, else the one in the [profile file](crate::ProfileProvider) |
    /// | endpoints | `HWTASKS_DCS_ENDPOINT` and `HWTASKS_KAFKA_ENDPOINT`, else `HUAWEICLOUD_SDK_REGION_DCS_CN_NORTH_4` and `HUAWEICLOUD_SDK_REGION_KAFKA_CN_NORTH_4`, where `CN_NORTH_4` is the region, else those of the region |
    /// | credentials | a token in `HWTASKS_TOKEN`, else the [official chain](crate::ProviderChain::official) |
    /// | project ID | `HUAWEICLOUD_SDK_PROJECT_ID`, else the one configured with the credentials, else the one project in IAM with the name of the region |
    /// | metadata service | `HWTASKS_METADATA_ENDPOINT`, else `http://169.254.169.254`; none with `HWTASKS_METADATA_DISABLED=1` |
    /// | IAM | `HUAWEICLOUD_SDK_IAM_ENDPOINT`, else the one configured with the credentials, else that of the region |
    ///
    /// An empty variable counts as unset. The methods of the builder override the environment. The
    /// builder reads nothing before [`build`](Self::build), and never writes. [`build`](Self::build) reads
    /// the profile file where no other source has the region.
    pub fn from_env() -> Self {
        Self::from_environment(Environment::system())
    }

    /// As [`from_env`](Self::from_env), with the given variables and home directory. For tests, and for
    /// programs that keep their configuration elsewhere.
    pub fn from_environment(environment: Environment) -> Self {
        Self {
            environment: Some(environment),
            ..Self::default()
        }
    }

    /// Sets the region by its ID: `cn-north-4`. Required, unless the endpoints and the project ID are
    /// set.
    ///
    /// The endpoints are those of the official SDKs for a [known region](crate::known_regions).
    /// Otherwise they follow the pattern `https://dcs.{region}.myhuaweicloud.com`.
    pub fn region(mut self, id: impl Into<String>) -> Self {
        self.region = Some(id.into());
        self
    }

    /// Sets the endpoint of IAM, which looks up a missing project ID. Default: that of the region.
    pub fn iam_endpoint(mut self, url: impl Into<String>) -> Self {
        self.iam = Some(url.into());
        self
    }

    /// Sets the proxy of all requests, such as `http://proxy.example:3128`. Default: that of the
    /// variables, else that of the operating system, and none for endpoints on loopback.
    ///
    /// The variables are `HTTPS_PROXY`, or else `ALL_PROXY`, without those that `NO_PROXY` excludes: a
    /// list of hosts (with the hosts below them), addresses and networks, each with or without a port,
    /// or `*`. Lower case names count where the upper case one is not set. They are those of the
    /// [environment](Self::from_environment), or of the process.
    ///
    /// Credentials providers do not use it. Requests to the metadata service use no proxy.
    /// [`IamPasswordProvider`](crate::IamPasswordProvider) uses the system's, or that of its HTTP client.
    ///
    /// [`build`](Self::build) fails when [`http_client`](Self::http_client) is set too: configure the
    /// proxy there.
    pub fn proxy(mut self, url: impl Into<String>) -> Self {
        self.proxy = Some(SecretString::from(url.into()));
        self
    }

    /// Sets a suffix of the `User-Agent`, which names `hwtasks` and its version. Use the name and
    /// version of your program: `inventory/1.2`.
    ///
    /// [`build`](Self::build) fails when [`http_client`](Self::http_client) is set too: configure the
    /// `User-Agent` there.
    pub fn user_agent_suffix(mut self, suffix: impl Into<String>) -> Self {
        self.user_agent_suffix = Some(suffix.into());
        self
    }

    /// Sets the endpoint of DCS, such as `https://dcs.cn-north-4.myhuaweicloud.com`. Default: that of
    /// the region.
    pub fn dcs_endpoint(mut self, url: impl Into<String>) -> Self {
        self.dcs = Some(url.into());
        self
    }

    /// Sets the endpoint of DMS, such as `https://dms.cn-north-4.myhuaweicloud.com`. Default: that of
    /// the region.
    pub fn kafka_endpoint(mut self, url: impl Into<String>) -> Self {
        self.kafka = Some(url.into());
        self
    }

    /// Sets the ID of the project of the instances. Default: the one configured with the credentials, or
    /// else the project in IAM with the name of the region, which the first call looks up.
    pub fn project_id(mut self, id: impl Into<String>) -> Self {
        self.project_id = Some(id.into());
        self
    }

    /// Sets the [`Credentials`], or a provider that fetches them. Required, unless the builder reads an
    /// environment or [`without_credentials`](Self::without_credentials) is set.
    ///
    /// Clients of clones of this builder share the provider. If the service refuses its credentials, all of
    /// them stop sending, because more than five refusals lock a key.
    pub fn credentials(mut self, provider: impl ProvideCredentials + 'static) -> Self {
        self.provider = Some(Arc::new(provider));
        self.refusals = Arc::default();
        self
    }

    /// Sends requests without authorization, such as to a proxy that adds it. Neither variables nor
    /// files are then read for credentials.
    ///
    /// [`build`](Self::build) fails when [`credentials`](Self::credentials) are set too.
    pub fn without_credentials(mut self) -> Self {
        self.without_credentials = true;
        self
    }

    /// Sets an IAM token, sent as `X-Auth-Token`. A token is valid for 24 hours.
    ///
    /// Short for [`credentials`](Self::credentials) with [`Credentials::token`].
    pub fn token(self, token: impl Into<String>) -> Self {
        self.credentials(Credentials::token(token))
    }

    /// Sets the timeout of connecting. Default: 10 seconds.
    ///
    /// Ignored when [`http_client`](Self::http_client) is set: configure it there.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = Some(timeout);
        self
    }

    /// Sets the timeout of an attempt, from connecting to the last byte. Default: 30 seconds; at
    /// most a year.
    pub fn attempt_timeout(mut self, timeout: Duration) -> Self {
        self.attempt_timeout = Some(timeout);
        self
    }

    /// Sets the timeout of a call, with all its attempts and the backoff between them. Default: 120
    /// seconds; [`Duration::MAX`] for none.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// Sets the retry policy: the maximum attempts of a call, and the backoff between them.
    pub fn retry_policy(mut self, policy: RetryPolicy) -> Self {
        self.retry = policy;
        self
    }

    /// Sets the time source. Default: the system clock. For tests.
    pub fn time_source(mut self, time: impl TimeSource + 'static) -> Self {
        self.time = Some(Arc::new(time));
        // Two clocks have two skews, and no common moment to hold requests back until.
        self.refusals = Arc::default();
        self
    }

    /// Sets the maximum size of a response body, in bytes. Default: 16 MiB; [`usize::MAX`] for none.
    pub fn body_limit(mut self, bytes: usize) -> Self {
        self.body_limit = Some(bytes);
        self
    }

    /// Allows plain `http` to hosts other than loopback, which sends the token in the clear. Default:
    /// `false`.
    pub fn allow_plain_http(mut self, allow: bool) -> Self {
        self.allow_plain_http = allow;
        self
    }

    /// Sets the HTTP client, a client of `reqwest` 0.13, to configure TLS, proxies or connection pools. It
    /// should not follow redirects, as it does by default: another host would receive the token, which
    /// `reqwest` does not take out of a redirected request. The timeouts of both apply.
    ///
    /// ```
    /// let http = reqwest::Client::builder()
    ///     .redirect(reqwest::redirect::Policy::none())
    ///     .pool_max_idle_per_host(4)
    ///     .build()?;
    /// let client = hwtasks::Client::builder()
    ///     .region("cn-north-4")
    ///     .token("MIIF...")
    ///     .http_client(http)
    ///     .build()?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn http_client(mut self, client: reqwest::Client) -> Self {
        self.http = Some(client);
        self
    }

    /// Builds the client, and fetches its credentials and its project ID. A wrong configuration
    /// therefore fails here and not in the first call.
    ///
    /// # Errors
    ///
    /// - The errors of [`build`](Self::build).
    /// - [`ErrorKind::Credentials`](crate::ErrorKind::Credentials) when no provider has usable
    ///   credentials. The message names every provider that was tried.
    /// - The error of IAM when the lookup of the project ID fails.
    pub async fn load(self) -> Result<Client, Error> {
        let client = self.build()?;
        client.load().await?;
        Ok(client)
    }

    /// Builds the client. Sends nothing.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidInput`](crate::ErrorKind::InvalidInput) when
    ///
    /// - the project ID is missing and cannot be looked up, is the ID of a region, or has a blank, a
    ///   quote or another character that no project ID has
    /// - no credentials are set, and [`without_credentials`](Self::without_credentials) is not
    /// - a token in a variable has a blank, a quote or another character that no token has
    /// - no region is set, and the credentials file, which may have one, is invalid
    /// - neither a region nor an endpoint is set
    /// - the region is not a valid ID
    /// - an endpoint is not an `https` URL (or an `http` URL to loopback)
    /// - the variable of a proxy is not the URL of one
    /// - an environment variable is not Unicode
    /// - HTTP or TLS cannot be set up
    pub fn build(self) -> Result<Client, Error> {
        let variables = EnvSettings::new(self.environment.clone());
        let region = match &self.region {
            Some(id) => Some((Region::new(id)?, Origin::Builder)),
            None => variables.region()?,
        };
        let project_id = match self.project_id.clone() {
            Some(id) => Some((id, Origin::Builder)),
            None => variables
                .get(PROJECT_ID)?
                .map(|id| (id, Origin::Variable(PROJECT_ID.to_owned()))),
        };
        if let Some((id, origin)) = &project_id {
            check_project(id).map_err(|error| match origin {
                Origin::Variable(name) => error.with_variable(name),
                _ => error,
            })?;
        }
        // The file is read only for a region that is needed.
        let has_dcs = self.dcs.is_some() || variables.has_endpoint(DCS)?;
        let has_kafka = self.kafka.is_some() || variables.has_endpoint(KAFKA)?;
        let is_complete = has_dcs && has_kafka && project_id.is_some();
        let (region, file) = match region {
            None if !is_complete => variables.region_of_profile()?,
            region => (region, None),
        };
        let (region, region_origin) = region.unzip();
        let time = self
            .time
            .clone()
            .unwrap_or_else(|| Arc::new(SystemTimeSource::new()));
        let refusals = match self.provider {
            Some(_) => Arc::clone(&self.refusals),
            None => Arc::default(),
        };
        let provider = match (&self.provider, self.without_credentials) {
            (Some(_), true) => {
                let message = "credentials and without_credentials are both set";
                return Err(Error::invalid_input(message).with_help("set one of them"));
            }
            (None, true) => None,
            (None, false) => variables.provider(&time, file)?,
            (given, false) => given.clone(),
        };
        if project_id.is_none() && self.without_credentials {
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
                    "set HWTASKS_REGION, ClientBuilder::region, or region in the profile file",
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
        if provider.is_none() && !self.without_credentials {
            return Err(Error::invalid_input("no credentials are set").with_help(
                "set them with ClientBuilder::credentials or token, or call without_credentials to \
                 send requests without authorization",
            ));
        }
        let (dcs, dcs_origin) = dcs.unzip();
        let (kafka, kafka_origin) = kafka.unzip();
        let iam = match &self.iam {
            Some(url) => Some(base_url(url, allow)?),
            None => variables.url("HUAWEICLOUD_SDK_IAM_ENDPOINT", allow)?,
        };
        let limits = Limits {
            attempt: self
                .attempt_timeout
                .unwrap_or(ATTEMPT_TIMEOUT)
                .min(MAX_ATTEMPT_TIMEOUT),
            call: self.timeout.unwrap_or(TIMEOUT),
            body: self.body_limit.unwrap_or(BODY_LIMIT),
        };
        let retry = self.retry.clone();
        let loopback = [&dcs, &kafka]
            .into_iter()
            .flatten()
            .all(|url| join(url, "").is_ok_and(|url| is_loopback(&url)));
        let http = self.http(loopback)?;
        Ok(Client(Context::new(Shared {
            dcs,
            kafka,
            project: Project {
                given: project_id,
                region,
                iam,
                allow_plain_http: allow,
                found: OnceLock::new(),
                single_flight: SingleFlight::default(),
            },
            origins: Origins {
                region: region_origin,
                dcs_endpoint: dcs_origin,
                kafka_endpoint: kafka_origin,
                project_id: None,
            },
            transport: Arc::new(Transport::new(
                provider, time, retry, limits, http, refusals,
            )),
        })))
    }

    /// Builds the HTTP clients; `loopback` says whether all endpoints are on loopback.
    fn http(self, loopback: bool) -> Result<HttpClients, Error> {
        if let Some(http) = self.http {
            return match (self.proxy, self.user_agent_suffix) {
                (None, None) => Ok(HttpClients::single(http)),
                _ => Err(Error::invalid_input(
                    "proxy and user_agent_suffix do not apply to http_client: configure them there",
                )),
            };
        }
        let user_agent = match self.user_agent_suffix {
            Some(suffix) => format!("{} {suffix}", http::USER_AGENT),
            None => http::USER_AGENT.to_owned(),
        };
        // The error of reqwest does not name the header.
        if !user_agent
            .bytes()
            .all(|b| b == b' ' || b.is_ascii_graphic())
        {
            return Err(Error::invalid_input(
                "the user agent suffix is not printable ASCII",
            ));
        }
        let connect_timeout = self.connect_timeout.unwrap_or(CONNECT_TIMEOUT);
        let environment = self.environment.unwrap_or_else(Environment::system);
        let plain_http = self.allow_plain_http;
        let builder = move || {
            reqwest::Client::builder()
                .user_agent(&user_agent)
                .connect_timeout(connect_timeout)
        };
        match self.proxy {
            Some(url) => {
                let proxy = parse_proxy(url.expose_secret()).map_err(|_| {
                    Error::invalid_input(
                        "the proxy is not a URL, such as http://proxy.example:3128",
                    )
                })?;
                let proxy = reqwest::Proxy::custom(move |_| Some(proxy.clone()));
                Ok(HttpClients::single(http::build(builder().proxy(proxy))?))
            }
            None => HttpClients::split_loopback(
                loopback,
                Box::new(move |loopback| {
                    http::build(match loopback {
                        true => builder().no_proxy(),
                        false => http::with_proxies(builder(), &environment, plain_http)?,
                    })
                }),
            ),
        }
    }
}

fn check_project(id: &str) -> Result<(), Error> {
    match project_flaw(id) {
        Some(flaw) => Err(Error::invalid_input(format!("the project ID {flaw}"))),
        None => params::check_path_segment("project ID", id),
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

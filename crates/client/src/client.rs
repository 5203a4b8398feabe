//! The client and its builder.

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::AtomicI64;
use std::time::Duration;

use reqwest::Url;

use crate::call;
use crate::credentials::{Credentials, ProvideCredentials, SharedProvider};
use crate::dcs::Dcs;
use crate::error::Error;
use crate::kafka::Kafka;
use crate::retry::RetryPolicy;
use crate::time::{SharedTimeSource, SystemTimeSource, TimeSource};
use crate::transport::{Call, Transport};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(30);
const TIMEOUT: Duration = Duration::from_secs(120);
const BODY_LIMIT: usize = 16 * 1024 * 1024;

/// A client of both services. Cheap to clone; clones share connections.
///
/// ```
/// let client = hwtasks::Client::builder()
///     .dcs_endpoint("https://dcs.cn-north-4.myhuaweicloud.com")
///     .kafka_endpoint("https://dms.cn-north-4.myhuaweicloud.com")
///     .project_id("a4d31cb6-3d72-4fdc-8ec9-6e3a41e47f71")
///     .token("MIIF...")
///     .build()?;
/// # Ok::<(), hwtasks::Error>(())
/// ```
#[derive(Clone)]
pub struct Client(Arc<Shared>);

struct Shared {
    http: reqwest::Client,
    dcs: Option<String>,
    kafka: Option<String>,
    project_id: String,
    transport: Arc<Transport>,
}

impl Client {
    /// A builder with the defaults its methods document.
    pub fn builder() -> ClientBuilder {
        ClientBuilder::default()
    }

    /// The operations of Distributed Cache Service (DCS).
    pub fn dcs(&self) -> Dcs {
        Dcs::new(self.clone())
    }

    /// The operations of Distributed Message Service (DMS) for Kafka.
    pub fn kafka(&self) -> Kafka {
        Kafka::new(self.clone())
    }

    pub(crate) fn project_segment(&self) -> Result<String, Error> {
        call::segment("project ID", &self.0.project_id)
    }

    pub(crate) fn call(&self, operation: &'static str) -> Call {
        Call::new(operation, Arc::clone(&self.0.transport))
    }

    pub(crate) fn generated_dcs(
        &self,
        call: &Call,
    ) -> Result<crate::generated::dcs::Client, Error> {
        let endpoint = self
            .0
            .dcs
            .as_deref()
            .ok_or_else(|| no_endpoint("DCS", "dcs_endpoint"))?;
        let http = self.0.http.clone();
        Ok(crate::generated::dcs::Client::new_with_client(
            endpoint,
            http,
            call.clone(),
        ))
    }

    pub(crate) fn generated_kafka(
        &self,
        call: &Call,
    ) -> Result<crate::generated::kafka::Client, Error> {
        let endpoint = self
            .0
            .kafka
            .as_deref()
            .ok_or_else(|| no_endpoint("Kafka", "kafka_endpoint"))?;
        let http = self.0.http.clone();
        Ok(crate::generated::kafka::Client::new_with_client(
            endpoint,
            http,
            call.clone(),
        ))
    }
}

fn no_endpoint(service: &str, method: &str) -> Error {
    Error::invalid_input(format!(
        "no {service} endpoint is set; set it with ClientBuilder::{method}"
    ))
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("dcs", &self.0.dcs)
            .field("kafka", &self.0.kafka)
            .field("project_id", &self.0.project_id)
            .finish_non_exhaustive()
    }
}

/// Builds a [`Client`].
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
}

impl ClientBuilder {
    /// The endpoint of DCS, such as `https://dcs.cn-north-4.myhuaweicloud.com`. Needed for
    /// [`Client::dcs`].
    pub fn dcs_endpoint(mut self, url: impl Into<String>) -> Self {
        self.dcs = Some(url.into());
        self
    }

    /// The endpoint of DMS, such as `https://dms.cn-north-4.myhuaweicloud.com`. Needed for
    /// [`Client::kafka`].
    pub fn kafka_endpoint(mut self, url: impl Into<String>) -> Self {
        self.kafka = Some(url.into());
        self
    }

    /// The project the instances belong to. Needed.
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

    /// Builds the client.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidInput`](crate::ErrorKind::InvalidInput) when the project ID is missing
    /// or cannot stand in a path, no endpoint is set, an endpoint is not a URL of `https` (or of
    /// `http` to loopback), or TLS cannot be set up.
    pub fn build(self) -> Result<Client, Error> {
        let project_id = self.project_id.ok_or_else(|| {
            Error::invalid_input("no project ID is set; set it with ClientBuilder::project_id")
        })?;
        call::segment("project ID", &project_id)?;
        if self.dcs.is_none() && self.kafka.is_none() {
            return Err(Error::invalid_input(
                "no endpoint is set; set one with ClientBuilder::dcs_endpoint or kafka_endpoint",
            ));
        }
        let base = |url: Option<String>| {
            url.map(|url| base_url(&url, self.allow_plain_http))
                .transpose()
        };
        let http = match self.http {
            Some(http) => http,
            None => reqwest::Client::builder()
                .user_agent(concat!("hwtasks/", env!("CARGO_PKG_VERSION")))
                .connect_timeout(self.connect_timeout.unwrap_or(CONNECT_TIMEOUT))
                .redirect(reqwest::redirect::Policy::none())
                .build()
                .map_err(|e| Error::invalid_input(format!("cannot set up HTTP: {e:?}")))?,
        };
        Ok(Client(Arc::new(Shared {
            http,
            dcs: base(self.dcs)?,
            kafka: base(self.kafka)?,
            project_id,
            transport: Arc::new(Transport {
                provider: self.provider,
                time: self
                    .time
                    .unwrap_or_else(|| Arc::new(SystemTimeSource::new())),
                retry: self.retry,
                attempt_timeout: self.attempt_timeout.unwrap_or(ATTEMPT_TIMEOUT),
                timeout: self.timeout.unwrap_or(TIMEOUT),
                body_limit: self.body_limit.unwrap_or(BODY_LIMIT),
                clock_skew: AtomicI64::new(0),
            }),
        })))
    }
}

impl fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder")
            .field("dcs", &self.dcs)
            .field("kafka", &self.kafka)
            .field("project_id", &self.project_id)
            .field("credentials", &self.provider)
            .finish_non_exhaustive()
    }
}

/// An endpoint without its last slash, checked.
fn base_url(endpoint: &str, allow_plain_http: bool) -> Result<String, Error> {
    // First, because every other message shows the endpoint.
    if endpoint.contains('@') {
        return Err(Error::invalid_input(
            "an endpoint with a user name or password is refused",
        ));
    }
    let refuse = |why: &str| Error::invalid_input(format!("the endpoint {endpoint:?} {why}"));
    let url = Url::parse(endpoint).map_err(|e| refuse(&format!("is not a URL: {e}")))?;
    match url.scheme() {
        "https" => {}
        "http" if allow_plain_http || is_loopback(&url) => {}
        "http" => {
            return Err(refuse(
                "is plain http: use https, or ClientBuilder::allow_plain_http to send the token in \
                 the clear",
            ));
        }
        _ => return Err(refuse("is not a URL of https")),
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(refuse("has a query or a fragment"));
    }
    if url.path().contains('%') {
        return Err(refuse("has a percent-encoded path"));
    }
    Ok(url.as_str().trim_end_matches('/').to_owned())
}

fn is_loopback(url: &Url) -> bool {
    let Some(host) = url.host_str() else {
        return false;
    };
    let address = host
        .trim_start_matches('[')
        .trim_end_matches(']')
        .parse::<IpAddr>();
    address.map_or(host == "localhost", |address| address.is_loopback())
}

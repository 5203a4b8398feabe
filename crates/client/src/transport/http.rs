//! The HTTP clients of a client: one, and another only where one cannot serve.

use std::sync::OnceLock;

use reqwest::Url;

use crate::config::endpoint::is_loopback;
use crate::config::environment::Environment;
use crate::config::proxy::Proxies;
use crate::error::Error;

/// The `User-Agent` of every client.
pub(crate) const USER_AGENT: &str = concat!("hwtasks/", env!("CARGO_PKG_VERSION"));

/// How many headers a response may have. The default of the parser is 100, which proxies may exceed. The
/// parser clears room for all of them before each response.
const MAX_HEADERS: usize = 200;

/// Makes an HTTP client; `true` for this machine, which the system's proxy must not see.
type Make = Box<dyn Fn(bool) -> Result<reqwest::Client, Error> + Send + Sync>;

/// HTTP clients for this machine and for all others.
///
/// Each reads the system's certificates as it is made, which takes longer than a call: so the one that the endpoints need
/// is made first, and the other when a request wants it.
pub(crate) struct HttpClients {
    first: reqwest::Client,
    other: Option<Other>,
}

struct Other {
    for_loopback: bool,
    make: Make,
    made: OnceLock<reqwest::Client>,
}

impl HttpClients {
    /// One client for all.
    pub(crate) fn single(client: reqwest::Client) -> Self {
        Self {
            first: client,
            other: None,
        }
    }

    /// Clients that differ; the first is for this machine when `loopback` is set.
    pub(crate) fn split_loopback(loopback: bool, make: Make) -> Result<Self, Error> {
        Ok(Self {
            first: make(loopback)?,
            other: Some(Other {
                for_loopback: !loopback,
                make,
                made: OnceLock::new(),
            }),
        })
    }

    /// The one to send a request to this URL with.
    pub(crate) fn for_url(&self, url: &Url) -> Result<&reqwest::Client, Error> {
        let Some(other) = &self.other else {
            return Ok(&self.first);
        };
        if is_loopback(url) != other.for_loopback {
            return Ok(&self.first);
        }
        match other.made.get() {
            Some(made) => Ok(made),
            None => {
                let made = (other.make)(other.for_loopback)?;
                Ok(other.made.get_or_init(|| made))
            }
        }
    }
}

/// An HTTP client that follows no redirects: one to another host would carry the secrets there.
pub(crate) fn build(builder: reqwest::ClientBuilder) -> Result<reqwest::Client, Error> {
    builder
        .http1_max_headers(MAX_HEADERS)
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .map_err(|e| Error::invalid_input(format!("cannot set up HTTP: {e:?}")))
}

/// Uses the proxies of the variables; those of the operating system where no variable says otherwise.
pub(crate) fn with_proxies(
    builder: reqwest::ClientBuilder,
    environment: &Environment,
    allow_plain_http: bool,
) -> Result<reqwest::ClientBuilder, Error> {
    let proxies = Proxies::new(environment);
    proxies.check(allow_plain_http)?;
    if !proxies.are_set() {
        return Ok(match environment.is_system() {
            true => builder,
            false => builder.no_proxy(),
        });
    }
    let proxy = reqwest::Proxy::custom(move |url| proxies.for_url(url).ok().flatten().cloned());
    Ok(builder.proxy(proxy))
}

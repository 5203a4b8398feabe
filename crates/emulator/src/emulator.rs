//! Starting and stopping an emulator.

use std::fmt;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::middleware;
use parking_lot::RwLock;
use tokio::task::JoinHandle;

use crate::auth::AuthConfig;
use crate::clock::Clock;
use crate::control::{self, Control, Locks, Schedule};
use crate::cors::{self, Origins};
use crate::data::Data;
#[cfg(feature = "docs")]
use crate::docs::Docs;
use crate::faults::Faults;
use crate::ids::Ids;
use crate::operation::Service;
use crate::recorder::Recorder;
use crate::state::State;
use crate::store::{Store, StoreError};
use crate::well_known::{ACCESS_KEY, PROJECT_ID, SECRET_KEY, TOKEN};
use crate::{listen, service};

/// The default seed of generated task IDs.
pub const DEFAULT_SEED: u64 = 1;

/// The default of [`Builder::receive_timeout`]: two minutes, longer than clients keep an idle connection.
pub const DEFAULT_RECEIVE_TIMEOUT: Duration = Duration::from_secs(120);

/// Configures and starts an [`Emulator`]. Every setting has a default.
#[derive(Clone, Debug)]
pub struct Builder {
    dcs: SocketAddr,
    kafka: SocketAddr,
    any_address: bool,
    lenient: bool,
    seed: u64,
    data: Option<Data>,
    auth: AuthConfig,
    clock: Clock,
    gateway_clock: Clock,
    lock_after_refusals: u32,
    origins: Vec<String>,
    receive_timeout: Duration,
    #[cfg(feature = "docs")]
    docs: Option<Docs>,
}

impl Default for Builder {
    fn default() -> Self {
        let loopback = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        Self {
            dcs: loopback,
            kafka: loopback,
            any_address: false,
            lenient: false,
            seed: DEFAULT_SEED,
            data: None,
            auth: AuthConfig::default(),
            clock: Clock::system(),
            gateway_clock: Clock::system(),
            lock_after_refusals: 0,
            origins: Vec::new(),
            receive_timeout: DEFAULT_RECEIVE_TIMEOUT,
            #[cfg(feature = "docs")]
            docs: None,
        }
    }
}

impl Builder {
    /// The address of DCS. Default: 127.0.0.1 with a free port.
    #[must_use]
    pub fn dcs_listen(mut self, address: SocketAddr) -> Self {
        self.dcs = address;
        self
    }

    /// The address of Kafka. Default: 127.0.0.1 with a free port.
    #[must_use]
    pub fn kafka_listen(mut self, address: SocketAddr) -> Self {
        self.kafka = address;
        self
    }

    /// Allows addresses that are not loopback.
    ///
    /// The default credentials are public, and the control API requires none.
    #[must_use]
    pub fn expose_to_network(mut self) -> Self {
        self.any_address = true;
        self
    }

    /// Whether to ignore undocumented query parameters and use the last of repeated ones, as the cloud seems to.
    /// Default: reject them with status 400.
    #[must_use]
    pub fn lenient(mut self, lenient: bool) -> Self {
        self.lenient = lenient;
        self
    }

    /// The seed of generated task IDs. Default: [`DEFAULT_SEED`].
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// The initial instances and tasks. Default: [`Data::examples`].
    #[must_use]
    pub fn data(mut self, data: Data) -> Self {
        self.data = Some(data);
        self
    }

    /// The accepted credentials. Default: the public development keys and token.
    #[must_use]
    pub fn auth(mut self, auth: AuthConfig) -> Self {
        self.auth = auth;
        self
    }

    /// The clock of task progress and of the times of new tasks. Default: the system clock.
    #[must_use]
    pub fn clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// The clock that signatures are checked against, and of the `Date` header. Default: the system clock.
    #[must_use]
    pub fn gateway_clock(mut self, clock: Clock) -> Self {
        self.gateway_clock = clock;
        self
    }

    /// The number of consecutive refused requests of an access key that lock it. Default: 0, which locks none; the
    /// gateway locks after five.
    ///
    /// For five minutes of [`clock`](Self::clock) since the last of them, every request signed with the key is refused:
    /// "AK access failed to reach the limit,forbidden". An accepted request ends the count.
    #[must_use]
    pub fn lock_after_refusals(mut self, refusals: u32) -> Self {
        self.lock_after_refusals = refusals;
        self
    }

    /// Lets the pages of `origin`, such as `http://localhost:5173`, call the services and the control API from a
    /// browser. Call it once for each origin. `*` allows every page, and `null` those of files. Default: none.
    #[must_use]
    pub fn allow_origin(mut self, origin: impl Into<String>) -> Self {
        self.origins.push(origin.into());
        self
    }

    /// How long a client may take to send the head of a request, and again to send its body. A connection that is idle
    /// for as long is closed. Default: [`DEFAULT_RECEIVE_TIMEOUT`].
    #[must_use]
    pub fn receive_timeout(mut self, timeout: Duration) -> Self {
        self.receive_timeout = timeout;
        self
    }

    /// Serves the site in `folder`, as `cargo xtask site` builds it, at `address`. Default: no site.
    ///
    /// Its reference page calls this emulator, so its origin is allowed as [`allow_origin`](Self::allow_origin) does.
    #[cfg(feature = "docs")]
    #[must_use]
    pub fn docs(mut self, folder: impl Into<std::path::PathBuf>, address: SocketAddr) -> Self {
        let folder = folder.into();
        self.docs = Some(Docs { folder, address });
        self
    }

    /// Binds the listeners and serves until the returned [`Emulator`] is dropped.
    ///
    /// # Errors
    ///
    /// [`StartError`] if an address is not allowed or cannot be bound, an allowed origin is invalid, the folder of the
    /// site has no page, or the data has duplicate IDs. Nothing is left running.
    ///
    /// # Panics
    ///
    /// If called outside a tokio runtime.
    pub async fn start(self) -> Result<Emulator, StartError> {
        let addresses = [(Service::Dcs, self.dcs), (Service::Kafka, self.kafka)];
        for (service, address) in addresses {
            if !self.any_address && !address.ip().is_loopback() {
                return Err(StartError::NotLoopback { service, address });
            }
        }
        let mut origins = Origins::default();
        for origin in self.origins {
            origins
                .allow(&origin)
                .map_err(|problem| StartError::Origin { origin, problem })?;
        }
        let bind = async |service, address| {
            let bound = listen::bind(address).await;
            bound.map_err(|source| StartError::Bind {
                service,
                address,
                source,
            })
        };
        let (dcs_listener, dcs) = bind(Service::Dcs, self.dcs).await?;
        let (kafka_listener, kafka) = bind(Service::Kafka, self.kafka).await?;
        #[cfg(feature = "docs")]
        let docs = match &self.docs {
            Some(docs) => Some(docs.bind(self.any_address, &mut origins).await?),
            None => None,
        };
        let ids = Ids::new(self.seed);
        let data = self.data.unwrap_or_else(Data::examples);
        let pristine = Store::new(data, &ids, self.clock.millis())?;
        ids.set_seed(self.seed);
        let state = Arc::new(State {
            store: RwLock::new(pristine.clone()),
            pristine,
            auth: self.auth,
            clock: self.clock,
            gateway_clock: self.gateway_clock,
            faults: Faults::default(),
            locks: Locks::new(self.lock_after_refusals),
            schedule: Schedule::default(),
            recorder: Recorder::default(),
            ids,
            request_ids: Ids::new(!self.seed),
            seed: self.seed,
            lenient: self.lenient,
            receive_timeout: self.receive_timeout,
        });
        let control = Control::new(Arc::clone(&state));
        let origins = Arc::new(origins);
        let router = |service| {
            let routes = service::router(service, &state);
            let routes = routes.merge(control::router(control.clone()));
            if origins.is_empty() {
                return routes;
            }
            let state = Arc::clone(&origins);
            routes.layer(middleware::from_fn_with_state(state, cors::cross_origin))
        };
        let serve =
            |listener, service| listen::serve(listener, router(service), self.receive_timeout);
        #[allow(unused_mut, reason = "a site adds a server")]
        let mut servers = vec![
            serve(dcs_listener, Service::Dcs),
            serve(kafka_listener, Service::Kafka),
        ];
        #[cfg(feature = "docs")]
        let docs = docs.map(|(listener, docs)| {
            let router = docs.router(dcs, kafka);
            servers.push(listen::serve(listener, router, self.receive_timeout));
            docs.address
        });
        Ok(Emulator {
            dcs,
            kafka,
            #[cfg(feature = "docs")]
            docs,
            control,
            servers,
        })
    }
}

/// Why an emulator did not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The address is not loopback. [`Builder::expose_to_network`] allows it.
    #[error(
        "{service}: other machines can reach {address}, and the keys are public; to allow it, start the emulator exposed to the network"
    )]
    NotLoopback {
        /// The service of the listener.
        service: Service,
        /// The address.
        address: SocketAddr,
    },
    /// The address cannot be bound, for example because the port is in use.
    #[error("{service} cannot listen on {address}: {source}")]
    Bind {
        /// The service of the listener.
        service: Service,
        /// The address.
        address: SocketAddr,
        /// The cause.
        source: io::Error,
    },
    /// An origin of [`Builder::allow_origin`] is invalid.
    #[error("the allowed origin {origin:?}: {problem}")]
    Origin {
        /// The origin.
        origin: String,
        /// The problem with it.
        problem: &'static str,
    },
    /// The site of [`Builder::docs`] cannot be served.
    #[cfg(feature = "docs")]
    #[error("the reference page: {problem}")]
    Docs {
        /// The problem with the folder or the address.
        problem: String,
    },
    /// The data has a duplicate ID.
    #[error("invalid data: {0}")]
    Data(#[from] StoreError),
}

/// A running emulator. Dropping it stops it.
pub struct Emulator {
    dcs: SocketAddr,
    kafka: SocketAddr,
    control: Control,
    #[cfg(feature = "docs")]
    docs: Option<SocketAddr>,
    servers: Vec<JoinHandle<()>>,
}

impl fmt::Debug for Emulator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Emulator")
            .field("dcs", &self.dcs)
            .field("kafka", &self.kafka)
            .finish_non_exhaustive()
    }
}

impl Emulator {
    /// Creates a builder with default settings.
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// Starts an emulator with default settings, on free ports of 127.0.0.1.
    ///
    /// # Errors
    ///
    /// [`StartError`] if no port can be bound.
    pub async fn start() -> Result<Self, StartError> {
        Self::builder().start().await
    }

    /// The endpoint of DCS: `http://127.0.0.1:PORT`, without a trailing slash.
    pub fn dcs_url(&self) -> String {
        format!("http://{}", self.dcs)
    }

    /// The endpoint of Kafka: `http://127.0.0.1:PORT`, without a trailing slash.
    pub fn kafka_url(&self) -> String {
        format!("http://{}", self.kafka)
    }

    /// The address of the site, `http://127.0.0.1:PORT`, without a trailing slash; `None` without
    /// [`Builder::docs`].
    #[cfg(feature = "docs")]
    pub fn docs_url(&self) -> Option<String> {
        self.docs.map(|address| format!("http://{address}"))
    }

    /// The environment variables that configure hwtasks and the official SDKs for this emulator.
    ///
    /// The keys and the token are the public ones, even if [`Builder::auth`] accepts others.
    pub fn variables(&self) -> [(&'static str, String); 6] {
        [
            ("HWTASKS_DCS_ENDPOINT", self.dcs_url()),
            ("HWTASKS_KAFKA_ENDPOINT", self.kafka_url()),
            ("HUAWEICLOUD_SDK_AK", ACCESS_KEY.to_owned()),
            ("HUAWEICLOUD_SDK_SK", SECRET_KEY.to_owned()),
            ("HUAWEICLOUD_SDK_PROJECT_ID", PROJECT_ID.to_owned()),
            ("HWTASKS_TOKEN", TOKEN.to_owned()),
        ]
    }

    /// The handle that changes and inspects the emulator.
    pub fn control(&self) -> Control {
        self.control.clone()
    }

    /// Stops the emulator and waits until its ports are free and all connections are closed.
    pub async fn shutdown(mut self) {
        for server in &mut self.servers {
            server.abort();
            // An error only says that the task was aborted or has already ended.
            let _ = server.await;
        }
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        self.servers.iter().for_each(JoinHandle::abort);
    }
}

//! Starting, finding and stopping an emulator.

use std::fmt;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use parking_lot::RwLock;
use tokio::task::JoinHandle;

use crate::auth::AuthConfig;
use crate::clock::Clock;
use crate::control::{self, Control, Schedule};
use crate::data::Data;
use crate::faults::Faults;
use crate::ids::Ids;
use crate::operation::Service;
use crate::recorder::Recorder;
use crate::state::State;
use crate::store::{Store, StoreError};
use crate::well_known::{ACCESS_KEY, PROJECT_ID, SECRET_KEY, TOKEN};
use crate::{listen, service};

/// The seed of new tasks' ids, unless another is given.
pub const DEFAULT_SEED: u64 = 1;

/// What an emulator is to be. Every setting has a default.
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
        }
    }
}

impl Builder {
    /// Where DCS listens: 127.0.0.1 and a free port, unless told otherwise.
    #[must_use]
    pub fn dcs_listen(mut self, address: SocketAddr) -> Self {
        self.dcs = address;
        self
    }

    /// Where Kafka listens: 127.0.0.1 and a free port, unless told otherwise.
    #[must_use]
    pub fn kafka_listen(mut self, address: SocketAddr) -> Self {
        self.kafka = address;
        self
    }

    /// Allows an address that is not loopback. The keys are known to everybody and the control asks for none.
    #[must_use]
    pub fn expose_to_network(mut self) -> Self {
        self.any_address = true;
        self
    }

    /// Ignores query parameters that are not documented, as the cloud seems to, and takes the last of repeated ones.
    #[must_use]
    pub fn lenient(mut self, lenient: bool) -> Self {
        self.lenient = lenient;
        self
    }

    /// What the ids of new tasks follow from; [`DEFAULT_SEED`], unless told otherwise.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// What to hold; [`Data::examples`], unless told otherwise.
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

    /// The clock by which tasks progress and new tasks are dated; the system's, unless told otherwise.
    #[must_use]
    pub fn clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// The clock that judges the age of signatures and dates the answers; the system's, unless told otherwise.
    #[must_use]
    pub fn gateway_clock(mut self, clock: Clock) -> Self {
        self.gateway_clock = clock;
        self
    }

    /// Binds both listeners and serves until the handle is dropped.
    ///
    /// # Errors
    ///
    /// [`StartError`]; nothing is left running then.
    ///
    /// # Panics
    ///
    /// Outside a tokio runtime.
    pub async fn start(self) -> Result<Emulator, StartError> {
        let addresses = [(Service::Dcs, self.dcs), (Service::Kafka, self.kafka)];
        for (service, address) in addresses {
            if !self.any_address && !address.ip().is_loopback() {
                return Err(StartError::NotLoopback { service, address });
            }
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
            schedule: Schedule::default(),
            recorder: Recorder::default(),
            ids,
            request_ids: Ids::new(!self.seed),
            seed: self.seed,
            lenient: self.lenient,
        });
        let control = Control::new(Arc::clone(&state));
        let router = |service| {
            let routes = service::router(service, &state);
            routes.merge(control::router(control.clone()))
        };
        let servers = [
            listen::serve(dcs_listener, router(Service::Dcs)),
            listen::serve(kafka_listener, router(Service::Kafka)),
        ];
        Ok(Emulator {
            dcs,
            kafka,
            control,
            servers,
        })
    }
}

/// Why an emulator did not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The address is not loopback, and nobody said that this is meant.
    #[error(
        "{service} would listen on {address}, which other machines reach, with keys known to everybody; say so if it is meant"
    )]
    NotLoopback {
        /// Whose address it is.
        service: Service,
        /// The address.
        address: SocketAddr,
    },
    /// The address cannot be listened on.
    #[error("{service} cannot listen on {address}: {source}")]
    Bind {
        /// Whose address it is.
        service: Service,
        /// The address.
        address: SocketAddr,
        /// Why.
        source: io::Error,
    },
    /// The data contradicts itself.
    #[error("the data cannot be held: {0}")]
    Data(#[from] StoreError),
}

/// A running emulator. It stops when this is dropped.
pub struct Emulator {
    dcs: SocketAddr,
    kafka: SocketAddr,
    control: Control,
    servers: [JoinHandle<()>; 2],
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
    /// What to set before starting.
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// An emulator with every default, on free ports of 127.0.0.1.
    ///
    /// # Errors
    ///
    /// [`StartError`], if there is no port.
    pub async fn start() -> Result<Self, StartError> {
        Self::builder().start().await
    }

    /// Where DCS is: `http://127.0.0.1:PORT`, without a slash at the end.
    pub fn dcs_url(&self) -> String {
        format!("http://{}", self.dcs)
    }

    /// Where Kafka is: `http://127.0.0.1:PORT`, without a slash at the end.
    pub fn kafka_url(&self) -> String {
        format!("http://{}", self.kafka)
    }

    /// The variables that point a client at it: those of the official SDKs, and those of hwtasks. The keys and the token
    /// are the well-known ones, even if [`Builder::auth`] accepts others.
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

    /// The handle that seeds, changes and watches it.
    pub fn control(&self) -> Control {
        self.control.clone()
    }

    /// Stops, and waits until both ports are free and every connection is closed.
    pub async fn shutdown(mut self) {
        for server in &mut self.servers {
            server.abort();
            // Aborted, or already gone: either way it has stopped.
            let _ = server.await;
        }
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        self.servers.iter().for_each(JoinHandle::abort);
    }
}

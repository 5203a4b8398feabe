//! The client: it holds the settings and the connections of both services.

use std::fmt;
use std::sync::Arc;

use crate::config::builder::ClientBuilder;
use crate::config::origin::Origins;
use crate::config::project::Project;
use crate::config::region::Region;
use crate::credentials::Credentials;
use crate::dcs::Dcs;
use crate::error::{Error, Reason};
use crate::kafka::Kafka;
use crate::list::params;
use crate::transport::{Call, Transport};

/// The `User-Agent` of every client.
pub(crate) const USER_AGENT: &str = concat!("hwtasks/", env!("CARGO_PKG_VERSION"));

/// Client of both services. Cheap to clone; clones share connections.
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
pub struct Client(pub(crate) Arc<Shared>);

pub(crate) struct Shared {
    pub(crate) dcs: Option<String>,
    pub(crate) kafka: Option<String>,
    pub(crate) project: Project,
    pub(crate) origins: Origins,
    pub(crate) transport: Arc<Transport>,
}

impl Client {
    /// Creates a builder with the defaults that its methods document.
    pub fn builder() -> ClientBuilder {
        ClientBuilder::default()
    }

    /// Creates a client from the environment, and fetches its credentials and its project ID.
    ///
    /// Short for [`ClientBuilder::from_env`], which lists what it reads, and
    /// [`load`](ClientBuilder::load).
    ///
    /// ```no_run
    /// # async fn example() -> Result<(), hwtasks::Error> {
    /// let client = hwtasks::Client::from_env().await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`ClientBuilder::load`].
    pub async fn from_env() -> Result<Self, Error> {
        ClientBuilder::from_env().load().await
    }

    /// Fetches the credentials and the project ID, unless they are known. [`ClientBuilder::load`] does
    /// this too, and [`build`](ClientBuilder::build) does not.
    ///
    /// # Errors
    ///
    /// As [`ClientBuilder::load`], except those of [`build`](ClientBuilder::build).
    pub async fn load(&self) -> Result<(), Error> {
        let call = self.call("load");
        call.credentials().await?;
        // Without an operation name: this is none of the service, and IAM errors name theirs.
        self.project_segment(&call).await.map(drop)
    }

    /// The operations of Distributed Cache Service (DCS).
    pub fn dcs(&self) -> Dcs {
        Dcs::new(self.clone())
    }

    /// The operations of Distributed Message Service (DMS) for Kafka.
    pub fn kafka(&self) -> Kafka {
        Kafka::new(self.clone())
    }

    /// The endpoint of DCS; `None` when neither region nor endpoint is set.
    pub fn dcs_endpoint(&self) -> Option<&str> {
        self.0.dcs.as_deref()
    }

    /// The endpoint of Kafka; `None` when neither region nor endpoint is set.
    pub fn kafka_endpoint(&self) -> Option<&str> {
        self.0.kafka.as_deref()
    }

    /// The project ID; `None` until it is known from the configuration, the credentials or IAM.
    pub fn project_id(&self) -> Option<&str> {
        self.0.project.known()
    }

    /// The ID of the region; `None` when none is set.
    pub fn region(&self) -> Option<&str> {
        self.0.project.region.as_ref().map(Region::id)
    }

    /// The origins of the region, the endpoints and the project ID, for diagnostics.
    pub fn origins(&self) -> Origins {
        Origins {
            project_id: self.0.project.origin().cloned(),
            ..self.0.origins.clone()
        }
    }

    /// Returns the credentials, and fetches them if needed; `None` when requests are sent without
    /// authorization. [`Credentials::provider`] names their source.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Credentials`](crate::ErrorKind::Credentials) when no provider has usable
    /// credentials. The message names every provider that was tried.
    pub async fn credentials(&self) -> Result<Option<Credentials>, Error> {
        self.call("credentials").credentials().await
    }

    /// Returns the project ID as a path segment.
    pub(crate) async fn project_segment(&self, call: &Call) -> Result<String, Error> {
        let id = self.0.project.id(call).await?;
        params::path_segment("project ID", &id)
    }

    pub(crate) fn time(&self) -> crate::SharedTimeSource {
        Arc::clone(&self.0.transport.time)
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
        let http = self.0.transport.http.for_building().clone();
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
        let http = self.0.transport.http.for_building().clone();
        Ok(crate::generated::kafka::Client::new_with_client(
            endpoint,
            http,
            call.clone(),
        ))
    }
}

fn no_endpoint(service: &'static str, method: &str) -> Error {
    let help = format!("set it with ClientBuilder::{method}, or set the region");
    let error = Error::invalid_input(format!("no {service} endpoint is set")).with_help(help);
    error.with_reason(Reason::NoEndpoint {
        service: Some(service),
    })
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("dcs", &self.0.dcs)
            .field("kafka", &self.0.kafka)
            .field("project_id", &self.project_id())
            .finish_non_exhaustive()
    }
}

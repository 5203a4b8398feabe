//! The client and its builder.

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

/// What every client calls itself.
pub(crate) const USER_AGENT: &str = concat!("hwtasks/", env!("CARGO_PKG_VERSION"));

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
pub struct Client(pub(crate) Arc<Shared>);

pub(crate) struct Shared {
    pub(crate) dcs: Option<String>,
    pub(crate) kafka: Option<String>,
    pub(crate) project: Project,
    pub(crate) origins: Origins,
    pub(crate) transport: Arc<Transport>,
}

impl Client {
    /// A builder with the defaults its methods document.
    pub fn builder() -> ClientBuilder {
        ClientBuilder::default()
    }

    /// A client as the environment configures it, ready to call.
    ///
    /// Short for [`ClientBuilder::from_env`] and [`load`](ClientBuilder::load), which say what is
    /// read and what can go wrong.
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

    /// Fetches the credentials and the ID of the project, where that has not been done:
    /// [`ClientBuilder::load`] for a client that has been [built](ClientBuilder::build).
    ///
    /// # Errors
    ///
    /// As [`ClientBuilder::load`], without those of building.
    pub async fn load(&self) -> Result<(), Error> {
        let call = self.call("load");
        call.credentials().await?;
        // Not an operation of the service, and named in the message where it is one of IAM.
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

    /// Where requests to DCS go; `None` when neither region nor endpoint was set.
    pub fn dcs_endpoint(&self) -> Option<&str> {
        self.0.dcs.as_deref()
    }

    /// Where requests to Kafka go; `None` when neither region nor endpoint was set.
    pub fn kafka_endpoint(&self) -> Option<&str> {
        self.0.kafka.as_deref()
    }

    /// The project whose instances are asked about; `None` until the credentials or IAM have named
    /// it.
    pub fn project_id(&self) -> Option<&str> {
        self.0.project.known()
    }

    /// The region, by its ID; `None` when none was set.
    pub fn region(&self) -> Option<&str> {
        self.0.project.region.as_ref().map(Region::id)
    }

    /// Where the region, the endpoints and the project's ID come from: for programs that tell their
    /// users.
    pub fn origins(&self) -> Origins {
        Origins {
            project_id: self.0.project.origin().cloned(),
            ..self.0.origins.clone()
        }
    }

    /// What requests are authorized with, fetched if that has not been done; `None` when they go
    /// without. [`Credentials::provider`] says where they come from.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Credentials`](crate::ErrorKind::Credentials), naming every provider that was
    /// asked.
    pub async fn credentials(&self) -> Result<Option<Credentials>, Error> {
        self.call("credentials").credentials().await
    }

    /// The project's ID as a segment of the path of this call's request.
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

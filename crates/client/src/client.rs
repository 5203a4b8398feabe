//! The client: it holds the settings and the connections of both services.

use std::fmt;

use crate::config::builder::ClientBuilder;
use crate::config::origin::Origins;
use crate::config::region::Region;
use crate::context::Context;
use crate::credentials::Credentials;
use crate::error::Error;
use crate::generated::{Dcs, Kafka};
use crate::params;

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
pub struct Client(pub(crate) Context);

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
        let call = self.0.call("load");
        call.credentials().await?;
        // Without an operation name: this is none of the service, and IAM errors name theirs.
        let id = self.0.project.id(&call).await?;
        params::check_path_segment("project ID", &id)
    }

    /// The operations of Distributed Cache Service (DCS).
    pub fn dcs(&self) -> Dcs {
        Dcs::new(self.0.clone())
    }

    /// The operations of Distributed Message Service (DMS) for Kafka.
    pub fn kafka(&self) -> Kafka {
        Kafka::new(self.0.clone())
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
        self.0.call("credentials").credentials().await
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

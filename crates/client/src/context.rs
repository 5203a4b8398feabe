//! What a client, its services and their requests share.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use crate::config::origin::Origins;
use crate::config::project::Project;
use crate::error::{Error, Reason};
use crate::operation::Endpoint;
use crate::transport::time::SharedTimeSource;
use crate::transport::{Call, Transport};

/// The shared part of a client. Clones share it.
#[derive(Clone)]
pub(crate) struct Context(Arc<Shared>);

pub(crate) struct Shared {
    pub(crate) dcs: Option<String>,
    pub(crate) kafka: Option<String>,
    pub(crate) project: Project,
    pub(crate) origins: Origins,
    pub(crate) transport: Arc<Transport>,
}

impl Context {
    pub(crate) fn new(shared: Shared) -> Self {
        Self(Arc::new(shared))
    }

    /// The base URL of a service, without a trailing slash.
    pub(crate) fn endpoint(&self, endpoint: Endpoint) -> Result<&str, Error> {
        let (url, service, method) = match endpoint {
            Endpoint::Dcs => (&self.dcs, "DCS", "dcs_endpoint"),
            Endpoint::Kafka => (&self.kafka, "Kafka", "kafka_endpoint"),
        };
        url.as_deref().ok_or_else(|| no_endpoint(service, method))
    }

    pub(crate) fn call(&self, operation: &'static str) -> Call {
        Call::new(operation, Arc::clone(&self.transport))
    }

    pub(crate) fn time(&self) -> SharedTimeSource {
        Arc::clone(&self.transport.time)
    }
}

impl Deref for Context {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}

fn no_endpoint(service: &'static str, method: &str) -> Error {
    let help = format!("set it with ClientBuilder::{method}, or set the region");
    let error = Error::invalid_input(format!("no {service} endpoint is set")).with_help(help);
    error.with_reason(Reason::NoEndpoint {
        service: Some(service),
    })
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("dcs", &self.dcs)
            .field("kafka", &self.kafka)
            .field("project_id", &self.project.known())
            .finish_non_exhaustive()
    }
}

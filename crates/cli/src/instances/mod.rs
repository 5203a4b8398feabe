//! Instances: given by ID or name, read from a file, or listed by the service.

pub(crate) mod glob;
mod input;
mod listed;
mod shard;

use std::fmt;
use std::sync::Arc;

pub(crate) use input::read;
pub(crate) use listed::{Engine, InstanceFilter, ListedInstance, list, resolve};
pub(crate) use shard::{Shard, shard};

use crate::options::Service;

/// Whether text has the form of the IDs of both services.
pub(crate) fn is_uuid(text: &str) -> bool {
    let lengths = text.split('-').map(str::len);
    let is_digit = |c: char| c.is_ascii_hexdigit() || c == '-';
    lengths.eq([8, 4, 4, 4, 12]) && text.chars().all(is_digit)
}

/// An instance of a service, with its name where that is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Instance {
    pub(crate) service: Service,
    pub(crate) id: String,
    pub(crate) name: Option<String>,
}

impl Instance {
    /// An instance whose name is not known.
    pub(crate) fn new(service: Service, id: impl Into<String>) -> Arc<Self> {
        Self::with_name(service, id, None)
    }

    pub(crate) fn with_name(
        service: Service,
        id: impl Into<String>,
        name: Option<String>,
    ) -> Arc<Self> {
        Arc::new(Self {
            service,
            id: id.into(),
            name: name.filter(|name| !name.is_empty()),
        })
    }
}

impl fmt::Display for Instance {
    /// The ID, after the name where that is known.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.name {
            Some(name) => write!(f, "{name} ({})", self.id),
            None => f.write_str(&self.id),
        }
    }
}

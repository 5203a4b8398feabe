//! The configuration of a client: builder, environment, region, endpoints and project.

pub(crate) mod builder;
pub(crate) mod endpoint;
pub(crate) mod environment;
pub(crate) mod origin;
pub(crate) mod project;
pub(crate) mod proxy;
pub(crate) mod region;
pub(crate) mod settings;

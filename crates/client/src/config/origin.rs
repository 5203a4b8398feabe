//! The origin of each setting of a client.

use std::fmt;

/// Origin of a setting of a client. `Display` writes it for people: `HWTASKS_REGION`, `the region`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Origin {
    /// A method of [`ClientBuilder`](crate::ClientBuilder).
    Builder,
    /// The environment variable with this name.
    Variable(String),
    /// The section of the credentials file with this path and name: `/home/u/.huaweicloud/credentials
    /// [basic]`.
    Profile(String),
    /// The region: its endpoint in the official SDKs, or by their pattern.
    Region,
    /// Configured with the credentials.
    Credentials,
    /// Looked up at IAM.
    Iam,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Builder => "the builder",
            Self::Variable(name) | Self::Profile(name) => name,
            Self::Region => "the region",
            Self::Credentials => "the credentials",
            Self::Iam => "IAM",
        })
    }
}

/// Origins of the settings of a client, as [`Client::origins`](crate::Client::origins) returns them.
///
/// ```
/// use hwtasks::{ClientBuilder, Environment, Origin};
///
/// let environment = Environment::from_vars([("HWTASKS_REGION", "cn-north-4"), ("HWTASKS_TOKEN", "...")]);
/// let origins = ClientBuilder::from_environment(environment).build()?.origins();
/// assert_eq!(origins.region, Some(Origin::Variable("HWTASKS_REGION".to_owned())));
/// assert_eq!(origins.dcs_endpoint, Some(Origin::Region));
/// assert_eq!(origins.project_id, None);
/// # Ok::<(), hwtasks::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Origins {
    /// Origin of the region; `None` without a region.
    pub region: Option<Origin>,
    /// Origin of the endpoint of DCS; `None` without one.
    pub dcs_endpoint: Option<Origin>,
    /// Origin of the endpoint of Kafka; `None` without one.
    pub kafka_endpoint: Option<Origin>,
    /// Origin of the project ID; `None` until it is known.
    pub project_id: Option<Origin>,
}

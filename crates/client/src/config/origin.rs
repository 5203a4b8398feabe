//! Where the settings of a client come from.

use std::fmt;

/// Where a setting of a client comes from. `Display` says it in words: `HWTASKS_REGION`, `the region`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Origin {
    /// A method of [`ClientBuilder`](crate::ClientBuilder).
    Builder,
    /// This variable of the environment.
    Variable(String),
    /// The region: what the official SDKs know of it, or the pattern they all follow.
    Region,
    /// The credentials, which were configured with it.
    Credentials,
    /// IAM, which was asked.
    Iam,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Builder => "the builder",
            Self::Variable(name) => name,
            Self::Region => "the region",
            Self::Credentials => "the credentials",
            Self::Iam => "IAM",
        })
    }
}

/// Where the settings of a client come from; made by [`Client::origins`](crate::Client::origins).
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
    /// Of the region; `None` when there is none.
    pub region: Option<Origin>,
    /// Of the endpoint of DCS; `None` when there is none.
    pub dcs_endpoint: Option<Origin>,
    /// Of the endpoint of Kafka; `None` when there is none.
    pub kafka_endpoint: Option<Origin>,
    /// Of the project's ID; `None` until the credentials or IAM have named it.
    pub project_id: Option<Origin>,
}

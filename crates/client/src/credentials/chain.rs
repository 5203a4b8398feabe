//! One provider after the other, until one has credentials.

use std::borrow::Cow;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::{
    CredentialsError, EnvironmentProvider, MetadataProvider, ProfileProvider, ProvideCredentials,
    Provided, SharedProvider,
};
use crate::config::environment::Environment;
use crate::error::ProviderFailure;
use crate::transport::time::{SharedTimeSource, SystemTimeSource};

/// No provider has given credentials yet.
const NONE: usize = usize::MAX;

/// Asks one provider after the other, and stays with the first that has credentials.
///
/// A provider that holds none is passed over. One that should hold some and cannot give them ends
/// the chain: other credentials than those somebody has set up would be used in silence. The error
/// names every provider that was asked, and why it gave nothing.
///
/// ```
/// use hwtasks::{Environment, EnvironmentProvider, ProfileProvider, ProviderChain};
///
/// let environment = Environment::system();
/// let chain = ProviderChain::new()
///     .then(EnvironmentProvider::new(environment.clone()))
///     .then(ProfileProvider::new(environment));
/// ```
#[derive(Debug)]
pub struct ProviderChain {
    providers: Vec<SharedProvider>,
    /// The provider that gave credentials last.
    gave: AtomicUsize,
}

impl Default for ProviderChain {
    fn default() -> Self {
        Self::new()
    }
}

impl ProviderChain {
    /// An empty chain, which has no credentials.
    pub fn new() -> Self {
        Self {
            providers: Vec::new(),
            gave: AtomicUsize::new(NONE),
        }
    }

    /// Asks this provider when those before it hold no credentials.
    #[must_use]
    pub fn then(mut self, provider: impl ProvideCredentials + 'static) -> Self {
        self.providers.push(Arc::new(provider));
        self
    }

    /// The chain of the official SDKs: [environment](EnvironmentProvider), [profile
    /// file](ProfileProvider), [metadata service](MetadataProvider), which
    /// `HWTASKS_METADATA_ENDPOINT` may move elsewhere.
    pub fn official(environment: &Environment) -> Self {
        Self::official_at(environment, Arc::new(SystemTimeSource::new()))
    }

    pub(crate) fn official_at(environment: &Environment, time: SharedTimeSource) -> Self {
        Self::new()
            .then(EnvironmentProvider::new(environment.clone()))
            .then(ProfileProvider::new(environment.clone()))
            .then(MetadataProvider::of_environment(environment, time))
    }

    async fn get(&self) -> Result<super::Credentials, CredentialsError> {
        let gave = self.gave.load(Ordering::Relaxed);
        if let Some(provider) = self.providers.get(gave) {
            match provider.provide().await {
                Err(error) if error.is_not_configured() => {
                    self.gave.store(NONE, Ordering::Relaxed);
                }
                Err(error) => {
                    let failure = ProviderFailure::new(provider.name(), error);
                    return Err(CredentialsError::of_chain(vec![failure], 0));
                }
                given => return given.map(|given| named(given, provider)),
            }
        }
        let mut failures = Vec::new();
        for (i, provider) in self.providers.iter().enumerate() {
            match provider.provide().await {
                Ok(credentials) => {
                    self.gave.store(i, Ordering::Relaxed);
                    return Ok(named(credentials, provider));
                }
                Err(error) => {
                    let is_configured = !error.is_not_configured();
                    failures.push(ProviderFailure::new(provider.name(), error));
                    if is_configured {
                        let skipped = self.providers.len() - (i + 1);
                        return Err(CredentialsError::of_chain(failures, skipped));
                    }
                }
            }
        }
        Err(CredentialsError::of_chain(failures, 0))
    }
}

/// Credentials that say where they come from.
fn named(credentials: super::Credentials, provider: &SharedProvider) -> super::Credentials {
    match credentials.provider() {
        Some(_) => credentials,
        None => credentials.with_provider_name(provider.name()),
    }
}

impl ProvideCredentials for ProviderChain {
    fn name(&self) -> Cow<'static, str> {
        "chain of providers".into()
    }

    fn provide(&self) -> Provided<'_> {
        Box::pin(self.get())
    }

    fn invalidate(&self, rejected: &super::Credentials) {
        for provider in &self.providers {
            provider.invalidate(rejected);
        }
    }
}

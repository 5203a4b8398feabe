//! Tries one provider after the other, until one has credentials.

use std::borrow::Cow;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::profile::ProfileFile;
use super::{
    CredentialsError, EnvironmentProvider, MetadataProvider, ProfileProvider, ProvideCredentials,
    Provided, SharedProvider,
};
use crate::config::environment::Environment;
use crate::error::ProviderFailure;
use crate::transport::time::{SharedTimeSource, SystemTimeSource};

/// Stands for no current provider.
const NO_PROVIDER: usize = usize::MAX;

/// Tries one provider after the other, and stays with the first that has credentials.
///
/// The chain skips a provider that is not configured. Invalid credentials are an error: the chain does
/// not fall back to the next provider, which could silently use another account. The error names every
/// provider that was tried, and the reason why it failed.
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
    /// The index of the provider that provided credentials last.
    current: AtomicUsize,
}

impl Default for ProviderChain {
    fn default() -> Self {
        Self::new()
    }
}

impl ProviderChain {
    /// Creates an empty chain, which has no credentials.
    pub fn new() -> Self {
        Self {
            providers: Vec::new(),
            current: AtomicUsize::new(NO_PROVIDER),
        }
    }

    /// Adds a provider, which the chain tries when those before it hold no credentials.
    #[must_use]
    pub fn then(self, provider: impl ProvideCredentials + 'static) -> Self {
        self.then_shared(Arc::new(provider))
    }

    fn then_shared(mut self, provider: SharedProvider) -> Self {
        self.providers.push(provider);
        self
    }

    /// Creates the chain of the official SDKs: [environment](EnvironmentProvider), [profile
    /// file](ProfileProvider), [metadata service](MetadataProvider).
    ///
    /// `HWTASKS_METADATA_ENDPOINT` overrides the endpoint of the metadata service, and
    /// `HWTASKS_METADATA_DISABLED=1` turns it off.
    pub fn official(environment: &Environment) -> Self {
        Self::official_at(environment, Arc::new(SystemTimeSource::new()), None)
    }

    /// The chain, with the credentials file if that has been read for its region.
    pub(crate) fn official_at(
        environment: &Environment,
        time: SharedTimeSource,
        file: Option<ProfileFile>,
    ) -> Self {
        Self::new()
            .then(EnvironmentProvider::new(environment.clone()))
            .then(ProfileProvider::with_first_read(environment.clone(), file))
            .then_shared(MetadataProvider::of_chain(environment, time))
    }

    async fn get(&self) -> Result<super::Credentials, CredentialsError> {
        let current = self.current.load(Ordering::Relaxed);
        if let Some(provider) = self.providers.get(current) {
            match provider.provide().await {
                Err(error) if error.is_not_configured() => {
                    self.current.store(NO_PROVIDER, Ordering::Relaxed);
                }
                Err(error) => {
                    let failure = ProviderFailure::new(provider.name(), error);
                    return Err(CredentialsError::from_chain(vec![failure], 0));
                }
                provided => return provided.map(|new| with_provider_name(new, provider)),
            }
        }
        let mut failures = Vec::new();
        for (i, provider) in self.providers.iter().enumerate() {
            match provider.provide().await {
                Ok(credentials) => {
                    self.current.store(i, Ordering::Relaxed);
                    return Ok(with_provider_name(credentials, provider));
                }
                Err(error) => {
                    let is_configured = !error.is_not_configured();
                    failures.push(ProviderFailure::new(provider.name(), error));
                    if is_configured {
                        let skipped = self.providers.len() - (i + 1);
                        return Err(CredentialsError::from_chain(failures, skipped));
                    }
                }
            }
        }
        Err(CredentialsError::from_chain(failures, 0))
    }
}

/// Adds the name of the provider to credentials without one.
fn with_provider_name(
    credentials: super::Credentials,
    provider: &SharedProvider,
) -> super::Credentials {
    match credentials.provider() {
        Some(_) => credentials,
        None => credentials.with_provider_name(provider.name()),
    }
}

impl ProvideCredentials for ProviderChain {
    fn name(&self) -> Cow<'static, str> {
        "provider chain".into()
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

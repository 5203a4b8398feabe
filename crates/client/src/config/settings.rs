//! The settings of a client in environment variables.

use std::sync::Arc;

use crate::config::endpoint::base_url;
use crate::config::environment::Environment;
use crate::config::origin::Origin;
use crate::config::region::{Region, Service};
use crate::credentials::profile::ProfileFile;
use crate::credentials::{Credentials, CredentialsError, ProviderChain, SharedProvider};
use crate::error::Error;
use crate::transport::time::SharedTimeSource;

/// A service, with its part of the names of variables.
pub(crate) type NamedService = (&'static str, Service);

pub(crate) const DCS: NamedService = ("DCS", Service::Dcs);
pub(crate) const KAFKA: NamedService = ("KAFKA", Service::Kafka);

/// The region of a credentials file with its origin, and the file, so that it is read once.
type RegionOfProfile = (Option<(Region, Origin)>, Option<ProfileFile>);

const TOKEN: &str = "HWTASKS_TOKEN";

/// The settings in an environment; none without an environment.
pub(crate) struct EnvSettings(Option<Environment>);

impl EnvSettings {
    pub(crate) fn new(environment: Option<Environment>) -> Self {
        Self(environment)
    }

    pub(crate) fn get(&self, name: &str) -> Result<Option<String>, Error> {
        match &self.0 {
            Some(environment) => environment.get(name).map_err(Error::invalid_input),
            None => Ok(None),
        }
    }

    /// Whether a variable sets the endpoint of a service.
    pub(crate) fn has_endpoint(&self, (name, _): NamedService) -> Result<bool, Error> {
        Ok(self.get(&format!("HWTASKS_{name}_ENDPOINT"))?.is_some())
    }

    /// Returns the region of the variables.
    pub(crate) fn region(&self) -> Result<Option<(Region, Origin)>, Error> {
        for name in ["HWTASKS_REGION", "HW_REGION_NAME"] {
            if let Some(id) = self.get(name)? {
                let region = Region::new(&id).map_err(|error| error.with_variable(name))?;
                return Ok(Some((region, Origin::Variable(name.to_owned()))));
            }
        }
        Ok(None)
    }

    /// Reads the credentials file, and returns its region and the file.
    pub(crate) fn region_of_profile(&self) -> Result<RegionOfProfile, Error> {
        let Some(environment) = &self.0 else {
            return Ok((None, None));
        };
        let file = match ProfileFile::read(environment) {
            Ok(file) => file,
            Err(error) if error.is_not_configured() => return Ok((None, None)),
            Err(error) => return Err(unreadable_region(error)),
        };
        let region = file.region().map_err(unreadable_region)?;
        let region = region.map(|(region, place)| (region, Origin::Profile(place)));
        Ok((region, Some(file)))
    }

    pub(crate) fn url(&self, name: &str, allow_plain_http: bool) -> Result<Option<String>, Error> {
        let url = self.get(name)?;
        url.map(|url| base_url(&url, allow_plain_http).map_err(|error| error.with_variable(name)))
            .transpose()
    }

    pub(crate) fn endpoint(
        &self,
        given: Option<&str>,
        region: Option<&Region>,
        (name, service): NamedService,
        allow_plain_http: bool,
    ) -> Result<Option<(String, Origin)>, Error> {
        if let Some(url) = given {
            return Ok(Some((base_url(url, allow_plain_http)?, Origin::Builder)));
        }
        let variable = format!("HWTASKS_{name}_ENDPOINT");
        if let Some(url) = self.url(&variable, allow_plain_http)? {
            return Ok(Some((url, Origin::Variable(variable))));
        }
        let Some(region) = region else {
            return Ok(None);
        };
        let id = region.id().to_ascii_uppercase().replace('-', "_");
        let variable = format!("HUAWEICLOUD_SDK_REGION_{name}_{id}");
        match self.get(&variable)? {
            // The official SDKs accept a list separated by commas, and try each in turn.
            Some(urls) => {
                let first = urls.split(',').next().unwrap_or_default().trim();
                let url = base_url(first, allow_plain_http)
                    .map_err(|error| error.with_variable(&variable))?;
                Ok(Some((url, Origin::Variable(variable))))
            }
            None => {
                let url = base_url(&region.endpoint(service), allow_plain_http)?;
                Ok(Some((url, Origin::Region)))
            }
        }
    }

    pub(crate) fn provider(
        &self,
        time: &SharedTimeSource,
        file: Option<ProfileFile>,
    ) -> Result<Option<SharedProvider>, Error> {
        let Some(environment) = &self.0 else {
            return Ok(None);
        };
        Ok(Some(match self.get(TOKEN)? {
            Some(token) => {
                let token = Credentials::token(token).with_provider_name(TOKEN);
                token.check().map_err(|error| error.with_variable(TOKEN))?;
                Arc::new(token)
            }
            None => Arc::new(ProviderChain::official_at(environment, time.clone(), file)),
        }))
    }
}

/// The error of a credentials file that should have the region.
fn unreadable_region(error: CredentialsError) -> Error {
    const PROVIDER: &str = "profile file";
    let message = format!("no region is set, and the profile file cannot be used: {error}");
    Error::invalid_input(message).with_reason(error.into_reason(PROVIDER))
}

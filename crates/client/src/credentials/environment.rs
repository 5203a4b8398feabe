//! Provides keys from environment variables.

use std::borrow::Cow;

use super::check::{project_flaw, secret_flaw};
use super::{Credentials, CredentialsError, ProvideCredentials, Provided};
use crate::config::environment::Environment;

const ACCESS_KEY: &str = "HUAWEICLOUD_SDK_AK";
const SECRET_KEY: &str = "HUAWEICLOUD_SDK_SK";
const KEYS: [&str; 2] = [ACCESS_KEY, SECRET_KEY];
const SECURITY_TOKEN: &str = "HUAWEICLOUD_SDK_SECURITY_TOKEN";
const PROJECT_ID: &str = "HUAWEICLOUD_SDK_PROJECT_ID";

/// Keys from the variables of the official SDKs: `HUAWEICLOUD_SDK_AK` and `HUAWEICLOUD_SDK_SK`, and
/// where they are set `HUAWEICLOUD_SDK_SECURITY_TOKEN` and `HUAWEICLOUD_SDK_PROJECT_ID`.
///
/// An empty variable counts as unset. A key without its secret, or a secret without its key, is an
/// error, so that a typo does not select other credentials. So is a value with a blank, a line break, a
/// quote or an invisible character: the error names the variable.
#[derive(Clone, Debug)]
pub struct EnvironmentProvider {
    environment: Environment,
}

impl EnvironmentProvider {
    /// Creates a provider that reads the variables of this environment at each call.
    pub fn new(environment: Environment) -> Self {
        Self { environment }
    }

    fn get(&self) -> Result<Credentials, CredentialsError> {
        let get = |name| {
            self.environment
                .get(name)
                .map_err(CredentialsError::invalid_configuration)
        };
        let checked =
            |name: &'static [&'static str; 1], what, flaw_of: fn(&str) -> Option<String>| {
                let value = get(name[0])?;
                match value.as_deref().and_then(flaw_of) {
                    Some(flaw) => Err(CredentialsError::invalid_configuration(format!(
                        "{}: the {what} {flaw}",
                        name[0]
                    ))
                    .with_help("set its bare value")
                    .with_variables(name)),
                    None => Ok(value),
                }
            };
        let missing = |set: &str, missing: &str| {
            CredentialsError::invalid_configuration(format!("{set} is set and {missing} is not"))
                .with_help("set both, or neither")
                .with_variables(&KEYS)
        };
        let access_key = checked(&[ACCESS_KEY], "access key", secret_flaw)?;
        let secret_key = checked(&[SECRET_KEY], "secret key", secret_flaw)?;
        let (access_key, secret_key) = match (access_key, secret_key) {
            (Some(access_key), Some(secret_key)) => (access_key, secret_key),
            (Some(_), None) => return Err(missing(ACCESS_KEY, SECRET_KEY)),
            (None, Some(_)) => return Err(missing(SECRET_KEY, ACCESS_KEY)),
            (None, None) => {
                let message = format!("{ACCESS_KEY} and {SECRET_KEY} are not set");
                return Err(CredentialsError::not_configured(message).with_variables(&KEYS));
            }
        };
        let keys = Credentials::keys(access_key, secret_key);
        let mut keys = keys.with_provider_name(format!("{ACCESS_KEY} and {SECRET_KEY}"));
        if let Some(token) = checked(&[SECURITY_TOKEN], "security token", secret_flaw)? {
            keys = keys.with_security_token(token);
        }
        if let Some(project_id) = checked(&[PROJECT_ID], "project ID", project_flaw)? {
            keys = keys.with_project_id(project_id);
        }
        Ok(keys)
    }
}

impl ProvideCredentials for EnvironmentProvider {
    fn name(&self) -> Cow<'static, str> {
        "environment".into()
    }

    fn provide(&self) -> Provided<'_> {
        Box::pin(std::future::ready(self.get()))
    }
}

//! The environment variables and the home directory that a client reads.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Environment variables and a home directory: those of the process, or given ones.
///
/// Only [`ClientBuilder::from_environment`](crate::ClientBuilder::from_environment) and the providers
/// that it sets up read it. `Debug` shows no values.
///
/// ```
/// use hwtasks::Environment;
///
/// let process = Environment::system();
/// let given = Environment::from_vars([("HWTASKS_REGION", "cn-north-4")]).with_home("/home/tester");
/// ```
#[derive(Clone)]
pub struct Environment(Arc<Source>);

#[derive(Clone)]
enum Source {
    /// The variables of the process, and values that override them.
    System {
        overrides: BTreeMap<String, OsString>,
    },
    Given {
        variables: BTreeMap<String, OsString>,
        home: Option<PathBuf>,
    },
}

impl Environment {
    /// Creates an environment that reads the variables and the home directory of this process at each
    /// use.
    pub fn system() -> Self {
        Self(Arc::new(Source::System {
            overrides: BTreeMap::new(),
        }))
    }

    /// Creates an environment of the given variables, without a home directory.
    pub fn from_vars<K, V>(variables: impl IntoIterator<Item = (K, V)>) -> Self
    where
        K: Into<String>,
        V: Into<OsString>,
    {
        let variables = variables
            .into_iter()
            .map(|(name, value)| (name.into(), value.into()));
        Self(Arc::new(Source::Given {
            variables: variables.collect(),
            home: None,
        }))
    }

    /// Sets one variable, such as one that a command line overrides. Does not change the environment of
    /// the process.
    ///
    /// ```
    /// use hwtasks::Environment;
    ///
    /// let environment = Environment::system().with_variable("HWTASKS_PROFILE", "production");
    /// ```
    #[must_use]
    pub fn with_variable(mut self, name: impl Into<String>, value: impl Into<OsString>) -> Self {
        let (Source::System {
            overrides: variables,
        }
        | Source::Given { variables, .. }) = Arc::make_mut(&mut self.0);
        variables.insert(name.into(), value.into());
        self
    }

    /// Sets the home directory of given variables. Does nothing for the environment of the process.
    #[must_use]
    pub fn with_home(mut self, path: impl Into<PathBuf>) -> Self {
        if let Source::Given { home, .. } = Arc::make_mut(&mut self.0) {
            *home = Some(path.into());
        }
        self
    }

    /// Returns a variable; `None` when it is unset or empty. The error says why it cannot be read.
    pub(crate) fn get(&self, name: &str) -> Result<Option<String>, String> {
        match self.get_os(name) {
            None => Ok(None),
            Some(value) => match value.into_string() {
                Ok(value) => Ok(Some(value)),
                Err(_) => Err(format!("{name} is not valid Unicode")),
            },
        }
    }

    /// Returns a variable that names a file, which may not be Unicode.
    pub(crate) fn path(&self, name: &str) -> Option<PathBuf> {
        self.get_os(name).map(PathBuf::from)
    }

    /// Whether it is that of the process.
    pub(crate) fn is_system(&self) -> bool {
        matches!(&*self.0, Source::System { .. })
    }

    fn get_os(&self, name: &str) -> Option<OsString> {
        let value = match &*self.0 {
            Source::System { overrides } => match overrides.get(name) {
                Some(value) => Some(value.clone()),
                None => std::env::var_os(name),
            },
            Source::Given { variables, .. } => variables.get(name).cloned(),
        };
        value.filter(|value| !value.is_empty())
    }

    pub(crate) fn home(&self) -> Option<PathBuf> {
        let home = match &*self.0 {
            Source::System { .. } => std::env::home_dir(),
            Source::Given { home, .. } => home.clone(),
        };
        home.filter(|home| home != Path::new(""))
    }
}

impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &*self.0 {
            Source::System { .. } => f.write_str("Environment(system)"),
            Source::Given { variables, home } => f
                .debug_struct("Environment")
                .field("names", &variables.keys())
                .field("home", home)
                .finish_non_exhaustive(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn with_variable_overrides_one_variable_and_keeps_the_others() {
        let name = "HWTASKS_PROFILE";
        let given = Environment::from_vars([(name, "basic"), ("HWTASKS_REGION", "cn-north-4")]);
        let changed = given.clone().with_variable(name, "production");
        assert_eq!(changed.get(name), Ok(Some("production".to_owned())));
        assert_eq!(changed.get("HWTASKS_REGION"), given.get("HWTASKS_REGION"));
        assert_eq!(given.get(name), Ok(Some("basic".to_owned())));

        let process = Environment::system().with_variable(name, "production");
        assert_eq!(process.get(name), Ok(Some("production".to_owned())));
        assert_eq!(process.get_os("PATH"), std::env::var_os("PATH"));
        assert_ne!(Environment::system().get(name), process.get(name));
    }
}

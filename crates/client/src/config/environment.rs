//! What a client may know of the process it runs in: variables and the home directory.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Variables and a home directory: those of the process, or given ones.
///
/// Read by [`ClientBuilder::from_environment`](crate::ClientBuilder::from_environment) and the
/// providers that follow from it, and by nothing else. `Debug` shows no value.
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
    /// The process, but for these variables.
    System { instead: BTreeMap<String, OsString> },
    Given {
        variables: BTreeMap<String, OsString>,
        home: Option<PathBuf>,
    },
}

impl Environment {
    /// The variables and the home directory of this process, read anew each time.
    pub fn system() -> Self {
        Self(Arc::new(Source::System {
            instead: BTreeMap::new(),
        }))
    }

    /// An environment of these variables, without a home directory.
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

    /// The same but for one variable: for what a program lets its users say on its command line.
    /// Changes nothing about the process's own.
    ///
    /// ```
    /// use hwtasks::Environment;
    ///
    /// let environment = Environment::system().with_variable("HWTASKS_PROFILE", "production");
    /// ```
    #[must_use]
    pub fn with_variable(mut self, name: impl Into<String>, value: impl Into<OsString>) -> Self {
        let (Source::System { instead: variables } | Source::Given { variables, .. }) =
            Arc::make_mut(&mut self.0);
        variables.insert(name.into(), value.into());
        self
    }

    /// Gives given variables a home directory. Changes nothing about the process's own.
    #[must_use]
    pub fn with_home(mut self, path: impl Into<PathBuf>) -> Self {
        if let Source::Given { home, .. } = Arc::make_mut(&mut self.0) {
            *home = Some(path.into());
        }
        self
    }

    /// A variable; `None` when it is not set or empty. The error is why it cannot be read.
    pub(crate) fn get(&self, name: &str) -> Result<Option<String>, String> {
        match self.get_os(name) {
            None => Ok(None),
            Some(value) => match value.into_string() {
                Ok(value) => Ok(Some(value)),
                Err(_) => Err(format!("{name} is not valid Unicode")),
            },
        }
    }

    /// A variable that names a file, which need not be Unicode.
    pub(crate) fn path(&self, name: &str) -> Option<PathBuf> {
        self.get_os(name).map(PathBuf::from)
    }

    fn get_os(&self, name: &str) -> Option<OsString> {
        let value = match &*self.0 {
            Source::System { instead } => match instead.get(name) {
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
    fn a_variable_set_here_wins_and_the_others_stay() {
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

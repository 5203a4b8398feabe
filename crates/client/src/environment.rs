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
/// let given = Environment::of([("HWTASKS_REGION", "cn-north-4")]).with_home("/home/tester");
/// ```
#[derive(Clone)]
pub struct Environment(Arc<Source>);

#[derive(Clone)]
enum Source {
    System,
    Given {
        variables: BTreeMap<String, OsString>,
        home: Option<PathBuf>,
    },
}

impl Environment {
    /// The variables and the home directory of this process, read anew each time.
    pub fn system() -> Self {
        Self(Arc::new(Source::System))
    }

    /// These variables, and no home directory.
    pub fn of<K, V>(variables: impl IntoIterator<Item = (K, V)>) -> Self
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
            Source::System => std::env::var_os(name),
            Source::Given { variables, .. } => variables.get(name).cloned(),
        };
        value.filter(|value| !value.is_empty())
    }

    pub(crate) fn home(&self) -> Option<PathBuf> {
        let home = match &*self.0 {
            Source::System => std::env::home_dir(),
            Source::Given { home, .. } => home.clone(),
        };
        home.filter(|home| home != Path::new(""))
    }
}

impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &*self.0 {
            Source::System => f.write_str("Environment(system)"),
            Source::Given { variables, home } => f
                .debug_struct("Environment")
                .field("names", &variables.keys())
                .field("home", home)
                .finish_non_exhaustive(),
        }
    }
}

//! Reading a data file: all of it, or an error that says where.

use std::fmt;
use std::path::{Path, PathBuf};

use super::{Data, Object};

/// Why a data file was refused. Nothing of it was loaded.
#[derive(Debug)]
pub struct DataError {
    file: PathBuf,
    reason: Reason,
}

#[derive(Debug)]
enum Reason {
    Read(std::io::Error),
    Json {
        path: String,
        error: serde_json::Error,
    },
}

impl fmt::Display for DataError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let file = self.file.display();
        match &self.reason {
            Reason::Read(error) => write!(f, "{file}: cannot be read: {error}"),
            Reason::Json { path, error } => {
                // serde_json repeats the position at the end of its text.
                let text = error.to_string();
                let position = format!(" at line {} column {}", error.line(), error.column());
                let what = text.strip_suffix(&position).unwrap_or(&text);
                write!(
                    f,
                    "{file}:{}:{}: at {path}: {what}; nothing was loaded (the schema of the file is printed by --data-schema)",
                    error.line(),
                    error.column()
                )
            }
        }
    }
}

impl std::error::Error for DataError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.reason {
            Reason::Read(error) => Some(error),
            Reason::Json { error, .. } => Some(error),
        }
    }
}

/// Reads a data file.
///
/// # Errors
///
/// [`DataError`], naming the file and, if it could be read, line, column and JSON path of the first thing wrong.
pub fn load(file: &Path) -> Result<Data, DataError> {
    let fail = |reason| DataError {
        file: file.to_owned(),
        reason,
    };
    let text = std::fs::read(file).map_err(|error| fail(Reason::Read(error)))?;
    Data::parse(&text).map_err(|(path, error)| fail(Reason::Json { path, error }))
}

impl Data {
    /// Parses; the error comes with the JSON path of where it happened.
    fn parse(text: &[u8]) -> Result<Self, (String, serde_json::Error)> {
        let read = serde_json::from_slice(text).map(|Object(data)| data);
        read.map_err(|error| (path_of_error(text), error))
    }
}

/// Reads once more, slowly, to learn the path.
fn path_of_error(text: &[u8]) -> String {
    let mut deserializer = serde_json::Deserializer::from_slice(text);
    match serde_path_to_error::deserialize::<_, Object<Data>>(&mut deserializer) {
        Err(error) if error.path().iter().next().is_some() => format!("$.{}", error.path()),
        _ => String::from("$"),
    }
}

//! Loading a data file.

use std::fmt;
use std::path::{Path, PathBuf};

use super::check::BadId;
use super::{Data, Object};

/// Why a data file was rejected. Nothing of it was loaded.
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
    Id(BadId),
}

/// The end of every message about the content of a file.
const HELP: &str = "nothing was loaded (--data-schema prints the JSON Schema of a data file)";

impl fmt::Display for DataError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let file = self.file.display();
        match &self.reason {
            Reason::Read(error) => write!(f, "{file}: cannot be read: {error}"),
            Reason::Json { path, error } => {
                let (line, column) = (error.line(), error.column());
                // serde_json repeats the position at the end of its text.
                let text = error.to_string();
                let position = format!(" at line {line} column {column}");
                let problem = text.strip_suffix(&position).unwrap_or(&text);
                write!(f, "{file}:{line}:{column}: at {path}: {problem}; {HELP}")
            }
            Reason::Id(BadId { path, problem }) => {
                write!(f, "{file}: at {path}: {problem}; {HELP}")
            }
        }
    }
}

impl std::error::Error for DataError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.reason {
            Reason::Read(error) => Some(error),
            Reason::Json { error, .. } => Some(error),
            Reason::Id(_) => None,
        }
    }
}

/// Loads a data file.
///
/// # Errors
///
/// [`DataError`] if the file cannot be read, is not JSON of the documented form, or has an empty or duplicate ID. It
/// names the file and the JSON path of the first problem, and for invalid JSON also line and column.
pub fn load(file: &Path) -> Result<Data, DataError> {
    let fail = |reason| DataError {
        file: file.to_owned(),
        reason,
    };
    let text = std::fs::read(file).map_err(|error| fail(Reason::Read(error)))?;
    let Object(data) = serde_json::from_slice::<Object<Data>>(&text).map_err(|error| {
        let path = path_of_error(&text);
        fail(Reason::Json { path, error })
    })?;
    data.check_ids().map_err(|bad| fail(Reason::Id(bad)))?;
    Ok(data)
}

/// Parses invalid JSON a second time, tracking the path, which the first parse does not for speed.
fn path_of_error(text: &[u8]) -> String {
    let mut deserializer = serde_json::Deserializer::from_slice(text);
    match serde_path_to_error::deserialize::<_, Object<Data>>(&mut deserializer) {
        Err(error) if error.path().iter().next().is_some() => format!("$.{}", error.path()),
        _ => String::from("$"),
    }
}

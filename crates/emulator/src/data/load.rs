//! Loading a data file.

use std::fmt;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::check::BadId;
use super::{Data, Object};

/// Why a data file was rejected. Nothing of it was loaded.
#[derive(Debug)]
pub struct DataError {
    file: PathBuf,
    reason: Reason,
}

/// The largest data file: 512 MiB, about a million tasks.
const MAX_BYTES: u64 = 512 << 20;

/// The UTF-8 byte order mark, which editors on Windows write.
const MARK: &[u8] = b"\xEF\xBB\xBF";

#[derive(Debug)]
enum Reason {
    Read(io::Error),
    /// Neither a file nor a pipe.
    Kind(&'static str),
    TooLarge,
    Utf16,
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
            Reason::Kind(kind) => write!(f, "{file}: is {kind}, not a file; nothing was loaded"),
            Reason::TooLarge => {
                let limit = MAX_BYTES >> 20;
                write!(f, "{file}: has more than {limit} MiB; nothing was loaded")
            }
            Reason::Utf16 => write!(
                f,
                "{file}: is UTF-16 text; save it as UTF-8; nothing was loaded"
            ),
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
            Reason::Kind(_) | Reason::TooLarge | Reason::Utf16 | Reason::Id(_) => None,
        }
    }
}

/// Loads a data file of at most 512 MiB. A pipe is read to its end.
///
/// # Errors
///
/// [`DataError`] if the file cannot be read, is a directory or a device, is larger, is not JSON of the documented form,
/// or has an empty or duplicate ID. It names the file and the JSON path of the first problem, and for invalid JSON also
/// line and column.
pub fn load(file: &Path) -> Result<Data, DataError> {
    let data = open(file).and_then(|mut opened| parse(&read(&mut opened)?));
    data.map_err(|reason| DataError {
        file: file.to_owned(),
        reason,
    })
}

/// Loads data as [`load`] does, from standard input.
#[cfg(feature = "program")]
pub(crate) fn load_standard_input() -> Result<Data, DataError> {
    let data = read(&mut io::stdin().lock()).and_then(|text| parse(&text));
    data.map_err(|reason| DataError {
        file: PathBuf::from("standard input"),
        reason,
    })
}

/// Opens a file or a pipe. A device such as /dev/zero has no end.
fn open(file: &Path) -> Result<std::fs::File, Reason> {
    // Before it is opened: opening some devices has an effect.
    let kind = std::fs::metadata(file).map_err(Reason::Read)?;
    if kind.is_dir() {
        return Err(Reason::Kind("a directory"));
    }
    if kind.is_file() && kind.len() > MAX_BYTES {
        return Err(Reason::TooLarge);
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt as _;
        let kind = kind.file_type();
        if kind.is_char_device() || kind.is_block_device() {
            return Err(Reason::Kind("a device"));
        }
        if kind.is_socket() {
            return Err(Reason::Kind("a socket"));
        }
    }
    std::fs::File::open(file).map_err(Reason::Read)
}

fn read(from: &mut impl Read) -> Result<Vec<u8>, Reason> {
    let mut text = Vec::new();
    let read = from.take(MAX_BYTES + 1).read_to_end(&mut text);
    match read.map_err(Reason::Read)? as u64 {
        length if length > MAX_BYTES => Err(Reason::TooLarge),
        _ => Ok(text),
    }
}

/// JSON text without the byte order mark, which RFC 8259 lets a reader ignore.
pub(crate) fn without_mark(text: &[u8]) -> &[u8] {
    text.strip_prefix(MARK).unwrap_or(text)
}

fn parse(text: &[u8]) -> Result<Data, Reason> {
    if text.starts_with(b"\xFF\xFE") || text.starts_with(b"\xFE\xFF") {
        return Err(Reason::Utf16);
    }
    let text = without_mark(text);
    let Object(data) = serde_json::from_slice::<Object<Data>>(text).map_err(|error| {
        let path = path_of_error(text);
        Reason::Json { path, error }
    })?;
    data.check_ids().map_err(Reason::Id)?;
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

//! The generated part of the Rust client: operations, service facades and regions.

use anyhow::Result;

use crate::files::FileSet;
use crate::languages::rust::RUST;
use crate::regions;
use crate::spec::Documents;

/// Every file of the client's `generated` folder.
///
/// # Errors
///
/// When a document has a part that templates do not know, or a template does not render.
pub fn files(documents: &Documents) -> Result<FileSet> {
    let mut files = RUST.files(&documents.api()?, &regions::all()?)?;
    files.own(RUST.output);
    Ok(files)
}

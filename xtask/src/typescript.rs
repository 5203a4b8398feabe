//! The generated part of the TypeScript client.

use anyhow::Result;

use crate::files::FileSet;
use crate::languages::typescript::TYPESCRIPT;
use crate::regions;
use crate::spec::Documents;

/// Every file of the binding's `generated` folder.
///
/// # Errors
///
/// When a document has a part that templates do not know, or a template cannot be rendered.
pub fn files(documents: &Documents) -> Result<FileSet> {
    let mut files = TYPESCRIPT.files(&documents.api()?, &regions::all()?)?;
    files.own(TYPESCRIPT.output);
    Ok(files)
}

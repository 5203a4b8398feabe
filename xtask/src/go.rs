//! The generated part of the Go client: structs, operations, service methods and regions.

use anyhow::Result;

use crate::files::FileSet;
use crate::languages::go::GO;
use crate::regions;
use crate::spec::Documents;

/// Every generated file of the client's package, which has hand-written files too.
///
/// # Errors
///
/// When a document has a part that templates do not know, or a template cannot be rendered.
pub fn files(documents: &Documents) -> Result<FileSet> {
    let mut files = GO.files(&documents.api()?, &regions::all()?)?;
    files.own_named(GO.output, "_gen.go");
    Ok(files)
}

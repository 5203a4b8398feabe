//! The generated part of the Python client: models, operations, regions and service classes from the
//! documents, and the half without `await` from the half with it.

use anyhow::Result;

use crate::files::{self, FileSet};
use crate::languages::python::{PYTHON, synchronous_files, synchronous_folder};
use crate::regions;
use crate::spec::Documents;

/// The package: `_sync` is generated from `_async`, by hand and generated alike.
pub(crate) const PACKAGE: &str = "bindings/python/src/hwtasks";

/// Every file of the client's `_generated` and `_sync` folders.
///
/// # Errors
///
/// When a document has what the templates do not know, or a file with `await` cannot be rewritten.
pub fn files(documents: &Documents) -> Result<FileSet> {
    let mut files = PYTHON.files(&documents.api()?, &regions::all()?)?;
    let generated = PYTHON.output;
    files.extend(synchronous_files(
        &files,
        &format!("{generated}/_async"),
        &format!("{generated}/_sync"),
    )?);
    files.own(generated);
    files.own(format!("{generated}/_async"));
    files.extend(synchronous_folder(
        &files::root(),
        &format!("{PACKAGE}/_async"),
        &format!("{PACKAGE}/_sync"),
    )?);
    Ok(files)
}

//! The generated part of the Python client: models, operations, regions and service classes from the
//! documents, and the half without `await` of each module from the half with it.

use anyhow::Result;

use crate::files::{self, FileSet};
use crate::languages::python::{PYTHON, files_with_twins, rendered_with_twins};
use crate::regions;
use crate::spec::Documents;

/// The package.
pub(crate) const PACKAGE: &str = "bindings/python/src/hwtasks";

/// Every file of the client's folder `_generated`, and the hand-written files whose lower part is
/// generated from the upper one.
///
/// # Errors
///
/// When a document has what the templates do not know, or a definition with `await` cannot be rewritten.
pub fn files(documents: &Documents) -> Result<FileSet> {
    let mut files = rendered_with_twins(&PYTHON.files(&documents.api()?, &regions::all()?)?)?;
    files.own(PYTHON.output);
    files.extend(files_with_twins(&files::root(), PACKAGE)?);
    Ok(files)
}

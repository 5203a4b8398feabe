//! Sets `externalDocs` of each operation to its official page.

use utoipa::Modify;
use utoipa::openapi::OpenApi;
use utoipa::openapi::external_docs::ExternalDocs;

use super::components::operations;

/// Adds `externalDocs` to operations: the URL of the official page by operationId.
pub(super) struct Links(pub(super) &'static [(&'static str, &'static str)]);

impl Modify for Links {
    fn modify(&self, document: &mut OpenApi) {
        for item in document.paths.paths.values_mut() {
            for operation in operations(item) {
                let id = operation.operation_id.as_deref();
                let link = self
                    .0
                    .iter()
                    .find(|(operation_id, _)| id == Some(*operation_id));
                operation.external_docs = link.map(|(_, url)| {
                    let mut page = ExternalDocs::new(*url);
                    page.description = Some("Official document".to_owned());
                    page
                });
            }
        }
    }
}

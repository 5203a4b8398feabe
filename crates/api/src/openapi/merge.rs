//! The published document of all four operations.

use std::fmt;

use utoipa::openapi::{OpenApi, Server};

const TITLE: &str = "Background tasks of Huawei Cloud DCS and DMS for Kafka";

const DESCRIPTION: &str = "\
What happens in the background to a DCS (Redis) or Kafka instance: changes of specification, public \
access, configuration. Four read-only operations of two services.

Read and publish this document; generate clients from `dcs.json` and `kafka.json` beside it. The \
V2 lists of the two services are the same path on two hosts, so here each path names its own \
server, and the version of the Kafka paths stands in that server. Most generators do not look at \
the servers of a path; because there is no server for the whole document, a client generated from \
it asks for a base URL instead of calling the wrong host.

Emitted from annotated Rust types by `cargo xtask gen spec`. Where the official documents \
contradict themselves, `spec/QUIRKS.md` of the repository says what was chosen.";

/// Two documents that do not merge: one would lose something of the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MergeError(String);

impl fmt::Display for MergeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for MergeError {}

/// The published document: the paths of both services, each with the server of its service.
///
/// # Errors
///
/// When a path, or a component that is not the same in both, would be lost.
pub fn merged() -> Result<OpenApi, MergeError> {
    let mut document = place(super::dcs(), "")?;
    let kafka = place(super::kafka(), "/v2")?;

    document.info.title = TITLE.to_owned();
    document.info.description = Some(DESCRIPTION.to_owned());
    document
        .tags
        .get_or_insert_default()
        .extend(kafka.tags.unwrap_or_default());
    for (path, item) in kafka.paths.paths {
        if document.paths.paths.insert(path.clone(), item).is_some() {
            return Err(MergeError(format!(
                "the path {path} stands in both documents"
            )));
        }
    }
    let components = document.components.get_or_insert_default();
    for (name, schema) in kafka.components.unwrap_or_default().schemas {
        match components.schemas.get(&name) {
            Some(there) if *there != schema => {
                return Err(MergeError(format!(
                    "the schema {name} differs between the documents"
                )));
            }
            _ => components.schemas.insert(name, schema),
        };
    }
    Ok(document)
}

/// Moves the servers of a document, and `version` off the front of its paths, into its path items.
fn place(mut document: OpenApi, version: &str) -> Result<OpenApi, MergeError> {
    let servers: Vec<Server> = document
        .servers
        .take()
        .unwrap_or_default()
        .into_iter()
        .map(|mut server| {
            server.url.push_str(version);
            server
        })
        .collect();
    for (path, mut item) in std::mem::take(&mut document.paths.paths) {
        let Some(rest) = path.strip_prefix(version) else {
            return Err(MergeError(format!(
                "the path {path} does not begin with {version}"
            )));
        };
        item.servers = Some(servers.clone());
        document.paths.paths.insert(rest.to_owned(), item);
    }
    Ok(document)
}

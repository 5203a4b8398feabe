//! [`merged`]: the document of all four operations.

use std::fmt;

use utoipa::openapi::{OpenApi, Server};

const TITLE: &str = "Background tasks of Huawei Cloud DCS and DMS for Kafka";

const DESCRIPTION: &str = "\
Lists and shows the background tasks of a DCS (Redis) or Kafka instance, such as changes of the \
specification, public access or configuration. Four read-only operations of two services.

Use this document for reading and publishing. Generate clients from `dcs.json` and `kafka.json` \
instead. The V2 lists of the two services have the same path on two hosts. Therefore each path in \
this document has its own server, and the servers of the Kafka paths contain the version. Most \
generators ignore the servers of a path. Because the document itself has no server, a client \
generated from it requires a base URL and cannot call the wrong host.

Emitted from annotated Rust types by `cargo xtask gen spec`. `spec/QUIRKS.md` of the repository \
lists where the official documents contradict themselves, and the choices made here.";

/// Two documents define the same path or component differently.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MergeError(String);

impl fmt::Display for MergeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for MergeError {}

/// Returns the merged document: the paths of both services, each with the server of its service.
///
/// # Errors
///
/// If both documents have the same path, or different components of the same name.
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
            return Err(MergeError(format!("both documents have the path {path}")));
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

/// Moves the servers of a document into its path items, and `version` from the paths to the servers.
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

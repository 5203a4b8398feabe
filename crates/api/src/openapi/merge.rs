//! The document of all four operations.

use std::collections::BTreeMap;

use utoipa::OpenApi as _;
use utoipa::openapi::{OpenApi, Server};

use super::DocumentError;

const TITLE: &str = "Background tasks of Huawei Cloud DCS and DMS for Kafka";

const DESCRIPTION: &str = "\
Unofficial description. Lists and shows the background tasks of a DCS (Redis) or Kafka instance, such as changes of the \
specification, public access or configuration. Four read-only operations of two services.

Use this document for reading and publishing. Generate clients from `dcs.json` and `kafka.json` \
instead. The V2 lists of the two services have the same path on two hosts. Therefore each path in \
this document has its own server, and the servers of the Kafka paths contain the version. Most \
generators ignore the servers of a path. Because the document itself has no server, a client \
generated from it requires a base URL and cannot call the wrong host.

The official documents contradict themselves in places; \
https://github.com/hwtasks/hwtasks/blob/main/spec/QUIRKS.md lists the contradictions and the \
choices made here.";

/// Returns the paths of both services, each with the server of its service.
pub(super) fn merged() -> Result<OpenApi, DocumentError> {
    let mut document = place(super::dcs::Document::openapi(), "")?;
    let kafka = place(super::kafka::Document::openapi(), "/v2")?;

    document.info.title = TITLE.to_owned();
    document.info.description = Some(DESCRIPTION.to_owned());
    document
        .tags
        .get_or_insert_default()
        .extend(kafka.tags.unwrap_or_default());
    for (path, item) in kafka.paths.paths {
        if document.paths.paths.insert(path.clone(), item).is_some() {
            return Err(DocumentError(format!(
                "both documents have the path {path}"
            )));
        }
    }
    let components = document.components.get_or_insert_default();
    let other = kafka.components.unwrap_or_default();
    merge("schema", &mut components.schemas, other.schemas)?;
    merge("parameter", &mut components.parameters, other.parameters)?;
    merge("header", &mut components.headers, other.headers)?;
    merge("response", &mut components.responses, other.responses)?;
    Ok(document)
}

/// Adds the components of one kind to those of another document.
fn merge<T: PartialEq>(
    kind: &str,
    components: &mut BTreeMap<String, T>,
    other: BTreeMap<String, T>,
) -> Result<(), DocumentError> {
    for (name, component) in other {
        match components.get(&name) {
            Some(known) if *known != component => {
                return Err(DocumentError(format!(
                    "the {kind} {name} differs between the documents"
                )));
            }
            _ => components.insert(name, component),
        };
    }
    Ok(())
}

/// Moves the servers of a document into its path items, and `version` from the paths to the servers.
fn place(mut document: OpenApi, version: &str) -> Result<OpenApi, DocumentError> {
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
            return Err(DocumentError(format!(
                "the path {path} does not begin with {version}"
            )));
        };
        item.servers = Some(servers.clone());
        document.paths.paths.insert(rest.to_owned(), item);
    }
    Ok(document)
}

//! The project of a client: given, configured with the credentials, or looked up at IAM.

use std::sync::OnceLock;

use reqwest::{Method, Request, StatusCode};
use serde::Deserialize;

use crate::config::endpoint::{base_url, join};
use crate::config::origin::Origin;
use crate::config::region::{Region, Service};
use crate::credentials::Credentials;
use crate::credentials::check::project_flaw;
use crate::decode::decode;
use crate::error::{Error, Reason};
use crate::transport::Call;
use crate::transport::response::RawResponse;
use crate::transport::single_flight::SingleFlight;

const OPERATION: &str = "KeystoneListProjects";
const LOOKUP_FAILED: &str = "the project ID cannot be looked up at IAM";

/// The project of a client: given, configured with the credentials, or looked up once.
pub(crate) struct Project {
    pub(crate) given: Option<(String, Origin)>,
    pub(crate) region: Option<Region>,
    /// The endpoint of IAM, if one is set; validated.
    pub(crate) iam: Option<String>,
    pub(crate) allow_plain_http: bool,
    pub(crate) found: OnceLock<(String, Origin)>,
    pub(crate) single_flight: SingleFlight<Result<String, Error>>,
}

impl Project {
    /// Returns the project ID, with a lookup if it is unknown.
    pub(crate) async fn id(&self, call: &Call) -> Result<String, Error> {
        if let Some(known) = self.known() {
            return Ok(known.to_owned());
        }
        // Rare, and boxed so that every call is smaller.
        Box::pin(self.find_for(call)).await
    }

    async fn find_for(&self, call: &Call) -> Result<String, Error> {
        let credentials = call.credentials().await?;
        // Concurrent calls with other timeouts share the lookup.
        let find = self.find(call.prerequisite(OPERATION), credentials.as_ref());
        let found = self.single_flight.run(find);
        match tokio::time::timeout(call.time_remaining(), found).await {
            Ok(found) => found,
            Err(error) => Err(Error::timed_out(LOOKUP_FAILED, error)),
        }
    }

    pub(crate) fn known(&self) -> Option<&str> {
        self.with_origin().map(|(id, _)| id.as_str())
    }

    pub(crate) fn origin(&self) -> Option<&Origin> {
        self.with_origin().map(|(_, origin)| origin)
    }

    fn with_origin(&self) -> Option<&(String, Origin)> {
        self.given.as_ref().or_else(|| self.found.get())
    }

    async fn find(&self, call: Call, credentials: Option<&Credentials>) -> Result<String, Error> {
        // Another call may have found it in the meantime.
        if let Some(known) = self.known() {
            return Ok(known.to_owned());
        }
        let configured = credentials.and_then(|c| c.project_id());
        let id = match configured {
            Some(id) => (id.to_owned(), Origin::Credentials),
            None => {
                let iam = credentials.and_then(|c| c.iam_endpoint());
                let id = self.look_up(&call, iam).await;
                (
                    id.map_err(|error| error.with_context(LOOKUP_FAILED))?,
                    Origin::Iam,
                )
            }
        };
        Ok(self.found.get_or_init(|| id).0.clone())
    }

    async fn look_up(&self, call: &Call, configured: Option<&str>) -> Result<String, Error> {
        let Some(region) = &self.region else {
            let message = "no region is set; set the region or the project ID";
            return Err(Error::invalid_input(message).with_reason(Reason::NoProject));
        };
        let iam = match (&self.iam, configured) {
            (Some(iam), _) => iam.clone(),
            (None, Some(endpoint)) => base_url(endpoint, self.allow_plain_http)
                .map_err(|error| error.with_context("the IAM endpoint of the credentials"))?,
            (None, None) => region.endpoint(Service::Iam),
        };
        // A region ID needs no encoding in a query.
        let url = join(&iam, &format!("/v3/projects?name={}", region.id()))?;
        let request = Request::new(Method::GET, url);
        let read = |response: RawResponse| match response.status {
            StatusCode::OK => only_project_id(response, region.id()),
            _ => Err(Error::from_status(response)),
        };
        call.send(request, read).await
    }
}

#[derive(Deserialize)]
struct Projects {
    projects: Vec<NamedProject>,
}

#[derive(Deserialize)]
struct NamedProject {
    id: String,
    name: String,
}

/// Returns the ID of the only project with this name.
fn only_project_id(response: RawResponse, name: &str) -> Result<String, Error> {
    let Projects { projects } = decode(response.clone())?;
    let named: Vec<_> = projects
        .into_iter()
        .filter(|project| project.name == name)
        .collect();
    match <[NamedProject; 1]>::try_from(named) {
        Ok([project]) => match project_flaw(&project.id) {
            None => Ok(project.id),
            Some(flaw) => Err(Error::unexpected(
                response,
                format!("in the response of IAM, the project ID {flaw}"),
            )),
        },
        Err(named) => {
            let count = named.len();
            let message = format!("IAM has {count} projects named {name:?}: set the project ID");
            let region = name.to_owned();
            let error = Error::unexpected(response, message);
            Err(error.with_reason(Reason::AmbiguousProject { region, count }))
        }
    }
}

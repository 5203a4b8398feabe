//! `hwtasks doctor`: what would be used, from where, and whether it works.

mod report;

use std::time::Duration;

use clap::Args;
use hwtasks::{Client, ClientBuilder, Error, RetryPolicy};
use jiff::{SignedDuration, Timestamp};

use crate::args::{Global, Service};
use crate::commands::no_raw;
use crate::connect::Connection;
use crate::credentials_file;
use crate::failure::{Exit, Failure};
use crate::output::Output;
use crate::output::machine::{Check, State};
use crate::runtime;
use crate::time;

use report::Report;

/// An instance that nobody has: whether the request is let in shows all the same.
const NO_INSTANCE: &str = "00000000-0000-0000-0000-000000000000";
/// An endpoint that nobody has, which is never called: for a look at the rest of a configuration.
const NO_ENDPOINT: &str = "https://none.invalid";
/// How long each call may take when nothing is said: somebody is waiting.
const TIMEOUT: Duration = Duration::from_secs(15);
/// Within this the clock is right: what the service says is to the second, and takes time to come.
const CLOSE: SignedDuration = SignedDuration::from_secs(30);
/// The gateway refuses signatures that are older.
const REFUSED: SignedDuration = SignedDuration::from_mins(15);

#[derive(Args)]
#[command(
    after_help = "Exits with 0 when everything is all right, and with 3, or 2 for a \
    configuration that is not right, otherwise."
)]
pub(crate) struct Doctor {
    /// Call this service; both if left out
    service: Option<Service>,
    /// Ask about this instance, rather than about one that does not exist
    #[arg(long, value_name = "ID", requires = "service")]
    instance: Option<String>,
}

impl Doctor {
    pub(crate) fn run(&self, global: &Global) -> Result<(), Failure> {
        no_raw(global)?;
        let output = Output::new(global)?;
        let mut report = Report::new(output, global);
        runtime::block_on_until_interrupted("before all checks were made", async {
            let patient = |builder: ClientBuilder| {
                let builder = match global.max_retries {
                    None => builder.retry_policy(RetryPolicy::disabled()),
                    Some(_) => builder,
                };
                match global.timeout {
                    None => builder.timeout(TIMEOUT),
                    Some(_) => builder,
                }
            };
            match Connection::open_with(global, patient).await {
                Ok(connection) => self.examine(&connection.client, &mut report).await?,
                Err(failure) => {
                    report.failed("configuration", failure)?;
                    // Where it lacks an endpoint alone, the rest can be looked at.
                    let elsewhere = |builder| patient(builder).dcs_endpoint(NO_ENDPOINT);
                    if let Ok(connection) = Connection::open_with(global, elsewhere).await
                        && account(&connection.client, &mut report).await?.is_some()
                    {
                        report.not_tried(&["call", "clock"], "without an endpoint")?;
                    }
                }
            }
            report.finish()
        })
    }

    async fn examine(&self, client: &Client, report: &mut Report<'_>) -> Result<(), Failure> {
        let origins = client.origins();
        match client.region().zip(origins.region) {
            Some(region) => report.setting("region", region, "--region")?,
            None => report.ok(
                "region",
                "none is set, and none is needed: the endpoints are",
            )?,
        }
        let dcs = client.dcs_endpoint().zip(origins.dcs_endpoint);
        let kafka = client.kafka_endpoint().zip(origins.kafka_endpoint);
        let services = [
            (Service::Dcs, "DCS endpoint", dcs),
            (Service::Kafka, "Kafka endpoint", kafka),
        ];
        let mut called = Vec::new();
        for (service, name, endpoint) in services {
            match endpoint {
                Some(endpoint) => {
                    report.setting(name, endpoint, "--endpoint")?;
                    called.push(service);
                }
                None if self.service == Some(service) => {
                    let variable = match service {
                        Service::Dcs => "HWTASKS_DCS_ENDPOINT",
                        Service::Kafka => "HWTASKS_KAFKA_ENDPOINT",
                    };
                    let failure = Failure::bad_input("none is set, so it cannot be called");
                    let advice = format!("give --region or --endpoint, or set {variable}");
                    report.failed(name, failure.advice(advice))?;
                }
                None => report.skipped(name, "none is set; give --region or --endpoint")?,
            }
        }
        let Some(request) = account(client, report).await? else {
            return Ok(());
        };
        called.retain(|service| self.service.is_none_or(|wanted| wanted == *service));
        if called.is_empty() {
            return report.not_tried(&["call", "clock"], "without an endpoint");
        }
        let mut skew = None;
        for service in called {
            let seen = self.call(client, service, request, report).await?;
            skew = skew.or(seen);
        }
        clock(skew, report)
    }

    /// Calls a service once; how far its clock is ahead of this machine's, if it has answered.
    async fn call(
        &self,
        client: &Client,
        service: Service,
        request: &str,
        report: &mut Report<'_>,
    ) -> Result<Option<SignedDuration>, Failure> {
        let instance = self.instance.as_deref().unwrap_or(NO_INSTANCE);
        let began = Timestamp::now();
        let (name, answered) = match service {
            Service::Dcs => {
                let call = client.dcs().list(instance).limit(1).await;
                ("DCS call", call.map(|answer| answer.headers().clone()))
            }
            Service::Kafka => {
                let call = client.kafka().list(instance).limit(1).await;
                ("Kafka call", call.map(|answer| answer.headers().clone()))
            }
        };
        let ended = Timestamp::now();
        let headers = match &answered {
            Ok(headers) => Some(headers),
            Err(error) => error.headers(),
        };
        let skew = headers.and_then(|headers| {
            let date = headers.get("date")?.to_str().ok()?;
            let date = jiff::fmt::rfc2822::parse(date).ok()?.timestamp();
            // Between the two, and half a second is cut off.
            let halfway = began.checked_add(ended.duration_since(began) / 2).ok()?;
            Some(date.duration_since(halfway) + SignedDuration::from_millis(500))
        });
        let took = ended.duration_since(began).as_millis();
        match answered {
            Ok(_) => report.ok(name, &format!("{request} accepted ({took} ms)"))?,
            Err(error) if self.instance.is_none() && authenticated(&error) => {
                let code = error.code().unwrap_or_default();
                let message = format!(
                    "{request} accepted ({took} ms); {code} for an instance that does not exist"
                );
                report.ok(name, &message)?;
            }
            Err(error) => report.failed(name, error.into())?,
        }
        Ok(skew)
    }
}

/// Looks at the credentials and the project; what a request with them is, if one can be made.
async fn account(
    client: &Client,
    report: &mut Report<'_>,
) -> Result<Option<&'static str>, Failure> {
    let mut request = "request";
    match client.credentials().await {
        Ok(credentials) => {
            let keys = credentials.as_ref().and_then(|keys| keys.access_key());
            if keys.is_some() {
                request = "signed request";
            }
            let provider = credentials.as_ref().and_then(|keys| keys.provider());
            let file = credentials_file::path().filter(|path| {
                provider.is_some_and(|from| from.starts_with(&*path.display().to_string()))
            });
            report.credentials(credentials)?;
            if let Some(file) = file.filter(|file| credentials_file::is_open_to_others(file)) {
                let shown = file.display();
                report.add(Check {
                    name: "file".to_owned(),
                    state: State::Warning,
                    message: format!("others than its owner can read {shown}"),
                    advice: Some(format!("run `hwtasks configure`, or `chmod 600 {shown}`")),
                    request_id: None,
                    causes: Vec::new(),
                })?;
            }
        }
        Err(error) => {
            report.failed("credentials", error.into())?;
            report.not_tried(&["project", "call", "clock"], "without credentials")?;
            return Ok(None);
        }
    }
    if let Err(error) = client.load().await {
        report.failed("project", error.into())?;
        report.not_tried(&["call", "clock"], "without a project")?;
        return Ok(None);
    }
    if let Some(project) = client.project_id().zip(client.origins().project_id) {
        report.setting("project", project, "--project-id")?;
    }
    Ok(Some(request))
}

/// Whether the service itself refused, and not the gateway before it: only the instance was not
/// right.
fn authenticated(error: &Error) -> bool {
    let by_service = error.code().is_some_and(|code| !code.starts_with("APIG"));
    by_service && (error.is_not_found() || error.is_bad_request())
}

fn clock(skew: Option<SignedDuration>, report: &mut Report<'_>) -> Result<(), Failure> {
    let Some(skew) = skew else {
        return report.skipped("clock", "no answer said what time it is");
    };
    let by = skew.abs();
    if by <= CLOSE {
        return report.ok("clock", "right, by the service's");
    }
    let way = if skew.is_negative() {
        "ahead of"
    } else {
        "behind"
    };
    let what = format!(
        "this machine's clock is {way} the service's by {}",
        time::shown(by)
    );
    let advice = "set this machine's clock; signatures are refused from 15 minutes on".to_owned();
    match by < REFUSED {
        true => report.add(Check {
            name: "clock".to_owned(),
            state: State::Warning,
            message: what,
            advice: Some(advice),
            request_id: None,
            causes: Vec::new(),
        }),
        false => report.failed("clock", Failure::new(Exit::Api, what).advice(advice)),
    }
}

//! `hwtasks doctor`: checks each setting, its source, and whether it works.

mod report;

use std::time::Duration;

use clap::Args;
use hwtasks::{Client, ClientBuilder, Error, RetryPolicy};
use jiff::{SignedDuration, Timestamp};

use crate::commands::no_raw;
use crate::connect::Connection;
use crate::credentials_file;
use crate::error::{CliError, Exit};
use crate::options::{Global, Service};
use crate::output::Output;
use crate::output::machine::{Check, State};
use crate::runtime;
use crate::time;

use report::Report;

/// An instance that does not exist: the response shows whether the credentials are accepted.
const UNKNOWN_INSTANCE: &str = "00000000-0000-0000-0000-000000000000";
/// An endpoint that is never called, for checking the rest of a configuration.
const PLACEHOLDER_ENDPOINT: &str = "https://none.invalid";
/// The default of --timeout: a user is waiting.
const TIMEOUT: Duration = Duration::from_secs(15);
/// A smaller difference is right: the service's time has whole seconds and takes time to arrive.
const CLOCK_TOLERANCE: SignedDuration = SignedDuration::from_secs(30);
/// The gateway rejects signatures that are older.
const MAX_CLOCK_SKEW: SignedDuration = SignedDuration::from_mins(15);

#[derive(Args)]
#[command(
    after_help = "Exits with 0 when no check failed, with 2 for an invalid configuration, and with 3 \
    for other failures, refused credentials included. They are sent to one service only, because the cloud \
    locks an access key after five refusals. The default of --timeout is 15s here."
)]
pub(crate) struct Doctor {
    /// Service to call; default: both
    service: Option<Service>,
    /// Instance to query; default: one that does not exist, to check only the credentials
    #[arg(long, value_name = "ID", requires = "service")]
    instance: Option<String>,
}

impl Doctor {
    pub(crate) fn run(&self, global: &Global) -> Result<(), CliError> {
        no_raw(global)?;
        let output = Output::new(global)?;
        let mut report = Report::new(output, global);
        runtime::block_on_until_interrupted("before all checks were done", async {
            let with_defaults = |builder: ClientBuilder| {
                let builder = match global.max_retries {
                    None => builder.retry_policy(RetryPolicy::disabled()),
                    Some(_) => builder,
                };
                match global.timeout {
                    None => builder.timeout(TIMEOUT),
                    Some(_) => builder,
                }
            };
            match Connection::open_with(global, with_defaults).await {
                Ok(connection) => self.examine(&connection.client, &mut report).await?,
                Err(failure) => {
                    report.failed("configuration", failure)?;
                    // If only the endpoint is missing, the rest can be checked.
                    let placeholder =
                        |builder| with_defaults(builder).dcs_endpoint(PLACEHOLDER_ENDPOINT);
                    if let Ok(connection) = Connection::open_with(global, placeholder).await
                        && account(&connection.client, &mut report).await?.is_some()
                    {
                        report.not_checked(&["call", "clock"], "without an endpoint")?;
                    }
                }
            }
            report.finish()
        })
    }

    async fn examine(&self, client: &Client, report: &mut Report<'_>) -> Result<(), CliError> {
        let origins = client.origins();
        match client.region().zip(origins.region) {
            Some(region) => report.setting("region", region, "--region")?,
            None => report.ok(
                "region",
                "not set; not needed, because the endpoints are set",
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
                    let failure = CliError::bad_input("not set, so the service cannot be called");
                    let advice = format!("give --region or --endpoint, or set {variable}");
                    report.failed(name, failure.with_help(advice))?;
                }
                None => report.skipped(name, "not set; give --region or --endpoint")?,
            }
        }
        let Some(request) = account(client, report).await? else {
            return Ok(());
        };
        called.retain(|service| self.service.is_none_or(|wanted| wanted == *service));
        if called.is_empty() {
            return report.not_checked(&["call", "clock"], "without an endpoint");
        }
        let mut skew = None;
        let mut is_refused = false;
        for service in called {
            // A refusal more would bring an access key nearer to its lock.
            if is_refused {
                report.skipped(
                    call_name(service),
                    "not checked, because the credentials were refused",
                )?;
                continue;
            }
            let seen = self.call(client, service, request, report).await?;
            skew = skew.or(seen.skew);
            is_refused = seen.is_refused;
        }
        clock(skew, report)
    }

    /// Calls a service once.
    async fn call(
        &self,
        client: &Client,
        service: Service,
        request: &str,
        report: &mut Report<'_>,
    ) -> Result<Seen, CliError> {
        let instance = self.instance.as_deref().unwrap_or(UNKNOWN_INSTANCE);
        let started = Timestamp::now();
        let name = call_name(service);
        let result = match service {
            Service::Dcs => {
                let call = client.dcs().list(instance).limit(1).await;
                call.map(|response| response.headers().clone())
            }
            Service::Kafka => {
                let call = client.kafka().list(instance).limit(1).await;
                call.map(|response| response.headers().clone())
            }
        };
        let ended = Timestamp::now();
        let headers = match &result {
            Ok(headers) => Some(headers),
            Err(error) => error.headers(),
        };
        let skew = headers.and_then(|headers| {
            let date = headers.get("date")?.to_str().ok()?;
            let date = jiff::fmt::rfc2822::parse(date).ok()?.timestamp();
            // The time lies between the two, and is truncated to seconds: half a second on average.
            let halfway = started
                .checked_add(ended.duration_since(started) / 2)
                .ok()?;
            Some(date.duration_since(halfway) + SignedDuration::from_millis(500))
        });
        let took = ended.duration_since(started).as_millis();
        let mut is_refused = false;
        match result {
            Ok(_) => report.ok(name, &format!("{request} accepted ({took} ms)"))?,
            Err(error) if self.instance.is_none() && authenticated(&error) => {
                let code = error.code().unwrap_or_default();
                let message = format!(
                    "{request} accepted ({took} ms); {code} for an instance that does not exist"
                );
                report.ok(name, &message)?;
            }
            Err(error) => {
                let failure = CliError::from(error);
                let refusal = failure.refusal();
                is_refused = refusal.is_some();
                report.failed(
                    name,
                    match refusal {
                        Some(refusal) => {
                            let message = format!("{refusal}: {failure}");
                            failure.with_message(message)
                        }
                        None => failure,
                    },
                )?;
            }
        }
        Ok(Seen { skew, is_refused })
    }
}

/// Returned by one call of a service.
struct Seen {
    /// How far the service's clock is ahead of this machine's, if the service responded.
    skew: Option<SignedDuration>,
    /// Whether the gateway refused the credentials, and said why.
    is_refused: bool,
}

fn call_name(service: Service) -> &'static str {
    match service {
        Service::Dcs => "DCS call",
        Service::Kafka => "Kafka call",
    }
}

/// Checks the credentials and the project; returns a name for a request with them, if one can be made.
async fn account(
    client: &Client,
    report: &mut Report<'_>,
) -> Result<Option<&'static str>, CliError> {
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
                    message: format!("{shown} is readable by other users"),
                    advice: Some(format!("run `hwtasks configure`, or `chmod 600 {shown}`")),
                    request_id: None,
                    causes: Vec::new(),
                })?;
            }
        }
        Err(error) => {
            report.failed("credentials", error.into())?;
            report.not_checked(&["project", "call", "clock"], "without credentials")?;
            return Ok(None);
        }
    }
    if let Err(error) = client.load().await {
        report.failed("project", error.into())?;
        report.not_checked(&["call", "clock"], "without a project")?;
        return Ok(None);
    }
    if let Some(project) = client.project_id().zip(client.origins().project_id) {
        report.setting("project", project, "--project-id")?;
    }
    Ok(Some(request))
}

/// Whether the service rejected the request, not the gateway before it: the credentials were accepted.
fn authenticated(error: &Error) -> bool {
    let by_service = error.code().is_some_and(|code| !code.starts_with("APIG"));
    by_service && (error.is_not_found() || error.is_bad_request())
}

fn clock(skew: Option<SignedDuration>, report: &mut Report<'_>) -> Result<(), CliError> {
    let Some(skew) = skew else {
        return report.skipped("clock", "no response had a date");
    };
    let by = skew.abs();
    if by <= CLOCK_TOLERANCE {
        return report.ok("clock", "matches the service's clock");
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
    let advice = "set this machine's clock; signatures are rejected from 15 minutes on".to_owned();
    match by < MAX_CLOCK_SKEW {
        true => report.add(Check {
            name: "clock".to_owned(),
            state: State::Warning,
            message: what,
            advice: Some(advice),
            request_id: None,
            causes: Vec::new(),
        }),
        false => report.failed("clock", CliError::new(Exit::Api, what).with_help(advice)),
    }
}

//! `--dry-run`: prints the requests of a command as `curl` lines, and sends nothing.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::process;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::StreamExt as _;
use hwtasks::{Client, ClientBuilder, Credentials, Environment, Error, Reason, RetryPolicy};

use crate::error::{CliError, Exit};
use crate::instances::{self, Instance, InstanceFilter};
use crate::list_operation::{ListOperation, Window};
use crate::options::Service;
use crate::output;
use crate::terminal::{Verbosity, printable};

/// The project ID of the requests that are caught.
const PROJECT: &str = "PROJECT-ID";
/// The ID of an instance that only a response tells; further ones have a number after it.
const INSTANCE: &str = "INSTANCE-ID";
/// How many bytes of a request are read to find its first line.
const MAX_HEAD: usize = 64 * 1024;

/// The requests of a command, which are printed instead of sent.
#[derive(Clone)]
pub(crate) struct DryRun(Arc<Requests>);

struct Requests {
    project: Option<String>,
    /// What is printed before the first request.
    before: Mutex<Option<String>>,
    /// What depends on the responses, printed after the last request.
    then: Mutex<Vec<String>>,
    /// Whether the command continues after the request that is printed.
    continues: AtomicBool,
    printed: AtomicUsize,
    /// How many instances only a response tells.
    unknown: AtomicUsize,
}

impl DryRun {
    /// Creates a client whose first request is printed instead of sent, and then ends the process.
    ///
    /// It has neither the keys nor the token of the real client, so they cannot be printed.
    pub(crate) async fn new(real: &Client) -> Result<(Client, Self), CliError> {
        let credentials = match real.credentials().await {
            Ok(credentials) => credentials,
            Err(error) if matches!(error.reason(), Some(Reason::NoCredentials { .. })) => None,
            Err(error) => return Err(error.into()),
        };
        let known = credentials.as_ref().and_then(Credentials::project_id);
        let project = real.project_id().or(known).map(str::to_owned);
        let before = preface(credentials.as_ref(), project.is_some());
        let dry_run = Self(Arc::new(Requests {
            project,
            before: Mutex::new(before),
            then: Mutex::default(),
            continues: AtomicBool::new(false),
            printed: AtomicUsize::new(0),
            unknown: AtomicUsize::new(0),
        }));
        let nothing = Environment::from_vars(std::iter::empty::<(String, String)>());
        let mut builder = ClientBuilder::from_environment(nothing)
            .credentials(Credentials::token("dry-run"))
            .retry_policy(RetryPolicy::disabled())
            .project_id(PROJECT);
        for service in [Service::Dcs, Service::Kafka] {
            let endpoint = match service {
                Service::Dcs => real.dcs_endpoint(),
                Service::Kafka => real.kafka_endpoint(),
            };
            let caught = dry_run.catch(endpoint.map(str::to_owned))?;
            builder = match service {
                Service::Dcs => builder.dcs_endpoint(&caught),
                Service::Kafka => builder.kafka_endpoint(&caught),
            };
        }
        Ok((builder.build()?, dry_run))
    }

    /// Starts a listener that prints its requests for this endpoint; returns its URL.
    fn catch(&self, endpoint: Option<String>) -> Result<String, CliError> {
        let failed = |error| CliError::new(Exit::Api, format!("--dry-run cannot listen: {error}"));
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let dry_run = self.clone();
        std::thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                // The end of the connection ends the call.
                if let Some((method, target)) = request_line(&mut stream) {
                    dry_run.caught(endpoint.as_deref(), &method, &target);
                }
            }
        });
        Ok(format!("http://{address}"))
    }

    /// Prints a request, and ends the process unless the command continues.
    fn caught(&self, endpoint: Option<&str>, method: &str, target: &str) {
        let line = line(endpoint, self.0.project.as_deref(), method, target);
        let printed = self.print(&line);
        self.0.printed.fetch_add(1, Ordering::SeqCst);
        let printed = match self.0.continues.load(Ordering::SeqCst) {
            true if printed.is_ok() => return,
            true => printed,
            false => printed.and_then(|()| self.finish()),
        };
        let code = match printed {
            Ok(()) => 0,
            Err(failure) if failure.exit() == Exit::PipeClosed => 0,
            Err(failure) => {
                failure.report(Verbosity::default());
                failure.exit() as i32
            }
        };
        // An error here cannot be reported.
        let _ = std::io::stdout().flush();
        process::exit(code)
    }

    fn print(&self, text: &str) -> Result<(), CliError> {
        let before = lock(&self.0.before).take().unwrap_or_default();
        output::print(&(before + text))
    }

    /// Adds what depends on the responses; it is printed after the last request.
    pub(crate) fn then(&self, what: impl Into<String>) {
        lock(&self.0.then).push(what.into());
    }

    /// Prints what depends on the responses.
    pub(crate) fn finish(&self) -> Result<(), CliError> {
        let then = std::mem::take(&mut *lock(&self.0.then));
        let lines = then.iter().map(|what| comment(&format!("Then: {what}.")));
        self.print(&lines.collect::<String>())
    }

    /// Prints the request of a call, and continues. The error is that of a call without a request.
    async fn request<T, E>(&self, call: impl Future<Output = Result<T, E>>) -> Result<(), E> {
        let before = self.0.printed.load(Ordering::SeqCst);
        self.0.continues.store(true, Ordering::SeqCst);
        let result = call.await;
        self.0.continues.store(false, Ordering::SeqCst);
        match result {
            Err(error) if self.0.printed.load(Ordering::SeqCst) == before => Err(error),
            _ => Ok(()),
        }
    }

    /// An instance whose ID only a response tells, and the variable for it.
    fn unknown(&self, service: Service) -> (Arc<Instance>, String) {
        let id = match self.0.unknown.fetch_add(1, Ordering::SeqCst) {
            0 => INSTANCE.to_owned(),
            others => format!("{INSTANCE}-{}", others + 1),
        };
        let variable = id.replace('-', "_");
        (Instance::new(service, id), variable)
    }

    /// Prints the request that looks up the instance of an argument, unless that is an ID.
    pub(crate) async fn instance(
        &self,
        service: Service,
        client: &Client,
        argument: &str,
    ) -> Result<Arc<Instance>, CliError> {
        if !argument.starts_with('@') {
            return instances::resolve(service, client, argument).await;
        }
        self.request(instances::resolve(service, client, argument))
            .await?;
        let (instance, variable) = self.unknown(service);
        let name = printable(argument.trim_start_matches('@'));
        self.print(&comment(&format!(
            "{variable} is the instance_id of the only instance with the name {name:?} in the response."
        )))?;
        if service == Service::Kafka {
            self.print(&comment(
                "If it has none, the same request follows for RabbitMQ and for RocketMQ instances.",
            ))?;
        }
        Ok(instance)
    }

    /// Prints the request that lists instances; returns one that stands for all of them.
    pub(crate) async fn instances(
        &self,
        service: Service,
        client: &Client,
        filter: &InstanceFilter,
    ) -> Result<Vec<Arc<Instance>>, CliError> {
        let mut listed = instances::list(service, client, filter);
        let first = async { listed.next().await.transpose() };
        self.request(first).await?;
        let (instance, variable) = self.unknown(service);
        self.print(&comment(&format!(
            "For each instance of the response, {variable} is its instance_id:"
        )))?;
        Ok(vec![instance])
    }

    /// Prints the request for the tasks of each instance.
    pub(crate) async fn tasks(
        &self,
        service: Service,
        client: &Client,
        instances: &[Arc<Instance>],
        window: Window,
    ) -> Result<(), CliError> {
        for instance in instances {
            let mut tasks = ListOperation::current(service).tasks(client, instance, window);
            let first = async { tasks.next().await.transpose() };
            self.request(first).await.map_err(|error: Error| {
                CliError::from(error).at(format!("{} instance {instance}", service.title()))
            })?;
        }
        Ok(())
    }
}

fn lock<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What the lines need before they can be sent, as comments.
fn preface(credentials: Option<&Credentials>, has_project: bool) -> Option<String> {
    let mut text = String::new();
    let token = "Set HWTASKS_TOKEN to an IAM token of the project before you paste a line.";
    match credentials {
        Some(credentials) if credentials.is_token() => {}
        Some(credentials) => {
            let from = credentials.provider().unwrap_or("the configuration");
            let from = printable(from);
            text.push_str(&comment(&format!(
                "hwtasks signs each request (SDK-HMAC-SHA256) with the keys of {from}; curl cannot."
            )));
            text.push_str(&comment(token));
        }
        None => {
            text.push_str(&comment(
                "No credentials are configured; those of a cloud server are not requested now.",
            ));
            text.push_str(&comment(token));
        }
    }
    if !has_project {
        text.push_str(&comment(
            "The project ID is not set, and hwtasks asks IAM for it first: set HUAWEICLOUD_SDK_PROJECT_ID.",
        ));
    }
    (!text.is_empty()).then_some(text)
}

fn comment(text: &str) -> String {
    format!("# {text}\n")
}

/// The method and the target of a request.
fn request_line(stream: &mut TcpStream) -> Option<(String, String)> {
    stream.set_read_timeout(Some(Duration::from_secs(5))).ok()?;
    let mut head = Vec::new();
    let mut buffer = [0; 4096];
    while !head.contains(&b'\n') && head.len() < MAX_HEAD {
        match stream.read(&mut buffer).ok()? {
            0 => return None,
            length => head.extend_from_slice(buffer.get(..length)?),
        }
    }
    let text = String::from_utf8_lossy(&head).into_owned();
    let mut words = text.lines().next()?.split(' ');
    Some((words.next()?.to_owned(), words.next()?.to_owned()))
}

/// The request as a line for a shell.
fn line(endpoint: Option<&str>, project: Option<&str>, method: &str, target: &str) -> String {
    let endpoint = endpoint.map_or_else(|| "$ENDPOINT".to_owned(), quoted);
    let endpoint = endpoint.trim_end_matches('/');
    let project = project.map_or_else(|| "$HUAWEICLOUD_SDK_PROJECT_ID".to_owned(), quoted);
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let segments = path.split('/').map(|segment| match segment {
        PROJECT => project.clone(),
        unknown if is_unknown(unknown) => format!("${}", unknown.replace('-', "_")),
        segment => quoted(segment),
    });
    let path = segments.collect::<Vec<_>>().join("/");
    let query = match query {
        "" => String::new(),
        query => format!("?{}", quoted(query)),
    };
    let method = match method {
        "GET" => String::new(),
        other => format!("-X {other} "),
    };
    format!(
        "curl --compressed {method}-H \"X-Auth-Token: $HWTASKS_TOKEN\" -H \"Accept: application/json\" \
         \"{endpoint}{path}{query}\"\n"
    )
}

/// Whether a segment of a path stands for an ID that only a response tells.
fn is_unknown(segment: &str) -> bool {
    let rest = segment.strip_prefix(INSTANCE);
    rest.is_some_and(|rest| {
        let number = rest.strip_prefix('-');
        rest.is_empty() || number.is_some_and(|number| number.parse::<usize>().is_ok())
    })
}

/// Text between the double quotes of a shell.
fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '"' | '\\' | '$' | '`') {
            quoted.push('\\');
        }
        quoted.push(c);
    }
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_has_endpoint_and_project_but_no_secret() {
        let target = "/v2/PROJECT-ID/instances/i/tasks?limit=51";
        assert_eq!(
            line(Some("https://dms.example.com/"), Some("p"), "GET", target),
            "curl --compressed -H \"X-Auth-Token: $HWTASKS_TOKEN\" -H \"Accept: application/json\" \
             \"https://dms.example.com/v2/p/instances/i/tasks?limit=51\"\n"
        );
        let unknown = line(None, None, "GET", target);
        assert!(unknown.contains("\"$ENDPOINT/v2/$HUAWEICLOUD_SDK_PROJECT_ID/instances/"));
    }

    #[test]
    fn line_has_variables_only_for_what_is_unknown() {
        let line = |project, target| line(Some("https://e"), Some(project), "GET", target);
        let target = "/v2/PROJECT-ID/instances/INSTANCE-ID-2/tasks?name=$(id)";
        let text = line("p$(id)`\"\\", target);
        assert!(text.ends_with(
            "\"https://e/v2/p\\$(id)\\`\\\"\\\\/instances/$INSTANCE_ID_2/tasks?name=\\$(id)\"\n"
        ));
        let text = line("p", "/v2/PROJECT-ID/instances/INSTANCE-IDS/tasks");
        assert!(text.ends_with("\"https://e/v2/p/instances/INSTANCE-IDS/tasks\"\n"));
    }

    #[test]
    fn preface_says_what_a_line_needs_without_a_secret() {
        assert_eq!(preface(Some(&Credentials::token("SECRET")), true), None);
        let keys = Credentials::keys("ACCESS", "SECRET").with_security_token("SECRET");
        let text = preface(Some(&keys.with_provider_name("profile file")), false);
        let text = text.unwrap();
        assert!(text.contains("profile file") && text.contains("HUAWEICLOUD_SDK_PROJECT_ID"));
        assert!(!text.contains("SECRET") && !text.contains("ACCESS"));
        assert!(text.lines().all(|line| line.starts_with("# ")), "{text}");
        assert!(preface(None, true).unwrap().contains("HWTASKS_TOKEN"));
    }
}

//! `--dry-run`: prints the first request of a command as a `curl` line, and sends nothing.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::process;
use std::time::Duration;

use hwtasks::{Client, ClientBuilder, Credentials, Environment};

use crate::error::{CliError, Exit};
use crate::options::Service;
use crate::output;
use crate::terminal::Verbosity;

/// The project ID of the requests that are caught.
const PROJECT: &str = "PROJECT-ID";
/// How many bytes of a request are read to find its first line.
const MAX_HEAD: usize = 64 * 1024;

/// A client whose first request is printed instead of sent, and then ends the process.
///
/// It has neither the keys nor the token of the real client, so they cannot be printed.
pub(crate) fn client(real: &Client) -> Result<Client, CliError> {
    let project = real.project_id().map(str::to_owned);
    let mut builder = ClientBuilder::from_environment(Environment::from_vars(std::iter::empty::<(
        String,
        String,
    )>()))
    .credentials(Credentials::token("dry-run"))
    .project_id(PROJECT);
    for service in [Service::Dcs, Service::Kafka] {
        let endpoint = match service {
            Service::Dcs => real.dcs_endpoint(),
            Service::Kafka => real.kafka_endpoint(),
        };
        let caught = catch(endpoint.map(str::to_owned), project.clone())?;
        builder = match service {
            Service::Dcs => builder.dcs_endpoint(&caught),
            Service::Kafka => builder.kafka_endpoint(&caught),
        };
    }
    Ok(builder.build()?)
}

/// Starts a listener that prints its first request for this endpoint; returns its URL.
fn catch(endpoint: Option<String>, project: Option<String>) -> Result<String, CliError> {
    let failed = |error| CliError::new(Exit::Api, format!("--dry-run cannot listen: {error}"));
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            if let Some((method, target)) = request_line(stream) {
                print(endpoint.as_deref(), project.as_deref(), &method, &target);
            }
        }
    });
    Ok(format!("http://{address}"))
}

/// The method and the target of a request.
fn request_line(mut stream: TcpStream) -> Option<(String, String)> {
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

/// Prints the request, and ends the process.
fn print(endpoint: Option<&str>, project: Option<&str>, method: &str, target: &str) -> ! {
    let line = line(endpoint, project, method, target);
    let code = match output::print(&line) {
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

/// The request as a line for a shell.
fn line(endpoint: Option<&str>, project: Option<&str>, method: &str, target: &str) -> String {
    let endpoint = endpoint.unwrap_or("$ENDPOINT").trim_end_matches('/');
    let project = project.unwrap_or("$HUAWEICLOUD_SDK_PROJECT_ID");
    let target = target.replacen(&format!("/{PROJECT}/"), &format!("/{project}/"), 1);
    let method = match method {
        "GET" => String::new(),
        other => format!("-X {other} "),
    };
    format!(
        "curl --compressed {method}-H \"X-Auth-Token: $HWTASKS_TOKEN\" -H \"Accept: application/json\" \
         \"{endpoint}{target}\"\n"
    )
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
}

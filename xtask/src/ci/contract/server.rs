//! A server on loopback that responds to each case's request with the documented body.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

use anyhow::{Context, Result, bail};

use super::cases::Case;

/// The token that a client sends, so that what the document says of authentication is tried too.
pub(super) const TOKEN: &str = "contract-token";
const TIMEOUT: Duration = Duration::from_secs(30);

/// Serves until the process ends; returns the base URL, to which a client adds the case's number.
pub(super) fn serve(cases: Vec<Case>) -> Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0").context("cannot listen on loopback")?;
    let address = listener.local_addr().context("cannot listen on loopback")?;
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let result = stream.map_err(Into::into).and_then(|s| respond(s, &cases));
            if let Err(error) = result {
                eprintln!("contract server: {error:#}");
            }
        }
    });
    Ok(format!("http://{address}"))
}

fn respond(mut stream: TcpStream, cases: &[Case]) -> Result<()> {
    stream.set_read_timeout(Some(TIMEOUT))?;
    stream.set_write_timeout(Some(TIMEOUT))?;
    let mut head = Vec::new();
    for line in BufReader::new(&stream).lines() {
        let line = line.context("cannot read a request")?;
        if line.is_empty() {
            break;
        }
        head.push(line);
    }
    let (status, kind, body) = match find(&head, cases) {
        Ok(case) => (case.status, "application/json", case.body.to_string()),
        // Not a status of any case, so that a driver cannot take it for one.
        Err(error) => (599, "text/plain", error.to_string()),
    };
    write!(
        stream,
        "HTTP/1.1 {status} Documented\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n\
         X-Request-Id: contract\r\nConnection: close\r\n\r\n{body}",
        body.len(),
    )
    .context("cannot write a response")
}

/// The case that a request belongs to: `GET /3/v2/...` is that of case 3.
fn find<'a>(head: &[String], cases: &'a [Case]) -> Result<&'a Case> {
    let request = head.first().map_or("", String::as_str);
    let found = request.strip_prefix("GET /").and_then(|rest| {
        let (number, rest) = rest.split_once('/')?;
        let case = cases.get(number.parse::<usize>().ok()?)?;
        Some((case, format!("/{}", rest.strip_suffix(" HTTP/1.1")?)))
    });
    let Some((case, path)) = found else {
        bail!("{request:?} belongs to no case");
    };
    if path != case.path {
        bail!("{}: {path} is requested, not {}", case.name, case.path);
    }
    let tokens: Vec<_> = head
        .iter()
        .filter_map(|line| line.split_once(':'))
        .filter(|(name, _)| name.eq_ignore_ascii_case("X-Auth-Token"))
        .map(|(_, value)| value.trim())
        .collect();
    if tokens != [TOKEN] {
        bail!("{}: X-Auth-Token is {tokens:?}", case.name);
    }
    Ok(case)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::io::Read as _;

    use serde_json::json;

    use super::*;

    fn case() -> Case {
        Case {
            name: "one".to_owned(),
            document: "dcs".to_owned(),
            operation: "List".to_owned(),
            status: 404,
            schema: "Page".to_owned(),
            parameters: BTreeMap::new(),
            path: "/v2/p/tasks".to_owned(),
            body: json!({ "code": 1 }),
        }
    }

    fn request(base: &str, text: &str) -> String {
        let address = base.strip_prefix("http://").expect("a URL");
        let mut stream = TcpStream::connect(address).expect("a connection");
        stream.write_all(text.as_bytes()).expect("written");
        let mut response = String::new();
        stream.read_to_string(&mut response).expect("read");
        response
    }

    #[test]
    fn right_request_receives_the_documented_body() {
        let base = serve(vec![case()]).expect("a server");
        let response = request(
            &base,
            "GET /0/v2/p/tasks HTTP/1.1\r\nx-auth-token: contract-token\r\n\r\n",
        );
        assert!(response.starts_with("HTTP/1.1 404 "), "{response}");
        assert!(response.ends_with("\r\n\r\n{\"code\":1}"), "{response}");
    }

    #[test]
    fn wrong_request_receives_no_body_of_a_case() {
        let base = serve(vec![case()]).expect("a server");
        let token = "X-Auth-Token: contract-token\r\n";
        for wrong in [
            "GET /0/v2/p/tasks HTTP/1.1\r\n\r\n".to_owned(),
            format!("GET /0/v2/p/tasks HTTP/1.1\r\n{token}{token}\r\n"),
            format!("GET /0/tasks HTTP/1.1\r\n{token}\r\n"),
            format!("GET /0/v2/p/tasks?limit=1 HTTP/1.1\r\n{token}\r\n"),
            format!("GET /1/v2/p/tasks HTTP/1.1\r\n{token}\r\n"),
            format!("POST /0/v2/p/tasks HTTP/1.1\r\n{token}\r\n"),
            format!("GET / HTTP/1.1\r\n{token}\r\n"),
        ] {
            let response = request(&base, &wrong);
            assert!(response.starts_with("HTTP/1.1 599 "), "{wrong}: {response}");
        }
    }
}

//! The proxies that environment variables name, and the hosts that use none.

use std::net::IpAddr;

use reqwest::Url;

use crate::config::endpoint::is_loopback;
use crate::config::environment::Environment;
use crate::credentials::check::secret_flaw;
use crate::error::{Error, Reason, UrlProblem};

const HTTPS: [&str; 4] = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];
const HTTP: [&str; 4] = ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"];
const NO_PROXY: [&str; 2] = ["NO_PROXY", "no_proxy"];
/// Set for a CGI program, whose `HTTP_PROXY` is the header `Proxy` of a request.
const CGI: &str = "REQUEST_METHOD";

/// The proxies of the variables of an environment.
pub(crate) struct Proxies {
    https: Option<Proxy>,
    http: Option<Proxy>,
    exclusions: Vec<Exclusion>,
}

/// The proxy of a variable, or the error that names it.
type Proxy = Result<Url, Error>;

/// An entry of `NO_PROXY`.
#[derive(Debug, PartialEq)]
enum Exclusion {
    All,
    Network(IpAddr, u8, Option<u16>),
    Domain(String, Option<u16>),
}

impl Proxies {
    /// Reads the variables. The error of an invalid one is kept until a URL needs it.
    pub(crate) fn new(environment: &Environment) -> Self {
        let first = |names: &[&'static str]| {
            names.iter().find_map(|name| match environment.get(name) {
                Ok(value) => Some((*name, Ok(value?))),
                Err(error) => Some((*name, Err(error))),
            })
        };
        let proxy = |names: &[&'static str]| {
            let (name, value) = first(names)?;
            Some(
                value
                    .map_err(Error::invalid_input)
                    .and_then(|value| parse_proxy(&value).map_err(|e| e.with_variable(name))),
            )
        };
        let is_cgi = !matches!(environment.get(CGI), Ok(None));
        let excluded = first(&NO_PROXY).and_then(|(_, value)| value.ok());
        Self {
            https: proxy(&HTTPS),
            http: proxy(if is_cgi { &HTTP[1..] } else { &HTTP }),
            exclusions: excluded.map(|list| exclusions(&list)).unwrap_or_default(),
        }
    }

    /// Whether variables decide about proxies, so that settings of the operating system do not.
    pub(crate) fn are_set(&self) -> bool {
        self.https.is_some() || self.http.is_some() || self.exclusions.contains(&Exclusion::All)
    }

    /// Returns the error of the variable for `https`, or for `http` where that may be sent.
    pub(crate) fn check(&self, allow_plain_http: bool) -> Result<(), Error> {
        let of = |proxy: &Option<Proxy>| match proxy {
            Some(Err(error)) if !self.exclusions.contains(&Exclusion::All) => Err(error.clone()),
            _ => Ok(()),
        };
        of(&self.https)?;
        if allow_plain_http {
            of(&self.http)?;
        }
        Ok(())
    }

    /// Returns the proxy of a URL, or the error of the variable that should name it.
    pub(crate) fn for_url(&self, url: &Url) -> Result<Option<&Url>, Error> {
        if is_loopback(url) || self.exclusions.contains(&Exclusion::All) {
            return Ok(None);
        }
        let proxy = match url.scheme() {
            "https" => &self.https,
            _ => &self.http,
        };
        match proxy {
            None => Ok(None),
            Some(Err(error)) => Err(error.clone()),
            Some(Ok(_)) if self.exclusions.iter().any(|entry| entry.has(url)) => Ok(None),
            Some(Ok(proxy)) => Ok(Some(proxy)),
        }
    }
}

impl Exclusion {
    fn has(&self, url: &Url) -> bool {
        let host = url.host_str().unwrap_or_default();
        let host = host.trim_start_matches('[').trim_end_matches([']', '.']);
        let has_port = |port: &Option<u16>| port.is_none() || *port == url.port_or_known_default();
        match (self, host.parse::<IpAddr>()) {
            (Self::All, _) => true,
            (Self::Network(network, bits, port), Ok(address)) => {
                has_port(port) && is_in(address, *network, *bits)
            }
            (Self::Domain(domain, port), Err(_)) => {
                let below = host.strip_suffix(domain.as_str());
                has_port(port) && below.is_some_and(|part| part.is_empty() || part.ends_with('.'))
            }
            _ => false,
        }
    }
}

/// Returns the URL of a proxy, whose message shows no part of the value: it may have a password.
pub(crate) fn parse_proxy(value: &str) -> Result<Url, Error> {
    const WHAT: &str = "the URL of the proxy";
    let invalid = |problem, flaw: &str| {
        let variable = None;
        Error::invalid_input(format!("{WHAT} {flaw}"))
            .with_reason(Reason::InvalidUrl { problem, variable })
            .with_help("set it to a URL such as http://proxy.example:3128")
    };
    if let Some(flaw) = secret_flaw(value) {
        return Err(invalid(UrlProblem::Malformed, &flaw));
    }
    let (scheme, rest) = value.split_once("://").unwrap_or(("http", value));
    let scheme = scheme.to_ascii_lowercase();
    if !["http", "https"].contains(&&*scheme) {
        return Err(invalid(
            UrlProblem::UnsupportedScheme,
            "has a scheme other than http and https",
        ));
    }
    let authority = rest.strip_suffix('/').unwrap_or(rest);
    let (_, host) = authority.rsplit_once('@').unwrap_or(("", authority));
    let is_valid = !authority.contains(['/', '?', '#']) && is_host_and_port(host);
    let url = Url::parse(&format!("{scheme}://{authority}")).ok();
    match url.filter(|_| is_valid) {
        Some(url) => Ok(url),
        None => Err(invalid(
            UrlProblem::Malformed,
            "is not a host with a port, after the scheme",
        )),
    }
}

fn is_host_and_port(text: &str) -> bool {
    let (host, port) = split_port(text);
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    let is_host = match host.strip_prefix('[') {
        Some(v6) => v6
            .strip_suffix(']')
            .is_some_and(|v6| v6.parse::<std::net::Ipv6Addr>().is_ok()),
        None => !host.is_empty() && host.chars().all(is_name),
    };
    is_host && port.is_none_or(|port| parse_port(port).is_some())
}

/// Splits `host:port`; a colon in brackets begins no port.
fn split_port(text: &str) -> (&str, Option<&str>) {
    match text.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => (host, Some(port)),
        _ => (text, None),
    }
}

fn parse_port(text: &str) -> Option<u16> {
    let is_number = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    text.parse().ok().filter(|port| is_number && *port > 0)
}

/// Reads a list that commas or blanks separate. An entry that is no host, address or network is none.
fn exclusions(list: &str) -> Vec<Exclusion> {
    list.split(|c: char| c == ',' || c.is_whitespace())
        .filter_map(exclusion)
        .collect()
}

fn exclusion(entry: &str) -> Option<Exclusion> {
    if entry == "*" {
        return Some(Exclusion::All);
    }
    let address = |text: &str| {
        let bare = text
            .strip_prefix('[')
            .and_then(|text| text.strip_suffix(']'));
        bare.unwrap_or(text).parse::<IpAddr>().ok()
    };
    let all_bits = |address: IpAddr| if address.is_ipv4() { 32 } else { 128 };
    if let Some(address) = address(entry) {
        return Some(Exclusion::Network(address, all_bits(address), None));
    }
    if let Some((network, bits)) = entry.split_once('/') {
        let network = address(network)?;
        let bits = bits
            .parse()
            .ok()
            .filter(|bits| *bits <= all_bits(network))?;
        return Some(Exclusion::Network(network, bits, None));
    }
    let (host, port) = split_port(entry);
    let port = match port {
        Some(port) => Some(parse_port(port)?),
        None => None,
    };
    if let Some(address) = address(host) {
        return Some(Exclusion::Network(address, all_bits(address), port));
    }
    let domain = host.strip_prefix('*').unwrap_or(host);
    let domain = domain.trim_matches('.').to_ascii_lowercase();
    (!domain.is_empty()).then_some(Exclusion::Domain(domain, port))
}

fn is_in(address: IpAddr, network: IpAddr, bits: u8) -> bool {
    let number = |address| match address {
        IpAddr::V4(v4) => u128::from(u32::from(v4)) << 96,
        IpAddr::V6(v6) => u128::from(v6),
    };
    let difference = number(address) ^ number(network);
    address.is_ipv4() == network.is_ipv4() && difference.leading_zeros() >= u32::from(bits)
}

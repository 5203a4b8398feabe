//! The flags of the emulator, and their environment variables.

use std::error::Error as _;
use std::ffi::OsString;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use clap::builder::BoolishValueParser;
use clap::error::ContextKind;
use clap::{Args, FromArgMatches as _};
use tracing_subscriber::filter::LevelFilter;

use super::Failure;
use crate::cors::Origins;
use crate::data::load_standard_input;
#[cfg(feature = "docs")]
use crate::docs::installed_folder;
use crate::{Builder, DEFAULT_SEED, Data, Emulator, load};

/// The port of DCS by default.
const DCS_PORT: u16 = 8931;
/// The port of Kafka by default.
const KAFKA_PORT: u16 = 8932;

/// The flags of the emulator. Each flag except `--data-schema` has an environment variable `HWTASKS_EMULATOR_...`.
#[derive(Args, Clone, Debug)]
#[allow(
    missing_docs,
    reason = "the fields are flags, and their docs are the help text"
)]
pub struct Options {
    /// Address of DCS; port 0 selects a free port [default: 127.0.0.1:8931; with COMMAND, a free port]
    #[arg(
        long,
        value_name = "ADDRESS:PORT",
        value_parser = listen_address,
        env = "HWTASKS_EMULATOR_DCS_LISTEN"
    )]
    dcs_listen: Option<SocketAddr>,

    /// Address of Kafka; port 0 selects a free port [default: 127.0.0.1:8932; with COMMAND, a free port]
    #[arg(
        long,
        value_name = "ADDRESS:PORT",
        value_parser = listen_address,
        env = "HWTASKS_EMULATOR_KAFKA_LISTEN"
    )]
    kafka_listen: Option<SocketAddr>,

    /// JSON file with the initial tasks, or - for standard input [default: examples of the official documents and a history]
    #[arg(long, value_name = "FILE", env = "HWTASKS_EMULATOR_DATA")]
    data: Option<PathBuf>,

    /// Start with this many instances of each service and recent tasks, instead of the examples
    #[arg(
        long,
        value_name = "NUMBER",
        conflicts_with = "data",
        value_parser = clap::value_parser!(u32).range(1..=100_000),
        env = "HWTASKS_EMULATOR_INSTANCES"
    )]
    instances: Option<u32>,

    /// Ignore undocumented query parameters, as the cloud seems to, instead of rejecting them
    #[arg(long, value_parser = BoolishValueParser::new(), env = "HWTASKS_EMULATOR_LENIENT")]
    lenient: bool,

    /// Log level, on standard error: off, error, warn, info (every request), debug
    #[arg(
        long,
        value_name = "LEVEL",
        default_value = "warn",
        env = "HWTASKS_EMULATOR_LOG"
    )]
    pub(super) log: LevelFilter,

    /// Seed for generated task IDs
    #[arg(long, value_name = "NUMBER", default_value_t = DEFAULT_SEED, env = "HWTASKS_EMULATOR_SEED")]
    seed: u64,

    /// Allow addresses that other machines can reach, although the keys are public
    #[arg(long, value_parser = BoolishValueParser::new(), env = "HWTASKS_EMULATOR_EXPOSE_TO_NETWORK")]
    expose_to_network: bool,

    /// Lock an access key for five minutes after this many refused requests; 0 locks none (the cloud: 5)
    #[arg(
        long,
        value_name = "NUMBER",
        default_value_t = 0,
        env = "HWTASKS_EMULATOR_LOCK_AFTER_REFUSALS"
    )]
    lock_after_refusals: u32,

    /// Origin whose pages may call the emulator from a browser, such as http://localhost:5173; * for all (repeatable)
    #[arg(
        long,
        value_name = "ORIGIN",
        value_delimiter = ',',
        value_parser = allowed_origin,
        env = "HWTASKS_EMULATOR_ALLOW_ORIGIN"
    )]
    allow_origin: Vec<String>,

    /// Serve the reference page, whose "try it" calls this emulator, from a folder that `cargo xtask site` built [default
    /// folder: ../share/hwtasks/site from the program, as in a release archive]
    #[cfg(feature = "docs")]
    #[arg(long, value_name = "FOLDER", num_args = 0..=1, env = "HWTASKS_EMULATOR_DOCS")]
    docs: Option<Option<PathBuf>>,

    /// Address of the reference page; port 0 selects a free port
    #[cfg(feature = "docs")]
    #[arg(
        long,
        value_name = "ADDRESS:PORT",
        value_parser = listen_address,
        default_value = "127.0.0.1:8930",
        env = "HWTASKS_EMULATOR_DOCS_LISTEN"
    )]
    docs_listen: SocketAddr,

    /// Print the JSON Schema of a data file and exit
    #[arg(long)]
    pub(super) data_schema: bool,

    /// Command that runs with the variables of the emulator, which stops with it; its exit code is that of the program
    #[arg(last = true, value_name = "COMMAND")]
    pub(super) command: Vec<OsString>,

    #[arg(skip)]
    pub(super) colored_log: bool,
}

impl Options {
    /// Reads the environment variables, with free ports of 127.0.0.1, for an emulator that only this process uses.
    ///
    /// # Errors
    ///
    /// [`Failure`] if a variable has a value that its flag rejects.
    pub fn from_variables() -> Result<Self, Failure> {
        let mut command = Self::augment_args(clap::Command::new("emulator"));
        let read = command
            .try_get_matches_from_mut(["emulator"])
            .and_then(|matches| Self::from_arg_matches(&matches));
        let mut options =
            read.map_err(|error| Failure::bad_input(variable_error(&command, &error)))?;
        let free = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        (options.dcs_listen, options.kafka_listen) = (Some(free), Some(free));
        Ok(options)
    }

    /// Sets whether the log has colors; without by default. They need the feature `ansi` of
    /// tracing-subscriber.
    #[must_use]
    pub fn with_colored_log(mut self, colored: bool) -> Self {
        self.colored_log = colored;
        self
    }

    /// Creates the builder that these flags describe.
    ///
    /// # Errors
    ///
    /// [`Failure`] if the data file cannot be read or is invalid.
    pub fn builder(&self) -> Result<Builder, Failure> {
        let default_port = |port| {
            let port = if self.command.is_empty() { port } else { 0 };
            SocketAddr::from((Ipv4Addr::LOCALHOST, port))
        };
        let mut builder = Emulator::builder()
            .dcs_listen(self.dcs_listen.unwrap_or(default_port(DCS_PORT)))
            .kafka_listen(self.kafka_listen.unwrap_or(default_port(KAFKA_PORT)))
            .lenient(self.lenient)
            .seed(self.seed)
            .lock_after_refusals(self.lock_after_refusals);
        if self.expose_to_network {
            builder = builder.expose_to_network();
        }
        if let Some(file) = &self.data {
            let data = if file.as_os_str() == "-" {
                load_standard_input()
            } else {
                load(file)
            };
            builder = builder.data(data.map_err(Failure::bad_input)?);
        }
        if let Some(instances) = self.instances {
            let instances = usize::try_from(instances).unwrap_or(usize::MAX);
            builder = builder.data(Data::fleet(instances, jiff::Timestamp::now()));
        }
        for origin in &self.allow_origin {
            builder = builder.allow_origin(origin);
        }
        #[cfg(feature = "docs")]
        if let Some(folder) = &self.docs {
            let folder = match folder {
                Some(folder) => folder.clone(),
                None => installed_folder()
                    .map_err(|error| Failure::other("cannot find the site", error))?,
            };
            builder = builder.docs(folder, self.docs_listen);
        }
        Ok(builder)
    }
}

/// Parses an IP address or `localhost`, with a port.
fn listen_address(text: &str) -> Result<SocketAddr, String> {
    let localhost = text
        .rsplit_once(':')
        .filter(|(host, _)| host.eq_ignore_ascii_case("localhost"))
        .and_then(|(_, port)| port.parse().ok())
        .map(|port: u16| SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
    let address = localhost.or_else(|| text.parse().ok());
    address.ok_or_else(|| {
        "expected an IP address or localhost, and a port: localhost:8931, 127.0.0.1:0, [::1]:8931"
            .to_owned()
    })
}

/// Checks an origin of `--allow-origin`.
fn allowed_origin(text: &str) -> Result<String, &'static str> {
    Origins::default().allow(text).map(|()| text.to_owned())
}

/// The message of a clap error about a value that came from a variable, with the variable instead of its flag.
fn variable_error(command: &clap::Command, error: &clap::Error) -> String {
    let context = |kind| error.get(kind).map(ToString::to_string).unwrap_or_default();
    let flag = context(ContextKind::InvalidArg);
    let argument = command
        .get_arguments()
        .find(|argument| argument.to_string() == flag);
    let Some(variable) = argument.and_then(clap::Arg::get_env) else {
        // Without the usage: no flag was typed.
        let text = error.to_string();
        let line = text.lines().next().unwrap_or_default();
        return line.trim_start_matches("error: ").to_owned();
    };
    let value = context(ContextKind::InvalidValue);
    let cause = error.source().map(|source| format!(": {source}"));
    format!(
        "invalid value '{value}' for {}{}",
        variable.display(),
        cause.unwrap_or_default()
    )
}

//! The emulator as a command line, which `hwtasks-emulator` and `hwtasks emulator` share.

use std::fmt;
use std::io::{self, Write as _};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use clap::builder::BoolishValueParser;
use clap::{Args, FromArgMatches as _};
use tracing_subscriber::filter::LevelFilter;

use crate::{
    Builder, DEFAULT_SEED, Data, Emulator, INSTANCE_ID, PROJECT_ID, StartError, TOKEN, load,
};

/// The flags of the emulator, each also a variable `HWTASKS_EMULATOR_...`.
#[derive(Args, Clone, Debug)]
#[allow(missing_docs, reason = "the fields are flags, and their docs the help")]
pub struct Options {
    /// Where DCS listens; port 0 takes a free port
    #[arg(
        long,
        value_name = "ADDRESS:PORT",
        default_value = "127.0.0.1:8931",
        env = "HWTASKS_EMULATOR_DCS_LISTEN"
    )]
    dcs_listen: SocketAddr,

    /// Where Kafka listens; port 0 takes a free port
    #[arg(
        long,
        value_name = "ADDRESS:PORT",
        default_value = "127.0.0.1:8932",
        env = "HWTASKS_EMULATOR_KAFKA_LISTEN"
    )]
    kafka_listen: SocketAddr,

    /// The tasks to hold, as JSON; the documents' examples and a history if left out
    #[arg(long, value_name = "FILE", env = "HWTASKS_EMULATOR_DATA")]
    data: Option<PathBuf>,

    /// Ignore query parameters that are not documented, as the cloud seems to
    #[arg(long, value_parser = BoolishValueParser::new(), env = "HWTASKS_EMULATOR_LENIENT")]
    lenient: bool,

    /// What to log to standard error: off, error, warn, info (every request), debug
    #[arg(
        long,
        value_name = "LEVEL",
        default_value = "warn",
        env = "HWTASKS_EMULATOR_LOG"
    )]
    log: LevelFilter,

    /// What the ids of new tasks follow from
    #[arg(long, value_name = "NUMBER", default_value_t = DEFAULT_SEED, env = "HWTASKS_EMULATOR_SEED")]
    seed: u64,

    /// Allow addresses that other machines reach; the keys are known to everybody
    #[arg(long, value_parser = BoolishValueParser::new(), env = "HWTASKS_EMULATOR_EXPOSE_TO_NETWORK")]
    expose_to_network: bool,

    /// Print the JSON Schema of a data file and stop
    #[arg(long)]
    data_schema: bool,
}

impl Options {
    /// What the variables of this process say, with free ports of 127.0.0.1: for an emulator that only this process
    /// uses.
    ///
    /// # Errors
    ///
    /// [`Failure`], when a variable has a value that its flag does not take.
    pub fn from_variables() -> Result<Self, Failure> {
        let command = Self::augment_args(clap::Command::new("emulator"));
        let read = command
            .try_get_matches_from(["emulator"])
            .and_then(|matches| Self::from_arg_matches(&matches));
        let mut options = read.map_err(|error| Failure::bad_input(first_line(&error)))?;
        let free = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        (options.dcs_listen, options.kafka_listen) = (free, free);
        Ok(options)
    }

    /// The emulator that these flags describe.
    ///
    /// # Errors
    ///
    /// [`Failure`], when the data file cannot be read or understood.
    pub fn builder(&self) -> Result<Builder, Failure> {
        let mut builder = Emulator::builder()
            .dcs_listen(self.dcs_listen)
            .kafka_listen(self.kafka_listen)
            .lenient(self.lenient)
            .seed(self.seed);
        if self.expose_to_network {
            builder = builder.expose_to_network();
        }
        if let Some(file) = &self.data {
            builder = builder.data(load(file).map_err(Failure::bad_input)?);
        }
        Ok(builder)
    }
}

/// What clap says, without its usage lines, which are about flags that nobody typed.
fn first_line(error: &clap::Error) -> String {
    let text = error.to_string();
    let line = text.lines().next().unwrap_or_default();
    line.trim_start_matches("error: ").to_owned()
}

/// Why the program could not do what it was asked.
#[derive(Debug)]
pub struct Failure {
    bad_input: bool,
    message: String,
}

impl Failure {
    fn bad_input(error: impl fmt::Display) -> Self {
        let message = error.to_string();
        Self {
            bad_input: true,
            message,
        }
    }

    fn other(what: &str, error: impl fmt::Display) -> Self {
        let message = format!("{what}: {error}");
        Self {
            bad_input: false,
            message,
        }
    }

    /// Whether what the caller gave is wrong.
    pub fn is_bad_input(&self) -> bool {
        self.bad_input
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Failure {}

impl From<StartError> for Failure {
    fn from(error: StartError) -> Self {
        let bad_input = match error {
            StartError::NotLoopback { .. } => {
                return Self::bad_input(format!("{error}, with --expose-to-network"));
            }
            StartError::Data(_) => true,
            StartError::Bind { .. } => false,
        };
        let message = error.to_string();
        Self { bad_input, message }
    }
}

/// Prints what the flags ask for, or serves until the process is interrupted.
///
/// # Errors
///
/// [`Failure`]; nothing is left running then.
pub fn run(options: Options) -> Result<(), Failure> {
    tracing_subscriber::fmt()
        .with_max_level(options.log)
        .with_writer(io::stderr)
        .init();
    if options.data_schema {
        return printed(print_schema());
    }
    let builder = options.builder()?;
    let runtime = tokio::runtime::Runtime::new()
        .map_err(|error| Failure::other("no runtime could be made", error))?;
    runtime.block_on(serve(builder))
}

/// Nobody reading it any more is no failure.
fn printed(result: io::Result<()>) -> Result<(), Failure> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        result => result.map_err(|error| Failure::other("cannot print", error)),
    }
}

fn print_schema() -> io::Result<()> {
    let schema = serde_json::to_string_pretty(&schemars::schema_for!(Data))?;
    writeln!(io::stdout(), "{schema}")
}

async fn serve(builder: Builder) -> Result<(), Failure> {
    let emulator = builder.start().await?;
    let signal = |error| Failure::other("cannot wait for a signal", error);
    let interruption = interruption().map_err(signal)?;
    printed(announce(&emulator))?;
    interruption.await.map_err(signal)?;
    emulator.shutdown().await;
    Ok(())
}

/// Everything that is not to be pasted is a shell comment, so that all of it may be.
fn announce(emulator: &Emulator) -> io::Result<()> {
    let (dcs, kafka) = (emulator.dcs_url(), emulator.kafka_url());
    let mut out = io::stdout().lock();
    writeln!(out, "# DCS   {dcs}")?;
    writeln!(out, "# Kafka {kafka}")?;
    writeln!(out, "#")?;
    writeln!(
        out,
        "# For hwtasks and the official SDKs; keys and token are known to everybody:"
    )?;
    for (name, value) in emulator.variables() {
        writeln!(out, "export {name}={value}")?;
    }
    writeln!(out, "#")?;
    writeln!(out, "# The documents' Kafka example:")?;
    let path = format!("v2/{PROJECT_ID}/instances/{INSTANCE_ID}/tasks?start=2&limit=2");
    writeln!(out, "# curl -H 'X-Auth-Token: {TOKEN}' '{kafka}/{path}'")?;
    out.flush()
}

/// What ends when somebody wants the program to end; it listens for that from now on.
#[cfg(unix)]
fn interruption() -> io::Result<impl Future<Output = io::Result<()>>> {
    use tokio::signal::unix::{SignalKind, signal};

    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        Ok(())
    })
}

/// What ends when somebody wants the program to end.
#[cfg(not(unix))]
fn interruption() -> io::Result<impl Future<Output = io::Result<()>>> {
    Ok(tokio::signal::ctrl_c())
}

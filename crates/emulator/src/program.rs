//! The command line of the emulator, shared by `hwtasks-emulator` and `hwtasks emulator`.

mod command;
mod options;

use std::fmt;
use std::io::{self, Write as _};

pub use options::Options;

use crate::{Builder, Data, Emulator, INSTANCE_ID, PROJECT_ID, StartError, TOKEN};

/// Why the program failed.
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

    /// Whether a flag, variable or data file is invalid, or standard output cannot be written.
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
            StartError::Data(_) | StartError::Origin { .. } => true,
            StartError::Bind { .. } => false,
            #[cfg(feature = "docs")]
            StartError::Docs { .. } => true,
        };
        let message = error.to_string();
        Self { bad_input, message }
    }
}

/// Prints the schema, serves until the process is interrupted, or runs a command on the emulator, as the flags say.
///
/// Returns the exit code of the command, or 0. A command that a signal has ended has 128 and the number of the signal.
///
/// # Errors
///
/// [`Failure`] if the options are invalid or the emulator cannot start. Nothing is left running.
pub fn run(options: Options) -> Result<u8, Failure> {
    tracing_subscriber::fmt()
        .with_max_level(options.log)
        .with_writer(io::stderr)
        .with_ansi(options.colored_log)
        .init();
    if options.data_schema {
        return printed(print_schema()).map(|()| 0);
    }
    let builder = options.builder()?;
    let runtime = tokio::runtime::Runtime::new()
        .map_err(|error| Failure::other("cannot create a runtime", error))?;
    match options.command.split_first() {
        Some((program, arguments)) => runtime.block_on(command::run(builder, program, arguments)),
        None => runtime.block_on(serve(builder)).map(|()| 0),
    }
}

/// Converts the result of printing. A closed pipe is no failure.
fn printed(result: io::Result<()>) -> Result<(), Failure> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        result => result.map_err(|error| Failure::bad_input(format!("cannot print: {error}"))),
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

/// What has interrupted the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Interruption {
    /// Ctrl-C, which a terminal sends to all programs in it.
    Interrupt,
    /// SIGTERM.
    #[cfg_attr(not(unix), allow(dead_code))]
    Terminate,
}

/// Prints addresses and variables. All text except the `export` lines is a shell comment, so that everything can be
/// pasted into a shell.
fn announce(emulator: &Emulator) -> io::Result<()> {
    let (dcs, kafka) = (emulator.dcs_url(), emulator.kafka_url());
    let mut out = io::stdout().lock();
    writeln!(out, "# DCS   {dcs}")?;
    writeln!(out, "# Kafka {kafka}")?;
    #[cfg(feature = "docs")]
    if let Some(docs) = emulator.docs_url() {
        writeln!(out, "# Docs  {docs}/reference/")?;
    }
    writeln!(out, "#")?;
    writeln!(
        out,
        "# For hwtasks and the official SDKs. The keys and the token are public:"
    )?;
    for (name, value) in emulator.variables() {
        writeln!(out, "export {name}={value}")?;
    }
    writeln!(out, "#")?;
    writeln!(out, "# The Kafka example of the official documents:")?;
    let path = format!("v2/{PROJECT_ID}/instances/{INSTANCE_ID}/tasks?start=2&limit=2");
    writeln!(out, "# curl -H 'X-Auth-Token: {TOKEN}' '{kafka}/{path}'")?;
    out.flush()
}

/// Installs signal handlers and returns a future that ends on SIGINT or SIGTERM.
#[cfg(unix)]
fn interruption() -> io::Result<impl Future<Output = io::Result<Interruption>>> {
    use tokio::signal::unix::{SignalKind, signal};

    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => Ok(Interruption::Interrupt),
            _ = terminate.recv() => Ok(Interruption::Terminate),
        }
    })
}

/// Returns a future that ends on Ctrl-C.
#[cfg(not(unix))]
fn interruption() -> io::Result<impl Future<Output = io::Result<Interruption>>> {
    Ok(async {
        tokio::signal::ctrl_c()
            .await
            .map(|()| Interruption::Interrupt)
    })
}

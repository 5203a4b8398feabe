//! `hwtasks-emulator`: the emulator as a program.

use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use clap::builder::BoolishValueParser;
use hwtasks_emulator::{
    ACCESS_KEY, Builder, DEFAULT_SEED, Data, Emulator, INSTANCE_ID, PROJECT_ID, SECRET_KEY,
    StartError, TOKEN, load,
};
use tracing_subscriber::filter::LevelFilter;

/// Huawei Cloud's background-task operations (DCS, DMS for Kafka) on this machine, without a cloud account.
///
/// Prints where it listens and the variables that point a client at it, and serves until it is interrupted.
#[derive(Parser)]
#[command(version, arg_required_else_help = false)]
struct Options {
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

/// What the caller gave is wrong.
const BAD_INPUT: u8 = 2;
/// What the caller gave is right, and it cannot be done.
const FAILED: u8 = 1;

fn main() -> ExitCode {
    let options = Options::parse();
    tracing_subscriber::fmt()
        .with_max_level(options.log)
        .with_writer(io::stderr)
        .init();
    let result = if options.data_schema {
        print_schema().map_err(|error| (FAILED, error.to_string()))
    } else {
        run(options)
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err((code, message)) => {
            // Nobody is left to tell if this fails.
            let _ = writeln!(io::stderr(), "error: {message}");
            ExitCode::from(code)
        }
    }
}

fn print_schema() -> io::Result<()> {
    let schema = serde_json::to_string_pretty(&schemars::schema_for!(Data))?;
    writeln!(io::stdout(), "{schema}")
}

fn run(options: Options) -> Result<(), (u8, String)> {
    let mut builder = Emulator::builder()
        .dcs_listen(options.dcs_listen)
        .kafka_listen(options.kafka_listen)
        .lenient(options.lenient)
        .seed(options.seed);
    if options.expose_to_network {
        builder = builder.expose_to_network();
    }
    if let Some(file) = options.data {
        let data = load(&file).map_err(|error| (BAD_INPUT, error.to_string()))?;
        builder = builder.data(data);
    }
    let runtime = tokio::runtime::Runtime::new()
        .map_err(|error| (FAILED, format!("no runtime could be made: {error}")))?;
    runtime.block_on(serve(builder))
}

async fn serve(builder: Builder) -> Result<(), (u8, String)> {
    let emulator = builder.start().await.map_err(|error| match error {
        StartError::NotLoopback { .. } => (BAD_INPUT, format!("{error}, with --expose-to-network")),
        StartError::Data(_) => (BAD_INPUT, error.to_string()),
        _ => (FAILED, error.to_string()),
    })?;
    let signal = |error| (FAILED, format!("cannot wait for a signal: {error}"));
    let interruption = interruption().map_err(signal)?;
    announce(&emulator).map_err(|error| (FAILED, format!("cannot print: {error}")))?;
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
    for (name, value) in [
        ("HWTASKS_DCS_ENDPOINT", dcs.as_str()),
        ("HWTASKS_KAFKA_ENDPOINT", kafka.as_str()),
        ("HUAWEICLOUD_SDK_AK", ACCESS_KEY),
        ("HUAWEICLOUD_SDK_SK", SECRET_KEY),
        ("HUAWEICLOUD_SDK_PROJECT_ID", PROJECT_ID),
        ("HWTASKS_TOKEN", TOKEN),
    ] {
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

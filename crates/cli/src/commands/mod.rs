//! The commands.

pub(crate) mod completion;
pub(crate) mod configure;
pub(crate) mod doctor;
pub(crate) mod instances;
pub(crate) mod list;
pub(crate) mod man;
pub(crate) mod merge;
pub(crate) mod serve_metrics;
pub(crate) mod show;
pub(crate) mod spec;
pub(crate) mod sweep;
pub(crate) mod wait;
pub(crate) mod watch;

use std::time::Duration;

use crate::args::{Cli, Command, DcsCommand, KafkaCommand};
use crate::color;
use crate::connect;
use crate::error::{CliError, Exit};
use crate::instances::Engine;
use crate::options::{Global, LogFormat, Service};
use crate::output::Output;

/// Runs the command of this command line.
pub(crate) fn run(cli: Cli) -> Result<(), CliError> {
    let global = cli.global;
    connect::check_flags(&global)?;
    check_dry_run(&cli.command, &global)?;
    log(&cli.command, &global);
    let done = match cli.command {
        Command::Dcs(command) => run_dcs(command, &global),
        Command::Kafka(command) => run_kafka(command, &global),
        #[cfg(feature = "emulator")]
        Command::Emulator(options) => run_emulator(*options),
        Command::Merge(merge) => merge.run(&global),
        Command::ServeMetrics(serve) => serve.run(&global),
        Command::Doctor(doctor) => doctor.run(&global),
        Command::Configure(configure) => configure.run(&global),
        Command::Spec(spec) => spec.run(&global),
        Command::Completion(completion) => completion.run(&global),
        Command::Man(man) => man.run(&global),
    };
    done.map_err(|failure| connect::with_flag_names(&global, failure))
}

/// Refuses `--dry-run` for a command whose requests it cannot print.
fn check_dry_run(command: &Command, global: &Global) -> Result<(), CliError> {
    let has_requests = matches!(
        command,
        Command::Dcs(_) | Command::Kafka(_) | Command::ServeMetrics(_)
    );
    match global.dry_run && !has_requests {
        true => Err(CliError::bad_input(
            "--dry-run works with the commands of dcs and kafka, and with serve-metrics",
        )
        .with_help("leave it out")),
        false => Ok(()),
    }
}

fn run_dcs(command: DcsCommand, global: &Global) -> Result<(), CliError> {
    match command {
        DcsCommand::List(list) => list.run(global),
        DcsCommand::Show(show) => show.run(Service::Dcs, global),
        DcsCommand::Wait(wait) => wait.run(Service::Dcs, Engine::default(), global),
        DcsCommand::Watch(watch) => watch.run(Service::Dcs, Engine::default(), global),
        DcsCommand::Sweep(sweep) => sweep.run(Service::Dcs, Engine::default(), global),
        DcsCommand::Instances(list) => list.run(Service::Dcs, Engine::default(), global),
    }
}

fn run_kafka(command: KafkaCommand, global: &Global) -> Result<(), CliError> {
    match command {
        KafkaCommand::List(list) => list.run(global),
        KafkaCommand::Show(show) => show.run(Service::Kafka, global),
        KafkaCommand::Wait(wait) => wait.command.run(Service::Kafka, wait.engine, global),
        KafkaCommand::Watch(watch) => watch.command.run(Service::Kafka, watch.engine, global),
        KafkaCommand::Sweep(sweep) => sweep.command.run(Service::Kafka, sweep.engine, global),
        KafkaCommand::Instances(list) => list.run(global),
    }
}

/// Logs to standard error, as far as -v asks for it.
fn log(command: &Command, global: &Global) {
    use tracing_subscriber::filter::{LevelFilter, Targets};
    use tracing_subscriber::layer::SubscriberExt as _;
    use tracing_subscriber::util::SubscriberInitExt as _;

    let level = match global.verbose {
        0 | 1 => return,
        2 => LevelFilter::DEBUG,
        _ => LevelFilter::TRACE,
    };
    #[cfg(feature = "emulator")]
    if matches!(command, Command::Emulator(_)) {
        // The emulator has its own log.
        return;
    }
    let _ = command;
    // Not the wire itself, which carries secrets.
    let targets = Targets::new().with_targets([
        ("hwtasks", level),
        ("hwtasks_emulator", LevelFilter::WARN),
        ("reqwest", level.min(LevelFilter::DEBUG)),
        ("hyper_util", level.min(LevelFilter::DEBUG)),
    ]);
    let targets = match global.verbose {
        2 => targets
            .with_target("reqwest", LevelFilter::OFF)
            .with_target("hyper_util", LevelFilter::OFF),
        _ => targets,
    };
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    let registry = tracing_subscriber::registry().with(targets);
    match global.log_format {
        LogFormat::Text => registry
            .with(lines.with_ansi(color::is_wanted_on_stderr()))
            .init(),
        LogFormat::Json => registry.with(lines.json().with_ansi(false)).init(),
    }
}

#[cfg(feature = "emulator")]
fn run_emulator(options: hwtasks_emulator::program::Options) -> Result<(), CliError> {
    let options = options.with_colored_log(color::is_wanted_on_stderr());
    let ended = hwtasks_emulator::program::run(options).map_err(|error| {
        let exit = match error.is_bad_input() {
            true => Exit::BadInput,
            false => Exit::Api,
        };
        CliError::new(exit, error.to_string())
    })?;
    match ended {
        0 => Ok(()),
        // The exit code of the command that ran on the emulator.
        code => std::process::exit(code.into()),
    }
}

/// How many bytes of a body an error keeps.
const MAX_ERROR_BODY: usize = 64 * 1024;

/// Prints the response body of an error, for `--raw`, and returns the error.
pub(crate) fn raw_failure(output: &mut Output, error: hwtasks::Error) -> CliError {
    let body = error.body().cloned();
    let is_decode = error.is_decode();
    let failure = CliError::from(error);
    let Some(body) = body else {
        return failure;
    };
    if let Err(failure) = output.bytes(&body)
        && failure.exit() != Exit::PipeClosed
    {
        return failure;
    }
    if body.len() >= MAX_ERROR_BODY {
        output.hint("only the first 64 KiB of the body of an error are kept and shown");
    }
    match is_decode {
        true => failure.with_help(
            "see the response on standard output; a proxy may have responded instead of the service",
        ),
        false => failure,
    }
}

/// Refuses a longest pause that is shorter than the first.
pub(crate) fn check_intervals(
    interval: Option<Duration>,
    max_interval: Option<Duration>,
) -> Result<(), CliError> {
    match (interval, max_interval) {
        (Some(interval), Some(max)) if max < interval => Err(CliError::bad_input(
            "--max-interval is shorter than --interval",
        )
        .with_help("raise --max-interval, or leave it out")),
        _ => Ok(()),
    }
}

/// Refuses `--raw` for a command whose result does not come from a single response.
pub(crate) fn no_raw(global: &Global) -> Result<(), CliError> {
    match global.raw {
        true => {
            Err(CliError::bad_input("--raw works with list and show only")
                .with_help("leave it out"))
        }
        false => Ok(()),
    }
}

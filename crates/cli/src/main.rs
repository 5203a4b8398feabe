//! `hwtasks`: the background tasks of Huawei Cloud DCS and DMS for Kafka on the command line.

mod args;
mod color;
mod command_order;
mod commands;
mod complete;
mod connect;
mod credentials_file;
mod dry_run;
mod error;
mod filter;
mod fleet;
mod help;
mod hook;
mod instances;
mod list_operation;
mod options;
mod output;
mod progress;
mod runtime;
mod suggest;
mod suggested;
mod task;
mod terminal;
mod time;

use std::io::Write as _;
use std::process::ExitCode;

use clap::FromArgMatches as _;
use clap::error::{ContextKind, ErrorKind};

use crate::args::Cli;
use crate::error::CliError;
use crate::terminal::Verbosity;

fn main() -> ExitCode {
    if complete::complete() {
        return ExitCode::SUCCESS;
    }
    let parsed = help::command().try_get_matches();
    let cli = match parsed.and_then(|matches| Cli::from_arg_matches(&matches)) {
        Ok(cli) => cli,
        Err(error) => return refuse(&error),
    };
    color::set(cli.global.color);
    let verbosity = cli.global.verbosity();
    match commands::run(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            failure.report(verbosity);
            failure.exit_code()
        }
    }
}

/// Reports a command line that cannot be parsed; help and the version are among those.
fn refuse(error: &clap::Error) -> ExitCode {
    let args = std::env::args_os().skip(1);
    let args: Vec<String> = args.map(|arg| arg.to_string_lossy().into_owned()).collect();
    color::set(color::flag_of(args.iter().cloned()));
    let correction = match error.kind() {
        ErrorKind::InvalidSubcommand | ErrorKind::UnknownArgument => {
            command_order::correction(args)
        }
        _ => None,
    };
    let correction = correction.or_else(|| of_sweep(error));
    let failure = match correction {
        Some(failure) => failure,
        None => match print(error) {
            Ok(code) => return code,
            Err(failure) => failure,
        },
    };
    failure.report(Verbosity::default());
    failure.exit_code()
}

/// Explains instances as arguments of a sweep, which reads a file.
fn of_sweep(error: &clap::Error) -> Option<CliError> {
    let unknown = error.get(ContextKind::InvalidArg)?.to_string();
    let usage = error.get(ContextKind::Usage)?.to_string();
    let is_second = error.kind() == ErrorKind::UnknownArgument && !unknown.starts_with('-');
    (is_second && usage.contains(" sweep ")).then(|| {
        CliError::bad_input(format!(
            "a sweep reads one file, and {unknown} is one more argument"
        ))
        .with_help("give instances as lines of a file or of standard input, or --all-instances")
    })
}

/// Prints help and the version to standard output, and an error to standard error.
fn print(error: &clap::Error) -> Result<ExitCode, CliError> {
    let text = error.render().ansi().to_string();
    if error.use_stderr() {
        // An error here cannot be reported.
        let _ = color::stderr().write_all(text.as_bytes());
    } else {
        output::print(&text)?;
    }
    Ok(ExitCode::from(
        u8::try_from(error.exit_code()).unwrap_or(u8::MAX),
    ))
}

//! `hwtasks`: the background tasks of Huawei Cloud DCS and DMS for Kafka on the command line.

mod args;
mod command_order;
mod commands;
mod connect;
mod credentials_file;
mod error;
mod filter;
mod instances;
mod list_operation;
mod options;
mod output;
mod progress;
mod runtime;
mod task;
mod terminal;
mod time;

use std::process::ExitCode;

use clap::Parser as _;
use clap::error::ErrorKind;

use crate::args::Cli;
use crate::terminal::Verbosity;

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return refuse(&error),
    };
    cli.global.color.as_choice().write_global();
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
    let args = args.map(|arg| arg.to_string_lossy().into_owned());
    let correction = match error.kind() {
        ErrorKind::InvalidSubcommand | ErrorKind::UnknownArgument => {
            command_order::correction(args)
        }
        _ => None,
    };
    match correction {
        Some(failure) => {
            failure.report(Verbosity::default());
            failure.exit_code()
        }
        None => error.exit(),
    }
}

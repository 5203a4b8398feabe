//! `hwtasks`: the background tasks of Huawei Cloud DCS and DMS for Kafka on the command line.

mod args;
mod commands;
mod connect;
mod credentials_file;
mod failure;
mod filter;
mod instances;
mod output;
mod progress;
mod runtime;
mod source;
mod task;
mod time;

use std::process::ExitCode;

use clap::Parser as _;

use crate::args::Cli;

fn main() -> ExitCode {
    let cli = Cli::parse();
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

//! The program `hwtasks-emulator`.

use std::io::{self, Write as _};
use std::process::ExitCode;

use clap::Parser;
use hwtasks_emulator::program::{Options, run};

/// Emulates Huawei Cloud's background-task operations (DCS, DMS for Kafka) on this machine, without a cloud account.
///
/// Prints the address of each service and the environment variables for clients, then serves until interrupted.
#[derive(Parser)]
#[command(version, arg_required_else_help = false)]
struct Program {
    #[command(flatten)]
    options: Options,
}

/// Exit code for invalid flags, variables or data files.
const BAD_INPUT: u8 = 2;
/// Exit code for every other failure, such as a port in use.
const FAILED: u8 = 1;

fn main() -> ExitCode {
    match run(Program::parse().options) {
        Ok(code) => ExitCode::from(code),
        Err(failure) => {
            // There is nowhere to report a failure to write to standard error.
            let _ = writeln!(io::stderr(), "error: {failure}");
            ExitCode::from(if failure.is_bad_input() {
                BAD_INPUT
            } else {
                FAILED
            })
        }
    }
}

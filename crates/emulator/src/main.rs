//! `hwtasks-emulator`: the emulator as a program.

use std::io::{self, Write as _};
use std::process::ExitCode;

use clap::Parser;
use hwtasks_emulator::program::{Options, run};

/// Huawei Cloud's background-task operations (DCS, DMS for Kafka) on this machine, without a cloud account.
///
/// Prints where it listens and the variables that point a client at it, and serves until it is interrupted.
#[derive(Parser)]
#[command(version, arg_required_else_help = false)]
struct Program {
    #[command(flatten)]
    options: Options,
}

/// What the caller gave is wrong.
const BAD_INPUT: u8 = 2;
/// What the caller gave is right, and it cannot be done.
const FAILED: u8 = 1;

fn main() -> ExitCode {
    match run(Program::parse().options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            // Nobody is left to tell if this fails.
            let _ = writeln!(io::stderr(), "error: {failure}");
            ExitCode::from(if failure.is_bad_input() {
                BAD_INPUT
            } else {
                FAILED
            })
        }
    }
}

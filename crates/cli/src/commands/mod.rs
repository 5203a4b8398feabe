//! The commands.

pub(crate) mod list;
pub(crate) mod show;
pub(crate) mod spec;

use crate::args::{Cli, Command, DcsCommand, Global, KafkaCommand};
use crate::failure::Failure;

/// Runs the command of this command line.
pub(crate) fn run(cli: Cli) -> Result<(), Failure> {
    let global = cli.global;
    match cli.command {
        Command::Dcs(DcsCommand::List(list)) => list.run(&global),
        Command::Kafka(KafkaCommand::List(list)) => list.run(&global),
        Command::Kafka(KafkaCommand::Show(show)) => show.run(&global),
        #[cfg(feature = "emulator")]
        Command::Emulator(options) => run_emulator(*options),
        Command::Spec(spec) => spec.run(&global),
    }
}

#[cfg(feature = "emulator")]
fn run_emulator(options: hwtasks_emulator::program::Options) -> Result<(), Failure> {
    use crate::failure::Exit;

    hwtasks_emulator::program::run(options).map_err(|error| {
        let exit = match error.is_bad_input() {
            true => Exit::BadInput,
            false => Exit::Api,
        };
        Failure::new(exit, error.to_string())
    })
}

/// Refuses `--raw` for a command whose results no single answer holds.
pub(crate) fn no_raw(global: &Global) -> Result<(), Failure> {
    match global.raw {
        true => Err(Failure::bad_input("--raw is for list and show alone").advice("leave it out")),
        false => Ok(()),
    }
}

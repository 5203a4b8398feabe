//! `hwtasks man`: manual pages.

use std::path::PathBuf;

use clap::{Args, Command, CommandFactory as _};

use crate::args::Cli;
use crate::error::CliError;
use crate::options::Global;
use crate::output::Output;

#[derive(Args)]
#[command(after_help = "To read one: hwtasks man kafka list | man -l -")]
pub(crate) struct Man {
    /// Command that the page describes; default: the program
    command: Vec<String>,
    /// Write all pages into this folder instead
    #[arg(long, value_name = "FOLDER", conflicts_with = "command")]
    dir: Option<PathBuf>,
}

impl Man {
    pub(crate) fn run(&self, global: &Global) -> Result<(), CliError> {
        let mut program = Cli::command().disable_help_subcommand(true);
        program.build();
        match &self.dir {
            Some(folder) => std::fs::create_dir_all(folder)
                .and_then(|()| clap_mangen::generate_to(program, folder))
                .map_err(|error| {
                    CliError::bad_input(format!("the pages cannot be written: {error}"))
                        .at(folder.display().to_string())
                        .with_help("name a writable folder")
                }),
            None => {
                let mut page = Vec::new();
                clap_mangen::Man::new(self.find(program)?).render(&mut page)?;
                Output::new(global)?.bytes(&page)
            }
        }
    }

    fn find(&self, program: Command) -> Result<Command, CliError> {
        let mut found = program;
        for name in &self.command {
            let known: Vec<_> = found
                .get_subcommands()
                .map(|c| c.get_name().to_owned())
                .collect();
            let Some(next) = found.find_subcommand(name).cloned() else {
                let what = format!("there is no command {:?}", self.command.join(" "));
                return Err(CliError::bad_input(what).with_help(match known.is_empty() {
                    true => format!("{} has no commands of its own", found.get_name()),
                    false => format!("give one of {}", known.join(", ")),
                }));
            };
            let name = next
                .get_display_name()
                .unwrap_or(next.get_name())
                .to_owned();
            found = next.name(name);
        }
        Ok(found)
    }
}

//! `hwtasks man`: manual pages.

use std::io;
use std::path::{Path, PathBuf};

use clap::{Args, Command, CommandFactory as _};

use crate::args::Cli;
use crate::error::CliError;
use crate::help;
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
            Some(folder) => write_all(&program, folder).map_err(|error| {
                CliError::bad_input(format!("the pages cannot be written: {error}"))
                    .at(folder.display().to_string())
                    .with_help("name a writable folder")
            }),
            None => {
                let path = self.command.join(" ");
                let page = page(self.find(program)?, &path)?;
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

/// The page of a command, with the sections that every page has.
fn page(command: Command, path: &str) -> io::Result<Vec<u8>> {
    let mut page = Vec::new();
    clap_mangen::Man::new(command).render(&mut page)?;
    page.extend_from_slice(help::sections(path).as_bytes());
    Ok(page)
}

/// Writes the pages of a program and of all its commands.
fn write_all(program: &Command, folder: &Path) -> io::Result<()> {
    std::fs::create_dir_all(folder)?;
    let mut rest = vec![(program.clone(), String::new())];
    while let Some((command, path)) = rest.pop() {
        for sub in command.get_subcommands().filter(|sub| !sub.is_hide_set()) {
            let name = sub.get_display_name().unwrap_or(sub.get_name()).to_owned();
            let path = format!("{path} {}", sub.get_name()).trim().to_owned();
            rest.push((sub.clone().name(name), path));
        }
        let file = folder.join(format!("{}.1", command.get_name()));
        std::fs::write(file, page(command, &path)?)?;
    }
    Ok(())
}

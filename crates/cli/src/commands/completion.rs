//! `hwtasks completion`: a shell's completion of this program.

use clap::builder::PossibleValuesParser;
use clap::{Args, CommandFactory as _};
use clap_complete::Shell;

use crate::args::Cli;
use crate::credentials_file;
use crate::error::CliError;
use crate::options::Global;
use crate::output::Output;

#[derive(Args)]
#[command(after_help = "\
The script completes commands, flags, states, names of tasks, regions, and the profiles that the credentials \
file has now.

To install it, and then start a new shell:
  bash        hwtasks completion bash > ~/.local/share/bash-completion/completions/hwtasks
  zsh         hwtasks completion zsh > ~/.zfunc/_hwtasks   (with fpath+=~/.zfunc before compinit in ~/.zshrc)
  fish        hwtasks completion fish > ~/.config/fish/completions/hwtasks.fish
  powershell  hwtasks completion powershell >> $PROFILE
  elvish      hwtasks completion elvish >> ~/.config/elvish/rc.elv")]
pub(crate) struct Completion {
    /// The shell
    shell: Shell,
}

impl Completion {
    pub(crate) fn run(&self, global: &Global) -> Result<(), CliError> {
        let mut program = Cli::command();
        let profiles = credentials_file::profiles();
        if !profiles.is_empty() {
            program = program.mut_arg("profile", |arg| {
                arg.value_parser(PossibleValuesParser::new(profiles))
            });
        }
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut program, "hwtasks", &mut script);
        Output::new(global)?.bytes(&script)
    }
}

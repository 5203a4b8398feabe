//! `hwtasks completion`: a shell's completion of this program.

use clap::{Args, CommandFactory as _};
use clap_complete::Shell;

use crate::args::Cli;
use crate::error::CliError;
use crate::options::Global;
use crate::output::Output;

#[derive(Args)]
#[command(after_help = "For bash: hwtasks completion bash > \
    ~/.local/share/bash-completion/completions/hwtasks")]
pub(crate) struct Completion {
    /// The shell
    shell: Shell,
}

impl Completion {
    pub(crate) fn run(&self, global: &Global) -> Result<(), CliError> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut Cli::command(), "hwtasks", &mut script);
        Output::new(global)?.bytes(&script)
    }
}

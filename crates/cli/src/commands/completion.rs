//! `hwtasks completion`: a shell's completion of this program.

use clap::Args;
use clap_complete::Shell;

use crate::complete;
use crate::error::CliError;
use crate::options::Global;
use crate::output::Output;

#[derive(Args)]
#[command(after_help = "\
The shell then completes commands, flags, states, names of tasks, regions, profiles, and for INSTANCE the @NAMEs of the \
project's instances, or their IDs after the first letter. It lists the instances with the settings of the command \
line and the environment, for at most 1.3 seconds and without a retry; without keys or a token, it sends nothing. \
Keys of a cloud server are not used.

To install it, and then start a new shell:
  bash        hwtasks completion bash > ~/.local/share/bash-completion/completions/hwtasks
  zsh         echo 'source <(hwtasks completion zsh)' >> ~/.zshrc   (after compinit)
  fish        hwtasks completion fish > ~/.config/fish/completions/hwtasks.fish
  powershell  hwtasks completion powershell >> $PROFILE
  elvish      hwtasks completion elvish >> ~/.config/elvish/rc.elv

The script runs hwtasks from PATH at each completion, so it needs no update with the program. In bash, it takes @ out of \
COMP_WORDBREAKS, at which bash would split @NAME.")]
pub(crate) struct Completion {
    /// The shell
    shell: Shell,
}

impl Completion {
    pub(crate) fn run(&self, global: &Global) -> Result<(), CliError> {
        Output::new(global)?.bytes(&complete::script(&self.shell.to_string()))
    }
}

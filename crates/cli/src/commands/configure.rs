//! `hwtasks configure`: writes the credentials file of the official SDKs.

use std::future::Future;
use std::io::{self, BufRead as _, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use std::pin::Pin;

use clap::Args;

use crate::color;
use crate::commands::no_raw;
use crate::credentials_file::{self, Change, CredentialsFile, Keys};
use crate::error::{CliError, Exit};
use crate::options::Global;
use crate::runtime;
use crate::terminal::printable;

const PROFILE: &str = "HWTASKS_PROFILE";
const DEFAULT_PROFILE: &str = "basic";
/// The variables that set a region for every profile.
const REGIONS: [&str; 2] = ["HWTASKS_REGION", "HW_REGION_NAME"];

const END_OF_INPUT: &str = "the input has ended";

#[derive(Args)]
#[command(
    after_help = "Asks for the access key (AK), the secret key (SK), which is not echoed, the project ID \
    and the region. Writes the file only after confirmation, readable by its owner only. If standard input is not a \
    terminal, each of its lines is one reply."
)]
pub(crate) struct Configure {
    /// The file to write; default: ~/.huaweicloud/credentials [env:
    /// HUAWEICLOUD_SDK_CREDENTIALS_FILE]
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
}

impl Configure {
    pub(crate) fn run(&self, global: &Global) -> Result<(), CliError> {
        no_raw(global)?;
        if global.emulator() {
            return Err(
                CliError::bad_input("the emulator needs no credentials file")
                    .with_help("leave --emulator out"),
            );
        }
        let path = self.path()?;
        let variable = || std::env::var(PROFILE).ok().filter(|name| !name.is_empty());
        let profile = global.profile.clone().or_else(variable);
        let profile = profile.unwrap_or_else(|| DEFAULT_PROFILE.to_owned());
        let file = CredentialsFile::read(&path, &profile)?;
        let shown = path.display().to_string();
        let trial = self.trial(&profile, &path);
        runtime::block_on(ask_and_write(&file, &profile, &shown, &trial))
    }

    /// The command that tries what was written.
    fn trial(&self, profile: &str, path: &Path) -> String {
        let mut command = String::new();
        if self.file.is_some() && credentials_file::path().as_deref() != Some(path) {
            command.push_str(&format!(
                "HUAWEICLOUD_SDK_CREDENTIALS_FILE={} ",
                path.display()
            ));
        }
        command.push_str("hwtasks doctor");
        if profile != DEFAULT_PROFILE {
            command.push_str(&format!(" --profile {profile}"));
        }
        command
    }

    fn path(&self) -> Result<PathBuf, CliError> {
        let path = self.file.clone().or_else(credentials_file::path);
        path.ok_or_else(|| {
            CliError::bad_input("the home directory is not known").with_help("give --file")
        })
    }
}

/// Asks for the values of a section, and whether to write them.
async fn ask_and_write(
    file: &CredentialsFile,
    profile: &str,
    shown: &str,
    trial: &str,
) -> Result<(), CliError> {
    let mut prompter = Prompter::new();
    prompter.say(&match file.access_key() {
        Some(_) => {
            format!("Section [{profile}] of {shown}: an empty reply keeps the old value.")
        }
        None => format!("New section [{profile}] of {shown}."),
    });
    let old = file.access_key().map(printable);
    let access_key = prompter.ask("Access key (AK)", old.as_deref()).await?;
    let changed = access_key.is_some();
    let secret_key = prompter.ask_secret("Secret key (SK), not echoed").await?;
    let question = match file.project_id() {
        Some(old) => format!("Project ID [{}], - for the region's", printable(old)),
        None => "Project ID (empty: the region's)".to_owned(),
    };
    let project_id = prompter.ask_change(&question, file.project_id()).await?;
    let question = match file.region() {
        Some(old) => format!("Region [{}], - for none", printable(old)),
        None => "Region, such as cn-north-4 (empty: none)".to_owned(),
    };
    let region = prompter.ask_change(&question, file.region()).await?;
    if access_key.is_none() && file.access_key().is_none() {
        return Err(unchanged("the access key is empty"));
    }
    if secret_key.is_none() && (changed || file.access_key().is_none()) {
        return Err(unchanged("the secret key of this access key is empty"));
    }
    let keys = Keys {
        access_key,
        secret_key,
        project_id,
        region,
    };
    let has_region = match &keys.region {
        Change::Keep => file.region().is_some(),
        Change::Set(_) => true,
        Change::Remove => false,
    };
    let is_set = |name: &&str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let trial = match has_region || REGIONS.iter().any(is_set) {
        true => trial.to_owned(),
        false => format!("{trial} --region ID"),
    };
    let text = file.with(&keys)?;
    if keys.is_empty() || text == file.text() {
        if !file.is_open_to_others() {
            prompter.say("Nothing to change.");
            return Ok(());
        }
        let question = format!("{shown} is readable by other users. Restrict it to its owner?");
        if !prompter.confirm(&question).await? {
            return Err(stopped());
        }
        file.write(file.text())?;
        prompter.say(&format!("{shown} is now readable by its owner only."));
        return Ok(());
    }
    if !prompter
        .confirm(&format!("Write section [{profile}] of {shown}?"))
        .await?
    {
        return Err(stopped());
    }
    file.write(&text)?;
    prompter.say(&format!("Wrote {shown}. Try it: {trial}"));
    Ok(())
}

fn unchanged(why: &str) -> CliError {
    CliError::bad_input(format!("{why}: nothing was changed")).with_help("start again")
}

/// Asks the user at the terminal, or reads the lines of standard input.
struct Prompter {
    terminal: bool,
    interrupted: Pin<Box<dyn Future<Output = ()>>>,
}

impl Prompter {
    fn new() -> Self {
        Self {
            terminal: io::stdin().is_terminal(),
            interrupted: Box::pin(runtime::interrupted()),
        }
    }

    fn say(&self, line: &str) {
        // An error here cannot be reported.
        let _ = writeln!(color::stderr(), "{line}");
    }

    fn prompt(&self, text: &str) {
        let mut err = color::stderr();
        let _ = write!(err, "{text}");
        let _ = err.flush();
    }

    async fn ask(&mut self, what: &str, old: Option<&str>) -> Result<Option<String>, CliError> {
        let old = old.map(|old| format!(" [{old}]")).unwrap_or_default();
        self.prompt(&format!("{what}{old}: "));
        self.reply().await
    }

    /// Asks for a value that may stay unset; `-` removes it.
    async fn ask_change(&mut self, what: &str, old: Option<&str>) -> Result<Change, CliError> {
        Ok(match self.ask(what, None).await?.as_deref() {
            None => Change::Keep,
            Some("-") if old.is_none() => Change::Keep,
            Some("-") => Change::Remove,
            Some(value) => Change::Set(value.to_owned()),
        })
    }

    async fn reply(&mut self) -> Result<Option<String>, CliError> {
        let reply = on_a_thread(|| {
            let mut line = String::new();
            match io::stdin().lock().read_line(&mut line)? {
                0 => Err(io::Error::other(END_OF_INPUT)),
                _ => Ok(line),
            }
        });
        let line = tokio::select! {
            line = reply => line,
            () = &mut self.interrupted => return Err(stopped()),
        };
        // Without Enter, the line has not ended.
        if !self.terminal || line.is_err() {
            self.say("");
        }
        let line = line?;
        Ok(Some(line.trim().to_owned()).filter(|line| !line.is_empty()))
    }

    /// Asks for a secret, which is not echoed.
    async fn ask_secret(&mut self, what: &str) -> Result<Option<String>, CliError> {
        let prompt = format!("{what}: ");
        if !self.terminal {
            self.prompt(&prompt);
            return self.reply().await;
        }
        // Before the prompt, after which the user may type at once.
        let show = hide().map_err(|error| {
            CliError::bad_input(format!("the secret key cannot be hidden: {error}"))
        })?;
        let asked = on_a_thread(move || read_secret(&prompt));
        // Only this thread restores the terminal: another could turn echo off again after an interruption.
        let asked = tokio::select! {
            asked = asked => asked,
            () = &mut self.interrupted => Err(stopped()),
        };
        show(asked.is_err());
        let secret = asked.inspect_err(|failure| {
            // Without Enter, the line has not ended.
            if failure.exit() != Exit::Interrupted {
                self.say("");
            }
        })?;
        Ok(Some(secret.trim().to_owned()).filter(|secret| !secret.is_empty()))
    }

    async fn confirm(&mut self, question: &str) -> Result<bool, CliError> {
        self.prompt(&format!("{question} [y/N] "));
        let reply = self.reply().await?;
        let reply = reply.unwrap_or_default().to_ascii_lowercase();
        Ok(reply == "y" || reply == "yes")
    }
}

/// Turns echo off, until the returned function restores the terminal. It can discard input that was typed
/// but not read: half a secret.
#[cfg(unix)]
fn hide() -> io::Result<impl FnOnce(bool)> {
    use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};

    let before = tcgetattr(io::stdin())?;
    let mut hidden = before.clone();
    hidden.local_modes.remove(LocalModes::ECHO);
    // The line break of Enter is shown.
    hidden.local_modes.insert(LocalModes::ECHONL);
    tcsetattr(io::stdin(), OptionalActions::Now, &hidden)?;
    Ok(move |discard| {
        let when = match discard {
            true => OptionalActions::Flush,
            false => OptionalActions::Now,
        };
        // A terminal that is gone needs no echo.
        let _ = tcsetattr(io::stdin(), when, &before);
    })
}

#[cfg(not(unix))]
fn hide() -> io::Result<impl FnOnce(bool)> {
    Ok(|_| {})
}

/// Prints the prompt and reads a line. [`hide`] has turned echo off.
#[cfg(unix)]
fn read_secret(prompt: &str) -> io::Result<String> {
    let mut terminal = color::stderr();
    write!(terminal, "{prompt}")?;
    terminal.flush()?;
    let mut line = String::new();
    match io::stdin().lock().read_line(&mut line)? {
        0 => Err(io::Error::other(END_OF_INPUT)),
        _ => Ok(line),
    }
}

/// Prints the prompt and reads a line without echo.
#[cfg(not(unix))]
fn read_secret(prompt: &str) -> io::Result<String> {
    let secret = rpassword::prompt_password(prompt);
    secret.map_err(|error| match error.kind() {
        io::ErrorKind::UnexpectedEof => io::Error::other(END_OF_INPUT),
        _ => error,
    })
}

/// Reads on a separate thread.
async fn on_a_thread(
    read: impl FnOnce() -> io::Result<String> + Send + 'static,
) -> Result<String, CliError> {
    match runtime::on_a_thread(read).await {
        Some(Ok(line)) => Ok(line),
        Some(Err(error)) if error.kind() == io::ErrorKind::Interrupted => Err(stopped()),
        Some(Err(error)) => Err(unchanged(&error.to_string())),
        None => Err(unchanged("the reply cannot be read")),
    }
}

fn stopped() -> CliError {
    CliError::new(Exit::Interrupted, "nothing was changed")
}

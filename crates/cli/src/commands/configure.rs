//! `hwtasks configure`: writes the credentials file of the official SDKs.

use std::future::Future;
use std::io::{self, BufRead as _, IsTerminal as _, Write as _};
use std::path::PathBuf;
use std::pin::Pin;

use clap::Args;

use crate::args::Global;
use crate::commands::no_raw;
use crate::credentials_file::{self, Change, CredentialsFile, Keys};
use crate::failure::{Exit, Failure};
use crate::output::printable;
use crate::runtime;

const PROFILE: &str = "HWTASKS_PROFILE";

const ENDED: &str = "the answers have ended";

#[derive(Args)]
#[command(
    after_help = "Asks for the access key (AK), the secret key (SK), which is not shown, and the \
    project's ID, and writes nothing before it has asked whether to. Where standard input is no \
    terminal, the answers are its lines. The file can be read by its owner alone."
)]
pub(crate) struct Configure {
    /// The file to write; ~/.huaweicloud/credentials if left out [env:
    /// HUAWEICLOUD_SDK_CREDENTIALS_FILE]
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
}

impl Configure {
    pub(crate) fn run(&self, global: &Global) -> Result<(), Failure> {
        no_raw(global)?;
        if global.emulator() {
            return Err(Failure::bad_input("the emulator needs no credentials file")
                .advice("leave --emulator out"));
        }
        let path = self.path()?;
        let variable = || std::env::var(PROFILE).ok().filter(|name| !name.is_empty());
        let profile = global.profile.clone().or_else(variable);
        let profile = profile.unwrap_or_else(|| "basic".to_owned());
        let file = CredentialsFile::read(&path, &profile)?;
        let shown = path.display().to_string();
        runtime::block_on(ask_and_write(&file, &profile, &shown))
    }

    fn path(&self) -> Result<PathBuf, Failure> {
        let path = self.file.clone().or_else(credentials_file::path);
        path.ok_or_else(|| {
            Failure::bad_input("the home directory is not known").advice("give --file")
        })
    }
}

/// Asks for what is to stand in a section of a file, and whether to write it.
async fn ask_and_write(file: &CredentialsFile, profile: &str, shown: &str) -> Result<(), Failure> {
    let mut asker = Asker::new();
    asker.say(&match file.access_key() {
        Some(_) => {
            format!("Section [{profile}] of {shown}: what is left empty stays as it is.")
        }
        None => format!("New section [{profile}] of {shown}."),
    });
    let old = file.access_key().map(printable);
    let access_key = asker.ask("Access key (AK)", old.as_deref()).await?;
    let changed = access_key.is_some();
    let secret_key = asker.ask_secret("Secret key (SK), not shown").await?;
    let question = match file.project_id() {
        Some(old) => format!("Project ID [{}], - for the region's", printable(old)),
        None => "Project ID (empty: the region's)".to_owned(),
    };
    let project_id = match asker.ask(&question, None).await?.as_deref() {
        None => Change::Keep,
        Some("-") if file.project_id().is_none() => Change::Keep,
        Some("-") => Change::Remove,
        Some(id) => Change::Set(id.to_owned()),
    };
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
    };
    let text = file.with(&keys)?;
    if keys.is_empty() || text == file.text() {
        if !file.is_open_to_others() {
            asker.say("Nothing to change.");
            return Ok(());
        }
        let question = format!("Others can read {shown}. Let nobody but its owner?");
        if !asker.confirm(&question).await? {
            return Err(stopped());
        }
        file.write(file.text())?;
        asker.say(&format!("Nobody but its owner can read {shown} now."));
        return Ok(());
    }
    if !asker
        .confirm(&format!("Write section [{profile}] of {shown}?"))
        .await?
    {
        return Err(stopped());
    }
    file.write(&text)?;
    asker.say(&format!("Wrote {shown}. Try it: hwtasks doctor"));
    Ok(())
}

fn unchanged(why: &str) -> Failure {
    Failure::bad_input(format!("{why}: nothing was changed")).advice("begin again")
}

/// Asks whoever sits at the terminal, or takes the lines of standard input.
struct Asker {
    terminal: bool,
    interrupted: Pin<Box<dyn Future<Output = ()>>>,
}

impl Asker {
    fn new() -> Self {
        Self {
            terminal: io::stdin().is_terminal(),
            interrupted: Box::pin(runtime::interrupted()),
        }
    }

    fn say(&self, line: &str) {
        // Nobody is left to tell if this fails.
        let _ = writeln!(anstream::stderr(), "{line}");
    }

    fn prompt(&self, text: &str) {
        let mut err = anstream::stderr();
        let _ = write!(err, "{text}");
        let _ = err.flush();
    }

    async fn ask(&mut self, what: &str, old: Option<&str>) -> Result<Option<String>, Failure> {
        let old = old.map(|old| format!(" [{old}]")).unwrap_or_default();
        self.prompt(&format!("{what}{old}: "));
        self.answer().await
    }

    async fn answer(&mut self) -> Result<Option<String>, Failure> {
        let answer = on_a_thread(|| {
            let mut line = String::new();
            match io::stdin().lock().read_line(&mut line)? {
                0 => Err(io::Error::other(ENDED)),
                _ => Ok(line),
            }
        });
        let line = tokio::select! {
            line = answer => line,
            () = &mut self.interrupted => return Err(stopped()),
        };
        // Where nobody has pressed Enter, the line has not ended.
        if !self.terminal || line.is_err() {
            self.say("");
        }
        let line = line?;
        Ok(Some(line.trim().to_owned()).filter(|line| !line.is_empty()))
    }

    /// A secret, which is not shown while it is typed.
    async fn ask_secret(&mut self, what: &str) -> Result<Option<String>, Failure> {
        let prompt = format!("{what}: ");
        if !self.terminal {
            self.prompt(&prompt);
            return self.answer().await;
        }
        // Before the prompt is there, after which somebody may type at once.
        let show = hide();
        let asked = on_a_thread(move || {
            let secret = rpassword::prompt_password(prompt);
            secret.map_err(|error| match error.kind() {
                io::ErrorKind::UnexpectedEof => io::Error::other(ENDED),
                _ => error,
            })
        });
        // Ctrl-C is a key to what reads a secret; a signal is not.
        let asked = tokio::select! {
            asked = asked => asked,
            () = &mut self.interrupted => Err(stopped()),
        };
        show(asked.is_err());
        let secret = asked.inspect_err(|failure| {
            // Where nobody has pressed Enter, the line has not ended.
            if failure.exit() != Exit::Interrupted {
                self.say("");
            }
        })?;
        Ok(Some(secret.trim().to_owned()).filter(|secret| !secret.is_empty()))
    }

    async fn confirm(&mut self, question: &str) -> Result<bool, Failure> {
        self.prompt(&format!("{question} [y/N] "));
        let answer = self.answer().await?;
        let answer = answer.unwrap_or_default().to_ascii_lowercase();
        Ok(answer == "y" || answer == "yes")
    }
}

/// Shows nothing that is typed until what it gives is called, which makes the terminal what it was, and
/// forgets what has been typed and not read if told to: it is half a secret.
#[cfg(unix)]
fn hide() -> impl FnOnce(bool) {
    use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};

    let before = tcgetattr(io::stdin());
    let set = |terminal: &Termios, when| {
        // It is a terminal; what reads the secret says so if it cannot be hidden.
        let _ = tcsetattr(io::stdin(), when, terminal);
    };
    if let Ok(mut hidden) = before.clone() {
        // All that the reader will take away, so that no key falls in between.
        let taken = LocalModes::ECHO | LocalModes::ICANON | LocalModes::ISIG;
        hidden.local_modes.remove(taken);
        set(&hidden, OptionalActions::Now);
    }
    move |forget| {
        if let Ok(before) = before {
            let when = match forget {
                true => OptionalActions::Flush,
                false => OptionalActions::Now,
            };
            set(&before, when);
        }
    }
}

#[cfg(not(unix))]
fn hide() -> impl FnOnce(bool) {
    |_| {}
}

/// What is read on a thread of its own, or why it is not.
async fn on_a_thread(
    read: impl FnOnce() -> io::Result<String> + Send + 'static,
) -> Result<String, Failure> {
    match runtime::on_a_thread(read).await {
        Some(Ok(line)) => Ok(line),
        Some(Err(error)) if error.kind() == io::ErrorKind::Interrupted => Err(stopped()),
        Some(Err(error)) => Err(unchanged(&error.to_string())),
        None => Err(unchanged("no answer can be read")),
    }
}

fn stopped() -> Failure {
    Failure::new(Exit::Interrupted, "nothing was changed")
}

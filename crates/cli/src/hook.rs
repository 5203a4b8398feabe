//! Commands that run when a task or a wait ends.

use std::ffi::OsString;
use std::io::{self, Write as _};
use std::process::{Command, ExitStatus, Stdio};

use serde_json::Value;

use crate::error::CliError;
use crate::runtime;
use crate::task::TaskRow;

/// The command after `--`, which gets what happened as environment variables and JSON.
#[derive(Clone, Debug)]
pub(crate) struct Hook(Vec<OsString>);

/// Environment variables of a command.
pub(crate) type Variables = Vec<(&'static str, String)>;

impl Hook {
    /// The command of these words; `None` without any.
    pub(crate) fn new(words: &[OsString]) -> Option<Self> {
        (!words.is_empty()).then(|| Self(words.to_vec()))
    }

    /// Runs the command to its end. It reads a line of JSON from its standard input. Its standard output
    /// goes to standard error, so that it does not mix with results.
    pub(crate) async fn run(&self, variables: Variables, input: &Value) -> Result<(), CliError> {
        let (hook, input) = (self.clone(), input.clone());
        let ran = runtime::on_a_thread(move || hook.run_here(variables, &input)).await;
        ran.unwrap_or_else(|| Err(CliError::bad_input("the command cannot be run")))
    }

    /// Like [`run`](Self::run), on this thread.
    pub(crate) fn run_here(&self, variables: Variables, input: &Value) -> Result<(), CliError> {
        let program = self.0.first().cloned().unwrap_or_default();
        let program = program.to_string_lossy().into_owned();
        match run(&self.0, variables, &format!("{input}\n")) {
            Ok(status) if status.success() => Ok(()),
            Ok(status) => Err(CliError::bad_input(format!(
                "the command {program:?} has failed: {status}"
            ))),
            Err(error) => Err(CliError::bad_input(format!(
                "the command {program:?} cannot be run: {error}"
            ))
            .with_help("check the command after --")),
        }
    }
}

fn run(words: &[OsString], variables: Variables, input: &str) -> io::Result<ExitStatus> {
    let Some((program, arguments)) = words.split_first() else {
        return Err(io::Error::other("there is no command"));
    };
    // A variable ends at a NUL, and the command could not be run.
    let variables = variables.into_iter();
    let variables = variables.map(|(name, value)| (name, value.replace('\0', " ")));
    let mut child = Command::new(program)
        .args(arguments)
        .envs(variables)
        .stdin(Stdio::piped())
        .stdout(Stdio::from(io::stderr()))
        .spawn()?;
    if let Some(mut stdin) = child.stdin.take() {
        // A command need not read its input.
        let _ = stdin.write_all(input.as_bytes());
    }
    child.wait()
}

/// A task as environment variables.
pub(crate) fn of_task(task: &TaskRow) -> Variables {
    let name = |name: &Option<String>| name.clone().unwrap_or_default();
    vec![
        ("HWTASKS_SERVICE", task.instance.service.as_str().to_owned()),
        ("HWTASKS_INSTANCE_ID", task.instance.id.clone()),
        ("HWTASKS_INSTANCE_NAME", name(&task.instance.name)),
        ("HWTASKS_TASK_ID", task.id.clone()),
        ("HWTASKS_TASK_NAME", name(&task.name)),
        ("HWTASKS_TASK_STATUS", task.shown_status().to_owned()),
        ("HWTASKS_TASK_CHANGE", task.change()),
    ]
}

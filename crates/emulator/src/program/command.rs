//! A command that runs with the variables of an emulator.

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::pin::pin;
use std::process::{Command, ExitStatus};

use super::{Failure, Interruption, interruption};
use crate::Builder;

/// Runs a command with the variables of the emulator. Returns its exit code.
pub(super) async fn run(
    builder: Builder,
    program: &OsStr,
    arguments: &[OsString],
) -> Result<u8, Failure> {
    let emulator = builder.start().await?;
    let signal = |error| Failure::other("cannot wait for a signal", error);
    // A terminal sends Ctrl-C to the command too, which decides what it does.
    let mut interruption = pin!(interruption().map_err(signal)?);
    let mut child = Command::new(program)
        .args(arguments)
        .envs(emulator.variables())
        .spawn()
        .map_err(|error| {
            Failure::bad_input(format!(
                "the command {:?} cannot be run: {error}",
                program.to_string_lossy()
            ))
        })?;
    let id = child.id();
    let mut ended = tokio::task::spawn_blocking(move || child.wait());
    let status = tokio::select! {
        ended = &mut ended => ended,
        interrupted = &mut interruption => {
            if interrupted.is_ok_and(|signal| signal == Interruption::Terminate) {
                terminate(id);
            }
            ended.await
        }
    };
    let failed = |error: &dyn fmt::Display| Failure::other("cannot wait for the command", error);
    let status = status
        .map_err(|error| failed(&error))?
        .map_err(|error| failed(&error))?;
    emulator.shutdown().await;
    Ok(exit_code(status))
}

#[cfg(unix)]
fn exit_code(status: ExitStatus) -> u8 {
    use std::os::unix::process::ExitStatusExt as _;

    let signal = || status.signal().map(|signal| 128 + signal);
    let code = status.code().or_else(signal);
    code.and_then(|code| u8::try_from(code).ok()).unwrap_or(1)
}

#[cfg(not(unix))]
fn exit_code(status: ExitStatus) -> u8 {
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    code.unwrap_or(1)
}

/// Asks a process to end.
#[cfg(unix)]
fn terminate(id: u32) {
    let id = i32::try_from(id)
        .ok()
        .and_then(rustix::process::Pid::from_raw);
    if let Some(id) = id {
        // It may have ended by itself.
        let _ = rustix::process::kill_process(id, rustix::process::Signal::TERM);
    }
}

#[cfg(not(unix))]
fn terminate(_: u32) {}

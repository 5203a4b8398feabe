//! Running what waits: one thread, made only for commands that need it, and ended by an interruption.

use std::future::Future;

use crate::failure::{Exit, Failure};

/// Runs a command until it ends or somebody interrupts it.
pub(crate) fn block_on<T>(command: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::new(Exit::Api, format!("no runtime could be made: {error}")))?;
    runtime.block_on(command)
}

/// Ends when somebody interrupts the process, by Ctrl-C or as a container is stopped, which then has
/// no other effect.
pub(crate) async fn interrupted() {
    if signal().await.is_err() {
        // Nothing can be listened for; the system's own handling ends the process.
        std::future::pending::<()>().await;
    }
}

#[cfg(unix)]
async fn signal() -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};

    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        interrupted = tokio::signal::ctrl_c() => interrupted,
        _ = terminate.recv() => Ok(()),
    }
}

#[cfg(not(unix))]
async fn signal() -> std::io::Result<()> {
    tokio::signal::ctrl_c().await
}

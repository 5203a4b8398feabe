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

/// Ends when somebody interrupts the process, from which then nothing else happens.
pub(crate) async fn interrupted() {
    if tokio::signal::ctrl_c().await.is_err() {
        // Nothing can be listened for; the system's own handling ends the process.
        std::future::pending::<()>().await;
    }
}

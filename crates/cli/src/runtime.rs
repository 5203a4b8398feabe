//! Runs asynchronous commands on one thread, and handles interruptions.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::time::Duration;

use tokio::sync::oneshot;

use crate::error::{CliError, Exit};

/// Runs a command that handles interruptions itself.
pub(crate) fn block_on<T>(
    command: impl Future<Output = Result<T, CliError>>,
) -> Result<T, CliError> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| CliError::new(Exit::Api, format!("cannot start the runtime: {error}")))?;
    runtime.block_on(command)
}

/// Runs something for at most this long, without waiting for what still blocks then. `None` if it has
/// not ended.
pub(crate) fn within<T>(limit: Duration, work: impl Future<Output = T>) -> Option<T> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .ok()?;
    let done = runtime.block_on(async { tokio::time::timeout(limit, work).await.ok() });
    runtime.shutdown_background();
    done
}

/// Runs a command until it ends or is interrupted; `stopped` says where it stopped.
pub(crate) fn block_on_until_interrupted<T>(
    stopped: &str,
    command: impl Future<Output = Result<T, CliError>>,
) -> Result<T, CliError> {
    block_on(async {
        let interrupted = interrupted();
        tokio::select! {
            result = command => result,
            () = interrupted => Err(CliError::new(Exit::Interrupted, stopped)),
        }
    })
}

/// Runs a part of a command until it ends or is interrupted; `stopped` is the error then.
pub(crate) async fn unless<T>(
    interrupted: &mut Pin<&mut impl Future<Output = ()>>,
    stopped: impl FnOnce() -> CliError,
    part: impl Future<Output = Result<T, CliError>>,
) -> Result<T, CliError> {
    tokio::select! {
        // First, so that the signal is handled before anything is printed.
        biased;
        () = interrupted => Err(stopped()),
        done = part => done,
    }
}

/// The error of a command that was interrupted before it sent anything.
pub(crate) fn not_begun() -> CliError {
    CliError::new(Exit::Interrupted, "before the first request")
}

/// Waits for Ctrl-C or SIGTERM, which then have no other effect.
///
/// The handlers are installed at once. Must be called inside the runtime.
pub(crate) fn interrupted() -> impl Future<Output = ()> {
    let signal = signal();
    async {
        let received = match signal {
            Ok(signal) => signal.await.is_ok(),
            Err(_) => false,
        };
        if !received {
            // Without handlers, the default action ends the process.
            std::future::pending::<()>().await;
        }
    }
}

#[cfg(unix)]
fn signal() -> io::Result<impl Future<Output = io::Result<()>>> {
    use tokio::signal::unix::{SignalKind, signal};

    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => Ok(()),
            _ = terminate.recv() => Ok(()),
        }
    })
}

#[cfg(not(unix))]
fn signal() -> io::Result<impl Future<Output = io::Result<()>>> {
    Ok(tokio::signal::ctrl_c())
}

/// Runs blocking work on a separate thread, which an interruption does not wait for. `None` if it
/// panicked.
pub(crate) async fn on_a_thread<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Option<T> {
    let (send, receive) = oneshot::channel();
    std::thread::spawn(move || {
        // The receiver is gone after an interruption.
        let _ = send.send(work());
    });
    receive.await.ok()
}

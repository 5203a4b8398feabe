//! Running what waits: one thread, made only for commands that need it, and ended by an interruption.

use std::future::Future;
use std::io;

use tokio::sync::oneshot;

use crate::failure::{Exit, Failure};

/// Runs a command to its end; it listens for interruptions itself.
pub(crate) fn block_on<T>(command: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::new(Exit::Api, format!("no runtime could be made: {error}")))?;
    runtime.block_on(command)
}

/// Runs a command until it ends or somebody interrupts it, which says where it stopped.
pub(crate) fn block_on_until_interrupted<T>(
    stopped: &str,
    command: impl Future<Output = Result<T, Failure>>,
) -> Result<T, Failure> {
    block_on(async {
        let interrupted = interrupted();
        tokio::select! {
            result = command => result,
            () = interrupted => Err(Failure::new(Exit::Interrupted, stopped)),
        }
    })
}

/// Ends when somebody interrupts the process, by Ctrl-C or as a container is stopped, which then has
/// no other effect. It is listened for from now on, and only inside the runtime.
pub(crate) fn interrupted() -> impl Future<Output = ()> {
    let signal = signal();
    async {
        let came = match signal {
            Ok(signal) => signal.await.is_ok(),
            Err(_) => false,
        };
        if !came {
            // Nothing can be listened for; the system's own handling ends the process.
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

/// Does what blocks on a thread of its own, which nothing waits for when somebody interrupts. `None`
/// when it panicked.
pub(crate) async fn on_a_thread<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Option<T> {
    let (send, receive) = oneshot::channel();
    std::thread::spawn(move || {
        // Nobody is left to be told if this fails.
        let _ = send.send(work());
    });
    receive.await.ok()
}

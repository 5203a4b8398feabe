//! One listener and its connections, which a fault can reset.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use axum::response::Response;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};
use tower::Service as _;

/// A switch that makes the connection of a request end with a TCP reset.
#[derive(Clone, Debug, Default)]
pub(crate) struct Reset(Arc<AtomicBool>);

/// Marks a response that must not be sent.
#[derive(Clone, Copy)]
struct NoResponse;

/// The error that makes hyper close the connection without a response.
#[derive(Debug, thiserror::Error)]
#[error("connection reset by fault injection")]
struct ResetByFault;

impl Reset {
    /// Makes the connection end with a TCP reset instead of an orderly shutdown.
    pub(crate) fn on_drop(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// A response that is never sent: the connection ends instead.
    pub(crate) fn instead_of_response(&self) -> Response {
        let mut response = Response::new(Body::empty());
        response.extensions_mut().insert(NoResponse);
        response
    }

    fn is_on(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// Whether the response is one of [`Reset::instead_of_response`].
pub(crate) fn is_no_response(response: &Response) -> bool {
    response.extensions().get::<NoResponse>().is_some()
}

/// Serves until the handle is aborted, which also ends the connections.
///
/// A connection ends when no complete request head arrives within `timeout`, counted from its start or from the end of
/// the previous response.
pub(crate) fn serve(listener: TcpListener, router: Router, timeout: Duration) -> JoinHandle<()> {
    tokio::spawn(async move {
        let mut connections = JoinSet::new();
        loop {
            tokio::select! {
                accepted = listener.accept() => match accepted {
                    Ok((stream, _)) => { connections.spawn(connection(stream, router.clone(), timeout)); }
                    Err(error) => {
                        // Often transient, such as too many open files.
                        tracing::warn!(%error, "cannot accept a connection");
                        tokio::time::sleep(Duration::from_millis(50)).await;
                    }
                },
                Some(_) = connections.join_next(), if !connections.is_empty() => {}
            }
        }
    })
}

async fn connection(stream: TcpStream, router: Router, timeout: Duration) {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "cannot set TCP_NODELAY");
    }
    let reset = Reset::default();
    let io = TokioIo::new(Resettable {
        stream,
        reset: reset.clone(),
    });
    let service = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(reset.clone());
        let call = router.clone().call(request);
        async move {
            let Ok(response) = call.await;
            if is_no_response(&response) {
                Err(ResetByFault)
            } else {
                Ok(response)
            }
        }
    });
    let mut server = http1::Builder::new();
    server.timer(TokioTimer::new()).header_read_timeout(timeout);
    if let Err(error) = server.serve_connection(io, service).await {
        tracing::debug!(%error, "a connection ended early");
    }
}

/// A TCP stream that ends with a reset once its switch is on.
struct Resettable {
    stream: TcpStream,
    reset: Reset,
}

impl Drop for Resettable {
    fn drop(&mut self) {
        if self.reset.is_on()
            && let Err(error) = self.stream.set_zero_linger()
        {
            tracing::warn!(%error, "cannot reset a connection; closing it instead");
        }
    }
}

impl AsyncRead for Resettable {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for Resettable {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.reset.is_on() {
            // A FIN sent now would precede the reset, and the client would see an orderly shutdown.
            return Poll::Ready(Ok(()));
        }
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

/// Binds `address` and returns the bound address: port 0 becomes a free port.
pub(crate) async fn bind(address: SocketAddr) -> io::Result<(TcpListener, SocketAddr)> {
    let listener = TcpListener::bind(address).await?;
    let address = listener.local_addr()?;
    Ok((listener, address))
}

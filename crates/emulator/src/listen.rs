//! One listener and its connections, which can be reset on demand.

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
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};
use tower::Service as _;

/// The switch by which a request resets the connection it came on.
#[derive(Clone, Debug, Default)]
pub(crate) struct Reset(Arc<AtomicBool>);

/// Marks an answer that must not be sent.
#[derive(Clone, Copy)]
struct NoResponse;

/// What tells hyper to give a connection up.
#[derive(Debug, thiserror::Error)]
#[error("the connection was reset on demand")]
struct GivenUp;

impl Reset {
    /// The connection will end with a reset and not with an orderly end.
    pub(crate) fn on_drop(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// An answer that is not sent: the connection ends instead.
    pub(crate) fn instead_of_response(&self) -> Response {
        let mut response = Response::new(Body::empty());
        response.extensions_mut().insert(NoResponse);
        response
    }

    fn is_on(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// Whether this answer is never sent.
pub(crate) fn is_no_response(response: &Response) -> bool {
    response.extensions().get::<NoResponse>().is_some()
}

/// Serves until the handle is aborted; the connections end with it.
pub(crate) fn serve(listener: TcpListener, router: Router) -> JoinHandle<()> {
    tokio::spawn(async move {
        let mut connections = JoinSet::new();
        loop {
            tokio::select! {
                accepted = listener.accept() => match accepted {
                    Ok((stream, _)) => { connections.spawn(connection(stream, router.clone())); }
                    Err(error) => {
                        // Out of file descriptors, say: there may be one again soon.
                        tracing::warn!(%error, "a connection could not be accepted");
                        tokio::time::sleep(Duration::from_millis(50)).await;
                    }
                },
                Some(_) = connections.join_next(), if !connections.is_empty() => {}
            }
        }
    })
}

async fn connection(stream: TcpStream, router: Router) {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "TCP_NODELAY could not be set");
    }
    let reset = Reset::default();
    let io = TokioIo::new(Resettable {
        stream,
        reset: reset.clone(),
    });
    let service = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(reset.clone());
        let answer = router.clone().call(request);
        async move {
            let Ok(response) = answer.await;
            if is_no_response(&response) {
                Err(GivenUp)
            } else {
                Ok(response)
            }
        }
    });
    if let Err(error) = http1::Builder::new().serve_connection(io, service).await {
        tracing::debug!(%error, "a connection ended early");
    }
}

/// A stream that ends with a reset if told so.
struct Resettable {
    stream: TcpStream,
    reset: Reset,
}

impl Drop for Resettable {
    fn drop(&mut self) {
        if self.reset.is_on()
            && let Err(error) = self.stream.set_zero_linger()
        {
            tracing::warn!(%error, "the connection could not be reset; it is closed");
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
            // An orderly end first would make the reset an end.
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

/// Binds, and says where: port 0 becomes a port.
pub(crate) async fn bind(address: SocketAddr) -> io::Result<(TcpListener, SocketAddr)> {
    let listener = TcpListener::bind(address).await?;
    let address = listener.local_addr()?;
    Ok((listener, address))
}

//! Bodies that misbehave.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use tokio::time::Sleep;

use crate::listen::Reset;

type Polled<E> = Poll<Option<Result<Frame<Bytes>, E>>>;

/// A body in pieces, with a pause before each.
pub(super) struct Slow {
    pub(super) rest: Bytes,
    pub(super) chunk: usize,
    pub(super) pause: Duration,
    sleep: Option<Pin<Box<Sleep>>>,
}

impl Slow {
    pub(super) fn new(body: Bytes, chunk: usize, pause: Duration) -> Self {
        Self {
            rest: body,
            chunk,
            pause,
            sleep: None,
        }
    }
}

impl Body for Slow {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Polled<Self::Error> {
        if self.rest.is_empty() {
            return Poll::Ready(None);
        }
        let pause = self.pause;
        let sleep = self
            .sleep
            .get_or_insert_with(|| Box::pin(tokio::time::sleep(pause)));
        if sleep.as_mut().poll(cx).is_pending() {
            return Poll::Pending;
        }
        self.sleep = None;
        let length = self.chunk.min(self.rest.len());
        Poll::Ready(Some(Ok(Frame::data(self.rest.split_to(length)))))
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.rest.len() as u64)
    }
}

/// The first part of a body, and then a connection that is gone.
pub(super) struct Broken {
    first: Option<Bytes>,
    /// What the `Content-Length` promises.
    promised: u64,
    reset: Reset,
    /// How often to let the connection write out what it has.
    patience: u8,
}

impl Broken {
    pub(super) fn new(body: &Bytes, reset: Reset) -> Self {
        Self {
            first: Some(body.slice(..body.len() / 2)),
            promised: body.len() as u64,
            reset,
            patience: 3,
        }
    }
}

impl Body for Broken {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Polled<Self::Error> {
        if let Some(first) = self.first.take() {
            return Poll::Ready(Some(Ok(Frame::data(first))));
        }
        if self.patience > 0 {
            self.patience -= 1;
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        self.reset.on_drop();
        let error = std::io::Error::new(std::io::ErrorKind::ConnectionReset, "reset on demand");
        Poll::Ready(Some(Err(error)))
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.promised)
    }
}

/// A head, a block so many times, and a tail, none of it copied.
pub(super) struct Repeated {
    pub(super) head: Bytes,
    pub(super) block: Bytes,
    pub(super) blocks: u64,
    pub(super) tail: Bytes,
}

impl Body for Repeated {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Polled<Self::Error> {
        let next = if !self.head.is_empty() {
            std::mem::take(&mut self.head)
        } else if self.blocks > 0 {
            self.blocks -= 1;
            self.block.clone()
        } else if !self.tail.is_empty() {
            std::mem::take(&mut self.tail)
        } else {
            return Poll::Ready(None);
        };
        Poll::Ready(Some(Ok(Frame::data(next))))
    }

    fn size_hint(&self) -> SizeHint {
        let blocks = self.blocks.saturating_mul(self.block.len() as u64);
        SizeHint::with_exact(blocks.saturating_add((self.head.len() + self.tail.len()) as u64))
    }
}

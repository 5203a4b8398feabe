//! Response bodies that misbehave.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use tokio::time::Sleep;

use crate::listen::Reset;

type Polled<E> = Poll<Option<Result<Frame<Bytes>, E>>>;

/// A body sent in chunks, with a pause before each.
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

/// The first half of a body, followed by a connection reset.
pub(super) struct Broken {
    first: Option<Bytes>,
    /// The announced `Content-Length`.
    announced: u64,
    reset: Reset,
    /// How many more times to yield, so that the connection can flush the first half.
    flushes_left: u8,
}

/// How many times [`Broken`] yields between the first half and the reset.
const FLUSHES_BEFORE_RESET: u8 = 3;

impl Broken {
    pub(super) fn new(body: &Bytes, reset: Reset) -> Self {
        Self {
            first: Some(body.slice(..body.len() / 2)),
            announced: body.len() as u64,
            reset,
            flushes_left: FLUSHES_BEFORE_RESET,
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
        if self.flushes_left > 0 {
            self.flushes_left -= 1;
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        self.reset.on_drop();
        let error = std::io::Error::new(
            std::io::ErrorKind::ConnectionReset,
            "connection reset by fault injection",
        );
        Poll::Ready(Some(Err(error)))
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.announced)
    }
}

/// A head, `blocks` repetitions of a block, and a tail, without copying.
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

//! A compressed body of any size, generated while it is sent.

use std::io::{self, Write as _};
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use http_body::{Body, Frame};

/// How many blanks are compressed in one step: few enough not to block the runtime.
static BLANKS: [u8; 64 << 10] = [b' '; 64 << 10];

/// One gzip member that decompresses to `start`, `blanks` blanks and `end`.
pub(super) struct Gzip {
    /// `None` after the last byte.
    encoder: Option<GzEncoder<Vec<u8>>>,
    blanks: u64,
    end: &'static [u8],
}

impl Gzip {
    pub(super) fn new(start: &[u8], blanks: u64, end: &'static [u8]) -> io::Result<Self> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(start)?;
        Ok(Self {
            encoder: Some(encoder),
            blanks,
            end,
        })
    }

    /// Compresses the next block. Returns the compressed bytes, often none, or `None` after the last.
    fn step(&mut self) -> io::Result<Option<Vec<u8>>> {
        let Some(mut encoder) = self.encoder.take() else {
            return Ok(None);
        };
        if self.blanks == 0 {
            encoder.write_all(self.end)?;
            return encoder.finish().map(Some);
        }
        let length =
            usize::try_from(self.blanks).map_or(BLANKS.len(), |left| left.min(BLANKS.len()));
        encoder.write_all(&BLANKS[..length])?;
        self.blanks -= length as u64;
        let compressed = std::mem::take(encoder.get_mut());
        self.encoder = Some(encoder);
        Ok(Some(compressed))
    }
}

impl Body for Gzip {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        match self.step() {
            Ok(None) => Poll::Ready(None),
            Ok(Some(compressed)) if compressed.is_empty() => {
                cx.waker().wake_by_ref();
                Poll::Pending
            }
            Ok(Some(compressed)) => Poll::Ready(Some(Ok(Frame::data(compressed.into())))),
            Err(error) => Poll::Ready(Some(Err(error))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read as _;

    #[test]
    fn gzip_steps_make_one_valid_member() {
        let blanks = 2 * BLANKS.len() as u64 + 5;
        let mut gzip = Gzip::new(b"{\"tasks\":[", blanks, b"]}").unwrap();
        let mut wire = Vec::new();
        while let Some(compressed) = gzip.step().unwrap() {
            wire.extend(compressed);
        }
        assert!(wire.len() < 1024, "{} bytes", wire.len());
        let mut plain = Vec::new();
        // GzDecoder reads a single member and verifies its checksum: clients decode no further members.
        flate2::read::GzDecoder::new(wire.as_slice())
            .read_to_end(&mut plain)
            .unwrap();
        assert_eq!(plain.len() as u64, 10 + blanks + 2);
        let json: serde_json::Value = serde_json::from_slice(&plain).unwrap();
        assert_eq!(json["tasks"].as_array().map(Vec::len), Some(0));
    }
}

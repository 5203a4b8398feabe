//! A gzip body of any size, for the price of one block.

use std::io::Write as _;

use bytes::Bytes;
use flate2::{Compress, Compression, Crc, FlushCompress, Status};

/// The size of the block that is repeated: a MiB of blanks.
pub(super) const BLOCK: usize = 1 << 20;

/// A gzip stream in its pieces: `head`, then `block` so many times, then `tail`.
pub(super) struct Bomb {
    pub(super) head: Bytes,
    pub(super) block: Bytes,
    pub(super) blocks: u64,
    pub(super) tail: Bytes,
}

/// One gzip member that decompresses to `start`, then at least `blanks` blanks, then `end`.
///
/// A deflate block that ends in a full flush refers to nothing before it and ends on a byte, so it can be repeated.
pub(super) fn bomb(start: &[u8], blanks: u64, end: &[u8]) -> std::io::Result<Bomb> {
    let blocks = blanks.div_ceil(BLOCK as u64).max(1);
    let blank = vec![b' '; BLOCK];
    let mut crc = Crc::new();
    crc.update(start);
    let mut block_crc = Crc::new();
    block_crc.update(&blank);
    for _ in 0..blocks {
        crc.combine(&block_crc);
    }
    let mut end_crc = Crc::new();
    end_crc.update(end);
    crc.combine(&end_crc);
    let size = (start.len() as u64 + blocks * BLOCK as u64 + end.len() as u64) as u32;

    // Magic, deflate, no flags, no time, no extra flags, unknown system.
    let mut head = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
    head.write_all(&deflate(start, FlushCompress::Full)?)?;
    let mut tail = deflate(end, FlushCompress::Finish)?;
    tail.extend_from_slice(&crc.sum().to_le_bytes());
    tail.extend_from_slice(&size.to_le_bytes());
    Ok(Bomb {
        head: head.into(),
        block: deflate(&blank, FlushCompress::Full)?.into(),
        blocks,
        tail: tail.into(),
    })
}

/// Raw deflate, flushed so.
fn deflate(data: &[u8], flush: FlushCompress) -> std::io::Result<Vec<u8>> {
    let mut compress = Compress::new(Compression::best(), false);
    let mut out = Vec::with_capacity(data.len() / 64 + 1024);
    loop {
        let consumed = usize::try_from(compress.total_in()).unwrap_or(usize::MAX);
        let rest = data.get(consumed..).unwrap_or_default();
        let before = out.len();
        let status = compress.compress_vec(rest, &mut out, flush)?;
        let done = match flush {
            FlushCompress::Finish => status == Status::StreamEnd,
            _ => rest.is_empty() || (out.len() < out.capacity() && before != out.len()),
        };
        if done {
            return Ok(out);
        }
        out.reserve(1024);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read as _;

    #[test]
    fn it_is_one_sound_gzip_member() {
        let bomb = bomb(b"{\"tasks\":[", 3 * BLOCK as u64 - 5, b"]}").unwrap();
        assert_eq!(bomb.blocks, 3);
        let mut wire = bomb.head.to_vec();
        for _ in 0..bomb.blocks {
            wire.extend_from_slice(&bomb.block);
        }
        wire.extend_from_slice(&bomb.tail);
        assert!(wire.len() < 8 * 1024, "{} bytes", wire.len());
        let mut plain = Vec::new();
        // Not the decoder of several members: it must be one, checksum and all.
        flate2::read::GzDecoder::new(wire.as_slice())
            .read_to_end(&mut plain)
            .unwrap();
        assert_eq!(plain.len(), 10 + 3 * BLOCK + 2);
        let json: serde_json::Value = serde_json::from_slice(&plain).unwrap();
        assert_eq!(json["tasks"].as_array().map(Vec::len), Some(0));
    }
}

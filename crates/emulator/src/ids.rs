//! Reproducible IDs in the formats of the cloud.

use std::sync::atomic::{AtomicU64, Ordering};

/// A seeded ID generator (SplitMix64).
#[derive(Debug)]
pub(crate) struct Ids(AtomicU64);

/// The increment of SplitMix64. It is odd, so the state takes every 64-bit value once.
const GAMMA: u64 = 0x9e37_79b9_7f4a_7c15;

impl Ids {
    pub(crate) fn new(seed: u64) -> Self {
        Self(AtomicU64::new(seed))
    }

    pub(crate) fn set_seed(&self, seed: u64) {
        self.0.store(seed, Ordering::Relaxed);
    }

    pub(crate) fn number(&self) -> u64 {
        mix(self
            .0
            .fetch_add(GAMMA, Ordering::Relaxed)
            .wrapping_add(GAMMA))
    }

    /// A number below `bound`. Panics if `bound` is 0.
    pub(crate) fn below(&self, bound: u64) -> u64 {
        self.number() % bound
    }

    /// 32 hexadecimal digits: the format of task IDs and request IDs.
    pub(crate) fn hex(&self) -> String {
        self.digits().into_iter().map(char::from).collect()
    }

    /// [`hex`](Self::hex) without an allocation.
    pub(crate) fn digits(&self) -> [u8; 32] {
        let mut digits = [0; 32];
        for half in digits.chunks_exact_mut(16) {
            let number = self.number();
            for (digit, shift) in half.iter_mut().zip((0..64).step_by(4).rev()) {
                *digit = b"0123456789abcdef"[(number >> shift) as usize & 0xf];
            }
        }
        digits
    }

    /// A UUID: the format of instance IDs.
    pub(crate) fn uuid(&self) -> String {
        let hex = self.hex();
        [
            &hex[..8],
            &hex[8..12],
            &hex[12..16],
            &hex[16..20],
            &hex[20..],
        ]
        .join("-")
    }
}

fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_from_seed_zero_match_reference() {
        // The first outputs of the reference SplitMix64 with seed 0.
        let ids = Ids::new(0);
        assert_eq!(ids.number(), 0xe220_a839_7b1d_cdaf);
        assert_eq!(ids.number(), 0x6e78_9e6a_a1b9_65f4);
        assert_eq!(Ids::new(0).hex(), "e220a8397b1dcdaf6e789e6aa1b965f4");
    }

    #[test]
    fn ids_with_same_seed_repeat() {
        let ids = Ids::new(42);
        let first = [ids.hex(), ids.uuid()];
        ids.set_seed(42);
        assert_eq!(first, [ids.hex(), ids.uuid()]);
        assert_eq!(first[0].len(), 32);
        assert_eq!(first[1].len(), 36);
        assert_ne!(ids.hex(), ids.hex());
    }
}

//! Divides a list of instances into shards.

use std::fmt;
use std::hash::Hasher as _;

use siphasher::sip::SipHasher24;

/// One part of a list of instances that several machines divide.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Shard {
    index: u64,
    count: u64,
}

/// Reads `I/N`.
pub(crate) fn shard(text: &str) -> Result<Shard, String> {
    let parts = text.split_once('/').and_then(|(index, count)| {
        let index = index.trim().parse().ok()?;
        Some(Shard {
            index,
            count: count.trim().parse().ok()?,
        })
    });
    parts
        .filter(|shard| shard.index < shard.count)
        .ok_or_else(|| {
            "give I/N, with I from 0 to N-1: 0/3, 1/3 and 2/3 are all of three".to_owned()
        })
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.index, self.count)
    }
}

impl Shard {
    /// Whether an instance belongs to this shard: SipHash-2-4 of its ID, with a key of zeros, modulo the
    /// number of shards. The result is the same on every machine and in every version.
    pub(crate) fn has(self, instance: &str) -> bool {
        let mut hasher = SipHasher24::new();
        hasher.write(instance.as_bytes());
        hasher.finish() % self.count == self.index
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shard_of_instance_is_unique_and_never_changes() {
        let count = 7;
        let mut sizes = [0; 7];
        for number in 0..7000 {
            let instance = format!("instance-{number}");
            let shards = (0..count).filter(|index| {
                Shard {
                    index: *index,
                    count,
                }
                .has(&instance)
            });
            let shards: Vec<_> = shards.collect();
            assert_eq!(shards.len(), 1);
            sizes[usize::try_from(shards[0]).unwrap()] += 1;
        }
        assert!(
            sizes.iter().all(|size| (850..1150).contains(size)),
            "{sizes:?}"
        );
        // Computed by another implementation of SipHash-2-4.
        for (instance, index) in GOLDEN {
            assert!(Shard { index, count: 1000 }.has(instance), "{instance}");
        }
    }

    /// `instance`, and its shard of 1000.
    const GOLDEN: [(&str, u64); 3] = [
        ("", 367),
        ("5560df16-cebf-4473-95c4-d1b573c16e79", 669),
        ("a8f4e3b1", 292),
    ];

    #[test]
    fn shard_index_starts_at_zero() {
        assert_eq!(shard("0/1"), Ok(Shard { index: 0, count: 1 }));
        assert_eq!(shard("2/3"), Ok(Shard { index: 2, count: 3 }));
        for text in ["", "3/3", "1", "0/0", "-1/3", "a/b", "1/2/3", "1/"] {
            assert!(shard(text).is_err(), "{text}");
        }
    }
}

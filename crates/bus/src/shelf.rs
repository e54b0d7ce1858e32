//! Values that are kept for a while within one process, bounded in bytes and in number.

use std::time::{Duration, Instant};

use moka::Expiry;
use moka::sync::Cache;

/// All values of a process together, with their keys.
const MOST_BYTES: u64 = 32 * 1024 * 1024;
/// What an entry counts at least, so that the bound of bytes bounds the number too: 16,384.
const LEAST_WEIGHT: usize = 2 * 1024;

/// Forgets what was asked for least, when there is no room, and each value when its time is over.
pub struct Shelf {
    kept: Cache<String, Kept>,
}

#[derive(Clone)]
struct Kept {
    value: Vec<u8>,
    ttl: Duration,
}

/// Each value has its own time.
struct OwnTime;

impl Expiry<String, Kept> for OwnTime {
    fn expire_after_create(&self, _: &String, kept: &Kept, _: Instant) -> Option<Duration> {
        Some(kept.ttl)
    }

    fn expire_after_update(&self, _: &String, kept: &Kept, _: Instant, _: Option<Duration>) -> Option<Duration> {
        Some(kept.ttl)
    }
}

impl Default for Shelf {
    fn default() -> Self {
        let weight = |key: &String, kept: &Kept| {
            u32::try_from((key.len() + kept.value.len()).max(LEAST_WEIGHT)).unwrap_or(u32::MAX)
        };
        Self { kept: Cache::builder().max_capacity(MOST_BYTES).weigher(weight).expire_after(OwnTime).build() }
    }
}

impl Shelf {
    /// See [`crate::Bus::recall`].
    pub fn recall(&self, key: &str) -> Option<Vec<u8>> {
        self.kept.get(key).map(|kept| kept.value)
    }

    /// See [`crate::Bus::remember`].
    pub fn remember(&self, key: &str, value: Vec<u8>, ttl: Duration) {
        self.kept.insert(key.to_owned(), Kept { value, ttl });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_kept_until_its_time_is_over() {
        let shelf = Shelf::default();
        shelf.remember("a", b"one".to_vec(), Duration::from_millis(30));
        shelf.remember("b", b"two".to_vec(), Duration::from_mins(1));
        assert_eq!(shelf.recall("a"), Some(b"one".to_vec()));
        std::thread::sleep(Duration::from_millis(40));
        assert_eq!((shelf.recall("a"), shelf.recall("b")), (None, Some(b"two".to_vec())));
        shelf.remember("b", b"three".to_vec(), Duration::from_mins(1));
        assert_eq!(shelf.recall("b"), Some(b"three".to_vec()), "the newer value counts");
    }

    #[test]
    fn values_are_bounded_in_bytes_and_in_number() {
        let (many, large) = (Shelf::default(), Shelf::default());
        for n in 0..20_000 {
            many.remember(&n.to_string(), Vec::new(), Duration::from_mins(1));
        }
        for n in 0..600 {
            large.remember(&n.to_string(), vec![0; 64 * 1024], Duration::from_mins(1));
        }
        for shelf in [&many, &large] {
            shelf.kept.run_pending_tasks();
            assert!(shelf.kept.weighted_size() <= MOST_BYTES, "{} bytes", shelf.kept.weighted_size());
        }
        assert!(many.kept.entry_count() <= 16_384, "{} entries", many.kept.entry_count());
        assert!(large.kept.entry_count() <= 512, "{} entries", large.kept.entry_count());
    }
}

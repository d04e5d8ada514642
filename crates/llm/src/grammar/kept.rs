//! What has been compiled, kept for the next request with the same source.

use std::num::NonZeroUsize;

use lru::LruCache;

use super::source::SourceHash;

/// The values used last, bounded by their number and by an estimate of their bytes.
pub(super) struct Kept<T> {
    entries: LruCache<SourceHash, Entry<T>>,
    bytes: usize,
    most_bytes: usize,
}

struct Entry<T> {
    value: T,
    bytes: usize,
}

impl<T> Kept<T> {
    pub(super) fn new(most_entries: NonZeroUsize, most_bytes: usize) -> Self {
        Self {
            entries: LruCache::new(most_entries),
            bytes: 0,
            most_bytes,
        }
    }

    /// The value of a source, which counts as used now.
    pub(super) fn get(&mut self, hash: &SourceHash) -> Option<&T> {
        self.entries.get(hash).map(|entry| &entry.value)
    }

    /// Keeps a value of about this many bytes, at the cost of those not used for the longest. One
    /// that is larger than all together may be is not kept.
    pub(super) fn put(&mut self, hash: SourceHash, value: T, bytes: usize) {
        if bytes > self.most_bytes {
            return;
        }
        // What was there by the same name, or the last one where there are too many.
        let replaced = self.entries.push(hash, Entry { value, bytes });
        self.bytes += bytes;
        self.forget(replaced);
        while self.bytes > self.most_bytes {
            let oldest = self.entries.pop_lru();
            if oldest.is_none() {
                break;
            }
            self.forget(oldest);
        }
    }

    fn forget(&mut self, entry: Option<(SourceHash, Entry<T>)>) {
        if let Some((_, entry)) = entry {
            self.bytes = self.bytes.saturating_sub(entry.bytes);
        }
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    #[cfg(test)]
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hash(number: u8) -> SourceHash {
        [number; 32]
    }

    fn kept(most_entries: usize, most_bytes: usize) -> Kept<u8> {
        Kept::new(NonZeroUsize::new(most_entries).unwrap(), most_bytes)
    }

    fn held(kept: &mut Kept<u8>) -> Vec<u8> {
        (0..10)
            .filter(|number| kept.get(&hash(*number)).is_some())
            .collect()
    }

    #[test]
    fn large_values_push_out_those_not_used_for_the_longest() {
        let mut kept = kept(10, 100);
        for number in 0..3 {
            kept.put(hash(number), number, 30);
        }
        assert_eq!(kept.get(&hash(0)), Some(&0));
        kept.put(hash(3), 3, 50);
        assert_eq!(held(&mut kept), [0, 3]);
        assert_eq!(kept.bytes(), 80);
        // More than all may be together pushes nothing out.
        kept.put(hash(4), 4, 101);
        assert_eq!(held(&mut kept), [0, 3]);
        kept.put(hash(5), 5, 100);
        assert_eq!((held(&mut kept), kept.bytes()), (vec![5], 100));
    }

    #[test]
    fn a_value_put_again_counts_once_and_numbers_are_bounded_too() {
        let mut kept = kept(2, 100);
        kept.put(hash(0), 0, 40);
        kept.put(hash(0), 1, 20);
        assert_eq!(kept.get(&hash(0)), Some(&1));
        assert_eq!((kept.len(), kept.bytes()), (1, 20));
        kept.put(hash(1), 1, 20);
        kept.put(hash(2), 2, 20);
        assert_eq!((held(&mut kept), kept.bytes()), (vec![1, 2], 40));
    }
}

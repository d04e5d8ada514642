//! How long a turn takes, from recent ones.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// The longest that anybody is told to wait.
const LONGEST_RETRY_SECONDS: u64 = 600;

/// A running mean of how long slots are held.
#[derive(Debug, Default)]
pub(super) struct RecentTurns {
    /// 0 before the first.
    mean_us: AtomicU64,
}

impl RecentTurns {
    /// Counts a turn: the newest weighs a quarter.
    pub(super) fn add(&self, held: Duration) {
        let held_us = u64::try_from(held.as_micros()).unwrap_or(u64::MAX);
        let before = self.mean_us.load(Ordering::Relaxed);
        let mean = if before == 0 {
            held_us
        } else {
            before - before / 4 + held_us / 4
        };
        // Two slots given back at once may lose one sample of an estimate.
        self.mean_us.store(mean, Ordering::Relaxed);
    }

    /// When so many turns on so many slots should be over, in whole seconds, at least 1.
    pub(super) fn seconds_for(&self, turns: usize, slots: usize) -> u64 {
        let rounds = (turns as u64).div_ceil(slots.max(1) as u64);
        let mean_us = self.mean_us.load(Ordering::Relaxed);
        mean_us
            .saturating_mul(rounds)
            .div_ceil(1_000_000)
            .clamp(1, LONGEST_RETRY_SECONDS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_estimate_follows_recent_turns() {
        let turns = RecentTurns::default();
        assert_eq!(turns.seconds_for(3, 1), 1);
        turns.add(Duration::from_secs(10));
        assert_eq!(turns.seconds_for(1, 1), 10);
        assert_eq!(turns.seconds_for(5, 4), 20);
        for _ in 0..40 {
            turns.add(Duration::from_secs(2));
        }
        assert!((2..=3).contains(&turns.seconds_for(1, 1)));
        assert_eq!(turns.seconds_for(usize::MAX, 1), LONGEST_RETRY_SECONDS);
    }
}

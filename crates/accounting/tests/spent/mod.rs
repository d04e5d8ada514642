//! Time that a test has had on a processor: what else runs on the machine does not count.

use std::time::{Duration, Instant};

/// Begins when it is made.
pub(crate) struct Spent {
    processor: Option<Duration>,
    clock: Instant,
}

impl Spent {
    pub(crate) fn now() -> Self {
        Self {
            processor: on_processor(),
            clock: Instant::now(),
        }
    }

    /// The time of this thread since then; by the clock where the system does not tell.
    pub(crate) fn elapsed(&self) -> Duration {
        match (self.processor, on_processor()) {
            (Some(begun), Some(now)) => now.saturating_sub(begun),
            _ => self.clock.elapsed(),
        }
    }
}

/// Linux says it in nanoseconds, first in the line.
fn on_processor() -> Option<Duration> {
    let line = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    let nanoseconds = line.split_whitespace().next()?.parse().ok()?;
    Some(Duration::from_nanos(nanoseconds))
}

//! Times counted in buckets that grow by a twentieth, so that millions need a few hundred counts.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

/// Each bucket's upper edge is this many times the one before; so far may a percentile be above
/// the true one.
pub const BUCKET_GROWTH: f64 = 1.05;

/// Percentiles of times in milliseconds, at most 5 % above the true ones.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, JsonSchema)]
pub struct BucketedLatency {
    /// Times.
    pub n: u64,
    /// Median.
    pub p50_ms: f64,
    /// Nine of ten are no longer.
    pub p90_ms: f64,
    /// 95 of a hundred are no longer.
    pub p95_ms: f64,
    /// 99 of a hundred are no longer.
    pub p99_ms: f64,
}

impl BucketedLatency {
    /// Of counts by bucket, the integer logarithm of the upper edge to the base 1.05; `None`
    /// without any.
    pub fn of(counts: &BTreeMap<i16, u64>) -> Option<Self> {
        let n: u64 = counts.values().sum();
        let last = *counts.keys().next_back()?;
        if n == 0 {
            return None;
        }
        // Nearest rank, as for single times.
        let percentile = |percent: u64| {
            let rank = (n * percent).div_ceil(100).max(1);
            let mut seen = 0;
            let bucket = counts.iter().find(|(_, count)| {
                seen += **count;
                seen >= rank
            });
            BUCKET_GROWTH.powi(i32::from(bucket.map_or(last, |(bucket, _)| *bucket)))
        };
        Some(Self {
            n,
            p50_ms: percentile(50),
            p90_ms: percentile(90),
            p95_ms: percentile(95),
            p99_ms: percentile(99),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::accuracy::Latency;

    #[expect(
        clippy::cast_possible_truncation,
        reason = "logarithms of times are small"
    )]
    fn bucket(time_ms: f64) -> i16 {
        (time_ms.ln() / BUCKET_GROWTH.ln()).ceil() as i16
    }

    #[test]
    fn percentiles_are_at_most_a_twentieth_too_long() {
        let times: Vec<f64> = (1..=3_000)
            .map(|i| f64::from(i).powi(2) / 1_000.0)
            .collect();
        let mut counts = BTreeMap::new();
        for time in &times {
            *counts.entry(bucket(*time)).or_default() += 1;
        }
        let exact = Latency::of(times).unwrap();
        let found = BucketedLatency::of(&counts).unwrap();
        for (found, exact) in [
            (found.p50_ms, exact.p50_ms),
            (found.p90_ms, exact.p90_ms),
            (found.p99_ms, exact.p99_ms),
        ] {
            assert!(
                found >= exact - 1e-9 && found <= exact * BUCKET_GROWTH,
                "{found} {exact}"
            );
        }
        assert_eq!(BucketedLatency::of(&BTreeMap::new()), None);
    }
}

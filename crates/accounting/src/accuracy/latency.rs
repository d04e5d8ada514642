//! How long answers take.

use schemars::JsonSchema;
use serde::Serialize;

/// Percentiles of times in milliseconds, by nearest rank.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, JsonSchema)]
pub struct Latency {
    /// Times.
    pub n: usize,
    /// Median.
    pub p50_ms: f64,
    /// Nine of ten are no longer.
    pub p90_ms: f64,
    /// 99 of a hundred are no longer.
    pub p99_ms: f64,
    /// The longest.
    pub largest_ms: f64,
}

impl Latency {
    /// Of times in milliseconds; `None` without any.
    pub fn of(times_ms: impl IntoIterator<Item = f64>) -> Option<Self> {
        let mut times: Vec<f64> = times_ms.into_iter().collect();
        times.sort_by(f64::total_cmp);
        let largest_ms = *times.last()?;
        let n = times.len();
        // Nearest rank: the smallest time that a share of all is not above.
        let percentile = |percent: usize| {
            let rank = (n * percent).div_ceil(100).max(1);
            times.get(rank - 1).copied().unwrap_or(largest_ms)
        };
        Some(Self {
            n,
            p50_ms: percentile(50),
            p90_ms: percentile(90),
            p99_ms: percentile(99),
            largest_ms,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_times_that_occurred() {
        let found = Latency::of((1..=200).rev().map(f64::from)).unwrap();
        let figures = [found.p50_ms, found.p90_ms, found.p99_ms, found.largest_ms];
        assert!(
            figures
                .iter()
                .zip([100.0, 180.0, 198.0, 200.0])
                .all(|(found, wanted): (&f64, f64)| (found - wanted).abs() < f64::EPSILON),
            "{figures:?}"
        );
        assert!((Latency::of([7.0]).unwrap().p99_ms - 7.0).abs() < f64::EPSILON);
        assert!(Latency::of([]).is_none());
    }
}

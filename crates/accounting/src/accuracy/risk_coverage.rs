//! What share of the work could go through unseen, and at what risk.

use schemars::JsonSchema;
use serde::Serialize;

use super::exact_bound::exact_upper_bound;
use super::reliability::{ConfidenceCount, FINE_BINS};
use super::share::LEAST_COUNT;

/// What happens if only decisions from a confidence on go through.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, JsonSchema)]
pub struct RiskAtCoverage {
    /// From this confidence on.
    pub confidence: f64,
    /// Share of the labelled decisions that go through.
    pub coverage: f64,
    /// Labelled decisions that go through.
    pub n: u64,
    /// Of those, wrong.
    pub wrong: u64,
    /// Share of wrong ones.
    pub risk: f64,
    /// Exact upper bound on that share, one-sided 95 %.
    pub upper: f64,
}

/// The curve, from the most confident decisions to all of them; points of fewer than 20
/// decisions are left out.
#[expect(
    clippy::cast_precision_loss,
    reason = "counts of decisions are far below 2^52"
)]
pub fn risk_coverage<'a>(
    counts: impl IntoIterator<Item = &'a ConfidenceCount>,
) -> Vec<RiskAtCoverage> {
    let mut bins = [(0_u64, 0_u64); FINE_BINS];
    for count in counts {
        let bin = &mut bins[count.bin.min(FINE_BINS - 1)];
        bin.0 += count.n;
        bin.1 += count.n.saturating_sub(count.correct);
    }
    let whole: u64 = bins.iter().map(|bin| bin.0).sum();
    let (mut n, mut wrong) = (0, 0);
    let mut curve = Vec::new();
    for (index, bin) in bins.iter().enumerate().rev().filter(|(_, bin)| bin.0 > 0) {
        n += bin.0;
        wrong += bin.1;
        if n >= LEAST_COUNT {
            curve.push(RiskAtCoverage {
                confidence: index as f64 / FINE_BINS as f64,
                coverage: n as f64 / whole as f64,
                n,
                wrong,
                risk: wrong as f64 / n as f64,
                upper: exact_upper_bound(wrong, n, 0.95),
            });
        }
    }
    curve
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn risk_grows_with_what_goes_through() {
        let sure = (0..100).map(|_| ConfidenceCount::of(0.995, true));
        let less = (0..100).map(|i| ConfidenceCount::of(0.8, i % 10 != 0));
        let few = (0..5).map(|_| ConfidenceCount::of(1.0, true));
        let counts: Vec<_> = less.chain(sure).chain(few).collect();
        let curve = risk_coverage(&counts);
        assert_eq!(curve.len(), 2, "{curve:?}");
        assert_eq!((curve[0].n, curve[0].wrong, curve[1].wrong), (105, 0, 10));
        assert!((curve[1].coverage - 1.0).abs() < 1e-12);
        assert!((curve[1].risk - 10.0 / 205.0).abs() < 1e-12);
        assert!(curve[0].upper > 0.028 && curve[0].upper < 0.0285);
    }
}

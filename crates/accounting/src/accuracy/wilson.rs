//! Confidence intervals of proportions.

use schemars::JsonSchema;
use serde::Serialize;

/// A proportion with its 95 % Wilson interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, JsonSchema)]
pub struct Interval {
    /// The proportion.
    pub p: f64,
    /// Lower bound.
    pub lo: f64,
    /// Upper bound.
    pub hi: f64,
}

/// The two-sided 95 % quantile of the normal distribution.
const Z: f64 = 1.96;

/// The 95 % Wilson score interval of `correct` out of `n`; all zero for `n` = 0.
#[expect(
    clippy::cast_precision_loss,
    reason = "counts of cases are far below 2^52"
)]
pub fn wilson(correct: usize, n: usize) -> Interval {
    if n == 0 {
        return Interval {
            p: 0.0,
            lo: 0.0,
            hi: 0.0,
        };
    }
    let n = n as f64;
    let p = correct as f64 / n;
    let scale = 1.0 + Z * Z / n;
    let centre = (p + Z * Z / 2.0 / n) / scale;
    let half = Z * (p * (1.0 - p) / n + Z * Z / 4.0 / n / n).sqrt() / scale;
    Interval {
        p,
        lo: centre - half,
        hi: centre + half,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_sample_has_a_wide_interval() {
        let few = wilson(9, 10);
        let many = wilson(900, 1000);
        assert!((few.p - many.p).abs() < 1e-12);
        assert!(few.hi - few.lo > 4.0 * (many.hi - many.lo));
        // Newcombe (1998), table I: 81 of 263 gives 0.2553 to 0.3662.
        let known = wilson(81, 263);
        assert!((known.lo - 0.2553).abs() < 5e-5 && (known.hi - 0.3662).abs() < 5e-5);
        assert!((wilson(0, 0).hi).abs() < f64::EPSILON);
    }
}

//! Two predictions of the same cases against each other.

use schemars::JsonSchema;
use serde::Serialize;

/// On which cases of a metric two predictions are right, and how likely a difference as large is
/// when neither is better.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, JsonSchema)]
pub struct Paired {
    /// Cases that both are scored on.
    pub n: usize,
    /// Both right.
    pub both: usize,
    /// Only the first right.
    pub only_a: usize,
    /// Only the second right.
    pub only_b: usize,
    /// Neither right.
    pub neither: usize,
    /// Two-sided p of the exact paired test (`McNemar`).
    pub p: f64,
}

impl Paired {
    /// Counts pairs of verdicts.
    pub fn count(pairs: impl IntoIterator<Item = (bool, bool)>) -> Self {
        let (mut both, mut only_a, mut only_b, mut neither) = (0, 0, 0, 0);
        for pair in pairs {
            *match pair {
                (true, true) => &mut both,
                (true, false) => &mut only_a,
                (false, true) => &mut only_b,
                (false, false) => &mut neither,
            } += 1;
        }
        Self {
            n: both + only_a + only_b + neither,
            both,
            only_a,
            only_b,
            neither,
            p: exact_mcnemar(only_a, only_b),
        }
    }
}

/// The two-sided p of the exact paired test (`McNemar`): of the cases on which two predictions differ, each
/// is as likely to be right (binomial with 1/2). 1 where they never differ.
#[expect(
    clippy::cast_precision_loss,
    reason = "counts of cases are far below 2^52"
)]
pub fn exact_mcnemar(only_a: usize, only_b: usize) -> f64 {
    let (n, fewer) = (only_a + only_b, only_a.min(only_b));
    // In logarithms, since 2^-n is no longer a float from n = 1075 on.
    let mut term = -(n as f64) * std::f64::consts::LN_2;
    let mut tail = term.exp();
    for k in 1..=fewer {
        term += ((n - k + 1) as f64).ln() - (k as f64).ln();
        tail += term.exp();
    }
    (2.0 * tail).min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(found: f64, wanted: f64) -> bool {
        (found - wanted).abs() < 1e-9
    }

    #[test]
    fn the_tail_is_that_of_the_binomial_distribution() {
        // 2 (1 + 10) / 2^10 and 2 (1 + 5 + 10) / 2^5 by hand.
        assert!(close(exact_mcnemar(1, 9), 22.0 / 1024.0));
        assert!(close(exact_mcnemar(9, 1), 22.0 / 1024.0));
        assert!(close(exact_mcnemar(0, 5), 2.0 / 32.0));
        assert!(close(exact_mcnemar(2, 3), 1.0));
        assert!(close(exact_mcnemar(0, 0), 1.0));
        assert!(close(exact_mcnemar(4, 4), 1.0));
    }

    #[test]
    fn many_cases_stay_finite() {
        let p = exact_mcnemar(900, 1_100);
        // The normal approximation with continuity correction gives 8.6e-6.
        assert!(p > 7e-6 && p < 1e-5, "{p}");
        assert!(exact_mcnemar(0, 5_000) >= 0.0);
    }

    #[test]
    fn pairs_are_counted_by_who_is_right() {
        let paired = Paired::count([(true, true), (true, false), (true, false), (false, false)]);
        assert_eq!(
            (
                paired.n,
                paired.both,
                paired.only_a,
                paired.only_b,
                paired.neither
            ),
            (4, 1, 2, 0, 1)
        );
        assert!(close(paired.p, 0.5));
    }
}

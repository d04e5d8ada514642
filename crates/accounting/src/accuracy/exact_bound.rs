//! The exact bound on a rare error's rate.

use statrs::distribution::{Beta, ContinuousCDF};

/// The exact one-sided upper bound (Clopper and Pearson, 1934) on the rate behind `errors` out of
/// `n`: the rate at which as few errors would be seen with probability `1 - confidence`. 1 where
/// nothing was seen or everything was wrong.
///
/// Without errors it is `1 - (1 - confidence)^(1/n)`, about `3/n` at 95 %.
#[expect(
    clippy::cast_precision_loss,
    reason = "counts of decisions are far below 2^52"
)]
pub fn exact_upper_bound(errors: u64, n: u64, confidence: f64) -> f64 {
    if errors >= n {
        return 1.0;
    }
    let (wrong, right) = (errors as f64, (n - errors) as f64);
    if errors == 0 {
        return 1.0 - (1.0 - confidence).powf(1.0 / right);
    }
    let Ok(posterior) = Beta::new(wrong + 1.0, right) else {
        return 1.0;
    };
    // By bisection on the distribution function: the library's own inverse is less exact where
    // rates are small.
    let (mut low, mut high) = (0.0_f64, 1.0_f64);
    for _ in 0..60 {
        let middle = f64::midpoint(low, high);
        if posterior.cdf(middle) < confidence {
            low = middle;
        } else {
            high = middle;
        }
    }
    high
}

/// The fewest decisions of which none may be wrong for the rate to be bounded by `limit`.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a positive count, far below 2^52"
)]
pub fn fewest_without_error(limit: f64, confidence: f64) -> u64 {
    let n = (1.0 - confidence).ln() / (1.0 - limit).ln();
    if n.is_finite() {
        n.ceil() as u64
    } else {
        u64::MAX
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The chance of at most `errors` out of `n` at a rate, summed term by term.
    fn tail(errors: u32, n: u32, rate: f64) -> f64 {
        (0..=errors)
            .map(|k| {
                let choose: f64 = (0..k)
                    .map(|i| (f64::from(n - i)).ln() - f64::from(i + 1).ln())
                    .sum();
                (choose + f64::from(k) * rate.ln() + f64::from(n - k) * (1.0 - rate).ln()).exp()
            })
            .sum()
    }

    #[test]
    fn at_the_bound_so_few_errors_are_as_rare_as_said() {
        for (errors, n) in [(0, 10), (1, 50), (3, 598), (7, 2_000), (40, 100), (99, 100)] {
            let bound = exact_upper_bound(errors.into(), n.into(), 0.95);
            let chance = tail(errors, n, bound);
            assert!(
                (chance - 0.05).abs() < 1e-7,
                "{errors} of {n}: {bound} {chance}"
            );
        }
        assert!((exact_upper_bound(0, 0, 0.95) - 1.0).abs() < f64::EPSILON);
        assert!((exact_upper_bound(5, 5, 0.95) - 1.0).abs() < f64::EPSILON);
    }

    #[test]
    fn half_a_percent_needs_598_without_error() {
        let n = fewest_without_error(0.005, 0.95);
        assert_eq!(n, 598);
        assert!(exact_upper_bound(0, n, 0.95) <= 0.005);
        assert!(exact_upper_bound(0, n - 1, 0.95) > 0.005);
    }
}

//! Whether a stated confidence is kept: of the decisions stated at 0.9, nine in ten are right.

use schemars::JsonSchema;
use serde::Serialize;

use super::share::{LEAST_COUNT, Share, Sufficiency};

/// Bins of the picture and of the calibration error, each a tenth wide.
pub(super) const BINS: usize = 10;
/// Fine bins that counts are kept in, each a hundredth wide.
pub(super) const FINE_BINS: usize = 100;

/// Labelled decisions of one fine bin of confidence.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct ConfidenceCount {
    /// Number of the fine bin: the hundredths of the confidence; 1 counts as 0.99.
    pub bin: usize,
    /// Labelled decisions.
    pub n: u64,
    /// Of those, right.
    pub correct: u64,
    /// Sum of their confidences.
    pub confidence: f64,
    /// Sum of the squares of confidence less outcome (1 right, 0 wrong).
    pub squared_error: f64,
}

impl ConfidenceCount {
    /// One labelled decision.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "a confidence is between 0 and 1"
    )]
    pub fn of(confidence: f64, correct: bool) -> Self {
        let outcome = f64::from(u8::from(correct));
        let bin = (confidence.clamp(0.0, 1.0) * FINE_BINS as f64).floor() as usize;
        Self {
            bin: bin.min(FINE_BINS - 1),
            n: 1,
            correct: u64::from(correct),
            confidence,
            squared_error: (confidence - outcome).powi(2),
        }
    }

    fn add(&mut self, other: &Self) {
        self.n += other.n;
        self.correct += other.correct;
        self.confidence += other.confidence;
        self.squared_error += other.squared_error;
    }
}

/// How well stated confidences are kept.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Reliability {
    /// Labelled decisions with a confidence.
    pub n: u64,
    /// `insufficient` below 20: `ece` and `brier` are null then.
    pub status: Sufficiency,
    /// Expected calibration error: the distance between mean confidence and share right, averaged
    /// over the bins by their counts.
    pub ece: Option<f64>,
    /// Mean square of confidence less outcome (Brier, 1950).
    pub brier: Option<f64>,
    /// Ten bins of a tenth each, those without a decision left out.
    pub bins: Vec<ReliabilityBin>,
}

/// One bin of confidence.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, JsonSchema)]
pub struct ReliabilityBin {
    /// From this confidence on,
    pub from: f64,
    /// up to this one.
    pub to: f64,
    /// Mean confidence.
    pub confidence: f64,
    /// How many were right.
    pub correct: Share,
}

impl Reliability {
    /// Of counts by fine bin, in any order; a bin may come more than once.
    #[expect(
        clippy::cast_precision_loss,
        reason = "counts of decisions are far below 2^52"
    )]
    pub fn of<'a>(counts: impl IntoIterator<Item = &'a ConfidenceCount>) -> Self {
        let mut bins = [ConfidenceCount::default(); BINS];
        let mut whole = ConfidenceCount::default();
        for count in counts {
            let bin = (count.bin * BINS / FINE_BINS).min(BINS - 1);
            bins[bin].add(count);
            whole.add(count);
        }
        let n = whole.n as f64;
        let gaps: f64 = bins
            .iter()
            .map(|bin| (bin.confidence - bin.correct as f64).abs())
            .sum();
        let enough = whole.n >= LEAST_COUNT;
        Self {
            n: whole.n,
            status: Sufficiency::of(whole.n, LEAST_COUNT),
            ece: enough.then(|| gaps / n),
            brier: enough.then(|| whole.squared_error / n),
            bins: bins
                .iter()
                .enumerate()
                .filter(|(_, bin)| bin.n > 0)
                .map(|(index, bin)| ReliabilityBin {
                    from: index as f64 / BINS as f64,
                    to: (index + 1) as f64 / BINS as f64,
                    confidence: bin.confidence / bin.n as f64,
                    correct: Share::of(bin.correct, bin.n),
                })
                .collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_stated_and_kept_has_no_error() {
        let kept: Vec<_> = (0..40)
            .map(|i| ConfidenceCount::of(0.75, i % 4 != 0))
            .collect();
        let found = Reliability::of(&kept);
        assert!(found.ece.unwrap() < 1e-12);
        // p (1 - p) for an honest forecast.
        assert!((found.brier.unwrap() - 0.1875).abs() < 1e-12);
        assert_eq!((found.bins.len(), found.bins[0].correct.count), (1, 30));
    }

    #[test]
    fn an_overstated_confidence_is_off_by_the_difference() {
        let counts: Vec<_> = (0..100)
            .map(|i| ConfidenceCount::of(if i < 50 { 1.0 } else { 0.3 }, i % 2 == 0))
            .collect();
        let found = Reliability::of(&counts);
        assert!((found.ece.unwrap() - 0.35).abs() < 1e-12, "{found:?}");
        assert_eq!(found.bins.last().unwrap().correct.n, 50);
    }

    #[test]
    fn a_few_say_nothing() {
        let few: Vec<_> = (0..19).map(|_| ConfidenceCount::of(0.5, true)).collect();
        let found = Reliability::of(&few);
        assert_eq!((found.ece, found.brier), (None, None));
    }
}

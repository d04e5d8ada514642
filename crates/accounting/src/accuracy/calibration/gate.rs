//! What may go through with no person looking, such that the share of wrong ones is bounded.
//!
//! Half of the labels fit a map of its own and give the thresholds to choose from; the other half
//! tests them. Which decisions pass a threshold does not depend on the labels that test it, so the
//! wrong ones among them are binomial, and the exact bound (Clopper-Pearson) is a test of "the risk
//! is above the limit" at its level. Thresholds are tested in a fixed order, from few decisions to
//! many, until one fails; several starts share the level between them. The chance that a threshold
//! is taken whose risk is above the limit is then at most the level (fixed-sequence testing as in
//! "Learn then Test", Angelopoulos et al., 2021).

use serde::{Deserialize, Serialize};

use super::{ConfidenceMap, LabelledScore};
use crate::accuracy::exact_bound::{exact_upper_bound, fewest_without_error};

/// Confidences this near are one: what is read back may differ in the last digit.
const TIE: f64 = 1e-9;
/// Thresholds to choose from.
const MOST_THRESHOLDS: usize = 100;

/// The most risk that what goes through may have.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(into = "(f64, f64)", try_from = "(f64, f64)")]
pub struct RiskLimit {
    limit: f64,
    confidence: f64,
}

/// No limit of risk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RiskLimitError {
    /// The limit is no share.
    #[error("the risk limit must be above 0 and below 1")]
    Limit,
    /// The confidence is none.
    #[error("the confidence in the risk limit must be at least 0.5 and below 1")]
    Confidence,
}

impl RiskLimit {
    /// At most `limit` wrong, a share, with this confidence.
    ///
    /// # Errors
    /// [`RiskLimitError`] for what is no share or no confidence.
    pub fn new(limit: f64, confidence: f64) -> Result<Self, RiskLimitError> {
        if !(limit > 0.0 && limit < 1.0) {
            return Err(RiskLimitError::Limit);
        }
        if !(0.5..1.0).contains(&confidence) {
            return Err(RiskLimitError::Confidence);
        }
        Ok(Self { limit, confidence })
    }

    /// The most risk.
    pub fn limit(self) -> f64 {
        self.limit
    }

    /// With this confidence.
    pub fn confidence(self) -> f64 {
        self.confidence
    }
}

impl Default for RiskLimit {
    /// At most 0.5 % wrong, 95 % sure.
    fn default() -> Self {
        Self {
            limit: 0.005,
            confidence: 0.95,
        }
    }
}

impl From<RiskLimit> for (f64, f64) {
    fn from(limit: RiskLimit) -> Self {
        (limit.limit, limit.confidence)
    }
}

impl TryFrom<(f64, f64)> for RiskLimit {
    type Error = RiskLimitError;

    fn try_from((limit, confidence): (f64, f64)) -> Result<Self, RiskLimitError> {
        Self::new(limit, confidence)
    }
}

/// A tested gate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Gate {
    /// What it keeps.
    pub limit: RiskLimit,
    /// From this confidence of its own map on, a decision may go through; nothing may where no
    /// threshold keeps the limit.
    pub threshold: Option<f64>,
    /// Labelled decisions that the threshold was tested on.
    pub tested: u64,
    /// Of those, wrong.
    pub wrong: u64,
    /// Of the labelled decisions that the rules let through, the share that passes.
    pub passing: f64,
    map: ConfidenceMap,
}

/// How many pass a threshold, and how many of those are wrong.
#[derive(Clone, Copy)]
struct Passed {
    threshold: f64,
    n: u64,
    wrong: u64,
}

impl Gate {
    pub(super) fn fit(labels: &[LabelledScore], limit: RiskLimit) -> Self {
        // Every other one: both halves are of the same time.
        let half = |first: usize| labels.iter().skip(first).step_by(2);
        let map = ConfidenceMap::fit(half(0));
        let confidence = |label: &LabelledScore| map.apply(label.score, &label.stratum);
        let let_through = |label: &&LabelledScore| label.let_through;
        let thresholds = thresholds(half(0).filter(let_through).map(confidence).collect());
        let tested: Vec<(f64, bool)> = half(1)
            .filter(let_through)
            .filter(|label| map.knows(&label.stratum))
            .map(|label| (confidence(label), label.correct))
            .collect();
        let sequence: Vec<Passed> = thresholds
            .into_iter()
            .map(|threshold| passed(&tested, threshold))
            .collect();
        let taken = choose(&sequence, tested.len(), limit);
        Self {
            limit,
            threshold: taken.map(|taken| taken.threshold),
            tested: taken.map_or(0, |taken| taken.n),
            wrong: taken.map_or(0, |taken| taken.wrong),
            passing: share(taken.map_or(0, |taken| taken.n), tested.len()),
            map,
        }
    }

    /// Whether a decision that the rules let through may go through. One of a stratum without
    /// labels may not: nothing is known of its risk.
    pub fn allows(&self, score: f64, stratum: &str) -> bool {
        self.threshold.is_some_and(|threshold| {
            self.map.knows(stratum) && passes(self.map.apply(score, stratum), threshold)
        })
    }

    /// Whether it was tested for a limit at least as strict.
    pub fn keeps(&self, limit: RiskLimit) -> bool {
        self.limit.limit <= limit.limit && self.limit.confidence >= limit.confidence
    }
}

fn passes(confidence: f64, threshold: f64) -> bool {
    confidence >= threshold - TIE
}

#[expect(
    clippy::cast_precision_loss,
    reason = "counts of labels are far below 2^52"
)]
fn share(n: u64, of: usize) -> f64 {
    if of == 0 { 0.0 } else { n as f64 / of as f64 }
}

/// At most a hundred of the confidences, evenly by rank, the highest first.
fn thresholds(mut confidences: Vec<f64>) -> Vec<f64> {
    confidences.sort_by(|one, other| other.total_cmp(one));
    let n = confidences.len();
    let ranks = (1..=MOST_THRESHOLDS).map(|step| (n * step / MOST_THRESHOLDS).max(1));
    let mut chosen: Vec<f64> = ranks
        .filter_map(|rank| confidences.get(rank - 1).copied())
        .collect();
    chosen.dedup_by(|next, before| passes(*next, *before));
    chosen
}

fn passed(tested: &[(f64, bool)], threshold: f64) -> Passed {
    let passing = || tested.iter().filter(|label| passes(label.0, threshold));
    Passed {
        threshold,
        n: passing().count() as u64,
        wrong: passing().filter(|label| !label.1).count() as u64,
    }
}

/// The last threshold of the fixed sequences that keeps the limit.
fn choose(sequence: &[Passed], tested: usize, limit: RiskLimit) -> Option<Passed> {
    let level = 1.0 - limit.confidence;
    let fewest = fewest_without_error(limit.limit, limit.confidence).max(1);
    // Starts at as many as a clean record needs, at twice as many, and so on. A start with many
    // forgives an error that one with few does not.
    let starts = (0..32_u32)
        .take_while(|doubling| fewest << doubling <= tested as u64)
        .count()
        .max(1);
    let confidence = 1.0 - level / f64::from(u32::try_from(starts).unwrap_or(u32::MAX));
    let keeps =
        |passed: &&Passed| exact_upper_bound(passed.wrong, passed.n, confidence) <= limit.limit;
    let fewest = fewest_without_error(limit.limit, confidence);
    (0..starts)
        .filter_map(|doubling| {
            let begin = sequence
                .iter()
                .position(|passed| passed.n >= fewest << doubling)?;
            sequence[begin..].iter().take_while(keeps).last().copied()
        })
        .max_by_key(|passed| passed.n)
}

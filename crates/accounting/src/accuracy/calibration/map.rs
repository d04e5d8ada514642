//! From a score to the probability of being right.

use serde::{Deserialize, Serialize};

use super::LabelledScore;
use super::isotonic::Isotonic;
use super::logistic::Logistic;

/// A fitted map from scores to confidences, growing with the score within a stratum.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ConfidenceMap {
    logistic: Logistic,
    isotonic: Isotonic,
}

impl ConfidenceMap {
    /// Fits it to labels; none give the identity, nearly.
    pub fn fit<'a>(labels: impl Iterator<Item = &'a LabelledScore> + Clone) -> Self {
        let logistic = Logistic::fit(labels.clone());
        let pairs = labels
            .map(|label| (logistic.apply(label.score, &label.stratum), label.correct))
            .collect();
        Self {
            isotonic: Isotonic::fit(pairs),
            logistic,
        }
    }

    /// The probability of being right, 0 to 1. A stratum without labels gets what all get.
    pub fn apply(&self, score: f64, stratum: &str) -> f64 {
        self.isotonic.apply(self.logistic.apply(score, stratum))
    }

    /// True where the stratum had labels.
    pub fn knows(&self, stratum: &str) -> bool {
        self.logistic.knows(stratum)
    }
}

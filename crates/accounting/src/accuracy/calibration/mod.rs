//! Confidence fitted to labels, and the gate that rests on it.
//!
//! Logistic first ([`logistic`]): the score's log-odds, stretched and shifted for all decisions and
//! shifted once more by stratum, with strata of few labels drawn towards the rest. Then isotonic
//! ([`isotonic`]), for what is not logistic about it. The gate ([`gate`]) is tested on labels that
//! its own fit has not seen, so that its bound on the risk holds.

mod gate;
mod isotonic;
mod logistic;
mod map;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

pub use gate::{Gate, RiskLimit, RiskLimitError};
pub use map::ConfidenceMap;

/// Below this many labels nothing is fitted: confidence stays what rules and model give it
/// (`calibrated: false`), and rules alone decide what goes through.
pub const LEAST_LABELS: usize = 200;

/// A labelled decision, as far as calibration asks.
#[derive(Debug, Clone, PartialEq)]
pub struct LabelledScore {
    /// Confidence before calibration, 0 to 1.
    pub score: f64,
    /// What it is calibrated by; see [`stratum`].
    pub stratum: String,
    /// Right in everything.
    pub correct: bool,
    /// The rules alone let it through.
    pub let_through: bool,
}

/// A fitted calibration.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Calibration {
    /// Labels that it was fitted to.
    pub labels: usize,
    /// From score to confidence, fitted to all labels.
    pub map: ConfidenceMap,
    /// What may go through.
    pub gate: Gate,
}

/// Too few labels to fit anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{labels} labelled decisions are too few to calibrate; {LEAST_LABELS} are needed")]
pub struct TooFewLabels {
    /// Labels there are.
    pub labels: usize,
}

/// What a decision is calibrated by: the endpoint, the action, and whose choice the action was
/// (`rules`, or a model's name), since a model's probabilities mean something else than weights of
/// rules, and another thing in every model.
pub fn stratum(operation: &str, action: &str, chosen_by: Option<&str>) -> String {
    format!("{operation}/{action}/{}", chosen_by.unwrap_or("rules"))
}

impl Calibration {
    /// Fits a calibration to labels in the order of their decisions.
    ///
    /// # Errors
    /// [`TooFewLabels`] below [`LEAST_LABELS`].
    pub fn fit(labels: &[LabelledScore], limit: RiskLimit) -> Result<Self, TooFewLabels> {
        if labels.len() < LEAST_LABELS {
            return Err(TooFewLabels {
                labels: labels.len(),
            });
        }
        Ok(Self {
            labels: labels.len(),
            map: ConfidenceMap::fit(labels.iter()),
            gate: Gate::fit(labels, limit),
        })
    }
}

//! The accuracy metric: how a prediction is compared with a labelled case.

mod case;
mod invariants;
mod prediction;
mod score;
mod wilson;

pub use case::{Case, CaseError};
pub use prediction::Prediction;
pub use score::{Metric, Scores, score};
pub use wilson::{Interval, wilson};

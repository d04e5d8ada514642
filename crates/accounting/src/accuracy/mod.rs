//! The accuracy metric: how a prediction is compared with a labelled case.

mod case;
mod confusion;
mod invariants;
mod latency;
mod mcnemar;
mod prediction;
mod score;
mod wilson;

pub use case::{Case, CaseError};
pub use confusion::{Confused, confusion};
pub use latency::Latency;
pub use mcnemar::{Paired, exact_mcnemar};
pub use prediction::Prediction;
pub use score::{Metric, Scores, judge, score};
pub use wilson::{Interval, wilson};

//! How right decisions are: the metric that compares a prediction with a labelled case, and the
//! report over what people said of decisions.

mod amount_error;
pub mod calibration;
mod case;
mod confusion;
mod cusum;
mod exact_bound;
mod invariants;
mod latency;
mod latency_buckets;
mod mcnemar;
pub mod picture;
mod prediction;
mod reliability;
pub mod report;
mod risk_coverage;
mod score;
mod share;
mod stability;
mod wilson;

pub use amount_error::AmountError;
pub use case::{Case, CaseError};
pub use confusion::{Confused, confusion};
pub use cusum::{Cusum, CusumWeek, WeekOfErrors};
pub use exact_bound::{exact_upper_bound, fewest_without_error};
pub use latency::Latency;
pub use latency_buckets::{BUCKET_GROWTH, BucketedLatency};
pub use mcnemar::{Paired, exact_mcnemar};
pub use prediction::Prediction;
pub use reliability::{ConfidenceCount, Reliability, ReliabilityBin};
pub use risk_coverage::{RiskAtCoverage, risk_coverage};
pub use score::{Metric, Scores, judge, score};
pub use share::{LEAST_COUNT, Share, Sufficiency};
pub use stability::{Drift, Stability, StabilityPart};
pub use wilson::{Interval, wilson};

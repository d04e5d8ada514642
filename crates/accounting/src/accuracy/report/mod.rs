//! The accuracy report, from counts of decisions and of their labels.

mod figures;
mod input;
mod table;

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value};

pub use figures::{BoundedRate, Counts, Figures};
pub use input::{CellCounts, ConfidenceCounts, LatencyCount, ReportInput};

use super::confusion::Confused;
use super::cusum::Cusum;
use super::latency_buckets::BucketedLatency;
use super::reliability::Reliability;
use super::risk_coverage::{RiskAtCoverage, risk_coverage};
use super::share::LEAST_COUNT;
use super::stability::Stability;
use crate::closed_enum::closed_enum;

closed_enum! {
    /// What cells can be told apart by.
    Dimension {
        /// Module as decided.
        Module => "module",
        /// Action as decided.
        Action => "action",
        /// The model that was there to be asked; null where there was none.
        Model => "model",
        /// The gateway's version.
        Version => "version",
        /// The company's name.
        Company => "company",
        /// The company's country.
        Country => "country",
        /// What sort of paper it is.
        Kind => "kind",
        /// ISO week of the decision, UTC.
        Week => "week",
    }
}

/// Days, both inclusive, UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Period {
    /// First day, ISO 8601.
    #[schemars(with = "String")]
    pub from: jiff::civil::Date,
    /// Last day, ISO 8601.
    #[schemars(with = "String")]
    pub to: jiff::civil::Date,
}

/// How accurate the decisions of a period were, as far as people have said.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct AccuracyReport {
    /// The days that decisions were made on.
    #[serde(flatten)]
    pub period: Period,
    /// What the cells are told apart by.
    pub by: Vec<Dimension>,
    /// Shares of fewer than this many are not told.
    pub insufficient_below: u64,
    /// All decisions of the period together.
    #[serde(flatten)]
    pub whole: Figures,
    /// The same by the dimensions asked for, in the order of their keys.
    pub cells: Vec<Cell>,
    /// Which actions were taken for which, among labelled decisions. A rejected result has no
    /// right action: `unknown`.
    pub confusion: Vec<Confused>,
    /// Whether confidences are kept.
    pub calibration: CalibrationFigures,
    /// Whether things are as they were.
    pub drift: DriftFigures,
    /// How long decisions took.
    pub latency: LatencyFigures,
}

/// The figures of one cell.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Cell {
    /// A text or null by dimension.
    pub keys: Map<String, Value>,
    /// The figures.
    #[serde(flatten)]
    pub figures: Figures,
}

/// Whether confidences are kept.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct CalibrationFigures {
    /// Of decisions whose confidence was fitted to labels (`calibrated: true`).
    pub calibrated: Reliability,
    /// Of the others, whose confidence is a weight of the rules or of a model.
    pub uncalibrated: Reliability,
    /// Risk by coverage, of labelled decisions that the rules alone would let through.
    pub risk_coverage: Vec<RiskAtCoverage>,
}

/// Whether things are as they were.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct DriftFigures {
    /// The period of the same length before.
    pub reference: Period,
    /// The mix of actions against that period's.
    pub actions: Stability,
    /// Errors, week by week.
    pub errors: Cusum,
}

/// How long decisions took.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct LatencyFigures {
    /// All; null without any.
    pub whole: Option<BucketedLatency>,
    /// By the model that was there to be asked.
    pub by_model: Vec<ModelLatency>,
}

/// How long decisions with a model took.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct ModelLatency {
    /// The model; null where there was none.
    pub model: Option<String>,
    /// Its times.
    #[serde(flatten)]
    pub latency: BucketedLatency,
}

impl AccuracyReport {
    /// The report of these counts.
    pub fn of(input: ReportInput) -> Self {
        let confidences = |calibrated: bool| {
            input
                .confidences
                .iter()
                .filter(move |counts| counts.calibrated == calibrated)
                .map(|counts| &counts.count)
        };
        let let_through = input
            .confidences
            .iter()
            .filter(|counts| counts.let_through)
            .map(|counts| &counts.count);
        let mut whole = Counts::default();
        for cell in &input.cells {
            whole.add(&cell.counts);
        }
        let calibration = CalibrationFigures {
            calibrated: Reliability::of(confidences(true)),
            uncalibrated: Reliability::of(confidences(false)),
            risk_coverage: risk_coverage(let_through),
        };
        let drift = DriftFigures {
            reference: input.reference,
            actions: Stability::of(&input.actions),
            errors: Cusum::of(&input.weeks, input.reference_errors),
        };
        let latency = input::latency_figures(&input.latency);
        Self {
            period: input.period,
            insufficient_below: LEAST_COUNT,
            whole: whole.figures(),
            cells: input::cells(&input.by, input.cells),
            by: input.by,
            confusion: input.confusion,
            calibration,
            drift,
            latency,
        }
    }

    /// The cells as CSV (RFC 4180): a column for each dimension, then the figures; what is
    /// insufficient is empty. Amounts are one column each for every currency of the period.
    ///
    /// # Errors
    /// [`std::io::Error`] as the CSV writer has it; writing to memory gives none.
    pub fn to_csv(&self) -> Result<String, std::io::Error> {
        table::cells(self)
    }
}

//! The counts that a report is made from, and how cells are put together from them.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::figures::Counts;
use super::{Cell, Dimension, LatencyFigures, ModelLatency, Period};
use crate::accuracy::confusion::Confused;
use crate::accuracy::cusum::WeekOfErrors;
use crate::accuracy::latency_buckets::BucketedLatency;
use crate::accuracy::reliability::ConfidenceCount;

/// Counts of a period and of the one before it.
#[derive(Debug, Clone)]
pub struct ReportInput {
    /// The period.
    pub period: Period,
    /// The period of the same length before.
    pub reference: Period,
    /// What cells are told apart by.
    pub by: Vec<Dimension>,
    /// Counts by the dimensions asked for; a cell may come in several parts.
    pub cells: Vec<CellCounts>,
    /// Decisions by action, of the reference and of the period.
    pub actions: BTreeMap<String, (u64, u64)>,
    /// Labelled decisions by week, in order.
    pub weeks: Vec<WeekOfErrors>,
    /// (wrong, labelled) of the reference.
    pub reference_errors: (u64, u64),
    /// Labelled decisions by right and decided action.
    pub confusion: Vec<Confused>,
    /// Labelled decisions by confidence.
    pub confidences: Vec<ConfidenceCounts>,
    /// Decisions by duration.
    pub latency: Vec<LatencyCount>,
}

/// Counts of one cell, or a part of it.
#[derive(Debug, Clone)]
pub struct CellCounts {
    /// The values of the dimensions asked for, in their order.
    pub keys: Vec<Option<String>>,
    /// The counts.
    pub counts: Counts,
}

/// Labelled decisions of one confidence.
#[derive(Debug, Clone, Copy)]
pub struct ConfidenceCounts {
    /// The confidence was fitted to labels.
    pub calibrated: bool,
    /// The rules alone let them through.
    pub let_through: bool,
    /// The counts.
    pub count: ConfidenceCount,
}

/// Decisions of one duration.
#[derive(Debug, Clone)]
pub struct LatencyCount {
    /// The model that was there to be asked.
    pub model: Option<String>,
    /// Integer logarithm of the bucket's upper edge to the base 1.05.
    pub bucket: i16,
    /// Decisions.
    pub n: u64,
}

pub(super) fn cells(by: &[Dimension], parts: Vec<CellCounts>) -> Vec<Cell> {
    let mut merged: BTreeMap<Vec<Option<String>>, Counts> = BTreeMap::new();
    for part in parts {
        merged.entry(part.keys).or_default().add(&part.counts);
    }
    merged
        .into_iter()
        .map(|(keys, counts)| Cell {
            keys: by
                .iter()
                .zip(keys)
                .map(|(dimension, key)| {
                    (
                        dimension.code().to_owned(),
                        key.map_or(Value::Null, Value::String),
                    )
                })
                .collect::<Map<_, _>>(),
            figures: counts.figures(),
        })
        .collect()
}

pub(super) fn latency_figures(counts: &[LatencyCount]) -> LatencyFigures {
    let mut whole: BTreeMap<i16, u64> = BTreeMap::new();
    let mut by_model: BTreeMap<Option<String>, BTreeMap<i16, u64>> = BTreeMap::new();
    for count in counts {
        *whole.entry(count.bucket).or_default() += count.n;
        let model = by_model.entry(count.model.clone()).or_default();
        *model.entry(count.bucket).or_default() += count.n;
    }
    LatencyFigures {
        whole: BucketedLatency::of(&whole),
        by_model: by_model
            .into_iter()
            .filter_map(|(model, counts)| {
                let latency = BucketedLatency::of(&counts)?;
                Some(ModelLatency { model, latency })
            })
            .collect(),
    }
}

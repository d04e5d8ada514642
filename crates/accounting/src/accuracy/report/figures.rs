//! The figures of a group of decisions.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::Serialize;

use crate::accuracy::amount_error::AmountError;
use crate::accuracy::exact_bound::exact_upper_bound;
use crate::accuracy::share::{LEAST_COUNT, Share, Sufficiency};

/// Counts of a group of decisions.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Counts {
    /// Decisions.
    pub decisions: u64,
    /// Of those, entries that could have gone through by themselves or not (`process`).
    pub gated: u64,
    /// Of those, that went through.
    pub auto: u64,
    /// Decisions with a label.
    pub labelled: u64,
    /// Of those, right in everything.
    pub correct: u64,
    /// Labelled decisions that had gone through.
    pub auto_labelled: u64,
    /// Of those, wrong.
    pub auto_wrong: u64,
    /// Labelled decisions that had been left to a person.
    pub reviewed_labelled: u64,
    /// Of those, changed by the person.
    pub reviewed_wrong: u64,
    /// By currency: worth of labelled decisions, and of the wrong ones among them.
    pub amounts: BTreeMap<String, (Decimal, Decimal)>,
}

impl Counts {
    /// Adds another group.
    pub fn add(&mut self, other: &Self) {
        self.decisions += other.decisions;
        self.gated += other.gated;
        self.auto += other.auto;
        self.labelled += other.labelled;
        self.correct += other.correct;
        self.auto_labelled += other.auto_labelled;
        self.auto_wrong += other.auto_wrong;
        self.reviewed_labelled += other.reviewed_labelled;
        self.reviewed_wrong += other.reviewed_wrong;
        for (currency, (labelled, wrong)) in &other.amounts {
            let own = self.amounts.entry(currency.clone()).or_default();
            own.0 += *labelled;
            own.1 += *wrong;
        }
    }

    /// What they say.
    #[expect(
        clippy::cast_precision_loss,
        reason = "counts of decisions are far below 2^52"
    )]
    pub fn figures(&self) -> Figures {
        let accuracy = Share::of(self.correct, self.labelled);
        let unlabelled = self.decisions.saturating_sub(self.labelled);
        Figures {
            decisions: self.decisions,
            n: accuracy.n,
            correct: accuracy.count,
            status: accuracy.status,
            p: accuracy.p,
            lo: accuracy.lo,
            hi: accuracy.hi,
            unlabelled_share: (self.decisions > 0)
                .then(|| unlabelled as f64 / self.decisions as f64),
            stp: Share::of(self.auto, self.gated),
            override_rate: Share::of(self.reviewed_wrong, self.reviewed_labelled),
            auto_error: BoundedRate::of(self.auto_wrong, self.auto_labelled),
            amount_error: self
                .amounts
                .iter()
                .map(|(currency, (labelled, wrong))| {
                    AmountError::of(currency.clone(), *labelled, *wrong)
                })
                .collect(),
        }
    }
}

/// The figures of a group of decisions.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Figures {
    /// Decisions of `determine` and `process`.
    pub decisions: u64,
    /// Those with a label.
    pub n: u64,
    /// Of those, right in everything.
    pub correct: u64,
    /// `insufficient` where `n` is below 20: `p`, `lo` and `hi` are null then.
    pub status: Sufficiency,
    /// Share right.
    pub p: Option<f64>,
    /// Lower end of its 95 % Wilson interval.
    pub lo: Option<f64>,
    /// Upper end of its 95 % Wilson interval.
    pub hi: Option<f64>,
    /// Share of the decisions that nobody has looked at; null without decisions.
    pub unlabelled_share: Option<f64>,
    /// Straight-through: of the decisions of `process`, those that went through by themselves.
    pub stp: Share,
    /// Of the decisions left to a person and labelled, those that the person changed.
    pub override_rate: Share,
    /// Of the decisions that went through by themselves and were labelled, those that were wrong.
    pub auto_error: BoundedRate,
    /// Errors weighed by the totals of their documents, by currency.
    pub amount_error: Vec<AmountError>,
}

/// A rate of errors with its exact upper bound.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, JsonSchema)]
pub struct BoundedRate {
    /// Of how many.
    pub n: u64,
    /// Wrong ones.
    pub wrong: u64,
    /// `insufficient` below 20: `p` and `upper` are null then.
    pub status: Sufficiency,
    /// Share wrong.
    pub p: Option<f64>,
    /// Exact one-sided 95 % upper bound of it (Clopper-Pearson).
    pub upper: Option<f64>,
}

impl BoundedRate {
    /// `wrong` of `n`.
    pub fn of(wrong: u64, n: u64) -> Self {
        let share = Share::of(wrong, n);
        Self {
            n,
            wrong,
            status: share.status,
            p: share.p,
            upper: (n >= LEAST_COUNT).then(|| exact_upper_bound(wrong, n, 0.95)),
        }
    }
}

//! The report of one evaluation: figures with their intervals, by kind, the confusion of
//! actions, and times.

use std::collections::{BTreeMap, BTreeSet};

use ledgergate_accounting::accuracy::{Case, Confused, Latency, Metric, Scores, confusion, score};
use ledgergate_accounting::company::Company;
use serde::Serialize;

use super::predict::{Run, companies};
use crate::output;

/// The report of one evaluation.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    setting: String,
    cases: usize,
    /// By name; those of one kind are `<kind>/<name>`.
    metrics: Scores,
    confusion: Vec<Confused>,
    latency: Times,
    failures: BTreeMap<String, String>,
}

/// Times of documents, apart for those of which a model was asked something.
#[derive(Debug, Serialize)]
pub(super) struct Times {
    model_asked: Option<Latency>,
    no_model_asked: Option<Latency>,
}

impl Times {
    pub(super) fn of(run: &Run) -> Self {
        Self {
            model_asked: run.latency(true),
            no_model_asked: run.latency(false),
        }
    }

    pub(super) fn print(&self) {
        for (label, latency) in [
            ("no model asked", &self.no_model_asked),
            ("model asked", &self.model_asked),
        ] {
            let Some(times) = latency else { continue };
            output::line(format!(
                "{label:16} n={:<5} p50 {:>9.3} ms   p90 {:>9.3} ms   p99 {:>9.3} ms   largest {:>9.3} ms",
                times.n, times.p50_ms, times.p90_ms, times.p99_ms, times.largest_ms
            ));
        }
    }
}

impl Report {
    pub(super) fn of(cases: &[Case], run: &Run) -> Self {
        let predictions = run.predictions(cases);
        let companies = companies(cases);
        let metrics = score(cases, &predictions, |case| {
            companies.get(case.id.as_str()).map(Company::chart)
        });
        Self {
            setting: run.setting.clone(),
            cases: cases.len(),
            metrics,
            confusion: confusion(cases, |case| predictions.get(&case.id)),
            latency: Times::of(run),
            failures: run.failures(cases).into_iter().collect(),
        }
    }

    pub(super) fn print(&self) {
        output::line(format!("{} cases, {}", self.cases, self.setting));
        output::line("");
        let (parted, whole): (Vec<_>, Vec<_>) = self
            .metrics
            .0
            .iter()
            .partition(|(name, _)| name.contains('/'));
        heading("metric");
        for (name, metric) in whole {
            row(name, metric);
        }
        let kinds: BTreeSet<&str> = parted
            .iter()
            .filter_map(|(name, _)| name.split_once('/'))
            .map(|(kind, _)| kind)
            .collect();
        output::line("");
        heading("by kind: exact");
        for kind in kinds {
            if let Some(metric) = self.metrics.get(&format!("{kind}/exact")) {
                row(kind, metric);
            }
        }
        let wrong: Vec<&Confused> = self
            .confusion
            .iter()
            .filter(|pair| pair.expected != pair.predicted)
            .collect();
        output::line("");
        output::line(format!(
            "{:32} {:32} {:>5}",
            "wrong action: expected", "predicted", "n"
        ));
        for pair in &wrong {
            output::line(format!(
                "{:32} {:32} {:>5}",
                pair.expected, pair.predicted, pair.n
            ));
        }
        if wrong.is_empty() {
            output::line("none");
        }
        output::line("");
        self.latency.print();
        for (id, error) in &self.failures {
            output::line(format!("{id}: no reply: {error}"));
        }
    }
}

fn heading(what: &str) {
    output::line(format!(
        "{what:40} {:>6}  {:14} {:>9}",
        "share", "95 % interval", "right/n"
    ));
}

fn row(name: &str, metric: &Metric) {
    let interval = metric.interval;
    output::line(format!(
        "{name:40} {:>6.3}  [{:.3} {:.3}]  {:>9}",
        interval.p,
        interval.lo,
        interval.hi,
        format!("{}/{}", metric.correct, metric.n)
    ));
}

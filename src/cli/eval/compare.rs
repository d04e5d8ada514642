//! Two settings on the same cases: where they differ, and whether that can be chance.

use std::collections::BTreeMap;

use ledgergate_accounting::accuracy::{Case, Interval, Paired, Prediction, judge, wilson};
use serde::Serialize;

use super::predict::{Run, companies};
use super::report::Times;
use crate::output;

/// The comparison of two settings.
#[derive(Debug, Serialize)]
pub(super) struct Comparison {
    a: Side,
    b: Side,
    cases: usize,
    /// By metric, and `<kind>/exact` by kind.
    metrics: BTreeMap<String, Compared>,
    /// Cases that only one of them has exactly right.
    differing: Differing,
}

#[derive(Debug, Serialize)]
struct Side {
    setting: String,
    latency: Times,
    failures: BTreeMap<String, String>,
}

/// One metric of both.
#[derive(Debug, Serialize)]
struct Compared {
    a: Interval,
    b: Interval,
    #[serde(flatten)]
    paired: Paired,
}

#[derive(Debug, Default, Serialize)]
struct Differing {
    only_a_exact: Vec<String>,
    only_b_exact: Vec<String>,
}

impl Side {
    fn of(cases: &[Case], run: &Run) -> Self {
        Self {
            setting: run.setting.clone(),
            latency: Times::of(run),
            failures: run.failures(cases).into_iter().collect(),
        }
    }
}

impl Comparison {
    pub(super) fn of(cases: &[Case], a: &Run, b: &Run) -> Self {
        let (of_a, of_b) = (a.predictions(cases), b.predictions(cases));
        let companies = companies(cases);
        let missing = Prediction::default();
        let mut pairs: BTreeMap<String, Vec<(bool, bool)>> = BTreeMap::new();
        let mut differing = Differing::default();
        for case in cases {
            let Some(company) = companies.get(case.id.as_str()) else {
                continue;
            };
            let judged = |prediction: Option<&Prediction>| {
                judge(case, prediction.unwrap_or(&missing), company.chart())
            };
            let (left, right) = (judged(of_a.get(&case.id)), judged(of_b.get(&case.id)));
            for (name, is_right) in left {
                let pair = (is_right, right.get(name).copied().unwrap_or(false));
                if name == "exact" {
                    let by_kind = format!("{}/exact", case.kind);
                    pairs.entry(by_kind).or_default().push(pair);
                    match pair {
                        (true, false) => differing.only_a_exact.push(case.id.clone()),
                        (false, true) => differing.only_b_exact.push(case.id.clone()),
                        _ => {}
                    }
                }
                pairs.entry(name.to_owned()).or_default().push(pair);
            }
        }
        let metrics = pairs
            .into_iter()
            .map(|(name, pairs)| {
                let paired = Paired::count(pairs);
                let compared = Compared {
                    a: wilson(paired.both + paired.only_a, paired.n),
                    b: wilson(paired.both + paired.only_b, paired.n),
                    paired,
                };
                (name, compared)
            })
            .collect();
        Self {
            a: Side::of(cases, a),
            b: Side::of(cases, b),
            cases: cases.len(),
            metrics,
            differing,
        }
    }

    pub(super) fn print(&self) {
        output::line(format!("{} cases", self.cases));
        output::line(format!("A: {}", self.a.setting));
        output::line(format!("B: {}", self.b.setting));
        output::line("");
        output::line(format!(
            "{:28} {:>6} {:>6}   {:>5} {:>7} {:>7} {:>8}   {}",
            "metric", "A", "B", "n", "only A", "only B", "neither", "p (McNemar, exact)"
        ));
        let (parted, whole): (Vec<_>, Vec<_>) = self
            .metrics
            .iter()
            .partition(|(name, _)| name.contains('/'));
        for (name, compared) in whole.into_iter().chain(parted) {
            let paired = compared.paired;
            output::line(format!(
                "{name:28} {:>6.3} {:>6.3}   {:>5} {:>7} {:>7} {:>8}   {:.4}",
                compared.a.p,
                compared.b.p,
                paired.n,
                paired.only_a,
                paired.only_b,
                paired.neither,
                paired.p
            ));
        }
        for (label, ids) in [
            ("only A exact", &self.differing.only_a_exact),
            ("only B exact", &self.differing.only_b_exact),
        ] {
            if !ids.is_empty() {
                output::line(format!("{label}: {}", ids.join(", ")));
            }
        }
        for (label, side) in [("A", &self.a), ("B", &self.b)] {
            output::line("");
            output::line(format!("{label}: times"));
            side.latency.print();
            for (id, error) in &side.failures {
                output::line(format!("{id}: no reply: {error}"));
            }
        }
    }
}

//! The metric. `exact` is module, action, direction, currency, gross and, where expected, net,
//! tax, tax lines, figures in the company's currency and the entry's invariants all right.

use std::collections::{BTreeMap, HashMap};

use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::Serialize;

use super::case::{Case, Expected, ExpectedTaxLine};
use super::invariants::{journal, role_balances};
use super::prediction::Prediction;
use super::wilson::{Interval, wilson};
use crate::chart::{Chart, Role};

/// Amounts this near are the same.
pub(super) const TOLERANCE: Decimal = Decimal::from_parts(2, 0, 0, false, 2);

/// One metric over the cases that it applies to.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, JsonSchema)]
pub struct Metric {
    /// Cases.
    pub n: usize,
    /// Of those, right.
    pub correct: usize,
    /// Proportion and 95 % interval.
    #[serde(flatten)]
    pub interval: Interval,
}

/// All metrics, by name: `exact`, `action`, `<kind>/exact`, ...
#[derive(Debug, Clone, Default, PartialEq, Serialize, JsonSchema)]
pub struct Scores(pub BTreeMap<String, Metric>);

impl Scores {
    /// A metric by name.
    pub fn get(&self, name: &str) -> Option<&Metric> {
        self.0.get(name)
    }
}

/// Scores predictions, by case id, against cases. `chart_of` gives a case's chart; a case
/// without a prediction is wrong in everything.
pub fn score<'a, S: std::hash::BuildHasher>(
    cases: &[Case],
    predictions: &HashMap<String, Prediction, S>,
    chart_of: impl Fn(&Case) -> Option<&'a Chart>,
) -> Scores {
    let mut tally = Tally::default();
    let missing = Prediction::default();
    for case in cases {
        let prediction = predictions.get(&case.id).unwrap_or(&missing);
        if let Some(chart) = chart_of(case) {
            tally.case(case, prediction, chart);
        }
    }
    tally.scores()
}

/// What of one prediction is right, by the name of the metric; `exact` among them.
pub fn judge(case: &Case, prediction: &Prediction, chart: &Chart) -> BTreeMap<&'static str, bool> {
    let verdicts = verdicts(&case.expected, prediction, chart);
    let exact = is_exact(&verdicts);
    verdicts.into_iter().chain([("exact", exact)]).collect()
}

fn is_exact(verdicts: &Verdicts) -> bool {
    verdicts
        .iter()
        .filter(|(name, _)| !matches!(*name, "action_strict" | "counterparty"))
        .all(|(_, right)| *right)
}

#[derive(Default)]
struct Tally(BTreeMap<String, (usize, usize)>);

impl Tally {
    fn add(&mut self, name: impl Into<String>, right: bool) {
        let (correct, n) = self.0.entry(name.into()).or_default();
        *correct += usize::from(right);
        *n += 1;
    }

    fn case(&mut self, case: &Case, prediction: &Prediction, chart: &Chart) {
        let expected = &case.expected;
        let verdicts = verdicts(expected, prediction, chart);
        let exact = is_exact(&verdicts);
        for (name, right) in verdicts.iter().copied().chain([("exact", exact)]) {
            self.add(name, right);
            self.add(format!("{}/{name}", case.kind), right);
        }
        if expected.posts_journal
            && let Some((_, right)) = verdicts.iter().find(|(name, _)| *name == "journal")
        {
            self.add("journal (posting cases only)", *right);
        }
        if expected
            .entry
            .as_ref()
            .and_then(|entry| entry.self_assessed_tax)
            .unwrap_or(false)
        {
            let balances = role_balances(prediction, chart);
            let of = |role: Role| balances.get(role.code()).copied().unwrap_or_default();
            let (input, output) = (
                of(Role::ReverseChargeInputTax),
                of(Role::ReverseChargeOutputTax),
            );
            self.add(
                "self-assessed tax posted",
                !input.is_zero() && input == -output,
            );
        }
        if prediction.auto {
            self.add("auto: exact among auto-processed", exact);
        }
        self.add("auto: rate", prediction.auto);
        let treatment = expected.tax_treatment.as_deref();
        if treatment.is_some_and(|treatment| !matches!(treatment, "standard" | "no_tax")) {
            self.add("hard tax/exact", exact);
        }
        if expected.functional.is_some() {
            self.add("foreign currency/exact", exact);
        }
        if case
            .document
            .get("markdown")
            .or_else(|| case.document.get("raw_text"))
            .is_some()
        {
            self.add("unstructured/exact", exact);
        }
    }

    fn scores(self) -> Scores {
        let metric = |(correct, n): (usize, usize)| Metric {
            n,
            correct,
            interval: wilson(correct, n),
        };
        Scores(
            self.0
                .into_iter()
                .map(|(name, counts)| (name, metric(counts)))
                .collect(),
        )
    }
}

type Verdicts = Vec<(&'static str, bool)>;

fn verdicts(expected: &Expected, prediction: &Prediction, chart: &Chart) -> Verdicts {
    let is = |given: &Option<String>, wanted: &str| given.as_deref() == Some(wanted);
    let action = prediction.action.as_deref().unwrap_or_default();
    let module = prediction.module.as_deref().unwrap_or_default();
    let modules = expected
        .accept_modules
        .as_deref()
        .filter(|modules| !modules.is_empty());
    let module_is_right = modules.map_or_else(
        || module == expected.module,
        |modules| modules.iter().any(|accepted| accepted == module),
    );
    let mut found: Verdicts = vec![
        ("module", module_is_right),
        (
            "action",
            expected
                .accept_actions
                .iter()
                .any(|accepted| accepted == action),
        ),
        ("action_strict", action == expected.action),
    ];
    if expected.direction != "neutral" {
        found.push(("direction", is(&prediction.direction, &expected.direction)));
    }
    if let Some(wanted) = expected
        .counterparty
        .as_deref()
        .filter(|name| !name.is_empty())
    {
        let given = prediction.counterparty.as_deref().unwrap_or_default();
        found.push(("counterparty", same_party(given, wanted)));
    }
    if let Some(wanted) = &expected.currency {
        found.push(("currency", is(&prediction.currency, wanted)));
    }
    for (name, given, wanted) in [
        ("net", prediction.net, expected.net),
        ("tax", prediction.tax, expected.tax),
        ("gross", prediction.gross, expected.gross),
    ] {
        if let Some(wanted) = wanted {
            found.push((
                name,
                given.is_some_and(|given| (given - wanted).abs() <= TOLERANCE),
            ));
        }
    }
    if let Some(wanted) = expected
        .tax_lines
        .as_deref()
        .filter(|lines| !lines.is_empty())
    {
        found.push(("tax_lines", same_tax_lines(&prediction.tax_lines, wanted)));
    }
    let verdict = journal(prediction, expected, chart);
    found.push(("balanced", verdict.balanced));
    found.push(("journal", verdict.right));
    if expected.functional.is_some() {
        found.push(("functional", same_functional(expected, prediction)));
    }
    found
}

fn same_functional(expected: &Expected, prediction: &Prediction) -> bool {
    let (Some(wanted), Some(given)) = (&expected.functional, &prediction.functional) else {
        return false;
    };
    let figures = [wanted.net, wanted.tax, wanted.gross];
    given.currency.as_deref() == Some(wanted.currency.as_str())
        && given
            .figures
            .iter()
            .zip(figures)
            .all(|(given, wanted_figure)| {
                given
                    .zip(wanted_figure)
                    .is_some_and(|(given, figure)| (given - figure).abs() <= wanted.tolerance)
            })
}

/// Names alike in letters and digits, or one the beginning of the other.
fn same_party(given: &str, wanted: &str) -> bool {
    let plain = |text: &str| -> String {
        text.to_lowercase()
            .chars()
            .filter(|c| c.is_alphanumeric() || *c == '_')
            .collect()
    };
    let (given, wanted) = (plain(given), plain(wanted));
    let shorter = given.chars().count().min(wanted.chars().count());
    shorter > 0
        && (given == wanted
            || (shorter >= 6 && (given.starts_with(&wanted) || wanted.starts_with(&given))))
}

fn same_tax_lines(given: &[[Option<Decimal>; 3]], wanted: &[ExpectedTaxLine]) -> bool {
    let mut rest: Vec<[Option<Decimal>; 3]> = given.to_vec();
    for line in wanted {
        let amount = line.amount.unwrap_or_default();
        if line.base.is_none_or(|base| base.is_zero()) && amount.is_zero() {
            continue;
        }
        let rate = line.rate.unwrap_or_default();
        let base = line.base.unwrap_or_default();
        let found = rest
            .iter()
            .position(|[given_rate, given_base, given_amount]| {
                given_rate.unwrap_or_default() == rate
                    && given_base.is_some_and(|given| (given - base).abs() <= TOLERANCE)
                    && (given_amount.unwrap_or_default() - amount).abs() <= TOLERANCE
            });
        match found {
            Some(index) => {
                rest.remove(index);
            }
            None => return false,
        }
    }
    rest.iter()
        .all(|[_, _, amount]| amount.unwrap_or_default().is_zero())
}

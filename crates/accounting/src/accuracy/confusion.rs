//! Which actions are taken for which.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use super::case::Case;
use super::prediction::Prediction;

/// How often an action was predicted where another (or itself) was right.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Confused {
    /// The right action.
    pub expected: String,
    /// The predicted one, `none` where there is no prediction. An action that is accepted beside
    /// the right one counts as the right one.
    pub predicted: String,
    /// Cases.
    pub n: usize,
}

/// The confusion of actions: all pairs that occur, in the order of the expected action.
pub fn confusion<'a>(
    cases: &[Case],
    prediction_of: impl Fn(&Case) -> Option<&'a Prediction>,
) -> Vec<Confused> {
    let mut counts: BTreeMap<(String, String), usize> = BTreeMap::new();
    for case in cases {
        let expected = &case.expected;
        let predicted = prediction_of(case)
            .and_then(|prediction| prediction.action.clone())
            .unwrap_or_else(|| "none".to_owned());
        let accepted = expected.accept_actions.contains(&predicted);
        let predicted = if accepted {
            expected.action.clone()
        } else {
            predicted
        };
        *counts
            .entry((expected.action.clone(), predicted))
            .or_default() += 1;
    }
    counts
        .into_iter()
        .map(|((expected, predicted), n)| Confused {
            expected,
            predicted,
            n,
        })
        .collect()
}

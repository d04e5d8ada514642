//! Lines and items that name each other crosswise.

use std::collections::BTreeMap;

use super::named::{agreement, named};
use crate::reconciliation::components::{Component, components};
use crate::reconciliation::draft::{Draft, Fit, fit};
use crate::reconciliation::ledger::Ledger;
use crate::reconciliation::parties::Agreement;
use crate::reconciliation::response::DifferenceKind;

/// Lines and items that name each other crosswise and are equal in sum: a part of an item by
/// one line, the rest and another item by the next.
pub(super) fn connected(ledger: &mut Ledger<'_>) {
    let mut names: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for line in ledger.free_lines() {
        if let Some(named) = named(ledger, line)
            && let [set] = named.sets.as_slice()
        {
            names.insert(line, set.clone());
        }
    }
    for Component { lines, items } in components(&names) {
        if lines.len() < 2 || items.len() < 2 || lines.len() > 12 {
            continue;
        }
        if fit(ledger.request, &lines, &items) != Some(Fit::Whole(DifferenceKind::None)) {
            continue;
        }
        let agrees = lines
            .iter()
            .all(|line| agreement(ledger, *line, &names[line]) >= Agreement::Similar);
        ledger.take(Draft {
            lines,
            items,
            fit: Fit::Whole(DifferenceKind::None),
            confidence: 0.95,
            auto: agrees,
            reasons: vec!["the lines name these items and are equal to them in sum".to_owned()],
        });
    }
}

//! Lines that pay some of the items that they name, or others beside them.

use std::collections::BTreeSet;

use super::named::{agreement, named};
use crate::reconciliation::candidates::of_party;
use crate::reconciliation::draft::{Draft, Fit};
use crate::reconciliation::ledger::Ledger;
use crate::reconciliation::model::Minor;
use crate::reconciliation::parties::Agreement;
use crate::reconciliation::references::Nearness;
use crate::reconciliation::response::DifferenceKind;
use crate::reconciliation::rounds::{Stage, settle};
use crate::reconciliation::subset_sum::expected_by_chance;

/// Other items of the party that a named set may be completed with, at most.
const MOST_ADDED: usize = 20;

/// A line that pays only some of the items it names, or others of the party beside them.
pub(super) fn changed_sets(ledger: &mut Ledger<'_>) {
    let stage = Stage {
        reason_for_tie: "several sets with the named items have this amount",
        explains: false,
    };
    settle(ledger, stage, |ledger, line| {
        let Some(named) = named(ledger, line) else {
            return Vec::new();
        };
        let [set] = named.sets.as_slice() else {
            return Vec::new();
        };
        let agreement = agreement(ledger, line, set);
        let mut found = some_of(ledger, line, set);
        let mut reason = "a part of the items that the line names is exactly its amount";
        let mut auto = false;
        if found.is_empty() {
            found = with_near(ledger, line, set);
            reason =
                "the line names some items in full and others nearly, which are exactly its amount";
            auto = found.len() == 1 && agreement >= Agreement::Similar;
        }
        if found.is_empty() {
            let (chance, added) = with_others(ledger, line, set);
            found = added;
            reason = "the named items and others of the party are exactly the amount";
            auto = chance < 1e-4 && agreement == Agreement::Same;
        }
        found
            .into_iter()
            .map(|items| Draft {
                lines: vec![line],
                items,
                fit: Fit::Whole(DifferenceKind::None),
                confidence: 0.9,
                auto,
                reasons: vec![reason.to_owned()],
            })
            .collect()
    });
}

/// Proper subsets of a named set that are exactly the line's amount.
fn some_of(ledger: &Ledger<'_>, line: usize, set: &[usize]) -> Vec<Vec<usize>> {
    if set.len() < 2 {
        return Vec::new();
    }
    let values: Vec<Minor> = set
        .iter()
        .filter_map(|item| ledger.value(line, *item))
        .collect();
    let answer = ledger.subsets(line, &values, ledger.line(line).amount, 1);
    let pick = |places: &Vec<usize>| places.iter().map(|place| set[*place]).collect();
    if !answer.is_complete {
        // One of those found may not be the only one there is.
        return Vec::new();
    }
    // An item that nets out to nothing with another is no reason to prefer fewer.
    answer.found.iter().map(pick).collect()
}

/// A named set with items of its party that the line nearly names, exactly the line's amount.
fn with_near(ledger: &Ledger<'_>, line: usize, set: &[usize]) -> Vec<Vec<usize>> {
    if !ledger.read[line].has_loose_digits || agreement(ledger, line, set) < Agreement::Similar {
        return Vec::new();
    }
    let named: Option<Minor> = set.iter().map(|item| ledger.value(line, *item)).sum();
    let near: Vec<usize> = of_party(ledger, line)
        .into_iter()
        .filter(|item| {
            !set.contains(item) && ledger.nearness(line, *item) > Some(Nearness::Doubtful)
        })
        .take(MOST_ADDED)
        .collect();
    let values: Vec<Minor> = near
        .iter()
        .filter_map(|item| ledger.value(line, *item))
        .collect();
    let Some(named) = named else {
        return Vec::new();
    };
    ledger
        .subsets(line, &values, ledger.line(line).amount - named, 1)
        .found
        .iter()
        .map(|places| {
            let mut items: Vec<usize> = places.iter().map(|place| near[*place]).collect();
            items.extend(set);
            items
        })
        .collect()
}

/// A named set with other items of its party that make it exactly the line's amount, and how
/// many such sets chance would give.
fn with_others(ledger: &Ledger<'_>, line: usize, set: &[usize]) -> (f64, Vec<Vec<usize>>) {
    if agreement(ledger, line, set) < Agreement::Similar {
        return (1.0, Vec::new());
    }
    let named: Option<Minor> = set.iter().map(|item| ledger.value(line, *item)).sum();
    let Some(named) = named else {
        return (1.0, Vec::new());
    };
    let paid = ledger.line(line);
    let rest = paid.amount - named;
    let parties: BTreeSet<usize> = set.iter().map(|i| ledger.parties.of_item[*i]).collect();
    let items = parties
        .iter()
        .map(|party| ledger.parties.items[*party].len());
    if !ledger.work.spend(line, items.sum()) {
        return (1.0, Vec::new());
    }
    let others: Vec<usize> = parties
        .iter()
        .flat_map(|party| &ledger.parties.items[*party])
        .copied()
        .filter(|item| {
            // What is missing is a deduction, what is over another item.
            !set.contains(item)
                && ledger.is_payable(*item)
                && ledger.item(*item).currency == paid.currency
                && ledger.item(*item).sign() == rest.signum()
                && ledger.is_in_window(line, *item)
        })
        .collect();
    if others.len() > MOST_ADDED {
        return (1.0, Vec::new());
    }
    let values: Vec<Minor> = others
        .iter()
        .filter_map(|item| ledger.value(line, *item))
        .collect();
    let chance = expected_by_chance(values.len(), rest.abs());
    if chance > 0.05 {
        return (chance, Vec::new());
    }
    let answer = ledger.subsets(line, &values, rest, 1);
    let sets = answer
        .found
        .iter()
        .map(|places| {
            let mut items: Vec<usize> = places.iter().map(|place| others[*place]).collect();
            items.extend(set);
            items
        })
        .collect();
    (chance, sets)
}

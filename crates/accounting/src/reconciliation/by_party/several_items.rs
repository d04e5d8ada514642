//! One item less rounding or discount, or several of the party's items that are exactly the
//! amount.

use std::collections::BTreeSet;

use super::without_reference::without_reference;
use crate::reconciliation::candidates::in_time;
use crate::reconciliation::draft::{Draft, Fit, rank};
use crate::reconciliation::ledger::Ledger;
use crate::reconciliation::model::Minor;
use crate::reconciliation::parties::Agreement;
use crate::reconciliation::response::DifferenceKind;
use crate::reconciliation::rounds::{Stage, settle};
use crate::reconciliation::subset_sum::{MOST_AMOUNTS, expected_by_chance};

/// One item less rounding or discount, or several items that are exactly the amount.
pub(super) fn explained_or_several(ledger: &mut Ledger<'_>) {
    let exhausted: std::cell::RefCell<BTreeSet<usize>> = std::cell::RefCell::default();
    settle(
        ledger,
        Stage {
            reason_for_tie: "several sets of the party's items have this amount",
            explains: true,
        },
        |ledger, line| {
            let items = in_time(ledger, line);
            if items.is_empty() || ledger.speaks_of_no_item(line) {
                return Vec::new();
            }
            let mut drafts: Vec<Draft> = items
                .iter()
                .filter_map(|item| {
                    let found = ledger.fit(line, &[*item])?;
                    matches!(rank(found), 1 | 2).then(|| {
                        let auto = found == Fit::Whole(DifferenceKind::Discount)
                            && ledger.agreement(line, *item) == Agreement::Same;
                        without_reference(ledger, line, (vec![*item], found), auto)
                    })
                })
                .collect();
            let (sets, chance, is_complete) = exact_sets(ledger, line, &items);
            if !is_complete {
                // What was found may not be all there is; what was not found may be there.
                exhausted.borrow_mut().insert(line);
                if !sets.is_empty() {
                    return Vec::new();
                }
            }
            let auto = chance < 1e-4;
            drafts.extend(sets.into_iter().map(|set| {
                without_reference(ledger, line, (set, Fit::Whole(DifferenceKind::None)), auto)
            }));
            drafts
        },
    );
    for line in exhausted.into_inner() {
        ledger.note(
            line,
            "more combinations of the party's items than the work limit allows to compare",
        );
    }
}

/// Sets of two or more items that are exactly the amount, or that less all their discounts.
fn exact_sets(ledger: &Ledger<'_>, line: usize, items: &[usize]) -> (Vec<Vec<usize>>, f64, bool) {
    let paid = ledger.line(line);
    let target = paid.amount;
    // Items of one direction that are larger than the line cannot be part of it, unless others
    // are deducted.
    let deducts = items
        .iter()
        .any(|item| ledger.item(*item).sign() != target.signum());
    let fitting: Vec<usize> = items
        .iter()
        .copied()
        .filter(|item| deducts || ledger.item(*item).open < target.abs())
        .collect();
    if fitting.len() < 2 {
        return (Vec::new(), 0.0, true);
    }
    if fitting.len() > MOST_AMOUNTS {
        return (Vec::new(), 1.0, false);
    }
    let values: Vec<Minor> = fitting
        .iter()
        .filter_map(|item| ledger.value(line, *item))
        .collect();
    let answer = ledger.subsets(line, &values, target, 2);
    let chance = expected_by_chance(values.len(), target.abs());
    let pick = |places: &Vec<usize>| places.iter().map(|place| fitting[*place]).collect();
    let mut sets: Vec<Vec<usize>> = answer.found.iter().map(pick).collect();
    for set in discounted_sets(ledger, line, &fitting) {
        // A discount may round to nothing: the same set is one answer.
        if !sets.contains(&set) {
            sets.push(set);
        }
    }
    (sets, chance, answer.is_complete)
}

/// Sets whose items all give their discount.
fn discounted_sets(ledger: &Ledger<'_>, line: usize, items: &[usize]) -> Vec<Vec<usize>> {
    let paid = ledger.line(line);
    let grace = ledger.request.policy.discount_grace_days;
    let granting: Vec<(usize, Minor)> = items
        .iter()
        .filter_map(|index| {
            let item = ledger.item(*index);
            let discount = item
                .discount()
                .filter(|_| item.takes_discount(paid.date, grace))?;
            (item.sign() == paid.amount.signum())
                .then_some((*index, item.sign() * (item.open - discount)))
        })
        .collect();
    if granting.len() < 2 {
        return Vec::new();
    }
    let values: Vec<Minor> = granting.iter().map(|(_, value)| *value).collect();
    ledger
        .subsets(line, &values, paid.amount, 2)
        .found
        .iter()
        .map(|places| places.iter().map(|place| granting[*place].0).collect())
        .collect()
}

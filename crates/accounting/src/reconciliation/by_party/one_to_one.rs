//! Party, amount and date, and nothing named: one line to one item.

use std::collections::BTreeMap;

use crate::reconciliation::assignment::{MOST_NODES, assign};
use crate::reconciliation::candidates::{names_another, open_of_same_amount};
use crate::reconciliation::components::{Component, components};
use crate::reconciliation::draft::{Draft, Fit, by_age, by_date};
use crate::reconciliation::ledger::Ledger;
use crate::reconciliation::parties::Agreement;
use crate::reconciliation::response::DifferenceKind;
use crate::reconciliation::words::{words_of, words_of_party};

/// Larger components than this are told to be too large.
const MOST_PAIRS: usize = 200_000;

/// Party, amount and date, and nothing named: an optimal assignment, component by component.
pub(super) fn one_to_one(ledger: &mut Ledger<'_>) {
    let mut edges: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    let mut pairs = 0;
    for line in ledger.free_lines() {
        let Some(exact) = open_of_same_amount(ledger, line) else {
            ledger.note(
                line,
                "more items of this amount than the work limit allows to compare",
            );
            continue;
        };
        let fitting: Vec<usize> = exact
            .into_iter()
            .filter(|item| {
                ledger.agreement(line, *item) >= Agreement::Similar
                    && ledger.is_in_window(line, *item)
            })
            .collect();
        pairs += fitting.len();
        if pairs > MOST_PAIRS {
            ledger.note(
                line,
                "more pairs of equal amounts than the work limit allows to compare",
            );
            continue;
        }
        if !fitting.is_empty() {
            edges.insert(line, fitting);
        }
    }
    for Component { lines, items } in components(&edges) {
        component(ledger, lines, items, &edges);
    }
    ledger.reserve_ties();
}

fn component(
    ledger: &mut Ledger<'_>,
    mut lines: Vec<usize>,
    mut items: Vec<usize>,
    edges: &BTreeMap<usize, Vec<usize>>,
) {
    by_date(ledger.request, &mut lines);
    by_age(ledger.request, &mut items);
    // An item may be an alternative of a line that was tied on other evidence.
    let are_free = items.iter().all(|item| ledger.is_free(*item));
    if let [item] = items.as_slice() {
        if !are_free {
            for line in lines {
                ledger.note(line, "the only item of this amount may be another line's");
            }
            return;
        }
        // The earliest line pays it; a later one pays what is settled.
        let draft = by_amount_and_party(ledger, lines[0], *item, lines.len() == 1);
        if ledger.take(draft) {
            for line in &lines[1..] {
                ledger.leave(*line, "an earlier line settled in full what this line fits");
            }
        }
        return;
    }
    let party = ledger.parties.of_item[items[0]];
    let one_party = items
        .iter()
        .all(|item| ledger.parties.of_item[*item] == party);
    let in_order = are_free
        && lines.len() == items.len()
        && one_party
        && lines
            .iter()
            .zip(&items)
            .all(|(line, item)| edges[line].contains(item));
    if in_order {
        // As many equal lines as equal items of one party.
        for (line, item) in lines.into_iter().zip(items) {
            let mut draft = by_amount_and_party(ledger, line, item, false);
            draft.confidence = 0.7;
            draft
                .reasons
                .push("as many equal lines as equal items: the oldest with the oldest".to_owned());
            ledger.take(draft);
        }
        return;
    }
    let tie = "several items of the party have this amount, and nothing tells them apart";
    let nodes = lines.len().max(items.len());
    // Solved once, and once more without each pair.
    let is_small = nodes <= MOST_NODES
        && lines
            .iter()
            .all(|line| ledger.work.spend(*line, nodes.pow(3)));
    let is_complete = lines.iter().all(|line| edges[line].len() == items.len());
    if is_complete || !is_small {
        for line in lines {
            ledger.tie(line, sole_alternatives(&edges[&line]), tie);
        }
        return;
    }
    // A pair is worth more than any agreement of names; agreement decides between pairs.
    let weights: Vec<Vec<i64>> = lines
        .iter()
        .map(|line| {
            items
                .iter()
                .map(|item| match ledger.agreement(*line, *item) {
                    _ if !edges[line].contains(item) => 0,
                    Agreement::Same => 1001,
                    _ => 1000,
                })
                .collect()
        })
        .collect();
    let assigned = assign(&weights);
    // What is certain first: a tie then lists what is left.
    for (line, found) in lines.iter().zip(&assigned) {
        if let Some((place, false)) = found {
            let draft = by_amount_and_party(ledger, *line, items[*place], false);
            ledger.take(draft);
        }
    }
    for line in lines {
        if !ledger.is_free_line(line) {
            continue;
        }
        let open: Vec<usize> = edges[&line]
            .iter()
            .copied()
            .filter(|item| ledger.is_open(*item))
            .collect();
        if open.len() > 1 {
            ledger.tie(line, sole_alternatives(&open), tie);
        } else {
            ledger.note(
                line,
                "another line fits the only item of this amount as well",
            );
        }
    }
}

fn sole_alternatives(items: &[usize]) -> Vec<Vec<usize>> {
    items.iter().map(|item| vec![*item]).collect()
}

fn by_amount_and_party(ledger: &Ledger<'_>, line: usize, item: usize, is_sole: bool) -> Draft {
    let agreement = ledger.agreement(line, item);
    let another = names_another(ledger, line, item);
    let origin = &ledger.origins[line];
    let auto = is_sole
        && !another
        && !origin.is_other_account
        // Name and account of different parties are no evidence for either.
        && origin.parties.len() == 1
        && !ledger.speaks_of_no_item(line)
        && !ledger.has_equal_claim(line, item)
        && !ledger.has_equal_item_in_doubt(line, item);
    let mut reasons = vec![words_of(Fit::Whole(DifferenceKind::None)).to_owned()];
    reasons.extend(words_of_party(agreement));
    reasons.push("no other item of the party has this amount in its time".to_owned());
    if another {
        reasons.push("the line names a document that is not this one".to_owned());
    }
    Draft {
        lines: vec![line],
        items: vec![item],
        fit: Fit::Whole(DifferenceKind::None),
        confidence: if auto { 0.95 } else { 0.75 },
        auto,
        reasons,
    }
}

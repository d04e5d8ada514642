//! Several lines that name one item and together reach it.

use std::collections::BTreeMap;

use super::named::named;
use crate::reconciliation::candidates::{has_numbers, nearest, of_party, of_same_amount};
use crate::reconciliation::draft::{Draft, Fit, fit, rank};
use crate::reconciliation::ledger::Ledger;
use crate::reconciliation::model::Minor;
use crate::reconciliation::parties::Agreement;
use crate::reconciliation::references::Nearness;
use crate::reconciliation::response::DifferenceKind;
use crate::reconciliation::words::words_of;

/// Lines that are added up until they reach an item, at most.
const MOST_LINES_OF_AN_ITEM: usize = 200;

/// Lines that may name an item nearly, among those of its party.
const MOST_NEAR_LINES: usize = 12;

/// A line that names one item.
#[derive(Debug, Clone, Copy)]
pub(super) struct Naming {
    pub(super) line: usize,
    /// Not nearly, and no other digits beside it.
    pub(super) is_full: bool,
}

/// Free lines by the one item that they name, in the order of their dates. A line that nearly
/// names an item counts where it is the only one of its party, and no item has its amount.
pub(super) fn lines_by_item(ledger: &Ledger<'_>) -> BTreeMap<usize, Vec<Naming>> {
    let mut by_item: BTreeMap<usize, Vec<Naming>> = BTreeMap::new();
    for line in ledger.free_lines() {
        if let Some((item, is_full)) = sole_item(ledger, line)
            && ledger.line(line).amount.signum() == ledger.item(item).sign()
        {
            by_item
                .entry(item)
                .or_default()
                .push(Naming { line, is_full });
        }
    }
    for lines in by_item.values_mut() {
        lines.sort_by_key(|naming| (ledger.line(naming.line).date, naming.line));
    }
    by_item
}

fn sole_item(ledger: &Ledger<'_>, line: usize) -> Option<(usize, bool)> {
    if let Some(named) = named(ledger, line) {
        return match named.sets.as_slice() {
            [set] => match set.as_slice() {
                [item] => Some((*item, !ledger.read[line].has_loose_digits)),
                _ => None,
            },
            _ => None,
        };
    }
    let is_elsewhere = ledger.read[line]
        .mentions
        .iter()
        .any(|mention| mention.is_strong);
    if is_elsewhere || !has_numbers(ledger, line) {
        return None;
    }
    let paid = ledger.line(line);
    let larger: Vec<usize> = of_party(ledger, line)
        .into_iter()
        .filter(|item| {
            let item = ledger.item(*item);
            item.currency == paid.currency
                && item.sign() == paid.amount.signum()
                && item.open > paid.amount.abs()
        })
        .collect();
    let [(item, evidence)] = nearest(ledger, line, &larger)[..] else {
        return None;
    };
    let is_exact_elsewhere = of_same_amount(ledger, line).is_none_or(|items| {
        items
            .iter()
            .any(|item| ledger.agreement(line, *item) >= Agreement::Similar)
    });
    (evidence.nearness > Some(Nearness::Doubtful) && !is_exact_elsewhere).then_some((item, false))
}

/// Several lines that name one item and together reach it: exactly, or with an explained
/// difference.
pub(super) fn several_lines(ledger: &mut Ledger<'_>, exactly: bool) {
    for (item, lines) in lines_by_item(ledger) {
        // The first lines that reach it; what comes later pays what is settled.
        let reached = (2..=lines.len().min(MOST_LINES_OF_AN_ITEM)).find_map(|count| {
            let first: Vec<usize> = lines[..count].iter().map(|naming| naming.line).collect();
            if brought(ledger, &first[..count - 1]).abs() >= ledger.item(item).open
                && ledger.line(first[0]).currency == ledger.item(item).currency
            {
                return None;
            }
            let found = fit(ledger.request, &first, &[item])?;
            let fits = if exactly {
                rank(found) == 0
            } else {
                rank(found) <= 4
            };
            fits.then_some((count, found))
        });
        let Some((count, found)) = reached else {
            if lines.len() > MOST_LINES_OF_AN_ITEM {
                for naming in lines {
                    let reason = "more lines name the item than the work limit allows to add up";
                    ledger.note(naming.line, reason);
                }
            }
            continue;
        };
        let are_full = lines[..count].iter().all(|naming| naming.is_full);
        let chosen: Vec<usize> = lines[..count].iter().map(|naming| naming.line).collect();
        let agreement = chosen
            .iter()
            .map(|line| ledger.agreement(*line, item))
            .min()
            .unwrap_or(Agreement::Unknown);
        ledger.take(Draft {
            lines: chosen,
            items: vec![item],
            fit: found,
            confidence: 0.97,
            auto: agreement >= Agreement::Similar && (exactly || are_full),
            reasons: vec![
                "the lines name the item and together reach it".to_owned(),
                words_of(found).to_owned(),
            ],
        });
    }
}

/// Lines of one party that together are exactly what it owes for an item, of which one names it
/// in full and the others as well as they can: a wrong digit, the beginning, the end.
pub(super) fn with_near_lines(ledger: &mut Ledger<'_>) {
    for (item, lines) in lines_by_item(ledger) {
        let naming: Vec<usize> = lines
            .iter()
            .map(|naming| naming.line)
            .filter(|line| ledger.agreement(*line, item) >= Agreement::Similar)
            .collect();
        let Some(first) = naming.first().copied() else {
            continue;
        };
        let currency = ledger.item(item).currency;
        let is_of_currency = |line: &usize| ledger.line(*line).currency == currency;
        let rest = ledger.item(item).sign() * ledger.item(item).open - brought(ledger, &naming);
        if !naming.iter().all(is_of_currency) || rest.signum() != ledger.item(item).sign() {
            continue;
        }
        let others: Vec<usize> = ledger
            .lines_of_party
            .get(&ledger.parties.of_item[item])
            .into_iter()
            .flatten()
            .copied()
            .filter(|line| {
                ledger.is_free_line(*line)
                    && !naming.contains(line)
                    && is_of_currency(line)
                    && ledger.line(*line).amount.signum() == rest.signum()
                    && ledger.read[*line].mentions.is_empty()
                    && ledger.nearness(*line, item).is_some()
            })
            .take(MOST_NEAR_LINES)
            .collect();
        let values: Vec<Minor> = others
            .iter()
            .map(|line| ledger.line(*line).amount)
            .collect();
        let answer = ledger.subsets(first, &values, rest, 1);
        let [places] = answer.found.as_slice() else {
            continue;
        };
        let mut chosen = naming;
        chosen.extend(places.iter().map(|place| others[*place]));
        ledger.take(Draft {
            lines: chosen,
            items: vec![item],
            fit: Fit::Whole(DifferenceKind::None),
            confidence: 0.85,
            auto: false,
            reasons: vec![
                "the lines name the item, some of them nearly, and together are exactly it"
                    .to_owned(),
            ],
        });
    }
}

fn brought(ledger: &Ledger<'_>, lines: &[usize]) -> Minor {
    lines.iter().map(|line| ledger.line(*line).amount).sum()
}

//! Several lines that name one item and together reach it.

use std::collections::BTreeMap;

use super::badly_named::{is_exact_elsewhere, larger_items};
use super::named::named;
use crate::reconciliation::candidates::{has_numbers, nearest};
use crate::reconciliation::draft::{Draft, fit, rank};
use crate::reconciliation::ledger::Ledger;
use crate::reconciliation::model::Minor;
use crate::reconciliation::parties::Agreement;
use crate::reconciliation::references::Nearness;
use crate::reconciliation::words::words_of;

/// Lines that are added up until they reach an item, at most.
const MOST_LINES_OF_AN_ITEM: usize = 200;

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
    let [(item, evidence)] = nearest(ledger, line, &larger_items(ledger, line))[..] else {
        return None;
    };
    (evidence.nearness > Some(Nearness::Doubtful) && !is_exact_elsewhere(ledger, line))
        .then_some((item, false))
}

/// Several lines that name one item and together reach it: exactly, or with an explained
/// difference.
pub(super) fn several_lines(ledger: &mut Ledger<'_>, exactly: bool) {
    for (item, lines) in lines_by_item(ledger) {
        // A line of somebody else may name the item by a misprint.
        let of_party: Vec<Naming> = lines
            .iter()
            .copied()
            .filter(|naming| ledger.agreement(naming.line, item) >= Agreement::Similar)
            .collect();
        let is_mixed = !of_party.is_empty() && of_party.len() < lines.len();
        let reached = reaching(ledger, item, &lines, exactly).or_else(|| {
            let found = is_mixed.then(|| reaching(ledger, item, &of_party, exactly));
            found.flatten()
        });
        if let Some(draft) = reached {
            ledger.take(draft);
        } else if lines.len() > MOST_LINES_OF_AN_ITEM {
            for naming in lines {
                let reason = "more lines name the item than the work limit allows to add up";
                ledger.note(naming.line, reason);
            }
        }
    }
}

/// The first of some lines that together reach an item; what comes later pays what is settled.
fn reaching(ledger: &Ledger<'_>, item: usize, lines: &[Naming], exactly: bool) -> Option<Draft> {
    let most = lines.len().min(MOST_LINES_OF_AN_ITEM);
    let (count, found) = (2..=most).find_map(|count| {
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
    })?;
    let are_full = lines[..count].iter().all(|naming| naming.is_full);
    let chosen: Vec<usize> = lines[..count].iter().map(|naming| naming.line).collect();
    let agreement = chosen
        .iter()
        .map(|line| ledger.agreement(*line, item))
        .min()
        .unwrap_or(Agreement::Unknown);
    Some(Draft {
        lines: chosen,
        items: vec![item],
        fit: found,
        confidence: 0.97,
        auto: agreement >= Agreement::Similar && (exactly || are_full),
        reasons: vec![
            "the lines name the item and together reach it".to_owned(),
            words_of(found).to_owned(),
        ],
    })
}

fn brought(ledger: &Ledger<'_>, lines: &[usize]) -> Minor {
    lines.iter().map(|line| ledger.line(*line).amount).sum()
}

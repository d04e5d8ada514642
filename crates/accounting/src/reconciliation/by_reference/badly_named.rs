//! Lines that name an item so badly that a single one tells nothing, and several of one party do:
//! together they are what is open, each is the same as one that names the item, or each is the
//! instalment that it says it is.

use std::collections::BTreeMap;

use super::named::named;
use crate::reconciliation::candidates::{of_party, of_same_amount};
use crate::reconciliation::draft::{Draft, Fit};
use crate::reconciliation::ledger::Ledger;
use crate::reconciliation::model::Minor;
use crate::reconciliation::parties::Agreement;
use crate::reconciliation::references::Nearness;
use crate::reconciliation::response::DifferenceKind;

/// Lines among which those that make up an item are looked for, at most.
const MOST_LINES: usize = 16;

/// Free lines of an item's party, by how they name it, each in the order of the dates.
#[derive(Debug, Clone, Default)]
pub(super) struct Namings {
    /// In full.
    named: Vec<usize>,
    /// By a misprint, a cut, the last digits.
    near: Vec<usize>,
    /// By something that may be its number.
    resembling: Vec<usize>,
    /// Those of the last two that say to be an instalment and are of its amount.
    pub(super) instalments: Vec<usize>,
}

impl Namings {
    /// All that name the item badly.
    pub(super) fn badly(&self) -> Vec<usize> {
        [self.near.as_slice(), &self.resembling].concat()
    }
}

/// How free lines name the items of their parties that are larger than they are.
pub(super) fn namings(ledger: &Ledger<'_>) -> BTreeMap<usize, Namings> {
    let mut by_item: BTreeMap<usize, Namings> = BTreeMap::new();
    let mut lines = ledger.free_lines();
    lines.sort_by_key(|line| (ledger.line(*line).date, *line));
    for line in lines {
        let names_its_partys = ledger.read[line]
            .mentions
            .iter()
            .flat_map(|mention| &mention.items)
            .any(|item| ledger.agreement(line, *item) >= Agreement::Similar);
        if names_its_partys {
            if let Some(item) = in_full(ledger, line) {
                by_item.entry(item).or_default().named.push(line);
            }
            continue;
        }
        // What names an item of somebody else in full may be a misprint too.
        let items = larger_items(ledger, line);
        if items.is_empty() || is_exact_elsewhere(ledger, line) {
            continue;
        }
        for item in items {
            let (date, issue) = (ledger.line(line).date, ledger.item(item).issue_date);
            if date < issue || !ledger.resembles(line, item) {
                continue;
            }
            let namings = by_item.entry(item).or_default();
            if ledger.nearness(line, item) > Some(Nearness::Doubtful) {
                namings.near.push(line);
            } else {
                namings.resembling.push(line);
            }
            if is_instalment(ledger, line, item) {
                namings.instalments.push(line);
            }
        }
    }
    by_item
}

/// The one item of its party that a line names in full, and that is larger.
fn in_full(ledger: &Ledger<'_>, line: usize) -> Option<usize> {
    let named = named(ledger, line)?;
    let [set] = named.sets.as_slice() else {
        return None;
    };
    let [item] = set.as_slice() else {
        return None;
    };
    let (paid, owed) = (ledger.line(line), ledger.item(*item));
    let is_part = paid.currency == owed.currency
        && paid.amount.signum() == owed.sign()
        && paid.amount.abs() < owed.open;
    (is_part && ledger.agreement(line, *item) >= Agreement::Similar).then_some(*item)
}

/// Items of the line's party of which it can be a part.
pub(super) fn larger_items(ledger: &Ledger<'_>, line: usize) -> Vec<usize> {
    let paid = ledger.line(line);
    let mut items = of_party(ledger, line);
    items.retain(|item| {
        let item = ledger.item(*item);
        item.currency == paid.currency
            && item.sign() == paid.amount.signum()
            && item.open > paid.amount.abs()
    });
    items
}

/// Whether an item of the party is exactly the line's amount.
pub(super) fn is_exact_elsewhere(ledger: &Ledger<'_>, line: usize) -> bool {
    of_same_amount(ledger, line).is_none_or(|items| {
        items
            .iter()
            .any(|item| ledger.agreement(line, *item) >= Agreement::Similar)
    })
}

/// Whether the line says to be one of so many instalments, and is of the amount that they have.
fn is_instalment(ledger: &Ledger<'_>, line: usize, item: usize) -> bool {
    let (paid, open) = (ledger.line(line).amount.abs(), ledger.item(item).open);
    ledger.read[line].instalments.iter().any(|(_, of)| {
        let of = Minor::from(*of);
        // Each is rounded, the last takes what is left.
        (paid * of - open).abs() <= of
    })
}

/// Items that are made up exactly by lines which name them in full and badly, in one way only.
pub(super) fn exact_sums(ledger: &mut Ledger<'_>) {
    let mut found: Vec<(usize, Vec<usize>)> = Vec::new();
    for (item, namings) in namings(ledger) {
        if let Some(lines) = sole_sum(ledger, item, &namings) {
            found.push((item, lines));
        }
    }
    let mut wanted: BTreeMap<usize, usize> = BTreeMap::new();
    for line in found.iter().flat_map(|(_, lines)| lines) {
        *wanted.entry(*line).or_default() += 1;
    }
    for (item, lines) in found {
        if lines.iter().any(|line| wanted[line] > 1) {
            for line in lines {
                ledger.note(line, "with other lines it makes up several items as well");
            }
            continue;
        }
        ledger.take(Draft {
            lines,
            items: vec![item],
            fit: Fit::Whole(DifferenceKind::None),
            confidence: 0.85,
            auto: false,
            reasons: vec![
                "the lines name the item, some of them badly, and together are exactly it"
                    .to_owned(),
            ],
        });
    }
}

/// The lines that make up an item: all that name it in full, and others, those that name it
/// better first. `None` when there are none, or several ways.
fn sole_sum(ledger: &Ledger<'_>, item: usize, namings: &Namings) -> Option<Vec<usize>> {
    let owed = ledger.item(item);
    let brought: Minor = namings
        .named
        .iter()
        .map(|line| ledger.line(*line).amount)
        .sum();
    let rest = owed.sign() * owed.open - brought;
    if rest.signum() != owed.sign() {
        return None;
    }
    let fewest = if namings.named.is_empty() { 2 } else { 1 };
    for pool in [namings.near.clone(), namings.badly()] {
        if pool.len() < fewest || pool.len() > MOST_LINES {
            continue;
        }
        let values: Vec<Minor> = pool.iter().map(|line| ledger.line(*line).amount).collect();
        let answer = ledger.subsets(pool[0], &values, rest, fewest);
        match answer.found.as_slice() {
            [] => {}
            [places] if answer.is_complete => {
                let mut lines = namings.named.clone();
                lines.extend(places.iter().map(|place| pool[*place]));
                return Some(lines);
            }
            _ => return None,
        }
    }
    None
}

//! A part of what a line names, or more than it.

use std::collections::{BTreeMap, BTreeSet};

use super::badly_named::namings;
use super::named::{agreement, named};
use super::several_lines::{Naming, lines_by_item};
use crate::reconciliation::candidates::of_same_amount;
use crate::reconciliation::draft::{Draft, Fit, by_date, fit};
use crate::reconciliation::ledger::{Ledger, Proposal};
use crate::reconciliation::model::Minor;
use crate::reconciliation::parties::Agreement;
use crate::reconciliation::words::{words_of, words_of_party};

/// A part of what a line names, or more than it: where the party agrees.
pub(super) fn parts_and_more(ledger: &mut Ledger<'_>) {
    several_parts(ledger);
    let mut proposals = Vec::new();
    for line in ledger.free_lines() {
        let Some(named) = named(ledger, line) else {
            continue;
        };
        let [set] = named.sets.as_slice() else {
            continue;
        };
        let agreement = agreement(ledger, line, set);
        let is_possible =
            agreement >= Agreement::Similar || (agreement == Agreement::Unknown && named.is_strong);
        let found = ledger.fit(line, set);
        if !is_possible || !matches!(found, Some(Fit::Part | Fit::Over)) {
            ledger.note(
                line,
                "names an item that neither its amount nor its party fits",
            );
            continue;
        }
        let Some(found) = found else { continue };
        if found == Fit::Over
            && set
                .iter()
                .any(|item| ledger.item(*item).currency != ledger.line(line).currency)
        {
            ledger.note(
                line,
                "names an item, and the rate of the day does not explain the amount",
            );
            continue;
        }
        let another_fits = party_fits_exactly(ledger, line, set);
        let auto = agreement >= Agreement::Similar
            && named.is_strong
            && !named.has_others
            && !another_fits
            && !ledger.read[line].has_loose_digits
            && set.len() == 1
            && !has_rivals(ledger, line, set[0], &[line]);
        let mut reasons = vec![
            "the line names the item".to_owned(),
            words_of(found).to_owned(),
        ];
        reasons.extend(words_of_party(agreement));
        proposals.push(Proposal {
            line,
            draft: Draft {
                lines: vec![line],
                items: set.clone(),
                fit: found,
                confidence: if auto { 0.95 } else { 0.8 },
                auto,
                reasons,
            },
        });
    }
    ledger.take_uncontested(proposals);
}

/// Another item of the party is exactly the line's amount: the reference may be a misprint.
fn party_fits_exactly(ledger: &Ledger<'_>, line: usize, set: &[usize]) -> bool {
    of_same_amount(ledger, line).is_none_or(|items| {
        items
            .iter()
            .any(|item| !set.contains(item) && ledger.agreement(line, *item) >= Agreement::Similar)
    })
}

/// Whether something of the party may belong to a part payment or an overpayment: another free
/// line of the same direction, or an open item that accounts for what is missing or over.
fn has_rivals(ledger: &Ledger<'_>, line: usize, item: usize, own: &[usize]) -> bool {
    let party = ledger.parties.of_item[item];
    let paid = ledger.line(line);
    let is_over = paid.amount.abs() > ledger.item(item).open;
    let lines = ledger.lines_of_party.get(&party).map_or(0, Vec::len);
    if !ledger
        .work
        .spend(line, lines + ledger.parties.items[party].len())
    {
        return true;
    }
    let other_line = ledger
        .lines_of_party
        .get(&party)
        .into_iter()
        .flatten()
        .any(|other| {
            !own.contains(other)
                && ledger.is_free_line(*other)
                && ledger.line(*other).amount.signum() == paid.amount.signum()
        });
    let wanted = if is_over {
        paid.amount.signum()
    } else {
        -paid.amount.signum()
    };
    let other_item = ledger.parties.items[party].iter().any(|other| {
        *other != item && ledger.is_payable(*other) && ledger.item(*other).sign() == wanted
    });
    other_item || (other_line && !is_over)
}

/// Several lines that each pay a part of one item and do not reach it, or pass it with the last.
fn several_parts(ledger: &mut Ledger<'_>) {
    let named = lines_by_item(ledger);
    let regular = regular_parts(ledger, &named);
    let items: BTreeSet<usize> = named.keys().chain(regular.keys()).copied().collect();
    for item in items {
        let named = named.get(&item).map(Vec::as_slice).unwrap_or_default();
        let mut lines: Vec<usize> = named
            .iter()
            .map(|naming| naming.line)
            .filter(|line| ledger.agreement(*line, item) >= Agreement::Similar)
            .collect();
        let regular = regular.get(&item).map(Vec::as_slice).unwrap_or_default();
        lines.extend(regular);
        lines.retain(|line| ledger.is_free_line(*line));
        by_date(ledger.request, &mut lines);
        lines.dedup();
        let are_full = regular.is_empty() && named.iter().all(|naming| naming.is_full);
        let Some(chosen) = parts_of(ledger, item, lines) else {
            continue;
        };
        let Some(found) = fit(ledger.request, &chosen, &[item]) else {
            continue;
        };
        ledger.take(Draft {
            items: vec![item],
            fit: found,
            confidence: if are_full { 0.9 } else { 0.8 },
            auto: found == Fit::Part && are_full && !has_rivals(ledger, chosen[0], item, &chosen),
            lines: chosen,
            reasons: vec![
                if regular.is_empty() {
                    "the lines name the item".to_owned()
                } else {
                    "the lines name the item, some of them badly, in regular parts".to_owned()
                },
                words_of(found).to_owned(),
            ],
        });
    }
}

/// The lines up to the one that reaches the item: two at least, in the item's currency.
fn parts_of(ledger: &Ledger<'_>, item: usize, mut lines: Vec<usize>) -> Option<Vec<usize>> {
    let owed = ledger.item(item);
    let is_of_currency = |line: &usize| ledger.line(*line).currency == owed.currency;
    if !lines.iter().all(is_of_currency) {
        return None;
    }
    let (mut count, mut sum) = (0, 0);
    for line in &lines {
        let amount = ledger.line(*line).amount.abs();
        if sum >= owed.open || (count == 0 && amount >= owed.open) {
            break;
        }
        sum += amount;
        count += 1;
    }
    lines.truncate(count);
    (count >= 2).then_some(lines)
}

/// Lines that name an item badly, and say which instalment of it they are or are of the same
/// amount as one that names it: of one item only, and not beyond what is open.
fn regular_parts(
    ledger: &Ledger<'_>,
    named: &BTreeMap<usize, Vec<Naming>>,
) -> BTreeMap<usize, Vec<usize>> {
    let mut items_of: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (item, badly) in namings(ledger) {
        let lines = named.get(&item).map(Vec::as_slice).unwrap_or_default();
        let amounts: BTreeSet<Minor> = lines
            .iter()
            .map(|naming| naming.line)
            .filter(|line| ledger.agreement(*line, item) >= Agreement::Similar)
            .map(|line| ledger.line(line).amount)
            .collect();
        for line in badly.badly() {
            let is_regular =
                badly.instalments.contains(&line) || amounts.contains(&ledger.line(line).amount);
            if is_regular && !lines.iter().any(|naming| naming.line == line) {
                items_of.entry(line).or_default().push(item);
            }
        }
    }
    let mut regular: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (line, items) in items_of {
        if let [item] = items[..] {
            regular.entry(item).or_default().push(line);
        }
    }
    regular.retain(|item, lines| {
        let named = named.get(item).into_iter().flatten();
        let all = named.map(|naming| naming.line).chain(lines.iter().copied());
        let sum: Minor = all.map(|line| ledger.line(line).amount.abs()).sum();
        sum <= ledger.item(*item).open
    });
    regular
}

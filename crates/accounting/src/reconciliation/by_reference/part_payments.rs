//! A part of what a line names, or more than it.

use super::named::{agreement, named};
use super::several_lines::lines_by_item;
use crate::reconciliation::draft::{Draft, Fit, fit};
use crate::reconciliation::ledger::{Ledger, Proposal};
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
    let paid = ledger.line(line);
    ledger
        .by_amount
        .get(&(paid.currency, paid.amount))
        .into_iter()
        .flatten()
        .take(200)
        .any(|item| {
            !set.contains(item)
                && ledger.is_payable(*item)
                && ledger.agreement(line, *item) >= Agreement::Similar
        })
}

/// Whether something of the party may belong to a part payment or an overpayment: another free
/// line of the same direction, or an open item that accounts for what is missing or over.
fn has_rivals(ledger: &Ledger<'_>, line: usize, item: usize, own: &[usize]) -> bool {
    let party = ledger.parties.of_item[item];
    let paid = ledger.line(line);
    let is_over = paid.amount.abs() > ledger.item(item).open;
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
    for (item, lines) in lines_by_item(ledger) {
        let agreeing: Vec<usize> = lines
            .iter()
            .map(|naming| naming.line)
            .filter(|line| ledger.agreement(*line, item) >= Agreement::Similar)
            .collect();
        let are_full = lines.iter().all(|naming| naming.is_full);
        let open = ledger.item(item).open;
        let same_currency = agreeing
            .iter()
            .all(|line| ledger.line(*line).currency == ledger.item(item).currency);
        if agreeing.len() < 2 || !same_currency {
            continue;
        }
        let mut count = 0;
        let mut sum = 0;
        for line in &agreeing {
            let amount = ledger.line(*line).amount.abs();
            if sum >= open || (count == 0 && amount >= open) {
                break;
            }
            sum += amount;
            count += 1;
        }
        if count < 2 {
            continue;
        }
        let chosen = agreeing[..count].to_vec();
        let Some(found) = fit(ledger.request, &chosen, &[item]) else {
            continue;
        };
        ledger.take(Draft {
            items: vec![item],
            fit: found,
            confidence: 0.9,
            auto: found == Fit::Part && are_full && !has_rivals(ledger, chosen[0], item, &chosen),
            lines: chosen,
            reasons: vec![
                "the lines name the item".to_owned(),
                words_of(found).to_owned(),
            ],
        });
    }
}

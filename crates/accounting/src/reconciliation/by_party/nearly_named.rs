//! Lines that nearly name an item: a misprint, a cut, the last digits.

use std::collections::BTreeSet;

use crate::reconciliation::candidates::{Evidence, has_numbers, nearest, of_party, of_same_amount};
use crate::reconciliation::draft::{Draft, Fit};
use crate::reconciliation::ledger::Ledger;
use crate::reconciliation::model::Minor;
use crate::reconciliation::parties::Agreement;
use crate::reconciliation::references::Nearness;
use crate::reconciliation::response::DifferenceKind;
use crate::reconciliation::rounds::{Stage, settle};
use crate::reconciliation::words::{words_of, words_of_nearness, words_of_party};

/// Nearly named and of exactly the amount.
pub(super) fn exact(ledger: &mut Ledger<'_>) {
    settle(
        ledger,
        Stage {
            reason_for_tie: "several items of this amount are as nearly named",
            explains: true,
        },
        |ledger, line| {
            let Some(exact) = of_same_amount(ledger, line) else {
                return Vec::new();
            };
            let is_lone = exact.len() == 1;
            nearest(ledger, line, &exact)
                .into_iter()
                .map(|(item, evidence)| near_draft(ledger, line, (item, evidence), is_lone))
                .collect()
        },
    );
}

fn near_draft(
    ledger: &Ledger<'_>,
    line: usize,
    (item, evidence): (usize, Evidence),
    is_lone: bool,
) -> Draft {
    let is_clear = match evidence.nearness {
        Some(Nearness::Cut | Nearness::Misprint) => true,
        Some(Nearness::Tail) => ledger.references.keys[item].tail_digits() >= 4,
        Some(Nearness::Doubtful) | None => false,
    };
    let auto = is_clear
        && is_lone
        && evidence.agreement >= Agreement::Similar
        && ledger.is_in_window(line, item)
        && !ledger.read[line]
            .mentions
            .iter()
            .any(|mention| mention.is_strong);
    let mut reasons = vec![
        words_of_nearness(evidence.nearness).to_owned(),
        words_of(Fit::Whole(DifferenceKind::None)).to_owned(),
    ];
    reasons.extend(words_of_party(evidence.agreement));
    Draft {
        lines: vec![line],
        items: vec![item],
        fit: Fit::Whole(DifferenceKind::None),
        confidence: if auto { 0.96 } else { 0.85 },
        auto,
        reasons,
    }
}

/// Nearly named by its party, with an explained difference.
pub(super) fn explained(ledger: &mut Ledger<'_>) {
    settle(
        ledger,
        Stage {
            reason_for_tie: "several items that are as nearly named explain the amount",
            explains: true,
        },
        |ledger, line| {
            if !has_numbers(ledger, line) {
                return Vec::new();
            }
            let explained: Vec<(usize, Fit)> = of_party(ledger, line)
                .into_iter()
                .filter_map(|item| Some((item, ledger.fit(line, &[item])?)))
                .filter(|(_, fit)| matches!(fit, Fit::Whole(_)))
                .collect();
            let items: Vec<usize> = explained.iter().map(|(item, _)| *item).collect();
            near_drafts(ledger, line, &items, false)
        },
    );
}

/// Nearly named by its party, of which a part is paid; or more than it.
pub(super) fn parts(ledger: &mut Ledger<'_>) {
    settle(
        ledger,
        Stage {
            reason_for_tie: "several items are as nearly named, and the amount is none's",
            explains: true,
        },
        |ledger, line| {
            let exact = of_same_amount(ledger, line).is_none_or(|items| {
                items
                    .iter()
                    .any(|item| ledger.agreement(line, *item) >= Agreement::Similar)
            });
            if exact || !has_numbers(ledger, line) {
                return Vec::new();
            }
            // Several nearly named items may be paid together.
            let items = of_party(ledger, line);
            let named: Vec<usize> = items
                .iter()
                .copied()
                .filter(|item| ledger.nearness(line, *item) > Some(Nearness::Doubtful))
                .collect();
            let together = together(ledger, line, &items, &named);
            if !together.is_empty() {
                return together;
            }
            near_drafts(ledger, line, &items, true)
        },
    );
}

/// Sets of the party's items, each named in full or nearly, that are exactly the amount.
fn together(ledger: &Ledger<'_>, line: usize, items: &[usize], near: &[usize]) -> Vec<Draft> {
    let mentioned: BTreeSet<usize> = ledger.read[line]
        .mentions
        .iter()
        .flat_map(|mention| mention.items.iter().copied())
        .collect();
    let named: Vec<usize> = items
        .iter()
        .copied()
        .filter(|item| near.contains(item) || mentioned.contains(item))
        .collect();
    if named.len() < 2 || named.len() > 12 {
        return Vec::new();
    }
    let values: Vec<Minor> = named
        .iter()
        .filter_map(|item| ledger.value(line, *item))
        .collect();
    ledger
        .subsets(line, &values, ledger.line(line).amount, 2)
        .found
        .into_iter()
        .map(|places| Draft {
            lines: vec![line],
            items: places.iter().map(|place| named[*place]).collect(),
            fit: Fit::Whole(DifferenceKind::None),
            confidence: 0.9,
            auto: false,
            reasons: vec![
                "the line nearly names the items, which are exactly its amount".to_owned(),
            ],
        })
        .collect()
}

fn near_drafts(ledger: &Ledger<'_>, line: usize, items: &[usize], parts: bool) -> Vec<Draft> {
    nearest(ledger, line, items)
        .into_iter()
        .filter(|(_, evidence)| {
            evidence.agreement >= Agreement::Similar
                && (!parts || evidence.nearness > Some(Nearness::Doubtful))
        })
        .filter_map(|(item, evidence)| {
            let found = ledger.fit(line, &[item])?;
            let over_in_another_currency =
                found == Fit::Over && ledger.item(item).currency != ledger.line(line).currency;
            if matches!(found, Fit::Whole(_)) == parts || over_in_another_currency {
                return None;
            }
            let mut reasons = vec![
                words_of_nearness(evidence.nearness).to_owned(),
                words_of(found).to_owned(),
            ];
            reasons.extend(words_of_party(evidence.agreement));
            Some(Draft {
                lines: vec![line],
                items: vec![item],
                fit: found,
                confidence: if parts { 0.75 } else { 0.85 },
                auto: false,
                reasons,
            })
        })
        .collect()
}

//! Lines whose named items are settled in full by them.

use super::named::{Named, agreement, named};
use crate::reconciliation::draft::{Draft, Fit, rank};
use crate::reconciliation::ledger::{Ledger, Proposal};
use crate::reconciliation::parties::Agreement;
use crate::reconciliation::response::DifferenceKind;
use crate::reconciliation::words::{words_of, words_of_party};

/// Lines whose named items are settled in full by them, with a difference of one of `kinds`.
pub(super) fn whole_sets(ledger: &mut Ledger<'_>, kinds: &[DifferenceKind]) {
    loop {
        let mut proposals = Vec::new();
        let mut ties = Vec::new();
        for line in ledger.free_lines() {
            let Some(named) = named(ledger, line) else {
                continue;
            };
            let fitting: Vec<(&Vec<usize>, Fit)> = named
                .sets
                .iter()
                .filter_map(|set| Some((set, ledger.fit(line, set)?)))
                .filter(|(_, fit)| matches!(fit, Fit::Whole(kind) if kinds.contains(kind)))
                .collect();
            let best = fitting.iter().map(|(_, fit)| rank(*fit)).min();
            let best: Vec<&(&Vec<usize>, Fit)> = fitting
                .iter()
                .filter(|(_, fit)| Some(rank(*fit)) == best)
                .collect();
            match best.as_slice() {
                [] => {}
                [(set, fit)] => {
                    proposals.push(Proposal {
                        line,
                        draft: whole(ledger, line, set, *fit, &named),
                    });
                }
                several => ties.push((
                    line,
                    several
                        .iter()
                        .map(|(set, _)| (*set).clone())
                        .collect::<Vec<_>>(),
                )),
            }
        }
        if ledger.take_uncontested(proposals) {
            continue;
        }
        for (line, alternatives) in ties {
            ledger.tie(
                line,
                alternatives,
                "several open items have the number that the line names",
            );
        }
        ledger.reserve_ties();
        break;
    }
}

fn whole(ledger: &Ledger<'_>, line: usize, set: &[usize], found: Fit, named: &Named) -> Draft {
    let agreement = agreement(ledger, line, set);
    let is_exact = rank(found) <= 1;
    // The right reference and the exact amount are enough, whoever pays.
    let auto = if is_exact {
        named.is_strong || agreement >= Agreement::Similar
    } else {
        agreement >= Agreement::Similar || (named.is_strong && agreement == Agreement::Unknown)
    };
    let mut reasons = vec![
        if set.len() == 1 {
            "the line names the item".to_owned()
        } else {
            "the line names the items".to_owned()
        },
        words_of(found).to_owned(),
    ];
    reasons.extend(words_of_party(agreement));
    Draft {
        lines: vec![line],
        items: set.to_vec(),
        fit: found,
        confidence: if is_exact { 0.99 } else { 0.97 },
        auto,
        reasons,
    }
}

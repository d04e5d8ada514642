//! Lines whose named items are settled in full by them.

use super::named::{Named, agreement, named, wider};
use crate::reconciliation::draft::{Draft, Fit, rank};
use crate::reconciliation::ledger::Ledger;
use crate::reconciliation::parties::Agreement;
use crate::reconciliation::response::DifferenceKind;
use crate::reconciliation::rounds::{Stage, settle};
use crate::reconciliation::words::{words_of, words_of_party};

/// Lines whose named items are settled in full by them, with a difference of one of `kinds`.
pub(super) fn whole_sets(ledger: &mut Ledger<'_>, kinds: &[DifferenceKind]) {
    let stage = Stage {
        reason_for_tie: "several open items have the number that the line names",
        explains: false,
    };
    settle(ledger, stage, |ledger, line| {
        let Some(named) = named(ledger, line) else {
            return Vec::new();
        };
        let fitting: Vec<(&Vec<usize>, Fit)> = named
            .sets
            .iter()
            .filter_map(|set| Some((set, ledger.fit(line, set)?)))
            .filter(|(_, fit)| matches!(fit, Fit::Whole(kind) if kinds.contains(kind)))
            .collect();
        if let ([], [set]) = (fitting.as_slice(), named.sets.as_slice()) {
            return wider_readings(ledger, line, set, kinds);
        }
        let best = fitting.iter().map(|(_, fit)| rank(*fit)).min();
        fitting
            .into_iter()
            .filter(|(_, fit)| Some(rank(*fit)) == best)
            .map(|(set, fit)| whole(ledger, line, set, fit, &named))
            .collect()
    });
}

/// The wider readings of a set that are settled in full.
fn wider_readings(
    ledger: &Ledger<'_>,
    line: usize,
    set: &[usize],
    kinds: &[DifferenceKind],
) -> Vec<Draft> {
    let fitting = wider(ledger, line, set).into_iter().filter_map(|items| {
        let found = ledger.fit(line, &items)?;
        matches!(found, Fit::Whole(kind) if kinds.contains(&kind)).then(|| Draft {
            lines: vec![line],
            // Equal to the cent is no accident, what differs is for a person.
            auto: rank(found) == 0,
            items,
            fit: found,
            confidence: 0.9,
            reasons: vec![
                "the line names some items in full, others by last digits or nearly".to_owned(),
                words_of(found).to_owned(),
            ],
        })
    });
    fitting.collect()
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

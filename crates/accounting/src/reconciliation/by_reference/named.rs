//! The items that a line names in full.

use crate::reconciliation::ledger::Ledger;
use crate::reconciliation::parties::Agreement;

/// Ways to read numbers that several items have, at most.
const MOST_READINGS: usize = 16;

/// The items that a line names.
#[derive(Debug, Clone, Default)]
pub(super) struct Named {
    /// One item each.
    pub(super) sets: Vec<Vec<usize>>,
    pub(super) is_strong: bool,
    /// Something else is named beside them, or was settled already.
    pub(super) has_others: bool,
}

/// What a line names, of the items that are still to be paid.
pub(super) fn named(ledger: &Ledger<'_>, line: usize) -> Option<Named> {
    let read = &ledger.read[line];
    let mut result = Named {
        is_strong: true,
        has_others: !read.others.is_empty(),
        ..Named::default()
    };
    let mut readings: Vec<Vec<usize>> = vec![Vec::new()];
    for mention in &read.mentions {
        let mut payable: Vec<usize> = mention
            .items
            .iter()
            .copied()
            .filter(|item| ledger.is_payable(*item) && ledger.value(line, *item).is_some())
            .collect();
        if payable.len() > 1 {
            let ours: Vec<usize> = payable
                .iter()
                .copied()
                .filter(|item| ledger.agreement(line, *item) >= Agreement::Similar)
                .collect();
            if !ours.is_empty() {
                payable = ours;
            }
        }
        if !mention.is_strong {
            // A short number counts only where the party agrees.
            payable.retain(|item| ledger.agreement(line, *item) >= Agreement::Similar);
        }
        if payable.is_empty() {
            result.has_others |= mention.is_strong;
            continue;
        }
        result.is_strong &= mention.is_strong;
        readings = readings
            .into_iter()
            .flat_map(|reading| {
                payable.iter().map(move |item| {
                    let mut longer = reading.clone();
                    longer.push(*item);
                    longer
                })
            })
            .take(MOST_READINGS)
            .collect();
    }
    for reading in &mut readings {
        reading.sort_unstable();
        reading.dedup();
    }
    readings.retain(|reading| !reading.is_empty());
    readings.sort();
    readings.dedup();
    result.sets = readings;
    (!result.sets.is_empty()).then_some(result)
}

/// The weakest agreement of a line with the items' parties.
pub(super) fn agreement(ledger: &Ledger<'_>, line: usize, items: &[usize]) -> Agreement {
    items
        .iter()
        .map(|item| ledger.agreement(line, *item))
        .min()
        .unwrap_or(Agreement::Unknown)
}

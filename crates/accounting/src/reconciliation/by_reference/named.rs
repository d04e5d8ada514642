//! The items that a line names in full.

use crate::reconciliation::candidates::of_party;
use crate::reconciliation::ledger::Ledger;
use crate::reconciliation::parties::Agreement;
use crate::reconciliation::references::Nearness;

/// Items beside those in full that a line may name nearly, at most.
const MOST_NEARLY_NAMED: usize = 12;
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
    let items = read.mentions.iter().map(|mention| mention.items.len());
    if !ledger.work.spend(line, items.sum()) {
        return None;
    }
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
            // A short number counts only where the party agrees, or the amount to the cent.
            let paid = Some(ledger.line(line).amount);
            payable.retain(|item| {
                ledger.agreement(line, *item) >= Agreement::Similar
                    || ledger.value(line, *item) == paid
            });
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

/// Wider readings of what a line names, for when the numbers in full do not fit: a series of last
/// digits, a range, items of the party that it names nearly.
pub(super) fn wider(ledger: &Ledger<'_>, line: usize, set: &[usize]) -> Vec<Vec<usize>> {
    if agreement(ledger, line, set) < Agreement::Similar {
        return Vec::new();
    }
    let read = &ledger.read[line];
    let is_ours = |item: &usize| {
        ledger.is_payable(*item)
            && ledger.value(line, *item).is_some()
            && ledger.agreement(line, *item) >= Agreement::Similar
    };
    let mut readings = read.series.clone();
    if read.has_loose_digits {
        let near = of_party(ledger, line)
            .into_iter()
            .filter(|item| ledger.nearness(line, *item) > Some(Nearness::Doubtful));
        readings.push(near.take(MOST_NEARLY_NAMED).collect());
    }
    for reading in &mut readings {
        reading.retain(is_ours);
        reading.extend(set);
        reading.sort_unstable();
        reading.dedup();
    }
    readings.retain(|reading| reading.len() > set.len());
    readings.sort();
    readings.dedup();
    readings
}

/// The weakest agreement of a line with the items' parties.
pub(super) fn agreement(ledger: &Ledger<'_>, line: usize, items: &[usize]) -> Agreement {
    items
        .iter()
        .map(|item| ledger.agreement(line, *item))
        .min()
        .unwrap_or(Agreement::Unknown)
}

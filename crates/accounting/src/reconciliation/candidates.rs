//! The items among which a line's are looked for, and what speaks for or against one.

use super::ledger::Ledger;
use super::parties::Agreement;
use super::references::Nearness;

/// More items of one amount than this are as good as none for a line.
const MOST_CANDIDATES: usize = 500;
/// A party with more items than this is matched by number and exact amount alone.
const MOST_OF_PARTY: usize = 1000;

/// What speaks for an item, apart from its amount.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Evidence {
    pub nearness: Option<Nearness>,
    pub agreement: Agreement,
}

/// Free items of exactly the line's amount.
pub(crate) fn of_same_amount(ledger: &Ledger<'_>, line: usize) -> Option<Vec<usize>> {
    let mut items = open_of_same_amount(ledger, line)?;
    items.retain(|item| ledger.is_payable(*item));
    Some(items)
}

/// Items of exactly the line's amount that nothing settled, those among them that a line which
/// fits several may have.
pub(crate) fn open_of_same_amount(ledger: &Ledger<'_>, line: usize) -> Option<Vec<usize>> {
    let paid = ledger.line(line);
    let found = ledger.by_amount.get(&(paid.currency, paid.amount));
    let count = found.map_or(0, Vec::len);
    // Of what is settled only that is seen.
    if !ledger
        .work
        .spend(line, count / 16 + count.min(MOST_CANDIDATES + 1))
    {
        return None;
    }
    let open: Vec<usize> = found
        .into_iter()
        .flatten()
        .copied()
        .filter(|item| ledger.is_open(*item))
        .take(MOST_CANDIDATES + 1)
        .collect();
    (open.len() <= MOST_CANDIDATES).then_some(open)
}

/// Whether the parties that a line may come from have more items than are compared one by one.
pub(crate) fn has_too_many(ledger: &Ledger<'_>, line: usize) -> bool {
    let items = ledger.origins[line]
        .parties
        .iter()
        .map(|(party, _)| ledger.parties.items[*party].len());
    items.sum::<usize>() > MOST_OF_PARTY
}

/// Free items of the parties that the line may come from, with a value in its currency; none
/// where they have too many.
pub(crate) fn of_party(ledger: &Ledger<'_>, line: usize) -> Vec<usize> {
    if has_too_many(ledger, line) {
        return Vec::new();
    }
    let items = || {
        ledger.origins[line]
            .parties
            .iter()
            .flat_map(|(party, _)| &ledger.parties.items[*party])
    };
    if !ledger.work.spend(line, items().count()) {
        return Vec::new();
    }
    items()
        .copied()
        .filter(|item| ledger.is_payable(*item) && ledger.value(line, *item).is_some())
        .collect()
}

/// The most nearly named of some items; several when they are named alike.
pub(crate) fn nearest(ledger: &Ledger<'_>, line: usize, items: &[usize]) -> Vec<(usize, Evidence)> {
    let found: Vec<(usize, Evidence)> = items
        .iter()
        .filter_map(|item| {
            let nearness = ledger.nearness(line, *item)?;
            let agreement = ledger.agreement(line, *item);
            let evidence = Evidence {
                nearness: Some(nearness),
                agreement,
            };
            // The last part of a number and doubtful ones need the party.
            let is_enough = agreement >= Agreement::Similar
                || (nearness >= Nearness::Cut && ledger.references.keys[*item].tail_digits() >= 3)
                || (nearness == Nearness::Tail
                    && agreement == Agreement::Unknown
                    && ledger.references.keys[*item].tail_digits() >= 4);
            is_enough.then_some((*item, evidence))
        })
        .collect();
    let strength = |evidence: &Evidence| (evidence.nearness, evidence.agreement);
    let best = found.iter().map(|(_, evidence)| strength(evidence)).max();
    found
        .into_iter()
        .filter(|(_, evidence)| Some(strength(evidence)) == best)
        .collect()
}

/// The line names another document, or an item that it does not fit.
pub(crate) fn names_another(ledger: &Ledger<'_>, line: usize, item: usize) -> bool {
    let read = &ledger.read[line];
    ledger.references.names_other_than(read, item)
        || read
            .mentions
            .iter()
            .any(|mention| mention.is_strong && !mention.items.contains(&item))
}

pub(crate) fn has_numbers(ledger: &Ledger<'_>, line: usize) -> bool {
    let paid = ledger.line(line);
    let text = [
        Some(paid.description.as_str()),
        paid.structured_reference.as_deref(),
        paid.end_to_end_id.as_deref(),
    ];
    text.into_iter()
        .flatten()
        .any(|text| text.chars().filter(char::is_ascii_digit).count() >= 3)
}

/// The party's items in their time, in the line's currency.
pub(crate) fn in_time(ledger: &Ledger<'_>, line: usize) -> Vec<usize> {
    let currency = ledger.line(line).currency;
    of_party(ledger, line)
        .into_iter()
        .filter(|item| ledger.item(*item).currency == currency && ledger.is_in_window(line, *item))
        .collect()
}

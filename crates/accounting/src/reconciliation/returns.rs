//! Payments that came back: the payment and its return settle nothing.

use std::collections::HashMap;

use super::draft::by_date;
use super::ledger::Ledger;
use super::model::Minor;
use super::parties::Agreement;
use super::references::Nearness;
use super::wording::says_returned;
use super::work::STEPS_OF_A_TEXT;
use crate::lexicon::fold;
use crate::money::Currency;

/// The last payments of an amount among which the returned one is looked for.
const MOST_PAYMENTS: usize = 500;

/// Finds returned payments. A return takes back the last payment before it of the same amount
/// and reference.
pub(crate) fn leave_returned(ledger: &mut Ledger<'_>) {
    let mut returns: Vec<usize> = ledger
        .free_lines()
        .into_iter()
        .filter(|line| says_returned(&fold(&ledger.line(*line).description)))
        .collect();
    returns.sort_by_key(|line| (ledger.line(*line).date, *line));
    if returns.is_empty() {
        return;
    }
    let mut by_amount: HashMap<(Currency, Minor), Vec<usize>> = HashMap::new();
    let mut in_order = ledger.free_lines();
    by_date(ledger.request, &mut in_order);
    for line in in_order {
        let found = ledger.line(line);
        by_amount
            .entry((found.currency, found.amount))
            .or_default()
            .push(line);
    }
    for back in returns {
        let found = ledger.line(back);
        if pays_an_item(ledger, back) {
            continue;
        }
        let payment = by_amount
            .get(&(found.currency, -found.amount))
            .into_iter()
            .flatten()
            .rev()
            .copied()
            .filter(|line| ledger.is_free_line(*line) && ledger.line(*line).date <= found.date)
            .take(MOST_PAYMENTS)
            .take_while(|_| ledger.work.spend(back, STEPS_OF_A_TEXT))
            .filter_map(|line| Some((likeness(ledger, line, back)?, line)))
            .max_by_key(|(likeness, line)| (*likeness, ledger.line(*line).date, *line));
        if let Some((_, payment)) = payment
            && !ledger.work.is_at_limit(back)
        {
            let (paid, returned) = (ledger.line(payment).id.clone(), found.id.clone());
            ledger.leave(payment, format!("taken back by the later line {returned}"));
            ledger.leave(back, format!("takes back the earlier line {paid}"));
        }
    }
}

/// A refund that settles an open item of its own is no return: it names a credit note of its
/// amount, or names nothing and fits one of the party.
fn pays_an_item(ledger: &Ledger<'_>, back: usize) -> bool {
    let found = ledger.line(back);
    let read = &ledger.read[back];
    let names_nothing = read.mentions.is_empty() && read.others.is_empty();
    let items = ledger.by_amount.get(&(found.currency, found.amount));
    if !ledger.work.spend(back, items.map_or(0, Vec::len)) {
        return true;
    }
    items.into_iter().flatten().any(|item| {
        read.mentions
            .iter()
            .any(|mention| mention.items.contains(item))
            || (names_nothing && ledger.agreement(back, *item) >= Agreement::Similar)
    })
}

/// Whether two lines name the same: 3 an id or structured reference, 2 a document, 1 the same
/// account or name where the return names no other document.
fn likeness(ledger: &Ledger<'_>, payment: usize, back: usize) -> Option<u8> {
    let (paid, returned) = (ledger.line(payment), ledger.line(back));
    let same = |left: &Option<String>, right: &Option<String>| {
        left.as_ref().is_some_and(|left| {
            right
                .as_ref()
                .is_some_and(|right| fold(left).replace(' ', "") == fold(right).replace(' ', ""))
        })
    };
    let is_real_id = paid
        .end_to_end_id
        .as_deref()
        .is_some_and(|id| id.chars().any(|c| c.is_ascii_digit()));
    if (is_real_id && same(&paid.end_to_end_id, &returned.end_to_end_id))
        || same(&paid.structured_reference, &returned.structured_reference)
    {
        return Some(3);
    }
    let (read_paid, read_back) = (&ledger.read[payment], &ledger.read[back]);
    let shares_item = read_paid.mentions.iter().any(|mention| {
        read_back
            .mentions
            .iter()
            .any(|other| other.items == mention.items)
    });
    let shares_other = read_paid
        .others
        .iter()
        .any(|other| read_back.others.contains(other));
    if shares_item || shares_other {
        return Some(2);
    }
    // A misprinted reference on one of them: the words and the party are alike.
    let same_party = same(&paid.counterparty_iban, &returned.counterparty_iban)
        || same(&paid.counterparty_name, &returned.counterparty_name)
        || (!ledger.origins[payment].parties.is_empty()
            && ledger.origins[payment].parties == ledger.origins[back].parties);
    let names_another = !read_back.others.is_empty()
        && !read_paid
            .mentions
            .iter()
            .flat_map(|mention| &mention.items)
            .any(|item| ledger.nearness(back, *item) > Some(Nearness::Doubtful));
    (same_party && read_back.mentions.is_empty() && !names_another).then_some(1)
}

//! The party's items less a bank's fee, or in another currency at the rate of the day.

use super::without_reference::without_reference;
use crate::reconciliation::candidates::{in_time, of_party};
use crate::reconciliation::difference::{Settlement, largest_fee};
use crate::reconciliation::draft::{Draft, Fit};
use crate::reconciliation::ledger::Ledger;
use crate::reconciliation::model::Minor;
use crate::reconciliation::response::DifferenceKind;
use crate::reconciliation::rounds::{Stage, settle};

/// One item less a bank's fee, or in another currency at the rate of the day.
pub(super) fn fee_or_rate(ledger: &mut Ledger<'_>) {
    settle(
        ledger,
        Stage {
            reason_for_tie: "several items of the party explain the amount",
            explains: true,
        },
        |ledger, line| {
            if ledger.speaks_of_no_item(line) {
                return Vec::new();
            }
            let ordered = ledger.line(line).instructed;
            let items: Vec<(usize, Fit)> = of_party(ledger, line)
                .into_iter()
                .filter(|item| ledger.is_in_window(line, *item))
                .filter_map(|item| Some((item, ledger.fit(line, &[item])?)))
                .filter(|(_, fit)| matches!(fit, Fit::Whole(_)))
                .collect();
            let is_ordered = |item: usize| {
                let item = ledger.item(item);
                ordered == Some((item.open, item.currency))
            };
            let exact: Vec<&(usize, Fit)> =
                items.iter().filter(|(item, _)| is_ordered(*item)).collect();
            if !exact.is_empty() {
                return exact
                    .into_iter()
                    .map(|(item, found)| {
                        without_reference(ledger, line, (vec![*item], *found), true)
                    })
                    .collect();
            }
            let mut drafts: Vec<Draft> = items
                .iter()
                .map(|(item, found)| without_reference(ledger, line, (vec![*item], *found), false))
                .collect();
            if drafts.is_empty() {
                drafts.extend(set_less_a_fee(ledger, line));
            }
            drafts
        },
    );
}

/// All that the party owes in its time, less a fee: the only set that a fee is looked for in.
fn set_less_a_fee(ledger: &Ledger<'_>, line: usize) -> Option<Draft> {
    let items = in_time(ledger, line);
    let paid = ledger.line(line);
    let same_direction = items
        .iter()
        .all(|item| ledger.item(*item).sign() == paid.amount.signum());
    if items.len() < 2 || !same_direction {
        return None;
    }
    let chosen: Vec<_> = items.iter().map(|item| ledger.item(*item)).collect();
    let settlement = Settlement {
        items: &chosen,
        cash: paid.amount,
        currency: paid.currency,
        date: paid.date,
    };
    let sum: Minor = items
        .iter()
        .filter_map(|item| ledger.value(line, *item))
        .sum();
    let difference = sum - paid.amount;
    (difference > 0 && difference <= largest_fee(&settlement, ledger.request)).then(|| {
        let found = Fit::Whole(DifferenceKind::Fee);
        without_reference(ledger, line, (items, found), false)
    })
}

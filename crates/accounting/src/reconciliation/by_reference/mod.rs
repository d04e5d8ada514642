//! Lines that name open items in full.
//!
//! In this order: the named items sum to the line; several lines of one item reach it; the
//! difference is explained; a part of the named items, or these and others of the party, sum to
//! the line; a part or more was paid. What names only items that earlier lines settled, settles
//! nothing.

mod badly_named;
mod changed_sets;
mod connected;
mod named;
mod part_payments;
mod several_lines;
mod whole_sets;

use super::ledger::Ledger;
use super::parties::Agreement;
use super::response::DifferenceKind;
use badly_named::exact_sums;
use changed_sets::changed_sets;
use connected::connected;
use named::named;
use part_payments::parts_and_more;
use several_lines::several_lines;
use whole_sets::whole_sets;

pub(crate) fn match_by_reference(ledger: &mut Ledger<'_>) {
    whole_sets(ledger, &[DifferenceKind::None]);
    several_lines(ledger, true);
    connected(ledger);
    let before_a_fee = [
        DifferenceKind::None,
        DifferenceKind::Rounding,
        DifferenceKind::Discount,
        DifferenceKind::FxGain,
        DifferenceKind::FxLoss,
    ];
    whole_sets(ledger, &before_a_fee);
    // A set that is exact comes before a fee.
    changed_sets(ledger);
    whole_sets(ledger, &[DifferenceKind::None, DifferenceKind::Fee]);
    several_lines(ledger, false);
    exact_sums(ledger);
    leave_settled(ledger);
    changed_sets(ledger);
    parts_and_more(ledger);
    leave_settled(ledger);
}

/// A line that names only items which are settled pays them a second time. Where neither the
/// amount nor the party is the named item's, its number may as well be a misprint.
fn leave_settled(ledger: &mut Ledger<'_>) {
    for line in ledger.free_lines() {
        let amount = ledger.line(line).amount;
        let is_paid_again = |item: usize, is_sole: bool| {
            let agreement = ledger.agreement(line, item);
            let may_be_meant =
                agreement == Agreement::Unknown || ledger.value(line, item) == Some(amount);
            ledger.is_settled(item)
                && ledger.item(item).sign() == amount.signum()
                && (agreement >= Agreement::Similar || (is_sole && may_be_meant))
        };
        let names_settled = ledger.read[line].mentions.iter().any(|mention| {
            let is_sole = mention.items.len() == 1;
            mention.is_strong && mention.items.iter().any(|i| is_paid_again(*i, is_sole))
        });
        if names_settled && named(ledger, line).is_none() {
            ledger.leave(line, "names what another line settled in full");
        }
    }
}

//! Lines that name open items in full.
//!
//! In this order: the named items sum to the line; several lines of one item reach it; the
//! difference is explained; a part of the named items, or these and others of the party, sum to
//! the line; a part or more was paid. What names only items that earlier lines settled, settles
//! nothing.

mod changed_sets;
mod connected;
mod named;
mod part_payments;
mod several_lines;
mod whole_sets;

use super::ledger::Ledger;
use super::parties::Agreement;
use super::response::DifferenceKind;
use changed_sets::changed_sets;
use connected::connected;
use named::named;
use part_payments::parts_and_more;
use several_lines::{several_lines, with_near_lines};
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
    with_near_lines(ledger);
    leave_settled(ledger);
    changed_sets(ledger);
    parts_and_more(ledger);
    leave_settled(ledger);
}

/// A line that names only items which are settled pays them a second time.
fn leave_settled(ledger: &mut Ledger<'_>) {
    for line in ledger.free_lines() {
        let direction = ledger.line(line).amount.signum();
        let settled = ledger.read[line].mentions.iter().filter(|mention| {
            mention.is_strong
                && mention.items.iter().any(|item| {
                    ledger.is_settled(*item)
                        && ledger.item(*item).sign() == direction
                        && (mention.items.len() == 1
                            || ledger.agreement(line, *item) >= Agreement::Similar)
                })
        });
        if settled.count() > 0 && named(ledger, line).is_none() {
            ledger.leave(line, "names what another line settled in full");
        }
    }
}

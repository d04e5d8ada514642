//! Lines that name no open item in full: by what they nearly name, by party and amount, last by
//! amount alone.

mod amount_alone;
mod fee_or_rate;
mod nearly_named;
mod one_to_one;
mod several_items;
mod without_reference;

use super::candidates::has_too_many;
use super::ledger::Ledger;

pub(crate) fn match_by_party(ledger: &mut Ledger<'_>) {
    for line in ledger.free_lines() {
        if ledger.is_own_transfer(line) {
            ledger.leave(line, "a transfer between the company's own accounts");
        }
        if has_too_many(ledger, line) {
            ledger.note(
                line,
                "the party has more open items than the work limit allows to compare",
            );
        }
    }
    nearly_named::exact(ledger);
    nearly_named::explained(ledger);
    // Party and exact amount say more than a badly written number with another amount.
    one_to_one::one_to_one(ledger);
    nearly_named::parts(ledger);
    several_items::explained_or_several(ledger);
    fee_or_rate::fee_or_rate(ledger);
    amount_alone::amount_alone(ledger);
}

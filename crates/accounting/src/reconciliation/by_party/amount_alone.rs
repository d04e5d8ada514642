//! The amount alone, where the line names nobody and nothing.

use crate::reconciliation::candidates::open_of_same_amount;
use crate::reconciliation::draft::{Draft, Fit};
use crate::reconciliation::ledger::Ledger;
use crate::reconciliation::payouts::names_processor;
use crate::reconciliation::response::DifferenceKind;
use crate::reconciliation::rounds::{Stage, settle};

/// The amount alone, where the line names nobody and nothing: never without a person.
pub(super) fn amount_alone(ledger: &mut Ledger<'_>) {
    settle(
        ledger,
        Stage {
            reason_for_tie: "several items have this amount, and the line says nothing else",
            explains: true,
        },
        |ledger, line| {
            if ledger.origins[line].is_named
                || !ledger.origins[line].parties.is_empty()
                || !ledger.read[line].mentions.is_empty()
                || !ledger.read[line].others.is_empty()
                || ledger.speaks_of_no_item(line)
                || names_processor(ledger, line)
            {
                return Vec::new();
            }
            let Some(exact) = open_of_same_amount(ledger, line) else {
                return Vec::new();
            };
            exact
                .into_iter()
                .filter(|item| ledger.is_in_window(line, *item))
                .map(|item| Draft {
                    lines: vec![line],
                    items: vec![item],
                    fit: Fit::Whole(DifferenceKind::None),
                    confidence: 0.5,
                    auto: false,
                    reasons: vec!["only the amount agrees; the line names nobody".to_owned()],
                })
                .collect()
        },
    );
}

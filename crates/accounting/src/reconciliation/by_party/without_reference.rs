//! What a match without a reference is worth.

use crate::reconciliation::candidates::names_another;
use crate::reconciliation::draft::{Draft, Fit};
use crate::reconciliation::ledger::Ledger;
use crate::reconciliation::parties::Agreement;
use crate::reconciliation::response::DifferenceKind;
use crate::reconciliation::words::{words_of, words_of_party};

pub(super) fn without_reference(
    ledger: &Ledger<'_>,
    line: usize,
    (items, found): (Vec<usize>, Fit),
    auto: bool,
) -> Draft {
    let origin = &ledger.origins[line];
    let agreement = items
        .iter()
        .map(|item| ledger.agreement(line, *item))
        .min()
        .unwrap_or(Agreement::Unknown);
    // A set with discounts fits as such.
    let found = match found {
        Fit::Whole(DifferenceKind::None) => ledger.fit(line, &items).unwrap_or(found),
        other => other,
    };
    let another = items.iter().any(|item| names_another(ledger, line, *item));
    let auto = auto
        && agreement == Agreement::Same
        && !another
        && !origin.is_other_account
        && origin.parties.len() == 1;
    let mut reasons = vec![words_of(found).to_owned()];
    reasons.extend(words_of_party(agreement));
    if items.len() > 1 {
        reasons.push("no other set of the party's items has this amount".to_owned());
    }
    if another {
        reasons.push("the line names a document that is not this one".to_owned());
    }
    Draft {
        lines: vec![line],
        items,
        fit: found,
        confidence: if auto { 0.9 } else { 0.7 },
        auto,
        reasons,
    }
}

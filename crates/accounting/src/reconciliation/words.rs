//! The words in which a match says why.

use super::draft::Fit;
use super::parties::Agreement;
use super::references::Nearness;
use super::response::DifferenceKind;

/// A word for an explained difference, for the reasons.
pub(crate) fn words_of(fit: Fit) -> &'static str {
    match fit {
        Fit::Whole(DifferenceKind::None) => "the amount is exact",
        Fit::Whole(DifferenceKind::Rounding) => "the amount is exact but for rounding",
        Fit::Whole(DifferenceKind::Discount) => {
            "the amount is less by the discount for early payment, in time"
        }
        Fit::Whole(DifferenceKind::Fee) => "the difference is a fee inside the policy",
        Fit::Whole(DifferenceKind::FxLoss | DifferenceKind::FxGain) => {
            "the amount is within the policy at the rate of the day"
        }
        Fit::Whole(DifferenceKind::Overpayment) | Fit::Over => {
            "more was paid than the items' total"
        }
        Fit::Part => "a part was paid",
    }
}

/// Whether the party agrees.
pub(crate) fn words_of_party(agreement: Agreement) -> Option<String> {
    let words = match agreement {
        Agreement::Same => "the party agrees",
        Agreement::Similar => "the party's name is alike",
        Agreement::Unknown => return None,
        Agreement::Other => "somebody else paid",
    };
    Some(words.to_owned())
}

/// How nearly an item is named.
pub(crate) fn words_of_nearness(nearness: Option<Nearness>) -> &'static str {
    match nearness {
        Some(Nearness::Misprint) => "the line names the item with a misprint",
        Some(Nearness::Cut) => "the line names the item, cut off",
        Some(Nearness::Tail) => "the line names the end of the item's number",
        Some(Nearness::Doubtful) => "the line's number differs from the item's by a digit or two",
        None => "the line names nothing",
    }
}

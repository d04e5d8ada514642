//! Errors weighed by what they are worth.

use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::Serialize;

/// The worth of wrong decisions in that of all labelled ones, of one currency: amounts of
/// different currencies are never added.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct AmountError {
    /// ISO 4217 code.
    pub currency: String,
    /// Sum of the totals of labelled decisions, without sign.
    pub labelled: Decimal,
    /// Of that, of wrong ones.
    pub wrong: Decimal,
    /// The one in the other; null where there is nothing.
    pub share: Option<f64>,
}

impl AmountError {
    /// Of the two sums.
    pub fn of(currency: String, labelled: Decimal, wrong: Decimal) -> Self {
        use rust_decimal::prelude::ToPrimitive;

        let share = wrong.checked_div(labelled).and_then(|share| share.to_f64());
        Self {
            currency,
            labelled,
            wrong,
            share,
        }
    }
}

#[cfg(test)]
mod tests {
    use rust_decimal_macros::dec;

    use super::*;

    #[test]
    fn nothing_has_no_share() {
        let none = AmountError::of("EUR".to_owned(), dec!(0), dec!(0));
        assert_eq!(none.share, None);
        let some = AmountError::of("EUR".to_owned(), dec!(200.00), dec!(50.00));
        assert_eq!(some.share, Some(0.25));
    }
}

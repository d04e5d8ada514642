//! Checks of an entry's date and of a statement's balances.

use jiff::civil::Date;
use rust_decimal::Decimal;

use super::Check;
use crate::catalogue::Module;
use crate::company::Company;
use crate::facts::{AmountConcept, DocumentFacts};

/// An error when `date` lies in a period that is locked for `module`.
pub(crate) fn locked_period(company: &Company, module: Module, date: Date) -> Option<Check> {
    let until = company
        .locked_until(module)
        .filter(|until| date <= *until)?;
    let message = format!("the period up to {until} is locked");
    Some(
        Check::error("locked_period", "/journal/date", message)
            .with(format!("after {until}"), date),
    )
}

/// An error when opening balance and movements do not give the closing balance.
pub(crate) fn statement_closes(facts: &DocumentFacts) -> Option<Check> {
    let opening = facts.amount(AmountConcept::OpeningBalance)?;
    let closing = facts.amount(AmountConcept::ClosingBalance)?;
    let moved: Decimal = facts
        .movements
        .iter()
        .map(|movement| movement.amount.value)
        .sum();
    let expected = opening.amount.value + moved;
    (expected != closing.amount.value).then(|| {
        let message = "opening balance and movements do not give the closing balance";
        Check::error(
            "statement_does_not_close",
            closing.amount.source.path.as_str(),
            message,
        )
        .with(expected, closing.amount.value)
    })
}

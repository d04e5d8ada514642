//! Amounts, dates and codes of the message.

use jiff::civil::Date;
use rust_decimal::Decimal;

use super::element::Element;
use crate::money::Currency;
use crate::reading::einvoice::{calendar_date, decimal};
use crate::statement::error::StatementError;

/// The currency code that an element has as its text.
pub(super) fn currency(element: &Element<'_>) -> Result<Currency, StatementError> {
    let code = element.take().unwrap_or_default();
    Currency::from_code(code).map_err(|error| element.error(error.to_string()))
}

/// An amount with its `Ccy`, for a place of its own in the answer.
pub(super) fn amount(element: &Element<'_>) -> Result<(Decimal, Currency), StatementError> {
    element.take();
    peek_amount(element)
}

/// An amount with its `Ccy`; never negative in this message.
pub(super) fn peek_amount(element: &Element<'_>) -> Result<(Decimal, Currency), StatementError> {
    let text = element.text().unwrap_or_default();
    let figure = figure(element, text)?;
    let code = element.node.attribute("Ccy").unwrap_or_default();
    let currency = Currency::from_code(code).map_err(|error| element.error(error.to_string()))?;
    Ok((figure, currency))
}

/// A decimal that is not negative.
pub(super) fn figure(element: &Element<'_>, text: &str) -> Result<Decimal, StatementError> {
    decimal(text)
        .filter(|figure| !figure.is_sign_negative() || figure.is_zero())
        .ok_or_else(|| element.error(format!("'{text}' is no amount of digits with a point")))
}

/// `CRDT` adds, `DBIT` takes away.
pub(super) fn signed(figure: Decimal, indicator: &Element<'_>) -> Result<Decimal, StatementError> {
    match indicator.take() {
        Some("CRDT") => Ok(figure),
        Some("DBIT") => Ok(-figure),
        other => {
            let other = other.unwrap_or_default();
            Err(indicator.error(format!("'{other}' is neither CRDT nor DBIT")))
        }
    }
}

/// The signed amount of an element with `Amt` and `CdtDbtInd`.
pub(super) fn signed_amount(element: &Element<'_>) -> Result<(Decimal, Currency), StatementError> {
    let of = element
        .at("Amt")
        .ok_or_else(|| element.error("has no Amt"))?;
    let (figure, currency) = amount(&of)?;
    let indicator = element
        .at("CdtDbtInd")
        .ok_or_else(|| element.error("has no CdtDbtInd"))?;
    Ok((signed(figure, &indicator)?, currency))
}

/// The day of a choice of `Dt` and `DtTm`.
pub(super) fn day(choice: &Element<'_>) -> Result<Date, StatementError> {
    let (element, text) = if let Some(date) = choice.at("Dt") {
        let text = date.take().unwrap_or_default();
        (date, text)
    } else if let Some(moment) = choice.at("DtTm") {
        // The time of day stays in the details.
        let text = moment.text().unwrap_or_default();
        let is_moment = text.get(10..11) == Some("T");
        (
            moment,
            text.get(..10).filter(|_| is_moment).unwrap_or_default(),
        )
    } else {
        return Err(choice.error("has neither Dt nor DtTm"));
    };
    let wrong = || {
        element.error(format!(
            "'{}' is no date",
            element.text().unwrap_or_default()
        ))
    };
    calendar_date(text).ok_or_else(wrong)
}

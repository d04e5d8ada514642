//! `Ntry`, one booking: a bank line for each payment in it where their amounts add up to it,
//! else one line for the whole.

use jiff::civil::Date;
use rust_decimal::Decimal;

use super::element::Element;
use super::payment::{self, Payment};
use super::values;
use crate::checks::Check;
use crate::money::Currency;
use crate::statement::draft::LineDraft;
use crate::statement::error::StatementError;

/// The account of the statement.
#[derive(Debug)]
pub(super) struct Account {
    pub(super) number: Option<String>,
}

/// What an entry says of all payments in it.
#[derive(Debug)]
pub(super) struct Booking {
    pub(super) amount: Decimal,
    pub(super) currency: Currency,
    pub(super) date: Date,
    pub(super) value_date: Option<Date>,
    pub(super) is_booked: bool,
    pub(super) is_reversal: bool,
    /// The bank's own words.
    pub(super) texts: Vec<String>,
}

/// Reads an entry into lines; gives its signed amount.
///
/// # Errors
/// [`StatementError`] with the path of what is missing or has another form.
pub(super) fn read(
    entry: &Element<'_>,
    ours: &Account,
    lines: &mut Vec<LineDraft>,
    checks: &mut Vec<Check>,
) -> Result<Decimal, StatementError> {
    let booking = booking(entry)?;
    let payments = entry.every("NtryDtls/TxDtls");
    let mut read = Vec::with_capacity(payments.len());
    for element in &payments {
        read.push(Payment::read(element, &booking, ours)?);
    }
    let mut made = match amounts_of_each(&read, &booking) {
        Some(amounts) if read.len() > 1 => read
            .into_iter()
            .zip(amounts)
            .map(|(payment, amount)| payment.into_line(&booking, amount))
            .collect(),
        found => {
            if found.is_none() && read.len() > 1 {
                let message = "the payments of the entry do not add up to it: it is one line";
                checks.push(Check::warning(
                    "payments_not_entry",
                    entry.path.as_str(),
                    message,
                ));
            }
            vec![payment::one_line(entry.place(), read, &booking)]
        }
    };
    // What the entry says beside its payments belongs to all of them; it is told once.
    if let Some(first) = made.first_mut() {
        first.details.extend(entry.rest(&["TxDtls"]));
    }
    lines.append(&mut made);
    Ok(booking.amount)
}

/// The signed amounts of the payments, if every one has one and they add up to the entry.
fn amounts_of_each(payments: &[Payment], booking: &Booking) -> Option<Vec<Decimal>> {
    let amounts: Vec<Decimal> = payments
        .iter()
        .map(|payment| payment.amount)
        .collect::<Option<_>>()?;
    (amounts.iter().sum::<Decimal>() == booking.amount).then_some(amounts)
}

fn booking(entry: &Element<'_>) -> Result<Booking, StatementError> {
    let (amount, currency) = values::signed_amount(entry)?;
    let value_date = entry
        .at("ValDt")
        .map(|date| values::day(&date))
        .transpose()?;
    let date = match entry.at("BookgDt") {
        Some(date) => values::day(&date)?,
        None => value_date.ok_or_else(|| entry.error("has neither BookgDt nor ValDt"))?,
    };
    let status = entry.at("Sts").ok_or_else(|| entry.error("has no Sts"))?;
    let code = status.at("Cd").unwrap_or_else(|| status.clone());
    let is_booked = code.text() == Some("BOOK");
    if is_booked {
        code.take();
    }
    let is_reversal = matches!(entry.take_at("RvslInd"), Some("true" | "1"));
    let mut texts: Vec<String> = entry
        .take_at("AddtlNtryInf")
        .map(str::to_owned)
        .into_iter()
        .collect();
    if is_reversal {
        texts.push("Reversal".to_owned());
    }
    Ok(Booking {
        amount,
        currency,
        date,
        value_date,
        is_booked,
        is_reversal,
        texts,
    })
}

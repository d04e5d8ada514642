//! SWIFT MT940, by the field definitions of the SWIFT user handbook (category 9): `:20:`
//! reference, `:25:` account, `:28C:` number, `:60F:`/`:60M:` opening balance, `:61:` with `:86:`
//! for each movement, `:62F:`/`:62M:` closing balance, `:64:` and `:65:` available balances.
//!
//! What banks put into `:86:` has three dialects, told apart by their own marks: see
//! [`information`].

mod code_words;
mod cursor;
mod entry;
mod fields;
mod information;
mod subfields;

use jiff::civil::Date;

use super::amount;
use super::draft::{BalanceDraft, LineDraft, StatementDraft, filled};
use super::error::StatementError;
use super::reader::ReadFile;
use crate::money::Currency;
use cursor::Cursor;
use fields::{Field, Message};

/// Reads all statements of a file.
///
/// # Errors
/// [`StatementError`] with the line of the first field that is not of the format.
pub(super) fn read(text: &str) -> Result<ReadFile, StatementError> {
    let messages = fields::messages(text)?;
    let mut file = ReadFile::default();
    for message in &messages.messages {
        file.statements.push(statement(message)?);
    }
    let envelope = messages.envelope.into_iter();
    file.details = envelope
        .map(|line| ("envelope".to_owned(), line.to_owned()))
        .collect();
    Ok(file)
}

fn statement(message: &Message<'_>) -> Result<StatementDraft, StatementError> {
    let opening_field = message.only(&["60F", "60M"])?;
    let closing_field = message.only(&["62F", "62M"])?;
    let (opening, currency) = balance(opening_field)?;
    let (closing, closing_currency) = balance(closing_field)?;
    if currency != closing_currency {
        let message =
            format!("the opening balance is in {currency}, this one in {closing_currency}");
        return Err(closing_field.error(message));
    }
    let account_field = message.only(&["25", "25P"])?;
    let mut draft = StatementDraft {
        place: message.place(),
        account: Some(amount::account(account_field.first())),
        currency,
        number: None,
        opening: Some(opening),
        closing: Some(closing),
        lines: Vec::new(),
        details: Vec::new(),
    };
    let mut open: Option<(LineDraft, Vec<&str>)> = None;
    let mut is_closed = false;
    for field in &message.fields {
        match field.tag {
            "60F" | "60M" => {}
            "25" | "25P" => draft.details.extend(
                field
                    .lines
                    .iter()
                    .skip(1)
                    .filter_map(|line| filled(line))
                    .map(|bank| named(field, &bank)),
            ),
            "28C" | "28" => draft.number = Some(field.single()?.to_owned()),
            "62F" | "62M" => is_closed = true,
            "61" if is_closed => {
                return Err(field.error("a movement stands behind the closing balance"));
            }
            "61" => {
                draft.lines.extend(open.take().map(finished));
                open = Some((entry::read(field, currency)?, Vec::new()));
            }
            // Behind the closing balance it speaks of the statement.
            "86" => match &mut open {
                Some((_, lines)) if !is_closed => lines.extend(&field.lines),
                _ => draft.details.push(named(field, &field.text())),
            },
            _ => draft.details.push(named(field, &field.text())),
        }
    }
    draft.lines.extend(open.map(finished));
    Ok(draft)
}

/// The movement with what `:86:` says of it.
fn finished((mut line, information): (LineDraft, Vec<&str>)) -> LineDraft {
    information::read(&information, &mut line);
    line
}

fn named(field: &Field<'_>, value: &str) -> (String, String) {
    (format!(":{}:", field.tag), value.to_owned())
}

/// `C240131EUR1234,56`.
fn balance(field: &Field<'_>) -> Result<(BalanceDraft, Currency), StatementError> {
    let wrong = |what: &str| {
        field.error(format!(
            "{what}; a balance is D or C, YYMMDD, a currency and an amount, as in C240131EUR1234,56"
        ))
    };
    let mut cursor = Cursor::new(field.single()?);
    let is_debit = match cursor.take(1) {
        Some("D") => true,
        Some("C") => false,
        _ => return Err(wrong("neither D nor C")),
    };
    let date = cursor
        .digits(6)
        .and_then(six_digits)
        .ok_or_else(|| wrong("no date"))?;
    let currency = cursor
        .take(3)
        .and_then(|code| Currency::from_code(code).ok())
        .ok_or_else(|| wrong("no currency"))?;
    let figure = amount::decimal(cursor.rest(), ',').ok_or_else(|| wrong("no amount"))?;
    let balance = BalanceDraft {
        place: field.place(),
        date: Some(date),
        amount: if is_debit { -figure } else { figure },
        is_intermediate: field.tag.ends_with('M'),
    };
    Ok((balance, currency))
}

/// `YYMMDD`: 80 to 99 are of the 20th century (SWIFT's rule).
fn six_digits(digits: &str) -> Option<Date> {
    let part = |from: usize| digits.get(from..from + 2)?.parse::<i8>().ok();
    let year = i16::from(part(0)?);
    let century = if year >= 80 { 1900 } else { 2000 };
    Date::new(century + year, part(2)?, part(4)?).ok()
}

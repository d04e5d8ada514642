//! `:61:`, one movement: value date, entry date, mark, funds code, amount, type of transaction,
//! references, and the bank's addition on a second line.

use jiff::civil::Date;
use rust_decimal::Decimal;

use super::cursor::Cursor;
use super::fields::Field;
use super::{information, six_digits};
use crate::money::Currency;
use crate::statement::amount;
use crate::statement::draft::{LineDraft, filled};
use crate::statement::error::StatementError;

/// Reads a movement.
///
/// # Errors
/// [`StatementError`] with its line and the part that is missing.
pub(super) fn read(field: &Field<'_>, currency: Currency) -> Result<LineDraft, StatementError> {
    let wrong = |what: &str| {
        field.error(format!(
            "{what}; a movement is YYMMDD, MMDD, C, D, RC or RD, an amount, a type and a \
             reference, as in 2401310131C1234,56NTRFNONREF"
        ))
    };
    let mut cursor = Cursor::new(field.first());
    let value_date = cursor
        .digits(6)
        .and_then(six_digits)
        .ok_or_else(|| wrong("no value date"))?;
    let date = match cursor.digits(4) {
        Some(digits) => {
            entry_date(digits, value_date).ok_or_else(|| wrong("no such entry date"))?
        }
        None => value_date,
    };
    let is_reversal = cursor.one_of("R").is_some();
    // A reversal of a credit takes money out.
    let is_credit = match cursor.one_of("CD") {
        Some(mark) => (mark == 'C') != is_reversal,
        None => return Err(wrong("none of C, D, RC and RD")),
    };
    let funds_code = cursor.letter();
    let figure = cursor.while_in(|c| c.is_ascii_digit() || c == ',');
    let figure = amount::decimal(figure, ',').ok_or_else(|| wrong("no amount"))?;
    let kind = cursor
        .take(4)
        .filter(|kind| {
            kind.starts_with(|c: char| c.is_ascii_uppercase())
                && kind.bytes().all(|byte| byte.is_ascii_alphanumeric())
        })
        .ok_or_else(|| wrong("no type of transaction"))?;

    let amount: Decimal = if is_credit { figure } else { -figure };
    let mut line = LineDraft::new(field.place(), date, amount, currency);
    line.value_date = Some(value_date);
    let mut detail = |name: &str, value: &str| {
        line.details.push((name.to_owned(), value.to_owned()));
    };
    if is_reversal {
        detail(":61: mark", if is_credit { "RD" } else { "RC" });
    }
    if let Some(code) = funds_code {
        detail(":61: funds code", &code.to_string());
    }
    detail(":61: transaction type", kind);
    let (owner, bank) = cursor
        .rest()
        .split_once("//")
        .unwrap_or((cursor.rest(), ""));
    let owner = filled(owner).filter(|reference| reference != "NONREF");
    if let Some(owner) = &owner {
        detail(":61: reference for the account owner", owner);
    }
    if let Some(bank) = filled(bank) {
        detail(":61: reference of the bank", &bank);
    }
    if is_reversal {
        line.texts.push("Reversal".to_owned());
    }
    line.texts.extend(owner);
    let addition: Vec<&str> = field.lines.iter().skip(1).copied().collect();
    information::read(&addition, &mut line);
    Ok(line)
}

/// The entry date has no year: it is that of the day that is nearest to the value date, which
/// may be across the turn of the year.
fn entry_date(digits: &str, value_date: Date) -> Option<Date> {
    let part = |from: usize| digits.get(from..from + 2)?.parse::<i8>().ok();
    let (month, day) = (part(0)?, part(2)?);
    let year = value_date.year();
    [year - 1, year, year + 1]
        .into_iter()
        .filter_map(|year| Date::new(year, month, day).ok())
        .min_by_key(|date| {
            value_date
                .until(*date)
                .map_or(i32::MAX, |span| span.get_days().abs())
        })
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn the_entry_date_is_the_nearest_to_the_value_date() {
        let of = |digits, value| entry_date(digits, value);
        assert_eq!(of("0102", date(2024, 12, 31)), Some(date(2025, 1, 2)));
        assert_eq!(of("1230", date(2025, 1, 2)), Some(date(2024, 12, 30)));
        assert_eq!(of("0131", date(2024, 1, 31)), Some(date(2024, 1, 31)));
        assert_eq!(of("0229", date(2024, 3, 1)), Some(date(2024, 2, 29)));
        assert_eq!(of("0229", date(2023, 3, 1)), Some(date(2024, 2, 29)));
        assert_eq!(of("1301", date(2023, 3, 1)), None);
    }
}

//! Values of XML elements in the forms of the two schemas, and the doubts about those that have
//! another form.

use jiff::civil::Date;
use rust_decimal::Decimal;

use super::place::Place;
use crate::facts::{Fact, ReadingDoubt};
use crate::money::{Currency, is_in_range};

/// Digits before the point beyond which a figure is no amount: products of two amounts stay
/// within what a decimal can hold.
const MAXIMUM_INTEGER_DIGITS: usize = 14;

/// Reads values and keeps what is doubtful about them.
#[derive(Debug, Default)]
pub(super) struct Values {
    /// The document's currency (BT-5), once it is known.
    pub(super) currency: Option<Currency>,
    pub(super) doubts: Vec<ReadingDoubt>,
}

impl Values {
    pub(super) fn doubt(&mut self, code: &str, path: &str, message: impl Into<String>) {
        self.doubts.push(ReadingDoubt {
            code: code.to_owned(),
            path: path.to_owned(),
            message: message.into(),
        });
    }

    /// The one element at the end of a path. Several that say different things are a doubt, and
    /// the first is taken.
    pub(super) fn one<'a>(&mut self, from: &Place<'a>, names: &str) -> Option<Place<'a>> {
        let found: Vec<Place<'a>> = from
            .all(names)
            .into_iter()
            .filter(|place| place.text().is_some())
            .collect();
        let first = found.first()?.clone();
        if let Some(other) = found.iter().find(|place| place.text() != first.text()) {
            let message = format!(
                "'{}' is stated more than once: '{}' and '{}'",
                names,
                first.source().text,
                other.source().text
            );
            self.doubt("conflicting_values", &other.path, message);
        }
        Some(first)
    }

    /// A text.
    pub(super) fn text(&mut self, from: &Place<'_>, names: &str) -> Option<Fact<String>> {
        let place = self.one(from, names)?;
        place.text().map(|text| place.fact(text.to_owned()))
    }

    /// An amount in the document's currency.
    pub(super) fn amount(&mut self, from: &Place<'_>, names: &str) -> Option<Fact<Decimal>> {
        let place = self.one(from, names)?;
        self.amount_at(&place)
    }

    /// The amount of an element; another currency than the document's is a doubt.
    pub(super) fn amount_at(&mut self, place: &Place<'_>) -> Option<Fact<Decimal>> {
        if let (Some(stated), Some(currency)) =
            (place.element.attribute("currencyID"), self.currency)
            && stated != currency.code()
        {
            let message = format!("the amount is in '{stated}', the document in {currency}");
            self.doubt("conflicting_values", &place.path, message);
        }
        self.number_at(place)
    }

    /// A quantity, a rate.
    pub(super) fn number(&mut self, from: &Place<'_>, names: &str) -> Option<Fact<Decimal>> {
        let place = self.one(from, names)?;
        self.number_at(&place)
    }

    pub(super) fn number_at(&mut self, place: &Place<'_>) -> Option<Fact<Decimal>> {
        let text = place.text()?;
        let number = decimal(text).filter(|number| is_in_range(*number));
        if number.is_none() {
            let message = format!(
                "'{}' is no decimal of XML Schema, or too large to be taken",
                place.source().text
            );
            self.doubt("unreadable_amount", &place.path, message);
        }
        number.map(|number| place.fact(number))
    }

    /// A date of UBL (`xsd:date`).
    pub(super) fn date(&mut self, from: &Place<'_>, names: &str) -> Option<Fact<Date>> {
        let place = self.one(from, names)?;
        let date = place.text().and_then(calendar_date);
        self.date_at(&place, date)
    }

    /// A date of CII: `udt:DateTimeString` below `names`, in format 102 of UNTDID 2379.
    pub(super) fn date_102(&mut self, from: &Place<'_>, names: &str) -> Option<Fact<Date>> {
        let place = self.one(from, &format!("{names}/udt:DateTimeString"))?;
        let is_102 = matches!(place.element.attribute("format"), None | Some("102"));
        let date = place.text().filter(|_| is_102).and_then(compact_date);
        self.date_at(&place, date)
    }

    fn date_at(&mut self, place: &Place<'_>, date: Option<Date>) -> Option<Fact<Date>> {
        if date.is_none() {
            let message = format!("'{}' is no date of the format", place.source().text);
            self.doubt("unreadable_date", &place.path, message);
        }
        date.map(|date| place.fact(date))
    }

    /// A currency code.
    pub(super) fn currency(&mut self, from: &Place<'_>, names: &str) -> Option<Fact<Currency>> {
        let place = self.one(from, names)?;
        match Currency::from_code(place.text()?) {
            Ok(currency) => Some(place.fact(currency)),
            Err(error) => {
                self.doubt("unknown_currency", &place.path, error.to_string());
                None
            }
        }
    }
}

/// `xsd:decimal`: digits with a point, no exponent, no grouping.
pub(crate) fn decimal(text: &str) -> Option<Decimal> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let is_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let significant = whole.trim_start_matches('0').len();
    let fits = significant <= MAXIMUM_INTEGER_DIGITS && whole.len() + fraction.len() > 0;
    if !fits || !is_digits(whole) || !is_digits(fraction) {
        return None;
    }
    let sign = if text.starts_with('-') { "-" } else { "" };
    let whole = if whole.is_empty() { "0" } else { whole };
    let fraction = if fraction.is_empty() { "0" } else { fraction };
    Decimal::from_str_exact(&format!("{sign}{whole}.{fraction}")).ok()
}

/// `xsd:date`, whose zone, where there is one, does not change the day.
pub(crate) fn calendar_date(text: &str) -> Option<Date> {
    let (day, zone) = text.split_at_checked(10)?;
    let is_zone = match zone.as_bytes() {
        [] | [b'Z'] => true,
        [b'+' | b'-', hours @ .., b':', tens, ones] => {
            hours.len() == 2 && hours.iter().chain([tens, ones]).all(u8::is_ascii_digit)
        }
        _ => false,
    };
    let [year, month, day] = day.split('-').collect::<Vec<_>>()[..] else {
        return None;
    };
    (is_zone && year.len() == 4 && month.len() == 2).then(|| date(year, month, day))?
}

/// `YYYYMMDD`.
fn compact_date(text: &str) -> Option<Date> {
    if text.len() != 8 || !text.is_ascii() {
        return None;
    }
    date(&text[..4], &text[4..6], &text[6..])
}

fn date(year: &str, month: &str, day: &str) -> Option<Date> {
    let is_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if ![year, month, day].into_iter().all(is_digits) {
        return None;
    }
    Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()
}

#[cfg(test)]
mod tests {
    use jiff::civil;
    use rust_decimal_macros::dec;

    use super::*;

    #[test]
    fn decimals_have_a_point_and_nothing_else() {
        assert_eq!(decimal("1234.50"), Some(dec!(1234.50)));
        assert_eq!(decimal("-.5"), Some(dec!(-0.5)));
        assert_eq!(decimal("+007."), Some(dec!(7)));
        for text in [
            "1,5",
            "1.234,50",
            "1 000",
            "1e3",
            "1_000",
            "",
            ".",
            "-",
            "NaN",
            "١٢",
            "0x1",
            "--1",
            "100000000000000",
            "0.00000000000000000000000000001",
        ] {
            assert_eq!(decimal(text), None, "{text}");
        }
    }

    #[test]
    fn dates_have_one_form_each() {
        let day = Some(civil::date(2025, 3, 9));
        for text in ["2025-03-09", "2025-03-09Z", "2025-03-09+01:00"] {
            assert_eq!(calendar_date(text), day, "{text}");
        }
        for text in [
            "09.03.2025",
            "2025-3-9",
            "2025-02-30",
            "2025-03-09T00:00:00",
            "+025-03-09",
        ] {
            assert_eq!(calendar_date(text), None, "{text}");
        }
        assert_eq!(compact_date("20250309"), day);
        assert_eq!(compact_date("20251309"), None);
        assert_eq!(compact_date("2025-3-9"), None);
    }
}

//! Exact decimals and accounts, as the formats write them.

use rust_decimal::Decimal;

use crate::company::Iban;
use crate::money::{Currency, is_in_range};

/// A decimal of digits with at most one mark, no sign, no grouping.
pub(super) fn decimal(text: &str, mark: char) -> Option<Decimal> {
    let (whole, fraction) = text.split_once(mark).unwrap_or((text, ""));
    let is_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.len() + fraction.len() == 0 || !is_digits(whole) || !is_digits(fraction) {
        return None;
    }
    let whole = if whole.is_empty() { "0" } else { whole };
    let fraction = if fraction.is_empty() { "0" } else { fraction };
    let figure = Decimal::from_str_exact(&format!("{whole}.{fraction}")).ok()?;
    Some(figure).filter(|figure| is_in_range(*figure))
}

/// The account number where it has the form of an IBAN, without blanks. Banks mask and misprint
/// them, so check digits decide nothing.
pub(super) fn iban(text: &str) -> Option<String> {
    let compact: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let compact = compact.to_ascii_uppercase();
    let bytes = compact.as_bytes();
    let is_form = (15..=34).contains(&bytes.len())
        && bytes.iter().all(u8::is_ascii_alphanumeric)
        && bytes.iter().take(2).all(u8::is_ascii_alphabetic)
        && bytes.iter().skip(2).take(2).all(u8::is_ascii_digit);
    is_form.then_some(compact)
}

/// Our own account: an IBAN without blanks, also where a currency code is stuck to it, else the
/// text.
pub(super) fn account(text: &str) -> String {
    let text = text.trim();
    if let Some(iban) = Iban::parse(text) {
        return iban.as_str().to_owned();
    }
    let split = text.len().saturating_sub(3);
    if let (Some(number), Some(code)) = (text.get(..split), text.get(split..))
        && Currency::from_code(code).is_ok()
        && let Some(iban) = Iban::parse(number)
    {
        return iban.as_str().to_owned();
    }
    text.to_owned()
}

/// `EUR1234,56` or `EUR 1234.56`.
pub(super) fn with_currency(text: &str) -> Option<(Decimal, Currency)> {
    let text = text.trim();
    let (code, figure) = text.split_at_checked(3)?;
    let currency = Currency::from_code(code).ok()?;
    let figure = figure.trim();
    decimal(figure, ',')
        .or_else(|| decimal(figure, '.'))
        .filter(|amount| currency.round(*amount) == *amount)
        .map(|amount| (amount, currency))
}

/// An end-to-end id; the words that say that there is none are none.
pub(super) fn end_to_end(text: &str) -> Option<String> {
    let text = text.trim();
    let compact = text.replace([' ', '_', '-'], "").to_ascii_uppercase();
    let is_none = matches!(compact.as_str(), "" | "NOTPROVIDED" | "NONREF" | "NONE");
    (!is_none).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use rust_decimal_macros::dec;

    use super::*;

    #[test]
    fn decimals_have_one_mark_and_digits() {
        assert_eq!(decimal("1234,5", ','), Some(dec!(1234.5)));
        assert_eq!(decimal("1234,", ','), Some(dec!(1234)));
        assert_eq!(decimal(",05", ','), Some(dec!(0.05)));
        for text in [
            "",
            ",",
            "1.234,5",
            "-1,0",
            "1,2,3",
            "1e3",
            "99999999999999,0",
            "١,٢",
        ] {
            assert_eq!(decimal(text, ','), None, "{text}");
        }
    }

    #[test]
    fn accounts_lose_a_currency_that_is_stuck_to_them() {
        assert_eq!(account("NL69INGB0123456789EUR"), "NL69INGB0123456789");
        assert_eq!(
            account("DE89 3704 0044 0532 0130 00"),
            "DE89370400440532013000"
        );
        assert_eq!(account("37040044/0532013000EUR"), "37040044/0532013000EUR");
        assert_eq!(
            iban("de89 3704 0044 0532 0130 00").as_deref(),
            Some("DE89370400440532013000")
        );
        assert_eq!(iban("0532013000"), None);
    }

    #[test]
    fn amounts_with_their_currency() {
        assert_eq!(with_currency("USD12,50").unwrap().0, dec!(12.5));
        assert!(with_currency("JPY12,50").is_none());
        assert!(with_currency("€12").is_none());
    }
}

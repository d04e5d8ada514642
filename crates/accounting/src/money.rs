//! Money, currencies and the one rounding rule.
//!
//! Amounts are [`Decimal`] with a currency beside them. `rust_decimal` rounds half to even by
//! default; accounting rounds half away from zero, so every rounding in this crate goes
//! through [`round_half_away`] or [`Currency::round`].

use std::fmt;
use std::str::FromStr;

use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize};

/// An ISO 4217 currency, by its three-letter code.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency(iso_currency::Currency);

/// A text that is no ISO 4217 code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is not an ISO 4217 currency code")]
pub struct UnknownCurrency(pub String);

impl Currency {
    /// The currency of a three-letter code, in either case.
    ///
    /// # Errors
    /// [`UnknownCurrency`] if ISO 4217 has no such code.
    pub fn from_code(code: &str) -> Result<Self, UnknownCurrency> {
        let trimmed = code.trim();
        iso_currency::Currency::from_code(&trimmed.to_ascii_uppercase())
            .map(Self)
            .ok_or_else(|| UnknownCurrency(trimmed.to_owned()))
    }

    /// The three-letter code, upper case.
    pub fn code(self) -> &'static str {
        self.0.code()
    }

    /// Decimals of the minor unit (EUR 2, JPY 0, KWD 3); 2 where ISO 4217 names none.
    pub fn exponent(self) -> u32 {
        self.0.exponent().map_or(2, u32::from)
    }

    /// The smallest payable amount, e.g. 0.01 EUR.
    pub fn minor_unit(self) -> Decimal {
        Decimal::new(1, self.exponent())
    }

    /// `amount` in whole minor units, rounded half away from zero.
    pub fn round(self, amount: Decimal) -> Decimal {
        round_half_away(amount, self.exponent())
    }
}

impl FromStr for Currency {
    type Err = UnknownCurrency;

    fn from_str(code: &str) -> Result<Self, Self::Err> {
        Self::from_code(code)
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.code())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.code())
    }
}

impl Serialize for Currency {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let code = String::deserialize(deserializer)?;
        Self::from_code(&code).map_err(serde::de::Error::custom)
    }
}

impl schemars::JsonSchema for Currency {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Currency".into()
    }

    fn json_schema(_generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "pattern": "^[A-Z]{3}$",
            "description": "ISO 4217 code"
        })
    }
}

/// Rounds half away from zero to `decimals` places, the rule of invoices and tax returns
/// unless a regime says otherwise.
pub fn round_half_away(amount: Decimal, decimals: u32) -> Decimal {
    amount.round_dp_with_strategy(decimals, RoundingStrategy::MidpointAwayFromZero)
}

/// Figures beyond this are no amounts, quantities or rates of a business document. The bound
/// keeps products of two of them, and sums of many, within what a decimal can hold.
const LARGEST_FIGURE: Decimal = Decimal::from_parts(1_316_134_912, 2_328, 0, false, 0);
/// Its digits before the decimal mark.
const MOST_DIGITS: usize = 14;
/// Decimals beyond these are noise of binary floating point.
const MOST_DECIMALS: u32 = 12;

/// Whether a figure is within plus or minus 10^13.
pub(crate) fn is_in_range(figure: Decimal) -> bool {
    figure.abs() <= LARGEST_FIGURE
}

/// Whether a figure can be an exchange rate: between 10^-7 and 10^7.
pub(crate) fn is_exchange_rate(rate: Decimal) -> bool {
    rate >= Decimal::new(1, 7) && rate <= Decimal::new(10_000_000, 0)
}

/// A figure to 12 decimals, far more than any document prints.
pub(crate) fn without_noise(figure: Decimal) -> Decimal {
    if figure.scale() > MOST_DECIMALS {
        round_half_away(figure, MOST_DECIMALS)
    } else {
        figure
    }
}

/// Whether a printed figure has more digits before its decimals than [`is_in_range`] allows;
/// the text may be of any length.
pub(crate) fn digits_out_of_range(text: &str) -> bool {
    if let Ok(value) = Decimal::from_scientific(text.trim()) {
        return !is_in_range(value);
    }
    let is_mark = |character: char| matches!(character, '.' | ',' | '\'' | '’' | ' ' | '\u{a0}');
    let digits_of = |part: &str| part.chars().filter(char::is_ascii_digit).count();
    text.split(|character: char| !character.is_ascii_digit() && !is_mark(character))
        .any(|run| {
            let whole = run.rfind(['.', ',']).map_or(run, |mark| &run[..mark]);
            digits_of(whole) >= MOST_DIGITS
        })
        || scientific_is_large(text)
}

/// `1e40`, beyond what a decimal can hold.
fn scientific_is_large(text: &str) -> bool {
    text.trim()
        .to_ascii_lowercase()
        .split_once('e')
        .is_some_and(|(mantissa, exponent)| {
            mantissa
                .parse::<Decimal>()
                .is_ok_and(|value| !value.is_zero())
                && exponent.parse::<u32>().is_ok_and(|power| power > 0)
        })
}

/// An amount of one currency, never of more decimals than the currency has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Money {
    amount: Decimal,
    currency: Currency,
}

/// An amount that the currency cannot express.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{amount} has more decimals than {currency} allows ({})", currency.exponent())]
pub struct TooManyDecimals {
    /// The amount as given.
    pub amount: Decimal,
    /// Its currency.
    pub currency: Currency,
}

impl Money {
    /// An exact amount.
    ///
    /// # Errors
    /// [`TooManyDecimals`] when the amount is not a whole number of minor units.
    pub fn new(amount: Decimal, currency: Currency) -> Result<Self, TooManyDecimals> {
        if currency.round(amount) == amount {
            Ok(Self::rounded(amount, currency))
        } else {
            Err(TooManyDecimals { amount, currency })
        }
    }

    /// The amount rounded half away from zero to the currency's minor unit.
    pub fn rounded(amount: Decimal, currency: Currency) -> Self {
        let mut amount = currency.round(amount);
        amount.rescale(currency.exponent());
        Self { amount, currency }
    }

    /// The amount, with exactly the currency's number of decimals.
    pub fn amount(self) -> Decimal {
        self.amount
    }

    /// The currency.
    pub fn currency(self) -> Currency {
        self.currency
    }
}

impl fmt::Display for Money {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.amount, self.currency)
    }
}

#[cfg(test)]
mod tests {
    use rust_decimal_macros::dec;

    use super::*;

    #[test]
    fn halves_go_away_from_zero() {
        assert_eq!(round_half_away(dec!(2.345), 2), dec!(2.35));
        assert_eq!(round_half_away(dec!(-2.345), 2), dec!(-2.35));
    }

    #[test]
    fn the_exponent_is_the_currencys() {
        let yen = Currency::from_code("jpy").unwrap();
        assert_eq!(yen.round(dec!(10.5)), dec!(11));
        assert!(Money::new(dec!(10.5), yen).is_err());
        assert_eq!(
            Money::rounded(dec!(7), Currency::from_code("EUR").unwrap()).to_string(),
            "7.00 EUR"
        );
        assert!(Currency::from_code("E€R").is_err());
    }
}

//! The company's table of exchange rates.

use jiff::civil::Date;
use rust_decimal::Decimal;

use crate::money::Currency;

/// One unit of `from` is worth `rate` units of `to` on `date`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExchangeRate {
    /// The currency that one unit is of.
    pub from: Currency,
    /// The currency that the rate counts in.
    pub to: Currency,
    /// Positive rate.
    pub rate: Decimal,
    /// The day it holds for.
    pub date: Date,
}

/// A rate found in the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TableRate {
    /// Units of the wanted currency for one unit of the other.
    pub rate: Decimal,
    /// The day it holds for.
    pub date: Date,
    /// True when no rate on or before the day was there and the next one after it was taken.
    pub is_later: bool,
}

/// The table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ExchangeRates(Vec<ExchangeRate>);

impl ExchangeRates {
    pub(super) fn new(rates: Vec<ExchangeRate>) -> Self {
        Self(rates)
    }

    /// The rate nearest on or before `day`, else the nearest after it; a rate quoted the other
    /// way round is inverted.
    pub fn find(&self, from: Currency, to: Currency, day: Date) -> Option<TableRate> {
        let fitting = || {
            self.0.iter().filter_map(move |row| {
                let rate = if row.from == from && row.to == to {
                    Some(row.rate)
                } else if row.from == to && row.to == from {
                    Decimal::ONE.checked_div(row.rate)
                } else {
                    None
                };
                rate.map(|rate| TableRate {
                    rate,
                    date: row.date,
                    is_later: row.date > day,
                })
            })
        };
        fitting()
            .filter(|row| !row.is_later)
            .max_by_key(|row| row.date)
            .or_else(|| fitting().min_by_key(|row| row.date))
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use rust_decimal_macros::dec;

    use super::*;

    #[test]
    fn the_nearest_rate_before_wins_over_a_nearer_one_after() {
        let (eur, usd) = (
            Currency::from_code("EUR").unwrap(),
            Currency::from_code("USD").unwrap(),
        );
        let row = |rate, date| ExchangeRate {
            from: eur,
            to: usd,
            rate,
            date,
        };
        let table = ExchangeRates::new(vec![
            row(dec!(1.1), date(2025, 1, 1)),
            row(dec!(1.2), date(2025, 1, 10)),
            row(dec!(1.3), date(2025, 1, 16)),
        ]);
        let found = table.find(eur, usd, date(2025, 1, 15)).unwrap();
        assert_eq!((found.rate, found.is_later), (dec!(1.2), false));
        let later = table.find(eur, usd, date(2024, 12, 31)).unwrap();
        assert_eq!((later.rate, later.is_later), (dec!(1.1), true));
        assert_eq!(
            table.find(usd, eur, date(2025, 1, 1)).unwrap().rate,
            Decimal::ONE / dec!(1.1)
        );
    }
}

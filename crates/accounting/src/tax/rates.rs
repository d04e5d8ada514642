//! Domestic rates of value added and goods-and-services taxes, as data.

use std::sync::LazyLock;

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::Deserialize;

use crate::company::Country;

#[derive(Deserialize)]
struct File {
    countries: Vec<Row>,
}

#[derive(Deserialize)]
struct Row {
    country: String,
    standard: Vec<Period>,
    reduced: Vec<Decimal>,
}

#[derive(Deserialize)]
struct Period {
    rate: Decimal,
    from: Date,
}

// `every_member_state_has_a_rate` fails when a file cannot be read.
static ROWS: LazyLock<Vec<Row>> = LazyLock::new(|| {
    [
        include_str!("../../data/tax/eu.json"),
        include_str!("../../data/tax/other.json"),
    ]
    .into_iter()
    .filter_map(|text| serde_json::from_str::<File>(text).ok())
    .flat_map(|file| file.countries)
    .collect()
});

fn row(country: Country) -> Option<&'static Row> {
    ROWS.iter().find(|row| row.country == country.code())
}

/// The standard rate of `country` on `day`, in percent; `None` for a country or a time that the
/// data does not cover.
pub fn standard_rate(country: Country, day: Date) -> Option<Decimal> {
    row(country)?
        .standard
        .iter()
        .find(|period| period.from <= day)
        .map(|period| period.rate)
}

/// Whether `rate` (percent) is one that `country` has; `None` where the data does not cover it.
/// The standard rate is taken at the day, reduced rates at any time since 2010.
pub fn is_known_rate(country: Country, rate: Decimal, day: Date) -> Option<bool> {
    let standard = standard_rate(country, day)?;
    let reduced = &row(country)?.reduced;
    Some(rate == standard || rate.is_zero() || reduced.contains(&rate))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use rust_decimal_macros::dec;

    use super::*;

    #[test]
    fn every_member_state_has_a_rate() {
        assert_eq!(
            ROWS.iter()
                .filter(|row| Country::parse(&row.country).is_some_and(Country::is_in_eu))
                .count(),
            27
        );
        assert!(ROWS.iter().all(|row| {
            row.standard
                .windows(2)
                .all(|pair| pair[0].from > pair[1].from)
        }));
    }

    #[test]
    fn the_rate_is_that_of_the_day() {
        let germany = Country::parse("DE").unwrap();
        assert_eq!(standard_rate(germany, date(2020, 8, 21)), Some(dec!(16)));
        assert_eq!(standard_rate(germany, date(2021, 1, 1)), Some(dec!(19)));
        assert_eq!(
            is_known_rate(germany, dec!(19), date(2020, 8, 21)),
            Some(false)
        );
        assert_eq!(
            is_known_rate(Country::parse("US").unwrap(), dec!(8.25), date(2024, 1, 1)),
            None
        );
    }
}

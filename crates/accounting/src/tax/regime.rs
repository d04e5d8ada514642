//! The tax regimes of countries, as data: what kind of tax it is, its rates by date, and the law
//! or the authority's page that each was taken from.

use std::sync::LazyLock;

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::Deserialize;

use crate::company::Country;

/// How a country taxes what is sold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaxSystem {
    /// On every stage, and the buyer in business deducts it (value added, goods and services).
    ValueAdded,
    /// On one stage: part of the buyer's cost (Malaysia's sales and service tax).
    SingleStage,
    /// On sales to consumers, at rates of states and localities, taken as printed (United
    /// States).
    SalesTax,
}

/// What a rate is to its country.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RateClass {
    /// On whatever no other rate is for; exactly one on a day.
    Standard,
    /// On some goods or services.
    Reduced,
    /// In a part of the country, instead of the others.
    Regional,
    /// Farmers' lump sum.
    FlatRate,
    /// Added to another rate, for retailers.
    Surcharge,
    /// One of several taxes charged side by side.
    Component,
}

/// A rate and the days of which it holds.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RatePeriod {
    /// What the rate is to its country.
    pub class: RateClass,
    /// Percent.
    pub rate: Decimal,
    /// First day.
    pub from: Date,
    /// Last day; absent while it is in force.
    #[serde(default)]
    pub until: Option<Date>,
    /// Where or on what, for people.
    #[serde(default)]
    pub of: Option<String>,
    /// False for a tax that the buyer cannot deduct though others of the country can be.
    #[serde(default = "yes")]
    pub recoverable: bool,
}

fn yes() -> bool {
    true
}

impl RatePeriod {
    fn holds_on(&self, day: Date) -> bool {
        self.from <= day && self.until.is_none_or(|until| day <= until)
    }
}

/// A country's regime.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Regime {
    /// ISO 3166 alpha-2 code.
    country: String,
    /// How it taxes.
    pub tax: TaxSystem,
    /// Laws and authorities' pages.
    pub sources: Vec<String>,
    /// The rates, in no order.
    pub rates: Vec<RatePeriod>,
}

#[derive(Deserialize)]
struct File {
    countries: Vec<Regime>,
}

// `the_files_are_read_and_make_sense` fails when one cannot be read.
static REGIMES: LazyLock<Vec<Regime>> = LazyLock::new(|| {
    [
        include_str!("../../data/tax/eu.json"),
        include_str!("../../data/tax/other.json"),
    ]
    .into_iter()
    .filter_map(|text| serde_json::from_str::<File>(text).ok())
    .flat_map(|file| file.countries)
    .collect()
});

/// The regime of `country`; `None` where there is no data.
pub fn regime(country: Country) -> Option<&'static Regime> {
    REGIMES
        .iter()
        .find(|regime| regime.country == country.code())
}

/// The standard rate of `country` on `day`, in percent; `None` for a country or a time that the
/// data does not cover, and where there is no national rate.
pub fn standard_rate(country: Country, day: Date) -> Option<Decimal> {
    regime(country)?.standard(day).map(|period| period.rate)
}

/// Whether `rate` (percent) is in force in `country` on `day`; `None` where the data does not
/// cover it. Zero is everybody's rate.
pub fn is_known_rate(country: Country, rate: Decimal, day: Date) -> Option<bool> {
    let regime = regime(country)?;
    regime.standard(day)?;
    Some(rate.is_zero() || regime.periods_of(rate).any(|period| period.holds_on(day)))
}

/// Whether `rate` is or was in force in `country` up to `day`: a correction follows the rate of
/// the supply that it corrects (Directive 2006/112/EC, articles 90 and 219).
pub fn was_known_rate(country: Country, rate: Decimal, day: Date) -> Option<bool> {
    let regime = regime(country)?;
    regime.standard(day)?;
    Some(rate.is_zero() || regime.periods_of(rate).any(|period| period.from <= day))
}

impl Regime {
    fn standard(&self, day: Date) -> Option<&RatePeriod> {
        self.rates
            .iter()
            .find(|period| period.class == RateClass::Standard && period.holds_on(day))
    }

    fn periods_of(&self, rate: Decimal) -> impl Iterator<Item = &RatePeriod> {
        self.rates.iter().filter(move |period| period.rate == rate)
    }

    /// Whether a business deducts the tax on its purchases.
    pub fn is_deductible(&self) -> bool {
        self.tax == TaxSystem::ValueAdded
    }

    /// Whether `rate` on `day` is that of a tax which stays a cost beside the country's others
    /// (a Canadian province's sales tax). A rate that several taxes share is taken for the
    /// deductible one.
    pub fn stays_a_cost(&self, rate: Decimal, day: Date) -> bool {
        let mut held = self
            .periods_of(rate)
            .filter(|period| period.holds_on(day))
            .peekable();
        held.peek().is_some() && held.all(|period| !period.recoverable)
    }

    /// The rates on whatever is sold in the whole country on `day`, highest first.
    pub fn national_rates(&self, day: Date) -> Vec<Decimal> {
        let is_national =
            |class: RateClass| matches!(class, RateClass::Standard | RateClass::Reduced);
        let mut rates: Vec<Decimal> = self
            .rates
            .iter()
            .filter(|period| is_national(period.class) && period.holds_on(day))
            .map(|period| period.rate)
            .collect();
        rates.sort_unstable();
        rates.dedup();
        rates.reverse();
        rates
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use rust_decimal_macros::dec;

    use super::*;

    fn country(code: &str) -> Country {
        Country::parse(code).unwrap()
    }

    #[test]
    fn the_files_are_read_and_make_sense() {
        let members = REGIMES
            .iter()
            .filter(|regime| country(&regime.country).is_in_eu());
        assert_eq!(members.count(), 27);
        for code in [
            "GB", "CH", "NO", "US", "CA", "AU", "NZ", "IN", "SG", "MY", "RS", "TR", "AE", "SA",
        ] {
            assert!(regime(country(code)).is_some(), "{code}");
        }
        for regime in REGIMES.iter() {
            let code = &regime.country;
            assert!(!regime.sources.is_empty(), "{code}");
            assert_eq!(
                regime.rates.is_empty(),
                regime.tax == TaxSystem::SalesTax,
                "{code}"
            );
            for period in &regime.rates {
                let orderly = period.until.is_none_or(|until| period.from <= until);
                assert!(orderly && period.rate > Decimal::ZERO, "{code}");
            }
        }
    }

    /// No day has two standard rates, and none since 2010 (or the tax's first day) is without
    /// one, but for Malaysia's three months between two taxes.
    #[test]
    fn standard_rates_follow_one_another() {
        for regime in REGIMES.iter() {
            let mut periods: Vec<&RatePeriod> = regime
                .rates
                .iter()
                .filter(|period| period.class == RateClass::Standard)
                .collect();
            periods.sort_by_key(|period| period.from);
            for pair in periods.windows(2) {
                let next = pair[0].until.unwrap().tomorrow().unwrap();
                let gap = regime.country == "MY" && next == date(2018, 6, 1);
                assert!(next == pair[1].from || gap, "{} {next}", regime.country);
            }
            assert!(periods.last().is_none_or(|last| last.until.is_none()));
        }
    }

    #[test]
    fn the_standard_rate_is_that_of_the_day() {
        for (code, day, rate) in [
            ("DE", date(2020, 6, 30), dec!(19)),
            ("DE", date(2020, 7, 1), dec!(16)),
            ("DE", date(2020, 12, 31), dec!(16)),
            ("DE", date(2021, 1, 1), dec!(19)),
            ("RO", date(2025, 7, 31), dec!(19)),
            ("RO", date(2025, 8, 1), dec!(21)),
            ("EE", date(2023, 12, 31), dec!(20)),
            ("EE", date(2025, 6, 30), dec!(22)),
            ("EE", date(2025, 7, 1), dec!(24)),
            ("SK", date(2024, 12, 31), dec!(20)),
            ("SK", date(2025, 1, 1), dec!(23)),
            ("FI", date(2024, 8, 31), dec!(24)),
            ("FI", date(2024, 9, 1), dec!(25.5)),
            ("LU", date(2023, 5, 1), dec!(16)),
            ("IE", date(2020, 10, 1), dec!(21)),
            ("GB", date(2011, 1, 3), dec!(17.5)),
            ("CH", date(2023, 12, 31), dec!(7.7)),
            ("CH", date(2024, 1, 1), dec!(8.1)),
            ("SG", date(2022, 12, 31), dec!(7)),
            ("SG", date(2023, 6, 1), dec!(8)),
            ("SG", date(2024, 1, 1), dec!(9)),
            ("TR", date(2023, 7, 9), dec!(18)),
            ("TR", date(2023, 7, 10), dec!(20)),
            ("SA", date(2020, 6, 30), dec!(5)),
            ("SA", date(2020, 7, 1), dec!(15)),
            ("MY", date(2024, 3, 1), dec!(8)),
            ("RS", date(2012, 10, 1), dec!(20)),
            ("CA", date(2020, 1, 1), dec!(5)),
            ("AU", date(2020, 1, 1), dec!(10)),
            ("NZ", date(2020, 1, 1), dec!(15)),
            ("IN", date(2020, 1, 1), dec!(18)),
            ("AE", date(2020, 1, 1), dec!(5)),
            ("NO", date(2020, 1, 1), dec!(25)),
        ] {
            assert_eq!(
                standard_rate(country(code), day),
                Some(rate),
                "{code} {day}"
            );
        }
        assert_eq!(standard_rate(country("US"), date(2024, 1, 1)), None);
        assert_eq!(standard_rate(country("AE"), date(2017, 12, 31)), None);
    }

    #[test]
    fn reduced_rates_begin_and_end() {
        for (code, rate, day, known) in [
            ("DE", dec!(5), date(2020, 8, 1), true),
            ("DE", dec!(7), date(2020, 8, 1), false),
            ("DE", dec!(5), date(2021, 1, 1), false),
            ("RO", dec!(11), date(2025, 8, 1), true),
            ("RO", dec!(11), date(2025, 7, 31), false),
            ("RO", dec!(5), date(2025, 8, 1), false),
            ("CZ", dec!(15), date(2023, 12, 31), true),
            ("CZ", dec!(15), date(2024, 1, 1), false),
            ("CZ", dec!(12), date(2024, 1, 1), true),
            ("NL", dec!(6), date(2019, 1, 1), false),
            ("FI", dec!(14), date(2026, 1, 1), false),
            ("LT", dec!(12), date(2026, 1, 1), true),
            ("ES", dec!(7.5), date(2024, 11, 1), true),
            ("ES", dec!(7.5), date(2025, 1, 1), false),
            ("PT", dec!(22), date(2020, 1, 1), true),
            ("CA", dec!(14), date(2025, 4, 1), true),
            ("CA", dec!(11), date(2025, 4, 1), false),
            ("IN", dec!(40), date(2025, 9, 21), false),
            ("IN", dec!(9), date(2024, 9, 21), true),
        ] {
            let found = is_known_rate(country(code), rate, day);
            assert_eq!(found, Some(known), "{code} {rate} {day}");
        }
        assert_eq!(
            is_known_rate(country("US"), dec!(8.25), date(2024, 1, 1)),
            None
        );
        let later = was_known_rate(country("DE"), dec!(16), date(2021, 2, 1));
        assert_eq!(later, Some(true));
        let never = was_known_rate(country("DE"), dec!(18), date(2021, 2, 1));
        assert_eq!(never, Some(false));
    }

    #[test]
    fn what_a_buyer_deducts_depends_on_the_tax() {
        let of = |code: &str| regime(country(code)).unwrap();
        let day = date(2024, 5, 1);
        assert!(of("DE").is_deductible() && of("CA").is_deductible());
        assert!(!of("US").is_deductible() && !of("MY").is_deductible());
        for (rate, cost) in [
            (dec!(5), false),
            (dec!(9.975), false),
            (dec!(13), false),
            (dec!(7), true),
            (dec!(6), true),
            (dec!(11), false),
        ] {
            assert_eq!(of("CA").stays_a_cost(rate, day), cost, "{rate}");
        }
        assert_eq!(of("DE").national_rates(day), [dec!(19), dec!(7)]);
    }
}

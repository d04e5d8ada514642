//! Lines, items and policy after parsing: amounts in minor units, ids unique, sorted by id so
//! that the order of the request cannot matter.

use std::collections::HashMap;

use jiff::civil::Date;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use crate::chart::Role;
use crate::closed_enum::closed_enum;
use crate::company::Company;
use crate::money::{Currency, round_half_away};

/// An amount in minor units of its currency. 128 bits, so that sums of any number of amounts
/// that [`crate::money`] allows cannot overflow.
pub(crate) type Minor = i128;

closed_enum! {
    /// What an open item is.
    ItemType {
        /// We billed a customer.
        Invoice => "invoice",
        /// We owe a customer.
        CreditNote => "credit_note",
        /// A supplier billed us.
        Bill => "bill",
        /// A supplier owes us.
        VendorCredit => "vendor_credit",
        /// A customer's money that we hold and pay back.
        CustomerDeposit => "customer_deposit",
        /// Our money that a supplier holds and pays back.
        VendorDeposit => "vendor_deposit",
    }
}

impl ItemType {
    /// The direction of the cash that settles the item alone.
    pub fn sign(self) -> i8 {
        match self {
            Self::Invoice | Self::VendorCredit | Self::VendorDeposit => 1,
            Self::CreditNote | Self::Bill | Self::CustomerDeposit => -1,
        }
    }

    /// The role of the account on which the item is open.
    pub fn control_role(self) -> Role {
        match self {
            Self::Invoice | Self::CreditNote => Role::ArControl,
            Self::Bill | Self::VendorCredit => Role::ApControl,
            Self::CustomerDeposit => Role::CustomerDeposits,
            Self::VendorDeposit => Role::VendorDeposits,
        }
    }
}

/// A bank line.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    pub id: String,
    pub date: Date,
    pub amount: Minor,
    pub currency: Currency,
    pub description: String,
    pub structured_reference: Option<String>,
    pub counterparty_name: Option<String>,
    /// Letters and digits only, upper case.
    pub counterparty_iban: Option<String>,
    pub end_to_end_id: Option<String>,
    /// Positive.
    pub instructed: Option<(Minor, Currency)>,
}

/// An open item.
#[derive(Debug, Clone)]
pub(crate) struct Item {
    pub id: String,
    pub kind: ItemType,
    pub number: String,
    pub party_name: String,
    /// Letters and digits only, upper case.
    pub party_iban: Option<String>,
    pub party_tax_id: Option<String>,
    pub issue_date: Date,
    pub due_date: Date,
    pub currency: Currency,
    /// Positive.
    pub open: Minor,
    /// Positive, in base currency.
    pub functional: Option<Minor>,
    pub payment_reference: Option<String>,
    pub terms: Option<Terms>,
    pub collected_by: Option<Collected>,
    pub payment_run: Option<String>,
}

/// Discount for early payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Terms {
    pub percent: Decimal,
    pub days: u16,
}

/// Money that a processor collected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Collected {
    pub processor: String,
    pub date: Date,
}

impl Item {
    /// +1 or -1: the direction of the cash that settles it alone.
    pub(crate) fn sign(&self) -> Minor {
        Minor::from(self.kind.sign())
    }

    /// The whole item in a line's currency (contract, rule 2); `None` when it has no value
    /// there.
    pub(crate) fn value_in(&self, currency: Currency, base: Option<Currency>) -> Option<Minor> {
        self.part_in(self.open, currency, base)
    }

    /// The value of a part of the item in a line's currency.
    pub(crate) fn part_in(
        &self,
        part: Minor,
        currency: Currency,
        base: Option<Currency>,
    ) -> Option<Minor> {
        if self.currency == currency {
            return Some(self.sign() * part);
        }
        if base != Some(currency) {
            return None;
        }
        let functional = self.functional?;
        Some(self.sign() * divide_rounded(functional * part, self.open))
    }

    /// The discount that the terms give, in minor units of the item.
    pub(crate) fn discount(&self) -> Option<Minor> {
        self.terms.map(|terms| percent_of(self.open, terms.percent))
    }

    /// Whether the discount is still granted on `day`.
    pub(crate) fn takes_discount(&self, day: Date, grace_days: u16) -> bool {
        self.terms.is_some_and(|terms| {
            days_between(self.issue_date, day) <= i64::from(terms.days) + i64::from(grace_days)
        })
    }
}

/// Tolerances in minor units and percent.
#[derive(Debug, Clone)]
pub(crate) struct Policy {
    /// In base currency, not yet in minor units.
    pub fee_tolerance: Decimal,
    pub fee_tolerance_percent: Decimal,
    /// In the line's currency.
    pub rounding_tolerance: Decimal,
    pub date_window_days: u16,
    pub discount_grace_days: u16,
    pub fx_tolerance_percent: Decimal,
    /// By pair of currencies as quoted, sorted by day.
    pub rates: HashMap<(Currency, Currency), Vec<Rate>>,
    pub processors: Vec<Processor>,
}

/// A rate of one day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Rate {
    /// Units of the second currency for one unit of the first.
    pub units: Decimal,
    pub date: Date,
}

/// A processor's schedule of fees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Processor {
    pub name: String,
    pub fee_percent: Decimal,
    pub fee_fixed: Decimal,
}

impl Processor {
    /// The fee of one collected invoice: round(open x percent / 100 + fixed).
    pub(crate) fn fee(&self, open: Minor, currency: Currency) -> Minor {
        let exact =
            to_decimal(open, currency) * self.fee_percent / Decimal::ONE_HUNDRED + self.fee_fixed;
        to_minor(exact, currency)
    }
}

impl Policy {
    /// The newest rate on or before `day`; a rate quoted the other way round is inverted.
    pub(crate) fn rate(&self, from: Currency, to: Currency, day: Date) -> Option<Decimal> {
        if from == to {
            return Some(Decimal::ONE);
        }
        match (self.newest(from, to, day), self.newest(to, from, day)) {
            (Some(direct), Some(turned)) if turned.date > direct.date => {
                Decimal::ONE.checked_div(turned.units)
            }
            (Some(direct), _) => Some(direct.units),
            (None, turned) => Decimal::ONE.checked_div(turned?.units),
        }
    }

    fn newest(&self, from: Currency, to: Currency, day: Date) -> Option<&Rate> {
        let rates = self.rates.get(&(from, to))?;
        let known = rates.partition_point(|rate| rate.date <= day);
        rates.get(..known)?.last()
    }

    /// The largest rounding difference in minor units of `currency`.
    pub(crate) fn rounding(&self, currency: Currency) -> Minor {
        floor_minor(self.rounding_tolerance, currency)
    }
}

/// A parsed request.
#[derive(Debug, Clone)]
pub struct Request {
    pub(crate) lines: Vec<Line>,
    pub(crate) items: Vec<Item>,
    pub(crate) policy: Policy,
    pub(crate) company: Option<Company>,
}

impl Request {
    /// Whose books, where that is given.
    pub fn company(&self) -> Option<&Company> {
        self.company.as_ref()
    }

    /// The books' currency, where the company is given.
    pub(crate) fn base(&self) -> Option<Currency> {
        self.company.as_ref().map(Company::base_currency)
    }
}

/// Days from `from` to `to`, negative when `to` is earlier.
pub(crate) fn days_between(from: Date, to: Date) -> i64 {
    i64::from(from.until(to).map_or(0, |span| span.get_days()))
}

/// Minor units of a decimal, rounded half away from zero.
pub(crate) fn to_minor(amount: Decimal, currency: Currency) -> Minor {
    round_half_away(amount * power(currency), 0)
        .to_i128()
        .unwrap_or_default()
}

/// A tolerance in whole minor units, never more than it says.
pub(crate) fn floor_minor(amount: Decimal, currency: Currency) -> Minor {
    (amount * power(currency))
        .floor()
        .to_i128()
        .unwrap_or_default()
}

/// The decimal of minor units, with the currency's number of decimals.
pub(crate) fn to_decimal(amount: Minor, currency: Currency) -> Decimal {
    Decimal::try_from_i128_with_scale(amount, currency.exponent()).unwrap_or_default()
}

/// `percent` of an amount, rounded half away from zero.
pub(crate) fn percent_of(amount: Minor, percent: Decimal) -> Minor {
    let whole = Decimal::try_from_i128_with_scale(amount, 0).unwrap_or_default();
    round_half_away(whole * percent / Decimal::ONE_HUNDRED, 0)
        .to_i128()
        .unwrap_or_default()
}

/// `amount` of one currency in another at `rate`, rounded half away from zero.
pub(crate) fn convert(amount: Minor, from: Currency, to: Currency, rate: Decimal) -> Minor {
    to_minor(to_decimal(amount, from) * rate, to)
}

fn power(currency: Currency) -> Decimal {
    Decimal::from(10_u64.pow(currency.exponent()))
}

/// A quotient rounded half away from zero; the divisor is positive.
pub(crate) fn divide_rounded(numerator: Minor, divisor: Minor) -> Minor {
    let half = divisor / 2;
    let magnitude = (numerator.abs() + half) / divisor;
    if divisor % 2 != 0 && (numerator.abs() % divisor) * 2 < divisor {
        // An odd divisor has no exact half.
        return numerator.signum() * (numerator.abs() / divisor);
    }
    numerator.signum() * magnitude
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotients_round_half_away_from_zero() {
        for (numerator, divisor, expected) in [
            (5, 2, 3),
            (-5, 2, -3),
            (4, 3, 1),
            (5, 3, 2),
            (-5, 3, -2),
            (7, 7, 1),
            (1, 3, 0),
        ] {
            assert_eq!(
                divide_rounded(numerator, divisor),
                expected,
                "{numerator}/{divisor}"
            );
        }
    }

    #[test]
    fn a_tolerance_is_never_rounded_up() {
        let yen = Currency::from_code("JPY").unwrap();
        assert_eq!(floor_minor(Decimal::new(5, 1), yen), 0);
        assert_eq!(to_minor(Decimal::new(5, 1), yen), 1);
    }
}

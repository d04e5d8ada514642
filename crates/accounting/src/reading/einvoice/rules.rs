//! The sums of EN 16931-1, under the names of its rules: on an XML invoice they are exact, so
//! one that does not hold is an error.
//!
//! Tolerance: none for BR-CO-10 to BR-CO-16. Both sides consist of stated amounts, and a sum of
//! amounts of more decimals than the currency has is rounded before it is compared. BR-CO-17
//! multiplies; a seller's way to round it and taxes rounded line by line may differ from ours by
//! one minor unit and half of one for each line and each allowance or charge.

use std::collections::HashMap;

use rust_decimal::Decimal;

use super::stated::Stated;
use crate::facts::{Equation, Fact, TaxCategory};
use crate::money::{Currency, round_half_away};

/// Two decimals (BR-DEC), unless the currency has more.
const LEAST_DECIMALS: u32 = 2;

/// The sums whose figures are all stated.
pub(super) fn equations(stated: &Stated) -> Vec<Equation> {
    let currency = stated.facts.currency.as_ref().map(|fact| fact.value);
    let mut sums = Sums {
        decimals: currency.map_or(LEAST_DECIMALS, |c| c.exponent().max(LEAST_DECIMALS)),
        minor_unit: currency.map_or(Decimal::new(1, LEAST_DECIMALS), Currency::minor_unit),
        found: Vec::new(),
    };
    lines_and_adjustments(stated, &mut sums);
    totals(stated, &mut sums);
    breakdown(stated, &mut sums);
    sums.found
}

/// The equations so far.
struct Sums {
    decimals: u32,
    minor_unit: Decimal,
    found: Vec<Equation>,
}

impl Sums {
    fn push(&mut self, name: &str, expected: Decimal, stated: &Fact<Decimal>, tolerance: Decimal) {
        self.found.push(Equation {
            name: name.to_owned(),
            path: stated.source.path.clone(),
            expected: round_half_away(expected, self.decimals),
            actual: stated.value,
            tolerance,
        });
    }

    fn exact(&mut self, name: &str, expected: Decimal, stated: &Fact<Decimal>) {
        self.push(name, expected, stated, Decimal::ZERO);
    }
}

fn or_zero(fact: Option<&Fact<Decimal>>) -> Decimal {
    fact.map_or(Decimal::ZERO, |fact| fact.value)
}

fn lines_and_adjustments(stated: &Stated, sums: &mut Sums) {
    let amounts = stated.facts.lines.iter().map(|line| line.amount.as_ref());
    let lines: Option<Decimal> = amounts.map(|amount| amount.map(|fact| fact.value)).sum();
    if let (Some(lines), Some(total)) = (lines, &stated.line_total) {
        sums.exact("BR-CO-10: sum of lines = line total", lines, total);
    }
    for (is_charge, total, name) in [
        (
            false,
            &stated.allowance_total,
            "BR-CO-11: sum of allowances = allowance total",
        ),
        (
            true,
            &stated.charge_total,
            "BR-CO-12: sum of charges = charge total",
        ),
    ] {
        let items = || {
            let all = stated.facts.allowances_charges.iter();
            all.filter(|item| item.is_charge == is_charge)
        };
        let sum: Decimal = items().map(|item| item.amount.value).sum();
        // Without a total there is nothing to deduct: its absence states zero.
        let absent = || {
            items()
                .next()
                .map(|item| item.amount.clone().map(|_| Decimal::ZERO))
        };
        if let Some(total) = total.clone().or_else(absent) {
            sums.exact(name, sum, &total);
        }
    }
}

fn totals(stated: &Stated, sums: &mut Sums) {
    let totals = &stated.facts.totals;
    if let (Some(lines), Some(net)) = (&stated.line_total, &totals.net) {
        let expected = lines.value - or_zero(stated.allowance_total.as_ref())
            + or_zero(stated.charge_total.as_ref());
        let name = "BR-CO-13: line total - allowances + charges = net";
        sums.exact(name, expected, net);
    }
    let taxes = stated.facts.tax_lines.iter().map(|row| row.amount.as_ref());
    let taxes: Option<Decimal> = taxes.map(|amount| amount.map(|fact| fact.value)).sum();
    if let (Some(taxes), Some(tax)) = (taxes, &totals.tax) {
        sums.exact("BR-CO-14: sum of tax lines = tax", taxes, tax);
    }
    if let (Some(net), Some(gross)) = (&totals.net, &totals.gross) {
        let expected = net.value + or_zero(totals.tax.as_ref());
        sums.exact("BR-CO-15: net + tax = gross", expected, gross);
    }
    if let (Some(gross), Some(due)) = (&totals.gross, &totals.amount_due) {
        let expected =
            gross.value - or_zero(totals.prepaid.as_ref()) + or_zero(totals.rounding.as_ref());
        let name = "BR-CO-16: gross - prepaid + rounding = due";
        sums.exact(name, expected, due);
    }
}

fn breakdown(stated: &Stated, sums: &mut Sums) {
    let facts = &stated.facts;
    let items = facts.lines.len() + facts.allowances_charges.len();
    let half = sums.minor_unit / Decimal::TWO;
    let tolerance = sums.minor_unit + half * Decimal::from(items);
    let bases = bases(stated);
    for row in &facts.tax_lines {
        if let (Some(base), Some(tax)) = (&row.base, &row.amount) {
            // Only a category outside the scope of tax has no rate; then there is no tax.
            let rate = or_zero(row.rate.as_ref());
            let expected = base.value * rate / Decimal::ONE_HUNDRED;
            sums.push("BR-CO-17: base x rate = tax", expected, tax, tolerance);
        }
        if let (Some(base), Some(category), Some(bases)) = (&row.base, row.category, &bases) {
            let group = group_of(category, row.rate.as_ref());
            let expected = bases.get(&group).copied().unwrap_or_default();
            sums.exact("tax base = amounts of its category", expected, base);
        }
    }
}

/// A category and, where several rates of one category are told apart by it, the rate.
type TaxGroup = (TaxCategory, Option<Decimal>);

fn group_of(category: TaxCategory, rate: Option<&Fact<Decimal>>) -> TaxGroup {
    let by_rate = matches!(category, TaxCategory::S | TaxCategory::L | TaxCategory::M);
    (category, rate.filter(|_| by_rate).map(|rate| rate.value))
}

/// What lines, charges and allowances of each category and rate add up to; `None` where one of
/// them does not say its category or amount.
fn bases(stated: &Stated) -> Option<HashMap<TaxGroup, Decimal>> {
    let mut bases: HashMap<TaxGroup, Decimal> = HashMap::new();
    for line in &stated.facts.lines {
        let group = group_of(line.tax_category?, line.tax_rate.as_ref());
        *bases.entry(group).or_default() += line.amount.as_ref()?.value;
    }
    for item in &stated.facts.allowances_charges {
        let group = group_of(item.tax_category?, item.tax_rate.as_ref());
        let amount = item.amount.value;
        *bases.entry(group).or_default() += if item.is_charge { amount } else { -amount };
    }
    Some(bases)
}

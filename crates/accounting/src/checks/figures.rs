//! Whether the printed figures agree with one another: signs, line products, the lines' rates
//! against the tax, the breakdown's bases against the lines.

use rust_decimal::Decimal;

use super::{Check, Subject};
use crate::facts::{AllowanceCharge, DocumentFacts, Fact, LineFact};
use crate::money::{Currency, round_half_away};
use crate::posting::is_invoice;

/// Tax may differ from base x rate by this much: rounding by line.
const TAX_TOLERANCE: Decimal = Decimal::from_parts(6, 0, 0, false, 2);
/// Sums on extracted text may be off by two cents.
const SUM_TOLERANCE: Decimal = Decimal::from_parts(2, 0, 0, false, 2);
/// Half a cent: what rounding a line adds.
const HALF_A_CENT: Decimal = Decimal::from_parts(5, 0, 0, false, 3);

pub(super) fn check(subject: &Subject<'_>) -> Vec<Check> {
    let facts = subject.facts;
    let mut findings: Vec<Check> = other_currency(facts).into_iter().collect();
    if subject.decided.side.is_none() || !is_invoice(subject.decided.action) {
        return findings;
    }
    findings.extend(opposed_signs(facts));
    findings.extend(fractions(facts));
    for line in &facts.lines {
        findings.extend(product(line));
        findings.extend(line_tax(line, unit_slack(facts)));
    }
    findings.extend(sum_of_line_taxes(facts));
    if let Some(groups) = by_rate(facts) {
        findings.extend(tax_of_lines(facts, &groups));
        findings.extend(bases(facts, &groups));
    }
    findings
}

/// An amount printed with another currency's code than the document's.
fn other_currency(facts: &DocumentFacts) -> Option<Check> {
    let own = facts.currency.as_ref()?.value;
    let totals = &facts.totals;
    let figures = [&totals.net, &totals.tax, &totals.gross, &totals.amount_due];
    let printed = figures.into_iter().flatten().chain(
        facts
            .lines
            .iter()
            .filter_map(|line| line.amount.as_ref())
            .chain(
                facts
                    .tax_lines
                    .iter()
                    .filter_map(|line| line.amount.as_ref()),
            ),
    );
    printed
        .filter(|figure| !figure.source.is_derived())
        .find_map(|figure| {
            let named = code_in(&figure.source.text).filter(|named| *named != own)?;
            let message = "an amount is printed in another currency than the document's";
            Some(
                Check::review("conflicting_currency", figure.source.path.as_str(), message)
                    .with(own, named),
            )
        })
}

fn code_in(text: &str) -> Option<Currency> {
    text.split(|character: char| !character.is_alphabetic())
        .filter(|word| word.len() == 3 && word.chars().all(|c| c.is_ascii_uppercase()))
        .find_map(|word| Currency::from_code(word).ok())
}

/// A printed total with a fraction that the currency has not is no amount that can be paid.
fn fractions(facts: &DocumentFacts) -> Option<Check> {
    let currency = facts.currency.as_ref()?.value;
    let totals = &facts.totals;
    let figures = [&totals.net, &totals.tax, &totals.gross, &totals.amount_due];
    figures
        .into_iter()
        .flatten()
        .filter(|figure| !figure.source.is_derived())
        .find(|figure| currency.round(figure.value) != figure.value)
        .map(|figure| {
            let message = format!("{currency} has no such fraction; it is rounded");
            Check::review(
                "fraction_of_minor_unit",
                figure.source.path.as_str(),
                message,
            )
            .with(currency.round(figure.value), figure.value)
        })
}

/// Net, tax and total have one sign; so have a row's base and its tax.
fn opposed_signs(facts: &DocumentFacts) -> Option<Check> {
    let totals = &facts.totals;
    let pairs = [(&totals.net, &totals.tax), (&totals.net, &totals.gross)];
    let rows = facts.tax_lines.iter().map(|row| (&row.base, &row.amount));
    pairs.into_iter().chain(rows).find_map(|(base, other)| {
        let (base, other) = (base.as_ref()?, other.as_ref()?);
        let opposed = (base.value > Decimal::ZERO && other.value < Decimal::ZERO)
            || (base.value < Decimal::ZERO && other.value > Decimal::ZERO);
        opposed.then(|| {
            let message = "net, tax and total have not one sign";
            Check::review("opposed_signs", other.source.path.as_str(), message)
                .with(format!("the sign of {}", base.value), other.value)
        })
    })
}

/// Quantity x price with the line's own discounts, within what rounding the two hides. The
/// amount may contain tax. A discount that is printed and taken off nowhere is forgotten, or in
/// the price already: nobody but a person can tell.
fn product(line: &LineFact) -> Option<Check> {
    let (quantity, price, amount) = (
        line.quantity.as_ref()?,
        line.unit_price.as_ref()?,
        line.amount.as_ref()?,
    );
    // What is given away is printed with an amount of zero.
    if amount.source.is_derived() || amount.value.is_zero() {
        return None;
    }
    let full = quantity.value.checked_mul(price.value)?;
    let half_step = |value: Decimal| Decimal::new(5, (value.scale() + 1).min(20));
    let hidden = (quantity.value.abs() * half_step(price.value))
        .min(full.abs() / Decimal::ONE_HUNDRED)
        + SUM_TOLERANCE;
    let rate = line
        .tax_rate
        .as_ref()
        .map_or(Decimal::ZERO, |rate| rate.value);
    let change: Decimal = line
        .allowances_charges
        .iter()
        .map(|item| {
            if item.is_charge {
                item.amount.value
            } else {
                -item.amount.value
            }
        })
        .sum();
    let agrees = |expected: Decimal| {
        let with_tax = expected + expected * rate / Decimal::ONE_HUNDRED;
        [expected, with_tax]
            .iter()
            .any(|expected| (expected - amount.value).abs() <= hidden)
    };
    let full = full + change;
    (!agrees(full)).then(|| {
        let message = if change.is_zero() {
            "quantity x price is not the line's amount"
        } else {
            "quantity x price with the line's discount is not its amount"
        };
        Check::review(
            "line_not_quantity_times_price",
            amount.source.path.as_str(),
            message,
        )
        .with(round_half_away(full, 2), amount.value)
    })
}

/// A line's printed tax is its amount at its rate, on top or inside.
fn line_tax(line: &LineFact, slack: Decimal) -> Option<Check> {
    let (rate, amount, tax) = (
        line.tax_rate.as_ref()?.value,
        line.amount.as_ref()?.value,
        line.tax_amount.as_ref()?,
    );
    let on_top = taxed(amount, rate, false)?;
    let inside = taxed(amount, rate, true)?;
    let agrees = |expected: Decimal| (expected - tax.value).abs() <= TAX_TOLERANCE.max(slack);
    (!agrees(on_top) && !agrees(inside)).then(|| {
        let message = "the line's tax is not its amount at its rate";
        Check::review("line_tax_not_rate", tax.source.path.as_str(), message)
            .with(on_top, tax.value)
    })
}

/// The taxes printed on the lines sum up to the document's.
fn sum_of_line_taxes(facts: &DocumentFacts) -> Option<Check> {
    let tax = facts.totals.tax.as_ref()?;
    if facts.lines.is_empty() || !facts.allowances_charges.is_empty() {
        return None;
    }
    let sum: Decimal = facts
        .lines
        .iter()
        .map(|line| line.tax_amount.as_ref().map(|tax| tax.value))
        .sum::<Option<Decimal>>()?;
    ((sum - tax.value).abs() > tolerance(facts)).then(|| {
        let message = "the lines' taxes do not sum up to the tax";
        Check::review("line_taxes_not_tax", tax.source.path.as_str(), message).with(sum, tax.value)
    })
}

/// Lines and adjustments of one rate.
struct Group {
    rate: Decimal,
    sum: Decimal,
}

/// The lines by rate, with the document's allowances and charges; `None` where a line has no
/// rate or an adjustment belongs to nobody knows which.
fn by_rate(facts: &DocumentFacts) -> Option<Vec<Group>> {
    let mut groups: Vec<Group> = Vec::new();
    let mut add =
        |rate: Decimal, amount: Decimal| match groups.iter_mut().find(|group| group.rate == rate) {
            Some(group) => group.sum += amount,
            None => groups.push(Group { rate, sum: amount }),
        };
    for line in &facts.lines {
        let amount = line.amount.as_ref()?.value;
        match &line.tax_rate {
            Some(rate) => add(rate.value, amount),
            None if amount.is_zero() => {}
            None => return None,
        }
    }
    for item in &facts.allowances_charges {
        if let Some(rate) = &item.tax_rate {
            add(rate.value, signed(item));
        }
    }
    let loose: Vec<&AllowanceCharge> = facts
        .allowances_charges
        .iter()
        .filter(|item| item.tax_rate.is_none())
        .collect();
    match (groups.as_mut_slice(), loose.as_slice()) {
        ([], _) => None,
        (_, []) => Some(groups),
        ([only], items) if is_only_rate(facts, only.rate) => {
            only.sum += items.iter().map(|item| signed(item)).sum::<Decimal>();
            Some(groups)
        }
        _ => None,
    }
}

fn is_only_rate(facts: &DocumentFacts, rate: Decimal) -> bool {
    let mut rates = facts.tax_lines.iter().filter_map(|row| row.rate.as_ref());
    rates.all(|printed| printed.value == rate)
}

fn signed(item: &AllowanceCharge) -> Decimal {
    if item.is_charge {
        item.amount.value
    } else {
        -item.amount.value
    }
}

/// The tax is what the lines' rates give; the document's own words say whether on top or inside.
fn tax_of_lines(facts: &DocumentFacts, groups: &[Group]) -> Option<Check> {
    let tax = facts.totals.tax.as_ref()?;
    let inclusive = facts.totals.lines_include_tax == Some(true);
    let expected = groups
        .iter()
        .map(|group| taxed(group.sum, group.rate, inclusive))
        .sum::<Option<Decimal>>()?;
    ((expected - tax.value).abs() > tolerance(facts)).then(|| {
        let message = "the tax is not what the lines' rates give";
        Check::review(
            "tax_not_lines_times_rate",
            tax.source.path.as_str(),
            message,
        )
        .with(expected, tax.value)
    })
}

/// A row's base is the sum of the lines at its rate (EN 16931 BR-S-8 and its siblings).
fn bases(facts: &DocumentFacts, groups: &[Group]) -> Vec<Check> {
    let inclusive = facts.totals.lines_include_tax == Some(true);
    groups
        .iter()
        .filter_map(|group| {
            let rows: Vec<&Fact<Decimal>> = facts
                .tax_lines
                .iter()
                .filter(|row| {
                    row.rate
                        .as_ref()
                        .is_some_and(|rate| rate.value == group.rate)
                })
                .filter_map(|row| row.base.as_ref())
                .collect();
            let first = rows.first()?;
            let found: Decimal = rows.iter().map(|base| base.value).sum();
            let inside = if inclusive {
                taxed(group.sum, group.rate, true)?
            } else {
                Decimal::ZERO
            };
            let expected = group.sum - inside;
            ((expected - found).abs() > tolerance(facts)).then(|| {
                let message = format!(
                    "the base at {} % is not the sum of the lines at that rate",
                    group.rate.normalize()
                );
                Check::review("base_not_lines", first.source.path.as_str(), message)
                    .with(expected, found)
            })
        })
        .collect()
}

/// The tax on an amount, or inside it, in cents.
fn taxed(amount: Decimal, rate: Decimal, inside: bool) -> Option<Decimal> {
    let divisor = if inside {
        Decimal::ONE_HUNDRED.checked_add(rate)?
    } else {
        Decimal::ONE_HUNDRED
    };
    let tax = amount.checked_mul(rate)?.checked_div(divisor)?;
    Some(round_half_away(tax, 2))
}

fn tolerance(facts: &DocumentFacts) -> Decimal {
    TAX_TOLERANCE
        .max(HALF_A_CENT * Decimal::from(facts.lines.len()))
        .max(unit_slack(facts) * Decimal::from(facts.tax_lines.len().max(1)))
}

/// A currency without minor unit rounds each tax to whole units, up, down or to the nearest.
fn unit_slack(facts: &DocumentFacts) -> Decimal {
    let is_whole = facts
        .currency
        .as_ref()
        .is_some_and(|currency| currency.value.exponent() == 0);
    if is_whole {
        Decimal::ONE
    } else {
        Decimal::ZERO
    }
}

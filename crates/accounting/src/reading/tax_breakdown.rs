//! The tax breakdown: as printed, completed where a row lacks a figure, else derived from the
//! rates of the lines or from the totals.

use rust_decimal::{Decimal, RoundingStrategy};

use super::equations::{EXACT, Figures, TOLERANCE};
use super::tax_assignment::bases;
use super::tax_reason::category_of_text;
use crate::facts::{Fact, LineFact, Source, TaxCategory, TaxLineFact, Totals};
use crate::money::round_half_away;

/// The breakdown of a document.
pub(crate) fn breakdown(
    figures: &Figures<'_>,
    totals: &Totals,
    labelled_rate: Option<&Fact<Decimal>>,
) -> Vec<TaxLineFact> {
    if !figures.tax_rows.is_empty() {
        return completed(figures, totals);
    }
    from_lines(figures, totals)
        .or_else(|| from_totals(figures, totals, labelled_rate))
        .unwrap_or_default()
}

/// Rows as printed; a single row without base or tax takes it from the totals, others from
/// the lines of their rate, else from the rate.
fn completed(figures: &Figures<'_>, totals: &Totals) -> Vec<TaxLineFact> {
    let mut rows = figures.tax_rows.to_vec();
    if let [only] = rows.as_mut_slice() {
        let from = |total: &Option<Fact<Decimal>>, rule: &str| {
            total.as_ref().map(|fact| with_rule(fact, rule))
        };
        if only.base.is_none() {
            only.base = from(&totals.net, "derived: net is the base of the only rate");
        }
        if only.amount.is_none() {
            only.amount = from(&totals.tax, "derived: tax of the only rate");
        }
    }
    divide_lines(&mut rows, figures, totals);
    for row in &mut rows {
        if let (None, Some(rate), Some(base)) = (&row.amount, &row.rate, &row.base) {
            let tax = base.value * rate.value / Decimal::ONE_HUNDRED;
            let tax = round_half_away(tax, figures.decimals);
            row.amount = Some(Fact::new(tax, derived(base, "derived: base x rate")));
        }
        if row.base.is_none() {
            row.base = base_of_lines(row, figures, totals);
        }
        if let (None, Some(rate), Some(amount)) = (&row.base, &row.rate, &row.amount)
            && !rate.value.is_zero()
        {
            let base = amount.value * Decimal::ONE_HUNDRED / rate.value;
            let base = round_half_away(base, figures.decimals);
            row.base = Some(Fact::new(base, derived(amount, "derived: tax / rate")));
        }
        if let (None, Some(base), Some(amount)) = (&row.rate, &row.base, &row.amount)
            && let Some(rate) = rate_between(figures, base.value, amount.value)
        {
            row.rate = Some(Fact::new(rate, derived(amount, "derived: tax / base")));
        }
    }
    rows
}

/// Gives printed taxes of several rates their bases from lines without rates, where only one
/// division of the lines gives those taxes.
fn divide_lines(rows: &mut [TaxLineFact], figures: &Figures<'_>, totals: &Totals) {
    let unrated = figures.lines.iter().all(|line| line.tax_rate.is_none());
    let without_base = rows.iter().all(|row| row.base.is_none());
    let plain = totals.lines_include_tax != Some(true) && figures.allowances_charges.is_empty();
    if rows.len() < 2 || !unrated || !without_base || !plain {
        return;
    }
    let taxes: Option<Vec<(Decimal, Decimal)>> = rows
        .iter()
        .map(|row| Some((row.rate.as_ref()?.value, row.amount.as_ref()?.value)))
        .collect();
    let lines: Option<Vec<&Fact<Decimal>>> = figures
        .lines
        .iter()
        .map(|line| line.amount.as_ref())
        .collect();
    let (Some(taxes), Some(lines)) = (taxes, lines) else {
        return;
    };
    let amounts: Vec<Decimal> = lines.iter().map(|line| line.value).collect();
    let (Some(bases), Some(first)) = (bases(&taxes, &amounts), lines.first()) else {
        return;
    };
    for (row, base) in rows.iter_mut().zip(bases) {
        let source = derived(first, "derived: the lines that give the tax");
        row.base = Some(Fact::new(base, source));
    }
}

/// The base of a printed tax as the sum of the lines of its rate, where they give that tax.
fn base_of_lines(
    row: &TaxLineFact,
    figures: &Figures<'_>,
    totals: &Totals,
) -> Option<Fact<Decimal>> {
    let (rate, printed) = (row.rate.as_ref()?, row.amount.as_ref()?);
    if totals.lines_include_tax == Some(true) || !figures.allowances_charges.is_empty() {
        return None;
    }
    let lines: Vec<&LineFact> = figures
        .lines
        .iter()
        .filter(|line| {
            line.tax_rate
                .as_ref()
                .is_some_and(|own| own.value == rate.value)
        })
        .collect();
    let sums = roundings(figures).map(|rounding| tax_of(rate.value, &lines, false, rounding));
    let (base, _) = sums
        .into_iter()
        .find(|(_, tax)| (tax - printed.value).abs() <= EXACT)?;
    let first = lines.first()?.amount.as_ref()?;
    Some(Fact::new(
        base,
        derived(first, "derived: lines of the rate"),
    ))
}

/// Rows by the lines' rates, where they reproduce the totals.
fn from_lines(figures: &Figures<'_>, totals: &Totals) -> Option<Vec<TaxLineFact>> {
    let tax = totals.tax.as_ref()?;
    let mut groups: Vec<(Decimal, Option<TaxCategory>, Vec<&LineFact>)> = Vec::new();
    for line in figures.lines.iter().filter(|line| line.amount.is_some()) {
        let Some(rate) = &line.tax_rate else {
            if line
                .amount
                .as_ref()
                .is_some_and(|amount| amount.value.is_zero())
            {
                continue;
            }
            return None;
        };
        let category = line
            .tax_note
            .as_ref()
            .and_then(|note| category_of_text(&note.value));
        let category = category.or((rate.value > Decimal::ZERO).then_some(TaxCategory::S));
        match groups
            .iter_mut()
            .find(|(known, kind, _)| *known == rate.value && *kind == category)
        {
            Some((_, _, lines)) => lines.push(line),
            None => groups.push((rate.value, category, vec![line])),
        }
    }
    if let [(rate, category, lines)] = groups.as_slice() {
        let net = totals.net.as_ref()?;
        let expected = net.value * rate / Decimal::ONE_HUNDRED;
        let allowed = TOLERANCE + EXACT * Decimal::from(lines.len());
        let allowed = allowed.max(figures.unit_slack());
        return ((expected - tax.value).abs() <= allowed).then(|| {
            vec![row(
                *rate,
                *category,
                lines,
                (net.value, tax.value),
                "derived: totals at the lines' only rate",
            )]
        });
    }
    let inclusive = totals.lines_include_tax == Some(true);
    let adjusted = !figures.allowances_charges.is_empty();
    for rounding in roundings(figures) {
        let sums: Vec<(Decimal, Decimal)> = groups
            .iter()
            .map(|(rate, _, lines)| tax_of(*rate, lines, inclusive, rounding))
            .collect();
        let total: Decimal = sums.iter().map(|(_, tax)| *tax).sum();
        if (total - tax.value).abs() <= TOLERANCE && !adjusted {
            let rule = if rounding.per_line {
                "derived: line taxes by rate"
            } else {
                "derived: lines by rate"
            };
            let rows = groups.iter().zip(sums);
            return Some(
                rows.map(|((rate, kind, lines), sums)| row(*rate, *kind, lines, sums, rule))
                    .collect(),
            );
        }
    }
    None
}

/// How a tax is rounded.
#[derive(Debug, Clone, Copy)]
struct Rounding {
    /// By line instead of once.
    per_line: bool,
    strategy: RoundingStrategy,
    decimals: u32,
}

/// The ways to round that are legal: once or by line, and where the currency has no minor unit
/// to the nearest, down or up.
fn roundings(figures: &Figures<'_>) -> impl Iterator<Item = Rounding> + use<> {
    use RoundingStrategy as S;
    let decimals = figures.decimals;
    let strategies = [S::MidpointAwayFromZero, S::ToZero, S::AwayFromZero];
    let allowed = if decimals == 0 { 3 } else { 1 };
    strategies
        .into_iter()
        .take(allowed)
        .flat_map(move |strategy| {
            [false, true].map(|per_line| Rounding {
                per_line,
                strategy,
                decimals,
            })
        })
}

/// Base and tax of lines of one rate.
fn tax_of(
    rate: Decimal,
    lines: &[&LineFact],
    inclusive: bool,
    rounding: Rounding,
) -> (Decimal, Decimal) {
    let round = |tax: Decimal| tax.round_dp_with_strategy(rounding.decimals, rounding.strategy);
    let divisor = if inclusive {
        Decimal::ONE_HUNDRED + rate
    } else {
        Decimal::ONE_HUNDRED
    };
    let amounts: Vec<Decimal> = lines
        .iter()
        .filter_map(|line| line.amount.as_ref())
        .map(|amount| amount.value)
        .collect();
    let sum: Decimal = amounts.iter().sum();
    let tax = if rounding.per_line {
        amounts
            .iter()
            .map(|amount| round(amount * rate / divisor))
            .sum()
    } else {
        round(sum * rate / divisor)
    };
    (if inclusive { sum - tax } else { sum }, tax)
}

fn row(
    rate: Decimal,
    category: Option<TaxCategory>,
    lines: &[&LineFact],
    (base, tax): (Decimal, Decimal),
    rule: &str,
) -> TaxLineFact {
    let first = lines.first();
    let path = first
        .and_then(|line| line.amount.as_ref())
        .map_or_else(String::new, |amount| amount.source.path.clone());
    let fact = |value| Some(Fact::new(value, Source::new(path.clone(), "", rule)));
    TaxLineFact {
        category,
        rate: first
            .and_then(|line| line.tax_rate.clone())
            .or_else(|| fact(rate)),
        base: fact(base),
        amount: fact(tax),
        note: lines.iter().find_map(|line| line.tax_note.clone()),
    }
}

/// One row from the totals: at the rate that a label names, else at the only usual rate that
/// reproduces the tax.
fn from_totals(
    figures: &Figures<'_>,
    totals: &Totals,
    labelled: Option<&Fact<Decimal>>,
) -> Option<Vec<TaxLineFact>> {
    let allowed = TOLERANCE.max(figures.unit_slack());
    let (net, tax) = (totals.net.as_ref()?, totals.tax.as_ref()?);
    if net.value.is_zero() {
        return None;
    }
    let named = labelled
        .filter(|rate| (net.value * rate.value / Decimal::ONE_HUNDRED - tax.value).abs() <= allowed)
        .cloned();
    if tax.value.is_zero() && named.is_none() {
        return None;
    }
    let rate = named.or_else(|| {
        let rate = rate_between(figures, net.value, tax.value)?;
        Some(Fact::new(rate, derived(tax, "derived: tax / net")))
    })?;
    Some(vec![TaxLineFact {
        category: (rate.value > Decimal::ZERO).then_some(TaxCategory::S),
        rate: Some(rate),
        base: Some(with_rule(net, "derived: net is the base of the only rate")),
        amount: Some(with_rule(tax, "derived: tax of the only rate")),
        note: None,
    }])
}

/// The rate that gives `tax` on `base` to the cent: whole percents first, then halves and
/// tenths; `None` when no or several such rates fit.
fn rate_between(figures: &Figures<'_>, base: Decimal, tax: Decimal) -> Option<Decimal> {
    if base.is_zero() || (base < Decimal::ZERO) != (tax < Decimal::ZERO) && !tax.is_zero() {
        return None;
    }
    let exact = tax * Decimal::ONE_HUNDRED / base;
    for decimals in [0, 1] {
        let rate = round_half_away(exact, decimals);
        let again = round_half_away(base * rate / Decimal::ONE_HUNDRED, figures.decimals);
        // A small base fits many rates and proves none.
        let step = base.abs()
            / Decimal::ONE_HUNDRED
            / if decimals == 0 {
                Decimal::ONE
            } else {
                Decimal::TEN
            };
        let slack = figures.unit_slack();
        let allowed = slack.max(EXACT * Decimal::TWO);
        if (again - tax).abs() <= allowed && step > TOLERANCE.max(slack * Decimal::TWO) {
            return Some(rate);
        }
    }
    None
}

fn derived(from: &Fact<Decimal>, rule: &str) -> Source {
    Source::new(from.source.path.clone(), &from.source.text, rule)
}

fn with_rule(fact: &Fact<Decimal>, rule: &str) -> Fact<Decimal> {
    let source = derived(fact, rule);
    Fact::new(fact.value, source)
}

//! The arithmetic of an invoice: what its figures must satisfy.

use rust_decimal::Decimal;

use crate::facts::{AllowanceCharge, Equation, Fact, LineFact, Source, TaxLineFact, Totals};
use crate::money::round_half_away;

/// Two cents: sums on extracted text may be off by that much.
pub(crate) const TOLERANCE: Decimal = Decimal::from_parts(2, 0, 0, false, 2);
/// Half a cent: equal as printed.
pub(crate) const EXACT: Decimal = Decimal::from_parts(5, 0, 0, false, 3);
/// What a tax may differ from base x rate: rounding by line.
const RATE_TOLERANCE: Decimal = Decimal::from_parts(6, 0, 0, false, 2);
/// Name of the equation that every invoice obeys.
pub(crate) const SUM: &str = "net + tax = gross";

/// The figures that the totals must agree with.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Figures<'a> {
    /// Lines.
    pub(crate) lines: &'a [LineFact],
    /// What the labels of the lines' amounts say: `true` with tax.
    pub(crate) labelled_inclusive: Option<bool>,
    /// Allowances and charges of the document.
    pub(crate) allowances_charges: &'a [AllowanceCharge],
    /// Printed tax breakdown.
    pub(crate) tax_rows: &'a [TaxLineFact],
    /// Sum of what is withheld.
    pub(crate) withheld: Decimal,
    /// Paid in advance.
    pub(crate) prepaid: Option<&'a Fact<Decimal>>,
    /// Rounding of the payable amount.
    pub(crate) rounding: Option<&'a Fact<Decimal>>,
    /// Decimals of the currency's minor unit.
    pub(crate) decimals: u32,
}

/// Tax that the lines' rates give.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RatedTax {
    /// On top of the lines' amounts.
    pub(crate) on_top: Decimal,
    /// Inside the lines' amounts.
    pub(crate) inside: Decimal,
}

impl Figures<'_> {
    /// How far a tax may be from base x rate where the currency has no minor unit: laws let the
    /// fraction be rounded up, down or to the nearest (Japan's consumption tax).
    pub(crate) fn unit_slack(&self) -> Decimal {
        if self.decimals == 0 {
            Decimal::ONE
        } else {
            Decimal::ZERO
        }
    }

    /// What is not to be paid any more: prepaid and withheld.
    pub(crate) fn kept_back(&self) -> Decimal {
        self.withheld + self.prepaid.map_or(Decimal::ZERO, |prepaid| prepaid.value)
    }

    /// The rounding, zero where none is printed.
    pub(crate) fn rounding_value(&self) -> Decimal {
        self.rounding
            .map_or(Decimal::ZERO, |rounding| rounding.value)
    }

    /// Half a minor unit for each line.
    pub(crate) fn line_tolerance(&self) -> Decimal {
        EXACT * Decimal::from(self.lines.len())
    }

    /// Sum of the lines' amounts, unless a line has none.
    fn sum_of_lines(&self) -> Option<Decimal> {
        if self.lines.is_empty() {
            return None;
        }
        self.lines
            .iter()
            .map(|line| line.amount.as_ref().map(|amount| amount.value))
            .sum()
    }

    /// Charges less allowances.
    fn adjustments(&self) -> Decimal {
        self.allowances_charges
            .iter()
            .map(|item| {
                if item.is_charge {
                    item.amount.value
                } else {
                    -item.amount.value
                }
            })
            .sum()
    }

    /// Lines with the document's allowances and charges, as a derived figure.
    pub(crate) fn lines_total(&self) -> Option<Fact<Decimal>> {
        let sum = self.sum_of_lines()? + self.adjustments();
        let first = self.lines.first()?.amount.as_ref()?;
        Some(Fact::new(
            sum,
            Source::new(first.source.path.clone(), "", "derived: sum of lines"),
        ))
    }

    /// Figures that are printed as a net beside the net of the whole: the lines before and after
    /// the document's allowances and charges, the net before them, and each part of the net.
    pub(crate) fn partial_nets(&self, net: Decimal) -> Vec<Decimal> {
        let mut nets: Vec<Decimal> = self.sum_of_lines().into_iter().collect();
        nets.extend(self.lines_total().map(|total| total.value));
        nets.push(net - self.adjustments());
        for item in self.allowances_charges {
            nets.extend([net + item.amount.value, net - item.amount.value]);
        }
        let bases = self.tax_rows.iter().filter_map(|row| row.base.as_ref());
        let amounts = self.lines.iter().filter_map(|line| line.amount.as_ref());
        nets.extend(bases.chain(amounts).map(|fact| fact.value));
        nets
    }

    /// The same where no label says that the lines contain tax.
    pub(crate) fn lines_without_tax(&self) -> Option<Fact<Decimal>> {
        self.lines_total()
            .filter(|_| self.labelled_inclusive != Some(true))
    }

    /// Sum of the breakdown's taxes, where every row has one.
    pub(crate) fn sum_of_tax_rows(&self) -> Option<Fact<Decimal>> {
        sum_of(
            self.tax_rows.iter().map(|row| row.amount.as_ref()),
            "derived: sum of tax rows",
        )
    }

    /// Sum of the breakdown's bases, where every row has one.
    pub(crate) fn sum_of_tax_bases(&self) -> Option<Fact<Decimal>> {
        sum_of(
            self.tax_rows.iter().map(|row| row.base.as_ref()),
            "derived: sum of tax bases",
        )
    }

    /// The tax that the lines' rates give; `None` unless every line with an amount has a rate.
    pub(crate) fn rated_tax(&self) -> Option<RatedTax> {
        let mut by_rate: Vec<(Decimal, Decimal)> = Vec::new();
        for line in self.lines {
            let amount = line.amount.as_ref()?.value;
            let Some(rate) = &line.tax_rate else {
                if amount.is_zero() {
                    continue;
                }
                return None;
            };
            match by_rate.iter_mut().find(|(known, _)| *known == rate.value) {
                Some((_, sum)) => *sum += amount,
                None => by_rate.push((rate.value, amount)),
            }
        }
        if let [(_, sum)] = by_rate.as_mut_slice() {
            *sum += self.adjustments();
        } else if !self.adjustments().is_zero() || by_rate.is_empty() {
            return None;
        }
        let hundred = Decimal::ONE_HUNDRED;
        let on_top = by_rate
            .iter()
            .map(|(rate, sum)| round_half_away(sum * rate / hundred, self.decimals))
            .sum();
        let inside = by_rate
            .iter()
            .map(|(rate, sum)| round_half_away(sum * rate / (hundred + rate), self.decimals))
            .sum();
        Some(RatedTax { on_top, inside })
    }
}

fn sum_of<'a>(
    facts: impl Iterator<Item = Option<&'a Fact<Decimal>>>,
    rule: &str,
) -> Option<Fact<Decimal>> {
    let facts: Vec<&Fact<Decimal>> = facts.collect::<Option<_>>()?;
    let first = facts.first()?;
    let source = match facts.as_slice() {
        [only] => only.source.clone(),
        _ => Source::new(first.source.path.clone(), "", rule),
    };
    Some(Fact::new(facts.iter().map(|fact| fact.value).sum(), source))
}

/// How the lines meet the totals.
#[derive(Debug, Clone)]
pub(crate) struct LineFit {
    /// The equation that holds, or the most natural one where none does.
    equation: Equation,
    /// Whether the amounts contain tax, where that is decided and matters.
    pub(crate) include_tax: Option<bool>,
}

/// Compares the lines with net and gross, with and without the document's allowances.
pub(crate) fn line_fit(figures: &Figures<'_>, totals: &Totals) -> Option<LineFit> {
    let sum = figures.sum_of_lines()?;
    let adjusted = sum + figures.adjustments();
    let tolerance = TOLERANCE + figures.line_tolerance();
    let path = figures.lines.first()?.amount.as_ref()?.source.path.clone();
    let derived_from_lines = |fact: &&Fact<Decimal>| fact.source.rule != "derived: sum of lines";
    let net = totals.net.as_ref().filter(derived_from_lines);
    let gross = totals.gross.as_ref().filter(derived_from_lines);
    let matters = totals.tax.as_ref().is_some_and(|tax| !tax.value.is_zero());
    let equation = |name: &str, expected: Decimal, actual: Decimal| Equation {
        name: name.to_owned(),
        path: path.clone(),
        expected,
        actual,
        tolerance,
    };
    let mut trials = Vec::new();
    for (left, suffix) in [(adjusted, "lines + charges - allowances"), (sum, "lines")] {
        let name = if adjusted == sum { "lines" } else { suffix };
        if let Some(net) = net {
            trials.push((equation(&format!("{name} = net"), left, net.value), false));
        }
        if let Some(gross) = gross {
            trials.push((
                equation(&format!("{name} = gross"), left, gross.value),
                true,
            ));
        }
    }
    if figures.labelled_inclusive == Some(true) {
        trials.sort_by_key(|(_, inclusive)| !inclusive);
    }
    let holding = trials.iter().position(|(equation, _)| equation.holds());
    let chosen = trials.into_iter().nth(holding.unwrap_or(0));
    chosen.map(|(equation, inclusive)| LineFit {
        include_tax: (matters && holding.is_some()).then_some(inclusive),
        equation,
    })
}

/// All equations that can be tried on the totals. Figures that were derived from each other
/// prove nothing and are left out.
pub(crate) fn all(figures: &Figures<'_>, totals: &Totals, fit: Option<LineFit>) -> Vec<Equation> {
    let mut equations = Vec::new();
    let mut push = |name: &str, path: &str, expected: Decimal, actual: Decimal, tolerance| {
        equations.push(Equation {
            name: name.to_owned(),
            path: path.to_owned(),
            expected,
            actual,
            tolerance,
        });
    };
    let printed =
        |fact: &Option<Fact<Decimal>>| fact.clone().filter(|fact| !fact.source.is_derived());
    if let (Some(net), Some(tax), Some(gross)) = (&totals.net, &totals.tax, &totals.gross)
        && [net, tax, gross]
            .iter()
            .all(|fact| !fact.source.is_derived() || fact.source.rule == "derived: sum of tax rows")
    {
        push(
            SUM,
            &gross.source.path,
            net.value + tax.value,
            gross.value,
            TOLERANCE,
        );
    }
    let rows = Decimal::from(figures.tax_rows.len());
    if let (Some(sum), Some(tax)) = (figures.sum_of_tax_rows(), &totals.tax)
        && sum.source != tax.source
    {
        push(
            "tax lines = tax",
            &tax.source.path,
            sum.value,
            tax.value,
            TOLERANCE + EXACT * rows,
        );
    }
    if let (Some(sum), Some(net)) = (figures.sum_of_tax_bases(), &totals.net)
        && sum.source != net.source
    {
        push(
            "tax bases = net",
            &net.source.path,
            sum.value,
            net.value,
            TOLERANCE + EXACT * rows,
        );
    }
    for row in figures.tax_rows {
        if let (Some(rate), Some(base), Some(amount)) = (&row.rate, &row.base, &row.amount) {
            let expected = round_half_away(
                base.value * rate.value / Decimal::ONE_HUNDRED,
                figures.decimals,
            );
            push(
                "base x rate = tax",
                &amount.source.path,
                expected,
                amount.value,
                RATE_TOLERANCE.max(figures.unit_slack()),
            );
        }
    }
    if let (Some(gross), Some(due)) = (&totals.gross, printed(&totals.amount_due))
        && gross.source.path != due.source.path
    {
        let expected = gross.value - figures.kept_back() + figures.rounding_value();
        push(
            "gross - prepaid - withheld = due",
            &due.source.path,
            expected,
            due.value,
            TOLERANCE,
        );
    }
    equations.extend(fit.map(|fit| fit.equation));
    equations
}

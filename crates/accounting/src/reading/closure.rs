//! Arithmetic closure: among the figures that could be net, tax and gross, the reading in which
//! most equations hold. A printed figure is never changed; what is missing is derived by a
//! named rule.

use rust_decimal::Decimal;

use super::equations::{self, Figures};
use crate::facts::{Equation, Fact, ReadingDoubt, Source, Totals};

/// A figure that may be one of the totals.
#[derive(Debug, Clone)]
pub(crate) struct Candidate {
    /// The figure.
    pub(crate) fact: Fact<Decimal>,
    /// How strongly its label speaks for the part.
    pub(crate) weight: i32,
}

/// The figures that may be the totals.
#[derive(Debug, Clone, Default)]
pub(crate) struct Candidates {
    /// Total without tax.
    pub(crate) net: Vec<Candidate>,
    /// Total tax.
    pub(crate) tax: Vec<Candidate>,
    /// Total with tax.
    pub(crate) gross: Vec<Candidate>,
    /// Left to pay.
    pub(crate) due: Vec<Candidate>,
}

/// What an equation that holds adds to a reading.
const HOLDS: i32 = 4;
/// What one that fails takes away.
const FAILS: i32 = 3;
/// Net + tax = gross is the one equation that every invoice obeys.
const SUM_FAILS: i32 = 7;

/// The best reading of the totals, completed, with the equations that were tried on it.
pub(crate) fn close(candidates: &Candidates, figures: &Figures<'_>) -> (Totals, Vec<Equation>) {
    let mut best: Option<(i32, Totals)> = None;
    for net in options(&candidates.net) {
        for tax in options(&candidates.tax) {
            for gross in options(&candidates.gross) {
                let (score, totals) = assess([net, tax, gross], candidates, figures);
                if best.as_ref().is_none_or(|(highest, _)| score > *highest) {
                    best = Some((score, totals));
                }
            }
        }
    }
    let mut totals = best.map(|(_, totals)| totals).unwrap_or_default();
    let fit = equations::line_fit(figures, &totals);
    totals.lines_include_tax = fit.as_ref().and_then(|fit| fit.include_tax);
    if let Some(labelled) = figures.labelled_inclusive
        && totals.lines_include_tax.is_none()
        && totals.tax.as_ref().is_some_and(|tax| !tax.value.is_zero())
    {
        totals.lines_include_tax = Some(labelled);
    }
    let mut equations = equations::all(figures, &totals, fit);
    equations.extend(dropped(
        &candidates.net,
        totals.net.as_ref(),
        "printed net = derived net",
        &totals,
    ));
    equations.extend(dropped(
        &candidates.tax,
        totals.tax.as_ref(),
        "printed tax = derived tax",
        &totals,
    ));
    equations.extend(dropped(
        &candidates.gross,
        totals.gross.as_ref(),
        "printed total = derived total",
        &totals,
    ));
    (totals, equations)
}

/// Weight from which on a label says plainly which total its figure is.
const PLAIN_LABEL: i32 = 4;

/// A figure that is plainly labelled as a total, and that the kept reading uses nowhere: the
/// derived figure in its place must not hide it.
fn dropped(
    candidates: &[Candidate],
    chosen: Option<&Fact<Decimal>>,
    name: &str,
    totals: &Totals,
) -> Option<Equation> {
    // Derived, or taken from the breakdown where the document's own total did not fit.
    let is_printed = |fact: &&Fact<Decimal>| {
        let printed = |candidate: &Candidate| candidate.fact.source == fact.source;
        !fact.source.is_derived() && candidates.iter().any(printed)
    };
    let chosen = chosen.filter(|fact| !is_printed(fact))?;
    let used = |value: Decimal| {
        [&totals.net, &totals.tax, &totals.gross, &totals.amount_due]
            .into_iter()
            .flatten()
            .any(|fact| (fact.value - value).abs() <= equations::TOLERANCE)
    };
    let printed = candidates
        .iter()
        .find(|candidate| candidate.weight >= PLAIN_LABEL && !used(candidate.fact.value))?;
    Some(Equation {
        name: name.to_owned(),
        path: printed.fact.source.path.clone(),
        expected: chosen.value,
        actual: printed.fact.value,
        tolerance: equations::TOLERANCE,
    })
}

/// Weight of a label that can mean nothing but the total with tax, or the tax.
const EXACT_LABEL: i32 = 6;

/// Doubts for a second total, or a second tax, under a label as plain as the kept one's, with
/// another value that the kept reading uses nowhere: the arithmetic may choose, but not in
/// silence.
pub(crate) fn conflicting_totals(
    candidates: &Candidates,
    totals: &Totals,
    figures: &Figures<'_>,
) -> Vec<ReadingDoubt> {
    let printed =
        |fact: &Option<Fact<Decimal>>| fact.clone().filter(|fact| !fact.source.is_derived());
    let mut used: Vec<Decimal> = [&totals.net, &totals.tax, &totals.gross, &totals.amount_due]
        .into_iter()
        .flatten()
        .map(|fact| fact.value)
        .collect();
    let gross = printed(&totals.gross).and_then(|kept| {
        used.push(kept.value - figures.kept_back() + figures.rounding_value());
        conflict("total", &kept, &candidates.gross, &used)
    });
    // Taxes of several rates stand beside one another; each is a part of the whole.
    used.extend(
        figures
            .tax_rows
            .iter()
            .filter_map(|row| row.amount.as_ref())
            .map(|fact| fact.value),
    );
    used.extend(
        figures
            .lines
            .iter()
            .filter_map(|line| line.tax_amount.as_ref())
            .map(|fact| fact.value),
    );
    let tax = printed(&totals.tax).and_then(|kept| {
        let parts = candidates
            .tax
            .iter()
            .filter(|part| part.fact.value != kept.value);
        let sum: Decimal = parts.map(|part| part.fact.value).sum();
        if (sum - kept.value).abs() <= equations::TOLERANCE {
            return None;
        }
        conflict("tax", &kept, &candidates.tax, &used)
    });
    let net =
        printed(&totals.net).and_then(|kept| conflicting_net(&kept, candidates, &used, figures));
    gross.into_iter().chain(tax).chain(net).collect()
}

/// A second net is another figure of the same document where it is the sum of the lines, with
/// or without what stands between them and the total, or a part of the net by rate.
fn conflicting_net(
    kept: &Fact<Decimal>,
    candidates: &Candidates,
    used: &[Decimal],
    figures: &Figures<'_>,
) -> Option<ReadingDoubt> {
    let mut used = used.to_vec();
    used.extend(figures.partial_nets(kept.value));
    conflict("net", kept, &candidates.net, &used)
}

fn conflict(
    what: &str,
    kept: &Fact<Decimal>,
    candidates: &[Candidate],
    used: &[Decimal],
) -> Option<ReadingDoubt> {
    let is_used = |value: Decimal| {
        used.iter()
            .any(|known| (known - value).abs() <= equations::TOLERANCE)
    };
    let other = candidates
        .iter()
        .find(|candidate| candidate.weight >= EXACT_LABEL && !is_used(candidate.fact.value))?;
    Some(ReadingDoubt {
        code: "conflicting_values".to_owned(),
        path: other.fact.source.path.clone(),
        message: format!(
            "the {what} is printed as {} and as {}",
            kept.value, other.fact.value
        ),
    })
}

fn options(candidates: &[Candidate]) -> impl Iterator<Item = Option<&Candidate>> {
    candidates.iter().map(Some).chain(std::iter::once(None))
}

/// The score of a reading, and the totals that it gives.
fn assess(
    [net, tax, gross]: [Option<&Candidate>; 3],
    candidates: &Candidates,
    figures: &Figures<'_>,
) -> (i32, Totals) {
    let mut score: i32 = [net, tax, gross]
        .iter()
        .flatten()
        .map(|candidate| candidate.weight)
        .sum();
    // One printed figure cannot be two of the totals, unless their labels are the same figure.
    if same_place(net, gross) || same_place(net, tax) || same_place(tax, gross) {
        score -= SUM_FAILS;
    }
    let fact = |candidate: Option<&Candidate>| candidate.map(|candidate| candidate.fact.clone());
    let mut totals = Totals {
        net: fact(net),
        tax: fact(tax),
        gross: fact(gross),
        prepaid: figures.prepaid.cloned(),
        rounding: figures.rounding.cloned(),
        ..Totals::default()
    };
    settle_payable(&mut totals, figures);
    if let (Some(net), Some(tax), Some(gross)) = (&totals.net, &totals.tax, &totals.gross)
        && !gross.source.is_derived()
    {
        let closes = (net.value + tax.value - gross.value).abs() <= equations::TOLERANCE;
        score += if closes { HOLDS } else { -SUM_FAILS };
    }
    complete(&mut totals, figures);
    choose_due(&mut totals, candidates, figures);
    let fit = equations::line_fit(figures, &totals);
    for equation in equations::all(figures, &totals, fit) {
        if equation.name != equations::SUM {
            score += if equation.holds() { HOLDS } else { -FAILS };
        }
    }
    (score, totals)
}

fn same_place(one: Option<&Candidate>, other: Option<&Candidate>) -> bool {
    matches!((one, other), (Some(one), Some(other)) if one.fact.source.path == other.fact.source.path)
}

/// Some layouts print as total what is left after withholding, prepayment or rounding: then
/// that is the amount due, and the gross is net + tax.
fn settle_payable(totals: &mut Totals, figures: &Figures<'_>) {
    let (Some(net), Some(tax), Some(gross)) = (&totals.net, &totals.tax, &totals.gross) else {
        return;
    };
    let sum = net.value + tax.value;
    let off = (sum - gross.value).abs() > equations::TOLERANCE;
    let payable = sum - figures.kept_back() + figures.rounding_value();
    let after_all = (payable - gross.value).abs() <= equations::EXACT;
    let after_withholding = (sum - figures.withheld - gross.value).abs() <= equations::EXACT
        && !figures.withheld.is_zero();
    if off && (after_all || after_withholding) {
        let source = derived(gross, "derived: net + tax");
        totals.amount_due = totals.gross.take();
        totals.gross = Some(Fact::new(sum, source));
    }
}

/// Derives what is missing.
fn complete(totals: &mut Totals, figures: &Figures<'_>) {
    if totals.tax.is_none() {
        totals.tax = figures.sum_of_tax_rows();
    }
    match (&totals.net, &totals.tax, &totals.gross) {
        (None, Some(tax), Some(gross)) => {
            let source = derived(gross, "derived: gross - tax");
            totals.net = Some(Fact::new(gross.value - tax.value, source));
        }
        (Some(net), None, Some(gross)) => {
            let source = derived(gross, "derived: gross - net");
            totals.tax = Some(Fact::new(gross.value - net.value, source));
        }
        (Some(net), Some(tax), None) => {
            let source = derived(net, "derived: net + tax");
            totals.gross = Some(Fact::new(net.value + tax.value, source));
        }
        (None, Some(tax), None) => complete_from_bases(totals, &tax.clone(), figures),
        (Some(_), None, None) | (None, None, _) => complete_from_lines(totals, figures),
        _ => {}
    }
}

/// Only the tax is known: bases of the breakdown, else lines without tax, give the net.
fn complete_from_bases(totals: &mut Totals, tax: &Fact<Decimal>, figures: &Figures<'_>) {
    let net = figures
        .sum_of_tax_bases()
        .or_else(|| figures.lines_without_tax());
    if let Some(net) = net {
        let gross = Fact::new(net.value + tax.value, derived(&net, "derived: net + tax"));
        totals.net = Some(net);
        totals.gross = Some(gross);
    }
}

/// The lines' rates give the tax where they reproduce the printed total; without any total
/// the lines themselves are the total.
fn complete_from_lines(totals: &mut Totals, figures: &Figures<'_>) {
    let Some(lines) = figures.lines_total() else {
        return;
    };
    let rated = figures.rated_tax();
    let close = |one: Decimal, other: Decimal| {
        (one - other).abs() <= equations::TOLERANCE + figures.line_tolerance()
    };
    match (&totals.net, &totals.gross, rated) {
        (Some(net), None, Some(rated)) if close(net.value, lines.value) => {
            let source = derived(net, "derived: lines x rate");
            totals.gross = Some(Fact::new(
                net.value + rated.on_top,
                derived(net, "derived: net + tax"),
            ));
            totals.tax = Some(Fact::new(rated.on_top, source));
        }
        (None, Some(gross), Some(rated)) if close(gross.value, lines.value + rated.on_top) => {
            let tax = Fact::new(
                gross.value - lines.value,
                derived(gross, "derived: gross - lines"),
            );
            totals.net = Some(lines);
            totals.tax = Some(tax);
        }
        (None, Some(gross), Some(rated)) if close(gross.value, lines.value) => {
            let source = derived(gross, "derived: rate inside gross");
            totals.net = Some(Fact::new(
                gross.value - rated.inside,
                derived(gross, "derived: gross - tax"),
            ));
            totals.tax = Some(Fact::new(rated.inside, source));
        }
        (None, None, Some(rated)) if figures.labelled_inclusive != Some(true) => {
            totals.gross = Some(Fact::new(
                lines.value + rated.on_top,
                derived(&lines, "derived: net + tax"),
            ));
            totals.tax = Some(Fact::new(
                rated.on_top,
                derived(&lines, "derived: lines x rate"),
            ));
            totals.net = Some(lines);
        }
        (None, None, _) => totals.gross = Some(lines),
        _ => {}
    }
}

fn derived(from: &Fact<Decimal>, rule: &str) -> Source {
    Source::new(from.source.path.clone(), &from.source.text, rule)
}

/// The amount due: printed, or derived where something was paid or kept back.
fn choose_due(totals: &mut Totals, candidates: &Candidates, figures: &Figures<'_>) {
    let Some(gross) = totals.gross.clone() else {
        return;
    };
    if totals.amount_due.is_some() {
        return;
    }
    let expected = gross.value - figures.kept_back() + figures.rounding_value();
    let fits =
        |candidate: &&Candidate| (candidate.fact.value - expected).abs() <= equations::TOLERANCE;
    let printed = candidates
        .due
        .iter()
        .find(fits)
        .or_else(|| candidates.due.first());
    totals.amount_due = match printed {
        Some(candidate) => Some(candidate.fact.clone()),
        None if figures.kept_back().is_zero() && figures.rounding_value().is_zero() => None,
        None => Some(Fact::new(
            expected,
            derived(&gross, "derived: gross - prepaid - withheld"),
        )),
    };
}

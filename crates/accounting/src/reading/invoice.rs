//! The figures of an invoice and of papers like it: lines, adjustments, tax and totals.

use rust_decimal::Decimal;

use super::closure::Candidates;
use super::collect::Collected;
use super::equations::Figures;
use super::field::Field;
use super::lines::{LineTax, Lines, read_lines};
use super::style::Reader;
use super::{adjustments, closure, line_discounts, range, tax_breakdown, totals};
use crate::facts::{
    AllowanceCharge, DocumentFacts, DocumentKind, Equation, Fact, LineFact, ReadingDoubt,
    TaxLineFact, Totals,
};
use crate::money::Currency;

/// Reads all figures into the facts.
pub(crate) fn read_figures(
    collected: &Collected<'_>,
    reader: &Reader,
    commercial: bool,
    facts: &mut DocumentFacts,
) {
    let Lines {
        facts: mut lines,
        labelled,
        unreadable,
    } = read_lines(collected, reader);
    let mut tax_rows = adjustments::tax_rows(collected, reader);
    facts
        .doubts
        .extend(range::bound_rates(&mut lines, &mut tax_rows));
    let sign = totals::sign_of(collected, reader);
    // Credit notes are positive here, however they are printed; see the crate's facts.
    let negative = sign < Decimal::ZERO;
    let is_credit = facts
        .kind
        .as_ref()
        .is_some_and(|kind| kind.value == DocumentKind::CreditNote);
    // A positive total says that the document is no credit: its lines keep their signs.
    let may_flip = negative || is_credit || !totals::prints_positive(collected, reader);
    let lines_flipped = may_flip && flip_lines(&mut lines);
    if negative || lines_flipped {
        flip_tax_rows(&mut tax_rows);
    }
    let currency = facts.currency.as_ref().map(|currency| currency.value);
    let mut candidates = totals::candidates(collected, reader, sign, currency);
    if !commercial {
        // A bare amount on other papers is no invoice total, and what is paid is no deposit.
        candidates.gross.retain(|candidate| candidate.weight > 5);
    }
    facts.allowances_charges = adjustments::allowances_charges(collected, reader);
    facts.withholdings = adjustments::withholdings(collected, reader);
    let prepaid = totals::first_figure(collected, reader, Field::Prepaid)
        .or_else(|| adjustments::prepaid_rows(collected, reader))
        .filter(|_| commercial)
        .map(|prepaid| prepaid.map(|amount| amount.abs()));
    let rounding = totals::first_figure(collected, reader, Field::Rounding)
        .map(|rounding| rounding.map(|amount| amount * sign));
    let figures = Figures {
        lines: &lines,
        labelled_inclusive: labelled.map(|labelled| labelled == LineTax::Inclusive),
        allowances_charges: &facts.allowances_charges,
        tax_rows: &tax_rows,
        withheld: facts.withheld(),
        prepaid: prepaid.as_ref(),
        rounding: rounding.as_ref(),
        decimals: currency.map_or(2, Currency::exponent),
    };
    let closed = closure::close(&candidates, &figures);
    let (allowances_charges, (totals, equations)) =
        with_discounts_of_lines(figures, &candidates, closed);
    let figures = Figures {
        allowances_charges: allowances_charges
            .as_deref()
            .unwrap_or(&facts.allowances_charges),
        ..figures
    };
    let conflicts = closure::conflicting_totals(&candidates, &totals, &figures);
    if commercial {
        facts.doubts.extend(conflicts);
    }
    let labelled_rate = document_rate(collected, reader);
    let tax_lines = tax_breakdown::breakdown(&figures, &totals, labelled_rate.as_ref());
    facts.doubts.extend(unused_rate(labelled_rate, &tax_lines));
    facts.tax_lines = tax_lines;
    if let Some(all) = allowances_charges {
        line_discounts::take_from(&mut lines, &all);
        facts.allowances_charges = all;
    }
    facts.totals = totals;
    facts.equations = equations;
    facts.lines = lines;
    if negative || lines_flipped && facts.totals.gross.is_none() {
        turn_into_credit_note(facts);
    }
    foreign_taxes(collected, reader, facts);
    facts
        .doubts
        .extend(unreadable.into_iter().map(|source| ReadingDoubt {
            code: "unreadable_amount".to_owned(),
            path: source.path,
            message: format!("'{}' is no amount", source.text),
        }));
}

type Closed = (Totals, Vec<Equation>);

/// Where the lines do not meet the totals: the same with the discounts that are printed on the
/// lines but not in their amounts, if then every equation holds.
fn with_discounts_of_lines(
    figures: Figures<'_>,
    candidates: &Candidates,
    closed: Closed,
) -> (Option<Vec<AllowanceCharge>>, Closed) {
    let fails = |(_, equations): &Closed| equations.iter().any(|equation| !equation.holds());
    let loose = line_discounts::not_in_amounts(figures.lines);
    if loose.is_empty() || !fails(&closed) {
        return (None, closed);
    }
    let all = [figures.allowances_charges, &loose].concat();
    let again = closure::close(
        candidates,
        &Figures {
            allowances_charges: &all,
            ..figures
        },
    );
    if fails(&again) {
        (None, closed)
    } else {
        (Some(all), again)
    }
}

/// The rate that stands alone in the document (`VAT rate: 20%`).
fn document_rate(collected: &Collected<'_>, reader: &Reader) -> Option<Fact<Decimal>> {
    collected.of(Field::TaxRate).into_iter().find_map(|cell| {
        reader
            .number(cell.node)
            .map(|number| Reader::fact(cell.node, number.value))
            .filter(range::is_rate)
    })
}

/// A rate that the document prints on its own and that no part of its tax has.
fn unused_rate(rate: Option<Fact<Decimal>>, tax_lines: &[TaxLineFact]) -> Option<ReadingDoubt> {
    let rate = rate?;
    let mut used = tax_lines.iter().filter_map(|line| line.rate.as_ref());
    if tax_lines.is_empty() || used.any(|used| used.value == rate.value) {
        return None;
    }
    Some(ReadingDoubt {
        code: "tax_rate_not_used".to_owned(),
        path: rate.source.path,
        message: format!("the tax is not {} % of the net", rate.value.normalize()),
    })
}

/// Turns lines positive whose sum is negative; true when it did.
fn flip_lines(lines: &mut [LineFact]) -> bool {
    let amounts = lines.iter().filter_map(|line| line.amount.as_ref());
    if amounts.map(|amount| amount.value).sum::<Decimal>() >= Decimal::ZERO {
        return false;
    }
    let flip = |fact: &mut Option<Fact<Decimal>>| {
        if let Some(fact) = fact {
            fact.value = -fact.value;
        }
    };
    for line in lines {
        let quantity_is_negative = line
            .quantity
            .as_ref()
            .is_some_and(|quantity| quantity.value < Decimal::ZERO);
        flip(&mut line.amount);
        flip(&mut line.tax_amount);
        if quantity_is_negative {
            flip(&mut line.quantity);
        } else if line
            .unit_price
            .as_ref()
            .is_some_and(|price| price.value < Decimal::ZERO)
        {
            flip(&mut line.unit_price);
        }
    }
    true
}

fn flip_tax_rows(rows: &mut [TaxLineFact]) {
    let sum: Decimal = rows
        .iter()
        .filter_map(|row| row.base.as_ref().or(row.amount.as_ref()))
        .map(|fact| fact.value)
        .sum();
    if sum >= Decimal::ZERO {
        return;
    }
    for fact in rows
        .iter_mut()
        .flat_map(|row| [&mut row.base, &mut row.amount])
        .flatten()
    {
        fact.value = -fact.value;
    }
}

fn turn_into_credit_note(facts: &mut DocumentFacts) {
    let kind = facts.kind.as_ref().map(|kind| kind.value);
    if matches!(
        kind,
        None | Some(DocumentKind::Invoice | DocumentKind::Receipt)
    ) && let Some(gross) = &facts.totals.gross
    {
        let mut source = gross.source.clone();
        "negative totals".clone_into(&mut source.rule);
        facts.kind = Some(Fact::new(DocumentKind::CreditNote, source));
    }
}

/// Total tax printed in another currency than the document's (EN 16931 BT-111).
fn foreign_taxes(collected: &Collected<'_>, reader: &Reader, facts: &mut DocumentFacts) {
    let Some(own) = facts.currency.as_ref().map(|currency| currency.value) else {
        return;
    };
    for cell in collected
        .of(Field::TaxAmount)
        .into_iter()
        .chain(collected.of(Field::Tax))
    {
        let Some(number) = reader.number(cell.node) else {
            continue;
        };
        let beside = match &number.mark {
            Some(super::value::currency::CurrencyMark::One(currency)) => Some(*currency),
            _ => None,
        };
        if let Some(currency) = cell
            .meaning
            .currency
            .or(beside)
            .filter(|named| *named != own)
        {
            facts
                .tax_in_currency
                .push((currency, Reader::fact(cell.node, number.value.abs())));
        }
    }
}

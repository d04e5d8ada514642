//! Lines of goods and services.

use rust_decimal::Decimal;

use super::collect::{Cell, Collected, Row};
use super::field::Field;
use super::line_discounts;
use super::row_kind::RowKind;
use super::style::{ReadNumber, Reader};
use crate::facts::{Fact, LineFact, Source};
use crate::money::{is_in_range, round_half_away};

/// How the lines' amounts stand to tax by their own labels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LineTax {
    /// Labelled without tax.
    Exclusive,
    /// Labelled with tax.
    Inclusive,
}

/// Lines as read.
#[derive(Debug, Default)]
pub(crate) struct Lines {
    /// The lines.
    pub(crate) facts: Vec<LineFact>,
    /// What their labels say of tax.
    pub(crate) labelled: Option<LineTax>,
    /// Amounts that a line prints but that are no numbers, with their places.
    pub(crate) unreadable: Vec<Source>,
}

/// The highest rate of a consumption tax that is believed (Hungary has 27 %).
const HIGHEST_RATE: Decimal = Decimal::from_parts(30, 0, 0, false, 0);
/// Half a cent more than a cent, for products that are rounded.
const PRODUCT_TOLERANCE: Decimal = Decimal::from_parts(15, 0, 0, false, 3);

/// Reads all lines of the document.
pub(crate) fn read_lines(collected: &Collected<'_>, reader: &Reader) -> Lines {
    let mut result = Lines::default();
    let rows: Vec<&Row<'_>> = collected.rows_of(RowKind::Lines).collect();
    let bare_tax_is_rate = bare_tax_is_rate(&rows, reader);
    for row in rows {
        if is_heading_or_note(row) {
            continue;
        }
        let (line, labelled) = read_line(row, reader, bare_tax_is_rate, &mut result.unreadable);
        result.labelled = result.labelled.or(labelled);
        if line != LineFact::default() {
            result.facts.push(line);
        }
    }
    fractions_to_percent(&mut result.facts);
    result
}

/// Rates printed as fractions (`0.21`): no tax on sales is below one percent, so rates that all
/// are below one, and have no percent sign, are parts of the whole.
fn fractions_to_percent(lines: &mut [LineFact]) {
    let rates = || lines.iter().filter_map(|line| line.tax_rate.as_ref());
    let fractions = rates()
        .all(|rate| rate.value < Decimal::ONE && !rate.source.text.contains('%'))
        && rates().any(|rate| rate.value > Decimal::ZERO);
    if !fractions {
        return;
    }
    for rate in lines.iter_mut().filter_map(|line| line.tax_rate.as_mut()) {
        rate.value = (rate.value * Decimal::ONE_HUNDRED).normalize();
    }
}

/// Section headings and notes stand among the lines of some layouts.
fn is_heading_or_note(row: &Row<'_>) -> bool {
    let figures = [
        Field::Quantity,
        Field::UnitPrice,
        Field::Amount,
        Field::LineAmount,
        Field::Total,
        Field::Net,
        Field::Gross,
        Field::Subtotal,
    ];
    row.first_of(&figures).is_none() && row.first_of(&[Field::Description, Field::Name]).is_none()
}

/// Whether a bare `vat` column holds rates: no value is above any rate, or each is printed as
/// a whole number.
fn bare_tax_is_rate(rows: &[&Row<'_>], reader: &Reader) -> bool {
    let values: Vec<Decimal> = rows
        .iter()
        .filter_map(|row| row.cell(Field::Tax))
        .filter_map(|cell| reader.number(cell.node))
        .map(|number| number.value)
        .collect();
    !values.is_empty()
        && values
            .iter()
            .all(|value| *value <= HIGHEST_RATE && *value >= Decimal::ZERO)
        && values
            .iter()
            .all(|value| (value * Decimal::TEN).fract().is_zero())
}

fn read_line(
    row: &Row<'_>,
    reader: &Reader,
    bare_tax_is_rate: bool,
    unreadable: &mut Vec<Source>,
) -> (LineFact, Option<LineTax>) {
    let mut number = |cell: Option<&Cell<'_>>| -> Option<(Fact<ReadNumber>, Field)> {
        let cell = cell?;
        let read = reader.number(cell.node);
        if read.is_none() {
            unreadable.push(super::style::source(cell.node));
        }
        read.map(|read| (Reader::fact(cell.node, read), cell.meaning.field))
    };
    let amount_cell = row.first_of(&[
        Field::LineAmount,
        Field::Net,
        Field::Subtotal,
        Field::Amount,
        Field::Total,
        Field::TaxBase,
        Field::Gross,
        Field::AmountDue,
    ]);
    let mut quantity = number(row.cell(Field::Quantity)).map(|(fact, _)| fact);
    let mut price = number(row.cell(Field::UnitPrice)).map(|(fact, _)| fact);
    let amount = number(amount_cell);
    let labelled = amount.as_ref().and_then(|(_, field)| match field {
        Field::Net | Field::TaxBase => Some(LineTax::Exclusive),
        Field::Gross => Some(LineTax::Inclusive),
        _ => None,
    });
    let mut amount = amount.map(|(fact, _)| fact);
    settle_ambiguous(&mut quantity, &mut price, &mut amount);
    let value = |fact: Fact<ReadNumber>| fact.map(|number| number.value);
    let description = row.first_of(&[
        Field::Description,
        Field::Name,
        Field::Article,
        Field::Reason,
    ]);
    let mut line = LineFact {
        description: description
            .and_then(|cell| Reader::text(cell.node).map(|text| Reader::fact(cell.node, text))),
        quantity: quantity.map(value),
        unit_price: price.map(value),
        amount: amount.map(value),
        ..LineFact::default()
    };
    read_tax(&mut line, row, reader, bare_tax_is_rate);
    rate_as_price(&mut line);
    derive_amount(&mut line, row, reader);
    line.allowances_charges = line_discounts::of_line(row, reader, &line);
    (line, labelled)
}

/// English invoices call the price of an hour or a piece "rate" too: then it multiplies with
/// the quantity to the amount.
fn rate_as_price(line: &mut LineFact) {
    if let (Some(quantity), None, Some(amount), Some(rate)) = (
        &line.quantity,
        &line.unit_price,
        &line.amount,
        &line.tax_rate,
    ) && !rate.source.text.contains('%')
        && !amount.value.is_zero()
        && (quantity.value * rate.value - amount.value).abs() <= PRODUCT_TOLERANCE
    {
        line.unit_price = line.tax_rate.take();
    }
}

fn read_tax(line: &mut LineFact, row: &Row<'_>, reader: &Reader, bare_tax_is_rate: bool) {
    for cell in &row.cells {
        let number = reader.number(cell.node);
        match (cell.meaning.field, number) {
            (Field::TaxRate, Some(number)) => {
                line.tax_rate
                    .get_or_insert(Reader::fact(cell.node, number.value));
            }
            (Field::Tax, Some(number)) if number.is_percent || bare_tax_is_rate => {
                line.tax_rate
                    .get_or_insert(Reader::fact(cell.node, number.value));
            }
            (Field::TaxAmount | Field::Tax, Some(number)) => {
                line.tax_amount
                    .get_or_insert(Reader::fact(cell.node, number.value));
            }
            (Field::TaxRate | Field::Tax | Field::TaxCategory | Field::TaxNote, None) => {
                if let Some(text) = Reader::text(cell.node) {
                    // `VAT 20%` in a column of its own.
                    if let Some(rate) = percent_in(&text, reader) {
                        line.tax_rate.get_or_insert(Reader::fact(cell.node, rate));
                    }
                    line.tax_note.get_or_insert(Reader::fact(cell.node, text));
                }
            }
            _ => {}
        }
    }
}

/// The percentage inside a text.
pub(crate) fn percent_in(text: &str, reader: &Reader) -> Option<Decimal> {
    let ascii = super::normalise::with_ascii_digits(text);
    super::value::number::numbers_in(&ascii)
        .into_iter()
        .find_map(|found| {
            let after = ascii[found.end..].trim_start();
            let before = ascii[..found.start].trim_end();
            (after.starts_with('%') || before.ends_with('%')).then(|| reader.resolve(&found.number))
        })
}

/// `5,000 x 0.06 = 300.00`: a number of two values takes the one that makes the line close.
fn settle_ambiguous(
    quantity: &mut Option<Fact<ReadNumber>>,
    price: &mut Option<Fact<ReadNumber>>,
    amount: &mut Option<Fact<ReadNumber>>,
) {
    let (Some(quantity), Some(price), Some(amount)) = (quantity, price, amount) else {
        return;
    };
    let choices = |number: &ReadNumber| {
        std::iter::once(number.value)
            .chain(number.alternative)
            .collect::<Vec<_>>()
    };
    let closes = |quantity: Decimal, price: Decimal, amount: Decimal| {
        // Whatever the amount's last printed digit hides, as whole yen do.
        let hidden = Decimal::new(5, (amount.scale() + 1).min(20));
        (quantity * price - amount).abs() <= PRODUCT_TOLERANCE.max(hidden)
    };
    for q in choices(&quantity.value) {
        for p in choices(&price.value) {
            for a in choices(&amount.value) {
                if closes(q, p, a) {
                    quantity.value.value = q;
                    price.value.value = p;
                    amount.value.value = a;
                    return;
                }
            }
        }
    }
}

/// A line that prints only a price costs that price; with a quantity their product, less a
/// percentage of discount.
fn derive_amount(line: &mut LineFact, row: &Row<'_>, reader: &Reader) {
    if line.amount.is_some() {
        return;
    }
    let Some(price) = &line.unit_price else {
        return;
    };
    let quantity = line
        .quantity
        .as_ref()
        .map_or(Decimal::ONE, |quantity| quantity.value);
    let discount = row
        .cell(Field::Allowance)
        .and_then(|cell| reader.number(cell.node));
    let Some(full) = quantity.checked_mul(price.value) else {
        return;
    };
    let amount = match discount {
        Some(discount) if discount.is_percent || discount.value <= Decimal::ONE_HUNDRED => {
            full * (Decimal::ONE_HUNDRED - discount.value.abs()) / Decimal::ONE_HUNDRED
        }
        _ => full,
    };
    if !is_in_range(amount) {
        return;
    }
    let rule = "derived: quantity x unit price";
    let source = Source::new(price.source.path.clone(), &price.source.text, rule);
    line.amount = Some(Fact::new(round_half_away(amount, 2), source));
}

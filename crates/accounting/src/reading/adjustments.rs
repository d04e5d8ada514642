//! What stands between the lines and the total: allowances, charges, withholdings, prepaid
//! amounts, and the printed tax breakdown.

use rust_decimal::Decimal;

use super::collect::{Cell, Collected, Row};
use super::field::Field;
use super::lexicon::lexicon;
use super::lines::percent_in;
use super::normalise::words;
use super::outline::{Content, Node};
use super::row_kind::RowKind;
use super::style::{ReadNumber, Reader};
use super::tax_reason::{category_code, category_of_text};
use crate::facts::{AllowanceCharge, Fact, TaxCategory, TaxLineFact, WithholdingFact};

/// Fields that can hold the amount of such a row.
const AMOUNTS: [Field; 8] = [
    Field::Amount,
    Field::LineAmount,
    Field::Total,
    Field::Charge,
    Field::Allowance,
    Field::Withheld,
    Field::Prepaid,
    Field::Net,
];

fn amount_of(row: &Row<'_>, reader: &Reader) -> Option<Fact<Decimal>> {
    AMOUNTS.iter().find_map(|field| {
        let cell = row.cell(*field)?;
        let number = reader
            .number(cell.node)
            .filter(|number| !number.is_percent)?;
        Some(Reader::fact(cell.node, number.value))
    })
}

fn text_of(row: &Row<'_>, fields: &[Field]) -> Option<String> {
    fields
        .iter()
        .find_map(|field| Reader::text(row.cell(*field)?.node))
}

fn rate_of(row: &Row<'_>, reader: &Reader) -> Option<Fact<Decimal>> {
    row.cells.iter().find_map(|cell| {
        let number = reader.number(cell.node)?;
        let is_rate = matches!(cell.meaning.field, Field::TaxRate | Field::WithheldRate)
            || number.is_percent && cell.meaning.field != Field::Reason;
        is_rate.then(|| Reader::fact(cell.node, number.value))
    })
}

/// Allowances and charges of the whole document, from rows and from single labels.
pub(crate) fn allowances_charges(
    collected: &Collected<'_>,
    reader: &Reader,
) -> Vec<AllowanceCharge> {
    let mut found = Vec::new();
    for (kind, rows) in &collected.rows {
        if !matches!(
            kind,
            RowKind::AllowancesCharges | RowKind::Allowances | RowKind::Charges
        ) {
            continue;
        }
        for row in rows {
            let Some(amount) = amount_of(row, reader) else {
                continue;
            };
            let is_charge = match kind {
                RowKind::Charges => true,
                RowKind::Allowances => false,
                _ => is_charge(row, reader).unwrap_or(amount.value > Decimal::ZERO),
            };
            found.push(AllowanceCharge {
                is_charge,
                amount: amount.map(|amount| amount.abs()),
                reason: text_of(
                    row,
                    &[Field::Reason, Field::Description, Field::Name, Field::Note],
                ),
                tax_rate: rate_of(row, reader),
                tax_category: None,
            });
        }
    }
    for cell in &collected.scalars {
        let is_charge = match cell.meaning.field {
            Field::Charge => true,
            Field::Allowance => false,
            _ => continue,
        };
        let number = reader
            .number(cell.node)
            .filter(|number| !says_percent(cell, number));
        if let Some(number) = number.filter(|number| !number.value.is_zero()) {
            found.push(AllowanceCharge {
                is_charge,
                amount: Reader::fact(cell.node, number.value.abs()),
                reason: Some(cell.node.label.clone()).filter(|label| !label.is_empty()),
                tax_rate: None,
                tax_category: None,
            });
        }
    }
    found
}

/// Whether a number is a percentage by its own sign or by its label's.
pub(crate) fn says_percent(cell: &Cell<'_>, number: &ReadNumber) -> bool {
    number.is_percent || words(&cell.node.label).iter().any(|word| word == "%")
}

/// A row says whether it is a charge by a flag, its type, or the words of its reason.
fn is_charge(row: &Row<'_>, reader: &Reader) -> Option<bool> {
    if let Some(cell) = row.cell(Field::IsCharge) {
        match &cell.node.content {
            Content::Flag(flag) => return Some(*flag),
            _ => {
                if let Some(text) = Reader::text(cell.node) {
                    return Some(matches!(
                        text.to_lowercase().as_str(),
                        "true" | "yes" | "1" | "charge"
                    ));
                }
            }
        }
    }
    if row.cell(Field::Allowance).is_some() {
        return Some(false);
    }
    if row.cell(Field::Charge).is_some() {
        return Some(true);
    }
    [Field::Type, Field::Reason, Field::Description, Field::Name]
        .iter()
        .find_map(|field| {
            let text = Reader::text(row.cell(*field)?.node)?;
            lexicon().fields_in(&words(&text)).iter().find_map(|hit| {
                match hit.meaning(reader.languages) {
                    Some(Field::Charge) => Some(true),
                    Some(Field::Allowance) => Some(false),
                    _ => None,
                }
            })
        })
}

/// Withholdings, from rows and from single labels.
pub(crate) fn withholdings(collected: &Collected<'_>, reader: &Reader) -> Vec<WithholdingFact> {
    let mut found: Vec<WithholdingFact> = collected
        .rows_of(RowKind::Withholdings)
        .filter_map(|row| {
            let amount = amount_of(row, reader).or_else(|| {
                let cell = row.cell(Field::TaxAmount).or(row.cell(Field::Tax))?;
                Some(Reader::fact(cell.node, reader.number(cell.node)?.value))
            })?;
            let base = row
                .cell(Field::TaxBase)
                .and_then(|cell| number_fact(cell, reader));
            Some(WithholdingFact {
                rate: rate_of(row, reader),
                base,
                amount: amount.map(|amount| amount.abs()),
                name: text_of(
                    row,
                    &[
                        Field::Name,
                        Field::Type,
                        Field::Tax,
                        Field::Description,
                        Field::Reason,
                    ],
                ),
            })
        })
        .collect();
    let rate = collected
        .of(Field::WithheldRate)
        .first()
        .and_then(|cell| number_fact(cell, reader));
    for cell in collected.of(Field::Withheld) {
        let Some(number) = reader.number(cell.node).filter(|number| !number.is_percent) else {
            continue;
        };
        let known = found
            .iter()
            .any(|known| known.amount.value == number.value.abs());
        if !known && !number.value.is_zero() {
            let labelled =
                percent_in(&cell.node.label, reader).map(|rate| Reader::fact(cell.node, rate));
            found.push(WithholdingFact {
                rate: labelled.or_else(|| rate.clone()),
                base: None,
                amount: Reader::fact(cell.node, number.value.abs()),
                name: Some(cell.node.label.clone()),
            });
        }
    }
    found
}

/// The sum of payments printed as rows.
pub(crate) fn prepaid_rows(collected: &Collected<'_>, reader: &Reader) -> Option<Fact<Decimal>> {
    let amounts: Vec<Fact<Decimal>> = collected
        .rows_of(RowKind::Prepayments)
        .filter_map(|row| amount_of(row, reader))
        .collect();
    let mut source = amounts.first()?.source.clone();
    if amounts.len() > 1 {
        "derived: sum of payments".clone_into(&mut source.rule);
    }
    Some(Fact::new(
        amounts.iter().map(|amount| amount.value.abs()).sum(),
        source,
    ))
}

fn number_fact(cell: &Cell<'_>, reader: &Reader) -> Option<Fact<Decimal>> {
    reader
        .number(cell.node)
        .map(|number| Reader::fact(cell.node, number.value))
}

/// The printed tax breakdown.
pub(crate) fn tax_rows(collected: &Collected<'_>, reader: &Reader) -> Vec<TaxLineFact> {
    let mut rows: Vec<TaxLineFact> = collected
        .rows_of(RowKind::TaxRows)
        .filter_map(|row| tax_row(row, reader))
        .collect();
    if rows.is_empty() {
        rows = labelled_rates(collected, reader);
    }
    rows
}

fn tax_row(row: &Row<'_>, reader: &Reader) -> Option<TaxLineFact> {
    let mut line = TaxLineFact {
        category: None,
        rate: None,
        base: None,
        amount: None,
        note: None,
    };
    for cell in &row.cells {
        let number = reader.number(cell.node);
        match (cell.meaning.field, number) {
            (Field::TaxRate, Some(number)) => {
                line.rate
                    .get_or_insert(Reader::fact(cell.node, number.value));
            }
            (Field::Tax, Some(number)) if number.is_percent => {
                line.rate
                    .get_or_insert(Reader::fact(cell.node, number.value));
            }
            (Field::TaxBase | Field::Net | Field::Subtotal, Some(number)) => {
                line.base
                    .get_or_insert(Reader::fact(cell.node, number.value));
            }
            (Field::TaxAmount | Field::Amount | Field::Tax, Some(number)) => {
                line.amount
                    .get_or_insert(Reader::fact(cell.node, number.value));
                if cell.meaning.rate_in_label || cell.node.label.contains('%') {
                    let rate = percent_in(&cell.node.label, reader);
                    line.rate = line
                        .rate
                        .or(rate.map(|rate| rate_in_label(cell.node, rate)));
                }
            }
            _ => note(&mut line, cell, reader),
        }
    }
    // A column that says only "total" is the tax, unless the tax has a column.
    if line.amount.is_none()
        && let Some(cell) = row.first_of(&[Field::Total, Field::LineAmount])
    {
        line.amount = number_fact(cell, reader);
    }
    if line.category.is_none()
        && line
            .rate
            .as_ref()
            .is_some_and(|rate| rate.value > Decimal::ZERO)
    {
        line.category = Some(TaxCategory::S);
    }
    (line.base.is_some() || line.amount.is_some()).then_some(line)
}

fn note(line: &mut TaxLineFact, cell: &Cell<'_>, reader: &Reader) {
    let Some(text) = Reader::text(cell.node) else {
        return;
    };
    match cell.meaning.field {
        Field::TaxCategory => {
            line.category = line.category.or(category_code(&text));
        }
        Field::Tax
        | Field::Type
        | Field::Name
        | Field::TaxRate
        | Field::Description
        | Field::Reason
        | Field::TaxNote
        | Field::Note => {
            let code = category_code(&text).filter(|_| cell.meaning.field != Field::Tax);
            line.category = line.category.or(code).or_else(|| category_of_text(&text));
            if line.rate.is_none() {
                line.rate = percent_in(&text, reader).map(|rate| rate_in_label(cell.node, rate));
            }
            let telling = category_of_text(&text).is_some();
            if line.note.is_none() || telling {
                line.note = Some(Reader::fact(cell.node, text));
            }
        }
        _ => {}
    }
}

fn rate_in_label(node: &Node, rate: Decimal) -> Fact<Decimal> {
    let mut fact = Reader::fact(node, rate);
    fact.source.text.clone_from(&node.label);
    fact
}

/// `VAT 20%: 2.00` and `Net 20%: 10.00` as single labels.
fn labelled_rates(collected: &Collected<'_>, reader: &Reader) -> Vec<TaxLineFact> {
    let mut lines: Vec<TaxLineFact> = Vec::new();
    for cell in collected
        .scalars
        .iter()
        .filter(|cell| cell.meaning.rate_in_label)
    {
        let is_tax = matches!(
            cell.meaning.field,
            Field::Tax | Field::TaxAmount | Field::TaxRate
        );
        let is_base = matches!(cell.meaning.field, Field::TaxBase | Field::Net);
        let number = reader.number(cell.node).filter(|number| !number.is_percent);
        let (Some(number), Some(rate)) = (number, percent_in(&cell.node.label, reader)) else {
            continue;
        };
        if !is_tax && !is_base {
            continue;
        }
        let position = lines
            .iter()
            .position(|line| line.rate.as_ref().is_some_and(|known| known.value == rate))
            .unwrap_or_else(|| {
                let category = (rate > Decimal::ZERO).then_some(TaxCategory::S);
                let rate = Some(rate_in_label(cell.node, rate));
                lines.push(TaxLineFact {
                    category,
                    rate,
                    base: None,
                    amount: None,
                    note: None,
                });
                lines.len() - 1
            });
        if let Some(line) = lines.get_mut(position) {
            let place = if is_base {
                &mut line.base
            } else {
                &mut line.amount
            };
            place.get_or_insert(Reader::fact(cell.node, number.value));
        }
    }
    lines.retain(|line| line.amount.is_some());
    lines
}

//! Discounts and surcharges printed on a line of goods: as an amount, as an amount for each
//! piece or in percent of quantity x price. Usually the line's amount has them in it already;
//! where it has not, they stand between the lines and the total like those of the document.

use rust_decimal::Decimal;

use super::adjustments::says_percent;
use super::collect::{Cell, Row};
use super::equations::TOLERANCE;
use super::field::Field;
use super::style::Reader;
use crate::facts::{AllowanceCharge, Fact, LineFact};
use crate::money::{is_in_range, round_half_away};

/// The discounts and surcharges of a line, as amounts.
pub(crate) fn of_line(row: &Row<'_>, reader: &Reader, line: &LineFact) -> Vec<AllowanceCharge> {
    let full = full_price(line);
    row.cells
        .iter()
        .filter_map(|cell| {
            let is_charge = match cell.meaning.field {
                Field::Allowance => false,
                Field::Charge => true,
                _ => return None,
            };
            let amount = amount(cell, reader, line, full, is_charge)?;
            Some(AllowanceCharge {
                is_charge,
                amount,
                reason: Some(cell.node.label.clone()).filter(|label| !label.is_empty()),
                tax_rate: line.tax_rate.clone(),
                tax_category: None,
            })
        })
        .collect()
}

/// Quantity x unit price, where both are printed.
fn full_price(line: &LineFact) -> Option<Decimal> {
    let (quantity, price) = (line.quantity.as_ref()?, line.unit_price.as_ref()?);
    quantity
        .value
        .checked_mul(price.value)
        .filter(|full| is_in_range(*full))
}

/// What the cell takes off or adds: of the ways to read its number the one that gives the
/// printed amount, else a percentage as one and a plain number as an amount.
fn amount(
    cell: &Cell<'_>,
    reader: &Reader,
    line: &LineFact,
    full: Option<Decimal>,
    is_charge: bool,
) -> Option<Fact<Decimal>> {
    let number = reader.number(cell.node)?;
    let value = number.value.abs();
    if value.is_zero() {
        return None;
    }
    let share = full
        .filter(|_| value <= Decimal::ONE_HUNDRED)
        .map(|full| round_half_away(full * value / Decimal::ONE_HUNDRED, 2).abs());
    if says_percent(cell, &number) {
        return share
            .map(|share| derived(cell, share, "derived: percent of quantity x unit price"));
    }
    let each = line
        .quantity
        .as_ref()
        .and_then(|quantity| quantity.value.checked_mul(value))
        .map(|each| round_half_away(each, 2).abs());
    let printed = line
        .amount
        .as_ref()
        .filter(|amount| !amount.source.is_derived());
    let closes = |change: Decimal| {
        let signed = if is_charge { change } else { -change };
        full.zip(printed)
            .is_some_and(|(full, printed)| (full + signed - printed.value).abs() <= TOLERANCE)
    };
    match (share, each) {
        _ if closes(value) => {}
        (Some(share), _) if closes(share) => {
            return Some(derived(
                cell,
                share,
                "derived: percent of quantity x unit price",
            ));
        }
        (_, Some(each)) if closes(each) => {
            return Some(derived(cell, each, "derived: quantity x discount"));
        }
        _ => {}
    }
    Some(Reader::fact(cell.node, value))
}

fn derived(cell: &Cell<'_>, amount: Decimal, rule: &str) -> Fact<Decimal> {
    let mut fact = Reader::fact(cell.node, amount);
    rule.clone_into(&mut fact.source.rule);
    fact
}

/// The discounts of lines whose printed amount is the full price: these are not yet in it.
pub(crate) fn not_in_amounts(lines: &[LineFact]) -> Vec<AllowanceCharge> {
    lines
        .iter()
        .filter(|line| {
            let amount = line
                .amount
                .as_ref()
                .filter(|amount| !amount.source.is_derived());
            amount
                .zip(full_price(line))
                .is_some_and(|(amount, full)| (full - amount.value).abs() <= TOLERANCE)
        })
        .flat_map(|line| line.allowances_charges.iter().cloned())
        .collect()
}

/// Takes the discounts off the lines whose amounts do not have them.
pub(crate) fn take_from(lines: &mut [LineFact], taken: &[AllowanceCharge]) {
    for line in lines {
        line.allowances_charges.retain(|own| !taken.contains(own));
    }
}

//! Figures that are too large to be what their label says are not taken, and said so.

use rust_decimal::Decimal;

use super::collect::{Cell, Collected};
use super::field::Field;
use crate::facts::{Fact, LineFact, ReadingDoubt, TaxLineFact};
use crate::money::digits_out_of_range;

/// A tax rate in percent above this is none.
const HIGHEST_RATE: Decimal = Decimal::from_parts(10_000, 0, 0, false, 0);

/// A doubt for each labelled figure whose digits are more than an amount's.
pub(crate) fn too_large(collected: &Collected<'_>) -> Vec<ReadingDoubt> {
    let rows = collected.rows.iter().flat_map(|(_, rows)| rows);
    let cells = collected
        .scalars
        .iter()
        .chain(rows.flat_map(|row| &row.cells));
    cells.filter_map(doubt_of).collect()
}

fn doubt_of(cell: &Cell<'_>) -> Option<ReadingDoubt> {
    if !holds_a_figure(cell.meaning.field) {
        return None;
    }
    let printed = cell.node.printed()?;
    digits_out_of_range(&printed).then(|| out_of_range(cell.node.path.clone()))
}

fn out_of_range(path: String) -> ReadingDoubt {
    ReadingDoubt {
        code: "amount_out_of_range".to_owned(),
        path,
        message: "the figure is too large to be taken".to_owned(),
    }
}

fn holds_a_figure(field: Field) -> bool {
    use Field as F;
    matches!(
        field,
        F::Quantity
            | F::UnitPrice
            | F::LineAmount
            | F::Amount
            | F::Tax
            | F::TaxRate
            | F::TaxAmount
            | F::TaxBase
            | F::Net
            | F::Subtotal
            | F::Total
            | F::Gross
            | F::Prepaid
            | F::Rounding
            | F::Withheld
            | F::WithheldRate
            | F::Due
            | F::AmountDue
            | F::Allowance
            | F::Charge
            | F::ExchangeRate
            | F::BookedRate
            | F::Balance
            | F::Special(_)
    )
}

/// Takes away tax rates that are negative or beyond any rate, with a doubt for each.
pub(crate) fn bound_rates(lines: &mut [LineFact], rows: &mut [TaxLineFact]) -> Vec<ReadingDoubt> {
    lines
        .iter_mut()
        .map(|line| &mut line.tax_rate)
        .chain(rows.iter_mut().map(|row| &mut row.rate))
        .filter_map(|rate| {
            let refused = rate.take_if(|rate| !is_rate(rate))?;
            Some(out_of_range(refused.source.path))
        })
        .collect()
}

/// From zero to 10 000 percent.
pub(crate) fn is_rate(rate: &Fact<Decimal>) -> bool {
    rate.value >= Decimal::ZERO && rate.value <= HIGHEST_RATE
}

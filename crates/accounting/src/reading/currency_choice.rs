//! The document's currency: ISO code, then a symbol with its country, then the company's.

use super::collect::Collected;
use super::field::Field;
use super::style::{Reader, source};
use super::value::currency::{CurrencyMark, read_mark};
use crate::facts::{Fact, ReadingDoubt, Source};
use crate::money::Currency;

/// What helps to decide a shared symbol, in order of trust.
#[derive(Debug, Default)]
pub(crate) struct CurrencyContext {
    /// Country of the seller, then of the company.
    pub(crate) countries: Vec<String>,
    /// The company's currency.
    pub(crate) base: Option<Currency>,
}

/// The currency, with a doubt where a shared symbol could not be told by country.
pub(crate) fn read_currency(
    collected: &Collected<'_>,
    reader: &Reader,
    context: &CurrencyContext,
    doubts: &mut Vec<ReadingDoubt>,
) -> Option<Fact<Currency>> {
    let marks = marks(collected, reader);
    let code = marks.iter().find_map(|(mark, source)| match mark {
        CurrencyMark::One(currency) => Some(Fact::new(*currency, source.clone())),
        CurrencyMark::Several(_) => None,
    });
    if code.is_some() {
        return code;
    }
    if let Some((mark, source)) = marks.first() {
        let by_country = context
            .countries
            .iter()
            .find_map(|country| mark.in_country(country));
        let by_base = context.base.filter(|base| mark.allows(*base));
        if let Some(currency) = by_country.or(by_base) {
            let mut source = source.clone();
            "symbol with country".clone_into(&mut source.rule);
            return Some(Fact::new(currency, source));
        }
        doubts.push(ReadingDoubt {
            code: "ambiguous_currency".to_owned(),
            path: source.path.clone(),
            message: format!("'{}' is the mark of several currencies", source.text),
        });
        return mark
            .usual()
            .map(|currency| Fact::new(currency, source.clone()));
    }
    let has_amounts = collected
        .scalars
        .iter()
        .any(|cell| is_money(cell.meaning.field))
        || !collected.rows.is_empty();
    context
        .base
        .filter(|_| has_amounts)
        .map(|base| Fact::new(base, Source::new("", "", "derived: the company's currency")))
}

/// Marks in order of trust: the currency field, the totals' values and labels, the lines'.
fn marks(collected: &Collected<'_>, reader: &Reader) -> Vec<(CurrencyMark, Source)> {
    let mut marks = Vec::new();
    for cell in collected.of(Field::Currency) {
        let mark = cell.node.printed().and_then(|text| read_mark(&text));
        marks.extend(mark.map(|mark| (mark, source(cell.node))));
    }
    // A label's currency may be that of the tax office (EN 16931 BT-111), a value's is the
    // document's own; so values come first.
    for cell in collected
        .scalars
        .iter()
        .filter(|cell| is_money(cell.meaning.field))
    {
        let mark = reader.number(cell.node).and_then(|number| number.mark);
        marks.extend(mark.map(|mark| (mark, source(cell.node))));
    }
    for cell in collected
        .rows
        .iter()
        .flat_map(|(_, rows)| rows)
        .flat_map(|row| &row.cells)
    {
        if is_money(cell.meaning.field) {
            let mark = reader.number(cell.node).and_then(|number| number.mark);
            marks.extend(mark.map(|mark| (mark, source(cell.node))));
        } else if cell.meaning.field == Field::Currency {
            let mark = cell.node.printed().and_then(|text| read_mark(&text));
            marks.extend(mark.map(|mark| (mark, source(cell.node))));
        }
    }
    let labelled = collected.scalars.iter().chain(
        collected
            .rows
            .iter()
            .flat_map(|(_, rows)| rows)
            .flat_map(|row| &row.cells),
    );
    for cell in labelled.filter(|cell| is_money(cell.meaning.field)) {
        if let Some(currency) = cell.meaning.currency {
            let mut source = source(cell.node);
            source.text.clone_from(&cell.node.label);
            marks.push((CurrencyMark::One(currency), source));
        }
    }
    marks
}

fn is_money(field: Field) -> bool {
    matches!(
        field,
        Field::UnitPrice
            | Field::LineAmount
            | Field::Amount
            | Field::Tax
            | Field::TaxAmount
            | Field::TaxBase
            | Field::Net
            | Field::Subtotal
            | Field::Total
            | Field::Gross
            | Field::Prepaid
            | Field::Withheld
            | Field::AmountDue
            | Field::Allowance
            | Field::Charge
            | Field::Balance
            | Field::Special(_)
    )
}

//! Which labels can be which total, and how strongly.

use rust_decimal::Decimal;

use super::classify::Exactness;
use super::closure::{Candidate, Candidates};
use super::collect::{Cell, Collected};
use super::field::Field;
use super::normalise::compact;
use super::style::Reader;
use crate::facts::Fact;
use crate::money::Currency;

/// Most readings of one total that are weighed against each other.
const MOST_CANDIDATES: usize = 6;

/// Gathers the candidates; negative documents are turned positive by `sign`.
/// Figures under a label of another currency than the document's are not its totals.
pub(crate) fn candidates(
    collected: &Collected<'_>,
    reader: &Reader,
    sign: Decimal,
    currency: Option<Currency>,
) -> Candidates {
    let foreign = |cell: &Cell<'_>| {
        cell.meaning
            .currency
            .is_some_and(|named| currency.is_some_and(|own| own != named))
    };
    let gather = |parts: &[(Field, i32)]| {
        let mut found: Vec<Candidate> = Vec::new();
        for (field, weight) in parts {
            for cell in collected
                .of(*field)
                .into_iter()
                .filter(|cell| !foreign(cell))
            {
                add(&mut found, cell, *weight, reader, sign);
            }
        }
        found.sort_by_key(|candidate| std::cmp::Reverse(candidate.weight));
        found.truncate(MOST_CANDIDATES);
        found
    };
    let mut tax = gather(&[(Field::TaxAmount, 6), (Field::Tax, 5)]);
    tax.extend(sum_of_taxes(collected, reader, sign));
    Candidates {
        net: gather(&[
            (Field::Net, 6),
            (Field::TaxBase, 5),
            (Field::Subtotal, 4),
            (Field::Total, 1),
        ]),
        tax,
        gross: gather(&[
            (Field::Gross, 6),
            (Field::Total, 5),
            (Field::Amount, 3),
            (Field::LineAmount, 2),
            (Field::AmountDue, 2),
            (Field::Subtotal, 1),
        ]),
        due: gather(&[(Field::AmountDue, 6)]),
    }
}

/// Taxes that are charged side by side on one supply: India's central, state and union
/// territory tax (CGST Act 2017 s. 9, SGST Acts s. 9), Canada's federal and provincial taxes.
const SIDE_BY_SIDE: [&str; 6] = ["cgst", "sgst", "utgst", "pst", "qst", "tvq"];
/// Weight of a sum of taxes whose names say that they add up.
const SUM_BY_NAME: i32 = 7;
/// Weight of a sum of taxes for which only the arithmetic can speak.
const SUM_BY_ARITHMETIC: i32 = 2;

/// Two or more taxes, each under its own label, added together.
fn sum_of_taxes(collected: &Collected<'_>, reader: &Reader, sign: Decimal) -> Option<Candidate> {
    let mut labels: Vec<String> = Vec::new();
    let mut sum = Decimal::ZERO;
    let mut first = None;
    for field in [Field::TaxAmount, Field::Tax] {
        for cell in collected.of(field) {
            let label = compact(&cell.node.label);
            let number = reader.number(cell.node).filter(|found| !found.is_percent);
            let Some(number) = number.filter(|_| !labels.contains(&label)) else {
                continue;
            };
            labels.push(label);
            sum += number.value;
            first.get_or_insert(cell.node);
        }
    }
    let named = |label: &String| SIDE_BY_SIDE.iter().any(|name| label.contains(name));
    let weight = if labels.iter().filter(|label| named(label)).count() > 1
        && labels.iter().all(|label| named(label) || label == "gst")
    {
        SUM_BY_NAME
    } else {
        SUM_BY_ARITHMETIC
    };
    let mut fact = Reader::fact(first?, sum * sign);
    "derived: sum of the printed taxes".clone_into(&mut fact.source.rule);
    (labels.len() > 1).then_some(Candidate { fact, weight })
}

/// Weight that a label loses when some of its words are unknown.
const PARTIAL_LOSS: i32 = 2;
/// Weight that the less likely value of an ambiguous number loses.
const ALTERNATIVE_LOSS: i32 = 3;

fn add(found: &mut Vec<Candidate>, cell: &Cell<'_>, weight: i32, reader: &Reader, sign: Decimal) {
    let Some(number) = reader.number(cell.node).filter(|number| !number.is_percent) else {
        return;
    };
    // A single rate of several (`VAT 20%`) is a row of the breakdown; it may still be all.
    let mut weight = if cell.meaning.exactness == Exactness::Partial {
        weight - PARTIAL_LOSS
    } else {
        weight
    };
    if cell.meaning.currency.is_some() && cell.meaning.exactness < Exactness::Exact {
        weight -= PARTIAL_LOSS;
    }
    let known = found
        .iter()
        .any(|candidate| candidate.fact.value == number.value * sign && candidate.weight >= weight);
    if !known {
        let fact = Reader::fact(cell.node, number.value * sign);
        found.push(Candidate { fact, weight });
    }
    if let Some(alternative) = number.alternative {
        let fact = Reader::fact(cell.node, alternative * sign);
        found.push(Candidate {
            fact,
            weight: weight - ALTERNATIVE_LOSS,
        });
    }
}

/// The first figure of a field with its sign.
pub(crate) fn first_figure(
    collected: &Collected<'_>,
    reader: &Reader,
    field: Field,
) -> Option<Fact<Decimal>> {
    collected.of(field).into_iter().find_map(|cell| {
        let number = reader
            .number(cell.node)
            .filter(|number| !number.is_percent)?;
        Some(Reader::fact(cell.node, number.value))
    })
}

/// The first printed total that is not zero.
fn first_total(collected: &Collected<'_>, reader: &Reader) -> Option<Fact<Decimal>> {
    let fields = [
        Field::Gross,
        Field::Total,
        Field::Net,
        Field::AmountDue,
        Field::Amount,
    ];
    fields
        .iter()
        .filter_map(|field| first_figure(collected, reader, *field))
        .find(|figure| !figure.value.is_zero())
}

/// Whether a total is printed, and positive.
pub(crate) fn prints_positive(collected: &Collected<'_>, reader: &Reader) -> bool {
    first_total(collected, reader).is_some_and(|total| total.value > Decimal::ZERO)
}

/// -1 when the document's totals are printed negative.
pub(crate) fn sign_of(collected: &Collected<'_>, reader: &Reader) -> Decimal {
    if first_total(collected, reader).is_some_and(|total| total.value < Decimal::ZERO) {
        Decimal::NEGATIVE_ONE
    } else {
        Decimal::ONE
    }
}

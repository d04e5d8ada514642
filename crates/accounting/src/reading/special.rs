//! What documents other than invoices say: movements, stated journal lines, labelled amounts,
//! exchange rates.

use rust_decimal::Decimal;

use super::collect::{Cell, Collected, Row};
use super::field::Field;
use super::prose;
use super::row_kind::RowKind;
use super::style::{ReadNumber, Reader, source};
use super::value::number::SideMark;
use crate::facts::{
    AmountConcept, DocumentFacts, DocumentKind, Fact, LabelledAmount, MovementFact, PartyRole,
    RateFact, StatedJournalLine,
};
use crate::money::Currency;

/// Labelled amounts: the special concepts, amounts under labels that say only "amount", and
/// the figures of journal and bank papers that an invoice would call totals.
pub(crate) fn labelled_amounts(
    collected: &Collected<'_>,
    reader: &Reader,
    kind: Option<DocumentKind>,
    commercial: bool,
) -> Vec<LabelledAmount> {
    let mut amounts = Vec::new();
    for cell in &collected.scalars {
        let concept = match (
            concept_by_kind(kind, cell.meaning.field),
            cell.meaning.field,
        ) {
            (Some(concept), _) | (None, Field::Special(concept)) => concept,
            (None, Field::Amount) => AmountConcept::Amount,
            (None, Field::Prepaid) if !commercial => AmountConcept::AmountSettled,
            (None, Field::Total | Field::Gross | Field::AmountDue | Field::LineAmount)
                if !commercial =>
            {
                AmountConcept::Amount
            }
            (None, Field::Charge) if !commercial => AmountConcept::Fee,
            (None, Field::Allowance) if !commercial => AmountConcept::Discount,
            _ => continue,
        };
        let Some(number) = reader.number(cell.node).filter(|number| !number.is_percent) else {
            continue;
        };
        let mark = number
            .mark
            .as_ref()
            .and_then(super::value::currency::CurrencyMark::usual);
        amounts.push(LabelledAmount {
            concept,
            amount: Reader::fact(cell.node, number.value),
            currency: cell.meaning.currency.or(mark),
            label: cell.node.label.clone(),
        });
    }
    amounts
}

/// What a bare label of an invoice means on another paper: the tax of a VAT return is that on
/// sales, what a payroll keeps back is the income tax.
fn concept_by_kind(kind: Option<DocumentKind>, field: Field) -> Option<AmountConcept> {
    match (kind?, field) {
        (DocumentKind::TaxReturn, Field::Tax | Field::TaxAmount) => Some(AmountConcept::OutputTax),
        (DocumentKind::TaxReturn, Field::AmountDue) => Some(AmountConcept::TaxPayable),
        (DocumentKind::Payroll, Field::Withheld | Field::Tax) => Some(AmountConcept::PayrollTax),
        (DocumentKind::Payroll, Field::Gross) => Some(AmountConcept::GrossPay),
        (DocumentKind::Payroll, Field::Net | Field::AmountDue) => Some(AmountConcept::NetPay),
        _ => None,
    }
}

/// Amounts of settled invoices, from the texts that name them.
pub(crate) fn settled_amounts(collected: &Collected<'_>, reader: &Reader) -> Vec<LabelledAmount> {
    let mut amounts = Vec::new();
    for cell in collected.of(Field::RefersTo) {
        let text = cell.node.printed().unwrap_or_default();
        for money in prose::money_in(&text, reader).filter(|money| !money.is_rate) {
            amounts.push(LabelledAmount {
                concept: AmountConcept::InvoiceAmount,
                amount: Reader::fact(cell.node, money.amount),
                currency: money.mark.usual(),
                label: cell.node.label.clone(),
            });
        }
    }
    amounts
}

/// Exchange rates, labelled and in words. A labelled rate whose currencies are not named takes
/// those of the only pair that the document names.
pub(crate) fn rates(collected: &Collected<'_>, reader: &Reader) -> Vec<RateFact> {
    let mut rates = Vec::new();
    let labelled = collected
        .scalars
        .iter()
        .filter(|cell| matches!(cell.meaning.field, Field::ExchangeRate | Field::BookedRate));
    let texts = collected.texts.iter().copied();
    let referring = collected
        .of(Field::RefersTo)
        .into_iter()
        .map(|cell| cell.node);
    let unlabelled = texts.chain(referring).map(|node| (node, false));
    for (node, labelled_booked) in unlabelled.chain(
        labelled
            .clone()
            .map(|cell| (cell.node, cell.meaning.field == Field::BookedRate)),
    ) {
        let text = node.printed().unwrap_or_default();
        for rate in prose::rates_in(&text, reader) {
            rates.push(RateFact {
                from: Some(rate.from),
                to: Some(rate.to),
                rate: Reader::fact(node, rate.rate),
                booked: rate.booked || labelled_booked,
            });
        }
    }
    let pair = match rates.as_slice() {
        [] => (None, None),
        [first, rest @ ..] => {
            let one_pair = rest
                .iter()
                .all(|rate| (rate.from, rate.to) == (first.from, first.to));
            if one_pair {
                (first.from, first.to)
            } else {
                (None, None)
            }
        }
    };
    for cell in labelled {
        if rates
            .iter()
            .any(|rate| rate.rate.source.path == cell.node.path)
        {
            continue;
        }
        if let Some(number) = reader.number(cell.node) {
            let named = named_pair(cell);
            rates.push(RateFact {
                from: named.0.or(pair.0),
                to: named.1.or(pair.1),
                rate: Reader::fact(cell.node, number.value),
                booked: cell.meaning.field == Field::BookedRate,
            });
        }
    }
    rates
}

/// Currencies that the label of a rate names in order (`rate_eur_to_ron`).
fn named_pair(cell: &Cell<'_>) -> (Option<Currency>, Option<Currency>) {
    let words = super::normalise::words(&cell.node.label);
    let mut codes = words
        .iter()
        .filter(|word| super::value::currency::is_frequent_code(word))
        .filter_map(|word| Currency::from_code(word).ok());
    match (codes.next(), codes.next()) {
        (Some(from), Some(to)) => (Some(from), Some(to)),
        _ => (None, None),
    }
}

/// Movements: the rows of a statement, or the one amount of a bank transaction.
pub(crate) fn movements(
    collected: &Collected<'_>,
    reader: &Reader,
    facts: &DocumentFacts,
) -> Vec<MovementFact> {
    let rows: Vec<MovementFact> = collected
        .rows_of(RowKind::Movements)
        .filter_map(|row| movement_of_row(row, reader))
        .collect();
    let kind = facts.kind.as_ref().map(|kind| kind.value);
    let single = matches!(
        kind,
        Some(
            DocumentKind::BankTransaction | DocumentKind::PaymentReturn | DocumentKind::OwnTransfer
        )
    );
    if !rows.is_empty() || !single {
        return rows;
    }
    let cells: Vec<Cell<'_>> = collected.scalars.clone();
    let row = Row { cells };
    movement_of_row(&row, reader)
        .map(|mut movement| {
            movement.date = movement.date.or_else(|| facts.issue_date.clone());
            movement.counterparty = movement.counterparty.or_else(|| {
                let roles = [PartyRole::Unclear, PartyRole::Seller, PartyRole::Buyer];
                roles
                    .iter()
                    .find_map(|role| facts.party(*role)?.name.clone())
            });
            vec![movement]
        })
        .unwrap_or_default()
}

fn movement_of_row(row: &Row<'_>, reader: &Reader) -> Option<MovementFact> {
    let text = |fields: &[Field]| {
        row.first_of(fields)
            .and_then(|cell| Reader::text(cell.node).map(|text| Reader::fact(cell.node, text)))
    };
    let date = row
        .first_of(&[Field::IssueDate, Field::OtherDate, Field::DueDate])
        .and_then(|cell| {
            reader
                .date(cell.node)
                .map(|(date, _)| Reader::fact(cell.node, date))
        });
    Some(MovementFact {
        date,
        amount: signed_amount(row, reader)?,
        description: text(&[
            Field::Description,
            Field::Note,
            Field::Reason,
            Field::Name,
            Field::RefersTo,
        ]),
        counterparty: text(&[Field::Counterparty, Field::Seller, Field::Buyer]),
    })
}

/// `+` into the account: debit columns take out, credit columns put in; a type word or `DR`
/// beside an unsigned amount says the same.
fn signed_amount(row: &Row<'_>, reader: &Reader) -> Option<Fact<Decimal>> {
    let value = |field| {
        let cell = row.cell(field)?;
        let number = reader
            .number(cell.node)
            .filter(|number| !number.value.is_zero())?;
        Some((cell.node, number))
    };
    let out = value(Field::Special(AmountConcept::Debit));
    let into = value(Field::Special(AmountConcept::Credit));
    if let Some((node, number)) = out {
        return Some(Reader::fact(node, -number.value.abs()));
    }
    if let Some((node, number)) = into {
        return Some(Reader::fact(node, number.value.abs()));
    }
    let fields = [
        Field::Amount,
        Field::LineAmount,
        Field::Total,
        Field::Gross,
        Field::Special(AmountConcept::AmountSettled),
    ];
    let (node, number) = fields.into_iter().find_map(value)?;
    let taken_out = match number.side {
        Some(SideMark::Debit) => true,
        Some(SideMark::Credit) => false,
        None => number.value > Decimal::ZERO && type_says_debit(row),
    };
    let value = if taken_out {
        -number.value.abs()
    } else {
        number_value(&number)
    };
    Some(Reader::fact(node, value))
}

fn number_value(number: &ReadNumber) -> Decimal {
    if number.side == Some(SideMark::Credit) {
        number.value.abs()
    } else {
        number.value
    }
}

/// Types that mean money out: ISO 20022 `DBIT`, OFX and common words.
fn type_says_debit(row: &Row<'_>) -> bool {
    row.cells
        .iter()
        .filter(|cell| cell.meaning.field == Field::Type)
        .any(|cell| {
            let text = cell.node.printed().unwrap_or_default();
            let word = super::normalise::compact(&text);
            matches!(
                word.as_str(),
                "debit"
                    | "dbit"
                    | "dr"
                    | "d"
                    | "soll"
                    | "lastschrift"
                    | "out"
                    | "outgoing"
                    | "withdrawal"
                    | "af"
                    | "debito"
                    | "addebito"
                    | "cargo"
                    | "moneyout"
                    | "paidout"
                    | "moneyoutgoing"
            )
        })
}

/// Lines of a stated journal entry.
pub(crate) fn journal_lines(collected: &Collected<'_>, reader: &Reader) -> Vec<StatedJournalLine> {
    let figure = |row: &Row<'_>, concept| {
        row.cell(Field::Special(concept))
            .and_then(|cell| reader.number(cell.node))
            .map_or(Decimal::ZERO, |number| number.value)
    };
    collected
        .rows_of(RowKind::JournalLines)
        .filter_map(|row| {
            let account = row.first_of(&[
                Field::Account,
                Field::Name,
                Field::Description,
                Field::Number,
            ])?;
            let text = Reader::text(account.node)?;
            let (mut debit, mut credit) = (
                figure(row, AmountConcept::Debit),
                figure(row, AmountConcept::Credit),
            );
            if debit.is_zero() && credit.is_zero() {
                let amount = row.first_of(&[Field::Amount, Field::LineAmount])?;
                let number = reader.number(amount.node)?;
                let credited = number.side == Some(SideMark::Credit)
                    || number.value < Decimal::ZERO
                    || type_says_credit(row);
                if credited {
                    credit = number.value.abs();
                } else {
                    debit = number.value.abs();
                }
            }
            Some(StatedJournalLine {
                account: Fact::new(text, source(account.node)),
                debit,
                credit,
            })
        })
        .collect()
}

fn type_says_credit(row: &Row<'_>) -> bool {
    row.cells
        .iter()
        .filter(|cell| cell.meaning.field == Field::Type)
        .any(|cell| {
            let word = super::normalise::compact(&cell.node.printed().unwrap_or_default());
            matches!(
                word.as_str(),
                "credit" | "cr" | "c" | "haben" | "avere" | "haber" | "kredit"
            )
        })
}

/// The useful life of an asset in months.
pub(crate) fn useful_life(collected: &Collected<'_>, reader: &Reader) -> Option<Fact<Decimal>> {
    let twelve = Decimal::from(12);
    let find = |field, factor: Decimal| {
        collected.of(field).into_iter().find_map(|cell| {
            let number = reader.number(cell.node)?;
            Some(Reader::fact(cell.node, number.value * factor))
        })
    };
    find(Field::LifeMonths, Decimal::ONE).or_else(|| {
        let cell = *collected.of(Field::LifeYears).first()?;
        // "useful life: 60 months" under a label that does not name the unit.
        let text = super::normalise::folded(&cell.node.printed()?);
        let in_months = ["month", "monat", "mois", "mes", "mies", "maand"]
            .iter()
            .any(|unit| text.contains(unit));
        find(
            Field::LifeYears,
            if in_months { Decimal::ONE } else { twelve },
        )
    })
}

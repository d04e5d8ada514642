//! From lines to a balanced entry in both currencies.

use rust_decimal::Decimal;

use super::draft::{Draft, Target};
use super::{Context, Posting, PostingError};
use crate::chart::Side;
use crate::fx::{Conversion, Functional};
use crate::journal::{EntryCurrencies, JournalEntry, LineDraft};
use crate::money::Currency;

/// An entry with the figures in the company's currency.
#[derive(Debug, Clone)]
pub(crate) struct Posted {
    pub entry: JournalEntry,
    pub functional: Option<Functional>,
}

/// Makes the entry. `conversion` is `None` for lines in the company's own currency.
///
/// # Errors
/// [`PostingError`] when the chart lacks an account or the lines do not balance.
pub(crate) fn entry(
    context: &Context<'_>,
    posting: &Posting,
    conversion: Option<&Conversion>,
) -> Result<Posted, PostingError> {
    let base = context.company.base_currency();
    let lines: Vec<Draft> = merged(&posting.lines)
        .into_iter()
        .filter(|line| !line.amount.is_zero())
        .collect();
    let functional = conversion.and_then(|conversion| conversion.functional(&posting.figures));
    let base_amounts = match conversion {
        None => lines.iter().map(|line| line.amount).collect(),
        Some(conversion) => converted(&lines, conversion, functional.as_ref(), base),
    };
    let drafts = lines
        .into_iter()
        .zip(base_amounts)
        .map(|(line, base_amount)| draft(context, line, base_amount))
        .collect::<Result<Vec<_>, _>>()?;
    let currencies = EntryCurrencies {
        document: posting.currency,
        base,
    };
    let entry = JournalEntry::new(posting.date, currencies, drafts, context.company.chart())?;
    Ok(Posted { entry, functional })
}

fn draft(
    context: &Context<'_>,
    line: Draft,
    base_amount: Decimal,
) -> Result<LineDraft, PostingError> {
    let account = match &line.target {
        Target::Role(role) => context
            .company
            .chart()
            .account_for(*role)?
            .code()
            .to_string(),
        Target::Code(code) => code.to_string(),
    };
    Ok(LineDraft {
        account,
        side: line.side,
        amount: line.amount,
        base_amount,
        description: line.description,
        party: line.party,
    })
}

/// Puts lines on one account and one side together.
fn merged(lines: &[Draft]) -> Vec<Draft> {
    let mut merged: Vec<Draft> = Vec::with_capacity(lines.len());
    for line in lines {
        let same = merged.iter_mut().find(|known| {
            known.target == line.target && known.side == line.side && known.is_tax == line.is_tax
        });
        match same {
            Some(known) => known.amount += line.amount,
            None => merged.push(line.clone()),
        }
    }
    merged
}

/// Each line at the rate; the document's tax exactly as its functional figure has it, and the
/// cents left over on the largest line that nobody settles against.
fn converted(
    lines: &[Draft],
    conversion: &Conversion,
    functional: Option<&Functional>,
    base: Currency,
) -> Vec<Decimal> {
    let at_rate = |amount: Decimal| base.round(amount * conversion.rate);
    let mut amounts: Vec<Decimal> = lines.iter().map(|line| at_rate(line.amount)).collect();
    let tax_lines: Vec<usize> = (0..lines.len())
        .filter(|index| lines[*index].is_tax)
        .collect();
    if let ([only], Some(tax)) = (tax_lines.as_slice(), functional.and_then(|f| f.tax)) {
        amounts[*only] = tax.abs();
    }
    let signed = |index: usize, amount: Decimal| match lines[index].side {
        Side::Debit => amount,
        Side::Credit => -amount,
    };
    let residue: Decimal = amounts
        .iter()
        .enumerate()
        .map(|(index, amount)| signed(index, *amount))
        .sum();
    let largest = (0..lines.len())
        .filter(|index| !lines[*index].is_anchor() && !lines[*index].is_tax)
        .max_by_key(|index| lines[*index].amount)
        .or_else(|| (0..lines.len()).max_by_key(|index| lines[*index].amount));
    if let Some(largest) = largest {
        amounts[largest] -= signed(largest, residue);
    }
    amounts
}

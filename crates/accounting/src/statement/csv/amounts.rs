//! The signed amount of a row.

use rust_decimal::Decimal;

use super::columns::AmountColumns;
use super::evidence::{cells, figure};
use super::mapping::{CsvIndicator, CsvMapping, DecimalMark};
use super::table::Row;
use crate::statement::error::StatementError;

/// Words of money out and in that standards have: SWIFT, ISO 20022, and signs.
const DEBIT_WORDS: [&str; 5] = ["D", "DR", "DBIT", "DEBIT", "-"];
const CREDIT_WORDS: [&str; 5] = ["C", "CR", "CRDT", "CREDIT", "+"];

/// Reads amounts as the whole file has them.
#[derive(Debug)]
pub(super) struct Amounts<'a> {
    columns: AmountColumns,
    mark: DecimalMark,
    /// The debit column has its own minus signs.
    has_signed_debits: bool,
    indicator: Option<&'a CsvIndicator>,
}

impl<'a> Amounts<'a> {
    /// Decides what the whole file decides.
    ///
    /// # Errors
    /// [`StatementError`] naming the column whose figures have both signs.
    pub(super) fn decide(
        rows: &[Row],
        columns: AmountColumns,
        mark: DecimalMark,
        mapping: &'a CsvMapping,
    ) -> Result<Self, StatementError> {
        let mut has_signed_debits = false;
        if let AmountColumns::Split { debit, .. } = columns {
            let figures: Vec<Decimal> = cells(rows, debit)
                .iter()
                .filter_map(|(_, cell)| figure(cell, mark))
                .filter(|figure| !figure.is_zero())
                .collect();
            has_signed_debits = figures.iter().any(Decimal::is_sign_negative);
            if has_signed_debits && figures.iter().any(Decimal::is_sign_positive) {
                let message = "the column has figures of both signs: which of them went out is \
                               not decided; give one signed amount column";
                return Err(StatementError::mapping("/columns/debit", message));
            }
        }
        Ok(Self {
            columns,
            mark,
            has_signed_debits,
            indicator: mapping.indicator.as_ref(),
        })
    }

    /// The row's amount, `+` into the account.
    ///
    /// # Errors
    /// [`StatementError`] with the row's line, or with the member that does not know its word.
    pub(super) fn of(&self, row: &Row) -> Result<Decimal, StatementError> {
        match self.columns {
            AmountColumns::Signed(column) => self
                .figure(row, column)?
                .ok_or_else(|| row.place().error("the row has no amount")),
            AmountColumns::Split { debit, credit } => self.of_two(row, debit, credit),
            AmountColumns::Indicated { amount, indicator } => {
                let figure = self
                    .figure(row, amount)?
                    .ok_or_else(|| row.place().error("the row has no amount"))?;
                if figure.is_sign_negative() && !figure.is_zero() {
                    return Err(row.place().error("a negative amount beside an indicator"));
                }
                let is_debit = self.is_debit(row, indicator)?;
                Ok(if is_debit { -figure } else { figure })
            }
        }
    }

    fn of_two(&self, row: &Row, debit: usize, credit: usize) -> Result<Decimal, StatementError> {
        let (out, incoming) = (self.figure(row, debit)?, self.figure(row, credit)?);
        let (out, incoming) = match (out, incoming) {
            (None, None) => return Err(row.place().error("the row has neither debit nor credit")),
            (out, incoming) => (out.unwrap_or_default(), incoming.unwrap_or_default()),
        };
        if !out.is_zero() && !incoming.is_zero() {
            return Err(row.place().error("the row has both a debit and a credit"));
        }
        if incoming.is_sign_negative() && !incoming.is_zero() {
            return Err(row.place().error("the credit is negative"));
        }
        Ok(if self.has_signed_debits {
            out + incoming
        } else {
            incoming - out
        })
    }

    fn figure(&self, row: &Row, column: usize) -> Result<Option<Decimal>, StatementError> {
        let cell = row.cell(column);
        if cell.is_empty() {
            return Ok(None);
        }
        figure(cell, self.mark)
            .map(Some)
            .ok_or_else(|| row.place().error(format!("'{cell}' is no amount")))
    }

    fn is_debit(&self, row: &Row, column: usize) -> Result<bool, StatementError> {
        let word = row.cell(column);
        let is_one_of = |said: Option<&Vec<String>>, standard: &[&str]| match said {
            Some(said) => said.iter().any(|known| known.trim() == word),
            None => standard
                .iter()
                .any(|known| known.eq_ignore_ascii_case(word)),
        };
        let is_debit = is_one_of(self.indicator.map(|said| &said.debit), &DEBIT_WORDS);
        let is_credit = is_one_of(self.indicator.map(|said| &said.credit), &CREDIT_WORDS);
        if is_debit == is_credit {
            let message = format!(
                "'{word}' of line {} is not decided: say the words of debit and credit",
                row.line
            );
            return Err(StatementError::mapping("/indicator", message));
        }
        Ok(is_debit)
    }
}

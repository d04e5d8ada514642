//! The mapping's columns as indexes into a row.

use super::mapping::{ColumnName, ColumnNames, CsvMapping};
use super::table::Table;
use crate::statement::error::StatementError;

/// Where the amount stands.
#[derive(Debug, Clone, Copy)]
pub(super) enum AmountColumns {
    /// One signed column.
    Signed(usize),
    /// Money out and money in.
    Split { debit: usize, credit: usize },
    /// An amount without a sign, and a column that says which way it went.
    Indicated { amount: usize, indicator: usize },
}

impl AmountColumns {
    /// The columns with figures.
    pub(super) fn figures(self) -> Vec<usize> {
        match self {
            Self::Signed(amount) | Self::Indicated { amount, .. } => vec![amount],
            Self::Split { debit, credit } => vec![debit, credit],
        }
    }
}

/// Which column is what.
#[derive(Debug)]
pub(super) struct Columns {
    pub(super) date: usize,
    pub(super) value_date: Option<usize>,
    pub(super) amount: AmountColumns,
    pub(super) currency: Option<usize>,
    pub(super) account: Option<usize>,
    pub(super) balance: Option<usize>,
    pub(super) description: Vec<usize>,
    pub(super) structured_reference: Option<usize>,
    pub(super) counterparty_name: Option<usize>,
    pub(super) counterparty_iban: Option<usize>,
    pub(super) end_to_end_id: Option<usize>,
    /// Amount and currency.
    pub(super) instructed: Option<(usize, usize)>,
}

impl Columns {
    /// Finds the columns of a table.
    ///
    /// # Errors
    /// [`StatementError`] naming the member of the mapping that is missing, contradicts another
    /// one, or names no column.
    pub(super) fn find(table: &Table, mapping: &CsvMapping) -> Result<Self, StatementError> {
        let columns = &mapping.columns;
        let optional = |name: &Option<ColumnName>, member: &str| {
            name.as_ref()
                .map(|name| table.column(name, member))
                .transpose()
        };
        let mut description = Vec::new();
        for name in columns.description.iter().flat_map(ColumnNames::all) {
            description.push(table.column(name, "description")?);
        }
        let instructed = match (
            optional(&columns.instructed_amount, "instructed_amount")?,
            optional(&columns.instructed_currency, "instructed_currency")?,
        ) {
            (Some(amount), Some(currency)) => Some((amount, currency)),
            (None, None) => None,
            (Some(_), None) => return Err(missing("instructed_currency")),
            (None, Some(_)) => return Err(missing("instructed_amount")),
        };
        Ok(Self {
            date: table.column(&columns.date, "date")?,
            value_date: optional(&columns.value_date, "value_date")?,
            amount: amount(table, mapping)?,
            currency: optional(&columns.currency, "currency")?,
            account: optional(&columns.account, "account")?,
            balance: optional(&columns.balance, "balance")?,
            description,
            structured_reference: optional(&columns.structured_reference, "structured_reference")?,
            counterparty_name: optional(&columns.counterparty_name, "counterparty_name")?,
            counterparty_iban: optional(&columns.counterparty_iban, "counterparty_iban")?,
            end_to_end_id: optional(&columns.end_to_end_id, "end_to_end_id")?,
            instructed,
        })
    }

    /// Whether a column has a place of its own in the answer.
    pub(super) fn has(&self, column: usize) -> bool {
        let optional = [
            self.value_date,
            self.currency,
            self.account,
            self.balance,
            self.structured_reference,
            self.counterparty_name,
            self.counterparty_iban,
            self.end_to_end_id,
        ];
        let indicator = match self.amount {
            AmountColumns::Indicated { indicator, .. } => Some(indicator),
            AmountColumns::Signed(_) | AmountColumns::Split { .. } => None,
        };
        column == self.date
            || optional.contains(&Some(column))
            || indicator == Some(column)
            || self.amount.figures().contains(&column)
            || self.description.contains(&column)
            || self
                .instructed
                .is_some_and(|(amount, currency)| column == amount || column == currency)
    }
}

fn missing(member: &str) -> StatementError {
    StatementError::mapping(&format!("/columns/{member}"), "is missing")
}

fn amount(table: &Table, mapping: &CsvMapping) -> Result<AmountColumns, StatementError> {
    let columns = &mapping.columns;
    let find = |name: &ColumnName, member: &str| table.column(name, member);
    match (
        &columns.amount,
        &columns.debit,
        &columns.credit,
        &columns.indicator,
    ) {
        (Some(amount), None, None, None) => Ok(AmountColumns::Signed(find(amount, "amount")?)),
        (Some(amount), None, None, Some(indicator)) => Ok(AmountColumns::Indicated {
            amount: find(amount, "amount")?,
            indicator: find(indicator, "indicator")?,
        }),
        (None, Some(debit), Some(credit), None) => Ok(AmountColumns::Split {
            debit: find(debit, "debit")?,
            credit: find(credit, "credit")?,
        }),
        (None, Some(_), None, _) => Err(missing("credit")),
        (None, None, Some(_), _) => Err(missing("debit")),
        (None, None, None, _) => Err(missing("amount")),
        _ => Err(StatementError::mapping(
            "/columns/amount",
            "give an amount, or an amount with an indicator, or debit and credit",
        )),
    }
}

//! CSV with a mapping of its columns. What the mapping leaves out is taken from the file only
//! where the file decides it; else the member is asked for by its name.

mod amounts;
mod columns;
mod evidence;
mod mapping;
mod running;
mod table;

pub use mapping::{
    ColumnName, ColumnNames, CsvBalance, CsvColumns, CsvIndicator, CsvMapping, DecimalMark,
};

use rust_decimal::Decimal;

use super::amount;
use super::draft::{BalanceDraft, LineDraft, StatementDraft};
use super::error::{FilePlace, StatementError};
use super::reader::ReadFile;
use crate::money::Currency;
use amounts::Amounts;
use columns::Columns;
use evidence::{DateFormat, cells, decimal_mark, figure};
use table::{Row, Table};

/// Reads a file: a statement for each account and currency in it.
///
/// # Errors
/// [`StatementError`] naming a member of the mapping, or the line of a row that cannot be read.
pub(super) fn read(text: &str, mapping: Option<&CsvMapping>) -> Result<ReadFile, StatementError> {
    let mapping = mapping
        .ok_or_else(|| StatementError::mapping("", "a CSV file needs a mapping of its columns"))?;
    let table = Table::read(text, mapping)?;
    let columns = Columns::find(&table, mapping)?;
    let reader = RowReader::decide(&table, &columns, mapping)?;
    let mut groups: Vec<Group> = Vec::new();
    for row in &table.rows {
        reader.read(row, &mut groups)?;
    }
    if groups.is_empty() {
        return Err(StatementError::File(
            "the file has no line below its header".to_owned(),
        ));
    }
    let mut file = ReadFile::default();
    for (name, rows) in [("header", &table.header), ("footer", &table.footer)] {
        // The row of column names is told with the details of each line.
        let rows = rows.iter().rev().skip(usize::from(name == "header")).rev();
        file.details
            .extend(rows.map(|row| (format!("{name} line {}", row.line), row.cells.join(" | "))));
    }
    let is_single = groups.len() == 1;
    for group in groups {
        let statement = group.finish(mapping, is_single, &mut file)?;
        file.statements.push(statement);
    }
    Ok(file)
}

/// The lines of one account and currency.
struct Group {
    account: Option<String>,
    currency: Currency,
    lines: Vec<LineDraft>,
    balances: Vec<Decimal>,
}

impl Group {
    fn finish(
        self,
        mapping: &CsvMapping,
        is_single: bool,
        file: &mut ReadFile,
    ) -> Result<StatementDraft, StatementError> {
        let stated = [
            ("/opening", &mapping.opening),
            ("/closing", &mapping.closing),
        ];
        for (member, balance) in stated {
            if balance.is_some() && (!is_single || mapping.columns.balance.is_some()) {
                let message = "cannot be said of several accounts, nor beside a column of balances";
                return Err(StatementError::mapping(member, message));
            }
        }
        let place = self
            .lines
            .first()
            .map_or(FilePlace::Line(1), |line| line.place.clone());
        let last = self
            .lines
            .last()
            .map_or(FilePlace::Line(1), |line| line.place.clone());
        let said = |balance: &Option<CsvBalance>, place: FilePlace| {
            balance.as_ref().map(|balance| BalanceDraft {
                place,
                date: balance.date,
                amount: balance.amount,
                is_intermediate: false,
            })
        };
        let mut draft = StatementDraft {
            place: place.clone(),
            account: self.account,
            currency: self.currency,
            number: None,
            opening: said(&mapping.opening, place),
            closing: said(&mapping.closing, last),
            lines: self.lines,
            details: Vec::new(),
        };
        if mapping.columns.balance.is_some()
            && let Some(found) = running::follow(&draft.lines, &self.balances)
        {
            draft.opening = Some(found.opening);
            draft.closing = Some(found.closing);
            file.checks.extend(found.check);
        }
        Ok(draft)
    }
}

/// Reads rows as the whole file has them.
struct RowReader<'a> {
    columns: &'a Columns,
    names: &'a [String],
    dates: DateFormat,
    amounts: Amounts<'a>,
    mark: DecimalMark,
    currency: Option<Currency>,
    account: Option<String>,
}

impl<'a> RowReader<'a> {
    fn decide(
        table: &'a Table,
        columns: &'a Columns,
        mapping: &'a CsvMapping,
    ) -> Result<Self, StatementError> {
        let rows = &table.rows;
        let currency = currency(columns, mapping)?;
        if columns.account.is_some() && mapping.account.is_some() {
            return Err(StatementError::mapping("/account", "a column has it"));
        }
        let dates = if let Some(said) = &mapping.date_format {
            DateFormat::said(said)?
        } else {
            let mut dates = cells(rows, columns.date);
            dates.extend(
                columns
                    .value_date
                    .iter()
                    .flat_map(|column| cells(rows, *column)),
            );
            DateFormat::decided_by(&dates)?
        };
        let mark = if let Some(said) = mapping.decimal_mark {
            said
        } else {
            let mut figures = columns.amount.figures();
            figures.extend(columns.balance);
            figures.extend(columns.instructed.map(|(amount, _)| amount));
            let figures: Vec<_> = figures
                .iter()
                .flat_map(|column| cells(rows, *column))
                .collect();
            decimal_mark(&figures, most_decimals(rows, columns, currency))?
        };
        Ok(Self {
            columns,
            names: table.names(),
            dates,
            amounts: Amounts::decide(rows, columns.amount, mark, mapping)?,
            mark,
            currency,
            account: mapping.account.as_deref().map(amount::account),
        })
    }

    fn read(&self, row: &Row, groups: &mut Vec<Group>) -> Result<(), StatementError> {
        let columns = self.columns;
        let cell = |column: Option<usize>| {
            let cell = column.map_or("", |column| row.cell(column));
            (!cell.is_empty()).then(|| cell.to_owned())
        };
        let day = |text: &str| {
            self.dates.parse(text).ok_or_else(|| {
                row.place()
                    .error(format!("'{text}' is no date of the file's format"))
            })
        };
        let currency = match columns.currency {
            Some(column) => Currency::from_code(row.cell(column))
                .map_err(|error| row.place().error(error.to_string()))?,
            None => self.currency.ok_or_else(missing_currency)?,
        };
        let account = match columns.account {
            Some(column) if row.cell(column).is_empty() => {
                return Err(row.place().error("the row has no account"));
            }
            Some(column) => Some(amount::account(row.cell(column))),
            None => self.account.clone(),
        };
        let amount = self.amounts.of(row)?;
        let mut line = LineDraft::new(row.place(), day(row.cell(columns.date))?, amount, currency);
        line.value_date = cell(columns.value_date)
            .map(|text| day(&text))
            .transpose()?;
        line.texts = columns
            .description
            .iter()
            .filter_map(|column| cell(Some(*column)))
            .collect();
        line.structured_reference = cell(columns.structured_reference);
        line.counterparty_name = cell(columns.counterparty_name);
        line.counterparty_iban =
            cell(columns.counterparty_iban).map(|number| amount::iban(&number).unwrap_or(number));
        line.end_to_end_id = cell(columns.end_to_end_id)
            .as_deref()
            .and_then(amount::end_to_end);
        line.instructed = self.instructed(row)?;
        for (index, value) in row.cells.iter().enumerate() {
            let value = value.trim();
            if !value.is_empty() && !columns.has(index) {
                let name = self
                    .names
                    .get(index)
                    .map(|name| name.trim())
                    .filter(|name| !name.is_empty());
                let name = name.map_or_else(|| format!("column {index}"), str::to_owned);
                line.details.push((name, value.to_owned()));
            }
        }
        let balance = columns
            .balance
            .map(|column| self.figure(row, column))
            .transpose()?;
        let known = groups
            .iter_mut()
            .find(|group| group.account == account && group.currency == currency);
        let group = if let Some(known) = known {
            known
        } else {
            groups.push(Group {
                account,
                currency,
                lines: Vec::new(),
                balances: Vec::new(),
            });
            let Some(new) = groups.last_mut() else {
                return Ok(());
            };
            new
        };
        group.lines.push(line);
        group.balances.extend(balance);
        Ok(())
    }

    fn figure(&self, row: &Row, column: usize) -> Result<Decimal, StatementError> {
        let cell = row.cell(column);
        figure(cell, self.mark).ok_or_else(|| row.place().error(format!("'{cell}' is no amount")))
    }

    fn instructed(&self, row: &Row) -> Result<Option<(Decimal, Currency)>, StatementError> {
        let Some((amount, currency)) = self.columns.instructed else {
            return Ok(None);
        };
        if row.cell(amount).is_empty() && row.cell(currency).is_empty() {
            return Ok(None);
        }
        let code = Currency::from_code(row.cell(currency))
            .map_err(|error| row.place().error(error.to_string()))?;
        Ok(Some((self.figure(row, amount)?, code)))
    }
}

fn missing_currency() -> StatementError {
    let message = "say the currency, or the column that has it";
    StatementError::mapping("/currency", message)
}

fn currency(columns: &Columns, mapping: &CsvMapping) -> Result<Option<Currency>, StatementError> {
    match (&mapping.currency, columns.currency) {
        (Some(_), Some(_)) => Err(StatementError::mapping("/currency", "a column has it")),
        (None, None) => Err(missing_currency()),
        (None, Some(_)) => Ok(None),
        (Some(code), None) => Currency::from_code(code)
            .map(Some)
            .map_err(|error| StatementError::mapping("/currency", error.to_string())),
    }
}

/// The decimals of the currency with the most of them.
fn most_decimals(rows: &[Row], columns: &Columns, currency: Option<Currency>) -> u32 {
    let by_row = columns
        .currency
        .into_iter()
        .flat_map(|column| cells(rows, column));
    by_row
        .filter_map(|(_, code)| Currency::from_code(code).ok())
        .chain(currency)
        .map(Currency::exponent)
        .max()
        .unwrap_or(2)
}

//! What the caller says of a CSV file: which column is what, and how figures are written.

use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::Deserialize;

use jiff::civil::Date;

use crate::company::decimal;

/// How the columns of a CSV file are read. What is left out is taken from the file where it
/// decides; where it does not, the member is asked for.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CsvMapping {
    /// Which column is what.
    pub columns: CsvColumns,
    /// The character between columns. By evidence: the one of `;`, `,`, tab and `|` that gives
    /// every row as many columns.
    #[serde(default)]
    #[schemars(length(equal = 1))]
    pub delimiter: Option<String>,
    /// Rows before the first line. By evidence: up to the row with the named columns; 0 where
    /// columns are given by index.
    #[serde(default)]
    pub header_rows: Option<usize>,
    /// Rows behind the last line.
    #[serde(default)]
    pub footer_rows: usize,
    /// `dd.mm.yyyy`, `mm/dd/yy`, `yyyy-mm-dd` and the like, or a format of `strptime`
    /// (`%d.%m.%Y`). By evidence: the only order of day, month and year that all dates have.
    #[serde(default)]
    pub date_format: Option<String>,
    /// `.` or `,`. By evidence: the only one with which all amounts are amounts.
    #[serde(default)]
    pub decimal_mark: Option<DecimalMark>,
    /// The words of the indicator column. By evidence where they are those of the standards
    /// (`D` and `C`, `DBIT` and `CRDT`, `-` and `+`).
    #[serde(default)]
    pub indicator: Option<CsvIndicator>,
    /// ISO 4217 code of all lines, where no column has it.
    #[serde(default)]
    pub currency: Option<String>,
    /// The account, where no column has it.
    #[serde(default)]
    pub account: Option<String>,
    /// The balance before the first line, where no column of balances gives it.
    #[serde(default)]
    pub opening: Option<CsvBalance>,
    /// The balance after the last line, where no column of balances gives it.
    #[serde(default)]
    pub closing: Option<CsvBalance>,
}

/// Which column is what. The amount is one signed column, or a debit and a credit column, or an
/// amount with an indicator.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CsvColumns {
    /// Booking day.
    pub date: ColumnName,
    /// Value day.
    #[serde(default)]
    pub value_date: Option<ColumnName>,
    /// Amount; signed unless there is an indicator.
    #[serde(default)]
    pub amount: Option<ColumnName>,
    /// Money out.
    #[serde(default)]
    pub debit: Option<ColumnName>,
    /// Money in.
    #[serde(default)]
    pub credit: Option<ColumnName>,
    /// Says whether the amount went out or came in.
    #[serde(default)]
    pub indicator: Option<ColumnName>,
    /// ISO 4217 code.
    #[serde(default)]
    pub currency: Option<ColumnName>,
    /// Our account.
    #[serde(default)]
    pub account: Option<ColumnName>,
    /// The balance after the line.
    #[serde(default)]
    pub balance: Option<ColumnName>,
    /// The bank's text, of one column or of several.
    #[serde(default)]
    pub description: Option<ColumnNames>,
    /// Creditor reference.
    #[serde(default)]
    pub structured_reference: Option<ColumnName>,
    /// Who paid or was paid.
    #[serde(default)]
    pub counterparty_name: Option<ColumnName>,
    /// Their account.
    #[serde(default)]
    pub counterparty_iban: Option<ColumnName>,
    /// The payer's id of the payment.
    #[serde(default)]
    pub end_to_end_id: Option<ColumnName>,
    /// What the payer ordered.
    #[serde(default)]
    pub instructed_amount: Option<ColumnName>,
    /// Its currency.
    #[serde(default)]
    pub instructed_currency: Option<ColumnName>,
}

/// A column by its name in the last header row, or by its index from 0.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum ColumnName {
    /// From 0.
    Index(usize),
    /// As the file has it, white space at the ends apart.
    Name(String),
}

/// One column or several, in the order in which their texts are put together.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum ColumnNames {
    /// One.
    One(ColumnName),
    /// Several.
    Several(Vec<ColumnName>),
}

impl ColumnNames {
    pub(super) fn all(&self) -> &[ColumnName] {
        match self {
            Self::One(name) => std::slice::from_ref(name),
            Self::Several(names) => names,
        }
    }
}

/// What stands before the decimals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum DecimalMark {
    /// `1,234.50`
    #[serde(rename = ".")]
    Point,
    /// `1.234,50`
    #[serde(rename = ",")]
    Comma,
}

impl DecimalMark {
    pub(super) fn character(self) -> char {
        match self {
            Self::Point => '.',
            Self::Comma => ',',
        }
    }
}

/// The words of the indicator column.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CsvIndicator {
    /// Words of money out.
    pub debit: Vec<String>,
    /// Words of money in.
    pub credit: Vec<String>,
}

/// A balance that the file does not have.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CsvBalance {
    /// Signed decimal string.
    #[serde(deserialize_with = "decimal")]
    #[schemars(with = "String")]
    pub amount: Decimal,
    /// ISO 8601 day.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub date: Option<Date>,
}
